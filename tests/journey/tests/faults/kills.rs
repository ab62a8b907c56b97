//! Power cuts in the middle of writing. **The moments are drawn of a seed, and counted in blocks**: a node that catches up imports tens of
//! blocks in a second, and is killed as soon as it says that it has some number of them.

use hashcard_journey_tests::network::books::Books;
use hashcard_journey_tests::network::operator::Operator;
use hashcard_journey_tests::{ensure, within, Failure, Network, Plan, Told};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::Duration;

/// Kills.
const KILLS: u32 = 50;
/// Where the moments come from.
const SEED: u64 = 0x6b69_6c6c;
/// Blocks of the chain when the first kill comes; it grows by one or two with each.
const FROM: u32 = 40;
/// Most blocks that the node has imported since its start when it is killed.
const MOST_IMPORTED: u32 = 12;
/// Most questions after the block was seen, half a millisecond each: so the kill falls anywhere between two blocks.
const MOST_QUESTIONS: u32 = 12;
/// Of so many kills one at least must have come while there was more to import.
const ONE_OF: u32 = 2;

pub async fn a_node_that_is_killed_fifty_times_while_it_imports_opens_its_database_each_time() -> Told {
    let folder = tempfile::tempdir()?;
    let mut network = Network::open(
        folder.path(),
        Plan {
            full: 1,
            ..Plan::of(1)
        },
    )
    .await?;
    let (maker, victim) = (0, 1);
    network.kill(victim).await?;
    let traffic = traffic(network.member(maker).node.url());
    tokio::select! {
        told = killed(&mut network, maker, victim) => told?,
        failure = traffic => return Err(failure.during("traffic")),
    }

    // And nothing is missing in the end, in any block and in the state.
    let height = network.member(maker).node.finalized().await?;
    let head = network.agree(&[maker, victim], height).await?;
    for height in 0..height {
        let (here, there) = (
            network.hash_at(maker, height).await?,
            network.hash_at(victim, height).await?,
        );
        ensure(here == there, || {
            format!("at {height} it has {there}, which is {here}")
        })?;
    }
    let (ours, its) = (
        Books::read(&network.member(maker).node, &head).await?,
        Books::read(&network.member(victim).node, &head).await?,
    );
    ensure(ours == its, || format!("{ours:?} is not {its:?}"))?;
    its.add_up()
}

async fn killed(network: &mut Network, maker: usize, victim: usize) -> Told {
    let mut moments = StdRng::seed_from_u64(SEED);
    let (mut had, mut in_the_middle, mut begun_anew) = (0, 0, 0);
    network.finalize(maker, FROM).await?;
    for kill in 1..=KILLS {
        network
            .restart_alone(victim)
            .await
            .map_err(|failure| failure.during(format!("after kill {}", kill - 1)))?;
        let has = network.member(victim).node.best().await?;
        ensure(has >= had, || {
            format!("it had block {had} when it was killed, and opens with {has}")
        })?;
        let head = network.member(maker).node.finalized().await?;
        network.join(victim).await?;
        let seen = import(
            network,
            victim,
            has + moments.gen_range(1..=MOST_IMPORTED),
            &mut moments,
        )
        .await?;
        network.kill(victim).await?;
        in_the_middle += u32::from(seen < head);
        // What was final when it said so must be there; what it had besides may be a moment behind.
        had = has;
        if seen + MOST_IMPORTED >= head {
            // It has caught up: it begins anew, so that there is something to import.
            network.forget_chain(victim)?;
            (had, begun_anew) = (0, begun_anew + 1);
        }
    }
    ensure(in_the_middle * ONE_OF >= KILLS, || {
        format!("only {in_the_middle} of {KILLS} kills came in the middle, {begun_anew} from the start")
    })?;
    network.restart(victim).await
}

/// How long a node may take to find its peer and to import some blocks, on a machine that is busy.
const IMPORTED_WITHIN: Duration = Duration::from_secs(120);

/// Waits until it has a block of this height, and a random moment more; the height that it has.
async fn import(network: &Network, at: usize, height: u32, moments: &mut StdRng) -> Told<u32> {
    let node = &network.member(at).node;
    let importing = async {
        while node.best().await? < height {}
        let mut seen = height;
        for _ in 0..moments.gen_range(0..MOST_QUESTIONS) {
            seen = node.best().await?;
        }
        Ok(seen)
    };
    within(
        IMPORTED_WITHIN,
        &format!("block {height} to be imported"),
        importing,
    )
    .await
    .map_err(|failure| node.process().blame(failure))
}

/// Something that changes the state, again and again; ends only with a failure.
async fn traffic(url: String) -> Failure {
    let sending = async {
        let bob = Operator::at(&url, "Bob").await?;
        for amount in 1.. {
            bob.transfer("Charlie", 1_000_000_000_000 + amount).await?;
        }
        Ok(())
    };
    match sending.await {
        Ok(()) => Failure::new("it ended"),
        Err(failure) => failure,
    }
}
