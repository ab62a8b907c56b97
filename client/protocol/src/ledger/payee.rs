//! The books of who is paid. **At most one window is ever at risk per session**: what was served and not vouched for, and what was
//! vouched for and is neither redeemed nor reserved on chain, are added up before each chunk.
//!
//! A voucher counts from [`stored`](Payee::stored) on, so that a crash loses none that was served upon. Earned is what was
//! served at the agreed price beyond the free bytes, whether or not the payer wanted it; a chunk is counted before it is read,
//! and given back if it was not sent. `P` names a peer; whether its bytes go over the swarm or elsewhere makes no difference.

use super::credit::Credit;
use super::guests::Guests;
use super::kept::Kept;
use super::{bytes_for, cost};
use crate::limits::*;
use crate::payment::{Account, Decline, SessionRef, Terms};
use core::time::Duration;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine, VoucherLines, MAX_LINES_PER_LANE};
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
    /// It is old.
    Age,
    /// Soon nothing can be redeemed any more.
    Ending,
    /// As much is at risk as may be, and redeeming from the unreserved part makes it less.
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

/// The books of one account that is paid.
#[derive(Clone, Debug)]
pub struct Payee<P> {
    limits: PayeeLimits,
    guests: Guests<P>,
    accounts: BTreeMap<SessionRef, Books>,
    talks: BTreeMap<(P, CardId), Talk>,
}

#[derive(Clone, Copy, Debug)]
struct Talk {
    payer: SessionRef,
    price: Balance,
    /// Greetings that have not been left: a new connection may come before the old one is seen to end.
    greetings: u32,
}

/// One session.
#[derive(Clone, Default, Debug)]
struct Books {
    credit: Credit,
    kept: Kept,
    earned: BTreeMap<CardId, Earned>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Earned {
    /// At former prices.
    settled: Balance,
    price: Balance,
    bytes: u64,
    bytes_before: u64,
}

impl<P: Clone + Ord> Payee<P> {
    /// Nobody has paid or been served.
    pub fn new(limits: PayeeLimits) -> Self {
        Self {
            guests: Guests::new(limits.free_per_peer, limits.free_per_day),
            limits,
            accounts: BTreeMap::new(),
            talks: BTreeMap::new(),
        }
    }

    /// A voucher that was stored before the process began. What it promises counts as earned: what was served upon it is not
    /// known any more. False when there are too many sessions.
    pub fn restore(&mut self, voucher: SignedVoucher<Account>, at: Duration) -> bool {
        let payer = payer_of(&voucher);
        if self.accounts.len() >= MAX_PAYERS && !self.accounts.contains_key(&payer) {
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

    /// What the finalised head says of a session.
    pub fn credit(&mut self, payer: SessionRef, credit: Credit) -> Result<(), Decline> {
        if let Some(books) = self.accounts.get_mut(&payer) {
            if credit.at >= books.credit.at {
                books.credit = credit;
            }
            return Ok(());
        }
        if self.accounts.len() >= MAX_PAYERS {
            self.forget_settled();
        }
        if self.accounts.len() >= MAX_PAYERS {
            return Err(Decline::TOO_MANY);
        }
        self.accounts.insert(
            payer,
            Books {
                credit,
                ..Books::default()
            },
        );
        Ok(())
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
        if books.credit.ends_at <= books.credit.at.saturating_add(self.limits.margin) {
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
        let talk = self.talks.entry((peer, card)).or_insert(Talk {
            payer,
            price: price_per_mib,
            greetings: 0,
        });
        *talk = Talk {
            payer,
            price: price_per_mib,
            greetings: talk.greetings.saturating_add(1),
        };
        Ok(Terms {
            price_per_mib,
            free_bytes,
            window: bytes_for(window, price_per_mib).min(self.limits.max_window),
            vouched: books.kept.best(card),
            earned,
        })
    }

    /// A connection over which a peer greeted for a card is gone: once for each [`greet`](Self::greet) that gave terms.
    pub fn left(&mut self, peer: &P, card: CardId) {
        let key = (peer.clone(), card);
        if let Some(talk) = self.talks.get_mut(&key) {
            talk.greetings = talk.greetings.saturating_sub(1);
            if talk.greetings == 0 {
                self.talks.remove(&key);
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
            None => MAX_LINES_PER_LANE as usize,
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
        let Some(books) = self.accounts.get(&payer) else {
            return BTreeMap::new();
        };
        books
            .cards()
            .map(|card| {
                let earned = books.earned.get(&card).copied().unwrap_or_default();
                let state = LineState {
                    bytes: earned.bytes.saturating_add(earned.bytes_before),
                    earned: earned.amount(),
                    vouched: books.kept.best(card),
                    redeemed: books.credit.redeemed_for(card),
                };
                (card, state)
            })
            .collect()
    }

    /// The vouchers of a session that are worth redeeming.
    pub fn unredeemed(&self, payer: SessionRef) -> Vec<SignedVoucher<Account>> {
        let books = self.accounts.get(&payer);
        books.map_or_else(Vec::new, |books| {
            let unredeemed = books.kept.unredeemed(|card| books.credit.redeemed_for(card));
            unredeemed.map(|(voucher, _)| voucher.clone()).collect()
        })
    }

    /// The sessions to redeem now, the most urgent reason of each.
    pub fn redeemable(&self, head: BlockNumber, now: Duration) -> Vec<(SessionRef, RedeemWhy)> {
        self.accounts
            .iter()
            .filter_map(|(payer, books)| Some((*payer, books.redeem_why(head, now, &self.limits)?)))
            .collect()
    }

    /// A session is over and redeemed, or worth nothing.
    pub fn forget(&mut self, payer: SessionRef) {
        self.accounts.remove(&payer);
        self.talks.retain(|_, talk| talk.payer != payer);
    }

    /// Makes place: books with which nothing is pending, at risk or under way are as good as none.
    fn forget_settled(&mut self) {
        let talking: BTreeSet<SessionRef> = self.talks.values().map(|talk| talk.payer).collect();
        self.accounts
            .retain(|payer, books| talking.contains(payer) || books.pending() > 0 || books.at_risk() > 0);
    }
}

impl Books {
    /// Cards that anything is known of.
    fn cards(&self) -> impl Iterator<Item = CardId> {
        let cards: BTreeSet<CardId> = self
            .earned
            .keys()
            .copied()
            .chain(self.kept.cards().map(|(card, _)| card))
            .collect();
        cards.into_iter()
    }

    fn earned(&self, card: CardId) -> Balance {
        self.earned.get(&card).map_or(0, Earned::amount)
    }

    /// The amount that may be at risk.
    fn window(&self, price: Balance, limits: &PayeeLimits) -> Balance {
        let least = cost(price, limits.window);
        let most = cost(price, limits.max_window).max(least);
        (self.credit.redeemed_in_all() / 2).clamp(least, most)
    }

    /// Counts bytes, unless that would put more than a window at risk: then the promise, and the money on chain, that would do.
    fn charge(
        &mut self,
        card: CardId,
        price: Balance,
        bytes: u64,
        limits: &PayeeLimits,
    ) -> Result<(), (Balance, Balance)> {
        let before = self.earned.get(&card).copied().unwrap_or_default();
        let mut after = before;
        after.agree(price);
        after.bytes = after.bytes.saturating_add(bytes);
        self.earned.insert(card, after);
        let ending = self.credit.ends_at <= self.credit.at.saturating_add(limits.margin);
        let backed = self.uncovered() <= self.credit.reserve.saturating_add(self.credit.shared);
        let window = self.window(price, limits);
        if !ending && backed && self.at_risk() <= window {
            return Ok(());
        }
        let earned = self.cards().map(|card| self.earned(card));
        let secured = earned.fold(0, Balance::saturating_add).saturating_sub(window);
        self.earned.insert(card, before);
        Err((after.amount(), secured))
    }

    /// Earned and not redeemed.
    fn uncovered(&self) -> Balance {
        self.cards()
            .map(|card| self.earned(card).saturating_sub(self.credit.redeemed_for(card)))
            .fold(0, Balance::saturating_add)
    }

    fn at_risk(&self) -> Balance {
        let (mut unvouched, mut unredeemed, mut homeless) = (0 as Balance, 0 as Balance, 0usize);
        for card in self.cards() {
            let (earned, vouched) = (self.earned(card), self.kept.best(card));
            let redeemed = self.credit.redeemed_for(card);
            unvouched = unvouched.saturating_add(earned.saturating_sub(vouched.max(redeemed)));
            unredeemed = unredeemed.saturating_add(earned.min(vouched).saturating_sub(redeemed));
            homeless += usize::from(vouched > 0 && !self.credit.redeemed.contains_key(&card));
        }
        // A voucher with a line that the lane has no room for is not paid at all.
        let reserve = if homeless <= self.credit.free_room() {
            self.credit.reserve
        } else {
            0
        };
        unvouched.saturating_add(unredeemed.saturating_sub(reserve))
    }

    fn pending(&self) -> Balance {
        self.kept
            .cards()
            .map(|(card, vouched)| vouched.saturating_sub(self.credit.redeemed_for(card)))
            .fold(0, Balance::saturating_add)
    }

    fn redeem_why(&self, head: BlockNumber, now: Duration, limits: &PayeeLimits) -> Option<RedeemWhy> {
        let pending = self.pending();
        // Without a lane nothing is paid.
        if pending == 0 || self.credit.room.is_none() {
            return None;
        }
        // Twice the margin: so that it is in a block before the last ones.
        if self.credit.ends_at <= head.saturating_add(limits.margin.saturating_mul(2)) {
            return Some(RedeemWhy::Ending);
        }
        let price = self.earned.values().map(|line| line.price).max().unwrap_or(0);
        if self.at_risk() > self.window(price, limits) / 2 && self.credit.shared > 0 {
            return Some(RedeemWhy::Risk);
        }
        if pending >= limits.redeem_at {
            return Some(RedeemWhy::Value);
        }
        let mut ages = self.kept.unredeemed(|card| self.credit.redeemed_for(card));
        ages.any(|(_, at)| now.saturating_sub(at) >= limits.redeem_after)
            .then_some(RedeemWhy::Age)
    }
}

impl Earned {
    fn amount(&self) -> Balance {
        self.settled.saturating_add(cost(self.price, self.bytes))
    }

    fn agree(&mut self, price: Balance) {
        if self.price != price {
            self.settled = self.amount();
            self.bytes_before = self.bytes_before.saturating_add(self.bytes);
            self.bytes = 0;
            self.price = price;
        }
    }
}

fn payer_of(voucher: &SignedVoucher<Account>) -> SessionRef {
    SessionRef {
        pool: voucher.voucher.pool,
        session: voucher.voucher.session,
    }
}
