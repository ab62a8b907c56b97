use super::*;
use crate::{Error, Frozen, Keys};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::roles::CardDependents;
use hashcard_proofs::{prove_false_key, FalseKeyContext};

const PRICE: Balance = 1_000;

#[test]
fn a_false_key_freezes_the_card_and_refunds_its_reporter_at_once() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        let order = delivered(&BUYER, card);
        let info = send(&BUYER, report_of(card, 1, &BUYER)).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_event(Event::CardFrozen {
            card,
            edition: 1,
            reporter: BUYER,
        });
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: BUYER,
            price: PRICE,
            edition: Some(1),
        });

        assert!(Pallet::<Test>::is_frozen(card));
        assert_eq!(Balances::free_balance(&BUYER), WEALTH - ENCRYPTION_KEY_DEPOSIT);
        assert_eq!(wealth(&CHEAT), WEALTH);
        assert!(!Keys::<Test>::contains_key(card, 1));
        assert!(!Pallet::<Test>::depends_on(card));
    });
}

#[test]
fn a_reporter_who_paid_long_ago_freezes_the_card_and_keeps_his_key() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        let order = delivered(&BUYER, card);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&CHEAT, Call::settle { order }));
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_event(Event::CardFrozen {
            card,
            edition: 1,
            reporter: BUYER,
        });
        assert!(Keys::<Test>::contains_key(card, 1));
        assert_eq!(wealth(&BUYER), WEALTH - PRICE);
    });
}

#[test]
fn a_receiver_of_a_gift_can_report_it_and_gets_his_waiting_order_refunded() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        mint(card, &BUYER);
        let order = buy(&BUYER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: BUYER,
            price: PRICE,
            edition: None,
        });
        assert!(Keys::<Test>::contains_key(card, 1));
    });
}

#[test]
fn a_true_key_cannot_be_reported() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        delivered(&BUYER, card);
        assert_noop!(send(&BUYER, report_of(card, 1, &BUYER)), Error::<Test>::KeyIsTrue);
    });
}

#[test]
fn a_true_key_with_another_opened_point_does_not_verify() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        delivered(&BUYER, card);
        let (_, proof) = crate::fixtures::report::<Test>(card, 1, &BUYER);
        let invented = EncodedPoint(*content(99).point().as_bytes());
        let call = |opened| Call::report_false_key {
            card,
            edition: 1,
            opened,
            proof,
        };
        assert_noop!(send(&BUYER, call(invented)), Error::<Test>::InvalidProof);
        assert_noop!(
            send(&BUYER, call(EncodedPoint([0; 32]))),
            Error::<Test>::InvalidPoint
        );
        assert_noop!(
            send(&BUYER, call(EncodedPoint([0xff; 32]))),
            Error::<Test>::InvalidPoint
        );
    });
}

#[test]
fn only_the_holder_reports() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        delivered(&OTHER, card);
        let copied = report_of(card, 1, &BUYER);
        assert_noop!(send(&STRANGER, copied.clone()), Error::<Test>::NotHolder);
        assert_noop!(send(&OTHER, copied.clone()), Error::<Test>::NotHolder);
        assert_ok!(send(&BUYER, copied));
    });
}

#[test]
fn a_report_for_any_other_key_account_or_chain_is_refused() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        let keyed = Pallet::<Test>::keyed_card(card).unwrap_or_else(|_| panic!("published above"));
        let record = Keys::<Test>::get(card, 1).unwrap();
        let secret = encryption_secret::<Test>(&BUYER, 0);
        let honest = FalseKeyContext {
            genesis: &GENESIS,
            card,
            root: &keyed.root,
            blob_len: keyed.blob_len,
            key_commitment: &keyed.key_commitment,
            content_commitment: &keyed.content_commitment,
            edition: 1,
            account: BUYER.as_ref(),
            key_index: 0,
        };
        let nothing = [0; 32];
        let wrong = [
            FalseKeyContext {
                genesis: &nothing,
                ..honest
            },
            FalseKeyContext {
                card: card + 1,
                ..honest
            },
            FalseKeyContext {
                root: &nothing,
                ..honest
            },
            FalseKeyContext {
                blob_len: 1,
                ..honest
            },
            FalseKeyContext {
                key_commitment: &nothing,
                ..honest
            },
            FalseKeyContext { edition: 2, ..honest },
            FalseKeyContext {
                account: OTHER.as_ref(),
                ..honest
            },
            FalseKeyContext {
                key_index: 1,
                ..honest
            },
        ];
        let report = |context: &FalseKeyContext| {
            let (opened, proof) =
                prove_false_key(context, &secret, &record.capsule, &mut crate::fixtures::rng(1)).unwrap();
            send(
                &BUYER,
                Call::report_false_key {
                    card,
                    edition: 1,
                    opened,
                    proof,
                },
            )
        };
        for context in &wrong {
            assert_noop!(report(context), Error::<Test>::InvalidProof);
        }
        assert_ok!(report(&honest));
    });
}

#[test]
fn a_card_is_frozen_once() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        let order = delivered(&OTHER, card);
        let second = report_of(card, 2, &OTHER);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_noop!(send(&OTHER, second), Error::<Test>::AlreadyFrozen);
        assert_ok!(send(&OTHER, Call::expire { order }));
        assert_eq!(wealth(&OTHER), WEALTH);
    });
}

#[test]
fn a_key_that_does_not_exist_cannot_be_reported() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        let (opened, proof) = crate::fixtures::report::<Test>(card, 1, &BUYER);
        let call = |card, edition| Call::report_false_key {
            card,
            edition,
            opened,
            proof,
        };
        assert_noop!(send(&BUYER, call(card, 2)), Error::<Test>::UnknownKey);
        assert_noop!(send(&BUYER, call(77, 1)), Error::<Test>::UnknownCard);
        assert!(!Frozen::<Test>::contains_key(card));
    });
}

#[test]
fn a_retired_card_can_still_be_reported() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        FakeCards::retire(card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_eq!(wealth(&BUYER), WEALTH);
    });
}
