//! Candidates, and the set of a session, as the runtime API gives them.

use crate::Balance;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Candidates in one answer of the runtime API.
pub const CANDIDATES_PER_PAGE: u32 = 64;

/// Number of a session.
pub type SessionIndex = u32;

/// What an account is to the ranking.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Standing {
    /// It is ranked: the highest bonds are the set.
    Candidate,
    /// It has a bond and is not ranked: it paused, was silent, or is no longer barred. It may come back by `rejoin`.
    Resting,
    /// It equivocated, and may not be a candidate before this session.
    Barred {
        /// That session.
        until: SessionIndex,
    },
    /// It has no bond; what it had waits.
    Leaving,
}

/// A part of a bond that waits.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct WaitingPart {
    /// How much.
    pub amount: Balance,
    /// First session in which it can be withdrawn.
    pub due: SessionIndex,
}

/// One account that has something at stake, or is barred.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CandidateView<AccountId> {
    /// Who.
    pub account: AccountId,
    /// Its bond.
    pub bond: Balance,
    /// What it is to the ranking.
    pub standing: Standing,
    /// Whether it is in the set of the running session.
    pub validates: bool,
    /// Whether it is in the set that is planned for the next one.
    pub planned: bool,
    /// Whether it may make no blocks in the running session.
    pub disabled: bool,
    /// What waits, first due first.
    pub waiting: Vec<WaitingPart>,
}

/// Candidates, highest bond first.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CandidatePage<AccountId> {
    /// At most [`CANDIDATES_PER_PAGE`].
    pub candidates: Vec<CandidateView<AccountId>>,
    /// The page after this one, if there is one.
    pub next: Option<u32>,
}

/// Who validates now and next.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SetView<AccountId> {
    /// Number of the running session.
    pub session: SessionIndex,
    /// Its set, in the order in which blocks name their author.
    pub validators: Vec<AccountId>,
    /// The set of the next session.
    pub planned: Vec<AccountId>,
    /// Those of the running set who may make no blocks, in its order.
    pub disabled: Vec<AccountId>,
    /// Most validators of a session.
    pub validator_count: u32,
    /// Fewest candidates that make another set.
    pub least_validators: u32,
}
