use super::*;
use crate::{EncryptionKeyNumbers, EncryptionKeys, Error};
use frame_support::assert_noop;

fn remove(who: &AccountId32, index: KeyIndex) -> DispatchResultWithPostInfo {
    send(who, Call::remove_key { index })
}

#[test]
fn a_key_that_nothing_needs_is_taken_back_with_its_deposit() {
    on_chain(|| {
        register(&BUYER);
        assert_ok!(remove(&BUYER, 0));
        assert_event(Event::EncryptionKeyRemoved {
            account: BUYER,
            index: 0,
        });
        assert_eq!(Balances::free_balance(&BUYER), WEALTH);
        assert_eq!(EncryptionKeys::<Test>::iter().count(), 0);
        assert_noop!(remove(&BUYER, 0), Error::<Test>::UnknownEncryptionKey);
        assert_noop!(remove(&OTHER, 0), Error::<Test>::UnknownEncryptionKey);
    });
}

#[test]
fn an_index_never_comes_twice_and_only_live_keys_count() {
    on_chain(|| {
        for index in 0..5 {
            assert_eq!(register(&BUYER), index);
        }
        let (key, proof) = next_key::<Test>(&BUYER);
        let sixth = Call::register_key { key, proof };
        assert_noop!(send(&BUYER, sixth.clone()), Error::<Test>::TooManyEncryptionKeys);
        assert_ok!(remove(&BUYER, 4));
        assert_ok!(send(&BUYER, sixth));
        assert!(EncryptionKeys::<Test>::contains_key(BUYER, 5));
        assert_eq!(Pallet::<Test>::encryption_keys(BUYER), 6);
        for index in [0, 1, 2, 3, 5] {
            assert_ok!(remove(&BUYER, index));
        }
        let numbers = EncryptionKeyNumbers::<Test>::get(BUYER);
        assert_eq!((numbers.next, numbers.live), (6, 0));
    });
}

#[test]
fn a_key_that_an_order_needs_stays_until_it_ends() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let order = buy(&BUYER, card);
        assert_noop!(remove(&BUYER, 0), Error::<Test>::EncryptionKeyInUse);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert_ok!(remove(&BUYER, 0));
    });
}

#[test]
fn a_key_that_an_offer_needs_stays_until_it_ends() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        sold(&BUYER, card);
        let first = offer(&OTHER, card, None, 10);
        assert_noop!(remove(&OTHER, 0), Error::<Test>::EncryptionKeyInUse);
        assert_ok!(send(&OTHER, Call::withdraw_offer { offer: first }));
        assert_ok!(remove(&OTHER, 0));

        register(&STRANGER);
        let second = offer(&STRANGER, card, None, 10);
        assert_ok!(send(
            &BUYER,
            Call::accept {
                offer: second,
                edition: 1
            }
        ));
        assert_noop!(remove(&STRANGER, 0), Error::<Test>::EncryptionKeyInUse);
    });
}

#[test]
fn a_key_that_a_capsule_is_under_stays_until_it_moves() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        sold(&BUYER, card);
        assert_noop!(remove(&BUYER, 0), Error::<Test>::EncryptionKeyInUse);
        register(&OTHER);
        let (capsule, proof) = Handover::given::<Test>(card, 1, &OTHER, 0).prove(&content(card));
        let gift = Call::gift {
            card,
            edition: 1,
            to: OTHER,
            key_index: 0,
            capsule,
            proof,
        };
        assert_ok!(send(&BUYER, gift));
        assert_ok!(remove(&BUYER, 0));
        assert_noop!(remove(&OTHER, 0), Error::<Test>::EncryptionKeyInUse);
    });
}

#[test]
fn a_key_of_a_destroyed_capsule_is_free() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, 1_000);
        delivered(&BUYER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_ok!(remove(&BUYER, 0));
        assert_eq!(Balances::free_balance(&BUYER), WEALTH);
    });
}
