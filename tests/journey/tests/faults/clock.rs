//! A clock that is off. Ten seconds are more than three slots: what such a validator makes is of the future.

use hashcard_journey_tests::network::genesis::name_of;
use hashcard_journey_tests::{ensure, Network, Plan, Setting, Told};

/// How far the clock is off, in seconds.
const OFF_BY: i32 = 10;
/// Blocks that become final meanwhile. Were his taken, he would have a quarter of them.
const WATCHED: u32 = 12;
/// Blocks within which who has the time again makes one: every fourth slot is his.
const AUTHORS_WITHIN: u32 = 56;

pub async fn a_clock_ten_seconds_fast_costs_its_validator_his_blocks_and_nobody_finality() -> Told {
    let folder = tempfile::tempdir()?;
    let plan = Plan::of(4);
    let mut validators: Vec<_> = (0..plan.validators)
        .map(|number| (name_of(number), Setting::validator(&name_of(number))))
        .collect();
    validators[3].1.clock_off_by = Some(OFF_BY);
    let mut network = Network::open_with(folder.path(), plan, validators).await?;

    let height = network.finalize(0, WATCHED).await?;
    let his = network.authored_between(0, "Dave", 0, height).await?;
    ensure(his == 0, || {
        format!("{his} of {height} blocks were made in the future")
    })?;
    let labels = ["result=\"verification_failed\""];
    let mut refused = 0.0;
    for at in 0..3 {
        refused += network
            .figure(at, "substrate_import_queue_processed_total", &labels)
            .await?;
    }
    ensure(refused > 0.0, || "nobody refused a block".to_owned())?;

    // With the time again he is one of them again.
    network.kill(3).await?;
    network.set_clock(3, None).await?;
    network.restart(3).await?;
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2, 3], height).await?;
    network
        .authored(0, "Dave", height, AUTHORS_WITHIN)
        .await
        .map(drop)
}
