//! Figures of the whole chain, for whoever watches over a node: one answer of the runtime API, read from few rows.
//!
//! **No figure is a walk over a map**: each is a number, or a bounded list in one row, that the chain keeps for its own sake.
//! What nobody keeps (seats alive, keys held, orders that wait) is not here; who wants it reads events or walks over rows.

use crate::{
    card::Kind,
    reward::{Emission, EndowmentId, EraIndex},
    validator::SessionIndex,
    Balance, BlockNumber,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// All of them, at the end of a block. Amounts are in the chain's smallest unit; counts of what was made never fall.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ChainFigures {
    /// Of the token.
    pub money: MoneyFigures,
    /// Of the block itself.
    pub block: BlockFigures,
    /// Of cards.
    pub cards: CardFigures,
    /// Of keys and their market.
    pub keys: KeyFigures,
    /// Of payments for bytes.
    pub channels: ChannelFigures,
    /// Of eras and endowments.
    pub rewards: RewardFigures,
    /// Of validators and candidates.
    pub validators: ValidatorFigures,
}

/// The token.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct MoneyFigures {
    /// All that there is: minted and not burnt.
    pub issued: Balance,
    /// What the treasury's account has, free or held.
    pub treasury: Balance,
}

/// A block.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct BlockFigures {
    /// Picoseconds of execution that it was charged.
    pub picoseconds_used: u64,
    /// The most that a block can be charged.
    pub picoseconds_most: u64,
    /// What the price of execution is multiplied by in the next block, in units of 10⁻¹⁸; 10¹⁸ on an empty chain.
    pub fee_multiplier: u128,
}

/// Cards.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CardFigures {
    /// Cards ever published, replies and retired ones too.
    pub published: u64,
    /// Cards that are neither replies nor retired, by kind; every kind is named once.
    pub in_feed: BoundedVec<(Kind, u64), ConstU32<{ Kind::ALL.len() as u32 }>>,
}

/// Keys and their market.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct KeyFigures {
    /// Orders and offers ever made.
    pub orders_made: u64,
    /// What accounts are owed from sales and could not take.
    pub unclaimed: Balance,
}

/// Payments for bytes.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ChannelFigures {
    /// Pools ever opened.
    pub pools_opened: u64,
    /// What accounts are owed for bytes and could not take.
    pub unclaimed: Balance,
}

/// Eras and endowments.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct RewardFigures {
    /// Number of the running era.
    pub era: EraIndex,
    /// Its first block.
    pub era_started_at: BlockNumber,
    /// Blocks with room that make an era.
    pub era_blocks: BlockNumber,
    /// Blocks of it so far that had room for proofs.
    pub blocks_with_room: BlockNumber,
    /// Most that is minted for it, so far.
    pub pot: Balance,
    /// Credit from deliveries in it, so far.
    pub delivery_credit: Balance,
    /// Credit from sales in it, so far.
    pub sale_credit: Balance,
    /// The era before it; `None` in the first one.
    pub last: Option<EndedEraFigures>,
    /// What blocks mint.
    pub emission: Emission,
    /// Endowments ever made.
    pub endowments_made: EndowmentId,
    /// What is left of all endowments, what claims share of them too.
    pub endowed: Balance,
}

/// The era that ended last. Its claims are proven in the running one.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct EndedEraFigures {
    /// Most that is minted for it.
    pub pot: Balance,
    /// What was minted for it so far, or promised to claims.
    pub granted: Balance,
    /// Its credit, from deliveries and from sales.
    pub credit: Balance,
}

/// Validators and candidates.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ValidatorFigures {
    /// Number of the running session.
    pub session: SessionIndex,
    /// Validators of the running session.
    pub validators: u32,
    /// Of those, who may make no blocks because of an offence.
    pub disabled: u32,
    /// Of the set of the session that ended last, who made no block in it.
    pub silent: u32,
    /// Validators of the next session, as planned.
    pub planned: u32,
    /// Candidates.
    pub candidates: u32,
    /// Bonds of all candidates together.
    pub bonded: Balance,
    /// Most validators of a session.
    pub most_validators: u32,
    /// Fewest candidates that make another set.
    pub least_validators: u32,
}
