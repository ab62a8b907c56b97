//! The books of who is paid. **At most one window is ever at risk per session**: what was served and not vouched for, and what was
//! vouched for and is neither redeemed nor surely paid out of a reserve, are added up before each chunk.
//!
//! There is place for so many sessions. When it is full, those give way that could not pay a fee's worth any more; what they owe is
//! remembered, so nothing is gained by leaving and coming back.
//!
//! A voucher counts from [`stored`](Payee::stored) on, so that a crash loses none that was served upon. Earned is what was
//! served at the agreed price beyond the free bytes, whether or not the payer wanted it; a chunk is counted before it is read,
//! and given back if it was not sent. `P` names a peer; whether its bytes go over the swarm or elsewhere makes no difference.

use super::books::Books;
use super::credit::Credit;
use super::debts::Debts;
use super::guests::Guests;
use super::{bytes_for, cost};
use crate::limits::*;
use crate::payment::{Account, Decline, SessionRef, Terms};
use core::time::Duration;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine, VoucherLines, MAX_LINES, MAX_LINES_PER_LANE};
use hashcard_primitives::{Balance, BlockNumber};
use std::collections::{BTreeMap, BTreeSet};

/// What a payee risks and gives away, and when it redeems.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PayeeLimits {
    /// Bytes that a peer has free in a day.
    pub free_per_peer: u64,
    /// Bytes that all peers together have free in a day.
    pub free_per_day: u64,
    /// Bytes at risk with a session of which nothing was redeemed yet.
    pub window: u64,
    /// Most bytes at risk with a session; in between, half of what was redeemed from it.
    pub max_window: u64,
    /// Blocks before the end of a session, or of a pool's closing, in which nothing is served any more and all is redeemed.
    pub margin: BlockNumber,
    /// Unredeemed amount of a session from which on it is redeemed.
    pub redeem_at: Balance,
    /// Age of an unredeemed voucher from which on it is redeemed.
    pub redeem_after: Duration,
    /// A session of which no more than this could be redeemed gives way when there are too many: about the fee for that.
    pub dust: Balance,
}

/// What may be done about a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Serving {
    /// Serve it. If it is not sent, call [`Payee::not_served`] with this.
    Serve(Charge),
    /// Serve it once both are so; [`crate::Answer::PaymentDue`] says it.
    Due {
        /// A voucher promises this for the card.
        vouched: Balance,
        /// Reserve and redeemed amounts of the lane are together this much.
        secured: Balance,
    },
}

/// What a chunk was counted as.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Charge {
    /// Bytes that were free.
    pub free: u64,
    /// Bytes that are owed.
    pub owed: u64,
}

/// What a voucher is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judged {
    /// Check its signature, and that each of these cards was ever published: one that was not would make all of it worthless.
    /// Then store it, then call [`Payee::stored`], then answer.
    Store {
        /// Cards that this session was never served.
        unknown: BTreeSet<CardId>,
    },
    /// It promises nothing new. Answer, and forget it.
    NothingNew,
}

/// Why to redeem now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedeemWhy {
    /// It is worth a transaction.
    Value,
    /// It is old, or others wait for its place in the books.
    Age,
    /// Soon nothing can be redeemed any more.
    Ending,
    /// Half of what may be at risk is, and redeeming makes it less: from the unreserved part, or because cards get rows by it.
    Risk,
}

/// A card in the books of a session.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LineState {
    /// Bytes that were owed for, since the process began.
    pub bytes: u64,
    /// What they earned, and what was earned before.
    pub earned: Balance,
    /// The best voucher.
    pub vouched: Balance,
    /// What was redeemed at the finalised head.
    pub redeemed: Balance,
}

/// A session whose books were given up for another's. Write down that its vouchers are worth nothing: they are not kept any
/// more. It may come back, and still owes what it owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evicted {
    /// Which.
    pub payer: SessionRef,
    /// Its cards, as [`Payee::lines`] said last.
    pub lines: BTreeMap<CardId, LineState>,
}

/// Sessions that are found dispensable at a time, so that not all are looked at for each that comes.
const LOOKED_OVER: usize = 256;

/// The books of one account that is paid.
#[derive(Clone, Debug)]
pub struct Payee<P> {
    limits: PayeeLimits,
    guests: Guests<P>,
    accounts: BTreeMap<SessionRef, Books>,
    talks: BTreeMap<(P, CardId), Talk>,
    debts: Debts,
    /// Sessions that could give way when last looked at, who has least at the end.
    dispensable: Vec<SessionRef>,
}

#[derive(Clone, Copy, Debug)]
struct Talk {
    payer: SessionRef,
    price: Balance,
    /// Greetings that have not been left: a new connection may come before the old one is seen to end.
    greetings: u32,
}

impl<P: Clone + Ord> Payee<P> {
    /// Nobody has paid or been served.
    pub fn new(limits: PayeeLimits) -> Self {
        Self {
            guests: Guests::new(limits.free_per_peer, limits.free_per_day),
            limits,
            accounts: BTreeMap::new(),
            talks: BTreeMap::new(),
            debts: Debts::default(),
            dispensable: Vec::new(),
        }
    }

    /// A voucher that was stored before the process began. What it promises counts as earned: what was served upon it is not
    /// known any more. False when there are too many sessions.
    pub fn restore(&mut self, voucher: SignedVoucher<Account>, at: Duration) -> bool {
        let payer = payer_of(&voucher);
        if self.is_full() && !self.accounts.contains_key(&payer) {
            return false;
        }
        let books = self.accounts.entry(payer).or_default();
        books.kept.keep(voucher, at);
        for (card, vouched) in books.kept.cards() {
            let earned = books.earned.entry(card).or_default();
            earned.settled = earned.settled.max(vouched);
        }
        true
    }

    /// A line that was served before the process began, if it is known exactly: after an orderly end. After [`restore`](Self::restore).
    pub fn restore_earned(&mut self, payer: SessionRef, card: CardId, earned: Balance) {
        if let Some(books) = self.accounts.get_mut(&payer) {
            books.earned.entry(card).or_default().settled = earned;
        }
    }

    /// What the finalised head says of a session that greets; it gets books if it has none. When there are too many, another gives
    /// way, or this one is refused.
    pub fn credit(&mut self, payer: SessionRef, credit: Credit) -> Result<Option<Evicted>, Decline> {
        if self.heard(payer, &credit) {
            return Ok(None);
        }
        let evicted = if self.is_full() {
            Some(self.give_way(credit.at).ok_or(Decline::TOO_MANY)?)
        } else {
            None
        };
        let mut books = Books::default();
        for (card, earned) in self.debts.take(payer) {
            books.earned.entry(card).or_default().settled = earned;
        }
        books.hear(credit);
        self.accounts.insert(payer, books);
        Ok(evicted)
    }

    /// What the finalised head says of a session, for its books; false if it has none.
    pub fn heard(&mut self, payer: SessionRef, credit: &Credit) -> bool {
        let Some(books) = self.accounts.get_mut(&payer) else {
            return false;
        };
        books.hear(credit.clone());
        true
    }

    /// A peer has shown that it pays from a session, whose [`credit`](Self::credit) was told, for a card that is served at
    /// this price. `now` is the time since any fixed midnight, here and everywhere.
    pub fn greet(
        &mut self,
        peer: P,
        payer: SessionRef,
        card: CardId,
        price_per_mib: Balance,
        now: Duration,
    ) -> Result<Terms, Decline> {
        let free_bytes = self.guests.left(&peer, now);
        let talking = self.talks.len() < MAX_GUESTS || self.talks.contains_key(&(peer.clone(), card));
        let books = self.accounts.get_mut(&payer).ok_or(Decline::UNKNOWN_SESSION)?;
        if books.is_ending(self.limits.margin) {
            return Err(Decline::ENDING);
        }
        if price_per_mib > 0 && books.credit.reserve == 0 && books.credit.shared == 0 {
            return Err(Decline::NO_MONEY);
        }
        let known = books.earned.contains_key(&card) || books.kept.best(card) > 0;
        if !talking || (!known && books.earned.len() >= MAX_LINES_PER_LANE as usize) {
            return Err(Decline::TOO_MANY);
        }
        let window = books.window(price_per_mib, &self.limits);
        let line = books.earned.entry(card).or_default();
        line.agree(price_per_mib);
        let earned = line.amount();
        let terms = Terms {
            price_per_mib,
            free_bytes,
            window: bytes_for(window, price_per_mib).min(self.limits.max_window),
            vouched: books.kept.best(card),
            earned,
        };
        books.talks += 1;
        let before = self.talks.remove(&(peer.clone(), card));
        let talk = Talk {
            payer,
            price: price_per_mib,
            greetings: before.map_or(0, |talk| talk.greetings).saturating_add(1),
        };
        self.talks.insert((peer, card), talk);
        // One talk has begun, and the one that it follows has ended.
        if let Some(books) = before.and_then(|talk| self.accounts.get_mut(&talk.payer)) {
            books.talks = books.talks.saturating_sub(1);
        }
        Ok(terms)
    }

    /// A connection over which a peer greeted for a card is gone: once for each [`greet`](Self::greet) that gave terms.
    pub fn left(&mut self, peer: &P, card: CardId) {
        let key = (peer.clone(), card);
        if let Some(talk) = self.talks.get_mut(&key) {
            talk.greetings = talk.greetings.saturating_sub(1);
            if talk.greetings == 0 {
                let payer = talk.payer;
                self.talks.remove(&key);
                if let Some(books) = self.accounts.get_mut(&payer) {
                    books.talks = books.talks.saturating_sub(1);
                }
            }
        }
    }

    /// Whether a chunk of `bytes` bytes of a card may be served. `price_per_mib` is today's; who greeted pays what it was told
    /// then, unless that is more.
    pub fn may_serve(
        &mut self,
        peer: &P,
        card: CardId,
        price_per_mib: Balance,
        bytes: u64,
        now: Duration,
    ) -> Serving {
        let talk = self.talks.get(&(peer.clone(), card)).copied();
        let price = talk.map_or(price_per_mib, |talk| talk.price.min(price_per_mib));
        if price == 0 {
            return Serving::Serve(Charge::default());
        }
        let free = self.guests.left(peer, now).min(bytes);
        let owed = bytes - free;
        if owed > 0 {
            let allowed = match talk.and_then(|talk| self.accounts.get_mut(&talk.payer)) {
                Some(books) => books.charge(card, price, owed, &self.limits),
                None => Err((cost(price, owed), 0)),
            };
            if let Err((vouched, secured)) = allowed {
                return Serving::Due { vouched, secured };
            }
        }
        self.guests.take(peer, free);
        Serving::Serve(Charge { free, owed })
    }

    /// A chunk that might be served was not sent.
    pub fn not_served(&mut self, peer: &P, card: CardId, charge: Charge) {
        self.guests.give_back(peer, charge.free);
        let Some(talk) = self.talks.get(&(peer.clone(), card)) else {
            return;
        };
        let books = self.accounts.get_mut(&talk.payer);
        if let Some(line) = books.and_then(|books| books.earned.get_mut(&card)) {
            line.bytes = line.bytes.saturating_sub(charge.owed);
        }
    }

    /// What a voucher of a session would be worth, before its signature is looked at.
    pub fn judge(&self, payer: SessionRef, lines: &[VoucherLine]) -> Result<Judged, Decline> {
        let books = self.accounts.get(&payer).ok_or(Decline::UNKNOWN_SESSION)?;
        if !books.kept.is_better(lines) {
            return Ok(Judged::NothingNew);
        }
        if books.is_too_far_ahead(lines) {
            return Err(Decline::TOO_MUCH);
        }
        let homeless = |card: &CardId| !books.credit.redeemed.contains_key(card);
        let mut cards: BTreeSet<CardId> = books
            .kept
            .cards()
            .map(|(card, _)| card)
            .filter(homeless)
            .collect();
        cards.extend(lines.iter().map(|line| line.card).filter(homeless));
        let room = match books.credit.room {
            Some(_) => books.credit.free_room(),
            // As many as one voucher has: rows cost their owner a deposit, and without a lane nobody has paid one.
            None => MAX_LINES as usize,
        };
        if cards.len() > room {
            return Err(Decline::NO_ROOM);
        }
        let known = |card: &CardId| books.earned.contains_key(card) || books.kept.best(*card) > 0;
        let unknown = lines
            .iter()
            .map(|line| line.card)
            .filter(|card| !known(card))
            .collect();
        Ok(Judged::Store { unknown })
    }

    /// A voucher whose signature is good was stored for good.
    pub fn stored(&mut self, voucher: SignedVoucher<Account>, now: Duration) {
        if let Some(books) = self.accounts.get_mut(&payer_of(&voucher)) {
            books.kept.keep(voucher, now);
        }
    }

    /// The most that was promised for each of these cards: the answer to a voucher.
    pub fn best(&self, payer: SessionRef, lines: &[VoucherLine]) -> VoucherLines {
        let books = self.accounts.get(&payer);
        let best = lines.iter().map(|line| VoucherLine {
            card: line.card,
            cumulative: books.map_or(0, |books| books.kept.best(line.card)),
        });
        VoucherLines::truncate_from(best.collect())
    }

    /// Served, and neither redeemed, nor vouched for with a reserve behind it: what this session could cost.
    pub fn at_risk(&self, payer: SessionRef) -> Balance {
        self.accounts.get(&payer).map_or(0, Books::at_risk)
    }

    /// Promised and not redeemed.
    pub fn pending(&self, payer: SessionRef) -> Balance {
        self.accounts.get(&payer).map_or(0, Books::pending)
    }

    /// The sessions that have books.
    pub fn payers(&self) -> impl Iterator<Item = SessionRef> + '_ {
        self.accounts.keys().copied()
    }

    /// The cards of a session.
    pub fn lines(&self, payer: SessionRef) -> BTreeMap<CardId, LineState> {
        self.accounts.get(&payer).map_or_else(BTreeMap::new, Books::lines)
    }

    /// The vouchers of a session that are worth redeeming, one after the other, those with most due first. None that the lane has
    /// no room for.
    pub fn unredeemed(&self, payer: SessionRef) -> Vec<SignedVoucher<Account>> {
        let books = self.accounts.get(&payer);
        books.map_or_else(Vec::new, |books| {
            let payable = books.payable().into_iter();
            payable.map(|payable| payable.voucher.clone()).collect()
        })
    }

    /// All vouchers of a session that must not be lost, the oldest first: who pays less for some card, or less surely, is not there
    /// any more.
    pub fn kept(&self, payer: SessionRef) -> Vec<SignedVoucher<Account>> {
        let books = self.accounts.get(&payer);
        books.map_or_else(Vec::new, |books| {
            let stored = books.kept.vouchers().iter();
            stored.map(|stored| stored.voucher.clone()).collect()
        })
    }

    /// The sessions to redeem now, the most urgent reason of each.
    pub fn redeemable(&self, head: BlockNumber, now: Duration) -> Vec<(SessionRef, RedeemWhy)> {
        let limits = &self.limits;
        let is_full = self.is_full();
        let why = |books: &Books| {
            let is_wanted = is_full && books.talks == 0 && books.worth() > limits.dust;
            books.redeem_why(head, now, limits, is_wanted)
        };
        self.accounts
            .iter()
            .filter_map(|(payer, books)| Some((*payer, why(books)?)))
            .collect()
    }

    /// A session is over and redeemed, or worth nothing. Should it come back, it owes what it owed.
    pub fn forget(&mut self, payer: SessionRef) {
        let head = self.accounts.get(&payer).map_or(0, |books| books.credit.at);
        self.give_up(payer, head);
        self.talks.retain(|_, talk| talk.payer != payer);
    }

    fn is_full(&self) -> bool {
        self.accounts.len() >= MAX_PAYERS
    }

    /// What is given up with books that can be: what they could bring, and what they owe.
    fn cost_of_giving_up(&self, books: &Books) -> Option<Balance> {
        let worth = books.worth();
        let can_be = books.is_heard() && books.talks == 0 && worth <= self.limits.dust;
        can_be.then(|| worth.saturating_add(books.at_risk()))
    }

    /// The session with least in its books gives way to another.
    fn give_way(&mut self, head: BlockNumber) -> Option<Evicted> {
        if let Some(payer) = self.next_dispensable() {
            return Some(self.give_up(payer, head));
        }
        let mut dispensable: Vec<_> = self
            .accounts
            .iter()
            .filter_map(|(payer, books)| Some((self.cost_of_giving_up(books)?, *payer)))
            .collect();
        dispensable.sort_unstable_by(|one, other| other.cmp(one));
        let few = dispensable.len().saturating_sub(LOOKED_OVER);
        self.dispensable = dispensable.drain(few..).map(|(_, payer)| payer).collect();
        let payer = self.next_dispensable()?;
        Some(self.give_up(payer, head))
    }

    /// One that was dispensable and still is.
    fn next_dispensable(&mut self) -> Option<SessionRef> {
        while let Some(payer) = self.dispensable.pop() {
            let books = self.accounts.get(&payer);
            if books.and_then(|books| self.cost_of_giving_up(books)).is_some() {
                return Some(payer);
            }
        }
        None
    }

    fn give_up(&mut self, payer: SessionRef, head: BlockNumber) -> Evicted {
        let Some(books) = self.accounts.remove(&payer) else {
            return Evicted {
                payer,
                lines: BTreeMap::new(),
            };
        };
        let (earned, unpaid) = books.debt();
        self.debts
            .remember(payer, earned, unpaid, books.credit.ends_at, head);
        Evicted {
            payer,
            lines: books.lines(),
        }
    }
}

fn payer_of(voucher: &SignedVoucher<Account>) -> SessionRef {
    SessionRef {
        pool: voucher.voucher.pool,
        session: voucher.voucher.session,
    }
}
