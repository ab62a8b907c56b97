//! Shares of amounts, in exact integers.

use crate::{card::WHOLE_SHARE, Balance};

/// ⌊amount · share / 10⁶⌋, exact for every amount: the amount is split into millions and a rest, so nothing is ever larger
/// than it. `share` is in parts per million; beyond the whole it counts as the whole.
pub const fn part(amount: Balance, share: u32) -> Balance {
    let whole = WHOLE_SHARE as Balance;
    let share = if share > WHOLE_SHARE {
        whole
    } else {
        share as Balance
    };
    // The first product is at most `amount`, the second below 10¹², their sum at most `amount`.
    (amount / whole) * share + (amount % whole) * share / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_floor_of_the_exact_product() {
        for amount in (0..3_000).chain([999_999, 1_000_000, 1_000_001, 123_456_789_012]) {
            for share in [0, 1, 10_000, 333_333, 500_000, 999_999, 1_000_000] {
                assert_eq!(part(amount, share), amount * Balance::from(share) / 1_000_000);
            }
        }
    }

    #[test]
    fn the_largest_amount_does_not_overflow_and_no_share_is_more_than_the_whole() {
        assert_eq!(part(Balance::MAX, WHOLE_SHARE), Balance::MAX);
        assert_eq!(part(Balance::MAX, u32::MAX), Balance::MAX);
        assert_eq!(part(Balance::MAX, 0), 0);
        assert!(part(Balance::MAX, WHOLE_SHARE - 1) < Balance::MAX);
    }
}
