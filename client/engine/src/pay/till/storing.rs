//! Storing vouchers, with as few syncs of the disk as paying for real needs. **Nothing is served upon what is not stored**, so a
//! voucher that nothing is to be served upon yet can wait: a step of less than a chunk, or one far beyond what was served, is kept
//! in memory, and stored with all others like it when the next head comes, or when the process ends. The answer to it says what is
//! stored. A crash loses of such steps less than what a chunk costs, and the payer sends its last voucher again.
//!
//! Vouchers that come while another is being written are written together.

use std::collections::{BTreeMap, VecDeque};
use std::sync::MutexGuard;

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::{cost, Judged, LineState};
use hashcard_protocol::limits::MAX_WINDOW;
use hashcard_protocol::payment::{Account, Decline, Hello, SessionRef};

use super::{lock, now, Cashier};
use crate::error::EngineError;
use crate::pay::vouchers::{Kept, NotKept, Vouchers};

/// Vouchers of a session that wait in memory. A payer's newest has the lines of those before it, so one is what there is.
const HELD_PER_SESSION: usize = 4;

/// Vouchers on their way to the disk.
#[derive(Default)]
pub struct Queue {
    next: u64,
    waiting: VecDeque<(u64, Kept)>,
    /// What became of those that somebody else wrote.
    done: BTreeMap<u64, Result<(), Decline>>,
}

#[cfg(test)]
impl Queue {
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.done.is_empty()
    }
}

/// Vouchers that wait in memory.
#[derive(Default)]
pub struct Held(BTreeMap<SessionRef, Vec<SignedVoucher<Account>>>);

impl Held {
    /// Holds one. What it makes worthless goes.
    fn hold(&mut self, payer: SessionRef, voucher: SignedVoucher<Account>) {
        let held = self.0.entry(payer).or_default();
        held.retain(|older| !covers(&voucher, older));
        if held.len() < HELD_PER_SESSION {
            held.push(voucher);
        }
    }

    fn release(&mut self, payer: SessionRef, voucher: &SignedVoucher<Account>) {
        if let Some(held) = self.0.get_mut(&payer) {
            held.retain(|older| !covers(voucher, older));
            if held.is_empty() {
                self.0.remove(&payer);
            }
        }
    }

    pub(super) fn forget(&mut self, payer: SessionRef) {
        self.0.remove(&payer);
    }
}

/// Whether a voucher promises all that another does.
fn covers(newer: &SignedVoucher<Account>, older: &SignedVoucher<Account>) -> bool {
    older.voucher.lines.iter().all(|old| {
        let mut lines = newer.voucher.lines.iter();
        lines.any(|line| line.card == old.card && line.cumulative >= old.cumulative)
    })
}

/// Whether a line is to be stored before it is answered: the first of its card, one that settles what was earned, or a step of at
/// least what a chunk costs, as long as what is stored is not more than the longest window ahead.
fn is_needed(line: &VoucherLine, known: LineState, price: Balance) -> bool {
    let (stored, earned) = (known.vouched, known.earned);
    let step = line.cumulative.saturating_sub(stored);
    let settles = stored < earned && line.cumulative >= earned;
    let is_ahead = stored >= earned.saturating_add(cost(price, MAX_WINDOW));
    step > 0 && (stored == 0 || settles || (step >= cost(price, CHUNK_LEN) && !is_ahead))
}

impl Cashier {
    /// Stores a voucher that is good and promises something new, or holds it.
    pub(super) fn take(&self, hello: &Hello, voucher: SignedVoucher<Account>) -> Result<(), Decline> {
        let price = self.shelf.find(&hello.root).map(|(_, price)| price);
        let price = price
            .filter(|price| *price > 0)
            .unwrap_or(self.shelf.asking().price);
        let known = self.books().lines(hello.payer);
        let mut lines = voucher.voucher.lines.iter();
        let is_needed =
            lines.any(|line| is_needed(line, known.get(&line.card).copied().unwrap_or_default(), price));
        if !is_needed {
            lock(&self.held).hold(hello.payer, voucher);
            return Ok(());
        }
        lock(&self.held).release(hello.payer, &voucher);
        self.store(self.kept(voucher, hello.payer))
    }

    /// Stores what is held, with one write.
    pub fn store_held(&self) -> Result<(), EngineError> {
        let held: Vec<(SessionRef, SignedVoucher<Account>)> = {
            let held = lock(&self.held);
            let each = held.0.iter();
            each.flat_map(|(payer, vouchers)| vouchers.iter().map(|voucher| (*payer, voucher.clone())))
                .collect()
        };
        if held.is_empty() {
            return Ok(());
        }
        let is_new = |(payer, voucher): &&(SessionRef, SignedVoucher<Account>)| {
            let judged = self.books().judge(*payer, &voucher.voucher.lines);
            matches!(judged, Ok(Judged::Store { .. }))
        };
        let kept = held.iter().filter(is_new);
        let kept = kept
            .map(|(payer, voucher)| self.kept(voucher.clone(), *payer))
            .collect();
        self.write(&mut lock(&self.vouchers), kept)?;
        let mut still = lock(&self.held);
        for (payer, voucher) in &held {
            still.release(*payer, voucher);
        }
        Ok(())
    }

    /// Stores a voucher, together with those that wait meanwhile: who comes first writes for all.
    pub(super) fn store(&self, kept: Kept) -> Result<(), Decline> {
        let ticket = {
            let mut queue = lock(&self.queue);
            let ticket = queue.next;
            queue.next = ticket.wrapping_add(1);
            queue.waiting.push_back((ticket, kept));
            ticket
        };
        let mut vouchers = lock(&self.vouchers);
        let waiting = {
            let mut queue = lock(&self.queue);
            if let Some(done) = queue.done.remove(&ticket) {
                return done;
            }
            std::mem::take(&mut queue.waiting)
        };
        let (tickets, all): (Vec<u64>, Vec<Kept>) = waiting.into_iter().unzip();
        let done = self.write(&mut vouchers, all).map_err(|error| {
            tracing::error!(%error, "vouchers were not stored, so they do not count");
            match error {
                NotKept::Full => Decline::TOO_MANY,
                NotKept::Disk(_) => Decline::NOT_NOW,
            }
        });
        let others = tickets.into_iter().filter(|other| *other != ticket);
        lock(&self.queue).done.extend(others.map(|other| (other, done)));
        done
    }

    fn write(&self, vouchers: &mut MutexGuard<'_, Vouchers>, all: Vec<Kept>) -> Result<(), NotKept> {
        vouchers.keep_all(&all)?;
        let mut books = self.books();
        for kept in all {
            books.stored(kept.voucher, now());
        }
        Ok(())
    }

    /// A voucher as it is kept: with the block and the bytes that belong to it.
    pub(super) fn kept(&self, voucher: SignedVoucher<Account>, payer: SessionRef) -> Kept {
        let served = self.lines(payer);
        let lines = voucher.voucher.lines.iter();
        let bytes = lines.map(|line| served.get(&line.card).map_or(0, |line| line.bytes));
        Kept {
            bytes: bytes.collect(),
            at: now().as_secs(),
            block: lock(&self.heard).get(&payer).map_or(0, |heard| heard.at),
            voucher,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: Balance = CHUNK_LEN as Balance;
    /// One unit for a byte.
    const PRICE: Balance = 1 << 20;

    fn needed(stored: Balance, earned: Balance, promised: Balance) -> bool {
        let line = VoucherLine {
            card: 1,
            cumulative: promised,
        };
        let known = LineState {
            earned,
            vouched: stored,
            ..LineState::default()
        };
        is_needed(&line, known, PRICE)
    }

    #[test]
    fn a_step_is_stored_at_once_when_it_is_the_first_or_pays_for_a_chunk_or_for_what_was_served() {
        assert!(needed(0, 0, 1) && !needed(1, 0, 2) && !needed(5, 0, 5));
        assert!(needed(1, 0, 1 + CHUNK) && !needed(1, 0, CHUNK));
        assert!(needed(10, 12, 12) && !needed(10, 12, 11) && !needed(10, 10, 12));
    }

    #[test]
    fn promises_far_beyond_what_was_served_are_stored_later() {
        let longest = MAX_WINDOW as Balance;
        assert!(needed(longest - 1, 0, longest + CHUNK));
        assert!(!needed(longest, 0, longest + CHUNK));
        assert!(needed(longest, 1, longest + CHUNK));
    }
}
