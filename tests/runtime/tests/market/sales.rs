//! Orders, from purchase to settlement or refund.

use crate::{
    capsules::Place,
    effect::Effect,
    money,
    steps::{Who, Wrong},
    traders::{
        choice, indices, is_frozen, keys, must_refuse, must_take, nth, orders, person, send, Locked, Market,
    },
};
use hashcard_primitives::{
    card::CardId,
    key::{ClerkSource, Edition, KeyView, OrderId, OrderState, OrderView, Sale, CLERK_TURN},
};
use hashcard_proofs::{lock_commitment, Capsule, LongProof, TransferUse};
use hashcard_runtime::{AccountId, Cards, Keys, Runtime, System};
use hashcard_runtime_tests::{
    handover::{From, Handover},
    GENESIS,
};

/// An order whose time has come, if there is one; else any.
fn ripe(pick: usize, is_ripe: impl Fn(&OrderView<AccountId>) -> bool) -> Option<OrderView<AccountId>> {
    let (ripe, unripe): (Vec<_>, Vec<_>) = orders().into_iter().partition(is_ripe);
    nth(ripe, pick).or_else(|| nth(unripe, pick))
}

/// Waiting orders, and the last block of each.
fn waiting(pick: usize) -> Option<(OrderView<AccountId>, u32)> {
    let waiting = orders().into_iter().filter_map(|order| match order.state {
        OrderState::Waiting { deadline } => Some((order, deadline)),
        OrderState::Delivered { .. } => None,
    });
    nth(waiting.collect(), pick)
}

/// Likewise, first sales before resales, which no clerk delivers.
fn waiting_sale(pick: usize) -> Option<(OrderView<AccountId>, u32)> {
    let sales = orders()
        .into_iter()
        .filter_map(|order| match (order.sale, order.state) {
            (Sale::Primary, OrderState::Waiting { deadline }) => Some((order, deadline)),
            _ => None,
        });
    nth(sales.collect(), pick).or_else(|| waiting(pick))
}

/// Orders of a card whose editions are kept for those who locked them, but for one.
fn editions_locked(card: CardId, but: OrderId) -> u32 {
    let locked = |order: &&OrderView<AccountId>| {
        let waits = matches!(order.state, OrderState::Waiting { .. });
        order.card == card && order.id != but && order.sale == Sale::Primary && waits && order.lock.is_some()
    };
    orders().iter().filter(locked).count() as u32
}

/// Whether the one who may deliver this order can do it now.
fn can_be_delivered(order: &OrderView<AccountId>, deadline: u32) -> bool {
    let card = Cards::card_view(order.card).expect("ordered cards stay");
    let bound = card.keys_made + editions_locked(order.card, order.id);
    let left = card.retired || card.terms.editions.is_none_or(|most| bound < most);
    let in_time = System::block_number() <= deadline;
    in_time && !card.frozen && (order.sale != Sale::Primary || left)
}

/// Which key a delivery gives to the buyer.
fn delivered_key(order: &OrderView<AccountId>) -> Place {
    match order.sale {
        Sale::Resale { edition } => Place::Key(order.card, edition),
        Sale::Primary => {
            let made = Cards::card_view(order.card)
                .expect("ordered cards stay")
                .keys_made;
            Place::Key(order.card, Edition::from(made) + 1)
        }
    }
}

/// Makes a delivery wrong, and says who signs it.
pub fn spoil(handover: &mut Handover, wrong: Option<Wrong>) -> AccountId {
    let signer = handover.submitter.clone();
    let another = |who: &AccountId| if *who == person(5) { person(6) } else { person(5) };
    match wrong {
        None => {}
        Some(Wrong::Signer) => return another(&signer),
        Some(Wrong::Submitter) => handover.submitter = another(&signer),
        Some(Wrong::Order) => handover.order += 1,
        Some(Wrong::Price) => handover.price += 1,
        Some(Wrong::Sequence) => handover.sequence += 1,
        Some(Wrong::Edition) => handover.edition += 1,
        Some(Wrong::Genesis) => handover.genesis[31] ^= 1,
        Some(Wrong::Receiver) => handover.to = another(&handover.to),
        Some(Wrong::Use) => match &mut handover.source {
            From::Secret => handover.edition += 1,
            From::Capsule(used, _) => {
                *used = match used {
                    TransferUse::Transfer => TransferUse::Fulfil,
                    TransferUse::Fulfil => TransferUse::Rewrap,
                    TransferUse::Rewrap => TransferUse::Transfer,
                }
            }
        },
    }
    signer
}

/// The clerk whose turn an order is, by the rule of the specification.
fn first_clerk(order: &OrderView<AccountId>) -> Option<AccountId> {
    let mut bytes = vec![13 << 2];
    bytes.extend_from_slice(b"hashcard/turn");
    bytes.extend_from_slice(&GENESIS);
    bytes.extend_from_slice(&order.id.to_le_bytes());
    let hash = sp_io::hashing::blake2_256(&bytes);
    let number = u64::from_le_bytes(hash[..8].try_into().expect("eight bytes"));
    let clerks = Keys::clerks(order.card).accounts;
    let count = u64::try_from(clerks.len()).expect("a few");
    (count > 0).then(|| clerks[(number % count) as usize].clone())
}

/// Who tries to deliver: an appointed clerk, or a holder.
fn some_clerk(order: &OrderView<AccountId>, by: Who, as_holder: bool) -> Option<AccountId> {
    match by {
        Who::Anybody(who) => Some(person(who)),
        Who::Rightful if !as_holder => first_clerk(order),
        Who::Rightful => {
            let holds = |key: &KeyView<AccountId>| key.card == order.card && key.holder != order.buyer;
            keys().into_iter().find(holds).map(|key| key.holder)
        }
    }
}

impl Market {
    pub fn buy(&mut self, card: usize, by: usize, fresh: bool) -> Effect {
        let (card, buyer) = (self.card(card), person(by));
        let view = Cards::card_view(card).expect("published cards stay");
        let call = pallet_keys::Call::buy {
            card,
            price: view.terms.price,
            terms_version: view.terms.version,
            key: choice(&buyer, fresh),
        };
        let open = pallet_keys::OpenOrderOf::<Runtime>::contains_key(&buyer, card);
        let result = send(&buyer, call);
        if view.frozen || view.retired || open || buyer == view.card.creator {
            must_refuse(&result, "a purchase of what is not for sale");
        }
        Effect::of("buy", &result)
    }

    /// The delivery that somebody locked an order with, if it is his turn to keep his word.
    fn promised(&self, order: OrderId, by: &AccountId) -> Option<Option<(Capsule, LongProof)>> {
        let locked = self.locked.get(&order)?;
        (locked.by == *by).then_some(locked.delivery)
    }

    pub fn fulfil(&mut self, pick: usize, wrong: Option<Wrong>) -> Option<Effect> {
        let (order, deadline) = waiting(pick)?;
        let mut handover = Handover::of_order(order.id);
        let signer = spoil(&mut handover, wrong);
        let secret = &self.content(order.card).secret;
        let (capsule, proof) = match (wrong, self.promised(order.id, &order.seller)) {
            (None, Some(Some(promised))) => promised,
            _ => handover.prove(secret),
        };
        let place = delivered_key(&order);
        let can = can_be_delivered(&order, deadline);
        let result = send(
            &signer,
            pallet_keys::Call::fulfil {
                order: order.id,
                capsule,
                proof,
            },
        );
        let broken_promise = self.promised(order.id, &order.seller) == Some(None);
        let expected = can && wrong.is_none() && !broken_promise;
        assert_eq!(result.is_ok(), expected, "{wrong:?} {result:?} {order:?}");
        let name = match order.sale {
            Sale::Primary => "fulfil a sale",
            Sale::Resale { .. } => "fulfil a resale",
        };
        Some(Effect::of(name, &result).delivering(place, order.buyer))
    }

    pub fn fulfil_for(
        &mut self,
        pick: usize,
        by: Who,
        as_holder: bool,
        wrong: Option<Wrong>,
    ) -> Option<Effect> {
        let (order, deadline) = waiting_sale(pick)?;
        let clerk = some_clerk(&order, by, as_holder)?;
        let source = self.source_of(&order, &clerk, as_holder);
        let (allowed, forbidden) = self.clerks_rights(&order, &clerk, source);
        let (signer, capsule, proof) = match Handover::of_clerk(order.id, &clerk, source) {
            None => {
                // Nothing of his to open: he tries with the creator's own proof.
                let (capsule, proof) = Handover::of_order(order.id).prove(&self.content(order.card).secret);
                (clerk.clone(), capsule, proof)
            }
            Some(mut handover) => {
                let signer = spoil(&mut handover, wrong);
                let (capsule, proof) = match (wrong, self.promised(order.id, &clerk)) {
                    (None, Some(Some(promised))) => promised,
                    _ => handover.prove(&self.content(order.card).secret),
                };
                (signer, capsule, proof)
            }
        };
        let place = delivered_key(&order);
        let can = can_be_delivered(&order, deadline);
        let call = pallet_keys::Call::fulfil_for {
            order: order.id,
            source,
            capsule,
            proof,
        };
        let result = send(&signer, call);
        if !can || wrong.is_some() || forbidden {
            must_refuse(&result, "a delivery by who may not, or with a wrong proof");
        }
        if can && wrong.is_none() && allowed {
            must_take(&result, "a clerk's delivery");
        }
        let name = match source {
            ClerkSource::Appointed => "fulfil_for as appointed",
            ClerkSource::Holder(_) => "fulfil_for as holder",
        };
        Some(Effect::of(name, &result).delivering(place, order.buyer))
    }

    /// What this clerk would open: his own capsule, or that of a key of his.
    fn source_of(&self, order: &OrderView<AccountId>, clerk: &AccountId, as_holder: bool) -> ClerkSource {
        if !as_holder {
            return ClerkSource::Appointed;
        }
        let his = keys()
            .into_iter()
            .filter(|key| key.card == order.card && key.holder == *clerk);
        let (free, engaged): (Vec<_>, Vec<_>) = his.partition(|key| key.order.is_none());
        let edition = free.first().or(engaged.first()).map_or(1, |key| key.edition);
        ClerkSource::Holder(edition)
    }

    /// Whether a clerk certainly may deliver, and whether he certainly may not. A lock may allow more.
    fn clerks_rights(
        &self,
        order: &OrderView<AccountId>,
        clerk: &AccountId,
        source: ClerkSource,
    ) -> (bool, bool) {
        if order.sale != Sale::Primary {
            return (false, true);
        }
        if self
            .locked
            .get(&order.id)
            .is_some_and(|locked| locked.by == *clerk)
        {
            return (false, false);
        }
        let first = first_clerk(order);
        let in_turn = first.is_some() && System::block_number() <= order.made_at + CLERK_TURN;
        assert_eq!(
            Keys::turn(order.id).map(|turn| turn.clerk),
            first.clone().filter(|_| in_turn),
            "whose turn it is"
        );
        let terms = Keys::clerks(order.card);
        let capsule = match source {
            ClerkSource::Appointed => terms.accounts.contains(clerk),
            ClerkSource::Holder(edition) => {
                let key = Keys::key(order.card, edition);
                terms.any_holder && key.is_some_and(|key| key.holder == *clerk && key.order.is_none())
            }
        };
        let entitled = capsule && (!in_turn || first.as_ref() == Some(clerk));
        // A buyer would pay himself a part of his price, a creator would pass his collaborators.
        let entitled = entitled && *clerk != order.buyer && *clerk != order.seller;
        (entitled, !entitled)
    }

    pub fn lock(&mut self, pick: usize, by: Who, as_holder: bool, empty: bool) -> Option<Effect> {
        let (order, deadline) = waiting(pick)?;
        let (by, source) = match by {
            Who::Rightful if !as_holder => (order.seller.clone(), None),
            Who::Rightful => (first_clerk(&order)?, Some(ClerkSource::Appointed)),
            Who::Anybody(who) if as_holder => {
                let clerk = person(who);
                let source = self.source_of(&order, &clerk, true);
                (clerk, Some(source))
            }
            Who::Anybody(who) => (person(who), None),
        };
        let handover = match source {
            None => Some(Handover::of_order(order.id)),
            Some(source) => Handover::of_clerk(order.id, &by, source),
        };
        let delivery = handover.map(|handover| {
            let promised = Handover {
                chance: 7,
                ..handover
            };
            promised.prove(&self.content(order.card).secret)
        });
        let delivery = delivery.filter(|_| !empty);
        let commitment = delivery.as_ref().map_or([0xEE; 32], |(capsule, proof)| {
            lock_commitment(order.id, by.as_ref(), capsule, proof)
        });
        let call = pallet_keys::Call::lock {
            order: order.id,
            commitment,
            source,
        };
        let result = send(&by, call);
        let (_, forbidden) = match source {
            None => (false, by != order.seller),
            Some(source) => self.clerks_rights(&order, &by, source),
        };
        let late = System::block_number() > deadline;
        if late || is_frozen(order.card) || self.locked.contains_key(&order.id) || forbidden {
            must_refuse(&result, "a lock by who may not deliver");
        }
        if result.is_ok() {
            self.locked.insert(order.id, Locked { by, delivery });
        }
        Some(Effect::of("lock", &result))
    }

    /// Whoever promised to deliver and did not pays the buyer, unless the card froze.
    pub fn expire(&mut self, pick: usize) -> Option<Effect> {
        let order = ripe(pick, |order| match order.state {
            OrderState::Waiting { deadline } => System::block_number() > deadline || is_frozen(order.card),
            OrderState::Delivered { .. } => is_frozen(order.card),
        })?;
        self.expire_order(order, &person(pick))
    }

    pub fn expire_order(&mut self, order: OrderView<AccountId>, by: &AccountId) -> Option<Effect> {
        let row = pallet_keys::Orders::<Runtime>::get(order.id).expect("it is open");
        let frozen = is_frozen(order.card);
        let result = send(by, pallet_keys::Call::expire { order: order.id });
        let (may, place) = match order.state {
            OrderState::Waiting { deadline } => (frozen || System::block_number() > deadline, None),
            OrderState::Delivered { edition, .. } => (frozen, Some(Place::Key(order.card, edition))),
        };
        assert_eq!(result.is_ok(), may, "{result:?} {order:?}");
        let mut effect = Effect::of("expire", &result).removing(place);
        if !frozen {
            effect = effect.paying(&order.seller, &order.buyer, row.penalty);
            if let Some(lock) = row.lock {
                effect = effect.paying(&lock.by, &order.buyer, lock.penalty);
            }
        }
        Some(effect)
    }

    pub fn settle(&mut self, pick: usize) -> Option<Effect> {
        let order = ripe(pick, |order| match order.state {
            OrderState::Waiting { .. } => false,
            OrderState::Delivered { settles_at, .. } => System::block_number() >= settles_at,
        })?;
        self.settle_order(order, &person(pick))
    }

    pub fn settle_order(&mut self, order: OrderView<AccountId>, by: &AccountId) -> Option<Effect> {
        let card = Cards::card_view(order.card).expect("ordered cards stay").card;
        let before = Keys::price_history(order.card).unwrap_or_default();
        let result = send(by, pallet_keys::Call::settle { order: order.id });
        let may = match order.state {
            OrderState::Waiting { .. } => false,
            OrderState::Delivered { settles_at, edition } => {
                let key = Keys::key(order.card, edition).expect("an unsettled key stays");
                assert_eq!(key.holder, order.buyer, "who paid is who holds");
                !is_frozen(order.card) && System::block_number() >= settles_at
            }
        };
        assert_eq!(result.is_ok(), may, "{result:?} {order:?}");
        let name = match order.sale {
            Sale::Primary => "settle a sale",
            Sale::Resale { .. } => "settle a resale",
        };
        let mut effect = Effect::of(name, &result);
        if may {
            (effect.wealth, effect.burnt) = money::settlement(&order, &card);
            let after = Keys::price_history(order.card).expect("something was sold");
            assert_eq!(after.sold, before.sold + 1, "a sale is counted once");
            assert_eq!(after.volume, before.volume + order.price);
        }
        Some(effect)
    }

    pub fn register(&mut self, who: usize) -> Option<Effect> {
        let who = person(who);
        let pallet_keys::KeyChoice::Register(key, proof) = crate::traders::new_key(&who) else {
            return None;
        };
        let result = send(&who, pallet_keys::Call::register_key { key, proof });
        must_take(&result, "a new encryption key");
        Some(Effect::of("register_key", &result))
    }

    pub fn remove(&mut self, who: usize, pick: usize) -> Option<Effect> {
        let who = person(who);
        let index = nth(indices(&who), pick)?;
        let uses = pallet_keys::EncryptionKeys::<Runtime>::get(&who, index).map_or(0, |row| row.uses);
        let result = send(&who, pallet_keys::Call::remove_key { index });
        assert_eq!(result.is_ok(), uses == 0, "{result:?}: {uses} uses");
        Some(Effect::of("remove_key", &result))
    }
}

/// The card of a place, for messages.
pub fn card_of(place: &Place) -> CardId {
    match place {
        Place::Key(card, _) | Place::Clerk(card, _) => *card,
    }
}
