//! Every bound of the swarm. What a peer sends beyond one of them ends its connection, not our memory.

use core::time::Duration;
use hashcard_primitives::blob::{CHUNK_LEN, GROUP_LEN, MAX_BLOB_LEN};
use hashcard_primitives::Balance;

/// Name under which peers negotiate this protocol. The number changes when old peers could not go on.
pub const PROTOCOL_NAME: &str = "/hashcard/swarm/1";
/// Name under which peers negotiate payments, on a stream of their own.
pub const PAYMENT_PROTOCOL_NAME: &str = "/hashcard/pay/1";
/// First byte of every message body.
pub const VERSION: u8 = 1;

/// Most chunks of a blob.
pub const MAX_CHUNKS: u64 = MAX_BLOB_LEN / CHUNK_LEN;

/// Bytes before the body of a message: its length, little-endian.
pub const PREFIX_LEN: usize = 4;
/// Bytes of version, kind and number, with which every body begins, in this version and in all later ones.
pub const HEADER_LEN: usize = 6;

/// Bytes of a node of the BLAKE3 tree on the wire: two chaining values.
pub const NODE_LEN: u64 = 64;
/// Most nodes of a slice: those between the groups of a chunk, and the path from the longest blob's root to a chunk.
pub const MAX_SLICE_NODES: u64 = (CHUNK_LEN / GROUP_LEN - 1) + MAX_CHUNKS.ilog2() as u64;
/// Longest slice, bytes: a chunk with the nodes that prove it.
pub const MAX_SLICE_LEN: u64 = CHUNK_LEN + MAX_SLICE_NODES * NODE_LEN;

/// Chunks that one page of a bitfield speaks of (128 GiB of a blob). A page, 64 KiB, stays well below a slice, so that the
/// slice alone decides how much a message may make a peer buffer.
pub const PAGE_CHUNKS: u64 = 1 << 19;
/// Most pages of a bitfield.
pub const MAX_PAGES: u64 = MAX_CHUNKS / PAGE_CHUNKS;

/// Longest body of a request. Today's need 42 bytes; what a later version adds, a voucher of sixteen lines say, must still
/// be readable enough to be refused. A holder never buffers more than this for a stranger.
pub const MAX_REQUEST_BODY: usize = 1024;
/// Longest body of an answer: the header and a slice.
pub const MAX_ANSWER_BODY: usize = HEADER_LEN + MAX_SLICE_LEN as usize;

/// Longest body on a stream of payments. A voucher of sixteen lines has 455 bytes, a greeting 219.
pub const MAX_PAYMENT_BODY: usize = 512;

/// Longest rest that a busy holder may ask for. More is not an answer but a refusal, and is not decoded.
pub const MAX_RETRY: Duration = Duration::from_secs(600);
/// Shortest rest that a busy holder asks for, so that it is not asked again at once.
pub const MIN_RETRY: Duration = Duration::from_millis(100);

/// Most requests outstanding with one peer: 4 MiB in flight, a gigabit over 32 ms.
pub const MAX_PIPELINE: u32 = 16;
/// Requests given to a peer of whom nothing is known yet: one to measure, one so that it need not wait.
pub const FIRST_PIPELINE: u32 = 2;
/// How much work is queued with a peer. Long enough to bridge a round trip and a scheduler, short enough that what a peer
/// was given does not wait for long when it slows down.
pub const PIPELINE_TIME: Duration = Duration::from_secs(2);
/// Most requests outstanding or being verified in one download: 64 MiB of slices in memory.
pub const MAX_IN_FLIGHT: usize = 256;

/// When a request to a peer that has not delivered yet is overdue: 256 KiB at 10 KB/s, about the slowest link worth using.
pub const FIRST_OVERDUE: Duration = Duration::from_secs(30);
/// How long the first slice of a peer is guessed to take, until one has come.
pub const FIRST_LATENCY: Duration = Duration::from_secs(1);
/// No request is overdue before this, however fast the peer was: a garbage collection or a lost packet is not a failure.
pub const MIN_OVERDUE: Duration = Duration::from_secs(3);
/// Every request is overdue after this.
pub const MAX_OVERDUE: Duration = Duration::from_secs(120);

/// Peers connected to at a time by one download. Beyond some tens, more peers add connections but hardly rate.
pub const MAX_PEERS: usize = 32;
/// Peers known to one download: twice the seats of a card.
pub const MAX_KNOWN: usize = 512;
/// How long a connection may take to come about.
pub const CONNECT_TIME: Duration = Duration::from_secs(20);
/// Failures in a row after which a peer is given up; with the rests below, two minutes.
pub const MAX_ATTEMPTS: u32 = 8;
/// Rest after the first failure; doubles with each.
pub const FIRST_REST: Duration = Duration::from_secs(1);
/// Longest rest after failures, and the rest of a peer that holds nothing of the blob.
pub const MAX_REST: Duration = Duration::from_secs(30);
/// How often a peer that lacks chunks is asked what it holds by now.
pub const HAVE_REFRESH: Duration = Duration::from_secs(15);
/// Chunks that a peer may deny after claiming them. A few were evicted meanwhile; more, and its claim is worth nothing.
pub const MAX_DENIALS: u32 = 32;
/// How long a new peer keeps its place although it has nothing that is missing: time to say what it holds.
pub const SETTLE_TIME: Duration = Duration::from_secs(5);
/// How long a connected peer may deliver nothing before a waiting one may have its place.
pub const SLOT_PATIENCE: Duration = Duration::from_secs(30);
/// How long a download goes without a source before it says so.
pub const SOURCE_PATIENCE: Duration = Duration::from_secs(30);
/// How long a download with sources goes without a chunk before it says so; beyond [`MAX_OVERDUE`], so that no request
/// can still be on time.
pub const PROGRESS_PATIENCE: Duration = Duration::from_secs(180);

/// Requests that one peer may have waiting with us: twice the longest pipeline, for two downloads at once.
pub const MAX_WAITING_PER_PEER: usize = 2 * MAX_PIPELINE as usize;
/// Requests waiting with us altogether; each is about a hundred bytes.
pub const MAX_WAITING: usize = 2048;
/// Slices of one peer being read or sent: one is read while the other is sent. More could not be cancelled any more.
pub const MAX_SERVED_PER_PEER: usize = 2;
/// Slices being read or sent altogether: 16 MiB in memory.
pub const MAX_SERVED: usize = 64;

/// Bytes for which a payer promises ahead at least, and which a payee serves on credit unless told otherwise: four chunks, so
/// that a connection of 80 Mbit/s over 100 ms needs no more.
pub const MIN_WINDOW: u64 = 1 << 20;
/// Most bytes for which a payer promises ahead: eight times what [`MAX_PIPELINE`] requests bring. Twice that is for the requests under
/// way and for those whose vouchers are; the rest makes vouchers rare where a disk takes tens of milliseconds to store one.
pub const MAX_WINDOW: u64 = 8 * MAX_PIPELINE as u64 * CHUNK_LEN;
/// Most bytes that a payee serves on credit, however much was redeemed: twice what [`MAX_PIPELINE`] requests bring. It need not be
/// longer than that: a payer whose promises arrive is not served on credit.
pub const MAX_CREDIT: u64 = 2 * MAX_PIPELINE as u64 * CHUNK_LEN;
/// Vouchers in a window, at most: each promises this part of it anew, but at least a chunk. More would sign and store for nothing;
/// fewer would leave too little of the window for the time that a voucher travels.
pub const MAX_VOUCHERS_PER_WINDOW: u64 = 8;
/// Vouchers in a window that is much longer than what comes while a voucher travels. Fewer would leave less of the longest window
/// than [`MAX_PIPELINE`] requests and the chunks that are being verified.
pub const MIN_VOUCHERS_PER_WINDOW: u64 = 4;
/// Of each so many verified bytes, one is added to what a payee is promised ahead at least: for each byte of that which it could
/// run away with it has served eight. A longer window means fewer vouchers, and outlasts a slow disk.
pub const TRUST_SHARE: u64 = 8;
/// How long a chunk that was not served for want of payment is not asked of the same peer again, unless a voucher was accepted
/// before.
pub const PAYMENT_REST: Duration = Duration::from_secs(1);
/// Most bytes that a voucher promises beyond what was served, over all its cards: a window for the one that is fetched, and what
/// windows of others left over. Of a voucher that promises more the chain could pay all of a reserve for cards that were not served.
pub const MAX_AHEAD: u64 = 2 * MAX_WINDOW;
/// What a payer redeems for a card so that it has a row: the least that the chain pays. Its payee does not count it as pay.
pub const ROW_AMOUNT: Balance = 1;
/// Sessions that a payee keeps accounts of: each costs its owner a deposit on chain, and us some hundred bytes.
pub const MAX_PAYERS: usize = 4096;
/// Lines of sessions that owe something and have no accounts any more: sixteen times as many sessions, and some megabytes.
pub const MAX_DEBTS: usize = 16 * MAX_PAYERS;
/// Peers whose free bytes of the day a payee counts. Beyond that nobody new is served for nothing before the next day.
pub const MAX_GUESTS: usize = 16_384;
/// How long a free allowance lasts.
pub const FREE_DAY: Duration = Duration::from_secs(24 * 3600);
/// Accounts that one payer pays, and lines towards them: all seats of many cards.
pub const MAX_PAYEES: usize = 4096;

const _: () = assert!(MAX_PAGES * PAGE_CHUNKS == MAX_CHUNKS && PAGE_CHUNKS.is_multiple_of(8));
const _: () = assert!(PAGE_CHUNKS / 8 + 12 < MAX_SLICE_LEN);
