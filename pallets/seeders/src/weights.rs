//! What each call costs. Measured on the runtime; the generated implementation lives there.
//!
//! The three kinds of delta differ by an order of magnitude, and a running seeder sends mostly the cheap one.
//! So each has its own measure, and [`of_deltas`] adds them up.

use frame_support::weights::Weight;
use hashcard_primitives::seeder::Delta;

/// One function for each call; `apply` has three.
pub trait WeightInfo {
    /// `register` with as many and as long addresses as possible.
    fn register() -> Weight;
    /// `deregister`.
    fn deregister() -> Weight;
    /// `apply` of `n` joins, each of which displaces somebody.
    fn apply_joins(n: u32) -> Weight;
    /// `apply` of `n` new coverages.
    fn apply_covers(n: u32) -> Weight;
    /// `apply` of `n` leaves, each from a full card.
    fn apply_leaves(n: u32) -> Weight;
    /// `heartbeat`.
    fn heartbeat() -> Weight;
    /// `clear` of `n` seats, each of a full card.
    fn clear(n: u32) -> Weight;
    /// `forget` of `n` displaced seats.
    fn forget(n: u32) -> Weight;
}

/// The weight of `apply`.
pub fn of_deltas<W: WeightInfo>(deltas: &[Delta]) -> Weight {
    let (mut joins, mut covers, mut leaves) = (0u32, 0u32, 0u32);
    for delta in deltas {
        let count = match delta {
            Delta::Join { .. } => &mut joins,
            Delta::Cover { .. } => &mut covers,
            Delta::Leave { .. } => &mut leaves,
        };
        *count = count.saturating_add(1);
    }
    let mut weight = W::apply_covers(covers);
    if joins > 0 {
        weight = weight.saturating_add(W::apply_joins(joins));
    }
    if leaves > 0 {
        weight = weight.saturating_add(W::apply_leaves(leaves));
    }
    weight
}
