//! What the chain says stands behind a session's vouchers to a payee.

use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{CreditView, VoucherLine};
use hashcard_primitives::{Balance, BlockNumber};
use std::collections::BTreeMap;

/// A session's money as one payee sees it, at a finalised block.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Credit {
    /// The block.
    pub at: BlockNumber,
    /// Money that only this payee can be paid.
    pub reserve: Balance,
    /// Money that it can be paid unless others are paid first: unreserved in the pool, within the session's cap.
    pub shared: Balance,
    /// What was redeemed for each card.
    pub redeemed: BTreeMap<CardId, Balance>,
    /// Cards that the lane has room for; `None` while there is no lane.
    pub room: Option<u16>,
    /// Last block in which vouchers are redeemed.
    pub ends_at: BlockNumber,
}

impl Credit {
    /// As the runtime API gives it, at block `at`.
    pub fn new<A>(view: &CreditView<A>, at: BlockNumber) -> Self {
        let lane = view.lane.as_ref();
        let lines: &[VoucherLine] = lane.map_or(&[], |lane| &lane.lines);
        Self {
            at,
            reserve: lane.map_or(0, |lane| lane.reserve),
            shared: view
                .pool
                .unreserved
                .min(view.session.cap.saturating_sub(view.session.charged)),
            redeemed: lines.iter().map(|line| (line.card, line.cumulative)).collect(),
            room: lane.map(|lane| lane.room),
            ends_at: view
                .session
                .expires_at
                .min(view.pool.closes_at.unwrap_or(BlockNumber::MAX)),
        }
    }

    /// All that was redeemed.
    pub fn redeemed_in_all(&self) -> Balance {
        self.redeemed.values().copied().fold(0, Balance::saturating_add)
    }

    pub(super) fn redeemed_for(&self, card: CardId) -> Balance {
        self.redeemed.get(&card).copied().unwrap_or(0)
    }

    /// Cards without a row that the lane can take.
    pub(super) fn free_room(&self) -> usize {
        usize::from(self.room.unwrap_or(0)).saturating_sub(self.redeemed.len())
    }
}
