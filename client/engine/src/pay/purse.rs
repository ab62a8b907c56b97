//! The purse of one fetch: the books of the payer, with the key that signs, the record on disk, and the prices that seats named on
//! chain. **A promise is written down before it leaves this file**, and what cannot be written down is not promised.
//!
//! A payee's price comes from its terms. It is paid if it is at most what its seat says on chain and at most what the fetch pays;
//! what is dearer gives what it gives for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use hashcard_chain::Account;
use hashcard_net::{Allowed, Greeting, Purse as FetchPurse, PurseEvent, PurseReply};
use hashcard_primitives::blob::{ContentRoot, CHUNK_LEN};
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SessionKey, SignedVoucher, VoucherLine, VoucherLines};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::{cost, Payer, PayerAction, PayerLimits, Unacceptable};
use hashcard_protocol::payment::{Decline, Hello, Promise, SessionRef, Terms};
use tokio::sync::{watch, Notify};

use super::lanes::Lanes;
use super::order::Wanted;
use super::session::{Claim, Session};
use crate::amount::Amount;
use crate::error::EngineError;
pub use books::Wishes;
use books::{Books, Talk};
use seats::Seats;

mod books;
mod seats;

/// Reasons of payees that are told when a fetch ends without all chunks.
const REASONS_TOLD: usize = 3;

/// Who is paid for what a peer serves, as the chain says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seat {
    /// The account.
    pub payee: Account,
    /// Highest price of a MiB that it may ask; `None`: the seat names none.
    pub price: Option<Balance>,
}

/// What a fetch pays from.
pub struct Purse {
    genesis: [u8; 32],
    card: CardId,
    root: ContentRoot,
    own_peer: Vec<u8>,
    owner: Account,
    limits: PayerLimits,
    payer: SessionRef,
    key: SigningKey,
    began: Instant,
    books: Mutex<Books>,
    /// Lanes were asked for, or the purse was closed.
    asked: Notify,
    closed: watch::Sender<bool>,
    /// The session is ours until the purse is gone.
    _claim: Claim,
}

impl Purse {
    /// Nothing has happened yet.
    pub fn new(
        genesis: [u8; 32],
        owner: Account,
        wanted: &Wanted<'_>,
        limits: PayerLimits,
        session: Session,
    ) -> Self {
        let Session {
            payer,
            key,
            journal,
            lanes,
            claim,
            ..
        } = session;
        let mut ledger = Payer::new(limits);
        ledger.missing(wanted.card, wanted.missing);
        let mut before = BTreeMap::new();
        for ((payee, card), line) in journal.lines() {
            ledger.restore(*payee, *card, *line);
            if *card == wanted.card {
                before.insert(*payee, ledger.record(payee, *card).promised);
            }
        }
        for (payee, lane) in &lanes {
            ledger.lane(*payee, lane.clone());
        }
        Self {
            genesis,
            card: wanted.card,
            root: wanted.root,
            own_peer: wanted.own_peer.clone(),
            owner,
            limits,
            payer,
            key,
            began: Instant::now(),
            books: Mutex::new(Books {
                ledger,
                journal,
                lanes,
                seats: BTreeMap::new(),
                payees: BTreeSet::new(),
                talks: BTreeMap::new(),
                before,
                wanted: BTreeMap::new(),
                rowless: BTreeSet::new(),
                failed: None,
                lanes_failed: None,
                refusals: BTreeSet::new(),
                cheapest_refused: None,
                worth_another_try: false,
                has_dealt: false,
                missing: wanted.missing,
                lowest_price: limits.max_price_per_mib,
            }),
            asked: Notify::new(),
            closed: watch::Sender::new(false),
            _claim: claim,
        }
    }

    /// Which session pays.
    pub fn session(&self) -> SessionRef {
        self.payer
    }

    /// Says which seats each peer has now. Who had one before and was promised something is not forgotten.
    pub fn meet(&self, seats: BTreeMap<Vec<u8>, Vec<Seat>>) {
        let mut books = self.books();
        for (peer, seats) in seats {
            let is_talking = books.talks.contains_key(&peer);
            let known = books.seats.entry(peer).or_default();
            known.update(seats, is_talking, |seat| self.is_payable(seat));
        }
    }

    /// Promised in this fetch.
    pub fn spent(&self) -> Balance {
        self.books().ledger.spent()
    }

    /// Promised in this fetch for what a peer serves.
    pub fn paid_to(&self, peer: &[u8]) -> Balance {
        let books = self.books();
        let seats = books.seats.get(peer).into_iter().flat_map(Seats::all);
        let promised = seats.map(|seat| {
            let before = books.before.get(&seat.payee).copied().unwrap_or(0);
            let promised = books.ledger.record(&seat.payee, self.card).promised;
            promised.saturating_sub(before)
        });
        promised.fold(0, Balance::saturating_add)
    }

    /// The account that a peer takes payments for, as far as is known.
    pub fn payee_of(&self, peer: &[u8]) -> Option<Account> {
        let books = self.books();
        let seat = books.seats.get(peer)?.in_use()?;
        books.payees.contains(&seat.payee).then_some(seat.payee)
    }

    /// Whether anybody was cheap enough, whatever came of it.
    pub fn has_dealt(&self) -> bool {
        self.books().has_dealt
    }

    /// Whether what is left buys no chunk at the lowest price that was agreed.
    pub fn is_spent(&self) -> bool {
        let books = self.books();
        let left = self.limits.budget.saturating_sub(books.ledger.spent());
        let chunk = CHUNK_LEN.min(books.missing);
        books.ledger.spent() > 0 && left < cost(books.lowest_price, chunk)
    }

    /// Lowest price that was too high.
    pub fn cheapest_refused(&self) -> Option<Balance> {
        self.books().cheapest_refused
    }

    /// Why payees were left, for people; no more than a few reasons.
    pub fn refusals(&self) -> String {
        let books = self.books();
        let told: Vec<&str> = books
            .refusals
            .iter()
            .take(REASONS_TOLD)
            .map(String::as_str)
            .collect();
        told.join("; ")
    }

    /// Why nothing can be promised at all, or no lane opened.
    pub fn failure(&self) -> Option<EngineError> {
        let books = self.books();
        books.failed.clone().or_else(|| books.lanes_failed.clone())
    }

    /// Whether a payee said something that may be otherwise soon; said once.
    pub fn is_worth_another_try(&self) -> bool {
        std::mem::take(&mut self.books().worth_another_try)
    }

    /// Writes down what is owed by now. Blocks.
    pub fn write_down(&self) -> Result<(), EngineError> {
        let mut books = self.books();
        for payee in books.payees.clone() {
            let line = books.ledger.record(&payee, self.card);
            books.journal.write(&payee, self.card, line)?;
        }
        Ok(())
    }

    /// No lane is asked for from now on but those that were.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.asked.notify_one();
    }

    /// Waits until it is closed.
    pub async fn closed(&self) {
        // The sender is ours, so this ends only by its being so.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// The next lanes to open, with what is asked for within `gather` of the first; `None` when it is closed and there are none.
    pub async fn wanted_lanes(&self, gather: Duration) -> Option<Wishes> {
        loop {
            if !self.books().wanted.is_empty() {
                tokio::select! {
                    () = self.closed() => {}
                    () = tokio::time::sleep(gather) => {}
                }
                return Some(self.books().take_wanted());
            }
            if *self.closed.borrow() {
                return None;
            }
            self.asked.notified().await;
        }
    }

    /// This was done, and this is what the finalised head says of all lanes. A row that is not there now was refused.
    pub fn lanes_are(&self, done: &Wishes, lanes: Lanes) {
        let mut books = self.books();
        for row in &done.rows {
            let payee = row.voucher.payee;
            let rows = lanes.get(&payee).map(|lane| &lane.cards);
            let cards = row.voucher.lines.iter().map(|line| line.card);
            let missing = cards.filter(|card| rows.is_none_or(|rows| !rows.contains(card)));
            books.rowless.extend(missing.map(|card| (payee, card)));
        }
        for payee in done.payees() {
            let lane = lanes.get(&payee).cloned().unwrap_or_default();
            books.ledger.lane(payee, lane);
        }
        books.lanes = lanes;
        books.lanes_failed = None;
    }

    /// This was not done: it may be asked for again.
    pub fn lanes_failed(&self, wanted: &Wishes, why: EngineError) {
        let mut books = self.books();
        for payee in wanted.payees() {
            let lane = books.lanes.get(&payee).cloned().unwrap_or_default();
            books.ledger.lane(payee, lane);
        }
        books.lanes_failed = Some(why);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn greeting(&self, payee: Account) -> Option<Greeting> {
        let hello = self.hello(payee);
        let bytes = hello.signed_bytes(&self.own_peer)?;
        let signature = self.key.sign(&bytes).to_bytes();
        Some(Greeting { hello, signature })
    }

    fn hello(&self, payee: Account) -> Hello {
        Hello {
            genesis: self.genesis,
            payer: self.payer,
            key: SessionKey::Ed25519(self.key.verifying_key().to_bytes()),
            payee,
            card: self.card,
            root: self.root,
        }
    }

    /// Writes a promise down and signs it.
    fn promise(
        &self,
        books: &mut Books,
        payee: Account,
        lines: VoucherLines,
    ) -> Result<Promise, EngineError> {
        for line in &lines {
            let record = books.ledger.record(&payee, line.card);
            books.journal.write(&payee, line.card, record)?;
        }
        let signed = self.signed(payee, lines);
        Ok(Promise {
            lines: signed.voucher.lines,
            signature: signed.signature,
        })
    }

    fn signed(&self, payee: Account, lines: VoucherLines) -> SignedVoucher<Account> {
        let voucher = self.hello(payee).voucher(lines);
        let signature = self.key.sign(&voucher.signed_bytes(&self.genesis)).to_bytes();
        SignedVoucher { voucher, signature }
    }

    fn terms(&self, books: &mut Books, seat: Seat, peer: &[u8], terms: &Terms) {
        let talk = Talk {
            price: terms.price_per_mib,
            ..Talk::default()
        };
        books.talks.insert(peer.to_vec(), talk);
        if let Some(seats) = books.seats.get_mut(peer) {
            seats.own();
        }
        if let Some(said) = seat.price.filter(|said| terms.price_per_mib > *said) {
            let asked = Amount(terms.price_per_mib);
            let why = format!("it asks {asked} for a MiB, and its seat says {}", Amount(said));
            return books.leave(peer, why);
        }
        match books.ledger.terms(seat.payee, self.card, terms) {
            Ok(()) => {
                books.has_dealt = true;
                books.payees.insert(seat.payee);
                if terms.price_per_mib > 0 {
                    books.lowest_price = books.lowest_price.min(terms.price_per_mib);
                }
            }
            Err(Unacceptable::TooDear { price, .. }) => {
                books.refuse_price(price);
                let talk = Talk {
                    gives: Some(terms.free_bytes),
                    ..Talk::default()
                };
                books.talks.insert(peer.to_vec(), talk);
            }
            Err(why) => {
                books.has_dealt = true;
                books.leave(peer, why.to_string());
            }
        }
    }

    /// What happened, in the books.
    fn enter(&self, books: &mut Books, seat: Seat, peer: &[u8], event: PurseEvent) {
        let (payee, card, now) = (seat.payee, self.card, self.now());
        match event {
            PurseEvent::Connected | PurseEvent::TakesNoPayment => {}
            PurseEvent::Terms(terms) => self.terms(books, seat, peer, &terms),
            PurseEvent::Accepted { best } => {
                if let Err(why) = books.ledger.accepted(payee, &best, now) {
                    books.leave(peer, why.to_string());
                }
            }
            PurseEvent::Declined(why) => {
                let passing = [
                    Decline::UNKNOWN_SESSION,
                    Decline::NOT_NOW,
                    Decline::TERMS_CHANGED,
                    Decline::NO_ROOM,
                ];
                books.has_dealt = true;
                books.worth_another_try |= passing.contains(&why);
                books.leave(peer, why.reason().to_owned());
            }
            PurseEvent::Due { vouched, .. } => match books.talks.get(peer) {
                Some(talk) if talk.gives.is_some() => {
                    books.leave(peer, "it has given what it gives for nothing".to_owned())
                }
                _ => books.ledger.due(payee, card, vouched),
            },
            PurseEvent::Verified {
                bytes, missing, late, ..
            } => {
                books.missing = missing;
                books.ledger.missing(card, missing);
                if late {
                    books.ledger.verified_late(payee, card, bytes, now);
                } else {
                    books.ledger.verified(payee, card, bytes, now);
                    books.saw(peer, bytes);
                }
            }
            PurseEvent::Unwanted { bytes, .. } => {
                books.ledger.unwanted(payee, card, bytes);
                books.saw(peer, bytes);
            }
            PurseEvent::Lied => {
                books.ledger.condemned(payee);
                books.leave(peer, "it sent wrong bytes".to_owned());
            }
            PurseEvent::Left => {
                books.ledger.left(payee, card);
                books.talks.remove(peer);
            }
        }
    }

    /// Does what the books ask for about a payee; the newest promise to it.
    fn act(&self, books: &mut Books, payee: Account) -> Option<Promise> {
        let mut newest = None;
        while let Some(action) = books.ledger.poll_line(payee, self.card, self.now()) {
            match action {
                PayerAction::Sign { payee, lines } => match self.promise(books, payee, lines) {
                    Ok(promise) => newest = Some(promise),
                    Err(error) => {
                        books.failed = Some(error);
                        return None;
                    }
                },
                PayerAction::OpenLane {
                    payee,
                    reserve,
                    lines,
                } => {
                    let wanted = books.wanted.entry(payee).or_default();
                    wanted.reserve = wanted.reserve.saturating_add(reserve);
                    wanted.lines = wanted.lines.saturating_add(lines);
                    self.asked.notify_one();
                }
                PayerAction::MakeRows { payee, lines } => {
                    let is_refused = |line: &VoucherLine| books.rowless.contains(&(payee, line.card));
                    let lines: Vec<VoucherLine> =
                        lines.into_iter().filter(|line| !is_refused(line)).collect();
                    if !lines.is_empty() {
                        let row = self.signed(payee, VoucherLines::truncate_from(lines));
                        books.wanted.entry(payee).or_default().rows.push(row);
                        self.asked.notify_one();
                    }
                }
            }
        }
        newest
    }

    fn allowed(&self, books: &mut Books, peer: &[u8], payee: Account) -> Allowed {
        if let Some(error) = &books.failed {
            return Allowed::Nothing(error.message.clone());
        }
        let Some(talk) = books.talks.get(peer) else {
            return Allowed::UpTo(0);
        };
        if let Some(why) = &talk.over {
            return Allowed::Nothing(why.clone());
        }
        if let Some(bytes) = talk.gives {
            return Allowed::UpTo(bytes);
        }
        let Some(bytes) = books.ledger.limit(&payee, self.card) else {
            return Allowed::Anything;
        };
        // Bytes under way are within the limit, so with less than a chunk left nothing is under way, or can be.
        let left = bytes.saturating_sub(talk.seen);
        let budget = self.limits.budget.saturating_sub(books.ledger.spent());
        let price = talk.price;
        if left < CHUNK_LEN.min(books.missing) && budget == 0 && price > 0 {
            let why = "the budget is spent".to_owned();
            books.leave(peer, why.clone());
            return Allowed::Nothing(why);
        }
        Allowed::UpTo(bytes)
    }
}

impl FetchPurse for Purse {
    fn told(&self, peer: &[u8], event: PurseEvent) -> PurseReply {
        let mut books = self.books();
        let free = |allowed| PurseReply {
            greeting: None,
            promise: None,
            allowed,
        };
        if event == PurseEvent::Connected {
            return self.connected(&mut books, peer);
        }
        let Some(seat) = books.seats.get(peer).and_then(Seats::in_use) else {
            return free(Allowed::Anything);
        };
        if matches!(event, PurseEvent::TakesNoPayment) {
            return free(Allowed::Anything);
        }
        if event == PurseEvent::Declined(Decline::NOT_PAYEE) {
            if let Some(reply) = self.disowned(&mut books, peer) {
                return reply;
            }
        }
        let has_left = event == PurseEvent::Left;
        self.enter(&mut books, seat, peer, event);
        if has_left {
            return free(Allowed::UpTo(0));
        }
        let is_paid = books
            .talks
            .get(peer)
            .is_some_and(|talk| talk.over.is_none() && talk.gives.is_none());
        let promise = match is_paid && books.failed.is_none() {
            true => self.act(&mut books, seat.payee),
            false => None,
        };
        let allowed = self.allowed(&mut books, peer, seat.payee);
        PurseReply {
            greeting: None,
            promise,
            allowed,
        }
    }
}

/// For messages of the fetch.
impl std::fmt::Debug for Purse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Purse")
            .field("payer", &self.payer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
