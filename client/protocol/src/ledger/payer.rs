//! The books of who pays. **`promised ≤ owed + window` holds for every line at every moment**: a payee that takes a promise and
//! runs, or serves garbage, costs at most one window. And who asks for no more than [`limit`](Payer::limit) is never owed more
//! than it promised, so the budget bounds what is owed, not only what is signed.
//!
//! Events go in by the methods; after each, call [`poll`](Payer::poll) until it gives nothing, and ask
//! [`limit`](Payer::limit) how much may be asked for. Promises are to be written down before they are sent: one that was sent
//! and forgotten is owed all the same.

use super::pace::Pace;
use super::{bytes_for, cost};
use crate::limits::*;
use crate::payment::{Account, Terms};
use core::time::Duration;
use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{VoucherLine, VoucherLines, MAX_LINES};
use hashcard_primitives::Balance;
use lanes::Opening;
use std::collections::{BTreeMap, BTreeSet};

mod lanes;

/// What a payer spends at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PayerLimits {
    /// Highest price of 2²⁰ bytes that is paid.
    pub max_price_per_mib: Balance,
    /// Most that is promised from now on, over all payees.
    pub budget: Balance,
    /// Most bytes that are promised ahead to one payee; at most [`MAX_WINDOW`].
    pub max_window: u64,
}

/// What has to outlive the process about a line: written before a promise is sent.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LineRecord {
    /// For bytes that were verified.
    pub owed: Balance,
    /// By vouchers.
    pub promised: Balance,
}

/// The lane towards a payee, at the finalised head.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LaneState {
    /// What is left of its reserve.
    pub reserve: Balance,
    /// All that was redeemed.
    pub redeemed: Balance,
    /// Cards that it has room for.
    pub room: u16,
    /// Cards for which something was redeemed: those that have a row.
    pub cards: BTreeSet<CardId>,
}

/// What the caller is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayerAction {
    /// Write the lines down, sign them, and send them to the payee.
    Sign {
        /// Whom they promise to.
        payee: Account,
        /// All that is promised for these cards.
        lines: VoucherLines,
    },
    /// Open the lane towards a payee, or add to it; may wait for others, so that one call opens many. Then call
    /// [`lane`](Payer::lane).
    OpenLane {
        /// Towards whom.
        payee: Account,
        /// Reserve to add.
        reserve: Balance,
        /// Room to add, in cards.
        lines: u16,
    },
    /// Sign a voucher of these lines and redeem it at once, in the transaction that opens the lane or after it. A unit each: it is for
    /// the rows, without which the payee does not count the reserve for these cards. Then call [`lane`](Payer::lane).
    MakeRows {
        /// Whom the lane is towards.
        payee: Account,
        /// The cards, with less than was promised for each.
        lines: VoucherLines,
    },
}

/// Why a payee is not used.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unacceptable {
    /// The price is beyond the limit.
    #[error("it asks {price} for 2^20 bytes, and at most {max} is paid; raise the limit to use it")]
    TooDear {
        /// What is asked.
        price: Balance,
        /// What is paid.
        max: Balance,
    },
    /// It says that more was promised than our records do. Promises add up, so going on could pay for the same bytes twice.
    #[error("it holds a promise of {claimed}, our records one of {known}; open another session")]
    UnknownPromise {
        /// What it says.
        claimed: Balance,
        /// What we know.
        known: Balance,
    },
    /// It lied before.
    #[error("it sent wrong bytes before")]
    Condemned,
    /// Too many payees are known.
    #[error("more than {MAX_PAYEES} lines are open; end some fetches")]
    TooMany,
}

/// The books of one session, over all its payees.
#[derive(Clone, Debug)]
pub struct Payer {
    limits: PayerLimits,
    spent: Balance,
    lines: BTreeMap<(Account, CardId), Line>,
    payees: BTreeMap<Account, Partner>,
    /// Bytes of cards that are still missing: nobody is promised more ahead than that.
    missing: BTreeMap<CardId, u64>,
    uses: u64,
}

#[derive(Clone, Debug, Default)]
struct Line {
    /// Owed at former prices.
    settled: Balance,
    price: Balance,
    /// Bytes owed at this price.
    bytes: u64,
    promised: Balance,
    /// What the payee says it has stored.
    accepted: Balance,
    /// Orders lines by their last use.
    used: u64,
    talk: Option<Talk>,
}

/// From terms to the end of the connection.
#[derive(Clone, Copy, Debug)]
struct Talk {
    /// Bytes that the payee serves on credit.
    window: u64,
    /// What the payee counts as earned and we do not count as owed: slices that came twice.
    drift: Balance,
    /// What the payee said last that it counted. It may have counted chunks that were still under way.
    counted: Balance,
    /// Bytes that came.
    seen: u64,
    /// The payee lacks our last promise.
    resend: bool,
    /// It gives no credit, or none any more: it serves nothing before there is a lane.
    wants_lane: bool,
}

#[derive(Clone, Debug, Default)]
struct Partner {
    /// Bytes that it still gives for nothing today.
    free_left: u64,
    /// Verified bytes, ever: trust.
    delivered: u64,
    pace: Pace,
    condemned: bool,
    /// A promise whose acceptance is being timed.
    timed: Option<(CardId, Balance, Duration)>,
    lane: LaneState,
    opening: Opening,
}

impl Payer {
    /// Nothing is owed or promised.
    pub fn new(limits: PayerLimits) -> Self {
        Self {
            limits: PayerLimits {
                max_window: limits.max_window.clamp(CHUNK_LEN, MAX_WINDOW),
                ..limits
            },
            spent: 0,
            lines: BTreeMap::new(),
            payees: BTreeMap::new(),
            missing: BTreeMap::new(),
            uses: 0,
        }
    }

    /// A line as it was written down. Does not count against the budget.
    pub fn restore(&mut self, payee: Account, card: CardId, record: LineRecord) {
        let line = self.lines.entry((payee, card)).or_default();
        line.settled = record.owed;
        line.promised = record.promised.max(record.owed);
        self.payees.entry(payee).or_default();
    }

    /// A line, to be written down.
    pub fn record(&self, payee: &Account, card: CardId) -> LineRecord {
        let line = self.lines.get(&(*payee, card));
        line.map_or(LineRecord::default(), |line| LineRecord {
            owed: line.owed(),
            promised: line.promised,
        })
    }

    /// Promised beyond what restored lines promised before.
    pub fn spent(&self) -> Balance {
        self.spent
    }

    /// Promised to a payee for bytes that have not come: what it could run away with.
    pub fn at_risk(&self, payee: &Account) -> Balance {
        self.lines_of(payee)
            .map(|(_, line)| line.promised.saturating_sub(line.owed()))
            .fold(0, Balance::saturating_add)
    }

    /// Bytes of a card that are still missing. Without it nothing bounds promises for the card but the window.
    pub fn missing(&mut self, card: CardId, bytes: u64) {
        self.missing.insert(card, bytes);
    }

    /// A payee says on which terms it serves a card. On an error it is not to be used.
    pub fn terms(&mut self, payee: Account, card: CardId, terms: &Terms) -> Result<(), Unacceptable> {
        if terms.price_per_mib > self.limits.max_price_per_mib {
            return Err(Unacceptable::TooDear {
                price: terms.price_per_mib,
                max: self.limits.max_price_per_mib,
            });
        }
        if self.payees.get(&payee).is_some_and(|partner| partner.condemned) {
            return Err(Unacceptable::Condemned);
        }
        let known = self.lines.get(&(payee, card)).map(|line| line.promised);
        if terms.vouched > known.unwrap_or(0) {
            return Err(Unacceptable::UnknownPromise {
                claimed: terms.vouched,
                known: known.unwrap_or(0),
            });
        }
        if known.is_none() && self.lines.len() >= MAX_PAYEES {
            return Err(Unacceptable::TooMany);
        }
        let partner = self.payees.entry(payee).or_default();
        partner.timed = None;
        partner.free_left = terms.free_bytes;
        let line = self.lines.entry((payee, card)).or_default();
        if line.price != terms.price_per_mib {
            line.settled = line.owed();
            line.bytes = 0;
            line.price = terms.price_per_mib;
        }
        line.accepted = terms.vouched;
        line.talk = Some(Talk {
            window: terms.window,
            drift: terms.earned.saturating_sub(line.owed()),
            counted: terms.earned,
            seen: 0,
            resend: line.promised > terms.vouched,
            wants_lane: terms.window < CHUNK_LEN,
        });
        Ok(())
    }

    /// Bytes of a card came from a payee, were verified, and are new.
    pub fn verified(&mut self, payee: Account, card: CardId, bytes: u64, now: Duration) {
        let talk = self
            .lines
            .get_mut(&(payee, card))
            .and_then(|line| line.talk.as_mut());
        if let Some(talk) = talk {
            talk.seen = talk.seen.saturating_add(bytes);
        }
        self.verified_late(payee, card, bytes, now);
    }

    /// The same, of bytes that came over a connection that is gone, or by other means than one.
    pub fn verified_late(&mut self, payee: Account, card: CardId, bytes: u64, now: Duration) {
        let Some(line) = self.lines.get_mut(&(payee, card)) else {
            return;
        };
        let Some(partner) = self.payees.get_mut(&payee) else {
            return;
        };
        line.bytes = line.bytes.saturating_add(partner.not_free(bytes));
        partner.delivered = partner.delivered.saturating_add(bytes);
        partner.pace.delivered(bytes, now);
        self.uses += 1;
        line.used = self.uses;
    }

    /// Bytes of a card came that another peer had sent before. They are not paid, and the payee may count them.
    pub fn unwanted(&mut self, payee: Account, card: CardId, bytes: u64) {
        let Some(line) = self.lines.get_mut(&(payee, card)) else {
            return;
        };
        let (Some(talk), Some(partner)) = (&mut line.talk, self.payees.get_mut(&payee)) else {
            return;
        };
        talk.seen = talk.seen.saturating_add(bytes);
        let drift = cost(line.price, partner.not_free(bytes));
        talk.drift = talk.drift.saturating_add(drift);
    }

    /// A payee wants so much vouched for a card before it serves the next chunk of it. That it counts more than we do changes
    /// what may be asked for, never what is owed.
    pub fn due(&mut self, payee: Account, card: CardId, vouched: Balance) {
        if let Some(line) = self.lines.get_mut(&(payee, card)) {
            let counted = vouched.saturating_sub(cost(line.price, CHUNK_LEN));
            if let Some(talk) = &mut line.talk {
                talk.counted = talk.counted.max(counted);
                talk.wants_lane = true;
            }
        }
    }

    /// A payee says what it has stored.
    pub fn accepted(
        &mut self,
        payee: Account,
        best: &[VoucherLine],
        now: Duration,
    ) -> Result<(), Unacceptable> {
        for found in best {
            let Some(line) = self.lines.get_mut(&(payee, found.card)) else {
                return Err(Unacceptable::UnknownPromise {
                    claimed: found.cumulative,
                    known: 0,
                });
            };
            if found.cumulative > line.promised {
                return Err(Unacceptable::UnknownPromise {
                    claimed: found.cumulative,
                    known: line.promised,
                });
            }
            line.accepted = line.accepted.max(found.cumulative);
        }
        let Some(partner) = self.payees.get_mut(&payee) else {
            return Ok(());
        };
        if let Some((card, cumulative, since)) = partner.timed {
            if best
                .iter()
                .any(|line| line.card == card && line.cumulative >= cumulative)
            {
                partner.pace.accepted(now.saturating_sub(since));
                partner.timed = None;
            }
        }
        Ok(())
    }

    /// A payee sent wrong bytes. Nothing is promised to it ever again.
    pub fn condemned(&mut self, payee: Account) {
        self.payees.entry(payee).or_default().condemned = true;
    }

    /// The connection over which a card came from a payee is gone.
    pub fn left(&mut self, payee: Account, card: CardId) {
        if let Some(line) = self.lines.get_mut(&(payee, card)) {
            line.talk = None;
        }
    }

    /// What the finalised head says of the lane towards a payee.
    pub fn lane(&mut self, payee: Account, lane: LaneState) {
        let partner = self.payees.entry(payee).or_default();
        partner.lane = lane;
        partner.opening = Opening::default();
    }

    /// The next thing to do; call until it gives nothing.
    pub fn poll(&mut self, now: Duration) -> Option<PayerAction> {
        let keys: Vec<(Account, CardId)> = self.lines.keys().copied().collect();
        keys.into_iter()
            .find_map(|(payee, card)| self.poll_line(payee, card, now))
    }

    /// The next thing to do about one payee and card.
    pub fn poll_line(&mut self, payee: Account, card: CardId, now: Duration) -> Option<PayerAction> {
        let Some(promised) = self.next_promise(&payee, card) else {
            return self.next_lane(payee, card);
        };
        self.promise(payee, card, promised, now);
        Some(PayerAction::Sign {
            payee,
            lines: self.newest_lines(&payee, card),
        })
    }

    /// How many bytes in all may have come or be under way since the terms were told; `None` when nothing limits them.
    pub fn limit(&self, payee: &Account, card: CardId) -> Option<u64> {
        let Some((line, talk)) = self
            .lines
            .get(&(*payee, card))
            .and_then(|line| Some((line, line.talk.as_ref()?)))
        else {
            return Some(0);
        };
        let partner = self.payees.get(payee);
        if partner.is_some_and(|partner| partner.condemned) {
            return Some(talk.seen);
        }
        if line.price == 0 {
            return None;
        }
        let owed = line.owed();
        let own = line.promised.saturating_sub(owed);
        let served_up_to = line.accepted.saturating_add(cost(line.price, talk.window));
        let theirs = served_up_to.saturating_sub(owed.saturating_add(talk.drift).max(talk.counted));
        let paid = bytes_for(own.min(theirs), line.price);
        let free = partner.map_or(0, |partner| partner.free_left);
        Some(talk.seen.saturating_add(free).saturating_add(paid))
    }

    /// Bytes that are promised ahead to a payee for a card: what two round trips bring, at most what it has brought already
    /// and a first window, at most what is missing. Towards the end what others are promised ahead is left to them, but for two
    /// chunks, so that nobody waits for the slowest.
    pub fn window(&self, payee: &Account, card: CardId) -> u64 {
        let partner = self.payees.get(payee);
        let (wanted, delivered) = partner.map_or((MAX_WINDOW, 0), |partner| {
            (partner.pace.window(), partner.delivered)
        });
        let trusted = MIN_WINDOW.saturating_add(delivered);
        let window = wanted.min(trusted).min(self.limits.max_window);
        let Some(missing) = self.missing.get(&card).copied() else {
            return window;
        };
        let others = self
            .lines
            .iter()
            .filter(|((of, about), line)| of != payee && *about == card && line.talk.is_some())
            .map(|(_, line)| bytes_for(line.promised.saturating_sub(line.owed()), line.price.max(1)))
            .fold(0, u64::saturating_add);
        let left = missing
            .saturating_sub(others)
            .max(u64::from(FIRST_PIPELINE) * CHUNK_LEN);
        window.min(left).min(missing)
    }

    /// What to promise now, if it is time for another voucher.
    fn next_promise(&self, payee: &Account, card: CardId) -> Option<Balance> {
        let line = self.lines.get(&(*payee, card))?;
        let talk = line.talk.as_ref()?;
        let partner = self.payees.get(payee)?;
        if line.price == 0 || partner.condemned {
            return None;
        }
        let window = self.window(payee, card);
        let ahead = window.saturating_sub(partner.free_left);
        let ceiling = line.owed().saturating_add(cost(line.price, ahead));
        let affordable = line
            .promised
            .saturating_add(self.limits.budget.saturating_sub(self.spent));
        let promised = ceiling.min(affordable).max(line.promised);
        // The last step, to the end of the blob or of the budget, may be a small one.
        let step = cost(line.price, (window / VOUCHERS_PER_WINDOW).max(CHUNK_LEN));
        let last =
            promised == affordable || self.missing.get(&card).is_some_and(|missing| *missing <= window);
        let worth_it = promised > line.promised && (last || promised - line.promised >= step);
        (worth_it || talk.resend).then_some(promised)
    }

    fn promise(&mut self, payee: Account, card: CardId, promised: Balance, now: Duration) {
        self.uses += 1;
        let Some(line) = self.lines.get_mut(&(payee, card)) else {
            return;
        };
        self.spent = self.spent.saturating_add(promised.saturating_sub(line.promised));
        line.promised = promised;
        line.used = self.uses;
        if let Some(talk) = &mut line.talk {
            talk.resend = false;
        }
        if let Some(partner) = self.payees.get_mut(&payee) {
            partner.timed.get_or_insert((card, promised, now));
        }
    }

    /// The line that changed and those that were used last: one voucher is worth all of them. Beside a card that has a row there are
    /// only such: with another the chain could refuse it, and the payee would count the card's promise as little.
    fn newest_lines(&self, payee: &Account, card: CardId) -> VoucherLines {
        let rows = self.payees.get(payee).map(|partner| &partner.lane.cards);
        let has_row = |card: &CardId| rows.is_some_and(|rows| rows.contains(card));
        let mut lines: Vec<(bool, u64, VoucherLine)> = self
            .lines_of(payee)
            .filter(|(of, line)| line.promised > 0 && (has_row(of) || !has_row(&card)))
            .map(|(of, line)| {
                let cumulative = line.promised;
                (
                    of != card,
                    u64::MAX - line.used,
                    VoucherLine { card: of, cumulative },
                )
            })
            .collect();
        lines.sort_unstable_by_key(|(other, age, line)| (*other, *age, line.card));
        lines.truncate(MAX_LINES as usize);
        lines.sort_unstable_by_key(|(_, _, line)| line.card);
        VoucherLines::truncate_from(lines.into_iter().map(|(_, _, line)| line).collect())
    }

    fn budget_left(&self) -> Balance {
        self.limits.budget.saturating_sub(self.spent)
    }

    fn lines_of(&self, payee: &Account) -> impl Iterator<Item = (CardId, &Line)> {
        self.lines
            .range((*payee, CardId::MIN)..=(*payee, CardId::MAX))
            .map(|((_, card), line)| (*card, line))
    }
}

impl Line {
    fn owed(&self) -> Balance {
        self.settled.saturating_add(cost(self.price, self.bytes))
    }
}

impl Partner {
    /// Those of these bytes that are not free.
    fn not_free(&mut self, bytes: u64) -> u64 {
        let free = bytes.min(self.free_left);
        self.free_left -= free;
        bytes - free
    }
}
