//! What holders of an old version save on the new one. The creator of both cards sets it; the cards pallet sees to it
//! that a card supersedes only one of the same creator.

use crate::{Config, Error, Event, HoldReason, Pallet, Upgrade, Upgrades};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::card::{CardId, WHOLE_SHARE};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Closing the way works on a frozen or retired card as well.
    pub(crate) fn do_set_upgrade(creator: AccountId32, card: CardId, discount: u32) -> DispatchResult {
        let keyed = Self::own_card(&creator, card)?;
        ensure!(discount <= WHOLE_SHARE, Error::<T>::DiscountTooHigh);
        let before = Upgrades::<T>::take(card);
        if discount > 0 {
            ensure!(keyed.supersedes.is_some(), Error::<T>::SupersedesNothing);
            Self::ensure_not_frozen(card)?;
            Self::current_terms(card)?;
            let deposit = match before {
                Some(upgrade) => upgrade.deposit,
                None => {
                    let deposit = T::TermsDeposit::get();
                    Self::hold(HoldReason::Clerk, &creator, deposit)?;
                    deposit
                }
            };
            Upgrades::<T>::insert(card, Upgrade { discount, deposit });
        } else if let Some(upgrade) = before {
            Self::hand_over(HoldReason::Clerk, &creator, &creator, upgrade.deposit)?;
        }
        Self::deposit_event(Event::UpgradeSet { card, discount });
        Ok(())
    }
}
