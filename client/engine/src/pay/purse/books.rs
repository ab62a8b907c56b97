//! What a purse remembers between events: the ledger, the record on disk, and how it stands with each peer.

use std::collections::{BTreeMap, BTreeSet};

use hashcard_chain::Account;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{LaneOpening, SignedVoucher, MAX_LANES, MAX_LINES, MAX_REDEEMED_LINES};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::Payer;

use super::seats::Seats;
use crate::error::EngineError;
use crate::pay::journal::Journal;
use crate::pay::lanes::Lanes;

/// Vouchers for rows in one transaction, whatever lines they have.
const MAX_ROW_VOUCHERS: usize = (MAX_REDEEMED_LINES / MAX_LINES) as usize;

/// The books of one fetch.
pub struct Books {
    /// What was promised and owed.
    pub ledger: Payer,
    /// The same, on disk.
    pub journal: Journal,
    /// As the finalised head said last.
    pub lanes: Lanes,
    /// Who may be paid for what a peer serves.
    pub seats: BTreeMap<Vec<u8>, Seats>,
    /// Accounts with which terms were agreed.
    pub payees: BTreeSet<Account>,
    /// Peers that are connected.
    pub talks: BTreeMap<Vec<u8>, Talk>,
    /// Promised for this card before this fetch.
    pub before: BTreeMap<Account, Balance>,
    /// Lanes to open, and rows to make in them.
    pub wanted: BTreeMap<Account, Wish>,
    /// Cards that were to have a row at a payee and that the chain gave none: it is not asked again.
    pub rowless: BTreeSet<(Account, CardId)>,
    /// What ends all paying.
    pub failed: Option<EngineError>,
    /// What a lane was not opened for.
    pub lanes_failed: Option<EngineError>,
    /// Why payees were left.
    pub refusals: BTreeSet<String>,
    /// Lowest price that was too high.
    pub cheapest_refused: Option<Balance>,
    /// A payee may take tomorrow what it did not take today.
    pub worth_another_try: bool,
    /// Somebody was cheap enough, whatever came of it.
    pub has_dealt: bool,
    /// Bytes of the blob that are still missing, at most.
    pub missing: u64,
    /// That was agreed.
    pub lowest_price: Balance,
}

/// What the chain is to do about a payee.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Reserve to add.
    pub reserve: Balance,
    /// Room to add, in cards.
    pub lines: u16,
    /// Vouchers of a unit for each card that is to have a row.
    pub rows: Vec<SignedVoucher<Account>>,
}

/// What was wished for one transaction.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Wishes {
    /// Lanes to open or to add to.
    pub openings: Vec<LaneOpening<Account>>,
    /// Vouchers to redeem in them.
    pub rows: Vec<SignedVoucher<Account>>,
}

impl Wishes {
    /// Whether nothing was wished.
    pub fn is_empty(&self) -> bool {
        self.openings.is_empty() && self.rows.is_empty()
    }

    /// Whom they are about.
    pub fn payees(&self) -> BTreeSet<Account> {
        let openings = self.openings.iter().map(|opening| opening.payee);
        openings
            .chain(self.rows.iter().map(|row| row.voucher.payee))
            .collect()
    }
}

/// From the greeting of a peer until it leaves.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Talk {
    /// What it asks for a MiB, if it is paid.
    pub price: Balance,
    /// Bytes that came since it told its terms.
    pub seen: u64,
    /// It is paid nothing, and gives so many bytes.
    pub gives: Option<u64>,
    /// Why it is not asked any more.
    pub over: Option<String>,
}

impl Books {
    /// What one transaction can do, which is not wanted any more then.
    pub fn take_wanted(&mut self) -> Wishes {
        let mut taken = Wishes::default();
        while taken.openings.len() < MAX_LANES as usize {
            let Some((payee, wish)) = self.wanted.pop_first() else {
                break;
            };
            if wish.reserve > 0 || wish.lines > 0 {
                taken.openings.push(LaneOpening {
                    payee,
                    reserve: wish.reserve,
                    lines: wish.lines,
                });
            }
            taken.rows.extend(wish.rows);
            if taken.rows.len() >= MAX_ROW_VOUCHERS / 2 {
                break;
            }
        }
        taken.rows.truncate(MAX_ROW_VOUCHERS);
        taken
    }

    /// A peer is not asked any more.
    pub fn leave(&mut self, peer: &[u8], why: String) {
        if self.refusals.len() < MAX_LANES as usize {
            self.refusals.insert(why.clone());
        }
        self.talks.entry(peer.to_vec()).or_default().over = Some(why);
    }

    /// Bytes came from a peer.
    pub fn saw(&mut self, peer: &[u8], bytes: u64) {
        if let Some(talk) = self.talks.get_mut(peer) {
            talk.seen = talk.seen.saturating_add(bytes);
        }
    }

    /// None of the seats of a peer is cheap enough.
    pub fn refuse_prices_of(&mut self, peer: &[u8], max: Balance) {
        let seats = self.seats.get(peer).into_iter().flat_map(Seats::all);
        let dear = seats
            .filter_map(|seat| seat.price)
            .filter(|price| *price > max)
            .min();
        if let Some(price) = dear {
            self.refuse_price(price);
        }
    }

    /// A price was too high.
    pub fn refuse_price(&mut self, price: Balance) {
        let lowest = self.cheapest_refused.map_or(price, |lowest| lowest.min(price));
        self.cheapest_refused = Some(lowest);
    }
}
