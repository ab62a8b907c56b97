//! What the runtime APIs answer, at the state after a block.

use crate::{
    arithmetic::LONGEST_ERA, challenge::challenged_leaf, claim_key, claim_of_key, collect::collectable_from,
    credits::is_alive, Claims, Config, Earners, Endowments, Eras, HoldReason, NextEndowmentId, Pallet,
    Running, SharesOf, TheEmission,
};
use alloc::vec::Vec;
use frame_support::traits::fungible::hold::Inspect;
use hashcard_primitives::{
    figures::{EndedEraFigures, RewardFigures},
    reward::{
        ChallengeView, ClaimView, DeliveryEarnings, Emission, EndowmentView, EraIndex, EraView, HORIZON,
        REWARD_ROWS_PER_PAGE,
    },
    roles::CardLookup,
    CardId,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// The running era.
    pub fn era() -> EraView {
        let era = Running::<T>::get();
        let era_blocks = Self::era_blocks();
        let lacking = era_blocks.saturating_sub(era.with_room);
        let longest = era_blocks.saturating_mul(LONGEST_ERA);
        let ends_at_latest = era.started_at.saturating_add(longest).saturating_sub(1);
        EraView {
            era: era.index,
            started_at: era.started_at,
            era_blocks,
            blocks_with_room: era.with_room,
            ends_at_earliest: Self::now().saturating_add(lacking).min(ends_at_latest),
            ends_at_latest,
            pot: era.pot,
            delivery_credit: era.delivery_credit,
            sale_credit: era.sale_credit,
        }
    }

    /// What blocks mint.
    pub fn emission() -> Emission {
        TheEmission::<T>::get()
    }

    /// Eras and endowments in numbers.
    pub fn figures() -> RewardFigures {
        let era = Running::<T>::get();
        let last = era.index.checked_sub(1).and_then(Eras::<T>::get);
        RewardFigures {
            era: era.index,
            era_started_at: era.started_at,
            era_blocks: Self::era_blocks(),
            blocks_with_room: era.with_room,
            pot: era.pot,
            delivery_credit: era.delivery_credit,
            sale_credit: era.sale_credit,
            last: last.map(|ended| EndedEraFigures {
                pot: ended.pot,
                granted: ended.granted,
                credit: ended.delivery_credit.saturating_add(ended.sale_credit),
            }),
            emission: TheEmission::<T>::get(),
            endowments_made: NextEndowmentId::<T>::get(),
            endowed: T::Currency::balance_on_hold(&HoldReason::Endowment.into(), &Self::account_id()),
        }
    }

    /// What a seeder has to show for a card in the running era; `None` when he has no right to the era before, or there is
    /// nothing to share.
    pub fn challenge(card: CardId, seeder: AccountId32) -> Option<ChallengeView> {
        let era = Running::<T>::get().index.checked_sub(1)?;
        let ended = Eras::<T>::get(era)?;
        let blob = T::Cards::card(card)?.blob?;
        let right = Self::right(card, &seeder, blob.len, &ended).ok()?;
        let shares = match SharesOf::<T>::get(card, era) {
            Some(shares) => shares,
            None => Some(Self::shares_to_be(card, era, &ended)).filter(Self::is_worth_proving)?,
        };
        let leaf = challenged_leaf(&ended.seed, card, seeder.as_ref(), right.coverage, blob.len)?;
        let (era_key, card_key) = claim_key(era, card);
        Some(ChallengeView {
            era,
            leaf,
            proven: Claims::<T>::contains_key((seeder, era_key, card_key)),
            weight: right.weight,
            claimed_weight: shares.weight,
            from_sales: shares.from_sales,
            from_endowments: shares.from_endowments,
        })
    }

    /// Proven claims of an account by era and card, after `after`, at most [`REWARD_ROWS_PER_PAGE`].
    pub fn claims(seeder: AccountId32, after: Option<(EraIndex, CardId)>) -> Vec<ClaimView> {
        let rows = match after {
            None => Claims::<T>::iter_prefix((&seeder,)),
            Some((era, card)) => {
                let (era_key, card_key) = claim_key(era, card);
                let from = Claims::<T>::hashed_key_for((&seeder, era_key, card_key));
                Claims::<T>::iter_prefix_from((&seeder,), from)
            }
        };
        rows.take(REWARD_ROWS_PER_PAGE as usize)
            .filter_map(|((era_key, card_key), claim)| {
                let (era, card) = claim_of_key(era_key, card_key);
                let mut shares = SharesOf::<T>::get(card, era)?;
                let (from_sales, from_endowments) = shares.take(claim.weight);
                Some(ClaimView {
                    era,
                    card,
                    collectable_from: collectable_from(era),
                    from_sales,
                    from_endowments,
                    deposit: claim.deposit,
                })
            })
            .collect()
    }

    /// What an account has earned by deliveries; `None` for who is not enlisted.
    pub fn delivery_earnings(account: AccountId32) -> Option<DeliveryEarnings> {
        let earner = Earners::<T>::get(account)?;
        let now = Running::<T>::get().index;
        let ended = |era: EraIndex| Eras::<T>::get(era).filter(|_| era < now && is_alive(era, now));
        let mut earnings = DeliveryEarnings {
            running: 0,
            collectable: 0,
            expires_in: None,
        };
        for one in earner.credits {
            if one.era == now {
                earnings.running = one.credit;
            } else if let Some(ended) = ended(one.era) {
                earnings.collectable = earnings.collectable.saturating_add(ended.worth(one.credit));
                earnings
                    .expires_in
                    .get_or_insert(one.era.saturating_add(HORIZON).saturating_add(1));
            }
        }
        Some(earnings)
    }

    /// Endowments of a card.
    pub fn endowments(card: CardId) -> Vec<EndowmentView<AccountId32>> {
        Endowments::<T>::get(card)
            .into_iter()
            .map(|one| EndowmentView {
                id: one.id,
                funder: one.funder,
                per_block: one.per_block,
                left: one.left,
                first_era: one.first_era,
                last_era: one.last_era,
            })
            .collect()
    }
}
