//! Who gets what of a payment. **The parts always add up to what leaves the pool, to the smallest unit.** Fee and
//! creator's part are rounded down, and the payee takes what is left; lines are paid in order while the money lasts.
//!
//! Exact integers, no runtime: a redemption asks here, and moves what it is told.

use alloc::vec::Vec;
use hashcard_primitives::{share::part, Balance};
use sp_runtime::Permill;

/// What is paid for each of a voucher's lines.
#[derive(PartialEq, Eq, Debug)]
pub struct Allotment {
    /// For each line, in order.
    pub paid: Vec<Balance>,
    /// All of it; at most what was payable.
    pub sum: Balance,
    /// What is due beyond that, or the largest amount if it is more.
    pub shortfall: Balance,
}

/// Pays dues in order out of what is payable, the last one in part.
///
/// Dues may add up to more than any amount can be: nothing is paid twice, and the shortfall stops at the largest amount.
pub fn allot(dues: &[Balance], payable: Balance) -> Allotment {
    let mut left = payable;
    let mut shortfall: Balance = 0;
    let pay = |due: &Balance| {
        let paid = left.min(*due);
        left = left.saturating_sub(paid);
        shortfall = shortfall.saturating_add(due.saturating_sub(paid));
        paid
    };
    let paid: Vec<_> = dues.iter().map(pay).collect();
    Allotment {
        paid,
        sum: payable.saturating_sub(left),
        shortfall,
    }
}

/// The parts of what is paid for one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Division {
    /// The network's.
    pub burnt: Balance,
    /// The creator's.
    pub creator: Balance,
    /// The payee's.
    pub payee: Balance,
}

/// Divides what is paid for a line. `delivery_share` is the creator's part of all of it in parts per million, cut to what
/// the fee leaves.
pub fn divide(paid: Balance, network_fee: Permill, delivery_share: u32) -> Division {
    let burnt = part(paid, network_fee.deconstruct());
    let rest = paid.saturating_sub(burnt);
    let creator = part(paid, delivery_share).min(rest);
    Division {
        burnt,
        creator,
        payee: rest.saturating_sub(creator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::card::WHOLE_SHARE;
    use proptest::prelude::*;

    const SHARES: [u32; 7] = [0, 1, 10_000, 333_333, 500_000, WHOLE_SHARE - 1, WHOLE_SHARE];

    #[test]
    fn parts_are_floors_of_exact_products_and_the_payee_has_the_rest() {
        for paid in (0..2_000).chain([999_999, 1_000_000, 1_000_001, 123_456_789_012]) {
            for fee in SHARES {
                for share in SHARES {
                    let division = divide(paid, Permill::from_parts(fee), share);
                    let burnt = paid * Balance::from(fee) / 1_000_000;
                    let creator = (paid * Balance::from(share) / 1_000_000).min(paid - burnt);
                    assert_eq!((division.burnt, division.creator), (burnt, creator));
                    assert_eq!(division.burnt + division.creator + division.payee, paid);
                }
            }
        }
    }

    #[test]
    fn a_hundredth_burns_and_a_tenth_is_the_creators() {
        let division = divide(1_000, Permill::from_percent(1), 100_000);
        let expected = Division {
            burnt: 10,
            creator: 100,
            payee: 890,
        };
        assert_eq!(division, expected);
    }

    #[test]
    fn a_creator_who_takes_all_takes_what_the_fee_leaves() {
        let division = divide(1_000, Permill::from_percent(1), u32::MAX);
        assert_eq!((division.creator, division.payee), (990, 0));
    }

    #[test]
    fn dues_are_paid_in_order_and_the_last_in_part() {
        for first in 0..12u128 {
            for second in 0..12u128 {
                for payable in 0..30u128 {
                    let allotment = allot(&[first, second], payable);
                    let to_first = first.min(payable);
                    let to_second = second.min(payable - to_first);
                    let expected = Allotment {
                        paid: [to_first, to_second].to_vec(),
                        sum: to_first + to_second,
                        shortfall: first + second - to_first - to_second,
                    };
                    assert_eq!(allotment, expected);
                }
            }
        }
    }

    #[test]
    fn dues_beyond_every_amount_pay_no_more_than_there_is() {
        let allotment = allot(&[Balance::MAX; 16], 1_000);
        assert_eq!((allotment.sum, allotment.shortfall), (1_000, Balance::MAX));
        assert_eq!(allotment.paid[1..], [0; 15]);
        let all = allot(&[Balance::MAX, 1], Balance::MAX);
        assert_eq!((all.sum, all.shortfall), (Balance::MAX, 1));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_made(paid: u128, fee in 0..=WHOLE_SHARE, share in 0..=WHOLE_SHARE) {
            let division = divide(paid, Permill::from_parts(fee), share);
            let rest = paid.checked_sub(division.burnt).unwrap();
            prop_assert_eq!(division.creator.checked_add(division.payee), Some(rest));
        }

        #[test]
        fn what_is_paid_is_the_least_of_dues_and_money(
            dues in prop::collection::vec(0..1u128 << 100, 0..16),
            payable in 0..1u128 << 102,
        ) {
            let allotment = allot(&dues, payable);
            let due: u128 = dues.iter().sum();
            prop_assert_eq!(allotment.sum, due.min(payable));
            prop_assert_eq!(allotment.paid.iter().sum::<u128>(), allotment.sum);
            prop_assert_eq!(allotment.sum + allotment.shortfall, due);
        }
    }
}
