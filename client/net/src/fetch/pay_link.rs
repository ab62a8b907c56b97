//! The stream on which a peer of a fetch is paid. As with chunks, an answer to nothing is noticed at once.

use crate::frames::{begin_frame, finish_frame, write_frame, FrameError};
use crate::limits::{NetworkLimits, MAX_UNWRITTEN};
use crate::pay::Greeting;
use futures::io::{AsyncReadExt, ReadHalf};
use hashcard_protocol::limits::MAX_PAYMENT_BODY;
use hashcard_protocol::payment::{Promise, ToPayee, ToPayer};
use libp2p::swarm::Stream;
use libp2p::PeerId;
use std::collections::BTreeSet;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// The fetch's end of a payment link. Dropping it closes the stream.
pub(super) struct PayLink {
    number: u64,
    frames: mpsc::Sender<Vec<u8>>,
    next_id: u32,
    open: BTreeSet<u32>,
    greeted: bool,
    task: AbortHandle,
}

/// What a payment link has to say.
pub(super) struct Paid {
    pub(super) peer: PeerId,
    /// Number of the payment link: a peer may be greeted a second time over the same connection.
    pub(super) number: u64,
    pub(super) what: Said,
}

pub(super) enum Said {
    Answer(u32, ToPayer),
    /// The stream ended, in peace or not.
    Ended(String),
    /// The peer sent what is no message.
    Breach(String),
}

impl PayLink {
    /// Greets. No other payment link of the fetch has this number.
    pub(super) fn new(
        peer: PeerId,
        number: u64,
        stream: Stream,
        greeting: Greeting,
        said: mpsc::Sender<Paid>,
        limits: &NetworkLimits,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let (frames, unwritten) = mpsc::channel(MAX_UNWRITTEN);
        let limits = *limits;
        let task = tasks.spawn(async move {
            let what = run(stream, unwritten, &limits, |what| {
                let said = said.clone();
                async move { said.send(Paid { peer, number, what }).await.is_ok() }
            });
            let what = what.await;
            // A fetch that has ended has nobody to tell.
            let _ = said.send(Paid { peer, number, what }).await;
        });
        let mut link = Self {
            number,
            frames,
            next_id: 0,
            open: BTreeSet::new(),
            greeted: false,
            task,
        };
        let Greeting { hello, signature } = greeting;
        // An empty queue has room for one.
        link.say(&ToPayee::Hello { hello, signature });
        link
    }

    pub(super) fn is(&self, number: u64) -> bool {
        self.number == number
    }

    /// Whether the peer has told its terms.
    pub(super) fn is_greeted(&self) -> bool {
        self.greeted
    }

    /// Sends a promise. False when the peer has stopped reading.
    pub(super) fn pay(&mut self, promise: Promise) -> bool {
        self.say(&ToPayee::Voucher(promise))
    }

    /// Whether an answer may come now: to a message, for the first time, and terms to the greeting alone.
    pub(super) fn answered(&mut self, id: u32, answer: &ToPayer) -> bool {
        let fits = match answer {
            ToPayer::Terms(_) => !std::mem::replace(&mut self.greeted, true),
            ToPayer::Accepted { .. } => self.greeted,
            ToPayer::Refused(_) => true,
        };
        self.open.remove(&id) && fits
    }

    fn say(&mut self, message: &ToPayee) -> bool {
        self.next_id = self.next_id.wrapping_add(1);
        let Ok(frame) = message.frame(self.next_id) else {
            return false;
        };
        self.open.insert(self.next_id);
        self.frames.try_send(frame).is_ok()
    }
}

impl Drop for PayLink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Writes and reads until one of them ends. `tell` says whether anybody listens.
async fn run<T: std::future::Future<Output = bool>>(
    stream: Stream,
    mut unwritten: mpsc::Receiver<Vec<u8>>,
    limits: &NetworkLimits,
    tell: impl Fn(Said) -> T,
) -> Said {
    let (mut reader, mut writer) = stream.split();
    let write = async {
        while let Some(frame) = unwritten.recv().await {
            if let Err(error) = write_frame(&mut writer, &frame, limits.send).await {
                return Said::Ended(error.to_string());
            }
        }
        Said::Ended("it is not needed any more".into())
    };
    let read = async {
        loop {
            match next_answer(&mut reader, limits).await {
                Ok((id, answer)) => {
                    if !tell(Said::Answer(id, answer)).await {
                        return Said::Ended("the fetch has ended".into());
                    }
                }
                Err(said) => return said,
            }
        }
    };
    tokio::select! {
        said = write => said,
        said = read => said,
    }
}

async fn next_answer(reader: &mut ReadHalf<Stream>, limits: &NetworkLimits) -> Result<(u32, ToPayer), Said> {
    let first = begin_frame(reader)
        .await
        .map_err(|error| Said::Ended(error.to_string()))?;
    let first = first.ok_or_else(|| Said::Ended("the peer ended the stream of payments".into()))?;
    let body = finish_frame(reader, first, MAX_PAYMENT_BODY, limits.message)
        .await
        .map_err(|error| match error {
            FrameError::TooLong(_) => Said::Breach(error.to_string()),
            error => Said::Ended(error.to_string()),
        })?;
    ToPayer::decode(&body).map_err(|error| Said::Breach(error.to_string()))
}
