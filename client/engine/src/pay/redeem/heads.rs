//! The finalised heads, for whoever takes payments. **The newest head is told at once, whatever is still being done about an older
//! one**: strangers are judged by it, and a redemption waits for blocks to be final.

use std::future::Future;
use std::time::Duration;

use futures::stream::{self, BoxStream, Stream, StreamExt};
use hashcard_chain::At;
use tokio::join;
use tokio::sync::watch;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Events;
use crate::pay::session::trouble;

/// Pause before the heads are asked for again: a block.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// Finalised heads for ever. A connection that is lost is told once, and made again.
pub fn heads<'a>(engine: &'a Engine, events: &'a Events) -> impl Stream<Item = At> + 'a {
    let following = Following {
        engine,
        events,
        blocks: None,
        is_told: false,
    };
    stream::unfold(following, |mut following| async {
        let at = following.next().await;
        Some((at, following))
    })
}

struct Following<'a> {
    engine: &'a Engine,
    events: &'a Events,
    blocks: Option<BoxStream<'static, hashcard_chain::Result<At>>>,
    /// Whether the present failure was told.
    is_told: bool,
}

impl Following<'_> {
    async fn next(&mut self) -> At {
        loop {
            match self.try_next().await {
                Ok(at) => {
                    self.is_told = false;
                    return at;
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.is_told, true) {
                        trouble(&error, self.events).await;
                    }
                    self.blocks = None;
                    tokio::time::sleep(ASK_AGAIN).await;
                }
            }
        }
    }

    async fn try_next(&mut self) -> Result<At, EngineError> {
        let blocks = match &mut self.blocks {
            Some(blocks) => blocks,
            None => {
                let chain = self.engine.chain().await?;
                self.blocks.insert(chain.finalized_blocks().await?)
            }
        };
        match blocks.next().await {
            Some(at) => Ok(at?),
            None => {
                // Its last item was an error, and was told.
                let chain = self.engine.chain().await?;
                self.blocks = Some(chain.finalized_blocks().await?);
                Ok(chain.finalized().await?)
            }
        }
    }
}

/// Tells each head as it comes, and does two things beside that about the newest, each at its own pace. Ends with the heads.
pub async fn keep_up<R, D>(
    heads: impl Stream<Item = At>,
    tell: impl Fn(At),
    refresh: impl FnMut(At) -> R,
    redeem: impl FnMut(At) -> D,
) where
    R: Future<Output = ()>,
    D: Future<Output = ()>,
{
    let (seen, newest) = watch::channel(None);
    let following = async move {
        tokio::pin!(heads);
        while let Some(at) = heads.next().await {
            tell(at);
            seen.send_replace(Some(at));
        }
    };
    join!(
        following,
        at_each(newest.clone(), refresh),
        at_each(newest, redeem)
    );
}

/// Works on the newest head, then on the one that is the newest by then.
async fn at_each<W: Future<Output = ()>>(
    mut newest: watch::Receiver<Option<At>>,
    mut work: impl FnMut(At) -> W,
) {
    while newest.changed().await.is_ok() {
        let at = *newest.borrow_and_update();
        if let Some(at) = at {
            work(at).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use tokio::sync::Notify;

    fn at(number: u32) -> At {
        At {
            number,
            hash: [number as u8; 32],
        }
    }

    #[tokio::test]
    async fn the_finalised_head_moves_on_while_vouchers_are_being_redeemed() {
        let (told, refreshed, redeemed) = (RefCell::default(), RefCell::default(), RefCell::default());
        let push = |list: &RefCell<Vec<u32>>, at: At| list.borrow_mut().push(at.number);
        let done = Notify::new();
        // Each head comes after what is to be done about the one before it has begun.
        let heads = stream::iter(1..=5).then(|number| async move {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            at(number)
        });
        let heads = heads.chain(stream::once(async {
            done.notify_one();
            at(6)
        }));
        keep_up(
            heads,
            |at| push(&told, at),
            |at| {
                push(&refreshed, at);
                std::future::ready(())
            },
            |at| {
                push(&redeemed, at);
                let done = &done;
                // It waits for a block that is not final yet.
                async move {
                    if at.number == 1 {
                        done.notified().await;
                    }
                }
            },
        )
        .await;
        assert_eq!(*told.borrow(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(refreshed.borrow()[..4], [1, 2, 3, 4]);
        assert_eq!(
            *redeemed.borrow(),
            [1, 6],
            "those in between are too old to be worked on"
        );
    }
}
