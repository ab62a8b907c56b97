//! Each attacker, and what he gains or loses.

use super::*;
use crate::Error;
use frame_support::assert_noop;

#[test]
fn a_creator_who_buys_from_himself_loses_a_part_of_every_fee() {
    on_chain(|| {
        let (card, accomplice) = (publish(), account(1));
        join(card, &accomplice, BOND_CAP, ALL);
        let issued = Balances::total_issuance();
        let outside = wealth(&AUTHOR) + wealth(&TREASURY);
        sold(card, 10_000);
        next_era();
        prove(card, &accomplice);
        next_era();
        collect(&accomplice, 0, card);
        // All tokens but those of author and treasury are his: he has lost a fifth of what he burnt.
        let emitted = wealth(&AUTHOR) + wealth(&TREASURY) - outside;
        assert_eq!(issued + emitted - Balances::total_issuance(), 2_000);
    });
}

#[test]
fn deliveries_between_two_accounts_lose_a_part_of_every_fee_in_whatever_era_they_are_redeemed() {
    on_chain(|| {
        let (card, payee) = (publish(), account(1));
        assert_ok!(Rewards::enlist(by(&payee)));
        let before = wealth(&payee) + wealth(&PAYER);
        // Hoarded for an era of its own, then in one that others fill.
        delivered(card, &payee, 10_000);
        next_era();
        delivered(card, &payee, 10_000);
        sold(card, 90_000);
        let others = 90_000;
        next_era();
        assert_ok!(Rewards::collect_deliveries(by(&payee)));
        let lost = before - others - (wealth(&payee) + wealth(&PAYER));
        // A fifth in the first era. In the second, the pot of 10,000 is a ninth of all credit: 1,000 for credit of 8,000.
        assert_eq!(lost, 2_000 + 9_000);
    });
}

#[test]
fn identities_share_by_bond_and_get_together_what_one_would() {
    on_chain(|| {
        let card = publish();
        let honest = account(1);
        join(card, &honest, 900, ALL);
        (2..=31).for_each(|number| join(card, &account(number), 30, ALL));
        sold(card, 11_250);
        next_era();
        (1..=31).for_each(|number| prove(card, &account(number)));
        next_era();
        let together: Balance = (2..=31).map(|number| collect(&account(number), 0, card)).sum();
        assert_eq!((collect(&honest, 0, card), together), (4_500, 4_500));
    });
}

#[test]
fn who_bonds_and_holds_nothing_gets_nothing() {
    on_chain(|| {
        let (card, honest, rich) = (publish(), account(1), account(2));
        join(card, &honest, 10, ALL);
        join(card, &rich, WEALTH, ALL);
        sold(card, 10_000);
        next_era();
        prove(card, &honest);
        let challenge = Rewards::challenge(card, rich.clone()).unwrap();
        let made_up = PossessionProof {
            leaf: vec![0; LEAF_LEN as usize].try_into().unwrap(),
            ..shown(card, challenge.leaf)
        };
        assert_noop!(try_prove(&rich, made_up), Error::<Test>::WrongLeaf { at: 0 });
        next_era();
        assert_eq!(collect(&honest, 0, card), 8_000);
    });
}

#[test]
fn a_coverage_that_changes_when_the_challenge_is_known_forfeits_the_era() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, ALL);
        sold(card, 10_000);
        // The seed can be guessed from here on.
        pass(ERA - 2 * EPOCH);
        cover(card, &seeder, Coverage(0b0001));
        next_era();
        for leaf in [0, 300, 600, 768] {
            assert_noop!(
                try_prove(&seeder, shown(card, leaf)),
                Error::<Test>::SeatTooYoung { at: 0 }
            );
        }
        // In the next era it counts.
        sold(card, 10_000);
        next_era();
        prove(card, &seeder);
    });
}

#[test]
fn a_seat_taken_anew_when_the_challenge_is_known_forfeits_the_era() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, ALL);
        sold(card, 10_000);
        next_era();
        let leaf = Rewards::challenge(card, seeder.clone()).unwrap().leaf;
        FakeSeats::leave(card, &seeder);
        join(card, &seeder, BOND_CAP, Coverage(0b0001));
        assert_noop!(
            try_prove(&seeder, shown(card, leaf)),
            Error::<Test>::SeatTooYoung { at: 0 }
        );
    });
}

#[test]
fn who_displaces_others_after_an_era_takes_nothing_of_its_rewards() {
    on_chain(|| {
        let (card, honest, rich) = (publish(), account(1), account(2));
        join(card, &honest, 100, ALL);
        join(card, &rich, 100, ALL);
        sold(card, 10_000);
        next_era();
        FakeSeats::displace(card, &honest);
        prove(card, &honest);
        prove(card, &rich);
        next_era();
        assert_eq!(collect(&honest, 0, card), 4_000);
        assert_eq!(collect(&rich, 0, card), 4_000);
    });
}

#[test]
fn who_displaces_others_as_an_era_ends_takes_the_last_blocks_and_no_more() {
    on_chain(|| {
        let (card, honest, rich) = (publish(), account(1), account(2));
        join(card, &honest, 100, ALL);
        join(card, &rich, 100, ALL);
        sold(card, 10_000);
        pass(ERA - 1);
        FakeSeats::displace(card, &honest);
        // The seats that displaced are too young for this era.
        join(card, &account(3), 200, ALL);
        next_era();
        assert_noop!(
            try_prove(&account(3), shown(card, 0)),
            Error::<Test>::SeatTooYoung { at: 0 }
        );
        prove(card, &honest);
        prove(card, &rich);
        next_era();
        // 19 of 20 blocks.
        assert_eq!(collect(&honest, 0, card), 3_897);
        assert_eq!(collect(&rich, 0, card), 4_103);
    });
}

#[test]
fn a_displaced_seat_counts_for_no_later_era() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 100, ALL);
        next_era();
        FakeSeats::displace(card, &seeder);
        sold(card, 10_000);
        next_era();
        // Displaced in the first block of the era: it stood none of it.
        assert_noop!(
            try_prove(&seeder, shown(card, 0)),
            Error::<Test>::NotSeated { at: 0 }
        );
        sold(card, 10_000);
        next_era();
        assert_noop!(
            try_prove(&seeder, shown(card, 0)),
            Error::<Test>::NotSeated { at: 0 }
        );
    });
}

#[test]
fn who_is_displaced_and_comes_back_has_one_claim_for_the_better_seat() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 100, ALL);
        sold(card, 10_000);
        pass(4);
        FakeSeats::displace(card, &seeder);
        pass(1);
        join(card, &seeder, 200, ALL);
        next_era();
        prove(card, &seeder);
        // 15 blocks of 200 rather than 4 of 100.
        assert_event(Event::Proven {
            era: 0,
            card,
            seeder: seeder.clone(),
            weight: 64 * 200 * 15 / 20,
        });
        assert_noop!(
            try_prove(&seeder, answer(card, &seeder)),
            Error::<Test>::AlreadyProven { at: 0 }
        );
    });
}

#[test]
fn a_bond_that_comes_for_the_end_of_an_era_counts_for_the_end_of_it() {
    on_chain(|| {
        let (card, honest, hopper) = (publish(), account(1), account(2));
        join(card, &honest, 100, ALL);
        sold(card, 10_000);
        pass(8);
        join(card, &hopper, 100, ALL);
        next_era();
        prove(card, &honest);
        prove(card, &hopper);
        next_era();
        // 20 blocks against 12.
        assert_eq!(collect(&honest, 0, card), 5_000);
        assert_eq!(collect(&hopper, 0, card), 3_000);
    });
}

#[test]
fn a_cartel_drains_an_endowment_at_its_rate_and_its_funder_ends_it() {
    on_chain(|| {
        let card = publish();
        (1..=30).for_each(|number| join(card, &account(number), BOND_CAP, ALL));
        assert_ok!(Rewards::endow(by(&account(35)), card, 100_000, 100));
        next_era();
        assert_ok!(Rewards::end_endowment(by(&account(35)), card, 0));
        for _ in 0..3 {
            (1..=30)
                .map(account)
                .filter(|seeder| Rewards::challenge(card, seeder.clone()).is_some())
                .for_each(|seeder| prove(card, &seeder));
            next_era();
        }
        next_era();
        assert_ok!(Rewards::end_endowment(by(&account(35)), card, 0));
        // Three eras of 20 blocks, however many they are.
        assert_eq!(wealth(&account(35)), WEALTH - 3 * 20 * 100);
    });
}

#[test]
fn a_wash_that_crowds_the_pot_costs_more_than_others_lose() {
    on_chain(|| {
        let (card, honest, vandal) = (publish(), account(1), account(2));
        for who in [&honest, &vandal] {
            assert_ok!(Rewards::enlist(by(who)));
        }
        let pot = Balance::from(ERA) * EMISSION.seeders_per_block;
        // The honest credit alone would have filled the pot.
        delivered(card, &honest, pot * 5 / 4);
        delivered(card, &vandal, pot * 5 / 4);
        next_era();
        let before = [&honest, &vandal].map(wealth);
        for who in [&honest, &vandal] {
            assert_ok!(Rewards::collect_deliveries(by(who)));
        }
        let [got, back] = [wealth(&honest) - before[0], wealth(&vandal) - before[1]];
        let (honest_loss, vandal_loss) = (pot - got, pot * 5 / 4 - back);
        assert!(vandal_loss > honest_loss);
    });
}

#[test]
fn proofs_of_cards_that_nobody_wants_are_not_heard_and_cost_their_fee() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, ALL);
        next_era();
        let error = try_prove(&seeder, shown(card, 0)).unwrap_err();
        assert_eq!(error.error, Error::<Test>::NothingToShare { at: 0 }.into());
        assert_eq!(error.post_info.pays_fee, frame_support::dispatch::Pays::Yes);
    });
}
