//! Eras, claims and endowments: how seeders are rewarded. docs/adr/0008-rewards.md.
//!
//! **A reward never exceeds a part of the fees that were burnt for it**, whatever the emission allows: what nobody earned is
//! never minted.

use crate::{
    blob::LEAF_LEN,
    card::{CardId, WHOLE_SHARE},
    leaf::LeafPath,
    Balance, BlockNumber,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Number of an era, from 0.
pub type EraIndex = u32;
/// Number of an endowment; none is used twice.
pub type EndowmentId = u64;

/// Most proofs of one `prove`: 2 KiB each, so a call stays far below what a transaction pool takes.
pub const MAX_PROOFS: u32 = 16;
/// Most claims of one `collect`.
pub const MAX_COLLECTED: u32 = 64;
/// Most endowments of a card. Who takes all places has endowed the card.
pub const MAX_ENDOWMENTS: u32 = 8;
/// Eras after its own in which a credit for deliveries can be collected: four weeks, where an era is a day.
pub const HORIZON: u32 = 28;
/// Most rows in one answer of the runtime API.
pub const REWARD_ROWS_PER_PAGE: u32 = 64;

/// A BLAKE3 leaf: 1 KiB, the last of a blob shorter.
pub type Leaf = BoundedVec<u8, ConstU32<{ LEAF_LEN as u32 }>>;

/// What a seeder shows of a card's blob: the leaf that the era's challenge chose for him.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct PossessionProof {
    /// The card on which he has a seat.
    pub card: CardId,
    /// The leaf.
    pub leaf: Leaf,
    /// Its path to the content root.
    pub path: LeafPath,
}

/// The proofs of one `prove`.
pub type PossessionProofs = BoundedVec<PossessionProof, ConstU32<MAX_PROOFS>>;
/// The claims of one `collect`, by era and card.
pub type CollectedClaims = BoundedVec<(EraIndex, CardId), ConstU32<MAX_COLLECTED>>;

/// What blocks mint. Amounts are in the chain's smallest unit.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct Emission {
    /// Minted for the author of each block.
    pub author_per_block: Balance,
    /// Minted for the treasury with each block.
    pub treasury_per_block: Balance,
    /// The most that seeders can be rewarded for each block; what they do not earn is never minted.
    pub seeders_per_block: Balance,
    /// Parts per million of a burnt fee that become credit. Below the whole, so that who deals with himself loses.
    pub credit_share: u32,
}

impl Emission {
    /// Whether no number exceeds that of `most`, and a credit is less than its fee.
    pub const fn is_within(&self, most: &Emission) -> bool {
        self.author_per_block <= most.author_per_block
            && self.treasury_per_block <= most.treasury_per_block
            && self.seeders_per_block <= most.seeders_per_block
            && self.credit_share <= most.credit_share
            && self.credit_share < WHOLE_SHARE
    }
}

/// The running era as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct EraView {
    /// Its number. Seats prove for the era before it.
    pub era: EraIndex,
    /// Its first block.
    pub started_at: BlockNumber,
    /// Blocks with room that make an era.
    pub era_blocks: BlockNumber,
    /// Blocks with room so far.
    pub blocks_with_room: BlockNumber,
    /// Last block of the era, if all following ones have room.
    pub ends_at_earliest: BlockNumber,
    /// Last block of the era, if none has.
    pub ends_at_latest: BlockNumber,
    /// Most that is minted for the era so far.
    pub pot: Balance,
    /// Credit from deliveries so far.
    pub delivery_credit: Balance,
    /// Credit from sales so far.
    pub sale_credit: Balance,
}

/// What a seeder has to show for a card in the running era, and what for.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChallengeView {
    /// The era that is proven for: the one before the running one.
    pub era: EraIndex,
    /// The leaf to show.
    pub leaf: u64,
    /// Whether he has shown it.
    pub proven: bool,
    /// The weight of his claim.
    pub weight: Balance,
    /// Weight of all claims so far, his own too once it is proven.
    pub claimed_weight: Balance,
    /// What the claims share out of sales. Minted when collected.
    pub from_sales: Balance,
    /// What the claims share out of endowments.
    pub from_endowments: Balance,
}

/// A proven claim as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimView {
    /// For which era.
    pub era: EraIndex,
    /// Of which card.
    pub card: CardId,
    /// First era in which it can be collected.
    pub collectable_from: EraIndex,
    /// What it would be paid out of sales now; less once others prove.
    pub from_sales: Balance,
    /// What it would be paid out of endowments now; likewise.
    pub from_endowments: Balance,
    /// Deposit that goes back with it.
    pub deposit: Balance,
}

/// What an account has earned by deliveries.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeliveryEarnings {
    /// Credit of the running era; what it is worth shows when the era ends, and never more than this.
    pub running: Balance,
    /// What `collect_deliveries` would mint now.
    pub collectable: Balance,
    /// Era in which the oldest credit that can be collected expires.
    pub expires_in: Option<EraIndex>,
}

/// An endowment as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct EndowmentView<AccountId> {
    /// Its number.
    pub id: EndowmentId,
    /// Whose money it was.
    pub funder: AccountId,
    /// Most that it gives for each block of an era in which a seat proves.
    pub per_block: Balance,
    /// What is left.
    pub left: Balance,
    /// First era that it gives for.
    pub first_era: EraIndex,
    /// Last era that it gives for, if it was ended.
    pub last_era: Option<EraIndex>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emission_is_within_itself_and_no_number_may_exceed_its_bound() {
        let most = Emission {
            author_per_block: 4,
            treasury_per_block: 3,
            seeders_per_block: 2,
            credit_share: 1,
        };
        assert!(most.is_within(&most) && Emission::default().is_within(&most));
        let beyond = [
            Emission {
                author_per_block: 5,
                ..most
            },
            Emission {
                treasury_per_block: 4,
                ..most
            },
            Emission {
                seeders_per_block: 3,
                ..most
            },
            Emission {
                credit_share: 2,
                ..most
            },
        ];
        assert!(beyond.iter().all(|emission| !emission.is_within(&most)));
    }

    #[test]
    fn a_credit_of_the_whole_fee_is_within_no_bound() {
        let most = Emission {
            credit_share: u32::MAX,
            ..Default::default()
        };
        let whole = Emission {
            credit_share: WHOLE_SHARE,
            ..most
        };
        assert!(!whole.is_within(&most));
        let less = Emission {
            credit_share: WHOLE_SHARE - 1,
            ..most
        };
        assert!(less.is_within(&most));
    }
}
