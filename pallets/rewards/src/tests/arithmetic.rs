use super::*;
use hashcard_primitives::{blob::CHUNK_LEN, card::WHOLE_SHARE};
use proptest::prelude::*;
use sp_core::U256;

/// Amounts of every size, the largest ones often.
fn amounts() -> impl Strategy<Value = Balance> {
    prop_oneof![
        any::<Balance>(),
        (0..128u32, any::<Balance>()).prop_map(|(bits, amount)| amount >> bits),
        (0..1_000u128).prop_map(|less| Balance::MAX - less),
        0..20u128,
    ]
}

/// Amounts of which many add up without overflow, as all amounts of one token do.
fn issued() -> impl Strategy<Value = Balance> {
    (20..128u32, any::<Balance>()).prop_map(|(bits, amount)| amount >> bits)
}

#[test]
fn every_small_proportion_is_the_floor_of_the_exact_one() {
    for amount in 0..60u128 {
        for whole in 1..40u128 {
            for share in 0..=whole {
                assert_eq!(proportion(amount, share, whole), amount * share / whole);
            }
            assert_eq!(proportion(amount, whole + 1, whole), amount);
        }
        assert_eq!(proportion(amount, 1, 0), 0);
    }
}

#[test]
fn a_credit_is_less_than_its_fee() {
    for fee in 1..2_000 {
        for share in [0, 1, 500_000, 800_000, WHOLE_SHARE - 1] {
            assert!(credit(fee, share) < fee);
        }
    }
    assert!(credit(Balance::MAX, WHOLE_SHARE - 1) < Balance::MAX);
}

#[test]
fn credits_below_the_pot_are_worth_themselves_and_beyond_it_share_it() {
    assert_eq!(worth(7, 10, 10), 7);
    assert_eq!(worth(7, 10, 9), 7);
    // 14 of credit for a pot of 10.
    assert_eq!((worth(7, 10, 14), worth(4, 10, 14), worth(3, 10, 14)), (5, 2, 2));
    assert_eq!(worth(7, 0, 7), 0);
    assert_eq!(worth(0, 0, 0), 0);
}

#[test]
fn all_small_credits_together_are_never_worth_more_than_the_pot_or_themselves() {
    for pot in 0..12 {
        for a in 0..8u128 {
            for b in 0..8 {
                for c in 0..8 {
                    let all = a + b + c;
                    let sum: Balance = [a, b, c].map(|credit| worth(credit, pot, all)).iter().sum();
                    assert!(sum <= pot.min(all));
                    assert!(sum + 3 > pot.min(all), "less than a unit is lost for each");
                }
            }
        }
    }
}

const LONG: u64 = 640 * CHUNK_LEN;

#[test]
fn weight_grows_with_the_bond_up_to_its_cap() {
    let all = Coverage::all(LONG);
    let of = |bond| weight(bond, 100, all, LONG, 10, 10);
    assert_eq!(
        (of(0), of(1), of(100), of(101), of(Balance::MAX)),
        (0, 64, 6_400, 6_400, 6_400)
    );
}

#[test]
fn weight_is_by_the_part_that_is_held_whatever_the_blobs_length() {
    let of = |coverage, chunks| weight(10, 100, Coverage(coverage), chunks * CHUNK_LEN, 10, 10);
    assert_eq!(of(1, 1), 640);
    assert_eq!((of(1, 2), of(0b11, 2)), (320, 640));
    // 64 buckets are not a multiple of 3: rounded down to 21 and 42.
    assert_eq!((of(1, 3), of(0b11, 3), of(0b111, 3)), (210, 420, 640));
    assert_eq!((of(1, 640), of(u64::MAX, 640)), (10, 640));
    assert_eq!(of(0b100, 2), 0, "a bucket that the blob lacks");
}

#[test]
fn weight_is_by_the_part_of_the_era_that_the_seat_stood() {
    let of = |stood| weight(10, 100, Coverage::all(LONG), LONG, stood, 20);
    assert_eq!((of(0), of(1), of(10), of(20)), (0, 32, 320, 640));
}

#[test]
fn a_seat_stands_from_its_first_block_to_before_the_one_that_takes_it() {
    let stood = |joined_at, displaced_at| blocks_stood(11, 20, joined_at, displaced_at);
    assert_eq!((stood(1, None), stood(11, None), stood(12, None)), (10, 10, 9));
    assert_eq!((stood(20, None), stood(21, None)), (1, 0));
    assert_eq!(
        (stood(1, Some(11)), stood(1, Some(12)), stood(1, Some(20))),
        (0, 1, 9)
    );
    assert_eq!((stood(1, Some(21)), stood(1, Some(99))), (10, 10));
    assert_eq!((stood(1, Some(5)), stood(15, Some(12))), (0, 0));
}

#[test]
fn every_small_heap_is_taken_to_the_last_unit_in_any_order() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for left in 0..30 {
        for a in 1..6u128 {
            for b in 1..6 {
                for c in 1..6 {
                    for order in orders {
                        let weights = [a, b, c];
                        let weight_left = weights.iter().sum();
                        let mut heap = Heap { left, weight_left };
                        let taken: Balance = order.iter().map(|at| heap.take(weights[*at])).sum();
                        assert_eq!(taken, left);
                        assert_eq!(
                            heap,
                            Heap {
                                left: 0,
                                weight_left: 0
                            }
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn streams_give_together_what_they_promise_beyond_sales() {
    let stream = |per_block, left| Stream { per_block, left };
    let streams = [stream(3, 1_000), stream(1, 1_000)];
    assert_eq!(flow(&streams, 10, 0), [30, 10]);
    assert_eq!(flow(&streams, 10, 20), [15, 5]);
    assert_eq!(flow(&streams, 10, 39), [0, 1]);
    assert_eq!(flow(&streams, 10, 40), [0, 0]);
    assert_eq!(flow(&streams, 10, Balance::MAX), [0, 0]);
    assert_eq!(flow(&[stream(3, 7), stream(1, 1_000)], 10, 0), [7, 10]);
    assert_eq!(flow(&[stream(Balance::MAX, 7)], u32::MAX, 0), [7]);
    assert!(flow(&[], 10, 5).is_empty());
}

#[test]
fn a_block_has_room_up_to_nine_tenths() {
    assert!(had_room(0, 100) && had_room(90, 100));
    assert!(!had_room(91, 100) && !had_room(100, 100));
    assert!(had_room(0, u64::MAX) && !had_room(u64::MAX, u64::MAX));
}

#[test]
fn an_era_ends_after_its_blocks_with_room_or_four_times_as_many_of_any() {
    assert!(!is_over(20, 19, 19) && is_over(20, 20, 20));
    assert!(!is_over(20, 40, 19) && !is_over(20, 79, 0) && is_over(20, 80, 0));
    assert!(is_over(u32::MAX, u32::MAX, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn every_proportion_is_the_floor_of_the_exact_one(
        amount in amounts(),
        share in amounts(),
        whole in amounts(),
    ) {
        prop_assume!(whole > 0);
        let exact = U256::from(amount) * U256::from(share.min(whole)) / U256::from(whole);
        prop_assert_eq!(U256::from(proportion(amount, share, whole)), exact);
    }

    #[test]
    fn a_heap_is_taken_to_the_last_unit(
        left in amounts(),
        weights in prop::collection::vec(1..1u128 << 100, 1..40),
    ) {
        let weight_left = weights.iter().sum();
        let mut heap = Heap { left, weight_left };
        let mut taken = 0;
        for weight in &weights {
            let exact = U256::from(left) * U256::from(*weight) / U256::from(weight_left);
            let share = heap.take(*weight);
            taken += share;
            // Taking out of what is left moves less than a unit for each who took before.
            let difference = U256::from(share).max(exact) - U256::from(share).min(exact);
            prop_assert!(difference <= U256::from(weights.len()));
        }
        prop_assert_eq!(taken, left);
        prop_assert_eq!(heap, Heap { left: 0, weight_left: 0 });
    }

    #[test]
    fn no_rounding_makes_rewards_exceed_pot_or_credits(
        pot in issued(),
        credits in prop::collection::vec(issued(), 1..40),
    ) {
        let all: Balance = credits.iter().sum();
        let sum: Balance = credits.iter().map(|credit| worth(*credit, pot, all)).sum();
        prop_assert!(sum <= pot.min(all));
        prop_assert!(sum + credits.len() as Balance >= pot.min(all));
        prop_assert!(credits.iter().all(|credit| worth(*credit, pot, all) <= *credit));
    }

    /// Whatever somebody burns to himself, and whatever others burn: he gets back at most φ of it.
    #[test]
    fn a_wash_always_loses(
        fees in prop::collection::vec(1..1u128 << 80, 1..20),
        others in issued(),
        pot in issued(),
        share in 0..WHOLE_SHARE,
    ) {
        let burnt: Balance = fees.iter().sum();
        let credits: Vec<_> = fees.iter().map(|fee| credit(*fee, share)).collect();
        let all = credits.iter().sum::<Balance>() + others;
        let minted: Balance = credits.iter().map(|credit| worth(*credit, pot, all)).sum();
        prop_assert!(minted < burnt);
        prop_assert!(minted <= part(burnt, share));
    }

    #[test]
    fn streams_give_exactly_what_is_needed_and_none_more_than_its_promise(
        streams in prop::collection::vec((issued(), issued()), 0..=8),
        blocks in any::<u32>(),
        from_sales in issued(),
    ) {
        let streams: Vec<_> = streams
            .into_iter()
            .map(|(per_block, left)| Stream { per_block, left })
            .collect();
        let given = flow(&streams, blocks, from_sales);
        let promise = |stream: &Stream| stream.per_block.saturating_mul(blocks.into()).min(stream.left);
        let promised: Balance = streams.iter().map(promise).sum();
        prop_assert_eq!(given.iter().sum::<Balance>(), promised.saturating_sub(from_sales));
        for (stream, given) in streams.iter().zip(given) {
            prop_assert!(given <= promise(stream));
        }
    }

    /// What a bond weighs does not depend on the accounts that it is spread over, below the cap.
    #[test]
    fn a_thousand_identities_weigh_what_one_does(bond in 1..1_000u128, identities in 1..1_000u128) {
        let all = Coverage::all(LONG);
        let of = |bond| weight(bond, Balance::MAX, all, LONG, 20, 20);
        prop_assert_eq!(of(bond) * identities, of(bond * identities));
    }
}
