//! Which vouchers go into a transaction together. **What a voucher adds to the fee is taken off before any place is given away**, so
//! no number of vouchers of next to nothing keeps one from being sent that is worth more, or makes a payee pay fees for ever.
//!
//! What the books say a voucher is worth is the most that it can bring; a payer can make it say more than there is. So the chain is
//! asked about those that were chosen, and sessions whose vouchers brought less than the books said come after all others from then on.

use std::cmp::Reverse;

use hashcard_chain::Account;
use hashcard_primitives::channel::{SignedVoucher, MAX_LINES, MAX_REDEEMED_LINES, MAX_VOUCHERS};
use hashcard_primitives::Balance;
use hashcard_protocol::payment::SessionRef;

/// Candidates that are looked at before all are let go that cannot be among the chosen: two megabytes of the largest.
const LOOKED_AT: usize = 4096;

/// What redeeming costs. Fees grow by the same for each voucher, and for each line of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Costs {
    /// Of a transaction without vouchers.
    pub base: Balance,
    /// Of a voucher with one line.
    one_line: Balance,
    /// Of a voucher with as many lines as there can be.
    all_lines: Balance,
}

/// A voucher that could be redeemed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Whose promise it is.
    pub payer: SessionRef,
    /// The promise.
    pub voucher: SignedVoucher<Account>,
    /// The most that it brings, by the books.
    pub value: Balance,
    /// Soon it brings nothing any more.
    pub is_ending: bool,
    /// How often vouchers of its session brought less than they cost, when the books said more.
    pub disappointments: u32,
}

/// The best candidates of those that were offered.
#[derive(Debug)]
pub struct Choice {
    costs: Costs,
    kept: Vec<Candidate>,
    /// What those together are worth that were let go.
    waiting: Balance,
}

/// Chosen vouchers after the chain was asked what each would bring.
#[derive(PartialEq, Eq, Debug)]
pub struct Sifted {
    /// Worth sending, with what each brings; what brings most beyond its cost first.
    pub worth_it: Vec<(Candidate, Balance)>,
    /// Not worth sending, against what the books say.
    pub disappointing: Vec<Candidate>,
}

impl Costs {
    /// From the fees of one voucher with a line, of two such, and of one such and one with [`MAX_LINES`] lines.
    pub fn from_fees(one: Balance, two: Balance, one_and_longest: Balance) -> Self {
        let one_line = two.saturating_sub(one);
        Self {
            base: one.saturating_sub(one_line),
            one_line,
            all_lines: one_and_longest.saturating_sub(one).max(one_line),
        }
    }

    /// What a voucher with so many lines adds to the fee.
    pub fn of_lines(&self, lines: usize) -> Balance {
        let beyond = lines.saturating_sub(1) as Balance;
        let most_beyond = Balance::from(MAX_LINES).saturating_sub(1).max(1);
        let for_lines = self.all_lines.saturating_sub(self.one_line);
        let for_lines = for_lines.saturating_mul(beyond).div_ceil(most_beyond);
        self.one_line.saturating_add(for_lines)
    }

    fn of(&self, voucher: &SignedVoucher<Account>) -> Balance {
        self.of_lines(voucher.voucher.lines.len())
    }

    /// The fee of a transaction with these vouchers.
    pub fn of_all<'a>(&self, vouchers: impl IntoIterator<Item = &'a SignedVoucher<Account>>) -> Balance {
        let costs = vouchers.into_iter().map(|voucher| self.of(voucher));
        costs.fold(self.base, Balance::saturating_add)
    }
}

impl Choice {
    /// Nothing was offered.
    pub fn new(costs: Costs) -> Self {
        Self {
            costs,
            kept: Vec::new(),
            waiting: 0,
        }
    }

    /// Looks at one more.
    pub fn offer(&mut self, candidate: Candidate) {
        if candidate.value <= self.costs.of(&candidate.voucher) {
            self.waiting = self.waiting.saturating_add(candidate.value);
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() > LOOKED_AT {
            self.let_go();
        }
    }

    /// Those to redeem, no more than fit a transaction. What ends goes first, then what brings most beyond its cost; in each case
    /// after what has not disappointed. If those are not worth a transaction, then just those that bring most; if they are not
    /// either, what is waiting.
    pub fn made(mut self) -> Result<Vec<Candidate>, Balance> {
        self.let_go();
        let richest = self.kept.split_off(fitting(&self.kept));
        if self.is_worth_a_transaction() {
            return Ok(self.kept);
        }
        self.kept.extend(richest);
        let costs = self.costs;
        self.kept.sort_by_key(|candidate| Reverse(net(&costs, candidate)));
        let left = self.kept.split_off(fitting(&self.kept));
        if self.is_worth_a_transaction() {
            return Ok(self.kept);
        }
        let values = self.kept.iter().chain(&left).map(|candidate| candidate.value);
        Err(values.fold(self.waiting, Balance::saturating_add))
    }

    /// Keeps the first in either order: those first of all that go first, and after them those that bring most.
    fn let_go(&mut self) {
        let (costs, most) = (self.costs, MAX_VOUCHERS as usize);
        self.kept.sort_by_key(|candidate| {
            let net = Reverse(net(&costs, candidate));
            (candidate.disappointments, !candidate.is_ending, net)
        });
        let mut others = self.kept.split_off(self.kept.len().min(most));
        others.sort_by_key(|candidate| Reverse(net(&costs, candidate)));
        let gone = others.split_off(others.len().min(most));
        self.kept.extend(others);
        let values = gone.iter().map(|candidate| candidate.value);
        self.waiting = values.fold(self.waiting, Balance::saturating_add);
    }

    fn is_worth_a_transaction(&self) -> bool {
        let values = self.kept.iter().map(|candidate| candidate.value);
        let fee = self
            .costs
            .of_all(self.kept.iter().map(|candidate| &candidate.voucher));
        values.fold(0, Balance::saturating_add) > fee
    }
}

/// How many of the first of these fit a transaction.
fn fitting(candidates: &[Candidate]) -> usize {
    let mut left = MAX_REDEEMED_LINES as usize;
    let fits = |candidate: &&Candidate| {
        let lines = candidate.voucher.voucher.lines.len();
        let fits = lines <= left;
        left = left.saturating_sub(lines);
        fits
    };
    let most = candidates.iter().take(MAX_VOUCHERS as usize);
    most.take_while(fits).count()
}

/// What a candidate brings beyond its cost, by the books.
fn net(costs: &Costs, candidate: &Candidate) -> Balance {
    candidate.value.saturating_sub(costs.of(&candidate.voucher))
}

/// Parts candidates by what the chain says of each: what it would bring its payee, or nothing.
pub fn sift(quoted: impl IntoIterator<Item = (Candidate, Balance)>, costs: &Costs) -> Sifted {
    let (mut worth_it, disappointing): (Vec<_>, Vec<_>) = quoted
        .into_iter()
        .partition(|(candidate, worth)| *worth > costs.of(&candidate.voucher));
    worth_it.sort_by_key(|(candidate, worth)| Reverse(worth.saturating_sub(costs.of(&candidate.voucher))));
    Sifted {
        worth_it,
        disappointing: disappointing
            .into_iter()
            .map(|(candidate, _)| candidate)
            .collect(),
    }
}

#[cfg(test)]
pub(super) mod tests;
