//! Validators that are gone and come back. Finality needs more than two thirds: of four it bears one away, and not two.

use hashcard_journey_tests::{ensure, Network, Plan, Told};

/// Blocks that must become final while one is away.
const WITHOUT_ONE: u32 = 6;
/// Blocks within which who is back makes one: every fourth slot is his, and this many without one come once in ten million times.
const AUTHORS_WITHIN: u32 = 56;
/// Blocks after which nothing is on its way any more that somebody sent before he was gone.
const IN_FLIGHT: u32 = 2;
/// Blocks without finality that are watched.
const UNDECIDED: u32 = 6;

pub async fn one_of_four_killed_is_not_waited_for_and_catches_up() -> Told {
    let folder = tempfile::tempdir()?;
    let mut network = Network::open(folder.path(), Plan::of(4)).await?;
    network.finalize(0, 3).await?;

    network.kill(3).await?;
    let before = network.finals().await?;
    let height = network.member(0).node.finalized().await?;
    for at in 0..3 {
        network.finalize(at, height + WITHOUT_ONE).await?;
    }

    network.restart(3).await?;
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2, 3], height).await?;
    network.authored(0, "Dave", height, AUTHORS_WITHIN).await?;
    network.none_undone(&before).await
}

pub async fn two_of_four_killed_stop_finality_until_one_is_back() -> Told {
    let folder = tempfile::tempdir()?;
    let mut network = Network::open(folder.path(), Plan::of(4)).await?;
    network.finalize(0, 3).await?;

    network.kill(2).await?;
    network.kill(3).await?;
    network.import(0, IN_FLIGHT).await?;
    let stopped = network.finals().await?;
    // Blocks go on: whoever is left makes them.
    let best = network.import(0, UNDECIDED).await?;
    network.import(1, 1).await?;
    let still = network.finals().await?;
    ensure(still == stopped, || {
        format!("two of four made something final: {stopped:?}, then {still:?}")
    })?;

    network.restart(2).await?;
    // What was undecided is decided, and nothing was lost.
    network.agree(&[0, 1, 2], best).await?;
    network.restart(3).await?;
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2, 3], height + 1).await?;
    network.none_undone(&stopped).await
}
