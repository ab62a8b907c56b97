//! What holders do, and those who want to be.

use crate::{
    capsules::Place,
    effect::Effect,
    money::add,
    sales::spoil,
    steps::{Who, Wrong},
    traders::{
        actor, choice, indices, is_frozen, keys, listings, must_refuse, must_take, nth, offers, person, send,
        some_key, Market,
    },
};
use frame_support::traits::fungible::Inspect;
use hashcard_primitives::{
    card::WHOLE_SHARE,
    key::{KeyView, OrderState},
};
use hashcard_proofs::{prove_false_key, EncodedPoint, FalseKeyContext};
use hashcard_runtime::{AccountId, Balance, Balances, Cards, Keys, Runtime, System};
use hashcard_runtime_tests::{
    content::encryption_secret,
    handover::{capsule, Handover},
    GENESIS,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_runtime::MultiAddress;

/// Whether its holder may do with a key what he likes.
fn is_idle(key: &KeyView<AccountId>) -> bool {
    key.order.is_none() && key.listed.is_none() && !is_frozen(key.card)
}

fn has_open_order(buyer: &AccountId, card: u64) -> bool {
    pallet_keys::OpenOrderOf::<Runtime>::contains_key(buyer, card)
}

impl Market {
    pub fn list(&mut self, pick: usize, by: Who, price: Balance) -> Option<Effect> {
        let key = some_key(pick)?;
        let by = actor(by, &key.holder);
        let call = pallet_keys::Call::list {
            card: key.card,
            edition: key.edition,
            price,
        };
        let result = send(&by, call);
        if is_idle(&key) && by == key.holder && price > 0 {
            must_take(&result, "a listing");
        } else {
            must_refuse(&result, "a listing by who may not, or for nothing");
        }
        Some(Effect::of("list", &result))
    }

    pub fn unlist(&mut self, pick: usize, by: Who) -> Option<Effect> {
        let (card, edition) = nth(listings(), pick)?;
        let listing = Keys::listing(card, edition).expect("it is listed");
        let by = actor(by, &listing.seller);
        let result = send(&by, pallet_keys::Call::unlist { card, edition });
        assert_eq!(result.is_ok(), by == listing.seller, "{result:?}");
        Some(Effect::of("unlist", &result))
    }

    pub fn buy_listed(&mut self, pick: usize, by: usize, fresh: bool, stale: bool) -> Option<Effect> {
        let (card, edition) = nth(listings(), pick)?;
        let listing = Keys::listing(card, edition).expect("it is listed");
        let buyer = person(by);
        // Who looked too early saw another price, or another key.
        let off = u32::from(stale);
        let call = pallet_keys::Call::buy_listed {
            card,
            edition,
            price: listing.price + Balance::from(off * (pick as u32 % 2)),
            sequence: listing.sequence + off * (1 - pick as u32 % 2),
            key: choice(&buyer, fresh),
        };
        let may = !stale && buyer != listing.seller && !is_frozen(card) && !has_open_order(&buyer, card);
        let result = send(&buyer, call);
        if may {
            must_take(&result, "a purchase of a listed key");
        } else {
            must_refuse(
                &result,
                "a purchase of what the buyer did not see, or may not buy",
            );
        }
        Some(Effect::of("buy_listed", &result))
    }

    pub fn offer(
        &mut self,
        card: usize,
        by: usize,
        price: Balance,
        named: Option<usize>,
        blocks: u32,
    ) -> Effect {
        let (card, buyer) = (self.card(card), person(by));
        let editions: Vec<_> = keys()
            .into_iter()
            .filter(|key| key.card == card)
            .map(|key| key.edition)
            .collect();
        let some = !editions.is_empty();
        let call = pallet_keys::Call::offer {
            card,
            edition: named.and_then(|pick| nth(editions, pick)),
            price,
            until: System::block_number() + blocks,
            key: choice(&buyer, false),
        };
        let may = some && price > 0 && !is_frozen(card) && !has_open_order(&buyer, card);
        let result = send(&buyer, call);
        if may {
            must_take(&result, "an offer");
        } else {
            must_refuse(&result, "an offer for nothing, or a second one");
        }
        Effect::of("offer", &result)
    }

    pub fn withdraw(&mut self, pick: usize, by: Who) -> Option<Effect> {
        let offer = Keys::offer_view(nth(offers(), pick)?).expect("it is open");
        let by = actor(by, &offer.buyer);
        let result = send(&by, pallet_keys::Call::withdraw_offer { offer: offer.id });
        let may = by == offer.buyer || System::block_number() > offer.until || is_frozen(offer.card);
        assert_eq!(result.is_ok(), may, "{result:?}");
        Some(Effect::of("withdraw_offer", &result))
    }

    pub fn accept(&mut self, pick: usize, key: usize) -> Option<Effect> {
        let offer = Keys::offer_view(nth(offers(), pick)?).expect("it is open");
        let key = nth(
            keys().into_iter().filter(|key| key.card == offer.card).collect(),
            key,
        )?;
        let call = pallet_keys::Call::accept {
            offer: offer.id,
            edition: key.edition,
        };
        let as_seen = key.claimed.is_none() || key.claimed == offer.claimed;
        let wanted = offer
            .edition
            .is_none_or(|edition| edition == key.edition && as_seen);
        let in_time = System::block_number() <= offer.until;
        let may =
            wanted && in_time && key.order.is_none() && !is_frozen(key.card) && key.holder != offer.buyer;
        let result = send(&key.holder, call);
        if may {
            must_take(&result, "an acceptance");
        } else {
            must_refuse(
                &result,
                "an acceptance with another key, too late, or of one's own offer",
            );
        }
        Some(Effect::of("accept", &result))
    }

    pub fn gift(&mut self, pick: usize, to: usize, wrong: Option<Wrong>) -> Option<Effect> {
        let (key, to) = (some_key(pick)?, person(to));
        let key_index = *indices(&to).last()?;
        let mut handover = Handover::gift(key.card, key.edition, &to, key_index);
        let signer = spoil(&mut handover, wrong);
        let (capsule, proof) = handover.prove(&self.content(key.card).secret);
        let call = pallet_keys::Call::gift {
            card: key.card,
            edition: key.edition,
            to: to.clone(),
            key_index,
            capsule,
            proof,
        };
        let may = is_idle(&key) && to != key.holder && wrong.is_none();
        let result = send(&signer, call);
        assert_eq!(result.is_ok(), may, "{wrong:?} {result:?} {key:?}");
        Some(Effect::of("gift", &result).delivering(Place::Key(key.card, key.edition), to))
    }

    pub fn rewrap(&mut self, pick: usize, index: usize, wrong: Option<Wrong>) -> Option<Effect> {
        let key = some_key(pick)?;
        let others = indices(&key.holder)
            .into_iter()
            .filter(|other| *other != key.key_index);
        let key_index = nth(others.collect(), index).unwrap_or(key.key_index);
        let mut handover = Handover::rewrap(key.card, key.edition, key_index);
        let signer = spoil(&mut handover, wrong);
        let (capsule, proof) = handover.prove(&self.content(key.card).secret);
        let call = pallet_keys::Call::rewrap {
            card: key.card,
            edition: key.edition,
            key_index,
            capsule,
            proof,
        };
        let may = is_idle(&key) && key_index != key.key_index && wrong.is_none();
        let result = send(&signer, call);
        assert_eq!(result.is_ok(), may, "{wrong:?} {result:?} {key:?}");
        Some(Effect::of("rewrap", &result).delivering(Place::Key(key.card, key.edition), key.holder))
    }

    /// The holder of an old version wants the new one at its discount.
    pub fn claim(&mut self, pick: usize, fresh: bool) -> Option<Effect> {
        let claimable = |key: &KeyView<AccountId>| Cards::superseded_by(key.card).is_some();
        let key = nth(keys().into_iter().filter(claimable).collect(), pick)?;
        let newer = Cards::superseded_by(key.card)?;
        let terms = Cards::card_view(newer)?.terms;
        let discount = Keys::upgrade(newer);
        let pays = WHOLE_SHARE - discount.unwrap_or(0);
        let price = terms.price * Balance::from(pays) / Balance::from(WHOLE_SHARE);
        let call = pallet_keys::Call::claim {
            card: newer,
            with: key.edition,
            price,
            terms_version: terms.version,
            key: choice(&key.holder, fresh),
        };
        let taken = has_open_order(&key.holder, newer);
        let result = send(&key.holder, call);
        let may = is_idle(&key) && key.claimed.is_none() && discount.is_some() && !taken && !is_frozen(newer);
        if !may {
            must_refuse(&result, "a claim with a key that cannot claim");
        }
        Some(Effect::of("claim", &result).changing(Place::Key(key.card, key.edition)))
    }

    /// Shows what a key opens to. Only a lie freezes its card; then the reporter's own order is refunded at once.
    pub fn report(&mut self, pick: usize) -> Option<Effect> {
        let key = some_key(pick)?;
        let content = self.content(key.card);
        let head = content.footer.head();
        let context = FalseKeyContext {
            genesis: &GENESIS,
            card: key.card,
            root: &content.root.0,
            blob_len: content.footer.blob_len(),
            key_commitment: &head.key_commitment,
            content_commitment: &EncodedPoint(head.content_commitment),
            edition: key.edition,
            account: key.holder.as_ref(),
            key_index: key.key_index,
        };
        let secret = encryption_secret(&key.holder, key.key_index);
        let chance = &mut ChaCha20Rng::seed_from_u64(5);
        let (opened, proof) = prove_false_key(&context, &secret, &capsule(key.capsule), chance)
            .expect("a capsule on chain is well formed");
        let lie = head.key_commitment == [0xEE; 32];
        let may = lie && !is_frozen(key.card);
        let open = pallet_keys::OpenOrderOf::<Runtime>::get(&key.holder, key.card).and_then(Keys::order);
        let destroyed = open.and_then(|order| match order.state {
            OrderState::Delivered { edition, .. } => Some(Place::Key(key.card, edition)),
            OrderState::Waiting { .. } => None,
        });
        let call = pallet_keys::Call::report_false_key {
            card: key.card,
            edition: key.edition,
            opened,
            proof,
        };
        let result = send(&key.holder, call);
        assert_eq!(result.is_ok(), may, "{result:?} {key:?}");
        Some(Effect::of("report_false_key", &result).removing(destroyed))
    }

    pub fn discard(&mut self, pick: usize) -> Option<Effect> {
        let key = some_key(pick)?;
        let call = pallet_keys::Call::discard_key {
            card: key.card,
            edition: key.edition,
        };
        let result = send(&key.holder, call);
        let may = is_frozen(key.card) && key.order.is_none();
        assert_eq!(result.is_ok(), may, "{result:?} {key:?}");
        Some(Effect::of("discard_key", &result).removing(Some(Place::Key(key.card, key.edition))))
    }

    pub fn claim_unclaimed(&mut self, who: usize) -> Effect {
        let result = send(&person(who), pallet_keys::Call::<Runtime>::claim_unclaimed {});
        Effect::of("claim_unclaimed", &result)
    }

    /// Whatever is free goes to somebody else, so that the next payment may find nothing to land on.
    pub fn empty(&mut self, who: usize, into: usize) -> Effect {
        let (who, into) = (person(who), person(into));
        let before = <Balances as Inspect<AccountId>>::total_balance(&who);
        let call = pallet_balances::Call::transfer_all {
            dest: MultiAddress::Id(into.clone()),
            keep_alive: false,
        };
        let result = send(&who, call);
        let gone = before - <Balances as Inspect<AccountId>>::total_balance(&who);
        let mut effect = Effect::of("transfer_all", &result);
        add(&mut effect.wealth, &who, -(gone as i128));
        add(&mut effect.wealth, &into, gone as i128);
        effect
    }
}
