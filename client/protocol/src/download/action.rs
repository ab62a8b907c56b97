//! The words between a download and its caller.

use crate::limits::*;
use core::time::Duration;

/// How much one download may use, and how long it waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DownloadLimits {
    /// Peers connected to at a time.
    pub peers: usize,
    /// Requests outstanding with one peer.
    pub pipeline: u32,
    /// Chunks outstanding or being verified altogether.
    pub in_flight: usize,
    /// How long to go without a source before [`Action::Stalled`].
    pub source_patience: Duration,
    /// How long to go with sources but without a chunk before [`Action::Stalled`].
    pub progress_patience: Duration,
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            peers: MAX_PEERS,
            pipeline: MAX_PIPELINE,
            in_flight: MAX_IN_FLIGHT,
            source_patience: SOURCE_PATIENCE,
            progress_patience: PROGRESS_PATIENCE,
        }
    }
}

/// What the caller is to do. `P` names a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action<P> {
    /// Connect to a peer, then call `peer_connected` or `peer_failed`.
    Connect(P),
    /// Ask a peer which chunks of this page it holds.
    AskHave {
        /// Whom.
        peer: P,
        /// Which page.
        page: u64,
    },
    /// Ask a peer for a chunk.
    Request {
        /// Whom.
        peer: P,
        /// Which chunk.
        chunk: u64,
    },
    /// Tell a peer that a request need not be answered any more. It still is answered, by `cancelled` or a slice.
    Cancel {
        /// Whom.
        peer: P,
        /// Which chunk.
        chunk: u64,
    },
    /// Close the connection, or stop connecting. Nothing more is expected of this peer.
    Drop {
        /// Whose.
        peer: P,
        /// Why.
        reason: DropReason,
    },
    /// There has been no source, or no progress, for as long as the limits allow. Said again after as long.
    Stalled {
        /// Chunks still missing.
        missing: u64,
        /// What stands in the way.
        why: WhyStalled,
    },
    /// Every chunk is held. Said once.
    Done,
}

/// Why a peer is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DropReason {
    /// It sent a slice that does not match the root. It is to be banned.
    Lied {
        /// Which chunk.
        chunk: u64,
    },
    /// It broke the protocol, or says that the blob has another length.
    Violated,
    /// It was banned elsewhere.
    Banned,
    /// It did not answer in time.
    Unresponsive,
    /// It knows nothing of the blob, or denies what it claimed.
    HoldsNothing,
    /// It has nothing that is missing, and another waits for its place.
    NotNeeded,
    /// It wants to be paid, and is not.
    WantsPayment,
}

/// Why a download does not go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyStalled {
    /// No peer is known, or all were given up.
    NoPeers,
    /// No known peer could be reached.
    NoneReachable,
    /// The peers that can be reached do not hold what is missing.
    NotHeld,
    /// Peers hold what is missing but do not deliver.
    NoProgress,
    /// Peers that hold what is missing want more for it than is paid.
    Unpaid,
}

/// What to do with a slice that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Verify and store it, then call `chunk_stored` or `chunk_refused`.
    Verify,
    /// Throw it away: another peer was faster.
    Unwanted,
    /// It was never asked for. The peer is dropped.
    Unsolicited,
}

/// The initial bitfield is not one of this blob.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
#[error("starting a download: the blob has {chunks} chunks, the bitfield speaks of {found}; rebuild it from the stored blob")]
pub struct WrongBitfield {
    /// Chunks of the blob.
    pub chunks: u64,
    /// Chunks of the bitfield.
    pub found: u64,
}

/// How a connected peer is being used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeerUse {
    /// Requests it may have outstanding; adapts to its pace.
    pub pipeline: u32,
    /// Requests it has outstanding, those included whose answers have become unimportant.
    pub outstanding: u32,
    /// Whether it said that it is busy, and is left alone for now.
    pub resting: bool,
}
