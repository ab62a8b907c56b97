//! Publishing, buying, delivering, with real footers, commitments and proofs.

use super::{done, turn, Sent};
use crate::{content::Sealed, scene, transactions::Person};
use hashcard_primitives::{
    card::CardId,
    key::{Edition, OrderId, OrderState},
    Balance,
};
use hashcard_runtime::{constants::money::CARD, Keys, Runtime, RuntimeCall, System};
use pallet_keys::KeyChoice;

/// Creators and buyers among whom it is spread.
const CREATORS: u32 = 16;
const BUYERS: u32 = 32;
/// Price of every card here.
const PRICE: Balance = 10 * CARD;

/// A content that nobody else publishes.
pub fn content(creator: &Person, number: u32) -> Sealed {
    Sealed::new(&creator.account, u64::from(number), false)
}

/// Sealed contents, none of them published yet.
pub fn publishes(count: u32) -> Vec<Sent> {
    let creators = Person::crowd(0, CREATORS);
    let publish = |number: u32| {
        let by = turn(&creators, number).clone();
        let call = content(&by, number).publish_call(PRICE, None);
        Sent { by, call }
    };
    (0..count).map(publish).collect()
}

/// Cards for sale, by one creator.
pub fn published(creator: &Person, count: u32) -> Vec<(CardId, Sealed)> {
    let publish = |number: u32| {
        let content = content(creator, number);
        let card = content.publish(PRICE, None).expect("nobody published it before");
        (card, content)
    };
    (0..count).map(publish).collect()
}

/// What a buyer with a registered key sends.
pub fn purchase(card: CardId) -> RuntimeCall {
    pallet_keys::Call::<Runtime>::buy {
        card,
        price: PRICE,
        terms_version: 0,
        key: KeyChoice::Registered(0),
    }
    .into()
}

fn sale(count: u32) -> (Person, Vec<(CardId, Sealed)>, Vec<Sent>) {
    let creator = Person::rich(BUYERS);
    let cards = published(&creator, count.div_ceil(BUYERS));
    let buyers = Person::crowd(0, BUYERS);
    for buyer in &buyers {
        scene::registered(&buyer.account);
    }
    let buy = |number: u32| Sent {
        by: turn(&buyers, number).clone(),
        call: purchase(cards[(number / BUYERS) as usize].0),
    };
    let sent = (0..count).map(buy).collect();
    (creator, cards, sent)
}

/// Every buyer buys one card after the other, with a key that he registered before.
pub fn buys(count: u32) -> Vec<Sent> {
    sale(count).2
}

/// The creator delivers all that was ordered.
pub fn fulfils(count: u32) -> Vec<Sent> {
    let (creator, cards, purchases) = sale(count);
    let mut sent = Vec::new();
    for (number, purchase) in purchases.into_iter().enumerate() {
        done(&purchase.by, purchase.call);
        let (card, content) = &cards[number / BUYERS as usize];
        let order = order_of(&purchase.by, *card);
        let (capsule, proof) = content.delivery(order);
        sent.push(Sent {
            by: creator.clone(),
            call: pallet_keys::Call::<Runtime>::fulfil {
                order,
                capsule,
                proof,
            }
            .into(),
        });
    }
    sent
}

/// Offers of a unit for any key of a card, which its one holder need not accept.
pub fn offers(count: u32) -> Vec<Sent> {
    let (_, cards, sent) = sale(count);
    let holder = Person::rich(BUYERS + 1);
    for (card, content) in &cards {
        deliver(&holder, *card, content);
    }
    let until = System::block_number() + 10;
    let offer = |(number, Sent { by, .. }): (usize, Sent)| Sent {
        by,
        call: pallet_keys::Call::<Runtime>::offer {
            card: cards[number / BUYERS as usize].0,
            edition: None,
            price: 1,
            until,
            key: KeyChoice::Registered(0),
        }
        .into(),
    };
    sent.into_iter().enumerate().map(offer).collect()
}

/// Encryption keys, one after the other of one account each.
pub fn keys(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, count);
    let register = |by: Person| {
        let KeyChoice::Register(key, proof) = scene::new_key(&by.account) else {
            panic!("a new key is to be registered");
        };
        Sent {
            by,
            call: pallet_keys::Call::<Runtime>::register_key { key, proof }.into(),
        }
    };
    people.into_iter().map(register).collect()
}

/// A card of which somebody holds a key that is not settled yet.
pub fn sold(creator: &Person, buyer: &Person, number: u32) -> (CardId, Edition) {
    let content = content(creator, number);
    let card = content.publish(PRICE, None).expect("nobody published it before");
    (card, deliver(buyer, card, &content))
}

fn deliver(buyer: &Person, card: CardId, content: &Sealed) -> Edition {
    scene::registered(&buyer.account);
    done(buyer, purchase(card));
    let order = order_of(buyer, card);
    content.fulfil(order).expect("its creator delivers");
    match Keys::order(order).map(|order| order.state) {
        Some(OrderState::Delivered { edition, .. }) => edition,
        other => panic!("order {order} was delivered, and is {other:?}"),
    }
}

/// What a buyer ordered of a card.
pub fn order_of(buyer: &Person, card: CardId) -> OrderId {
    pallet_keys::OpenOrderOf::<Runtime>::get(&buyer.account, card).expect("it was just made")
}
