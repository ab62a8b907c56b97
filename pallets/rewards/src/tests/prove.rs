use super::*;
use crate::{claim_key, CardCredits, Claims, Error, SharesOf};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::leaf::MAX_PATH;

const FEE: Balance = 1_000;
const CREDIT: Balance = 800;

/// A card with a sale and a seat, in the first block after the era.
fn scene() -> (CardId, AccountId32) {
    let (card, seeder) = (publish(), account(1));
    join(card, &seeder, BOND_CAP, ALL);
    sold(card, FEE);
    next_era();
    (card, seeder)
}

fn is_proven(card: CardId, seeder: &AccountId32, era: EraIndex) -> bool {
    let (era_key, card_key) = claim_key(era, card);
    Claims::<Test>::contains_key((seeder, era_key, card_key))
}

#[track_caller]
fn refused(seeder: &AccountId32, proof: PossessionProof, error: Error<Test>) {
    assert_noop!(try_prove(seeder, proof), error);
}

#[test]
fn a_shown_leaf_is_a_claim_and_costs_no_fee_but_a_deposit() {
    on_chain(|| {
        let (card, seeder) = scene();
        let before = wealth(&seeder);
        let info = try_prove(&seeder, answer(card, &seeder)).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert!(is_proven(card, &seeder, 0));
        assert_event(Event::SharesFixed {
            era: 0,
            card,
            from_sales: CREDIT,
            from_endowments: 0,
        });
        let weight = 64 * BOND_CAP;
        assert_event(Event::Proven {
            era: 0,
            card,
            seeder: seeder.clone(),
            weight,
        });
        assert!(deposited(&seeder) > 2 * DEPOSIT_BASE);
        assert_eq!(wealth(&seeder), before, "nothing is minted yet");
        assert_eq!(SharesOf::<Test>::get(card, 0).unwrap().weight, weight);
        assert_eq!(granted(0), CREDIT);
        assert!(CardCredits::<Test>::get(card).is_none(), "the credit is taken");
    });
}

#[test]
fn every_leaf_that_may_be_asked_for_can_be_shown() {
    on_chain(|| {
        let card = publish();
        for number in 1..=ACCOUNTS {
            join(card, &account(number), 1, Coverage(1 << (number % 4)));
        }
        sold(card, FEE);
        next_era();
        for number in 1..=ACCOUNTS {
            prove(card, &account(number));
        }
    });
}

#[test]
fn a_claim_is_made_once() {
    on_chain(|| {
        let (card, seeder) = scene();
        let proof = answer(card, &seeder);
        let twice = proofs(vec![proof.clone(), proof.clone()]);
        assert_noop!(
            Rewards::prove(by(&seeder), 0, twice),
            Error::<Test>::AlreadyProven { at: 1 }
        );
        assert_ok!(try_prove(&seeder, proof.clone()));
        refused(&seeder, proof, Error::AlreadyProven { at: 0 });
    });
}

#[test]
fn another_seats_proof_is_refused() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        (1..=3).for_each(|number| join(card, &account(number), BOND_CAP, ALL));
        sold(card, FEE);
        next_era();
        let others = (2..=3).map(account).map(|other| answer(card, &other));
        for proof in others.filter(|proof| *proof != answer(card, &seeder)) {
            refused(&seeder, proof, Error::WrongLeaf { at: 0 });
        }
        prove(card, &seeder);
    });
}

#[test]
fn every_other_leaf_is_refused() {
    on_chain(|| {
        let (card, seeder) = scene();
        let asked = Rewards::challenge(card, seeder.clone()).unwrap().leaf;
        for leaf in [0, 1, 255, 256, 511, 512, 767, 768, 769] {
            if leaf != asked {
                refused(&seeder, shown(card, leaf), Error::WrongLeaf { at: 0 });
            }
        }
    });
}

#[test]
fn a_leaf_of_a_bucket_that_is_not_covered_is_refused() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, Coverage(0b0010));
        sold(card, FEE);
        next_era();
        for leaf in [0, 100, 512, 768] {
            refused(&seeder, shown(card, leaf), Error::WrongLeaf { at: 0 });
        }
        let leaf = Rewards::challenge(card, seeder.clone()).unwrap().leaf;
        assert!((256..512).contains(&leaf));
        prove(card, &seeder);
    });
}

#[test]
fn another_cards_proof_is_refused() {
    on_chain(|| {
        let (card, seeder) = scene();
        let other = FakeCards::publish(Some((ContentRoot([7; 32]), BLOB_LEN)));
        join(other, &seeder, BOND_CAP, ALL);
        sold(other, FEE);
        next_era();
        let mut proof = answer(other, &seeder);
        refused(&seeder, proof.clone(), Error::WrongLeaf { at: 0 });
        // Nor does a leaf of one card prove another of the same bytes, unless both ask for the same.
        let twin = publish();
        join(twin, &seeder, BOND_CAP, ALL);
        sold(card, FEE);
        sold(twin, FEE);
        (0..2).for_each(|_| next_era());
        sold(card, FEE);
        sold(twin, FEE);
        next_era();
        let asked = |card| Rewards::challenge(card, account(1)).unwrap().leaf;
        assert_ne!(asked(card), asked(twin));
        proof = answer(card, &seeder);
        proof.card = twin;
        refused(&seeder, proof, Error::WrongLeaf { at: 0 });
    });
}

#[test]
fn a_changed_leaf_and_a_path_of_wrong_length_are_refused() {
    on_chain(|| {
        let (card, seeder) = scene();
        let good = answer(card, &seeder);
        let mut changed = good.clone();
        changed.leaf[0] ^= 1;
        let mut short = good.clone();
        short.leaf.pop();
        let mut shorter = good.clone();
        shorter.path.pop();
        let mut longer = good.clone();
        longer.path.force_push([0; 32]);
        let mut longest = good.clone();
        longest.path = vec![[0; 32]; MAX_PATH as usize].try_into().unwrap();
        let mut empty = good.clone();
        empty.path = Default::default();
        for proof in [changed, short, shorter, longer, longest, empty] {
            refused(&seeder, proof, Error::WrongLeaf { at: 0 });
        }
        assert_ok!(try_prove(&seeder, good));
    });
}

#[test]
fn only_the_era_before_the_running_one_is_proven() {
    on_chain(|| {
        let (card, seeder) = scene();
        let proof = answer(card, &seeder);
        for era in [1, 2, u32::MAX] {
            assert_noop!(
                Rewards::prove(by(&seeder), era, proofs(vec![proof.clone()])),
                Error::<Test>::NotProvable
            );
        }
        pass(ERA - 1);
        assert_ok!(try_prove(&seeder, proof));
    });
}

#[test]
fn a_late_claim_is_refused_and_what_it_would_have_shared_is_never_minted() {
    on_chain(|| {
        let (card, seeder) = scene();
        let proof = answer(card, &seeder);
        next_era();
        assert_noop!(
            Rewards::prove(by(&seeder), 0, proofs(vec![proof.clone()])),
            Error::<Test>::NotProvable
        );
        // For the era that can be proven there was no sale.
        refused(&seeder, proof, Error::NothingToShare { at: 0 });
        assert_eq!(granted(0), 0);
    });
}

#[test]
fn no_era_is_proven_before_one_is_over() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, ALL);
        sold(card, FEE);
        assert_noop!(
            Rewards::prove(by(&seeder), 0, proofs(vec![shown(card, 0)])),
            Error::<Test>::NotProvable
        );
        assert_noop!(
            Rewards::prove(by(&seeder), 0, proofs(vec![])),
            Error::<Test>::NothingGiven
        );
    });
}

#[test]
fn who_has_no_seat_or_left_it_proves_nothing() {
    on_chain(|| {
        let (card, seeder) = scene();
        let proof = answer(card, &seeder);
        refused(&account(2), proof.clone(), Error::NotSeated { at: 0 });
        FakeSeats::leave(card, &seeder);
        refused(&seeder, proof, Error::NotSeated { at: 0 });
    });
}

#[test]
fn a_seat_is_old_enough_two_epochs_before_the_end_and_not_one_block_later() {
    on_chain(|| {
        let (card, old, young) = (publish(), account(1), account(2));
        sold(card, FEE);
        pass(ERA - 2 * EPOCH - 1);
        assert_eq!(System::block_number(), ERA - 2 * EPOCH);
        join(card, &old, BOND_CAP, ALL);
        next_block();
        join(card, &young, BOND_CAP, ALL);
        next_era();
        let proof = answer(card, &old);
        refused(&young, proof, Error::SeatTooYoung { at: 0 });
        prove(card, &old);
        // It stood half of the era and one block.
        let weight = 64 * BOND_CAP * 11 / 20;
        assert_event(Event::Proven {
            era: 0,
            card,
            seeder: old,
            weight,
        });
    });
}

#[test]
fn what_is_not_a_card_with_a_blob_is_not_proven() {
    on_chain(|| {
        let (_, seeder) = scene();
        let post = FakeCards::publish(None);
        refused(&seeder, shown(9, 0), Error::UnknownCard { at: 0 });
        refused(&seeder, shown(post, 0), Error::NoBlob { at: 0 });
    });
}

#[test]
fn a_card_without_anything_to_share_is_not_proven() {
    on_chain(|| {
        let (poor, rich, seeder) = (publish(), publish(), account(1));
        join(poor, &seeder, BOND_CAP, ALL);
        join(rich, &seeder, BOND_CAP, ALL);
        // One unit of credit less than the least, and the least.
        sold(poor, 12);
        sold(rich, 13);
        next_era();
        let rewards = |card| Rewards::challenge(card, account(1)).map(|view| view.from_sales);
        assert_eq!((rewards(poor), rewards(rich)), (None, Some(LEAST_SHARE)));
        refused(&seeder, shown(poor, 0), Error::NothingToShare { at: 0 });
        prove(rich, &seeder);
    });
}

#[test]
fn a_retired_card_is_proven_for_what_it_sold() {
    on_chain(|| {
        let (card, seeder) = scene();
        FakeCards::retire(card);
        prove(card, &seeder);
    });
}

#[test]
fn many_cards_are_proven_in_one_call_and_one_bad_proof_undoes_all() {
    on_chain(|| {
        let seeder = account(1);
        let cards: Vec<_> = (0..4).map(|_| publish()).collect();
        for card in &cards {
            join(*card, &seeder, BOND_CAP, ALL);
            sold(*card, FEE);
        }
        next_era();
        let good: Vec<_> = cards.iter().map(|card| answer(*card, &seeder)).collect();
        let mut bad = good.clone();
        bad[2].leaf[3] ^= 1;
        assert_noop!(
            Rewards::prove(by(&seeder), 0, proofs(bad)),
            Error::<Test>::WrongLeaf { at: 2 }
        );
        assert!(!is_proven(cards[0], &seeder, 0));
        assert_ok!(Rewards::prove(by(&seeder), 0, proofs(good)));
        assert!(cards.iter().all(|card| is_proven(*card, &seeder, 0)));
        assert_eq!(granted(0), 4 * CREDIT);
    });
}

#[test]
fn a_refused_proof_is_paid_for() {
    on_chain(|| {
        let (card, seeder) = scene();
        let mut proof = answer(card, &seeder);
        proof.leaf[0] ^= 1;
        let error = try_prove(&seeder, proof).unwrap_err();
        assert_eq!(error.post_info.pays_fee, Pays::Yes);
    });
}
