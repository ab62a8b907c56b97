//! Brings the index to the chain's newest block, block by block.
//!
//! **Final blocks are told by their events, in order.** Where the node has not the state of the next one any more (without
//! an archive it keeps 256 blocks), or the index is new and the node has not the first, the index begins anew with all that
//! the chain's state says at the finalised head: cards, seats and keys are the same then, and sales are counted from there.
//! A light client finds the last 200 blocks, by their parents, so there an index begins anew after ten minutes without it.
//!
//! Tentative blocks are read from the best head down to the first that the index knows, and applied upwards.
//!
//! **A daemon keeps an index that is there near the head** ([`keep`]), because what the node forgets meanwhile would be lost to it.

use std::sync::Arc;
use std::time::Duration;

use futures::{stream, StreamExt};
use hashcard_chain::{Account, At, Chain, ChainError};
use hashcard_index::facts::{Block, BlockFacts};
use hashcard_index::{Finality, Index, IndexError, Standing};
use hashcard_primitives::BlockNumber;

use crate::command::Event;
use crate::engine::{waiting_for_disk, Engine};
use crate::error::EngineError;
use crate::events::Events;

mod facts;
mod snapshot;

/// Blocks that are asked for at a time: a node answers several questions in the time that one takes to travel.
const AT_A_TIME: usize = 8;
/// Blocks between two words of how far it has come.
const SAID_EVERY: BlockNumber = 1_000;
/// Most blocks above the finalised head that are looked at; the index keeps no more.
const MOST_TENTATIVE: usize = 256;

/// Pause between two looks of a daemon: twenty blocks of three seconds, of the 256 that a node keeps.
const KEPT_EVERY: Duration = Duration::from_secs(60);

/// Keeps an index near the finalised head, from the day on that somebody searched in this home; never ends. What fails is told to
/// whoever searches, and tried again.
pub async fn keep(engine: &Engine) {
    loop {
        if let Err(error) = keep_once(engine).await {
            tracing::debug!(%error, "the index does not follow");
        }
        tokio::time::sleep(KEPT_EVERY).await;
    }
}

async fn keep_once(engine: &Engine) -> Result<(), EngineError> {
    let chain = engine.chain().await?;
    if !engine.home().has_index(&chain.genesis()) {
        return Ok(());
    }
    // Somebody listens, so that it goes on to the head; nobody reads.
    let (events, _unread) = Events::channel();
    let index = engine.index().await?;
    let _one_at_a_time = engine.following.lock().await;
    catch_up(chain, index, false, &events).await.map(|_| ())
}

/// Brings the index to the finalised head, and, if it is asked to, on to the best one.
pub async fn catch_up(
    chain: &Chain,
    index: &Arc<Index>,
    unfinalized: bool,
    events: &Events,
) -> Result<Standing, EngineError> {
    let head = chain.finalized().await?;
    let standing = match standing(index).await? {
        Some(standing) => standing,
        None => begin(chain, index, head, events).await?,
    };
    same_chain(chain, index, standing, head).await?;
    if !follow(chain, index, standing.finalized.number, head, events).await? {
        snapshot::begin_anew(chain, index, head, events).await?;
    }
    if unfinalized {
        follow_best(chain, index).await?;
    } else {
        on(index, |index| index.take_back()).await?;
    }
    let standing = self::standing(index).await?;
    standing.ok_or_else(|| EngineError::from(IndexError::Empty))
}

/// Empties the index and begins it anew at this block, by number; at the first without one.
pub async fn rebuild(
    chain: &Chain,
    index: &Arc<Index>,
    from: Option<BlockNumber>,
    events: &Events,
) -> Result<Standing, EngineError> {
    let head = chain.finalized().await?;
    let Some(from) = from.filter(|from| *from > 0) else {
        on(index, |index| index.clear()).await?;
        return catch_up(chain, index, false, events).await;
    };
    if from > head.number {
        return Err(EngineError::bad_input(
            format!(
                "block {from} is not final yet; the newest that is has number {}",
                head.number
            ),
            "name an older one: --from BLOCK",
        ));
    }
    let at = chain.block_at(from).await?.ok_or_else(|| {
        EngineError::not_found(
            format!("the node has no block {from}"),
            "name another: --from BLOCK",
        )
    })?;
    snapshot::begin_anew(chain, index, at, events).await?;
    catch_up(chain, index, false, events).await
}

/// Begins an empty index: at genesis if the node can tell all that happened since.
async fn begin(
    chain: &Chain,
    index: &Arc<Index>,
    head: At,
    events: &Events,
) -> Result<Standing, EngineError> {
    let has_all = match chain.block_at(1).await? {
        _ if head.number == 0 => true,
        Some(first) => match chain.happened(first.hash).await {
            Ok(_) => true,
            Err(error) if state_is_gone(&error) => false,
            Err(error) => return Err(error.into()),
        },
        None => false,
    };
    if has_all {
        let genesis = Block {
            number: 0,
            hash: chain.genesis(),
        };
        on(index, move |index| {
            // A snapshot may have been read in part before.
            index.clear()?;
            index.begin(genesis, &[])
        })
        .await?;
    } else {
        snapshot::begin_anew(chain, index, head, events).await?;
    }
    let standing = standing(index).await?;
    standing.ok_or_else(|| EngineError::from(IndexError::Empty))
}

/// Refuses a node whose final blocks are others than those that the index has. What the index knows is final on a node that is
/// behind as well, so an older block is asked for there.
async fn same_chain(
    chain: &Chain,
    index: &Arc<Index>,
    standing: Standing,
    head: At,
) -> Result<(), EngineError> {
    let known = match standing.finalized.number > head.number {
        true => on(index, move |index| index.remembered(head.number)).await?,
        false => Some(standing.finalized),
    };
    let Some(known) = known else { return Ok(()) };
    match chain.block_at(known.number).await? {
        Some(at) if at.hash != known.hash => Err(IndexError::Contradiction { number: known.number }.into()),
        _ => Ok(()),
    }
}

/// Applies all final blocks after one; whether the node had them all.
async fn follow(
    chain: &Chain,
    index: &Arc<Index>,
    after: BlockNumber,
    head: At,
    events: &Events,
) -> Result<bool, EngineError> {
    let lifetime = chain.at(head).lengths().await?.seat_lifetime_blocks;
    let numbers = after.saturating_add(1)..=head.number;
    let mut blocks = stream::iter(numbers)
        .map(|number| async move {
            let at = chain.block_at(number).await?.ok_or_else(|| missing(number))?;
            facts::of_block(chain, at.hash, lifetime).await
        })
        .buffered(AT_A_TIME);
    while let Some(block) = blocks.next().await {
        let block = match block {
            Ok(block) => {
                let silent = silent(index, &block).await?;
                facts::with_seats_of(chain, block, silent).await
            }
            Err(error) => Err(error),
        };
        let block = match block {
            Ok(block) => block,
            Err(error) if state_is_gone(&error) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let number = block.number;
        apply(index, block, Finality::Final).await?;
        if number.is_multiple_of(SAID_EVERY) {
            events
                .say(Event::Following {
                    block: number,
                    head: head.number,
                })
                .await;
        }
        if events.is_deserted() {
            // What is applied stays; whoever asks next goes on from there.
            break;
        }
    }
    Ok(true)
}

/// Applies what is not final yet. A best chain that is not above the finalised head any more, or too far, is not shown at all: it
/// is looked at again the next time.
async fn follow_best(chain: &Chain, index: &Arc<Index>) -> Result<(), EngineError> {
    let Some(standing) = standing(index).await? else {
        return Ok(());
    };
    let lifetime = chain.lengths().await?.seat_lifetime_blocks;
    let mut above: Vec<BlockFacts> = Vec::new();
    let mut next = chain.best().await?.hash;
    while next != standing.finalized.hash && next != standing.at.hash {
        let block = facts::of_block(chain, next, lifetime).await?;
        if block.number <= standing.finalized.number || above.len() >= MOST_TENTATIVE {
            return on(index, |index| index.take_back()).await;
        }
        next = block.parent;
        above.push(block);
    }
    if next == standing.finalized.hash && next != standing.at.hash {
        on(index, |index| index.take_back()).await?;
    }
    for block in above.into_iter().rev() {
        let silent = silent(index, &block).await?;
        let block = facts::with_seats_of(chain, block, silent).await?;
        apply(index, block, Finality::Tentative).await?;
    }
    Ok(())
}

/// Who gives a sign of life in a block, and did not count before. The chain keeps expired seats, but does not show them, so an
/// index that began with the state of a block has not met all of them.
async fn silent(index: &Arc<Index>, block: &BlockFacts) -> Result<Vec<Account>, EngineError> {
    let seeders = facts::signs_of_life(block);
    if seeders.is_empty() {
        return Ok(Vec::new());
    }
    on(index, move |index| {
        if index.standing()?.is_none_or(|standing| standing.origin == 0) {
            return Ok(Vec::new());
        }
        let mut silent = Vec::new();
        for seeder in seeders {
            if !index.lives(&seeder)? {
                silent.push(seeder);
            }
        }
        Ok(silent)
    })
    .await
}

fn missing(number: BlockNumber) -> ChainError {
    ChainError::NodeRefused {
        method: "chain_getBlockHash".to_owned(),
        reason: format!("it does not have block {number}, which it says is final"),
    }
}

/// Whether the node keeps no block or state as old: Substrate's words, and ours. Any other refusal may pass, and is no
/// reason to begin anew.
fn state_is_gone(error: &ChainError) -> bool {
    let ChainError::NodeRefused { reason, .. } = error else {
        return false;
    };
    ["State already discarded", "UnknownBlock", "does not have block"]
        .iter()
        .any(|said| reason.contains(said))
}

async fn apply(index: &Arc<Index>, block: BlockFacts, finality: Finality) -> Result<(), EngineError> {
    on(index, move |index| index.apply(&block, finality).map(|_| ())).await
}

async fn standing(index: &Arc<Index>) -> Result<Option<Standing>, EngineError> {
    on(index, |index| index.standing()).await
}

/// Works on the index where waiting for the disk holds nobody up.
pub async fn on<T: Send + 'static>(
    index: &Arc<Index>,
    work: impl FnOnce(&Index) -> hashcard_index::Result<T> + Send + 'static,
) -> Result<T, EngineError> {
    let index = index.clone();
    waiting_for_disk(move || Ok(work(&index)?)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_state_that_is_gone_is_a_reason_to_begin_anew() {
        let refused = |reason: &str| ChainError::NodeRefused {
            method: "state_getStorage".into(),
            reason: reason.into(),
        };
        assert!(state_is_gone(&refused(
            "Client error: UnknownBlock: State already discarded for 0x12"
        )));
        assert!(state_is_gone(&missing(7)));
        assert!(!state_is_gone(&refused("Rate limit exceeded")));
        let down = ChainError::NodeDown {
            url: "ws://x".into(),
            reason: "UnknownBlock".into(),
        };
        assert!(!state_is_gone(&down));
    }
}
