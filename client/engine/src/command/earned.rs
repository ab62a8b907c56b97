//! What an account earned by serving, as people see it.

use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{PoolId, SessionId};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use super::rewards::{ClaimedRewards, Rewards};
use crate::amount::Amount;

/// All of it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)] // docs/CLI-JSON.md says what each is.
pub struct Earned {
    pub account: String,
    pub lines: Vec<EarnedLine>,
    pub sessions: Vec<EarnedSession>,
    pub before: Vec<EarnedBefore>,
    pub bytes: u64,
    pub vouched: Amount,
    pub redeemed: Amount,
    pub pending: Amount,
    pub at_risk: Amount,
    pub received: Amount,
    pub fees: Amount,
    pub bonded: Amount,
    pub seats: u64,
    pub more: bool,
    pub rewards: Rewards,
    /// What `--claim` did; `None` without it.
    pub claimed: Option<ClaimedRewards>,
    pub block: BlockNumber,
}

/// A card in a session.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct EarnedLine {
    pub card: CardId,
    pub pool: PoolId,
    pub session: SessionId,
    pub bytes: u64,
    pub earned: Amount,
    pub vouched: Amount,
    pub redeemed: Amount,
    pub pending: Amount,
}

/// A session that pays.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct EarnedSession {
    pub pool: PoolId,
    pub session: SessionId,
    pub reserve: Amount,
    pub pending: Amount,
    pub at_risk: Amount,
    pub ends_at: Option<BlockNumber>,
}

/// What sessions that are over paid for a card.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct EarnedBefore {
    pub card: CardId,
    pub bytes: u64,
    pub redeemed: Amount,
}
