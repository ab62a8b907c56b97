//! A network in two halves, neither of which is more than two thirds.

use hashcard_journey_tests::{ensure, Network, Plan, Told};

/// Blocks after which nothing is on its way any more that was said before the split.
const IN_FLIGHT: u32 = 2;
/// Blocks that each half makes by itself.
const APART: u32 = 6;

pub async fn a_network_split_in_halves_finalises_nothing_and_heals_into_one_chain() -> Told {
    let folder = tempfile::tempdir()?;
    let plan = Plan {
        divisible: true,
        ..Plan::of(4)
    };
    let mut network = Network::open(folder.path(), plan).await?;
    network.finalize(0, 3).await?;

    network.part(&[&[0, 1], &[2, 3]]).await?;
    network.import(0, IN_FLIGHT).await?;
    network.import(2, IN_FLIGHT).await?;
    let split = network.finals().await?;
    let heights = (network.import(0, APART).await?, network.import(2, APART).await?);
    let common = heights.0.min(heights.1);
    let (here, there) = (
        network.hash_at(0, common).await?,
        network.hash_at(2, common).await?,
    );
    ensure(here != there, || {
        format!("both halves have {here} at {common}: they hear one another")
    })?;
    let still = network.finals().await?;
    ensure(still == split, || {
        format!("a half made something final: {split:?}, then {still:?}")
    })?;

    network.heal().await?;
    // Above all that either half had.
    let height = heights.0.max(heights.1) + 1;
    network.agree(&[0, 1, 2, 3], height).await?;
    network.none_undone(&split).await
}
