//! The seam between the swarm and the books. **Nothing here signs, checks a signature, stores a voucher or asks the chain**: who
//! implements these traits does, on threads that may block, mostly around a `hashcard_protocol::ledger`.
//!
//! A node without a [`Till`] serves everybody for nothing and does not speak of payments; a fetch without a [`Purse`] pays nobody
//! and takes what is free. Peers are named by their binary ids, which the connection has authenticated.

mod counter;
mod taking;

pub(crate) use counter::Counter;
pub(crate) use taking::take_payments;

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::channel::VoucherLines;
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::{Charge, Serving};
use hashcard_protocol::payment::{Decline, Hello, Promise, Terms};

/// The books of a node that is paid. Called on threads that may block, several at a time.
pub trait Till: Send + Sync + 'static {
    /// Whether a chunk may be served to a peer, greeted or not; called before it is read. Counts it as served.
    fn may_serve(&self, peer: &[u8], root: &ContentRoot, chunk: u64) -> Serving;

    /// A chunk that might be served was not sent: it is not held, or the peer has gone. Must not block.
    fn not_served(&self, peer: &[u8], root: &ContentRoot, chunk: u64, charge: Charge);

    /// A peer says from which session it pays. Checks chain, payee, card and root, looks the session up at the finalised
    /// head, and checks the signature over `hello.signed_bytes(peer)` with the key that it has there.
    fn greeted(&self, peer: &[u8], hello: &Hello, signature: &[u8; 64]) -> Result<Terms, Decline>;

    /// A promise of a peer that was greeted. Gives the best promise that is stored for good for each of its cards; what nothing is
    /// to be served upon yet may be stored later. Vouchers that another one is waiting behind may be passed over.
    fn vouched(&self, peer: &[u8], hello: &Hello, promise: Promise) -> Result<VoucherLines, Decline>;

    /// The stream on which a peer was greeted, with success, is gone. Must not block.
    fn left(&self, peer: &[u8], hello: &Hello);
}

/// The books of a fetch that pays: one for each fetch, so it knows the card. Called on threads that may block, for one event at
/// a time, in the order in which things happened.
pub trait Purse: Send + Sync + 'static {
    /// Something happened with a peer. The answer is about the same peer.
    fn told(&self, peer: &[u8], event: PurseEvent) -> PurseReply;
}

/// Something that concerns payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PurseEvent {
    /// A peer is connected. Nothing is asked of it before the reply; with a greeting in the reply, nothing before its answer.
    /// Without one it is not paid over this connection, and the purse is told nothing more of it than that it left.
    Connected,
    /// The peer that was to be greeted does not speak of payments: it serves for nothing, or not at all. The purse is told
    /// nothing more of this connection than that it left.
    TakesNoPayment,
    /// The peer was greeted, and these are its terms.
    Terms(Terms),
    /// The peer took a promise.
    Accepted {
        /// For each of its cards, the most that it has stored.
        best: VoucherLines,
    },
    /// The peer did not take the greeting, or a promise.
    Declined(Decline),
    /// The peer does not serve a chunk before this is so; the chunk is asked of somebody again, later.
    Due {
        /// What it wants vouched for the card.
        vouched: Balance,
        /// What it wants the lane's reserve and its redeemed amount to be together.
        secured: Balance,
    },
    /// A chunk of the peer was verified and stored. It is new: each chunk comes up once in a fetch.
    Verified {
        /// Which.
        chunk: u64,
        /// Bytes of the blob in it.
        bytes: u64,
        /// Bytes of the blob that are still missing, at most.
        missing: u64,
        /// It came over a connection that is gone, and counts for none that is there. May come after [`PurseEvent::Left`].
        late: bool,
    },
    /// A chunk of the peer came after another peer's. It is not to be paid.
    Unwanted {
        /// Which.
        chunk: u64,
        /// Bytes of the blob in it.
        bytes: u64,
    },
    /// The peer sent a wrong chunk. It is banned and never comes back.
    Lied,
    /// The peer is not connected any more; the reply is not looked at. When a fetch is dropped
    /// half-way it comes on whatever thread drops it, and events before it may be lost: write, but wait for nobody.
    Left,
}

/// What to do about a peer after an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PurseReply {
    /// Greet it: in reply to [`PurseEvent::Connected`], or, in another way, to [`PurseEvent::Declined`] of a greeting.
    pub greeting: Option<Greeting>,
    /// Send it this promise. It was written down already.
    pub promise: Option<Promise>,
    /// How much may be asked of it.
    pub allowed: Allowed,
}

/// A greeting and its signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Greeting {
    /// Who pays whom.
    pub hello: Hello,
    /// By the session's key, over `hello.signed_bytes` of this node's peer id.
    pub signature: [u8; 64],
}

/// How much may be asked of a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Allowed {
    /// Whatever it serves: it is not paid.
    Anything,
    /// So many bytes in all since it was connected, those included that have come and those that are under way.
    UpTo(u64),
    /// Nothing, and it is left; for people, why.
    Nothing(String),
}
