//! What a validator is asked for, and how he stands, as people see it.

use hashcard_primitives::reward::EraIndex;
use hashcard_primitives::validator::SessionIndex;
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;

/// What a candidate for the set of validators can do.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Validator {
    /// Who validates, who would, and how one account stands.
    Status {
        /// Which, SS58; `None`: the account's own.
        address: Option<String>,
    },
    /// Makes the account a candidate.
    Bond {
        /// What is at stake.
        amount: Amount,
        /// Session keys to name first; `None`: those that it has.
        keys: Option<NewKeys>,
    },
    /// Adds to the bond.
    BondMore {
        /// How much.
        amount: Amount,
    },
    /// Lets a part of the bond wait.
    Unbond {
        /// How much; `None`: all.
        amount: Option<Amount>,
    },
    /// Has what waited long enough given back.
    Withdraw {
        /// To whom, SS58; `None`: to the account.
        address: Option<String>,
    },
    /// Leaves the ranking for a while.
    Pause,
    /// Comes back.
    Rejoin,
    /// Says which session keys speak for the account.
    SetKeys {
        /// Which.
        keys: NewKeys,
    },
    /// Gives the session keys up.
    RetireKeys,
}

impl Validator {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "validator status",
            Self::Bond { .. } => "validator bond",
            Self::BondMore { .. } => "validator bond-more",
            Self::Unbond { .. } => "validator unbond",
            Self::Withdraw { .. } => "validator withdraw",
            Self::Pause => "validator pause",
            Self::Rejoin => "validator rejoin",
            Self::SetKeys { .. } => "validator set-keys",
            Self::RetireKeys => "validator retire-keys",
        }
    }
}

/// Where session keys come from.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum NewKeys {
    /// The node that is asked makes them; so it is the validator's own.
    Rotate,
    /// They were made for this account.
    Made {
        /// 128 hexadecimal digits.
        keys: String,
        /// 256 hexadecimal digits: a signature by each.
        proof: String,
    },
}

/// Who validates, who would, and how one account stands.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct ValidatorStatus {
    pub session: SessionIndex,
    pub era: EraIndex,
    pub validators: Vec<String>,
    pub planned: Vec<String>,
    pub disabled: Vec<String>,
    pub validator_count: u32,
    pub least_validators: u32,
    pub min_bond: Amount,
    pub unbonding_sessions: u32,
    /// How long a session takes, in seconds.
    pub session_seconds: u64,
    /// What each block mints for its author.
    pub author_per_block: Amount,
    pub candidates: Vec<CandidateShown>,
    /// How the account stands that was asked about.
    pub account: AccountStanding,
    pub block: BlockNumber,
}

/// A candidate as people see him.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct CandidateShown {
    pub address: String,
    pub bond: Amount,
    pub validates: bool,
    pub planned: bool,
    pub disabled: bool,
    /// Blocks of the sessions that ended last and in which he made none; 0 for who made one.
    pub silent_blocks: BlockNumber,
}

/// How an account stands with the validators.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AccountStanding {
    pub address: String,
    /// `none`, `candidate`, `resting`, `barred` or `leaving`.
    pub standing: String,
    pub bond: Amount,
    pub validates: bool,
    pub planned: bool,
    pub disabled: bool,
    /// First session in which it may be a candidate again; `None` for who is not barred.
    pub barred_until: Option<SessionIndex>,
    pub waiting: Vec<WaitingShown>,
    pub silent_blocks: BlockNumber,
    /// Blocks of silence from which it would be taken off the ranking.
    pub patience_blocks: BlockNumber,
    pub made_a_block: bool,
    /// Its session keys, in hexadecimal digits.
    pub session_keys: Option<String>,
    /// Whether the node has their secrets; `None` when it does not say.
    pub node_has_keys: Option<bool>,
}

/// A part of a bond that waits.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct WaitingShown {
    pub amount: Amount,
    /// First session in which it can be withdrawn.
    pub due: SessionIndex,
}
