//! The books of an account that is paid, for as long as a process has its home.
//!
//! **No promise counts before it is on disk, and none is believed that the finalised head does not back.** The key that must have
//! signed is the one that the chain has for the session, never the one that the payer says. What the chain is asked is bounded for
//! each block, whoever asks: who greets with sessions that do not exist spends its own allowance, not our node's time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hashcard_chain::At;
use hashcard_net::Till;
use hashcard_primitives::blob::{chunk_len, ContentRoot, CHUNK_LEN};
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{CreditView, SessionKey, SignedVoucher, VoucherLines};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::{Charge, Credit, Judged, LineState, Payee, PayeeLimits, RedeemWhy, Serving};
use hashcard_protocol::limits::{MAX_CREDIT, MIN_WINDOW};
use hashcard_protocol::payment::{Account, Decline, Hello, Promise, SessionRef, Terms};

use super::price::Shelf;
use super::signature::is_signed;
use super::vouchers::{EarnedLine, Past, Redeemed, Vouchers};
use super::witness::Witness;
use crate::amount::UNITS_PER_CARD;
use crate::error::EngineError;
use asked::Asked;
use storing::{Held, Queue};

mod asked;
mod storing;

/// Bytes that a peer has free in a day unless told otherwise: a directory, and a first look.
pub const FREE_PER_PEER: u64 = 8 << 20;
/// Bytes that all peers together have free in a day. A peer id costs nothing, so this is what a day gives away at most.
const FREE_PER_DAY: u64 = 1 << 30;
/// Unredeemed amount of a session from which on it is redeemed: a hundred fees or so.
const REDEEM_AT: Balance = UNITS_PER_CARD / 10;
/// What a session could pay at most to give way to another when there are too many: a fee or so.
const DUST: Balance = REDEEM_AT / 100;
/// Age of an unredeemed voucher from which on it is redeemed: four times in the day that a session lasts.
const REDEEM_AFTER: Duration = Duration::from_secs(6 * 3600);
/// Most blocks before the end in which nothing is served any more: five minutes of 3-second slots, in which a transaction is in
/// a block, or its era is over and it is sent again.
const MAX_MARGIN: BlockNumber = 100;
/// Parts of a closing window: a third is for redeeming what a session that begins to close still owes.
const MARGINS_PER_WINDOW: BlockNumber = 6;
/// Stands for blobs that are served and not offered for money: free bytes alone. Cards are numbered from 0, one after the other.
const NO_CARD: CardId = CardId::MAX;

/// What is given away, and when it is redeemed. `closing_window` is the chain's.
pub fn limits(free_per_peer: u64, closing_window: BlockNumber) -> PayeeLimits {
    PayeeLimits {
        free_per_peer,
        free_per_day: FREE_PER_DAY,
        window: MIN_WINDOW,
        max_window: MAX_CREDIT,
        margin: (closing_window / MARGINS_PER_WINDOW).clamp(1, MAX_MARGIN),
        redeem_at: REDEEM_AT,
        redeem_after: REDEEM_AFTER,
        dust: DUST,
    }
}

/// Who takes payments for one account on one chain.
pub struct Cashier {
    genesis: [u8; 32],
    payee: Account,
    shelf: Arc<Shelf>,
    witness: Box<dyn Witness>,
    books: Mutex<Payee<Vec<u8>>>,
    /// Locked before the books, never after them.
    vouchers: Mutex<Vouchers>,
    asked: Mutex<Asked>,
    /// Vouchers that are not stored yet. While one of these is locked nothing else becomes so.
    queue: Mutex<Queue>,
    held: Mutex<Held>,
    /// Sessions and what was last heard of them.
    heard: Mutex<BTreeMap<SessionRef, Heard>>,
    /// Bytes that each line was served for before this process.
    bytes_before: BTreeMap<(SessionRef, CardId), u64>,
    redeeming: tokio::sync::Mutex<()>,
    /// Whether it serves; otherwise it only looks and redeems.
    is_serving: bool,
}

/// What the chain last said of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heard {
    /// At which block; 0: not since the process began.
    pub at: BlockNumber,
    /// Reserved for this payee.
    pub reserve: Balance,
    /// What it could be paid beyond that, unless others are paid first.
    pub shared: Balance,
    /// Last block in which vouchers are redeemed.
    pub ends_at: Option<BlockNumber>,
    /// Its key, which never changes.
    key: Option<SessionKey>,
}

impl Heard {
    const NOTHING: Self = Self {
        at: 0,
        reserve: 0,
        shared: 0,
        ends_at: None,
        key: None,
    };

    /// The most that its vouchers bring. Of what was not heard of it is not known.
    fn payable(&self) -> Balance {
        match self.at {
            0 => Balance::MAX,
            _ => self.reserve.saturating_add(self.shared),
        }
    }
}

impl Cashier {
    /// With the books as the vouchers tell them. `serving`: the process may serve from now on, until [`close`](Self::close).
    pub fn new(
        genesis: [u8; 32],
        payee: Account,
        mut vouchers: Vouchers,
        shelf: Arc<Shelf>,
        witness: Box<dyn Witness>,
        limits: PayeeLimits,
        serving: bool,
    ) -> Result<Self, EngineError> {
        let mut books = Payee::new(limits);
        let mut bytes_before = BTreeMap::new();
        let mut heard = BTreeMap::new();
        for kept in vouchers.all() {
            if !books.restore(kept.voucher.clone(), kept.since_epoch()) {
                tracing::error!(
                    "there are more sessions than are kept; the vouchers of some stay in their file"
                );
                continue;
            }
            heard.insert(kept.payer(), Heard::NOTHING);
            for (line, bytes) in kept.voucher.voucher.lines.iter().zip(&kept.bytes) {
                let most: &mut u64 = bytes_before.entry((kept.payer(), line.card)).or_default();
                *most = (*bytes).max(*most);
            }
        }
        for line in vouchers.earned() {
            books.restore_earned(line.payer, line.card, line.earned);
            bytes_before.insert((line.payer, line.card), line.bytes);
        }
        if serving {
            vouchers.begin_serving()?;
        }
        Ok(Self {
            genesis,
            payee,
            shelf,
            witness,
            books: Mutex::new(books),
            vouchers: Mutex::new(vouchers),
            asked: Mutex::default(),
            queue: Mutex::default(),
            held: Mutex::default(),
            heard: Mutex::new(heard),
            bytes_before,
            redeeming: tokio::sync::Mutex::default(),
            is_serving: serving,
        })
    }

    /// The account.
    pub fn payee(&self) -> Account {
        self.payee
    }

    /// What is offered.
    pub fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// The turn to redeem: so that a daemon and a command do not both pay to redeem the same vouchers.
    pub async fn turn_to_redeem(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.redeeming.lock().await
    }

    /// The sessions, those that were not heard of for longest first.
    pub fn stalest(&self) -> Vec<SessionRef> {
        let heard = lock(&self.heard);
        let mut sessions: Vec<_> = heard.iter().map(|(payer, heard)| (heard.at, *payer)).collect();
        sessions.sort_unstable();
        sessions.into_iter().map(|(_, payer)| payer).collect()
    }

    /// What a finalised block says of a session. Whether it goes on.
    pub fn heard(
        &self,
        payer: SessionRef,
        view: Option<&CreditView<Account>>,
        at: At,
    ) -> Result<bool, EngineError> {
        let over = match view {
            Some(view) => {
                let credit = Credit::new(view, at.number);
                let over = credit.ends_at < at.number;
                self.note(payer, &credit, view.session.key);
                // Who gave way to another gets no books for being looked up.
                self.books().heard(payer, &credit);
                over
            }
            // A node that lags behind the block of a voucher does not know its session yet.
            None => lock(&self.vouchers)
                .seen_at(payer)
                .is_none_or(|seen| seen <= at.number),
        };
        if over {
            self.end(payer)?;
        }
        Ok(!over)
    }

    /// Enters what the chain says of a session. Another may have to give way to it, and is written down as one that is over: its
    /// vouchers are worth less than a fee.
    fn admit(&self, payer: SessionRef, credit: Credit) -> Result<(), Decline> {
        if self.books().heard(payer, &credit) {
            return Ok(());
        }
        // Held until that is written: whoever comes back at once stores its vouchers after it.
        let mut vouchers = lock(&self.vouchers);
        let Some(evicted) = self.books().credit(payer, credit)? else {
            return Ok(());
        };
        let lines = self.past_of(evicted.payer, evicted.lines);
        if let Err(error) = vouchers.end(evicted.payer, lines) {
            // Then they are there again after a restart.
            tracing::warn!(
                error = error.message,
                "a session that gave way is still in the file"
            );
        }
        lock(&self.held).forget(evicted.payer);
        lock(&self.heard).remove(&evicted.payer);
        Ok(())
    }

    /// What lines of a session came to, with the bytes of all processes.
    fn past_of(&self, payer: SessionRef, lines: BTreeMap<CardId, LineState>) -> Vec<(CardId, Past)> {
        let before = |card| self.bytes_before.get(&(payer, card)).copied().unwrap_or(0);
        lines
            .into_iter()
            .map(|(card, line)| {
                let past = Past {
                    bytes: line.bytes.saturating_add(before(card)),
                    redeemed: line.redeemed,
                };
                (card, past)
            })
            .filter(|(_, past)| *past != Past::default())
            .collect()
    }

    fn note(&self, payer: SessionRef, credit: &Credit, key: SessionKey) {
        let heard = Heard {
            at: credit.at,
            reserve: credit.reserve,
            shared: credit.shared,
            ends_at: Some(credit.ends_at),
            key: Some(key),
        };
        lock(&self.heard).insert(payer, heard);
    }

    fn end(&self, payer: SessionRef) -> Result<(), EngineError> {
        let mut vouchers = lock(&self.vouchers);
        let lines = self.past_of(payer, self.books().lines(payer));
        if !lines.is_empty() || vouchers.seen_at(payer).is_some() {
            vouchers.end(payer, lines)?;
        }
        self.books().forget(payer);
        lock(&self.held).forget(payer);
        lock(&self.heard).remove(&payer);
        Ok(())
    }

    /// The sessions to redeem now and why, the most urgent first.
    pub fn redeemable(&self, head: BlockNumber) -> Vec<(SessionRef, RedeemWhy)> {
        let mut sessions = self.books().redeemable(head, now());
        sessions.sort_by_key(|(_, why)| match why {
            RedeemWhy::Ending => 0,
            RedeemWhy::Risk => 1,
            RedeemWhy::Value => 2,
            RedeemWhy::Age => 3,
        });
        sessions
    }

    /// The sessions of which anything is pending.
    pub fn pending_sessions(&self) -> Vec<SessionRef> {
        let books = self.books();
        books.payers().filter(|payer| books.pending(*payer) > 0).collect()
    }

    /// The vouchers of a session that promise more than was redeemed, each with the most that it would bring as far as is known:
    /// what is due by it, and no more than the session can pay. Of two for the same card each is told with all of it.
    pub fn due(&self, payer: SessionRef) -> Vec<(SignedVoucher<Account>, Balance)> {
        let payable = lock(&self.heard).get(&payer).map_or(Balance::MAX, Heard::payable);
        let books = self.books();
        let redeemed = books.lines(payer);
        let worth = |voucher: &SignedVoucher<Account>| {
            let due = voucher.voucher.lines.iter().map(|line| {
                let redeemed = redeemed.get(&line.card).map_or(0, |line| line.redeemed);
                line.cumulative.saturating_sub(redeemed)
            });
            due.fold(0, Balance::saturating_add).min(payable)
        };
        let vouchers = books.unredeemed(payer).into_iter();
        vouchers
            .map(|voucher| (worth(&voucher), voucher))
            .map(|(worth, voucher)| (voucher, worth))
            .collect()
    }

    /// Promised and not redeemed.
    pub fn pending(&self, payer: SessionRef) -> Balance {
        self.books().pending(payer)
    }

    /// Served, and not secured.
    pub fn at_risk(&self, payer: SessionRef) -> Balance {
        self.books().at_risk(payer)
    }

    /// The sessions, and what the chain last said of each.
    pub fn sessions(&self) -> BTreeMap<SessionRef, Heard> {
        lock(&self.heard).clone()
    }

    /// The cards of a session; bytes are those of all processes.
    pub fn lines(&self, payer: SessionRef) -> BTreeMap<CardId, LineState> {
        let mut lines = self.books().lines(payer);
        for (card, line) in &mut lines {
            let before = self.bytes_before.get(&(payer, *card)).copied().unwrap_or(0);
            line.bytes = line.bytes.saturating_add(before);
        }
        lines
    }

    /// What sessions that are over paid, by card.
    pub fn past(&self) -> BTreeMap<CardId, Past> {
        lock(&self.vouchers).past().clone()
    }

    /// All redemptions.
    pub fn redeemed(&self) -> Redeemed {
        lock(&self.vouchers).redeemed()
    }

    /// Vouchers were redeemed.
    pub fn add_redeemed(&self, received: Balance, fee: Balance) -> Result<(), EngineError> {
        lock(&self.vouchers).add_redeemed(received, fee)
    }

    /// Ends in order: what was earned is known exactly the next time. Nothing may be served any more.
    pub fn close(&self) -> Result<(), EngineError> {
        if !self.is_serving {
            return Ok(());
        }
        self.store_held()?;
        let sessions: Vec<SessionRef> = self.books().payers().collect();
        let mut earned = Vec::new();
        for payer in sessions {
            for (card, line) in self.lines(payer) {
                earned.push(EarnedLine {
                    payer,
                    card,
                    earned: line.earned,
                    bytes: line.bytes,
                });
            }
        }
        lock(&self.vouchers).end_serving(earned)
    }

    fn books(&self) -> MutexGuard<'_, Payee<Vec<u8>>> {
        lock(&self.books)
    }
}

impl Till for Cashier {
    fn may_serve(&self, peer: &[u8], root: &ContentRoot, chunk: u64) -> Serving {
        let (card, price, bytes) = match self.shelf.find(root) {
            Some((offered, price)) => (offered.card, price, chunk_len(offered.blob_len, chunk)),
            None => (NO_CARD, self.shelf.asking().price, CHUNK_LEN),
        };
        self.books().may_serve(&peer.to_vec(), card, price, bytes, now())
    }

    fn not_served(&self, peer: &[u8], root: &ContentRoot, _: u64, charge: Charge) {
        let card = self.shelf.find(root).map_or(NO_CARD, |(offered, _)| offered.card);
        self.books().not_served(&peer.to_vec(), card, charge);
    }

    fn greeted(&self, peer: &[u8], hello: &Hello, signature: &[u8; 64]) -> Result<Terms, Decline> {
        if hello.genesis != self.genesis {
            return Err(Decline::WRONG_CHAIN);
        }
        if hello.payee != self.payee {
            return Err(Decline::NOT_PAYEE);
        }
        let found = self.shelf.find(&hello.root);
        let (_, price) = found
            .filter(|(offered, _)| offered.card == hello.card)
            .ok_or(Decline::UNKNOWN_CARD)?;
        // Before the chain is asked for anybody.
        let bytes = hello.signed_bytes(peer).ok_or(Decline::BAD_SIGNATURE)?;
        if !is_signed(&hello.key, &bytes, signature) {
            return Err(Decline::BAD_SIGNATURE);
        }
        let found = self.look_up(peer, hello.payer)?;
        if found.key != hello.key {
            return Err(Decline::UNKNOWN_SESSION);
        }
        if let Some(credit) = found.credit {
            self.admit(hello.payer, credit.clone())?;
            self.note(hello.payer, &credit, found.key);
        }
        self.books()
            .greet(peer.to_vec(), hello.payer, hello.card, price, now())
    }

    fn vouched(&self, _: &[u8], hello: &Hello, promise: Promise) -> Result<VoucherLines, Decline> {
        let lines = promise.lines.clone();
        let judged = self.books().judge(hello.payer, &lines)?;
        if let Judged::Store { unknown } = judged {
            let voucher = hello.signed_voucher(promise);
            // The greeting's key is the chain's: `greeted` saw to it, and a session's key never changes.
            let bytes = voucher.voucher.signed_bytes(&self.genesis);
            if !voucher.voucher.is_well_formed() || !is_signed(&hello.key, &bytes, &voucher.signature) {
                return Err(Decline::BAD_SIGNATURE);
            }
            self.all_published(hello.payer, &unknown)?;
            self.take(hello, voucher)?;
        }
        Ok(self.books().best(hello.payer, &lines))
    }

    fn left(&self, peer: &[u8], hello: &Hello) {
        self.books().left(&peer.to_vec(), hello.card);
    }
}

/// The time since midnight of 1 January 1970.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these is whole between any two calls.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
