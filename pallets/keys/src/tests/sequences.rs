//! Any sequence of calls, by honest accounts, a cheat and a pauper, on good and on lying cards.
//!
//! After each step every invariant holds, no unit is lost or made but by burnt fees, and nobody's wealth has
//! changed but by the payments and penalties that were announced. At the end, everything can be ended, and nothing
//! stays held but for what still exists.
//!
//! `HASHCARD_SEQUENCES` sets the number of sequences.

mod steps;

use super::*;
use crate::{ClerkCapsules, EncryptionKeys, Frozen, Keys, Listings, Offers, Orders, TermsOfClerks, Upgrades};
use frame_support::traits::{fungible::Inspect, Currency};
use hashcard_primitives::{card::Collaborator, key::OrderState, roles::CardLookup};
use proptest::prelude::*;
use std::collections::BTreeMap;
use steps::{discard, step, take, Step};

const EVERYBODY: [AccountId32; 6] = [CREATOR, CHEAT, BUYER, OTHER, STRANGER, PAUPER];
/// What the mock's network fee takes, in parts per million.
const FEE_PARTS: Balance = 25_000;

/// What everybody has, held and unclaimed included.
fn fortunes() -> BTreeMap<AccountId32, Balance> {
    EVERYBODY.map(|who| (who.clone(), wealth(&who))).into()
}

/// Does a step and checks that money went where events say, and nowhere else.
fn take_and_check(step: Step) {
    let moves_money_itself = matches!(step, Step::Empty { .. });
    let (mut expected, mut issued) = (fortunes(), Balances::total_issuance());
    System::reset_events();
    take(step);

    let mut shares = BTreeMap::<OrderId, Balance>::new();
    let mut fortune = |who: &AccountId32, change: &dyn Fn(&mut Balance)| {
        change(expected.get_mut(who).expect("a known account"));
    };
    for record in System::events() {
        match record.event {
            RuntimeEvent::KeysPallet(Event::SharePaid {
                order,
                account,
                amount,
                ..
            }) => {
                assert!(amount > 0);
                *shares.entry(order).or_default() += amount;
                fortune(&account, &|has| *has += amount);
            }
            RuntimeEvent::KeysPallet(Event::PenaltyPaid { from, to, amount, .. }) => {
                assert!(amount > 0);
                fortune(&from, &|has| *has -= amount);
                fortune(&to, &|has| *has += amount);
            }
            RuntimeEvent::KeysPallet(Event::OrderSettled {
                order,
                card,
                edition,
                buyer,
                seller,
                price,
                paid,
                fee,
            }) => {
                assert_eq!(fee, price * FEE_PARTS / 1_000_000);
                let others = shares.get(&order).copied().unwrap_or_default();
                assert_eq!(paid + fee + others, price);
                assert!(!Frozen::<Test>::contains_key(card));
                fortune(&buyer, &|has| *has -= price);
                fortune(&seller, &|has| *has += paid);
                issued -= fee;
                assert_a_charged_buyer_can_read(card, edition, &buyer);
            }
            _ => {}
        }
    }
    if !moves_money_itself {
        assert_eq!(fortunes(), expected);
    }
    assert_eq!(Balances::total_issuance(), issued);
    let everything: Balance = frame_system::Account::<Test>::iter_keys()
        .map(|who| <Balances as Inspect<_>>::total_balance(&who))
        .sum();
    assert_eq!(everything, issued);
    assert_ok!(Pallet::<Test>::do_try_state());
}

/// A buyer who is finally charged holds the key that he paid for, and it opens the content point; on an honest card
/// also one that the card commits to.
fn assert_a_charged_buyer_can_read(card: CardId, edition: Edition, buyer: &AccountId32) {
    let key = Pallet::<Test>::key(card, edition).expect("a charged buyer has a key");
    assert_eq!((&key.holder, key.order), (buyer, None));
    let point = opened(card, edition);
    assert_eq!(point, EncodedPoint(*content(card).point().as_bytes()));
    let lying = FakeCards::card(card).is_some_and(|row| row.creator == CHEAT);
    let commitment = hashcard_proofs::key_commitment(&point, &salt(card));
    let promised = Pallet::<Test>::keyed_card(card)
        .unwrap_or_else(|_| panic!("published"))
        .key_commitment;
    assert_eq!(commitment != promised, lying);
}

/// Lets time pass, ends every order, offer, listing and clerkship in the one way that is open to it, destroys every
/// key of a frozen card, takes every encryption key back that nothing needs, and pays out all that waits.
fn end_everything() {
    wait(
        ORDER_DEADLINE
            .max(SETTLEMENT_WINDOW)
            .max(LOCK_WINDOW)
            .max(OFFER_BLOCKS)
            + 1,
    );
    for (order, row) in Orders::<Test>::iter().collect::<Vec<_>>() {
        let frozen = Frozen::<Test>::contains_key(row.card);
        let refund = frozen || matches!(row.state, OrderState::Waiting { .. });
        let (end, other) = if refund {
            (Call::expire { order }, Call::settle { order })
        } else {
            (Call::settle { order }, Call::expire { order })
        };
        assert!(send(&STRANGER, other).is_err());
        assert_ok!(send(&STRANGER, end));
    }
    assert_eq!(Orders::<Test>::iter().count(), 0);
    for offer in Offers::<Test>::iter_keys().collect::<Vec<_>>() {
        assert_ok!(send(&STRANGER, Call::withdraw_offer { offer }));
    }
    for (card, edition, listing) in Listings::<Test>::iter().collect::<Vec<_>>() {
        assert_ok!(send(&listing.seller, Call::unlist { card, edition }));
    }
    for (card, account, _) in ClerkCapsules::<Test>::iter().collect::<Vec<_>>() {
        let clerk = account.clone();
        assert_ok!(send(&clerk, Call::dismiss_clerk { card, account }));
    }
    let creator_of = |card| FakeCards::card(card).expect("published").creator;
    for card in TermsOfClerks::<Test>::iter_keys().collect::<Vec<_>>() {
        let none = Call::set_clerk_terms {
            card,
            commission: 0,
            any_holder: false,
        };
        assert_ok!(send(&creator_of(card), none));
    }
    for card in Upgrades::<Test>::iter_keys().collect::<Vec<_>>() {
        assert_ok!(send(&creator_of(card), Call::set_upgrade { card, discount: 0 }));
    }
    for (card, edition, _) in Keys::<Test>::iter().collect::<Vec<_>>() {
        discard(card, edition, None);
    }
    assert!(Keys::<Test>::iter().all(|(card, _, _)| !Frozen::<Test>::contains_key(card)));
    for (account, index, row) in EncryptionKeys::<Test>::iter().collect::<Vec<_>>() {
        let removed = send(&account, Call::remove_key { index });
        assert_eq!(removed.is_ok(), row.uses == 0);
    }
    for who in &EVERYBODY {
        for reason in [HoldReason::Order, HoldReason::Bond, HoldReason::Clerk] {
            assert_eq!(held(reason, who), 0);
        }
        if Unclaimed::<Test>::contains_key(who) {
            let _ = Balances::deposit_creating(who, EXISTENTIAL_DEPOSIT);
            assert_ok!(send(who, Call::claim_unclaimed {}));
        }
    }
    assert_eq!(held(HoldReason::Unclaimed, &Pallet::<Test>::account_id()), 0);
    assert_ok!(Pallet::<Test>::do_try_state());
}

/// Six cards: a limited one, a free one, two that lie, a pauper's, and a next version of the first.
fn publish_all() {
    let first = publish(&CREATOR, 1_010, Some(9));
    publish(&CREATOR, 0, None);
    publish_lie(&CHEAT, 777);
    publish(&PAUPER, 70, None);
    publish_lie(&CHEAT, 10);
    publish_next_version(first, 333);
    for (card, royalty) in [(0, 100_000), (1, 0), (2, 500_000), (3, 10_000), (4, 1)] {
        FakeCards::amend(card, |row| row.royalty = royalty);
    }
    let share = |account, share| Collaborator { account, share };
    FakeCards::amend(0, |row| {
        row.collaborators.force_push(share(OTHER, 333_333));
        row.collaborators.force_push(share(PAUPER, 10_000));
    });
    FakeCards::amend(2, |row| row.collaborators.force_push(share(STRANGER, 1_000_000)));
}

fn sequences() -> u32 {
    std::env::var("HASHCARD_SEQUENCES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(32)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(sequences()) })]

    #[test]
    fn no_sequence_of_calls_loses_makes_or_keeps_money(steps in prop::collection::vec(step(), 20..100)) {
        on_chain(|| {
            publish_all();
            for step in steps {
                take_and_check(step);
            }
            end_everything();
        });
    }
}
