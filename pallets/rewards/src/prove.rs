//! A claim for an ended era, made in the era after it. The first claim of a card fixes what all of its claims share.

use crate::{
    challenge::challenged_leaf, claim_key, standing::NoRight, CardCredits, Claim, Claims, Config, EndedEra,
    Endowments, Eras, Error, Event, HoldReason, Pallet, Running, Shares, SharesOf,
};
use codec::MaxEncodedLen;
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, Get},
};
use hashcard_primitives::{
    leaf::verify_leaf,
    reward::{EraIndex, PossessionProof, PossessionProofs},
    roles::CardLookup,
    Balance, CardId,
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// The claim, and what it shares with the others, which may be there for this claim alone.
const ROWS: usize = 2;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_prove(seeder: AccountId32, era: EraIndex, proofs: PossessionProofs) -> DispatchResult {
        ensure!(!proofs.is_empty(), Error::<T>::NothingGiven);
        ensure!(
            era.checked_add(1) == Some(Running::<T>::get().index),
            Error::<T>::NotProvable
        );
        let mut ended = Eras::<T>::get(era).ok_or(Error::<T>::NotProvable)?;
        let mut deposits: Balance = 0;
        for (at, proof) in (0..=u8::MAX).zip(&proofs) {
            let deposit = Self::prove_one(&seeder, era, &mut ended, proof, at)?;
            deposits = deposits.saturating_add(deposit);
        }
        Eras::<T>::insert(era, ended);
        T::Currency::hold(&HoldReason::Deposit.into(), &seeder, deposits)
    }

    /// Answers the deposit that the claim's rows take.
    fn prove_one(
        seeder: &AccountId32,
        era: EraIndex,
        ended: &mut EndedEra,
        proof: &PossessionProof,
        at: u8,
    ) -> Result<Balance, DispatchError> {
        let card = proof.card;
        let (era_key, card_key) = claim_key(era, card);
        let key = (seeder, era_key, card_key);
        ensure!(!Claims::<T>::contains_key(key), Error::<T>::AlreadyProven { at });
        let row = T::Cards::card(card).ok_or(Error::<T>::UnknownCard { at })?;
        let blob = row.blob.ok_or(Error::<T>::NoBlob { at })?;
        let right = Self::right(card, seeder, blob.len, ended).map_err(|none| match none {
            NoRight::NotSeated => Error::<T>::NotSeated { at },
            NoRight::TooYoung => Error::<T>::SeatTooYoung { at },
        })?;
        let mut shares = match SharesOf::<T>::get(card, era) {
            Some(shares) => shares,
            None => Self::fix_shares(card, era, ended, at)?,
        };
        let leaf = challenged_leaf(&ended.seed, card, seeder.as_ref(), right.coverage, blob.len)
            .ok_or(Error::<T>::WrongLeaf { at })?;
        ensure!(
            verify_leaf(&blob.root, blob.len, leaf, &proof.leaf, &proof.path),
            Error::<T>::WrongLeaf { at }
        );

        shares.weight = shares.weight.saturating_add(right.weight);
        shares.claims = shares.claims.saturating_add(1);
        SharesOf::<T>::insert(card, era, shares);
        let deposit = Self::deposit_for(ROWS, Claim::max_encoded_len() + Shares::max_encoded_len());
        let claim = Claim {
            weight: right.weight,
            deposit,
        };
        Claims::<T>::insert(key, claim);
        Self::deposit_event(Event::Proven {
            era,
            card,
            seeder: seeder.clone(),
            weight: right.weight,
        });
        Ok(deposit)
    }

    /// Takes what the claims of a card and era share out of credits and endowments.
    fn fix_shares(
        card: CardId,
        era: EraIndex,
        ended: &mut EndedEra,
        at: u8,
    ) -> Result<Shares, DispatchError> {
        let shares = Self::shares_to_be(card, era, ended);
        ensure!(Self::is_worth_proving(&shares), Error::<T>::NothingToShare { at });
        Self::take_card_credit(card, era);
        Self::draw(card, era, ended, shares.from_sales);
        ended.granted = ended.granted.saturating_add(shares.from_sales);
        Self::deposit_event(Event::SharesFixed {
            era,
            card,
            from_sales: shares.from_sales,
            from_endowments: shares.from_endowments,
        });
        Ok(shares)
    }

    /// What the first claim of a card would fix.
    pub(crate) fn shares_to_be(card: CardId, era: EraIndex, ended: &EndedEra) -> Shares {
        let credit = CardCredits::<T>::get(card).map_or(0, |row| row.of(era));
        let from_sales = ended.worth(credit);
        let endowments = Endowments::<T>::get(card);
        let from_endowments = Self::flow_of(&endowments, era, ended, from_sales)
            .into_iter()
            .fold(0, |sum: Balance, one| sum.saturating_add(one));
        Shares {
            from_sales,
            from_endowments,
            weight: 0,
            claims: 0,
        }
    }

    /// A proof costs the chain time and its sender, who is refunded, nothing: so it must be about something.
    pub(crate) fn is_worth_proving(shares: &Shares) -> bool {
        shares.from_sales.saturating_add(shares.from_endowments) >= T::LeastShare::get()
    }
}
