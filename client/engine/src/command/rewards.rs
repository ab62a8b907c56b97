//! What holding and delivering earn beside what payers pay, as people see it.

use hashcard_primitives::card::CardId;
use hashcard_primitives::reward::{EndowmentId, EraIndex};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;

/// All of it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)] // docs/CLI-JSON.md says what each is.
pub struct Rewards {
    pub era: EraIndex,
    pub ends_at_earliest: BlockNumber,
    pub ends_at_latest: BlockNumber,
    /// `None` for who is not enlisted.
    pub deliveries: Option<DeliveryRewards>,
    pub claims: Vec<RewardClaim>,
    pub pending: PendingRewards,
    pub collectable: Amount,
    pub collected: CollectedRewards,
    pub more: bool,
}

/// What deliveries earned.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct DeliveryRewards {
    pub running: Amount,
    pub collectable: Amount,
    pub expires_in: Option<EraIndex>,
}

/// A proven claim.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct RewardClaim {
    pub era: EraIndex,
    pub card: CardId,
    pub from_sales: Amount,
    pub from_endowments: Amount,
    pub deposit: Amount,
    pub collectable_from: EraIndex,
}

/// Sums of all proven claims.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PendingRewards {
    pub claims: u64,
    pub from_sales: Amount,
    pub from_endowments: Amount,
    pub deposits: Amount,
}

/// What was collected.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Default, Debug)]
#[allow(missing_docs)]
pub struct CollectedRewards {
    pub claims: u64,
    pub from_sales: Amount,
    pub from_endowments: Amount,
    pub from_deliveries: Amount,
    pub fees: Amount,
}

impl CollectedRewards {
    /// Adds what was collected beside it.
    pub fn add(&mut self, more: &Self) {
        let sum = |a: Amount, b: Amount| Amount(a.0.saturating_add(b.0));
        *self = Self {
            claims: self.claims.saturating_add(more.claims),
            from_sales: sum(self.from_sales, more.from_sales),
            from_endowments: sum(self.from_endowments, more.from_endowments),
            from_deliveries: sum(self.from_deliveries, more.from_deliveries),
            fees: sum(self.fees, more.fees),
        };
    }
}

/// What `earn --claim` did.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct ClaimedRewards {
    pub proven: Vec<CardId>,
    #[serde(flatten)]
    pub collected: CollectedRewards,
    pub deposits: Amount,
}

/// An endowment of a card.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct EndowmentShown {
    pub endowment: EndowmentId,
    pub funder: String,
    pub per_block: Amount,
    pub left: Amount,
    pub first_era: EraIndex,
    pub last_era: Option<EraIndex>,
}
