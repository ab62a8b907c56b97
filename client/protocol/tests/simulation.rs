//! Whole swarms in virtual time. `HASHCARD_SEEDS=5000 cargo test -p hashcard-protocol --test simulation` runs more of
//! them; a failure names its seed, and the same seed fails in the same way.

#[path = "simulation/scenario.rs"]
mod scenario;
#[path = "simulation/watch.rs"]
mod watch;
#[path = "simulation/world.rs"]
mod world;

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_protocol::limits::*;
use hashcard_protocol::DownloadLimits;
use scenario::{hostile, leecher, plain, seeder, MS};
use std::time::Duration;
use world::{Manner, Outcome, World};

const MB: u64 = 1_000_000;

fn seeds() -> u64 {
    std::env::var("HASHCARD_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(200)
}

/// Runs one hostile swarm; [`watch::Watch`] checks the laws that hold at every moment.
fn run_hostile(seed: u64) -> Outcome {
    let scenario = hostile(seed);
    let downloads = scenario.nodes.iter().filter(|node| node.downloads).count();
    let manners: Vec<Manner> = scenario.nodes.iter().map(|node| node.manner).collect();
    let outcome = World::new(scenario).run(Duration::from_secs(24 * 3600));
    assert_eq!(outcome.done_at.len(), downloads, "every download completes");
    for (_, liar) in &outcome.liars {
        assert!(
            matches!(manners[*liar], Manner::LiesAlways | Manner::LiesAbout(_)),
            "nobody honest is taken for a liar"
        );
    }
    for ((_, from), chunks) in &outcome.stored_from {
        assert!(
            manners[*from] != Manner::LiesAlways || *chunks == 0,
            "nothing is stored from who always lies"
        );
    }
    outcome
}

#[test]
fn every_download_completes_in_every_hostile_swarm_and_keeps_its_laws() {
    for seed in 0..seeds() {
        if let Err(cause) = std::panic::catch_unwind(|| run_hostile(seed)) {
            eprintln!("the swarm of seed {seed} failed");
            std::panic::resume_unwind(cause);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_run_to_the_last_event() {
    let traces: Vec<u64> = (0..10).map(|seed| run_hostile(seed).trace).collect();
    assert_eq!(
        traces,
        (0..10).map(|seed| run_hostile(seed).trace).collect::<Vec<_>>()
    );
    assert!(traces.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn four_equal_sources_are_all_used_and_give_nearly_the_sum_of_their_rates() {
    let blob_len = 100 * CHUNK_LEN;
    let mut nodes = vec![leecher(blob_len, MB)];
    nodes.extend((0..4).map(|_| seeder(blob_len, MB)));
    let outcome = World::new(plain(1, blob_len, nodes)).run(Duration::from_secs(600));
    let ideal = blob_len as f64 / (4 * MB) as f64;
    let took = outcome.done_at[&0].as_secs_f64();
    assert!(
        took < ideal * 1.15,
        "{took} s, the sum of the rates would take {ideal} s"
    );
    for source in 1..=4 {
        assert!(
            outcome.stored_from[&(0, source)] >= 20,
            "{:?}",
            outcome.stored_from
        );
    }
    assert!(outcome.unwanted <= 1, "{}", outcome.unwanted);
}

#[test]
fn a_slow_peer_is_used_in_proportion_and_does_not_hold_up_the_end() {
    let blob_len = 100 * CHUNK_LEN;
    let nodes = vec![
        leecher(blob_len, MB),
        seeder(blob_len, 2 * MB),
        seeder(blob_len, MB / 20),
    ];
    let outcome = World::new(plain(2, blob_len, nodes)).run(Duration::from_secs(600));
    let slow = outcome.stored_from[&(0, 2)];
    assert!((1..=5).contains(&slow), "the slow peer gave {slow} of 100");
    let alone = blob_len as f64 / (2 * MB) as f64;
    let took = outcome.done_at[&0].as_secs_f64();
    assert!(
        took < alone * 1.1,
        "{took} s, the fast peer alone would take {alone} s"
    );
}

#[test]
fn a_free_rider_that_claims_everything_and_sends_nothing_costs_little() {
    let blob_len = 60 * CHUNK_LEN;
    let mut silent = seeder(blob_len, MB);
    silent.manner = Manner::Silent;
    let nodes = vec![leecher(blob_len, MB), seeder(blob_len, MB), silent];
    let outcome = World::new(plain(3, blob_len, nodes)).run(Duration::from_secs(600));
    let alone = blob_len as f64 / MB as f64;
    let took = outcome.done_at[&0].as_secs_f64();
    assert!(took < alone * 1.2, "{took} s, without the free rider {alone} s");
    assert_eq!(outcome.stored_from.get(&(0, 2)), None);
}

#[test]
fn a_liar_is_found_at_its_first_wrong_chunk_and_what_it_sent_before_is_kept() {
    let blob_len = 60 * CHUNK_LEN;
    let mut liar = seeder(blob_len, MB);
    liar.manner = Manner::LiesAbout(30);
    let found = (0..20).filter(|seed| {
        let nodes = vec![leecher(blob_len, MB), seeder(blob_len, MB), seeder(blob_len, MB)];
        let mut scenario = plain(*seed, blob_len, nodes);
        scenario.nodes[2].manner = liar.manner;
        let outcome = World::new(scenario).run(Duration::from_secs(600));
        assert!(outcome.done_at.contains_key(&0) && outcome.liars.len() <= 1);
        outcome.liars == [(0, 2)] && outcome.stored_from.contains_key(&(0, 2))
    });
    assert!(
        found.count() >= 5,
        "the liar is asked for its chunk in about half of the runs"
    );
}

#[test]
fn a_flash_crowd_shares_what_the_only_seeder_gives_once() {
    let blob_len = 60 * CHUNK_LEN;
    let mut nodes = vec![seeder(blob_len, MB)];
    nodes.extend((0..8).map(|_| leecher(blob_len, MB)));
    let mut scenario = plain(4, blob_len, nodes);
    scenario.limits = DownloadLimits {
        pipeline: 4,
        ..DownloadLimits::default()
    };
    let outcome = World::new(scenario).run(Duration::from_secs(3600));
    let once = blob_len as f64 / MB as f64;
    let last = outcome.done_at.values().max().unwrap().as_secs_f64();
    assert_eq!(outcome.done_at.len(), 8);
    assert!(
        last < once * 8.0 / 2.0,
        "{last} s; sent to each in turn it would take {} s",
        once * 8.0
    );
    let from_seeder: u64 = (1..=8)
        .filter_map(|node| outcome.stored_from.get(&(node, 0)))
        .sum();
    assert!(
        from_seeder < 8 * 60 / 2,
        "the seeder gave {from_seeder} of {} chunks",
        8 * 60
    );
}

#[test]
fn a_source_that_goes_and_comes_back_is_found_again() {
    let blob_len = 60 * CHUNK_LEN;
    let mut nodes = vec![leecher(blob_len, MB), seeder(blob_len, MB)];
    nodes[1].absences = vec![5_000 * MS, 40_000 * MS];
    let outcome = World::new(plain(5, blob_len, nodes)).run(Duration::from_secs(600));
    let done = outcome.done_at[&0];
    assert!(
        done > 40_000 * MS && done < 40_000 * MS + MAX_REST + 15_000 * MS,
        "{done:?}"
    );
}

#[test]
fn many_peers_with_a_little_each_are_all_visited_although_few_have_a_place() {
    let blob_len = 100 * CHUNK_LEN;
    let mut nodes = vec![leecher(blob_len, MB)];
    for part in 0..20u64 {
        let mut node = seeder(blob_len, MB);
        node.held = hashcard_protocol::Bitfield::empty(100).unwrap();
        (part * 5..part * 5 + 5).for_each(|chunk| {
            node.held.set(chunk, true);
        });
        node.claim = hashcard_primitives::coverage::Coverage::of(blob_len, |chunk| node.held.get(chunk));
        nodes.push(node);
    }
    let mut scenario = plain(6, blob_len, nodes);
    scenario.limits.peers = 4;
    let outcome = World::new(scenario).run(Duration::from_secs(3600));
    assert_eq!(outcome.stored_from.len(), 20);
    assert!(
        outcome.done_at[&0] < Duration::from_secs(120),
        "{:?}",
        outcome.done_at[&0]
    );
}
