//! Swarms made from a seed. Whatever else is in them, the honest nodes together hold every chunk, and come back.

use crate::world::{Manner, NodeSpec, Scenario};
use hashcard_primitives::blob::{chunk_count, CHUNK_LEN};
use hashcard_primitives::coverage::Coverage;
use hashcard_protocol::{Bitfield, DownloadLimits, UploadLimits};
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

pub const MS: Duration = Duration::from_millis(1);
pub const NEVER: Duration = Duration::from_secs(1 << 30);

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end.max(1)
    }

    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A time with this mean, exponentially distributed.
    pub fn exponential(&mut self, mean: Duration) -> Duration {
        let unit = (self.0.next_u32() as f64 + 1.0) / (f64::from(u32::MAX) + 2.0);
        mean.mul_f64(-unit.ln())
    }
}

/// A node that holds everything and does nothing wrong.
pub fn seeder(blob_len: u64, uplink: u64) -> NodeSpec {
    NodeSpec {
        manner: Manner::Honest,
        held: Bitfield::claimed(blob_len, Coverage(u64::MAX)).unwrap(),
        claim: Coverage::all(blob_len),
        downloads: false,
        latency: 10 * MS,
        uplink,
        upload: UploadLimits::default(),
        absences: Vec::new(),
    }
}

/// A node that holds nothing and wants everything.
pub fn leecher(blob_len: u64, uplink: u64) -> NodeSpec {
    let held = Bitfield::empty(chunk_count(blob_len)).unwrap();
    NodeSpec {
        held,
        claim: Coverage(0),
        downloads: true,
        ..seeder(blob_len, uplink)
    }
}

/// Nodes without any chance in them; connections last.
pub fn plain(seed: u64, blob_len: u64, nodes: Vec<NodeSpec>) -> Scenario {
    Scenario {
        seed,
        blob_len,
        nodes,
        limits: DownloadLimits::default(),
        lifetimes: Box::new(|| NEVER),
    }
}

/// A swarm with everything that can go wrong.
pub fn hostile(seed: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let chunks = dice.between(1, 100);
    let blob_len = chunks * CHUNK_LEN - dice.below(CHUNK_LEN);
    let mut nodes = Vec::new();

    for _ in 0..dice.between(1, 3) {
        let mut node = leecher(blob_len, 0);
        for chunk in 0..chunks {
            node.held.set(chunk, dice.one_in(5));
        }
        node.claim = Coverage::of(blob_len, |chunk| node.held.get(chunk));
        nodes.push(node);
    }
    let first_source = nodes.len();
    for _ in 0..dice.between(1, 6) {
        let mut node = seeder(blob_len, 0);
        if dice.one_in(2) {
            node.held = Bitfield::empty(chunks).unwrap();
        }
        nodes.push(node);
    }
    let sources = (nodes.len() - first_source) as u64;
    for chunk in 0..chunks {
        nodes[first_source + dice.below(sources) as usize]
            .held
            .set(chunk, true);
        nodes[first_source + dice.below(sources) as usize]
            .held
            .set(chunk, true);
    }
    for node in &mut nodes[first_source..] {
        // The chain may be behind: a source sometimes claims less than it holds by now.
        let everything = Coverage::of(blob_len, |chunk| node.held.get(chunk));
        node.claim = if dice.one_in(4) { Coverage(0) } else { everything };
    }
    for _ in 0..dice.below(5) {
        let mut node = seeder(blob_len, 0);
        node.manner = match dice.below(7) {
            0 => Manner::LiesAlways,
            1 => Manner::LiesAbout(dice.below(chunks)),
            2 => Manner::Silent,
            3 => Manner::Denies,
            4 => Manner::Babbles,
            5 => Manner::Pushes,
            _ => Manner::Busy,
        };
        nodes.push(node);
    }

    let uplinks = [20_000, 100_000, 500_000, 2_000_000, 10_000_000];
    let churn = dice.one_in(2);
    for node in &mut nodes {
        node.uplink = uplinks[dice.below(5) as usize];
        node.latency = MS * dice.between(1, 150) as u32;
        if dice.one_in(4) {
            node.upload = UploadLimits {
                waiting_per_peer: 2,
                waiting: 4,
                served_per_peer: 1,
                served: 2,
            };
        }
        if churn && dice.one_in(2) {
            let mut time = Duration::ZERO;
            for _ in 0..40 {
                for mean in [60_000 * MS, 10_000 * MS] {
                    time += dice.exponential(mean);
                    node.absences.push(time);
                }
            }
        }
    }
    let limits = DownloadLimits {
        peers: dice.between(2, 12) as usize,
        in_flight: dice.between(4, 64) as usize,
        ..DownloadLimits::default()
    };
    let mean_lifetime = [NEVER, 20_000 * MS, 120_000 * MS][dice.below(3) as usize];
    let lifetimes = Box::new(move || {
        if mean_lifetime == NEVER {
            NEVER
        } else {
            dice.exponential(mean_lifetime)
        }
    });
    Scenario {
        seed,
        blob_len,
        nodes,
        limits,
        lifetimes,
    }
}
