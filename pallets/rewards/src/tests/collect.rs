use super::*;
use crate::{Claims, Error, SharesOf};
use frame_support::{assert_noop, dispatch::Pays};

/// A card of which these seats, with these bonds, have proven the first era, at the begin of the one in which they collect.
fn proven(bonds: &[Balance], fee: Balance) -> CardId {
    let card = publish();
    for (number, bond) in (1..).zip(bonds) {
        join(card, &account(number), *bond, ALL);
    }
    sold(card, fee);
    next_era();
    (1..=bonds.len() as u8).for_each(|number| prove(card, &account(number)));
    next_era();
    card
}

#[test]
fn claims_share_by_weight_to_the_last_unit_and_leave_no_row() {
    on_chain(|| {
        let card = proven(&[100, 200, 400], 1_001);
        let issued = Balances::total_issuance();
        let info = try_collect(&account(1), &[(0, card)]).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_event(Event::Collected {
            era: 0,
            card,
            seeder: account(1),
            minted: 114,
            endowed: 0,
        });
        assert_eq!(collect(&account(3), 0, card), 457);
        assert_eq!(collect(&account(2), 0, card), 229);
        assert_eq!(Balances::total_issuance() - issued, 800);
        for number in 1..=3 {
            assert_eq!(deposited(&account(number)), 0);
        }
        assert_eq!(Claims::<Test>::iter().count(), 0);
        assert_eq!(SharesOf::<Test>::iter().count(), 0);
    });
}

#[test]
fn who_did_not_prove_forfeits_the_eras_share_and_nothing_else() {
    on_chain(|| {
        let card = publish();
        (1..=2).for_each(|number| join(card, &account(number), 100, ALL));
        sold(card, 1_000);
        next_era();
        prove(card, &account(1));
        sold(card, 1_000);
        next_era();
        assert_noop!(
            try_collect(&account(2), &[(0, card)]),
            Error::<Test>::UnknownClaim { at: 0 }
        );
        (1..=2).for_each(|number| prove(card, &account(number)));
        assert_eq!(collect(&account(1), 0, card), 800);
        next_era();
        assert_eq!(collect(&account(1), 1, card), 400);
        assert_eq!(collect(&account(2), 1, card), 400);
    });
}

#[test]
fn nothing_is_collected_while_others_may_still_prove() {
    on_chain(|| {
        let card = publish();
        join(card, &account(1), 100, ALL);
        sold(card, 1_000);
        next_era();
        prove(card, &account(1));
        pass(ERA - 1);
        assert_noop!(
            try_collect(&account(1), &[(0, card)]),
            Error::<Test>::StillProvable { at: 0 }
        );
        pass(1);
        assert_eq!(collect(&account(1), 0, card), 800);
    });
}

#[test]
fn nothing_is_collected_twice() {
    on_chain(|| {
        let card = proven(&[100], 1_000);
        assert_noop!(
            try_collect(&account(1), &[(0, card), (0, card)]),
            Error::<Test>::UnknownClaim { at: 1 }
        );
        collect(&account(1), 0, card);
        assert_noop!(
            try_collect(&account(1), &[(0, card)]),
            Error::<Test>::UnknownClaim { at: 0 }
        );
        assert_noop!(try_collect(&account(1), &[]), Error::<Test>::NothingGiven);
    });
}

#[test]
fn a_claim_waits_as_long_as_it_takes() {
    on_chain(|| {
        let card = proven(&[100], 1_000);
        (0..2 * hashcard_primitives::reward::HORIZON).for_each(|_| next_era());
        assert_eq!(collect(&account(1), 0, card), 800);
    });
}

#[test]
fn claims_of_many_cards_and_eras_are_collected_together() {
    on_chain(|| {
        let (seeder, cards) = (account(1), [publish(), publish()]);
        cards.iter().for_each(|card| join(*card, &seeder, 100, ALL));
        for _ in 0..2 {
            cards.iter().for_each(|card| sold(*card, 1_000));
            next_era();
            cards.iter().for_each(|card| prove(*card, &seeder));
        }
        next_era();
        let before = wealth(&seeder);
        let list: Vec<_> = [0, 1]
            .iter()
            .flat_map(|era| cards.iter().map(|card| (*era, *card)))
            .collect();
        assert_ok!(try_collect(&seeder, &list));
        assert_eq!(wealth(&seeder) - before, 4 * 800);
    });
}

#[test]
fn a_seat_that_goes_after_its_proof_is_paid_all_the_same() {
    on_chain(|| {
        let card = proven(&[100, 100], 1_000);
        FakeSeats::leave(card, &account(1));
        FakeSeats::displace(card, &account(2));
        assert_eq!(collect(&account(1), 0, card), 400);
        assert_eq!(collect(&account(2), 0, card), 400);
    });
}
