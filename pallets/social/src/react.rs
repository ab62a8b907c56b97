//! A reaction and its count change together, here and nowhere else.

use crate::{rows::card_key, Config, CountsOfCard, Error, Event, Pallet, ReactionRow, Reactions};
use frame_support::{defensive, ensure};
use hashcard_primitives::{
    roles::CardLookup,
    social::{Reaction, ReactionCounts},
    CardId,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_react(account: AccountId32, card: CardId, reaction: Reaction) -> DispatchResult {
        ensure!(T::Cards::terms(card).is_some(), Error::<T>::UnknownCard);
        let key = card_key(card);
        let old = Reactions::<T>::get(&account, key);
        let before = old.map(|row| row.reaction);
        ensure!(before != Some(reaction), Error::<T>::SameReaction);
        let deposit = match old {
            Some(row) => row.deposit,
            None => {
                let deposit = Self::reaction_deposit();
                Self::hold(&account, deposit)?;
                deposit
            }
        };
        Reactions::<T>::insert(&account, key, ReactionRow { reaction, deposit });
        Self::count(card, before, Some(reaction))?;
        Self::deposit_event(Event::Reacted {
            card,
            account,
            reaction,
            before,
        });
        Ok(())
    }

    pub(crate) fn do_unreact(account: AccountId32, card: CardId) -> DispatchResult {
        let row = Reactions::<T>::take(&account, card_key(card)).ok_or(Error::<T>::NoReaction)?;
        let ReactionRow { reaction, deposit } = row;
        Self::count(card, Some(reaction), None)?;
        Self::release(&account, deposit)?;
        Self::deposit_event(Event::Unreacted {
            card,
            account,
            reaction,
        });
        Ok(())
    }

    fn count(card: CardId, less: Option<Reaction>, more: Option<Reaction>) -> DispatchResult {
        CountsOfCard::<T>::try_mutate_exists(card, |row| {
            let mut counts: ReactionCounts = row.unwrap_or_default();
            if let Some(reaction) = less {
                counts = counts.minus(reaction).ok_or_else(|| {
                    defensive!("every reaction is counted");
                    DispatchError::Corruption
                })?;
            }
            if let Some(reaction) = more {
                counts = counts.plus(reaction).ok_or(ArithmeticError::Overflow)?;
            }
            *row = (!counts.is_empty()).then_some(counts);
            Ok(())
        })
    }
}
