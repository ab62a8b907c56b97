use super::*;
use crate::{EncryptionKeys, Error, Frozen, Keys};
use frame_support::assert_noop;

fn rewrap_of(card: CardId, edition: Edition, key_index: KeyIndex, proven: &Handover) -> Call<Test> {
    let (capsule, proof) = proven.prove(&content(card));
    Call::rewrap {
        card,
        edition,
        key_index,
        capsule,
        proof,
    }
}

fn honest_rewrap(card: CardId, key_index: KeyIndex) -> Call<Test> {
    let proven = Handover::given::<Test>(card, 1, &BUYER, key_index);
    rewrap_of(card, 1, key_index, &proven)
}

#[test]
fn a_holder_moves_his_capsule_to_a_new_key_and_takes_the_old_one_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        sold(&BUYER, card);
        assert_eq!(register(&BUYER), 1);
        assert_ok!(send(&BUYER, honest_rewrap(card, 1)));
        assert_event(Event::KeyRewrapped {
            card,
            edition: 1,
            holder: BUYER,
            key_index: 1,
        });
        let record = Keys::<Test>::get(card, 1).unwrap();
        assert_eq!((record.key_index, record.sequence), (1, 1));
        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
        assert_eq!(EncryptionKeys::<Test>::get(BUYER, 1).unwrap().uses, 1);
        assert_ok!(send(&BUYER, Call::remove_key { index: 0 }));
    });
}

#[test]
fn not_to_the_key_that_it_is_under_nor_to_none() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        sold(&BUYER, card);
        register(&BUYER);
        assert_noop!(send(&BUYER, honest_rewrap(card, 0)), Error::<Test>::SameKey);
        let proven = Handover::given::<Test>(card, 1, &BUYER, 1);
        assert_noop!(
            send(&BUYER, rewrap_of(card, 1, 2, &proven)),
            Error::<Test>::UnknownEncryptionKey
        );
    });
}

#[test]
fn only_the_holder_rewraps() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        sold(&BUYER, card);
        register(&BUYER);
        for who in [&CREATOR, &STRANGER] {
            assert_noop!(send(who, honest_rewrap(card, 1)), Error::<Test>::NotHolder);
        }
    });
}

#[test]
fn a_proof_for_a_gift_or_another_key_is_refused() {
    on_chain(|| {
        use hashcard_proofs::TransferUse;
        let card = publish(&CREATOR, 1_000, None);
        sold(&BUYER, card);
        register(&BUYER);
        register(&OTHER);
        let honest = Handover::given::<Test>(card, 1, &BUYER, 1);
        let with = |change: fn(&mut Handover)| {
            let mut handover = honest.clone();
            change(&mut handover);
            handover
        };
        let wrong = [
            with(|it| it.edition = 2),
            with(|it| it.order = 1),
            with(|it| it.price = 1),
            with(|it| it.sequence = 1),
            with(|it| it.to = OTHER),
            with(|it| it.submitter = OTHER),
            with(|it| it.from_key_index = 1),
            with(|it| it.to_key_index = 0),
            with(|it| it.encryption_key = encryption_secret::<Test>(&OTHER, 0).public()),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Transfer),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Fulfil),
        ];
        for handover in wrong {
            assert_noop!(
                send(&BUYER, rewrap_of(card, 1, 1, &handover)),
                Error::<Test>::InvalidProof
            );
        }
        let call = rewrap_of(card, 1, 1, &honest);
        assert_ok!(send(&BUYER, call.clone()));
        assert_noop!(send(&BUYER, call), Error::<Test>::SameKey);
    });
}

#[test]
fn a_key_that_is_not_paid_for_or_of_a_frozen_card_is_not_rewrapped() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let order = delivered(&BUYER, card);
        register(&BUYER);
        let call = honest_rewrap(card, 1);
        assert_noop!(send(&BUYER, call.clone()), Error::<Test>::KeyEngaged);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&BUYER, call.clone()), Error::<Test>::CardFrozen);
        Frozen::<Test>::remove(card);
        assert_ok!(send(&BUYER, call));
    });
}
