use super::*;
use crate::{CardsByClerk, ClerkCapsules, Clerks, Error, Frozen, TermsOfClerks};
use frame_support::assert_noop;
use hashcard_primitives::{
    key::{MAX_CLERKS, MAX_COMMISSION},
    roles::CardDependents,
};

const PRICE: Balance = 1_000;

fn appointment(card: CardId, account: &AccountId32, proven: &Handover) -> Call<Test> {
    let (capsule, proof) = proven.prove(&content(card));
    Call::appoint_clerk {
        card,
        account: account.clone(),
        key_index: 0,
        capsule,
        proof,
    }
}

fn promise_of(card: CardId, commission: u32, any_holder: bool) -> Call<Test> {
    Call::set_clerk_terms {
        card,
        commission,
        any_holder,
    }
}

#[test]
fn a_creator_appoints_a_clerk_and_pays_his_deposit() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        assert_event(Event::ClerkAppointed {
            card,
            account: OTHER,
            key_index: 0,
        });
        assert_eq!(held(HoldReason::Clerk, &CREATOR), CLERK_DEPOSIT);
        assert_eq!(Clerks::<Test>::get(card).into_inner(), [OTHER]);
        // His capsule opens, and is no key.
        let row = ClerkCapsules::<Test>::get(card, OTHER).unwrap();
        let point = encryption_secret::<Test>(&OTHER, 0).open(&row.capsule).unwrap();
        assert_eq!(point.as_bytes(), content(card).point().as_bytes());
        assert!(Pallet::<Test>::keys_of(OTHER, None, 9).keys.is_empty());
        assert_eq!(Pallet::<Test>::keys_made(card), 0);
        assert_noop!(
            send(&OTHER, Call::remove_key { index: 0 }),
            Error::<Test>::EncryptionKeyInUse
        );
    });
}

#[test]
fn creator_and_clerk_end_a_clerkship_and_nobody_else() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        for who in [&CREATOR, &OTHER] {
            appoint(card, &OTHER);
            let dismiss = Call::dismiss_clerk { card, account: OTHER };
            assert_noop!(send(&STRANGER, dismiss.clone()), Error::<Test>::NotCreator);
            assert_ok!(send(who, dismiss.clone()));
            assert_event(Event::ClerkDismissed { card, account: OTHER });
            assert_noop!(send(who, dismiss), Error::<Test>::UnknownClerk);
            assert_eq!(held(HoldReason::Clerk, &CREATOR), 0);
            assert!(!Clerks::<Test>::contains_key(card));
            assert_eq!(CardsByClerk::<Test>::iter().count(), 0);
        }
        assert_ok!(send(&OTHER, Call::remove_key { index: 0 }));
    });
}

#[test]
fn a_clerkship_ends_also_on_a_frozen_or_retired_card() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        appoint(card, &BUYER);
        promise(card, 1, true);
        Frozen::<Test>::insert(card, ());
        FakeCards::retire(card);
        assert_ok!(send(&OTHER, Call::dismiss_clerk { card, account: OTHER }));
        assert_ok!(send(&CREATOR, Call::dismiss_clerk { card, account: BUYER }));
        assert_ok!(send(&CREATOR, promise_of(card, 0, false)));
        assert_eq!(held(HoldReason::Clerk, &CREATOR), 0);
    });
}

#[test]
fn only_the_creator_appoints_and_never_himself() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        register(&CREATOR);
        let proven = Handover::appointment::<Test>(card, &OTHER, 0);
        assert_noop!(
            send(&OTHER, appointment(card, &OTHER, &proven)),
            Error::<Test>::NotCreator
        );
        let own = Handover::appointment::<Test>(card, &CREATOR, 0);
        assert_noop!(
            send(&CREATOR, appointment(card, &CREATOR, &own)),
            Error::<Test>::CreatorIsNoClerk
        );
        assert_ok!(send(&CREATOR, appointment(card, &OTHER, &proven)));
        assert_noop!(
            send(&CREATOR, appointment(card, &OTHER, &proven)),
            Error::<Test>::AlreadyClerk
        );
    });
}

#[test]
fn a_proof_for_a_gift_a_sale_or_another_clerk_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        register(&BUYER);
        let order = buy(&BUYER, card);
        let honest = Handover::appointment::<Test>(card, &OTHER, 0);
        let with = |change: fn(&mut Handover)| {
            let mut handover = honest.clone();
            change(&mut handover);
            handover
        };
        let wrong = [
            with(|it| it.edition = 1),
            with(|it| it.order = 1),
            with(|it| it.price = 1),
            with(|it| it.sequence = 1),
            with(|it| it.card += 1),
            with(|it| it.genesis = [0; 32]),
            with(|it| it.from = OTHER),
            with(|it| it.to = BUYER),
            with(|it| it.submitter = OTHER),
            with(|it| it.to_key_index = 1),
            with(|it| it.encryption_key = encryption_secret::<Test>(&BUYER, 0).public()),
            Handover::gift::<Test>(card, &OTHER, 0),
            Handover::of_order::<Test>(order),
        ];
        for handover in wrong {
            assert_noop!(
                send(&CREATOR, appointment(card, &OTHER, &handover)),
                Error::<Test>::InvalidProof
            );
        }
        assert_ok!(send(&CREATOR, appointment(card, &OTHER, &honest)));
    });
}

#[test]
fn the_proof_of_an_appointment_makes_no_key() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        let (capsule, proof) = Handover::appointment::<Test>(card, &OTHER, 0).prove(&content(card));
        let gift = Call::mint {
            card,
            to: OTHER,
            key_index: 0,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, gift), Error::<Test>::InvalidProof);
        let order = buy(&OTHER, card);
        let sale = Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, sale), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_capsule_of_another_content_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        let (capsule, proof) = Handover::appointment::<Test>(card, &OTHER, 0).prove(&content(99));
        let call = Call::appoint_clerk {
            card,
            account: OTHER,
            key_index: 0,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, call), Error::<Test>::InvalidProof);
    });
}

#[test]
fn clerks_are_counted_and_have_encryption_keys() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let clerks: Vec<_> = (0..=MAX_CLERKS as u8)
            .map(|n| AccountId32::new([100 + n; 32]))
            .collect();
        for clerk in &clerks {
            assert_ok!(Balances::transfer_allow_death(
                RuntimeOrigin::signed(STRANGER),
                clerk.clone(),
                2 * EXISTENTIAL_DEPOSIT
            ));
        }
        let proven = Handover::gift::<Test>(card, &OTHER, 0);
        let unregistered = Call::appoint_clerk {
            card,
            account: OTHER,
            key_index: 0,
            capsule: Capsule {
                r: EncodedPoint(proven.root),
                c: EncodedPoint(proven.root),
            },
            proof: {
                register(&BUYER);
                Handover::appointment::<Test>(card, &BUYER, 0)
                    .prove(&content(card))
                    .1
            },
        };
        assert_noop!(send(&CREATOR, unregistered), Error::<Test>::UnknownEncryptionKey);
        for clerk in &clerks[..MAX_CLERKS as usize] {
            appoint(card, clerk);
        }
        let last = &clerks[MAX_CLERKS as usize];
        register(last);
        let proven = Handover::appointment::<Test>(card, last, 0);
        assert_noop!(
            send(&CREATOR, appointment(card, last, &proven)),
            Error::<Test>::TooManyClerks
        );
    });
}

#[test]
fn a_frozen_or_retired_card_gets_no_clerks_and_promises_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        let proven = Handover::appointment::<Test>(card, &OTHER, 0);
        let call = appointment(card, &OTHER, &proven);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&CREATOR, call.clone()), Error::<Test>::CardFrozen);
        assert_noop!(
            send(&CREATOR, promise_of(card, 1, false)),
            Error::<Test>::CardFrozen
        );
        Frozen::<Test>::remove(card);
        FakeCards::retire(card);
        assert_noop!(send(&CREATOR, call), Error::<Test>::Retired);
        assert_noop!(send(&CREATOR, promise_of(card, 0, true)), Error::<Test>::Retired);
    });
}

#[test]
fn promises_have_a_deposit_and_none_is_no_row() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        assert_noop!(
            send(&OTHER, promise_of(card, 1, false)),
            Error::<Test>::NotCreator
        );
        assert_noop!(
            send(&CREATOR, promise_of(card, MAX_COMMISSION + 1, false)),
            Error::<Test>::CommissionTooHigh
        );
        assert_ok!(send(&CREATOR, promise_of(card, MAX_COMMISSION, true)));
        assert_event(Event::ClerkTermsSet {
            card,
            commission: MAX_COMMISSION,
            any_holder: true,
        });
        assert_eq!(held(HoldReason::Clerk, &CREATOR), TERMS_DEPOSIT);
        assert_ok!(send(&CREATOR, promise_of(card, 0, true)));
        assert_eq!(held(HoldReason::Clerk, &CREATOR), TERMS_DEPOSIT);
        assert_ok!(send(&CREATOR, promise_of(card, 0, false)));
        assert_eq!(held(HoldReason::Clerk, &CREATOR), 0);
        assert!(!TermsOfClerks::<Test>::contains_key(card));
    });
}

#[test]
fn a_card_is_depended_on_while_it_has_clerks_or_promises() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let newer = publish_next_version(card, PRICE);
        assert!(!Pallet::<Test>::depends_on(card) && !Pallet::<Test>::depends_on(newer));
        appoint(card, &OTHER);
        assert!(Pallet::<Test>::depends_on(card));
        assert_ok!(send(&OTHER, Call::dismiss_clerk { card, account: OTHER }));
        assert!(!Pallet::<Test>::depends_on(card));
        promise(card, 1, false);
        assert!(Pallet::<Test>::depends_on(card));
        let upgrade = |discount| Call::set_upgrade {
            card: newer,
            discount,
        };
        assert_ok!(send(&CREATOR, upgrade(1)));
        assert!(Pallet::<Test>::depends_on(newer));
        assert_ok!(send(&CREATOR, upgrade(0)));
        assert!(!Pallet::<Test>::depends_on(newer));
    });
}
