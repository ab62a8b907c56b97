//! Where the index stands, through restarts, forks and power cuts.

use proptest::prelude::*;

use super::chance::Chance;
use super::power::{copy, cut_after};
use super::{begun, block, contents, hash, of_blocks, GENESIS};
use crate::facts::{Block, BlockFacts, Fact};
use crate::{Applied, Finality, Index, IndexError};

fn fork(number: u32, fork: u8, parent: [u8; 32], facts: Vec<Fact>) -> BlockFacts {
    BlockFacts {
        number,
        hash: hash(number, fork),
        parent,
        facts,
    }
}

fn at(index: &Index) -> (u32, u32) {
    let standing = index.standing().unwrap().unwrap();
    (standing.at.number, standing.finalized.number)
}

#[test]
fn an_index_goes_on_where_it_stood() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = Chance::new(1).blocks(10);
    drop(of_blocks(folder.path(), &blocks[..6]));
    let index = begun(folder.path());
    assert_eq!(at(&index), (6, 6));
    for (number, facts) in (1..).zip(&blocks) {
        let before = if number <= 6 {
            Applied::Before
        } else {
            Applied::Now
        };
        assert_eq!(
            index
                .apply(&block(number, facts.clone()), Finality::Final)
                .unwrap(),
            before
        );
    }
    let other = tempfile::tempdir().unwrap();
    assert_eq!(contents(&index), contents(&of_blocks(other.path(), &blocks)));
}

#[test]
fn a_block_that_does_not_follow_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = Chance::new(2).blocks(5);
    let index = of_blocks(folder.path(), &blocks);
    let before = contents(&index);
    for finality in [Finality::Final, Finality::Tentative] {
        for bad in [
            block(7, vec![]),
            fork(6, 0, hash(5, 1), vec![]),
            block(u32::MAX, vec![]),
        ] {
            let error = index.apply(&bad, finality).unwrap_err();
            assert!(matches!(error, IndexError::Gap { last: 5, .. }), "{error}");
            assert!(error.to_string().contains("rebuild"));
        }
        let other = fork(5, 1, hash(4, 0), vec![]);
        assert!(matches!(
            index.apply(&other, finality),
            Err(IndexError::Contradiction { number: 5 })
        ));
    }
    assert_eq!((contents(&index), at(&index)), (before, (5, 5)));
}

#[test]
fn another_chain_is_refused_and_another_version_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    drop(of_blocks(folder.path(), &Chance::new(3).blocks(3)));
    assert!(matches!(
        Index::open(&path, [1; 32]),
        Err(IndexError::OtherChain { .. })
    ));
    let index = Index::open(&path, GENESIS).unwrap();
    assert_eq!(at(&index).0, 3);
    index
        .database
        .write(|writing| {
            writing.pragma_update(None, "user_version", 999).unwrap();
            Ok(())
        })
        .unwrap();
    drop(index);
    assert_eq!(Index::open(&path, GENESIS).unwrap().standing().unwrap(), None);
}

#[test]
fn a_cleared_index_begins_at_any_block() {
    let folder = tempfile::tempdir().unwrap();
    let index = of_blocks(folder.path(), &Chance::new(4).blocks(6));
    let begin = Block {
        number: 100,
        hash: hash(100, 0),
    };
    assert!(matches!(
        index.begin(begin, &[]),
        Err(IndexError::NotEmpty { number: 6 })
    ));
    index.clear().unwrap();
    assert_eq!(index.standing().unwrap(), None);
    index.begin(begin, &Chance::new(5).block()).unwrap();
    assert_eq!(
        (at(&index), index.standing().unwrap().unwrap().origin),
        ((100, 100), 100)
    );
    index.apply(&block(101, vec![]), Finality::Final).unwrap();
    // Emptied, it is as one that never held anything else.
    let other = tempfile::tempdir().unwrap();
    index.clear().unwrap();
    let fresh = Index::open(&other.path().join("index.db"), GENESIS).unwrap();
    assert_eq!(contents(&index), contents(&fresh));
}

#[test]
fn no_more_blocks_wait_for_finality_than_the_journal_bears() {
    let folder = tempfile::tempdir().unwrap();
    let index = begun(folder.path());
    for number in 1..=crate::index::MOST_TENTATIVE {
        index.apply(&block(number, vec![]), Finality::Tentative).unwrap();
    }
    let next = block(crate::index::MOST_TENTATIVE + 1, vec![]);
    assert!(matches!(
        index.apply(&next, Finality::Tentative),
        Err(IndexError::TooDeep { .. })
    ));
    index.apply(&block(1, vec![]), Finality::Final).unwrap();
    index.apply(&next, Finality::Tentative).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_was_tentative_leaves_nothing_behind(seed: u64, common in 1u32..5, ours in 1u32..5, theirs in 1u32..5) {
        // The same world goes on in two ways from one block.
        let mut one = Chance::new(seed);
        let shared = one.blocks(common as usize + 3);
        let first = one.blocks(ours as usize);
        let mut two = Chance::new(seed);
        let _ = two.blocks(common as usize + 3);
        let _ = two.question();
        let second = two.blocks(theirs as usize);

        let folder = tempfile::tempdir().unwrap();
        let index = of_blocks(folder.path(), &shared);
        let tip = common + 3;
        let before = contents(&index);
        let mut parent = hash(tip, 0);
        for (number, facts) in (tip + 1..).zip(&first) {
            let next = fork(number, 1, parent, facts.clone());
            prop_assert_eq!(index.apply(&next, Finality::Tentative).unwrap(), Applied::Now);
            prop_assert_eq!(index.apply(&next, Finality::Tentative).unwrap(), Applied::Before);
            parent = next.hash;
        }
        // A restart keeps them, and knows how to take them back.
        drop(index);
        let index = begun(folder.path());
        prop_assert_eq!(at(&index), (tip + ours, tip));

        let mut parent = hash(tip, 0);
        for (number, facts) in (tip + 1..).zip(&second) {
            let next = fork(number, 2, parent, facts.clone());
            index.apply(&next, Finality::Tentative).unwrap();
            parent = next.hash;
        }
        prop_assert_eq!(at(&index), (tip + theirs, tip));
        let other = tempfile::tempdir().unwrap();
        let straight = of_blocks(other.path(), &[shared.clone(), second.clone()].concat());
        prop_assert_eq!(contents(&index), contents(&straight));

        // The half becomes final, and the rest is taken back.
        let half = theirs.div_ceil(2);
        let mut parent = hash(tip, 0);
        for (number, facts) in (tip + 1..=tip + half).zip(&second) {
            let next = fork(number, 2, parent, facts.clone());
            prop_assert_eq!(index.apply(&next, Finality::Final).unwrap(), Applied::MadeFinal);
            parent = next.hash;
        }
        index.take_back().unwrap();
        prop_assert_eq!(at(&index), (tip + half, tip + half));
        let other = tempfile::tempdir().unwrap();
        let straight = of_blocks(other.path(), &[shared, second[..half as usize].to_vec()].concat());
        prop_assert_eq!(contents(&index), contents(&straight));
        let _ = before;
    }
}

#[test]
fn a_final_block_takes_back_what_contradicts_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(9);
    let shared = chance.blocks(5);
    let index = of_blocks(folder.path(), &shared);
    let tentative = chance.blocks(2);
    index
        .apply(&fork(6, 1, hash(5, 0), tentative[0].clone()), Finality::Tentative)
        .unwrap();
    index
        .apply(&fork(7, 1, hash(6, 1), tentative[1].clone()), Finality::Tentative)
        .unwrap();
    assert_eq!(
        index.apply(&block(6, vec![]), Finality::Final).unwrap(),
        Applied::Now
    );
    let other = tempfile::tempdir().unwrap();
    let straight = of_blocks(other.path(), &[shared, vec![vec![]]].concat());
    assert_eq!((contents(&index), at(&index)), (contents(&straight), (6, 6)));
}

/// Cuts the power at every statement of `work` in turn: before it is done the index is as it was, and can go on.
fn survives(base: &std::path::Path, work: impl Fn(&Index) -> crate::Result<()>) -> u32 {
    let before = {
        let folder = tempfile::tempdir().unwrap();
        copy(base, folder.path());
        let index = begun(folder.path());
        (contents(&index), index.standing().unwrap())
    };
    let after = {
        let folder = tempfile::tempdir().unwrap();
        copy(base, folder.path());
        let index = begun(folder.path());
        work(&index).unwrap();
        (contents(&index), index.standing().unwrap())
    };
    for statements in 0..10_000 {
        let (folder, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy(base, folder.path());
        let index = begun(folder.path());
        let done = cut_after(statements, folder.path(), left.path(), || work(&index));
        if done.is_ok() {
            return statements;
        }
        for found in [begun(left.path()), index] {
            assert_eq!(
                (contents(&found), found.standing().unwrap()),
                before,
                "cut at {statements}"
            );
            work(&found).unwrap();
            assert_eq!(
                (contents(&found), found.standing().unwrap()),
                after,
                "cut at {statements}"
            );
        }
    }
    panic!("it never ends");
}

#[test]
fn a_power_cut_at_any_statement_leaves_a_whole_block() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(11);
    let shared = chance.blocks(8);
    let index = of_blocks(folder.path(), &shared);
    let facts: Vec<Fact> = chance.blocks(3).concat();
    drop(index);
    let next = block(9, facts.clone());
    let of_final = survives(folder.path(), |index| {
        index.apply(&next, Finality::Final).map(|_| ())
    });
    assert!(of_final > 20, "only {of_final} statements");

    // A tentative one, and one on another fork that takes it back first.
    let tentative = fork(9, 1, hash(8, 0), facts);
    survives(folder.path(), |index| {
        index.apply(&tentative, Finality::Tentative).map(|_| ())
    });
    let index = begun(folder.path());
    index.apply(&tentative, Finality::Tentative).unwrap();
    drop(index);
    let rival = fork(9, 2, hash(8, 0), chance.block());
    survives(folder.path(), |index| {
        index.apply(&rival, Finality::Tentative).map(|_| ())
    });
    survives(folder.path(), |index| {
        index.apply(&tentative, Finality::Final).map(|_| ())
    });
    survives(folder.path(), Index::take_back);
}

#[test]
fn a_long_fork_is_taken_back_in_portions() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(12);
    let shared = chance.blocks(4);
    let index = of_blocks(folder.path(), &shared);
    let before = contents(&index);
    let mut parent = hash(4, 0);
    for (number, facts) in (5..).zip(chance.blocks(250)) {
        let next = fork(number, 1, parent, facts);
        index.apply(&next, Finality::Tentative).unwrap();
        parent = next.hash;
    }
    let steps = index
        .database
        .read(|reader| Ok(reader.query_row("SELECT count(*) FROM journal", [], |row| row.get::<_, u32>(0))))
        .unwrap()
        .unwrap();
    assert!(steps > 1_000, "only {steps}");
    index.take_back().unwrap();
    assert_eq!((contents(&index), at(&index)), (before, (4, 4)));
    // There is nothing left to take back.
    index.take_back().unwrap();
    assert_eq!(at(&index), (4, 4));
}

#[test]
fn an_index_that_is_loaded_in_parts_is_as_one_that_begins_with_all() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let facts = Chance::new(13).blocks(6).concat();
    let begin = Block {
        number: 50,
        hash: hash(50, 0),
    };
    let [whole, parts] = folders
        .each_ref()
        .map(|folder| Index::open(&folder.path().join("index.db"), GENESIS).unwrap());
    whole.begin(begin, &facts).unwrap();
    let (first, last) = facts.split_at(facts.len() / 2);
    parts.load(50, first).unwrap();
    assert_eq!(
        parts.standing().unwrap(),
        None,
        "it answers nothing until all is there"
    );
    parts.begin(begin, last).unwrap();
    assert_eq!(contents(&parts), contents(&whole));
    assert!(matches!(
        parts.load(50, first),
        Err(IndexError::NotEmpty { number: 50 })
    ));

    // A loading that was interrupted leaves nothing in one that begins elsewhere.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    Index::open(&path, GENESIS).unwrap().load(50, first).unwrap();
    let index = Index::open(&path, GENESIS).unwrap();
    assert_eq!(index.standing().unwrap(), None);
    index.clear().unwrap();
    index.begin(begin, &facts).unwrap();
    assert_eq!(contents(&index), contents(&whole));
}

#[test]
fn old_final_blocks_are_remembered_and_tentative_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let index = begun(folder.path());
    for number in 1..=130 {
        index.apply(&block(number, vec![]), Finality::Final).unwrap();
    }
    index.apply(&block(131, vec![]), Finality::Tentative).unwrap();
    for (asked, remembered) in [
        (0, 0),
        (3, 3),
        (63, 63),
        (64, 64),
        (127, 64),
        (128, 128),
        (500, 128),
    ] {
        let block = Block {
            number: remembered,
            hash: hash(remembered, 0),
        };
        assert_eq!(index.remembered(asked).unwrap(), Some(block), "{asked}");
    }
    index.clear().unwrap();
    assert_eq!(index.remembered(500).unwrap(), None);
}

#[test]
fn two_that_write_to_one_file_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = Chance::new(14).blocks(8);
    let (one, two) = (begun(folder.path()), begun(folder.path()));
    for (number, facts) in (1..).zip(&blocks) {
        let next = block(number, facts.clone());
        let (first, second) = if number % 2 == 0 {
            (&one, &two)
        } else {
            (&two, &one)
        };
        assert_eq!(first.apply(&next, Finality::Final).unwrap(), Applied::Now);
        assert_eq!(second.apply(&next, Finality::Final).unwrap(), Applied::Before);
    }
    let other = tempfile::tempdir().unwrap();
    let straight = of_blocks(other.path(), &blocks);
    assert_eq!(contents(&one), contents(&straight));
    assert_eq!(contents(&two), contents(&straight));
}

#[test]
fn two_that_write_at_once_lose_no_block() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = Chance::new(15).blocks(40);
    let both = [begun(folder.path()), begun(folder.path())];
    std::thread::scope(|scope| {
        for index in &both {
            let blocks = &blocks;
            scope.spawn(move || {
                for (number, facts) in (1..).zip(blocks) {
                    index
                        .apply(&block(number, facts.clone()), Finality::Final)
                        .unwrap();
                }
            });
        }
    });
    let other = tempfile::tempdir().unwrap();
    assert_eq!(contents(&both[0]), contents(&of_blocks(other.path(), &blocks)));
}
