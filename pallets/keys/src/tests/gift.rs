use super::*;
use crate::{Error, Frozen, Holdings, Keys};
use frame_support::assert_noop;

fn gift_of(card: CardId, edition: Edition, to: &AccountId32, proven: &Handover) -> Call<Test> {
    let (capsule, proof) = proven.prove(&content(card));
    Call::gift {
        card,
        edition,
        to: to.clone(),
        key_index: 0,
        capsule,
        proof,
    }
}

fn honest_gift(card: CardId, edition: Edition, to: &AccountId32) -> Call<Test> {
    gift_of(card, edition, to, &Handover::given::<Test>(card, edition, to, 0))
}

#[test]
fn a_holder_gives_his_key_and_no_money_moves() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        FakeCards::amend(card, |row| row.royalty = 500_000);
        let edition = sold(&BUYER, card);
        register(&OTHER);
        let before = [&CREATOR, &BUYER, &OTHER].map(wealth);
        let issued = Balances::total_issuance();
        assert_ok!(send(&BUYER, honest_gift(card, edition, &OTHER)));
        assert_event(Event::KeyGiven {
            card,
            edition,
            from: BUYER,
            to: OTHER,
            key_index: 0,
        });
        assert_eq!([&CREATOR, &BUYER, &OTHER].map(wealth), before);
        assert_eq!(Balances::total_issuance(), issued);
        assert_eq!(Pallet::<Test>::key(card, edition).unwrap().holder, OTHER);
        assert_eq!(
            opened(card, edition),
            EncodedPoint(*content(card).point().as_bytes())
        );
        assert_eq!(Keys::<Test>::get(card, edition).unwrap().sequence, 1);
        assert_eq!(Holdings::<Test>::get(BUYER, card), 0);
        assert_eq!(Holdings::<Test>::get(OTHER, card), 1);
        // The deposit stays with whoever paid it.
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        assert_eq!(held(HoldReason::Key, &OTHER), 0);
    });
}

#[test]
fn only_the_holder_gives_and_not_to_himself() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        register(&OTHER);
        let call = honest_gift(card, edition, &OTHER);
        for who in [&CREATOR, &STRANGER] {
            assert_noop!(send(who, call.clone()), Error::<Test>::NotHolder);
        }
        assert_noop!(send(&OTHER, call.clone()), Error::<Test>::BuyerIsSeller);
        assert_noop!(
            send(&BUYER, honest_gift(card, edition, &BUYER)),
            Error::<Test>::BuyerIsSeller
        );
        assert_ok!(send(&BUYER, call));
    });
}

#[test]
fn a_proof_for_any_other_gift_is_refused() {
    on_chain(|| {
        use hashcard_proofs::TransferUse;
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        register(&OTHER);
        register(&STRANGER);
        let honest = Handover::given::<Test>(card, edition, &OTHER, 0);
        let with = |change: fn(&mut Handover)| {
            let mut handover = honest.clone();
            change(&mut handover);
            handover
        };
        let wrong = [
            with(|it| it.genesis = [0; 32]),
            with(|it| it.card += 1),
            with(|it| it.root = [0; 32]),
            with(|it| it.edition = 0),
            with(|it| it.order = 1),
            with(|it| it.price = 1),
            with(|it| it.sequence = 1),
            with(|it| it.from = CREATOR),
            with(|it| it.to = STRANGER),
            with(|it| it.submitter = CREATOR),
            with(|it| it.from_key_index = 1),
            with(|it| it.to_key_index = 1),
            with(|it| it.encryption_key = encryption_secret::<Test>(&STRANGER, 0).public()),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Fulfil),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Rewrap),
            with(|it| it.opens.as_mut().unwrap().by = (STRANGER, 0)),
            with(|it| it.opens = None),
        ];
        for handover in wrong {
            assert_noop!(
                send(&BUYER, gift_of(card, edition, &OTHER, &handover)),
                Error::<Test>::InvalidProof
            );
        }
        assert_ok!(send(&BUYER, gift_of(card, edition, &OTHER, &honest)));
    });
}

#[test]
fn a_proof_serves_once_also_when_the_key_comes_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        register(&OTHER);
        let first = honest_gift(card, edition, &OTHER);
        assert_ok!(send(&BUYER, first.clone()));
        assert_ok!(send(&OTHER, honest_gift(card, edition, &BUYER)));
        assert_noop!(send(&BUYER, first), Error::<Test>::InvalidProof);
        assert_ok!(send(&BUYER, honest_gift(card, edition, &OTHER)));
    });
}

#[test]
fn a_receiver_without_that_encryption_key_gets_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        register(&STRANGER);
        let proven = Handover::given::<Test>(card, edition, &STRANGER, 0);
        assert_noop!(
            send(&BUYER, gift_of(card, edition, &OTHER, &proven)),
            Error::<Test>::UnknownEncryptionKey
        );
    });
}

#[test]
fn a_key_that_is_being_sold_is_not_paid_for_or_is_of_a_frozen_card_is_not_given() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        register(&STRANGER);
        let order = delivered(&BUYER, card);
        let call = honest_gift(card, 1, &STRANGER);
        assert_noop!(send(&BUYER, call.clone()), Error::<Test>::KeyEngaged);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        let sale = resold(&BUYER, &OTHER, card, 1, 500);
        assert_noop!(send(&BUYER, call.clone()), Error::<Test>::KeyEngaged);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order: sale }));
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&BUYER, call.clone()), Error::<Test>::CardFrozen);
        Frozen::<Test>::remove(card);
        assert_ok!(send(&BUYER, call));
    });
}

#[test]
fn no_item_no_gift() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        register(&OTHER);
        let call = honest_gift(card, edition, &OTHER);
        FakeItems::refuse(true);
        assert!(send(&BUYER, call.clone()).is_err());
        assert!(!Pallet::<Test>::items_unlocked());
        FakeItems::refuse(false);
        assert_ok!(send(&BUYER, call));
    });
}
