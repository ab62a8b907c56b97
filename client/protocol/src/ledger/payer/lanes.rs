//! When to open a lane, and with how much. **A reserve is locked until the session ends, so nobody gets one for words**: who has sent
//! nothing yet is served by his credit, and gets at most what he was promised, if he gives none.
//!
//! A payee counts the reserve for a card once the card has a row. The chain makes rows when it pays, and lets anybody redeem; so the
//! payer makes them, with a unit each, when he opens the lane. Otherwise the payee has to redeem its first voucher for the card
//! itself: that takes as long again as the opening, and it is only done when half a window is worth the fee.

use super::{Payer, PayerAction};
use crate::ledger::cost;
use crate::limits::ROW_AMOUNT;
use crate::payment::Account;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{VoucherLine, VoucherLines, MAX_LINES};
use hashcard_primitives::Balance;
use std::collections::BTreeSet;

/// Bytes that a lane's reserve is ahead of promises at least.
const MIN_LANE_BYTES: u64 = 16 << 20;
/// Time for which a lane's reserve is ahead of promises when it is added to. More is added when half of it is used up, and that is
/// final after six blocks, 18 seconds, or after twice that when another opening is under way.
const LANE_SECONDS: u64 = 80;

/// What was asked for and is not at the finalised head yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    reserve: Balance,
    room: u16,
    rows: BTreeSet<CardId>,
}

impl Payer {
    /// What is to be done on chain about a payee that is promised something for a card.
    pub(super) fn next_lane(&mut self, payee: Account, card: CardId) -> Option<PayerAction> {
        let line = self.lines.get(&(payee, card))?;
        let talk = line.talk.as_ref()?;
        if line.price == 0 || line.promised == 0 {
            return None;
        }
        let partner = self.payees.get(&payee)?;
        let has_proven = partner.delivered > 0 || self.lines_of(&payee).any(|(_, line)| line.owed() > 0);
        if !has_proven && !talk.wants_lane {
            return None;
        }
        self.next_opening(payee, card, has_proven)
            .or_else(|| self.next_rows(payee, card))
    }

    fn next_opening(&mut self, payee: Account, card: CardId, has_proven: bool) -> Option<PayerAction> {
        let price = self.lines.get(&(payee, card))?.price;
        let known = self.payees.get(&payee)?;
        let promised = self
            .lines_of(&payee)
            .map(|(_, line)| line.promised)
            .fold(0, Balance::saturating_add);
        let free_room = usize::from(known.lane.room)
            .saturating_sub(known.lane.cards.len())
            .saturating_add(usize::from(known.opening.room));
        let homeless = self.homeless(&payee).count();
        let lines = u16::try_from(homeless.saturating_sub(free_room)).unwrap_or(u16::MAX);
        let backed = known.lane.redeemed.saturating_add(known.lane.reserve);
        let backed = backed.saturating_add(known.opening.reserve);
        let missing = self.missing.get(&card).copied().unwrap_or(u64::MAX);
        let lead = match has_proven {
            true => MIN_LANE_BYTES.max(known.pace.rate().saturating_mul(LANE_SECONDS)),
            false => 0,
        };
        let reserve = if backed < promised.saturating_add(cost(price, (lead / 2).min(missing))) {
            // At least as much again as was promised so far: a long session opens its lane a few times, not for each window.
            let again = if has_proven { promised } else { 0 };
            let further = cost(price, lead).max(again).min(cost(price, missing));
            let wanted = promised.saturating_add(further.min(self.budget_left()));
            wanted.saturating_sub(backed)
        } else {
            0
        };
        if lines == 0 && reserve == 0 {
            return None;
        }
        let opening = &mut self.payees.get_mut(&payee)?.opening;
        opening.reserve = opening.reserve.saturating_add(reserve);
        opening.room = opening.room.saturating_add(lines);
        Some(PayerAction::OpenLane {
            payee,
            reserve,
            lines,
        })
    }

    /// Rows for what has none, if this card is to be paid beyond what the payee serves on credit.
    fn next_rows(&mut self, payee: Account, card: CardId) -> Option<PayerAction> {
        let line = self.lines.get(&(payee, card))?;
        let missing = self.missing.get(&card).copied().unwrap_or(u64::MAX);
        let to_come = line.owed().saturating_add(cost(line.price, missing));
        let credit = cost(line.price, line.talk.as_ref()?.window);
        let asked_for = &self.payees.get(&payee)?.opening.rows;
        let rows: BTreeSet<CardId> = [card]
            .into_iter()
            .chain(self.homeless(&payee).filter(|other| *other != card))
            .filter(|card| !asked_for.contains(card))
            .take(MAX_LINES as usize)
            .collect();
        let has_row = self.homeless(&payee).all(|homeless| homeless != card);
        if has_row || to_come <= credit || !rows.contains(&card) {
            return None;
        }
        let lines = rows.iter().map(|card| VoucherLine {
            card: *card,
            cumulative: ROW_AMOUNT,
        });
        let lines = VoucherLines::truncate_from(lines.collect());
        self.payees.get_mut(&payee)?.opening.rows.extend(rows);
        Some(PayerAction::MakeRows { payee, lines })
    }

    /// Cards that a payee was promised something for and that have no row.
    fn homeless<'a>(&'a self, payee: &Account) -> impl Iterator<Item = CardId> + 'a {
        let rows = self.payees.get(payee).map(|partner| &partner.lane.cards);
        self.lines_of(payee)
            .filter(move |(card, line)| line.promised > 0 && rows.is_none_or(|rows| !rows.contains(card)))
            .map(|(card, _)| card)
    }
}
