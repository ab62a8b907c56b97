//! Accounts that deliver a creator's sales while he sleeps. A clerk has a capsule and no key: nothing that he could
//! sell, list or give.
//!
//! **Nobody trusts a clerk for the right key**: the chain checks what he delivers. The creator trusts him with the
//! content before the first sale, as he later trusts every buyer.

use crate::{
    card::Occasion, CardsByClerk, ClerkCapsule, ClerkCapsules, ClerkTerms, Clerks, Config, Error, Event,
    HoldReason, InOrder, Pallet, TermsOfClerks,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::CardId,
    key::{KeyIndex, MAX_COMMISSION},
};
use hashcard_proofs::{verify_mint, Capsule, LongProof};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_appoint_clerk(
        creator: AccountId32,
        card: CardId,
        account: AccountId32,
        key_index: KeyIndex,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let keyed = Self::own_card(&creator, card)?;
        Self::ensure_not_frozen(card)?;
        Self::current_terms(card)?;
        ensure!(account != creator, Error::<T>::CreatorIsNoClerk);
        ensure!(
            !ClerkCapsules::<T>::contains_key(card, &account),
            Error::<T>::AlreadyClerk
        );
        Clerks::<T>::try_append(card, account.clone()).map_err(|()| Error::<T>::TooManyClerks)?;
        let encryption_key = Self::use_key(&account, key_index)?;

        let genesis = Self::genesis();
        let occasion = Occasion {
            edition: 0,
            order: 0,
            price: 0,
            sequence: 0,
            from: &creator,
            from_key_index: 0,
            to: &account,
            to_key_index: key_index,
        };
        let context = keyed.context(&genesis, &occasion);
        verify_mint(&context, &encryption_key, &capsule, &proof).map_err(Error::<T>::from)?;

        let deposit = T::ClerkDeposit::get();
        Self::hold(HoldReason::Clerk, &creator, deposit)?;
        let row = ClerkCapsule {
            capsule,
            key_index,
            encryption_key,
            deposit,
        };
        ClerkCapsules::<T>::insert(card, &account, row);
        CardsByClerk::<T>::insert(&account, InOrder::from(card), ());
        Self::deposit_event(Event::ClerkAppointed {
            card,
            account,
            key_index,
        });
        Ok(())
    }

    /// Works on a frozen or retired card as well: what ends, can always end.
    pub(crate) fn do_dismiss_clerk(who: AccountId32, card: CardId, account: AccountId32) -> DispatchResult {
        let creator = Self::keyed_card(card)?.creator;
        ensure!(who == creator || who == account, Error::<T>::NotCreator);
        let row = ClerkCapsules::<T>::take(card, &account).ok_or(Error::<T>::UnknownClerk)?;
        CardsByClerk::<T>::remove(&account, InOrder::from(card));
        Clerks::<T>::mutate_exists(card, |clerks| {
            if let Some(left) = clerks.as_mut() {
                left.retain(|clerk| *clerk != account);
            }
            *clerks = clerks.take().filter(|left| !left.is_empty());
        });
        Self::release_key(&account, row.key_index)?;
        Self::hand_over(HoldReason::Clerk, &creator, &creator, row.deposit)?;
        Self::deposit_event(Event::ClerkDismissed { card, account });
        Ok(())
    }

    /// Taking promises away works on a frozen or retired card as well.
    pub(crate) fn do_set_clerk_terms(
        creator: AccountId32,
        card: CardId,
        commission: u32,
        any_holder: bool,
    ) -> DispatchResult {
        Self::own_card(&creator, card)?;
        ensure!(commission <= MAX_COMMISSION, Error::<T>::CommissionTooHigh);
        let before = TermsOfClerks::<T>::take(card);
        if commission > 0 || any_holder {
            Self::ensure_not_frozen(card)?;
            Self::current_terms(card)?;
            let deposit = match before {
                Some(terms) => terms.deposit,
                None => {
                    let deposit = T::TermsDeposit::get();
                    Self::hold(HoldReason::Clerk, &creator, deposit)?;
                    deposit
                }
            };
            let terms = ClerkTerms {
                commission,
                any_holder,
                deposit,
            };
            TermsOfClerks::<T>::insert(card, terms);
        } else if let Some(terms) = before {
            Self::hand_over(HoldReason::Clerk, &creator, &creator, terms.deposit)?;
        }
        Self::deposit_event(Event::ClerkTermsSet {
            card,
            commission,
            any_holder,
        });
        Ok(())
    }
}
