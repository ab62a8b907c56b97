use super::*;
use hashcard_primitives::{blob::leaf_count, coverage::bucket_of};
use proptest::prelude::*;
use std::collections::BTreeSet;

const SEEDER: [u8; 32] = [9; 32];

fn seed(number: u32) -> [u8; 32] {
    *blake3::hash(&number.to_le_bytes()).as_bytes()
}

fn bucket_of_leaf(blob_len: u64, leaf: u64) -> u64 {
    bucket_of(blob_len, leaf * LEAF_LEN / CHUNK_LEN)
}

#[test]
fn every_leaf_of_a_covered_bucket_is_chosen_and_none_of_another() {
    // Two chunks of 256 leaves and one of three, of which the last is short.
    let blob_len = 2 * CHUNK_LEN + 2 * LEAF_LEN + 200;
    for coverage in 1..8u64 {
        let coverage = Coverage(coverage);
        let chosen: BTreeSet<_> = (0..12_000)
            .filter_map(|number| challenged_leaf(&seed(number), 3, &SEEDER, coverage, blob_len))
            .collect();
        let expected: BTreeSet<_> = (0..leaf_count(blob_len))
            .filter(|leaf| coverage.covers(blob_len, leaf * LEAF_LEN / CHUNK_LEN))
            .collect();
        assert_eq!(chosen, expected, "{coverage:?}");
    }
}

#[test]
fn covered_buckets_are_chosen_equally_often() {
    let blob_len = 1_000 * CHUNK_LEN + 200;
    let coverage = Coverage(0x8000_0000_0100_0011);
    let mut counts = [0u32; BUCKETS as usize];
    for number in 0..8_000 {
        let leaf = challenged_leaf(&seed(number), 3, &SEEDER, coverage, blob_len).unwrap();
        counts[bucket_of_leaf(blob_len, leaf) as usize] += 1;
    }
    for (bucket, count) in counts.iter().enumerate() {
        // 2,000 each, give or take six standard deviations.
        match coverage.0 >> bucket & 1 {
            1 => assert!((1_767..2_233).contains(count), "bucket {bucket}: {count}"),
            _ => assert_eq!(*count, 0),
        }
    }
}

#[test]
fn a_blob_of_one_leaf_has_one_challenge_and_no_coverage_none() {
    assert_eq!(challenged_leaf(&seed(1), 0, &SEEDER, Coverage(1), 200), Some(0));
    assert_eq!(challenged_leaf(&seed(1), 0, &SEEDER, Coverage(0), 200), None);
    assert_eq!(challenged_leaf(&seed(1), 0, &SEEDER, Coverage(0b10), 200), None);
    assert_eq!(challenged_leaf(&seed(1), 0, &SEEDER, Coverage(1), 0), None);
}

#[test]
fn seed_card_and_seeder_each_change_the_challenge() {
    let blob_len = 1 << 44;
    let all = Coverage::all(blob_len);
    let one = challenged_leaf(&seed(1), 2, &SEEDER, all, blob_len);
    assert_eq!(one, challenged_leaf(&seed(1), 2, &SEEDER, all, blob_len));
    assert_ne!(one, challenged_leaf(&seed(2), 2, &SEEDER, all, blob_len));
    assert_ne!(one, challenged_leaf(&seed(1), 3, &SEEDER, all, blob_len));
    assert_ne!(one, challenged_leaf(&seed(1), 2, &[8; 32], all, blob_len));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    #[test]
    fn the_leaf_exists_and_its_bucket_is_covered(
        seed in any::<[u8; 32]>(),
        card in any::<u64>(),
        coverage in any::<u64>(),
        blob_len in prop_oneof![1..=1u64 << 44, 1..=70 * CHUNK_LEN],
    ) {
        let coverage = Coverage(coverage & Coverage::all(blob_len).0);
        match challenged_leaf(&seed, card, &SEEDER, coverage, blob_len) {
            None => prop_assert!(coverage.is_empty()),
            Some(leaf) => {
                prop_assert!(leaf < leaf_count(blob_len));
                prop_assert!(coverage.covers(blob_len, leaf * LEAF_LEN / CHUNK_LEN));
            }
        }
    }
}
