//! The seats of a peer, and which of them it is paid as.
//!
//! **A seat proves nothing about the peer that it names**: anybody can take one for somebody else's. The peer itself says which is its
//! own, because it takes payments for that account alone; so each is tried until one is taken.

use hashcard_net::{Allowed, PurseReply};

use super::books::{Books, Talk};
use super::{Purse, Seat};

/// The seats of a peer.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Seats {
    /// Those that may be paid, the most likely first.
    payable: Vec<Seat>,
    /// The others.
    unpaid: Vec<Seat>,
    /// Whether the first is the one that it takes payments for.
    is_proven: bool,
    /// Seats that it has said are not its own, since it was connected.
    disowned: usize,
}

impl Seats {
    /// As the chain names them. One that was proven stays the first; so does the one that is being greeted, whatever the chain says.
    pub fn update(&mut self, seats: Vec<Seat>, is_talking: bool, is_payable: impl Fn(&Seat) -> bool) {
        let first = self.payable.first().copied();
        let first = first.filter(|_| self.is_proven || is_talking);
        (self.payable, self.unpaid) = seats.into_iter().partition(is_payable);
        let at = first.and_then(|first| self.payable.iter().position(|seat| seat.payee == first.payee));
        match (first, at) {
            (_, Some(at)) => self.payable[..=at].rotate_right(1),
            (Some(first), None) if is_talking => self.payable.insert(0, first),
            _ => self.is_proven = false,
        }
    }

    /// Who is paid, or else who would be.
    pub fn in_use(&self) -> Option<Seat> {
        self.payable.first().or(self.unpaid.first()).copied()
    }

    /// Whom to greet when it is connected.
    pub fn begin(&mut self) -> Option<Seat> {
        self.disowned = 0;
        self.payable.first().copied()
    }

    /// It takes payments for the seat in use.
    pub fn own(&mut self) {
        self.is_proven = true;
    }

    /// It does not: whom to greet next, if there is anybody.
    pub fn disown(&mut self) -> Option<Seat> {
        self.is_proven = false;
        self.disowned = self.disowned.saturating_add(1);
        if self.disowned >= self.payable.len() {
            return None;
        }
        self.payable.rotate_left(1);
        self.payable.first().copied()
    }

    /// Whether there is a seat that is not to be paid.
    pub fn has_unpaid(&self) -> bool {
        !self.unpaid.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Seat> {
        self.payable.iter().chain(&self.unpaid)
    }
}

impl Purse {
    pub(super) fn is_payable(&self, seat: &Seat) -> bool {
        let is_cheap = seat
            .price
            .is_none_or(|price| 0 < price && price <= self.limits.max_price_per_mib);
        is_cheap && seat.payee != self.owner
    }

    pub(super) fn connected(&self, books: &mut Books, peer: &[u8]) -> PurseReply {
        books.talks.insert(peer.to_vec(), Talk::default());
        let seats = books.seats.get_mut(peer);
        let seat = seats.and_then(Seats::begin).filter(|_| books.failed.is_none());
        if seat.is_none() {
            books.refuse_prices_of(peer, self.limits.max_price_per_mib);
        }
        PurseReply {
            greeting: seat.and_then(|seat| self.greeting(seat.payee)),
            promise: None,
            allowed: Allowed::Anything,
        }
    }

    /// A peer says that it is not paid as who was greeted: somebody else's seat names it. Its own may be another.
    pub(super) fn disowned(&self, books: &mut Books, peer: &[u8]) -> Option<PurseReply> {
        let seats = books.seats.get_mut(peer)?;
        if let Some(seat) = seats.disown() {
            return Some(PurseReply {
                greeting: self.greeting(seat.payee),
                promise: None,
                allowed: Allowed::UpTo(0),
            });
        }
        if !seats.has_unpaid() {
            return None;
        }
        // Its own seat may be one that is not paid.
        books.refuse_prices_of(peer, self.limits.max_price_per_mib);
        let talk = Talk {
            gives: Some(u64::MAX),
            ..Talk::default()
        };
        books.talks.insert(peer.to_vec(), talk);
        Some(PurseReply {
            greeting: None,
            promise: None,
            allowed: Allowed::UpTo(u64::MAX),
        })
    }
}
