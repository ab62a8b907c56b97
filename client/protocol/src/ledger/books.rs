//! The books of one session that pays: what it was served, what it promised, and what of that the chain will pay whatever the payer
//! does. **A reserve is counted for a card only once the card has a row at the finalised head**: before, the payer can fill the
//! lane's room with other cards while our first voucher is under way, and the chain then refuses it for ever.

use super::cost;
use super::credit::Credit;
use super::kept::Kept;
use super::payee::{LineState, PayeeLimits, RedeemWhy};
use crate::limits::{MAX_AHEAD, ROW_AMOUNT};
use crate::payment::Account;
use core::time::Duration;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine};
use hashcard_primitives::{Balance, BlockNumber};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One session.
#[derive(Clone, Default, Debug)]
pub(super) struct Books {
    pub(super) credit: Credit,
    pub(super) kept: Kept,
    pub(super) earned: BTreeMap<CardId, Earned>,
    /// Connections that talk about a card.
    pub(super) talks: usize,
    /// Whether `credit` is the chain's.
    heard: bool,
}

/// What was earned for one card.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Earned {
    /// At former prices.
    pub(super) settled: Balance,
    pub(super) price: Balance,
    pub(super) bytes: u64,
    pub(super) bytes_before: u64,
    /// Of `settled`: known only from the chain, which says that it was paid and not that we had anything of it.
    from_chain: Balance,
}

/// What was earned and not redeemed, by what becomes of it.
#[derive(Clone, Copy, Default, Debug)]
struct Exposure {
    /// Nothing promises it.
    unvouched: Balance,
    /// Promised only by vouchers that the chain could refuse for want of room.
    spoilable: Balance,
    /// Promised, and paid if there is money.
    sure: Balance,
}

/// A voucher that the chain would pay something for.
pub(super) struct Payable<'a> {
    pub(super) voucher: &'a SignedVoucher<Account>,
    at: Duration,
    /// What is due for it after those before it.
    due: Balance,
}

impl Books {
    /// What the finalised head says. The first time, what was redeemed beyond all vouchers that we have was served in a time of
    /// which we know nothing: whose books were given up, or whose vouchers were lost, is not served again for the same money.
    pub(super) fn hear(&mut self, credit: Credit) {
        if self.heard && credit.at < self.credit.at {
            return;
        }
        if !self.heard {
            for (card, redeemed) in &credit.redeemed {
                if *redeemed > self.kept.best(*card).max(ROW_AMOUNT) {
                    self.earned.entry(*card).or_default().at_least(*redeemed);
                }
            }
        }
        self.heard = true;
        self.kept.rows_are(credit.redeemed.keys().copied().collect());
        self.credit = credit;
    }

    /// Whether the chain was ever heard about it.
    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    /// Whether so little is left of the session, or of its pool, that nothing more is served.
    pub(super) fn is_ending(&self, margin: BlockNumber) -> bool {
        self.credit.ends_at <= self.credit.at.saturating_add(margin)
    }

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

    pub(super) fn lines(&self) -> BTreeMap<CardId, LineState> {
        let line = |card| {
            let earned = self.earned.get(&card).copied().unwrap_or_default();
            let state = LineState {
                bytes: earned.bytes.saturating_add(earned.bytes_before),
                earned: earned.amount(),
                vouched: self.kept.best(card),
                redeemed: self.credit.redeemed_for(card),
            };
            (card, state)
        };
        self.cards().map(line).collect()
    }

    /// Whether these promises are beyond what was served by more than an honest payer's can be. The chain pays a voucher line by
    /// line: a line for a card that we never served takes the reserve from the others, and its creator, who may be the payer, has his
    /// share of it.
    pub(super) fn is_too_far_ahead(&self, lines: &[VoucherLine]) -> bool {
        let price = self.earned.values().map(|earned| earned.price).max();
        let price = price.filter(|price| *price > 0);
        let ahead = lines.iter().map(|line| {
            let known = self.earned(line.card).max(self.credit.redeemed_for(line.card));
            line.cumulative.saturating_sub(known)
        });
        let ahead = ahead.fold(0, Balance::saturating_add);
        price.is_some_and(|price| ahead > cost(price, MAX_AHEAD))
    }

    fn earned(&self, card: CardId) -> Balance {
        self.earned.get(&card).map_or(0, Earned::amount)
    }

    /// Redeemed for cards that we served. What went to others, for cards that we did not, is no reason for trust.
    fn proven(&self) -> Balance {
        let served = self
            .earned
            .iter()
            .filter(|(_, earned)| earned.amount() > earned.from_chain);
        served
            .map(|(card, earned)| self.credit.redeemed_for(*card).saturating_sub(earned.from_chain))
            .fold(0, Balance::saturating_add)
    }

    /// The amount that may be at risk.
    pub(super) fn window(&self, price: Balance, limits: &PayeeLimits) -> Balance {
        let least = cost(price, limits.window);
        let most = cost(price, limits.max_window).max(least);
        (self.proven() / 2).clamp(least, most)
    }

    /// Counts bytes, unless that would put more than a window at risk: then the promise, and the money on chain, that would do.
    pub(super) fn charge(
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
        let backed = self.uncovered() <= self.credit.reserve.saturating_add(self.credit.shared);
        let window = self.window(price, limits);
        if !self.is_ending(limits.margin) && backed && self.at_risk() <= window {
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

    fn exposure(&self) -> Exposure {
        let mut exposure = Exposure::default();
        for card in self.cards() {
            let (earned, redeemed) = (self.earned(card), self.credit.redeemed_for(card));
            let sure = earned.min(self.kept.sure(card)).max(redeemed);
            let vouched = earned.min(self.kept.best(card)).max(sure);
            let add = |sum: &mut Balance, more: Balance| *sum = sum.saturating_add(more);
            add(&mut exposure.sure, sure.saturating_sub(redeemed));
            add(&mut exposure.spoilable, vouched.saturating_sub(sure));
            add(&mut exposure.unvouched, earned.saturating_sub(vouched));
        }
        exposure
    }

    pub(super) fn at_risk(&self) -> Balance {
        let exposure = self.exposure();
        exposure
            .unvouched
            .saturating_add(exposure.spoilable)
            .saturating_add(exposure.sure.saturating_sub(self.credit.reserve))
    }

    pub(super) fn pending(&self) -> Balance {
        self.kept
            .cards()
            .map(|(card, vouched)| vouched.saturating_sub(self.credit.redeemed_for(card)))
            .fold(0, Balance::saturating_add)
    }

    /// The vouchers that the chain would pay something for at the finalised head, one after the other, those with most due first.
    /// Without a lane: once there is one with room enough.
    pub(super) fn payable(&self) -> Vec<Payable<'_>> {
        let mut room = match self.credit.room {
            Some(_) => self.credit.free_room(),
            None => usize::MAX,
        };
        let mut paid: BTreeMap<CardId, Balance> = BTreeMap::new();
        let due = |paid: &BTreeMap<CardId, Balance>, line: &VoucherLine| {
            let before = paid.get(&line.card).copied();
            let before = before.unwrap_or_else(|| self.credit.redeemed_for(line.card));
            line.cumulative.saturating_sub(before)
        };
        let due_in_all = |paid: &BTreeMap<CardId, Balance>, lines: &[VoucherLine]| {
            let dues = lines.iter().map(|line| due(paid, line));
            dues.fold(0, Balance::saturating_add)
        };
        let mut vouchers: Vec<_> = self
            .kept
            .vouchers()
            .iter()
            .map(|stored| (due_in_all(&paid, &stored.voucher.voucher.lines), stored))
            .collect();
        vouchers.sort_by_key(|(due, _)| Reverse(*due));
        let mut payable = Vec::new();
        for (_, stored) in vouchers {
            let lines = &stored.voucher.voucher.lines;
            let rest = due_in_all(&paid, lines);
            let homeless = |line: &&VoucherLine| {
                let has_row = self.credit.redeemed.contains_key(&line.card) || paid.contains_key(&line.card);
                !has_row && line.cumulative > 0
            };
            let new = lines.iter().filter(homeless).count();
            if rest == 0 || new > room {
                continue;
            }
            room -= new;
            for line in lines.iter().filter(|line| line.cumulative > 0) {
                let most = paid
                    .entry(line.card)
                    .or_insert(self.credit.redeemed_for(line.card));
                *most = line.cumulative.max(*most);
            }
            payable.push(Payable {
                voucher: &stored.voucher,
                at: stored.at,
                due: rest,
            });
        }
        payable
    }

    /// What redeeming all of this now would bring.
    fn collectible(&self, payable: &[Payable<'_>]) -> Balance {
        if self.credit.room.is_none() {
            // Without a lane nothing is paid.
            return 0;
        }
        let due = payable.iter().map(|voucher| voucher.due);
        let due = due.fold(0, Balance::saturating_add);
        due.min(self.credit.reserve.saturating_add(self.credit.shared))
    }

    /// What would be lost with the vouchers: what they bring now, of what was earned. A promise for what was not served is none
    /// that anybody misses.
    pub(super) fn worth(&self) -> Balance {
        self.collectible(&self.payable()).min(self.uncovered())
    }

    /// What a session owes for each card that did not pay all that was earned, and how much is unpaid.
    pub(super) fn debt(&self) -> (BTreeMap<CardId, Balance>, Balance) {
        let earned = self.earned.iter().map(|(card, earned)| (*card, earned.amount()));
        let owing = earned.filter(|(card, earned)| *earned > self.credit.redeemed_for(*card));
        (owing.collect(), self.uncovered())
    }

    /// Why to redeem now. `is_wanted`: others need the place of these books.
    pub(super) fn redeem_why(
        &self,
        head: BlockNumber,
        now: Duration,
        limits: &PayeeLimits,
        is_wanted: bool,
    ) -> Option<RedeemWhy> {
        let payable = self.payable();
        let collectible = self.collectible(&payable);
        if collectible == 0 {
            return None;
        }
        // Twice the margin: so that it is in a block before the last ones.
        if self.credit.ends_at <= head.saturating_add(limits.margin.saturating_mul(2)) {
            return Some(RedeemWhy::Ending);
        }
        let price = self.earned.values().map(|line| line.price).max().unwrap_or(0);
        if self.at_risk() > self.window(price, limits) / 2 && self.is_less_at_risk_redeemed() {
            return Some(RedeemWhy::Risk);
        }
        if collectible >= limits.redeem_at {
            return Some(RedeemWhy::Value);
        }
        let is_old = |voucher: &Payable<'_>| now.saturating_sub(voucher.at) >= limits.redeem_after;
        (is_wanted || payable.iter().any(is_old)).then_some(RedeemWhy::Age)
    }

    /// Whether redeeming brings what nothing secures now: from the unreserved part, or for cards that get a row by it.
    fn is_less_at_risk_redeemed(&self) -> bool {
        let exposure = self.exposure();
        let beyond = exposure.sure.saturating_sub(self.credit.reserve);
        exposure.spoilable > 0 || (beyond > 0 && self.credit.shared > 0)
    }
}

impl Earned {
    pub(super) fn amount(&self) -> Balance {
        self.settled.saturating_add(cost(self.price, self.bytes))
    }

    pub(super) fn agree(&mut self, price: Balance) {
        if self.price != price {
            self.settled = self.amount();
            self.bytes_before = self.bytes_before.saturating_add(self.bytes);
            self.bytes = 0;
            self.price = price;
        }
    }

    /// It was so much at least: the chain has paid it.
    fn at_least(&mut self, redeemed: Balance) {
        let unknown = redeemed.saturating_sub(self.amount());
        self.settled = self.settled.saturating_add(unknown);
        self.from_chain = self.from_chain.saturating_add(unknown);
    }
}
