//! After any sequence of calls the invariants hold, and no more was minted than a part of the fees burnt.

use super::*;
use hashcard_primitives::{reward::Emission, share::part};
use proptest::prelude::*;

const CARDS: u64 = 3;
const SEEDERS: u8 = 5;

#[derive(Clone, Debug)]
enum Step {
    Pass(u32),
    FillBlocks(u32),
    Sell(CardId, Balance),
    Deliver(CardId, u8, Balance),
    Enlist(u8),
    Delist(u8),
    CollectDeliveries(u8),
    Join(CardId, u8, Balance, u64),
    Cover(CardId, u8, u64),
    Displace(CardId, u8),
    Leave(CardId, u8),
    Prove(u8),
    Collect(u8, usize),
    Endow(CardId, u8, Balance, Balance),
    EndEndowment(CardId, u8, u64),
    ClearCredits(CardId),
    SetEmission(Balance, u32),
}

fn step() -> impl Strategy<Value = Step> {
    let card = || 0..CARDS;
    let who = || 1..=SEEDERS;
    prop_oneof![
        12 => (1..30u32).prop_map(Step::Pass),
        1 => (1..90u32).prop_map(Step::FillBlocks),
        8 => (card(), 1..9_000u128).prop_map(|(card, fee)| Step::Sell(card, fee)),
        8 => (card(), who(), 1..9_000u128).prop_map(|(card, who, fee)| Step::Deliver(card, who, fee)),
        4 => who().prop_map(Step::Enlist),
        2 => who().prop_map(Step::Delist),
        4 => who().prop_map(Step::CollectDeliveries),
        8 => (card(), who(), 1..2_000u128, 1..16u64)
            .prop_map(|(card, who, bond, coverage)| Step::Join(card, who, bond, coverage)),
        1 => (card(), who(), 1..16u64).prop_map(|(card, who, coverage)| Step::Cover(card, who, coverage)),
        2 => (card(), who()).prop_map(|(card, who)| Step::Displace(card, who)),
        1 => (card(), who()).prop_map(|(card, who)| Step::Leave(card, who)),
        16 => who().prop_map(Step::Prove),
        12 => (who(), 1..4usize).prop_map(|(who, most)| Step::Collect(who, most)),
        3 => (card(), who(), 900..9_000u128, 1..400u128)
            .prop_map(|(card, who, amount, rate)| Step::Endow(card, who, amount, rate)),
        3 => (card(), who(), 0..8u64).prop_map(|(card, who, id)| Step::EndEndowment(card, who, id)),
        2 => card().prop_map(Step::ClearCredits),
        1 => (0..2_000u128, 0..950_000u32).prop_map(|(pot, share)| Step::SetEmission(pot, share)),
    ]
}

/// Fees that were burnt, and for whom they could give credit.
#[derive(Default)]
struct Burnt(Balance);

/// Refusals are fine: what matters is what is left behind. A refused call leaves nothing, as in a block.
fn take(step: &Step, burnt: &mut Burnt) {
    use frame_support::storage::with_storage_layer;
    let layered = |call: &dyn Fn() -> sp_runtime::DispatchResult| {
        let _ = with_storage_layer(call);
    };
    let plain = |result: DispatchResultWithPostInfo| result.map(|_| ()).map_err(|error| error.error);
    match *step {
        Step::Pass(blocks) => pass(blocks),
        Step::FillBlocks(blocks) => (0..blocks).for_each(|_| full_block()),
        Step::Sell(card, fee) => {
            burnt.0 += fee;
            sold(card, fee);
        }
        Step::Deliver(card, who, fee) => {
            burnt.0 += fee;
            delivered(card, &account(who), fee);
        }
        Step::Enlist(who) => layered(&|| Rewards::enlist(by(&account(who)))),
        Step::Delist(who) => layered(&|| Rewards::delist(by(&account(who)))),
        Step::CollectDeliveries(who) => layered(&|| Rewards::collect_deliveries(by(&account(who)))),
        Step::Join(card, who, bond, coverage) => join(card, &account(who), bond, Coverage(coverage)),
        Step::Cover(card, who, coverage) => {
            use hashcard_primitives::roles::SeatLookup;
            if FakeSeats::seat(card, &account(who)).is_some() {
                cover(card, &account(who), Coverage(coverage));
            }
        }
        Step::Displace(card, who) => FakeSeats::displace(card, &account(who)),
        Step::Leave(card, who) => FakeSeats::leave(card, &account(who)),
        Step::Prove(who) => {
            let seeder = account(who);
            let answers: Vec<_> = (0..CARDS)
                .filter(|card| {
                    Rewards::challenge(*card, seeder.clone()).is_some_and(|challenge| !challenge.proven)
                })
                .map(|card| answer(card, &seeder))
                .collect();
            if !answers.is_empty() {
                assert_ok!(Rewards::prove(by(&seeder), running() - 1, proofs(answers)));
            }
        }
        Step::Collect(who, most) => {
            let ready: Vec<_> = Rewards::claims(account(who), None)
                .into_iter()
                .filter(|claim| claim.collectable_from <= running())
                .take(most)
                .collect();
            if let Some(first) = ready.first() {
                // The first claim brings what was said, whatever the others are.
                let before = wealth(&account(who));
                assert_ok!(try_collect(&account(who), &[(first.era, first.card)]));
                let brought = wealth(&account(who)) - before;
                assert_eq!(brought, first.from_sales + first.from_endowments);
                let rest: Vec<_> = ready[1..].iter().map(|claim| (claim.era, claim.card)).collect();
                if !rest.is_empty() {
                    assert_ok!(try_collect(&account(who), &rest));
                }
            }
        }
        Step::Endow(card, who, amount, rate) => {
            layered(&|| Rewards::endow(by(&account(who)), card, amount, rate))
        }
        Step::EndEndowment(card, who, id) => layered(&|| Rewards::end_endowment(by(&account(who)), card, id)),
        Step::ClearCredits(card) => {
            layered(&|| plain(Rewards::clear_credits(by(&account(1)), cards(&[card]))))
        }
        Step::SetEmission(seeders_per_block, credit_share) => {
            let emission = Emission {
                seeders_per_block,
                credit_share,
                ..EMISSION
            };
            layered(&|| Rewards::set_emission(RuntimeOrigin::root(), emission))
        }
    }
}

/// Everything that can be collected or closed, is.
fn unwind() {
    next_era();
    next_era();
    for number in 1..=SEEDERS {
        let who = account(number);
        loop {
            let claims = Rewards::claims(who.clone(), None);
            if claims.is_empty() {
                break;
            }
            let list: Vec<_> = claims.iter().map(|claim| (claim.era, claim.card)).collect();
            assert_ok!(try_collect(&who, &list));
        }
        let _ = Rewards::collect_deliveries(by(&who));
        let _ = Rewards::delist(by(&who));
    }
    for _ in 0..2 {
        for card in 0..CARDS {
            for endowment in Rewards::endowments(card) {
                let _ = Rewards::end_endowment(by(&endowment.funder), card, endowment.id);
            }
        }
        (0..3).for_each(|_| next_era());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_any_calls_the_books_add_up_and_all_money_comes_back(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        on_chain_of(SEEDERS, || {
            (0..CARDS).for_each(|_| {
                publish();
            });
            let mut burnt = Burnt::default();
            let issued = Balances::total_issuance();
            let outside = || wealth(&AUTHOR) + wealth(&TREASURY);
            let before = outside();
            for step in &steps {
                System::reset_events();
                take(step, &mut burnt);
                assert_ok!(Pallet::<Test>::do_try_state());
            }
            unwind();
            let emitted = outside() - before;
            let rewarded = Balances::total_issuance() + burnt.0 - issued - emitted;
            assert!(rewarded <= part(burnt.0, MOST_EMISSION.credit_share), "{rewarded} for {}", burnt.0);
            assert_eq!(kept(), 0, "claims and endowments are all paid out");
            for number in 1..=SEEDERS {
                assert_eq!(deposited(&account(number)), 0);
            }
        });
    }
}
