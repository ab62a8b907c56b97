//! The stages that `scripts/bench chain` fills blocks with.

use codec::{Decode, Encode};
use hashcard_runtime::{AllPalletsWithSystem, Executive, UncheckedExtrinsic};
use hashcard_runtime_tests::{
    check_invariants_of,
    load::{signed, ACTS},
};

/// Enough for two senders' turns to follow one another.
const COUNT: u32 = 3;

#[test]
fn every_transaction_of_every_stage_is_taken_in_its_order_and_does_what_it_should() {
    for act in &ACTS {
        let (mut world, sent) = act.staged(COUNT);
        assert_eq!(sent.len(), COUNT as usize, "{}", act.name);
        world.execute_with(|| {
            for transaction in signed(sent) {
                // As it travels.
                let bytes = transaction.encode();
                let transaction =
                    UncheckedExtrinsic::decode(&mut bytes.as_slice()).expect("it was just encoded");
                let applied = Executive::apply_extrinsic(transaction);
                assert!(matches!(applied, Ok(Ok(()))), "{}: {applied:?}", act.name);
            }
            check_invariants_of::<AllPalletsWithSystem>();
        });
    }
}
