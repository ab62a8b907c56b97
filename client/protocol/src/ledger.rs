//! Who owes whom how much for which bytes. Two machines, one for each side, and neither knows what carried the bytes: whoever
//! verified a transfer, over whatever, tells them.
//!
//! **What is owed for a card is a function of a sum of bytes**, rounded up once, so that no order of chunks and no number of
//! vouchers changes it. Neither side ever risks more than a window: the payer promises at most one beyond what it has
//! verified, the payee serves at most one beyond what it holds that the chain will pay. docs/spec/payment-protocol.md.
//!
//! * [`payer`]: what to promise next, and how much may be asked for.
//! * [`payee`]: what may be served, which vouchers to keep, when to redeem them.

pub mod payee;
pub mod payer;

mod books;
mod credit;
mod debts;
mod guests;
mod kept;
mod pace;

pub use credit::Credit;
pub use payee::{Charge, Evicted, Judged, LineState, Payee, PayeeLimits, RedeemWhy, Serving};
pub use payer::{LaneState, LineRecord, Payer, PayerAction, PayerLimits, Unacceptable};

use hashcard_primitives::Balance;

/// Bytes that a price is for.
const MIB_BITS: u32 = 20;

/// What `bytes` bytes cost: ⌈price · bytes / 2²⁰⌉, or the largest amount if that is larger still.
pub fn cost(price_per_mib: Balance, bytes: u64) -> Balance {
    let bytes = Balance::from(bytes);
    let low = price_per_mib & ((1 << MIB_BITS) - 1);
    // The second product is below 2⁸⁴.
    (price_per_mib >> MIB_BITS)
        .saturating_mul(bytes)
        .saturating_add((low * bytes).div_ceil(1 << MIB_BITS))
}

/// Bytes that `amount` surely pays for: never more than what costs as much, and all of it for prices below 2¹⁰⁸. Without a
/// price there is no limit.
pub fn bytes_for(amount: Balance, price_per_mib: Balance) -> u64 {
    if price_per_mib == 0 {
        return u64::MAX;
    }
    let whole = (amount / price_per_mib).saturating_mul(1 << MIB_BITS);
    let left = amount % price_per_mib;
    let part = match left.checked_mul(1 << MIB_BITS) {
        Some(scaled) => scaled / price_per_mib,
        None => left / (price_per_mib >> MIB_BITS).saturating_add(1),
    };
    u64::try_from(whole.saturating_add(part)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mebibyte_costs_its_price_and_a_byte_is_rounded_up() {
        assert_eq!(cost(1_000, 1 << 20), 1_000);
        assert_eq!(cost(1_000, 1), 1);
        assert_eq!(cost(0, u64::MAX), 0);
        assert_eq!(cost(1 << 20, 7), 7);
        assert_eq!(cost(u128::MAX, u64::MAX), u128::MAX);
    }

    #[test]
    fn what_is_free_has_no_limit_and_nothing_buys_nothing() {
        assert_eq!(bytes_for(0, 0), u64::MAX);
        assert_eq!(bytes_for(0, 1), 0);
        assert_eq!(bytes_for(1_000, 1_000), 1 << 20);
        assert_eq!(bytes_for(u128::MAX, u128::MAX), 1 << 20);
    }

    proptest! {
        #[test]
        fn the_cost_is_the_ceiling_of_the_exact_product(price in 0u128..1 << 60, bytes in 0u64..1 << 60) {
            let exact = price * u128::from(bytes);
            prop_assert_eq!(cost(price, bytes), exact.div_ceil(1 << 20));
        }

        #[test]
        fn cutting_a_transfer_in_two_never_makes_it_cheaper(price: u128, one in 0u64..1 << 62, other in 0u64..1 << 62) {
            prop_assert!(cost(price, one + other) <= cost(price, one).saturating_add(cost(price, other)));
        }

        #[test]
        fn an_amount_pays_for_the_bytes_it_is_said_to_pay_for(amount: u128, price in 1u128.., wide: bool) {
            let (amount, price) = if wide { (amount, price) } else { (amount >> 64, price >> 80 | 1) };
            let bytes = bytes_for(amount, price);
            prop_assert!(cost(price, bytes) <= amount);
            if price < 1 << 100 && bytes < u64::MAX {
                prop_assert!(cost(price, bytes + 1) > amount);
            }
        }
    }
}
