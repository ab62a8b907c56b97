//! Answering others. Whom to serve next is decided by `hashcard_protocol::Upload`; here are the streams and the threads.
//!
//! A stream has a reader and a writer. The reader stops when the writer is stuck, so a peer that asks but does not read
//! stops being read, and after [`NetworkLimits::send`](crate::NetworkLimits) it is disconnected.

mod desk;
mod pace;

pub(crate) use desk::Desk;

use crate::frames::{begin_frame, finish_frame, write_frame, FrameError};
use crate::limits::{NetworkLimits, MAX_FRUITLESS};
use crate::streams::InboundStream;
use desk::{Outgoing, Taken, Visit};
use futures::io::{AsyncReadExt, ReadHalf, WriteHalf};
use hashcard_primitives::blob::{chunk_count, ContentRoot};
use hashcard_protocol::limits::MAX_REQUEST_BODY;
use hashcard_protocol::{Answer, Bitfield, Refusal, Request};
use libp2p::swarm::Stream;
use libp2p::PeerId;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What this node has to give. Called on threads that may block.
pub trait Blobs: Send + Sync + 'static {
    /// Which chunks of a blob are held; `None` when nothing of it is.
    fn held(&self, root: &ContentRoot) -> Option<HeldBlob>;

    /// A chunk with its proof, at most `hashcard_protocol::limits::MAX_SLICE_LEN` bytes.
    fn slice(&self, root: &ContentRoot, chunk: u64) -> Result<Vec<u8>, NotServed>;
}

/// The state of a blob that is held, in whole or in part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldBlob {
    /// Its length, bytes.
    pub blob_len: u64,
    /// Its chunks, as `hashcard_protocol::Bitfield::from_bytes` reads them.
    pub bitfield: Vec<u8>,
}

/// Why a chunk is not served.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum NotServed {
    /// It is not held.
    #[error("the chunk is not held")]
    NotHeld,
    /// It could not be read. The peer is told that it is not held.
    #[error("{0}")]
    Failed(String),
}

/// How a visit ended.
#[derive(thiserror::Error, Debug)]
pub(crate) enum Ended {
    #[error("the peer ended it")]
    Closed,
    #[error("nothing was asked for a while")]
    Idle,
    /// The peer broke the protocol, or holds up our answers: it is disconnected.
    #[error("{0}")]
    Breach(String),
}

impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(_) => Ended::Closed,
            error => Ended::Breach(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Ended {
    fn from(_: std::io::Error) -> Self {
        Ended::Closed
    }
}

/// Serves one stream until it ends.
pub(crate) async fn serve(inbound: InboundStream, desk: Arc<Desk>, limits: NetworkLimits) -> (PeerId, Ended) {
    let InboundStream {
        peer, stream, ticket, ..
    } = inbound;
    let (reader, writer) = stream.split();
    let room = limits.upload.served_per_peer.max(1);
    let (answers, outgoing) = mpsc::channel(room);
    let visit = Visit::new(desk, peer, answers);
    let ended = tokio::select! {
        ended = write_answers(writer, outgoing, &limits) => ended,
        ended = read_requests(reader, &visit, &limits) => ended,
    };
    drop(ticket);
    (peer, ended)
}

async fn write_answers(
    mut writer: WriteHalf<Stream>,
    mut outgoing: mpsc::Receiver<Outgoing>,
    limits: &NetworkLimits,
) -> Ended {
    while let Some(Outgoing { frame, place }) = outgoing.recv().await {
        if let Err(error) = write_frame(&mut writer, &frame, limits.send).await {
            return error.into();
        }
        drop(place);
    }
    Ended::Closed
}

async fn read_requests(mut reader: ReadHalf<Stream>, visit: &Visit, limits: &NetworkLimits) -> Ended {
    // Requests in a row that made us work for nothing. Real requesters rest when we are busy, and cancel what they asked.
    let mut fruitless = 0u32;
    loop {
        let (id, request) = match next_request(&mut reader, visit, limits).await {
            Ok(request) => request,
            Err(ended) => return ended,
        };
        let taken = match request {
            Ok(request) => visit.take(id, request),
            Err(refusal) => Taken::Fruitless(Some(Answer::Refused(refusal))),
        };
        let answer = match taken {
            Taken::Queued => {
                fruitless = 0;
                None
            }
            Taken::Cancelled => Some(Answer::Cancelled),
            Taken::Fruitless(answer) => {
                fruitless += 1;
                answer
            }
        };
        if fruitless > MAX_FRUITLESS {
            return Ended::Breach(format!("{MAX_FRUITLESS} requests in a row could not be served"));
        }
        if let Some(answer) = answer {
            if visit.say(id, &answer).await.is_err() {
                return Ended::Closed;
            }
        }
    }
}

/// The next request and its number, or what to refuse it with.
async fn next_request(
    reader: &mut ReadHalf<Stream>,
    visit: &Visit,
    limits: &NetworkLimits,
) -> Result<(u32, Result<Request, Refusal>), Ended> {
    let first = loop {
        match timeout(limits.idle_stream, begin_frame(reader)).await {
            Ok(begun) => break begun?.ok_or(Ended::Closed)?,
            Err(_) if visit.is_waiting() => {}
            Err(_) => return Err(Ended::Idle),
        }
    };
    let body = finish_frame(reader, first, MAX_REQUEST_BODY, limits.message).await?;
    match Request::decode(&body) {
        Ok((id, request)) => Ok((id, Ok(request))),
        Err(error) => match error.refusal() {
            Some((id, refusal)) => Ok((id, Err(refusal))),
            None => Err(Ended::Breach(error.to_string())),
        },
    }
}

/// What the blobs say to a request.
fn answer(blobs: &dyn Blobs, request: Request) -> Answer {
    match request {
        Request::Have { root, page } => holding(blobs, &root, page).unwrap_or(Answer::Unknown),
        Request::Chunk { root, chunk } => match blobs.slice(&root, chunk) {
            Ok(bytes) => Answer::Slice { bytes },
            Err(NotServed::NotHeld) => Answer::NotHeld,
            Err(NotServed::Failed(why)) => {
                tracing::warn!(
                    chunk,
                    why,
                    "reading a chunk for a peer failed; it was told that it is not held"
                );
                Answer::NotHeld
            }
        },
        Request::Cancel => Answer::Cancelled,
    }
}

fn holding(blobs: &dyn Blobs, root: &ContentRoot, page: u64) -> Option<Answer> {
    let HeldBlob { blob_len, bitfield } = blobs.held(root)?;
    let field = match Bitfield::from_bytes(chunk_count(blob_len), &bitfield) {
        Ok(field) => field,
        Err(error) => {
            tracing::error!(%error, "the bitfield of a held blob is not one; peers are told that it is unknown");
            return None;
        }
    };
    let bits = field.page(page)?.to_vec();
    Some(Answer::Holding { blob_len, page, bits })
}
