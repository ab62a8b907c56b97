//! The stream to one peer of a fetch. It reads and writes; which answer belongs to which request is looked up here, so
//! that an answer to nothing is noticed at once.

use crate::frames::{begin_frame, finish_frame, write_frame, FrameError};
use crate::limits::{NetworkLimits, MAX_UNWRITTEN};
use futures::io::AsyncReadExt;
use hashcard_protocol::limits::MAX_ANSWER_BODY;
use hashcard_protocol::{Answer, Request};
use libp2p::swarm::Stream;
use libp2p::PeerId;
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// The fetch's end of a link. Dropping it closes the stream.
pub(super) struct Link {
    number: u64,
    frames: mpsc::Sender<Vec<u8>>,
    next_id: u32,
    open: BTreeMap<u32, Request>,
    task: AbortHandle,
}

/// What a link has to say. `link` tells it from an earlier one to the same peer.
pub(super) struct Heard {
    pub(super) peer: PeerId,
    pub(super) link: u64,
    pub(super) what: What,
}

pub(super) enum What {
    Answer(u32, Answer),
    /// The stream ended, in peace or not.
    Ended(String),
    /// The peer sent what is no message.
    Breach(String),
}

impl Link {
    pub(super) fn new(
        peer: PeerId,
        number: u64,
        stream: Stream,
        heard: mpsc::Sender<Heard>,
        limits: &NetworkLimits,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let (frames, unwritten) = mpsc::channel(MAX_UNWRITTEN);
        let limits = *limits;
        let task = tasks.spawn(async move {
            let answers = Answers { peer, number, heard };
            let what = answers.run(stream, unwritten, &limits).await;
            // A fetch that has ended has nobody to tell.
            let _ = answers
                .heard
                .send(Heard {
                    peer,
                    link: number,
                    what,
                })
                .await;
        });
        Self {
            number,
            frames,
            next_id: 0,
            open: BTreeMap::new(),
            task,
        }
    }

    pub(super) fn is(&self, number: u64) -> bool {
        self.number == number
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Sends a request. False when the peer has stopped reading.
    pub(super) fn ask(&mut self, request: Request) -> bool {
        self.next_id = self.next_id.wrapping_add(1);
        let Ok(frame) = request.frame(self.next_id) else {
            return false;
        };
        self.open.insert(self.next_id, request);
        self.frames.try_send(frame).is_ok()
    }

    /// Takes a request back that may still be unanswered. False when the peer has stopped reading.
    pub(super) fn cancel(&mut self, request: Request) -> bool {
        let Some(id) = self
            .open
            .iter()
            .find(|(_, open)| **open == request)
            .map(|(id, _)| *id)
        else {
            return true;
        };
        Request::Cancel
            .frame(id)
            .is_ok_and(|frame| self.frames.try_send(frame).is_ok())
    }

    /// The request that an answer belongs to.
    pub(super) fn answered(&mut self, id: u32) -> Option<Request> {
        self.open.remove(&id)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The stream's end of a link.
struct Answers {
    peer: PeerId,
    number: u64,
    heard: mpsc::Sender<Heard>,
}

impl Answers {
    async fn run(
        &self,
        stream: Stream,
        mut unwritten: mpsc::Receiver<Vec<u8>>,
        limits: &NetworkLimits,
    ) -> What {
        let (mut reader, mut writer) = stream.split();
        let write = async {
            while let Some(frame) = unwritten.recv().await {
                if let Err(error) = write_frame(&mut writer, &frame, limits.send).await {
                    return What::Ended(error.to_string());
                }
            }
            What::Ended("it is not needed any more".into())
        };
        let read = async {
            loop {
                let what = match self.read(&mut reader, limits).await {
                    Ok(Some((id, answer))) => What::Answer(id, answer),
                    Ok(None) => return What::Ended("the peer ended the stream".into()),
                    Err(what) => return what,
                };
                if self
                    .heard
                    .send(Heard {
                        peer: self.peer,
                        link: self.number,
                        what,
                    })
                    .await
                    .is_err()
                {
                    return What::Ended("the fetch has ended".into());
                }
            }
        };
        tokio::select! {
            what = write => what,
            what = read => what,
        }
    }

    async fn read(
        &self,
        reader: &mut futures::io::ReadHalf<Stream>,
        limits: &NetworkLimits,
    ) -> Result<Option<(u32, Answer)>, What> {
        let first = begin_frame(reader)
            .await
            .map_err(|error| What::Ended(error.to_string()))?;
        let Some(first) = first else { return Ok(None) };
        let body = finish_frame(reader, first, MAX_ANSWER_BODY, limits.message * 10)
            .await
            .map_err(|error| match error {
                FrameError::TooLong(_) => What::Breach(error.to_string()),
                error => What::Ended(error.to_string()),
            })?;
        let answer = Answer::decode(body).map_err(|error| What::Breach(error.to_string()))?;
        Ok(Some(answer))
    }
}
