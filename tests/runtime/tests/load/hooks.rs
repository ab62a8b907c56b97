//! What every block has to do, whether or not anybody sends anything.

use hashcard_runtime_tests::{
    blocks, check_invariants, error_name,
    load::{Crowd, SPAM},
    sign,
};

/// Blocks of an epoch and of an era of the `dev` preset: within so many, everything happens that happens of itself.
const ROUND: usize = 20;
/// Cards of the grown chain, each with ten seats: many times what the small one has.
const MANY_CARDS: u32 = 60;
/// Rows of everything else that is not free to make.
const MANY_ROWS: u32 = 40;
/// What is made of that, by its name among the ways to fill state.
const ELSE: [&str; 5] = [
    "pools of a unit",
    "follows",
    "reactions",
    "offers of a unit",
    "places among earners",
];

/// Rows that each of a round of empty blocks reads and writes.
fn empty_blocks(crowd: &mut Crowd) -> Vec<(usize, usize)> {
    let touched = |_| {
        let (_, touched) = crowd.world().touched(blocks::next);
        (touched.read.len(), touched.written.len())
    };
    (0..ROUND).map(touched).collect()
}

#[test]
fn an_empty_block_touches_no_more_rows_with_many_cards_seats_pools_and_orders_than_with_one() {
    let mut crowd = Crowd::small();
    // The first epochs and eras have less behind them than all others.
    crowd.world().execute_with(|| blocks::pass(4 * ROUND as u32));
    let small = empty_blocks(&mut crowd);

    crowd.grow(MANY_CARDS);
    crowd.world().execute_with(|| {
        for act in SPAM.iter().filter(|act| ELSE.contains(&act.name)) {
            for sent in (act.stage)(MANY_ROWS) {
                let done = sign(&sent.by.account, sent.call).map_err(error_name);
                assert_eq!(done, Ok(()), "{}", act.name);
            }
        }
    });
    // What was just made is not what a block of its own does.
    crowd.world().execute_with(|| blocks::pass(ROUND as u32));
    let large = empty_blocks(&mut crowd);

    assert!(
        small.iter().all(|(read, written)| *read > 0 && *written > 0),
        "{small:?}"
    );
    assert_eq!(
        large, small,
        "rows that empty blocks read and wrote, block by block"
    );
    crowd.world().execute_with(check_invariants);
}

#[test]
fn a_block_that_looked_at_every_card_would_be_noticed() {
    let mut crowd = Crowd::small();
    let look = || pallet_cards::Cards::<hashcard_runtime::Runtime>::iter().count();
    let (found, before) = crowd.world().touched(look);
    crowd.grow(MANY_CARDS);
    let (found_then, after) = crowd.world().touched(look);
    assert_eq!((found, found_then), (1, MANY_CARDS as usize));
    assert!(after.read.len() > before.read.len());
}
