use super::*;
use hashcard_primitives::reward::HORIZON;

#[test]
fn an_era_ends_after_its_blocks_and_says_what_it_brought() {
    on_chain(|| {
        let card = publish();
        assert_ok!(Rewards::enlist(by(&account(1))));
        sold(card, 1_000);
        delivered(card, &account(1), 500);
        pass(ERA - 1);
        assert_eq!(running(), 0);
        pass(1);
        assert_eq!(running(), 1);
        assert_event(Event::EraEnded {
            era: 0,
            pot: Balance::from(ERA) * EMISSION.seeders_per_block,
            delivery_credit: 400,
            sale_credit: 800,
        });
        let era = Eras::<Test>::get(0).unwrap();
        assert_eq!((era.started_at, era.ended_at, era.blocks()), (1, ERA, ERA));
        // Two epochs before its end, and one before the seed was known.
        assert_eq!(era.settled_by, ERA - 2 * EPOCH);
        assert_eq!(Running::<Test>::get().started_at, ERA + 1);
    });
}

#[test]
fn blocks_without_room_lengthen_the_era_and_the_pot_counts_them() {
    on_chain(|| {
        (0..7).for_each(|_| full_block());
        pass(ERA - 1);
        assert_eq!(running(), 0);
        pass(1);
        assert_eq!(running(), 1);
        let era = Eras::<Test>::get(0).unwrap();
        assert_eq!(era.blocks(), ERA + 7);
        assert_eq!(era.pot, Balance::from(ERA + 7) * EMISSION.seeders_per_block);
    });
}

#[test]
fn a_block_is_full_by_weight_or_by_length() {
    on_chain(|| {
        let (limit, length) = limits();
        let nine_tenths = limit.ref_time() / 10 * 9;
        let cases = [
            (nine_tenths, 0, true),
            (nine_tenths + 10, 0, false),
            (0, length / 10 * 9, true),
            (0, length / 10 * 9 + 10, false),
        ];
        for (ref_time, len, has_room) in cases {
            let before = Running::<Test>::get().with_room;
            System::set_block_consumed_resources(limit.set_proof_size(0).set_ref_time(ref_time), len);
            next_block();
            assert_eq!(Running::<Test>::get().with_room == before + 1, has_room);
        }
    });
}

#[test]
fn an_era_of_full_blocks_ends_after_four_times_its_length() {
    on_chain(|| {
        (0..4 * ERA - 1).for_each(|_| full_block());
        assert_eq!(running(), 0);
        full_block();
        assert_eq!(running(), 1);
    });
}

#[test]
fn full_blocks_lengthen_the_window_in_which_an_era_is_proven() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, BOND_CAP, ALL);
        sold(card, 1_000);
        next_era();
        // All blocks of the window are full until three times its length.
        (0..3 * ERA).for_each(|_| full_block());
        assert_eq!(running(), 1);
        prove(card, &seeder);
    });
}

#[test]
fn eras_are_forgotten_behind_the_horizon() {
    on_chain(|| {
        (0..=HORIZON).for_each(|_| next_era());
        assert_eq!(running(), HORIZON + 1);
        assert!(Eras::<Test>::get(0).is_none());
        assert_eq!(Eras::<Test>::iter().count(), HORIZON as usize);
    });
}

#[test]
fn a_seed_that_was_known_long_ago_settles_no_younger_seat() {
    on_chain(|| {
        FakeChance::known_since(8);
        next_era();
        assert_eq!(Eras::<Test>::get(0).unwrap().settled_by, 8 - EPOCH);
    });
}

#[test]
fn each_era_has_its_own_seed() {
    on_chain(|| {
        FakeChance::known_since(1);
        (0..3).for_each(|_| next_era());
        let seeds: std::collections::BTreeSet<_> = Eras::<Test>::iter_values().map(|era| era.seed).collect();
        assert_eq!(seeds.len(), 3);
    });
}
