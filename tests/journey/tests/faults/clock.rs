//! A clock that is off. Ten seconds are more than three slots: what such a validator makes is of the future.
//!
//! **A block of the future is refused, and not for ever**: whoever hears of it again when its slot has come takes it, as a fork. So what
//! is promised of the chain is that he has next to nothing of it, and of his peers that they refused him.

use hashcard_journey_tests::network::genesis::name_of;
use hashcard_journey_tests::{ensure, Failure, Network, Plan, Setting, Told};

/// How far the clock is off, in seconds.
const OFF_BY: i32 = 10;
/// Blocks within which he makes one, of the future or not: every fourth slot is his, and this many without one come once in ten
/// million times.
const AUTHORS_WITHIN: u32 = 56;
/// Blocks that become final after that. Were his taken, he would have a quarter of them.
const WATCHED: u32 = 12;
/// Blocks of his among all of these that may have come in late.
const LATE: u32 = 1;
/// Blocks after which it is later for everybody than it was for him: a slot has three seconds, and a block at most.
const CAUGHT_UP: u32 = 4;

pub async fn a_clock_ten_seconds_fast_costs_its_validator_his_blocks_and_nobody_finality() -> Told {
    let folder = tempfile::tempdir()?;
    let plan = Plan::of(4);
    let mut validators: Vec<_> = (0..plan.validators)
        .map(|number| (name_of(number), Setting::validator(&name_of(number))))
        .collect();
    validators[3].1.clock_off_by = Some(OFF_BY);
    let mut network = Network::open_with(folder.path(), plan, validators).await?;

    let start = network.member(0).node.finalized().await?;
    let refused = refused(&network, start).await?;
    let height = network.finalize(0, refused + WATCHED).await?;
    let his = network.authored_between(0, "Dave", start, height).await?;
    ensure(his <= LATE, || {
        format!("{his} of the blocks {start} to {height} were made in the future")
    })?;

    // With the time again he is one of them again. Not before everybody's clock has passed his: he would sign for slots for which he
    // has signed.
    network.kill(3).await?;
    network.import(0, CAUGHT_UP).await?;
    network.set_clock(3, None).await?;
    network.restart(3).await?;
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2, 3], height).await?;
    network
        .authored(0, "Dave", height, AUTHORS_WITHIN)
        .await
        .map(drop)
}

/// Waits until somebody has refused a block because it is of the future; the height that is final then.
async fn refused(network: &Network, start: u32) -> Told<u32> {
    let labels = ["result=\"verification_failed\""];
    for height in start..start + AUTHORS_WITHIN {
        network.finalize(0, height).await?;
        for at in 0..3 {
            let figure = network.figure(at, "substrate_import_queue_processed_total", &labels);
            if figure.await? > 0.0 {
                return Ok(height);
            }
        }
    }
    Err(Failure::new(format!(
        "nobody refused a block within {AUTHORS_WITHIN} blocks"
    )))
}
