//! What each scenario promises. The document says the same in figures; these hold whatever the figures are.

use hashcard_economy::{
    money::{gain, Gain},
    outcome::Outcome,
    parameters::EMISSION,
    scenarios,
};
use std::sync::LazyLock;

static OUTCOMES: LazyLock<Vec<Outcome>> = LazyLock::new(scenarios::all);

fn outcome(slug: &str) -> &'static Outcome {
    OUTCOMES
        .iter()
        .find(|one| one.slug == slug)
        .expect("the scenario exists")
}

fn net(slug: &str, party: &str) -> Gain {
    outcome(slug).party(party).net()
}

#[test]
fn in_every_scenario_all_gains_together_are_what_was_minted_less_what_was_burnt() {
    for one in OUTCOMES.iter() {
        let all: Gain = one.parties.iter().map(|party| party.net()).sum();
        assert_eq!(all, gain(one.minted) - gain(one.burnt), "{}", one.slug);
    }
}

#[test]
fn in_every_scenario_without_block_emission_less_is_minted_than_phi_of_what_burnt() {
    for one in OUTCOMES
        .iter()
        .filter(|one| !["honest-growth", "price-collapse"].contains(&one.slug))
    {
        let credit = pallet_rewards::arithmetic::credit(one.burnt, EMISSION.credit_share);
        assert!(one.minted <= credit, "{}", one.slug);
    }
}

#[test]
fn who_serves_and_creates_gains_when_nobody_cheats_and_rewards_stay_below_phi_of_the_fees() {
    let growth = outcome("honest-growth");
    assert!(net("honest-growth", "creators") > 0 && net("honest-growth", "seeders") > 0);
    let rewards = growth.figure("rewards for holding") + growth.figure("rewards for delivering");
    assert!(rewards > 0);
    assert!(
        rewards
            <= gain(pallet_rewards::arithmetic::credit(
                growth.burnt,
                EMISSION.credit_share
            ))
    );
}

#[test]
fn a_creator_who_buys_from_himself_loses_at_least_a_fifth_of_each_fee() {
    let one = outcome("self-dealing");
    let alone = one.figure("his gain when his seat is the only one");
    assert!(-alone * 5 >= gain(one.burnt));
    let among_four = one.figure("his gain when four honest seats with the same bond prove too");
    let nobody = one.figure("his gain when nobody has a seat");
    assert!(nobody < among_four && among_four < alone);
}

#[test]
fn a_thousand_identities_earn_less_than_ten_with_the_same_money_who_gain_without_a_second_copy() {
    let one = outcome("thousand-identities");
    let ten = one.figure("gain of ten identities (weigh 100 CARD)");
    assert!(one.figure("gain of a thousand") < one.figure("gain of a hundred"));
    assert!(one.figure("gain of a hundred") < ten);
    // The plain truth: below the cap, money weighs whether or not there is a disk behind each seat.
    assert!(ten > one.figure("gain of one identity (weighs 10 CARD)"));
    assert!(one.figure("gain of one identity (weighs 10 CARD)") > 0);
}

#[test]
fn a_bond_without_bytes_earns_nothing_and_costs_the_honest_nothing_until_it_displaces_them() {
    let one = outcome("bond-without-serving");
    assert_eq!(one.party("rich account").got_out, 0);
    let undisturbed = one.figure("what the honest get without him");
    assert_eq!(one.figure("what they get beside his one seat"), undisturbed);
    assert!(one.figure("what they get after his 256 seats") < undisturbed / 5);
    assert!(one.figure("what his 256 seats gain") < 0);
}

#[test]
fn holding_a_quarter_passes_about_a_quarter_of_the_challenges() {
    let passed = outcome("bond-without-serving").figure("proofs that holding a quarter passes, of 128");
    // 32 ± 3 standard deviations of a fair draw.
    assert!((18..=46).contains(&passed), "{passed}");
}

#[test]
fn a_prover_who_never_serves_gains_but_less_than_his_twin_who_serves() {
    let one = outcome("prove-without-serving");
    let (prover, twin) = (one.figure("gain of the prover"), one.figure("gain of his twin"));
    assert!(0 < prover && prover < twin);
    assert!(
        one.figure("gain of a prover with an empty disk") > 0,
        "the limit that the document states"
    );
}

#[test]
fn a_wash_between_two_accounts_loses_at_least_a_fifth_of_each_fee() {
    let one = outcome("wash-deliveries");
    assert!(-net("wash-deliveries", "the two accounts") * 5 >= gain(one.burnt));
}

#[test]
fn a_washer_at_a_full_pot_takes_from_others_at_most_four_times_what_he_loses() {
    let one = outcome("wash-deliveries");
    let ratio = one.figure("full pot, a hundredth: the honest lose, for each unit that the washer loses");
    let phi = i128::from(EMISSION.credit_share);
    assert!(
        ratio > 1_000,
        "crowding a full pot hurts others more than it costs"
    );
    assert!(ratio <= phi * 1_000 / (1_000_000 - phi));
}

#[test]
fn choosing_the_block_within_an_era_gains_nothing_and_choosing_the_era_never_beats_phi() {
    let one = outcome("hoarding");
    let steady = one.figure("rewards, redeeming each noon");
    assert_eq!(one.figure("rewards, redeeming in each day's last block"), steady);
    let hoarder = one.figure("rewards, redeeming on quiet days");
    assert!(hoarder > steady, "the gain that the document states");
    // 20 days of 1,000 CARD, a hundredth of which burns.
    let fees = 20 * 10 * gain(hashcard_economy::constants::money::CARD) as u128;
    assert!(hoarder <= gain(pallet_rewards::arithmetic::credit(fees, EMISSION.credit_share)));
}

#[test]
fn a_seat_that_stood_a_tenth_of_a_day_gets_a_tenth_of_the_weight() {
    let one = outcome("hoarding");
    let whole = one.figure("share of a day's sales of a seat that stood all day");
    let tenth = one.figure("share of a seat that stood the last tenth");
    // Beside one that stood all of it: 1/2, and 1/11.
    assert!((tenth * 11 - whole * 2).abs() <= 11);
}

#[test]
fn who_sells_below_his_cost_to_be_alone_loses() {
    assert!(outcome("price-war").figure("predator's gain in the ten days of dumping") < 0);
    assert!(net("price-war", "predator") < 0);
}

#[test]
fn a_fall_of_the_token_takes_from_seeders_no_more_than_the_pot_is_short() {
    let one = outcome("price-collapse");
    assert!(net("price-collapse", "seeders") > 0);
    let short = gain(hashcard_economy::world::World::pot_of_an_era()) - one.figure("of the last day");
    // Two shares of a full pot, each rounded down.
    assert!((0..=1).contains(&short));
}

#[test]
fn a_cartel_drains_an_endowment_at_its_rate_and_no_longer_than_two_eras_after_notice() {
    let one = outcome("endowment-cartel");
    assert!(
        net("endowment-cartel", "cartel") > 0,
        "the gain that the document states"
    );
    let rate = one.figure("given for a day in which somebody proves");
    assert!(one.figure("given after the funder's notice") <= 3 * rate);
    assert!(one.figure("returned to the funder") > 0);
    assert_eq!(one.minted, 0);
}

#[test]
fn one_bucket_alone_takes_a_whole_stream_and_beside_one_honest_seat_a_sixty_fifth() {
    let one = outcome("endowment-cartel");
    let rate = one.figure("given for a day in which somebody proves");
    assert_eq!(
        one.figure("a day's stream to one seat that holds 1 of 64 parts, alone"),
        rate
    );
    assert_eq!(
        one.figure("the same beside one honest seat with the same bond"),
        rate / 65
    );
}

#[test]
fn a_griefer_of_lanes_loses_and_one_without_lanes_takes_no_more_than_a_window_from_each() {
    let one = outcome("lane-griefing");
    assert!(net("lane-griefing", "griefer") < 0);
    let window = one.figure("most that a seeder loses in a day");
    assert!(
        one.figure("gain without lanes, 256 seeders") > 0,
        "the gain that the document states"
    );
    assert!(one.figure("gain without lanes, 256 seeders") <= 10 * 256 * window);
}

#[test]
fn a_spammer_of_free_cards_pays_for_each_and_earns_nothing() {
    let one = outcome("free-card-spam");
    let party = one.party("spammer");
    assert_eq!((party.got_out, one.minted), (0, 0));
    assert!(-party.net() >= 14_000 * one.figure("fee of one card"));
}
