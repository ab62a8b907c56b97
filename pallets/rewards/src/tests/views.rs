use super::*;
use hashcard_primitives::reward::{ClaimView, DeliveryEarnings, EndowmentView, HORIZON};

#[test]
fn the_running_era_is_answered_with_when_it_ends() {
    on_chain(|| {
        let card = publish();
        sold(card, 100);
        pass(3);
        full_block();
        let era = Rewards::era();
        assert_eq!((era.era, era.started_at, era.era_blocks), (0, 1, ERA));
        assert_eq!(era.blocks_with_room, 3);
        // This block has not ended yet.
        assert_eq!(era.ends_at_latest, 4 * ERA);
        assert_eq!(era.ends_at_earliest, 5 + ERA - 3);
        assert_eq!((era.pot, era.sale_credit), (4 * EMISSION.seeders_per_block, 80));
        (0..4 * ERA - 5).for_each(|_| full_block());
        assert_eq!(Rewards::era().ends_at_earliest, 4 * ERA);
    });
}

#[test]
fn a_challenge_says_what_to_show_and_what_for() {
    on_chain(|| {
        let card = publish();
        (1..=2).for_each(|number| join(card, &account(number), 100, ALL));
        assert_eq!(Rewards::challenge(card, account(1)), None, "no era is over");
        sold(card, 1_000);
        next_era();
        prove(card, &account(2));
        let view = Rewards::challenge(card, account(1)).unwrap();
        assert_eq!((view.era, view.proven), (0, false));
        assert_eq!((view.weight, view.claimed_weight), (6_400, 6_400));
        assert_eq!((view.from_sales, view.from_endowments), (800, 0));
        prove(card, &account(1));
        let view = Rewards::challenge(card, account(1)).unwrap();
        assert!(view.proven);
        assert_eq!(view.claimed_weight, 12_800);
        assert_eq!(Rewards::challenge(card, account(3)), None);
        assert_eq!(Rewards::challenge(99, account(1)), None);
    });
}

#[test]
fn claims_are_answered_by_era_and_card_with_what_they_would_bring() {
    on_chain(|| {
        let seeder = account(1);
        let cards: Vec<_> = (0..3).map(|_| publish()).collect();
        for card in &cards {
            join(*card, &seeder, 100, ALL);
            join(*card, &account(2), 300, ALL);
        }
        for _ in 0..2 {
            cards.iter().for_each(|card| sold(*card, 1_000));
            next_era();
            cards.iter().rev().for_each(|card| prove(*card, &seeder));
        }
        let claims = Rewards::claims(seeder.clone(), None);
        let order: Vec<_> = claims.iter().map(|claim| (claim.era, claim.card)).collect();
        assert_eq!(order, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
        let deposit = claims[0].deposit;
        let first = ClaimView {
            era: 0,
            card: 0,
            collectable_from: 2,
            from_sales: 800,
            from_endowments: 0,
            deposit,
        };
        assert_eq!(claims[0], first);
        assert_eq!(deposited(&seeder), 6 * deposit);
        assert_eq!(Rewards::claims(seeder.clone(), Some((0, 1))), claims[2..]);
        assert!(Rewards::claims(seeder, Some((1, 2))).is_empty());
        prove(1, &account(2));
        assert_eq!(Rewards::claims(account(1), Some((1, 0)))[0].from_sales, 200);
    });
}

#[test]
fn earnings_of_deliveries_are_answered_before_they_are_collected() {
    on_chain(|| {
        let (card, who) = (publish(), account(1));
        assert_eq!(Rewards::delivery_earnings(who.clone()), None);
        assert_ok!(Rewards::enlist(by(&who)));
        delivered(card, &who, 100);
        next_era();
        delivered(card, &who, 1_000);
        let earnings = DeliveryEarnings {
            running: 800,
            collectable: 80,
            expires_in: Some(HORIZON + 1),
        };
        assert_eq!(Rewards::delivery_earnings(who.clone()), Some(earnings));
        (0..HORIZON).for_each(|_| next_era());
        let earnings = Rewards::delivery_earnings(who).unwrap();
        assert_eq!((earnings.running, earnings.collectable), (0, 800));
    });
}

#[test]
fn endowments_are_answered_oldest_first() {
    on_chain(|| {
        let card = publish();
        assert!(Rewards::endowments(card).is_empty());
        assert_ok!(Rewards::endow(by(&account(1)), card, 2_000, 5));
        next_era();
        assert_ok!(Rewards::endow(by(&account(2)), card, 3_000, 6));
        assert_ok!(Rewards::end_endowment(by(&account(2)), card, 1));
        let first = EndowmentView {
            id: 0,
            funder: account(1),
            per_block: 5,
            left: 2_000,
            first_era: 0,
            last_era: None,
        };
        let second = EndowmentView {
            id: 1,
            funder: account(2),
            per_block: 6,
            left: 3_000,
            first_era: 1,
            last_era: Some(2),
        };
        assert_eq!(Rewards::endowments(card), [first, second]);
    });
}
