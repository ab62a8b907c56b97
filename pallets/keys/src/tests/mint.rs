use super::*;
use crate::{Error, Frozen, Holdings, Keys, Tallies};
use frame_support::assert_noop;

fn gift(card: CardId, to: &AccountId32, proven: Handover) -> Call<Test> {
    let (capsule, proof) = proven.prove(&content(card));
    Call::mint {
        card,
        to: to.clone(),
        key_index: 0,
        capsule,
        proof,
    }
}

#[test]
fn a_creator_gives_a_key_and_pays_its_deposit() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, Some(3));
        mint(card, &OTHER);
        assert_event(Event::KeyMinted {
            card,
            edition: 1,
            to: OTHER,
            key_index: 0,
        });

        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
        assert_eq!(Pallet::<Test>::key(card, 1).map(|key| key.holder), Some(OTHER));
        assert_eq!(held(HoldReason::Key, &CREATOR), KEY_DEPOSIT);
        assert_eq!(held(HoldReason::Key, &OTHER), 0);
        assert_eq!(Holdings::<Test>::get(OTHER, card), 1);
        assert_eq!(Tallies::<Test>::get(card).made, 1);
    });
}

#[test]
fn a_gift_needs_no_listing_and_may_go_to_the_creator() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        FakeCards::revise(card, |terms| terms.listed = false);
        mint(card, &CREATOR);
        assert_event(Event::KeyMinted {
            card,
            edition: 1,
            to: CREATOR,
            key_index: 0,
        });
    });
}

#[test]
fn gifts_and_waiting_orders_share_the_editions() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, Some(2));
        mint(card, &OTHER);
        buy(&BUYER, card);
        let call = gift(card, &OTHER, Handover::gift::<Test>(card, &OTHER, 0));
        assert_noop!(send(&CREATOR, call), Error::<Test>::SoldOut);
    });
}

#[test]
fn only_the_creator_mints() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&OTHER);
        let mut handover = Handover::gift::<Test>(card, &OTHER, 0);
        handover.submitter = OTHER;
        assert_noop!(
            send(&OTHER, gift(card, &OTHER, handover)),
            Error::<Test>::NotCreator
        );
    });
}

#[test]
fn a_proof_for_any_other_gift_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&OTHER);
        register(&BUYER);
        let honest = Handover::gift::<Test>(card, &OTHER, 0);
        let wrong = [
            Handover {
                genesis: [0; 32],
                ..honest.clone()
            },
            Handover {
                card: card + 1,
                ..honest.clone()
            },
            Handover {
                root: [0; 32],
                ..honest.clone()
            },
            Handover {
                blob_len: 1,
                ..honest.clone()
            },
            Handover {
                key_commitment: [0; 32],
                ..honest.clone()
            },
            Handover {
                edition: 0,
                ..honest.clone()
            },
            Handover {
                edition: 2,
                ..honest.clone()
            },
            Handover {
                order: 1,
                ..honest.clone()
            },
            Handover {
                price: 1,
                ..honest.clone()
            },
            Handover {
                sequence: 1,
                ..honest.clone()
            },
            Handover {
                from: BUYER,
                ..honest.clone()
            },
            Handover {
                to: BUYER,
                ..honest.clone()
            },
            Handover {
                submitter: BUYER,
                ..honest.clone()
            },
            Handover {
                to_key_index: 1,
                ..honest.clone()
            },
            Handover {
                encryption_key: encryption_secret::<Test>(&BUYER, 0).public(),
                ..honest.clone()
            },
        ];
        for handover in wrong {
            assert_noop!(
                send(&CREATOR, gift(card, &OTHER, handover)),
                Error::<Test>::InvalidProof
            );
        }
        assert_ok!(send(&CREATOR, gift(card, &OTHER, honest.clone())));
        assert_noop!(
            send(&CREATOR, gift(card, &OTHER, honest)),
            Error::<Test>::InvalidProof
        );
    });
}

#[test]
fn a_capsule_of_another_content_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&OTHER);
        let (capsule, proof) = Handover::gift::<Test>(card, &OTHER, 0).prove(&content(99));
        let call = Call::mint {
            card,
            to: OTHER,
            key_index: 0,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, call), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_receiver_without_that_encryption_key_gets_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&OTHER);
        let (capsule, proof) = Handover::gift::<Test>(card, &OTHER, 0).prove(&content(card));
        let call = Call::mint {
            card,
            to: OTHER,
            key_index: 1,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, call), Error::<Test>::UnknownEncryptionKey);
    });
}

#[test]
fn unknown_open_retired_and_frozen_cards_have_no_gifts() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let open = FakeCards::publish(CREATOR, root(50), BLOB_LEN, [0; 32], None, terms(0, None));
        register(&OTHER);
        let mut handover = Handover::gift::<Test>(card, &OTHER, 0);
        assert_noop!(
            send(&CREATOR, gift(open, &OTHER, handover.clone())),
            Error::<Test>::NotKeyed
        );
        assert_noop!(
            send(&CREATOR, gift(77, &OTHER, handover.clone())),
            Error::<Test>::UnknownCard
        );

        handover.card = card;
        Frozen::<Test>::insert(card, ());
        assert_noop!(
            send(&CREATOR, gift(card, &OTHER, handover.clone())),
            Error::<Test>::CardFrozen
        );
        Frozen::<Test>::remove(card);
        FakeCards::retire(card);
        assert_noop!(
            send(&CREATOR, gift(card, &OTHER, handover)),
            Error::<Test>::Retired
        );
    });
}

#[test]
fn a_creator_who_cannot_pay_the_deposit_gives_nothing() {
    on_chain(|| {
        let card = publish(&PAUPER, 1_000, None);
        register(&OTHER);
        let call = gift(card, &OTHER, Handover::gift::<Test>(card, &OTHER, 0));
        assert_noop!(send(&PAUPER, call), sp_runtime::TokenError::FundsUnavailable);
    });
}

#[test]
fn no_item_no_key() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&OTHER);
        FakeItems::refuse(true);
        let call = gift(card, &OTHER, Handover::gift::<Test>(card, &OTHER, 0));
        assert!(send(&CREATOR, call).is_err());
        assert!(!Keys::<Test>::contains_key(card, 1));
        assert_eq!(held(HoldReason::Key, &CREATOR), 0);
    });
}
