//! What creators do.

use crate::{
    capsules::Place,
    effect::Effect,
    steps::Who,
    traders::{actor, indices, must_refuse, nth, person, send, Market},
};
use hashcard_primitives::card::CardId;
use hashcard_runtime::{AccountId, Balance, Cards, Keys, Runtime, RuntimeEvent, System};
use hashcard_runtime_tests::handover::Handover;

fn creator_of(card: CardId) -> AccountId {
    Cards::card_view(card).expect("published cards stay").card.creator
}

impl Market {
    pub fn revise(&mut self, card: usize, price: Balance, editions: Option<u32>) -> Effect {
        let card = self.card(card);
        let call = pallet_cards::Call::revise_terms {
            card,
            price,
            editions,
            listed: true,
        };
        Effect::of("revise_terms", &send(&creator_of(card), call))
    }

    /// An early retirement burns a part of its own deposit, as its event says.
    pub fn retire(&mut self, card: usize) -> Option<Effect> {
        let card = self.card(card);
        let view = Cards::card_view(card)?;
        // A card that nothing depends on goes with its row, and its number would mean nothing to the traders.
        if view.keys_made == 0 {
            return None;
        }
        let result = send(&view.card.creator, pallet_cards::Call::retire { card });
        let mut effect = Effect::of("retire", &result);
        for record in System::events() {
            if let RuntimeEvent::Cards(pallet_cards::Event::Retired { burned, .. }) = record.event {
                effect.burnt += burned;
                crate::money::add(&mut effect.wealth, &view.card.creator, -(burned as i128));
            }
        }
        Some(effect)
    }

    pub fn mint(&mut self, card: usize, to: usize) -> Option<Effect> {
        let (card, to) = (self.card(card), person(to));
        let key_index = *indices(&to).last()?;
        let handover = Handover::minted_gift(card, &to, key_index);
        let (capsule, proof) = handover.prove(&self.content(card).secret);
        let call = pallet_keys::Call::mint {
            card,
            to: to.clone(),
            key_index,
            capsule,
            proof,
        };
        let result = send(&creator_of(card), call);
        Some(Effect::of("mint", &result).delivering(Place::Key(card, handover.edition), to))
    }

    pub fn appoint(&mut self, card: usize, who: usize) -> Option<Effect> {
        let (card, account) = (self.card(card), person(who));
        let key_index = *indices(&account).last()?;
        let handover = Handover::appointment(card, &account, key_index);
        let (capsule, proof) = handover.prove(&self.content(card).secret);
        let is_clerk = Keys::clerk_capsule(card, account.clone()).is_some();
        let call = pallet_keys::Call::appoint_clerk {
            card,
            account: account.clone(),
            key_index,
            capsule,
            proof,
        };
        let result = send(&creator_of(card), call);
        if is_clerk || account == creator_of(card) {
            must_refuse(&result, "a clerk twice, or the creator as his own");
        }
        Some(Effect::of("appoint_clerk", &result).delivering(Place::Clerk(card, account.clone()), account))
    }

    pub fn dismiss(&mut self, card: usize, who: usize, by: Who) -> Effect {
        let card = self.card(card);
        let account = nth(Keys::clerks(card).accounts, who).unwrap_or_else(|| person(who));
        let by = actor(by, &creator_of(card));
        let is_clerk = Keys::clerk_capsule(card, account.clone()).is_some();
        let call = pallet_keys::Call::dismiss_clerk {
            card,
            account: account.clone(),
        };
        let result = send(&by, call);
        let may = by == creator_of(card) || by == account;
        assert_eq!(result.is_ok(), is_clerk && may, "dismissal of a clerk");
        Effect::of("dismiss_clerk", &result).removing(Some(Place::Clerk(card, account)))
    }

    pub fn clerk_terms(&mut self, card: usize, commission: u32, any_holder: bool) -> Effect {
        let card = self.card(card);
        let call = pallet_keys::Call::<Runtime>::set_clerk_terms {
            card,
            commission,
            any_holder,
        };
        Effect::of("set_clerk_terms", &send(&creator_of(card), call))
    }

    pub fn upgrade(&mut self, card: usize, discount: u32) -> Effect {
        let card = self.card(card);
        let call = pallet_keys::Call::<Runtime>::set_upgrade { card, discount };
        let result = send(&creator_of(card), call);
        if discount > 0 && Cards::card_view(card).is_some_and(|view| view.card.supersedes.is_none()) {
            must_refuse(&result, "an upgrade of nothing");
        }
        Effect::of("set_upgrade", &result)
    }
}
