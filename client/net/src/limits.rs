//! What strangers can make this process spend: connections, streams, buffers, threads, time. The bounds of messages are in
//! `hashcard_protocol::limits`.

use core::time::Duration;
use hashcard_protocol::{DownloadLimits, UploadLimits};

/// Peers whose lies are remembered; beyond that the oldest are forgotten. A peer id costs nothing to make, so a longer
/// memory would only be a way to fill ours; a seat on chain, which names one, costs a bond.
pub const MAX_BANNED: usize = 4096;
/// Multiplexed streams of a connection, both ways; one beyond them ends it. Each fetch from a peer, and each of its fetches
/// from us, uses one, and one more if it is paid.
pub const MAX_STREAMS: usize = 24;
/// Streams of a connection whose protocol is being negotiated by the other side. These, and the streams that are served,
/// may have 256 KiB of unread bytes each (yamux, "Flow Control"): with the defaults below, strangers can fill 256 MiB, and
/// 128 MiB more where payments are taken.
pub const MAX_NEGOTIATING: usize = 4;
/// How long the negotiation of a stream may take.
pub const NEGOTIATION_TIME: Duration = Duration::from_secs(10);
/// Requests in a row that are busy, refused or cancel nothing, after which a requester is not confused but hostile.
pub const MAX_FRUITLESS: u32 = 256;
/// Orders to the network task that may wait; the sender waits beyond that.
pub const MAX_COMMANDS: usize = 256;
/// Answers read from all links of a fetch that wait to be looked at: 16 MiB. Beyond that reading stops.
pub const MAX_ANSWERS: usize = 64;
/// Requests to one peer that wait to be written. What the protocol has outstanding fits several times.
pub const MAX_UNWRITTEN: usize = 128;
/// Messages of one payer that wait to be looked at; beyond that reading stops. Of the vouchers among them the newest is looked
/// at first, and is the only one unless it is refused.
pub const MAX_UNREAD_PAYMENTS: usize = 32;
/// Greetings that are judged at a time, each on a thread: they wait for a node.
pub const GREETED_AT_ONCE: usize = 8;
/// Vouchers that are judged and stored at a time, each on a thread: they wait for one disk.
pub const STORED_AT_ONCE: usize = 4;
/// Greetings in a row that name another chain, no session, or are not signed by it, after which a payer is not confused but hostile.
/// A session that is too new for the payee's node is greeted with three times.
pub const MAX_REFUSED_GREETINGS: u32 = 16;
/// Addresses of a peer that are dialled: those of four seats.
pub const MAX_DIALLED: usize = 32;
/// How long a stream of payments without messages is kept: a peer of 5 KB/s is sent a voucher every minute.
pub const IDLE_PAYMENTS: Duration = Duration::from_secs(600);
/// Events of one fetch that its purse is told at a time.
pub const MAX_TOLD: usize = 64;
/// Lists of further peers that wait to be taken into a fetch.
pub const MAX_FEEDS: usize = 16;

/// What a node spends at most. The defaults suit a home connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NetworkLimits {
    /// Connections that others opened.
    pub inbound: u32,
    /// Connections that we opened.
    pub outbound: u32,
    /// Connections in their handshake, either way.
    pub pending: u32,
    /// Connections with one peer: two, because both may dial at once.
    pub per_peer: u32,
    /// Streams that a peer may open on a connection to ask for something, and as many to pay.
    pub inbound_streams: usize,
    /// How long a handshake may take, both cryptography and multiplexing.
    pub handshake: Duration,
    /// How long a connection without streams is kept.
    pub idle_connection: Duration,
    /// How long a stream without requests is kept.
    pub idle_stream: Duration,
    /// How long a message may take to arrive once it began. For answers it is ten times as long, because they are large.
    pub message: Duration,
    /// How long an answer may take to be sent: 256 KiB at 5 KB/s.
    pub send: Duration,
    /// Bytes that are sent to others in a second, all of them together; 0: as many as there is room for. What waits for its turn
    /// is bounded by [`upload`](Self::upload); who asks beyond that is told to come later.
    pub max_up: u64,
    /// Reads of slices and bitfields at a time, each on a thread.
    pub reads: usize,
    /// Verifications of one fetch at a time, each on a thread.
    pub verifications: usize,
    /// What is queued and served for others.
    pub upload: UploadLimits,
    /// What one fetch uses.
    pub download: DownloadLimits,
}

impl Default for NetworkLimits {
    fn default() -> Self {
        Self {
            inbound: 128,
            outbound: 128,
            pending: 64,
            per_peer: 2,
            inbound_streams: 4,
            handshake: Duration::from_secs(10),
            idle_connection: Duration::from_secs(30),
            idle_stream: Duration::from_secs(120),
            message: Duration::from_secs(10),
            send: Duration::from_secs(52),
            max_up: 0,
            reads: 8,
            verifications: 4,
            upload: UploadLimits::default(),
            download: DownloadLimits::default(),
        }
    }
}
