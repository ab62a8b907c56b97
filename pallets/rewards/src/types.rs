//! What storage keeps about eras, credits, claims and endowments.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hashcard_primitives::{
    reward::{EndowmentId, EraIndex, HORIZON, MAX_ENDOWMENTS},
    Balance, BlockNumber, BoundedVec, CardId, ConstU32,
};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

use crate::arithmetic::{self, Heap};

/// The era that goes on.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct RunningEra {
    /// Its number.
    pub index: EraIndex,
    /// Its first block.
    pub started_at: BlockNumber,
    /// Blocks so far that had room for proofs.
    pub with_room: BlockNumber,
    /// Most that is minted for it, so far.
    pub pot: Balance,
    /// Credit from deliveries, so far.
    pub delivery_credit: Balance,
    /// Credit from sales, so far.
    pub sale_credit: Balance,
}

/// An era that is over.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct EndedEra {
    /// Its first block.
    pub started_at: BlockNumber,
    /// Its last block.
    pub ended_at: BlockNumber,
    /// Most that is minted for it.
    pub pot: Balance,
    /// Credit from deliveries.
    pub delivery_credit: Balance,
    /// Credit from sales.
    pub sale_credit: Balance,
    /// What was minted for it, or promised to claims; never above the pot.
    pub granted: Balance,
    /// What chooses the challenges of its claims.
    pub seed: [u8; 32],
    /// Last block in which a seat or coverage could be chosen without knowing anything of the seed. Later ones give no
    /// right to this era.
    pub settled_by: BlockNumber,
}

impl EndedEra {
    /// How many blocks it had.
    pub fn blocks(&self) -> BlockNumber {
        self.ended_at.saturating_add(1).saturating_sub(self.started_at)
    }

    /// What a credit of this era is worth.
    pub fn worth(&self, credit: Balance) -> Balance {
        let all = self.delivery_credit.saturating_add(self.sale_credit);
        arithmetic::worth(credit, self.pot, all)
    }
}

/// Credit of one era.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct EraCredit {
    /// Which.
    pub era: EraIndex,
    /// How much.
    pub credit: Balance,
}

/// Most eras in which an earner has credit: the running one, and those that it can be collected of.
pub const CREDITED_ERAS: u32 = HORIZON + 1;

/// Who is rewarded for deliveries.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Default, Debug,
)]
pub struct Earner {
    /// On hold for this row.
    pub deposit: Balance,
    /// By era, oldest first, none of 0.
    pub credits: BoundedVec<EraCredit, ConstU32<CREDITED_ERAS>>,
}

/// Credit from the sales of a card. No claim asks for more than two eras.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct CardCredit {
    /// The last era in which there was any.
    pub era: EraIndex,
    /// How much.
    pub credit: Balance,
    /// Credit of the era before that one, until the first claim takes it.
    pub before: Balance,
}

impl CardCredit {
    /// Credit of an era.
    pub fn of(&self, era: EraIndex) -> Balance {
        if era == self.era {
            self.credit
        } else if era.checked_add(1) == Some(self.era) {
            self.before
        } else {
            0
        }
    }

    /// Adds to the running era.
    pub fn add(&mut self, running: EraIndex, credit: Balance) {
        if self.era != running {
            let before = running.checked_sub(1).map_or(0, |era| self.of(era));
            *self = CardCredit {
                era: running,
                credit: 0,
                before,
            };
        }
        self.credit = self.credit.saturating_add(credit);
    }
}

/// A proven claim: the right to a share of what a card's claims of an era share.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Claim {
    /// Of all claims' weight.
    pub weight: Balance,
    /// On hold for the rows.
    pub deposit: Balance,
}

/// What the claims of a card and era share, as far as it is not collected.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Shares {
    /// From sales; minted when collected.
    pub from_sales: Balance,
    /// From endowments; on this pallet's account.
    pub from_endowments: Balance,
    /// Weight of the claims that are not collected.
    pub weight: Balance,
    /// How many those are.
    pub claims: u32,
}

impl Shares {
    /// Takes the shares of one claim: from sales, and from endowments.
    pub fn take(&mut self, weight: Balance) -> (Balance, Balance) {
        let heap = |left| Heap {
            left,
            weight_left: self.weight,
        };
        let (mut sales, mut endowments) = (heap(self.from_sales), heap(self.from_endowments));
        let taken = (sales.take(weight), endowments.take(weight));
        *self = Shares {
            from_sales: sales.left,
            from_endowments: endowments.left,
            weight: sales.weight_left,
            claims: self.claims.saturating_sub(1),
        };
        taken
    }
}

/// Money that streams to whoever proves that he holds a card.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Endowment {
    /// Its number.
    pub id: EndowmentId,
    /// Whose money it was, and whose the rest is once it has ended.
    pub funder: AccountId32,
    /// Most that it gives for each block of an era in which a seat proves.
    pub per_block: Balance,
    /// What is left; on this pallet's account.
    pub left: Balance,
    /// First era that it gives for.
    pub first_era: EraIndex,
    /// Last era that it gives for, once it was ended.
    pub last_era: Option<EraIndex>,
    /// On hold on the funder's account for this row.
    pub deposit: Balance,
}

/// The endowments of a card, oldest first.
pub type CardEndowments = BoundedVec<Endowment, ConstU32<MAX_ENDOWMENTS>>;

/// Most cards of one `clear_credits`.
pub const MAX_CLEARED: u32 = 64;
/// The cards of a `clear_credits`.
pub type ClearedCards = BoundedVec<CardId, ConstU32<MAX_CLEARED>>;

/// An era whose bytes sort as its number does, so that an account's claims are read in order.
pub type EraKey = [u8; 4];
/// A card, likewise.
pub type CardKey = [u8; 8];

/// The keys of an era and a card.
pub(crate) const fn claim_key(era: EraIndex, card: CardId) -> (EraKey, CardKey) {
    (era.to_be_bytes(), card.to_be_bytes())
}

/// The era and card of keys.
pub(crate) const fn claim_of_key(era: EraKey, card: CardKey) -> (EraIndex, CardId) {
    (EraIndex::from_be_bytes(era), CardId::from_be_bytes(card))
}
