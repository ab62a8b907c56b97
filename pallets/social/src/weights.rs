//! What each call costs. Measured on the runtime; the generated implementation lives there. The one for `()` is reckoned
//! by hand from rows, on the safe side, for mocks and for runtimes that have not been measured.

use frame_support::weights::{
    constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MICROS},
    Weight,
};

/// One function for each call.
pub trait WeightInfo {
    /// `react` for the first time.
    fn react() -> Weight;
    /// `unreact`.
    fn unreact() -> Weight;
    /// `follow`.
    fn follow() -> Weight;
    /// `unfollow`.
    fn unfollow() -> Weight;
}

/// Rows read and written and time between them; each row proven at its largest.
fn of_rows(reads: u64, writes: u64, micros: u64) -> Weight {
    const ROW_PROOF: u64 = 4_096;
    Weight::from_parts(
        micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS),
        reads.saturating_mul(ROW_PROOF),
    )
    .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
    fn react() -> Weight {
        // Terms, reaction, counts, hold, account.
        of_rows(5, 4, 60)
    }
    fn unreact() -> Weight {
        of_rows(4, 4, 60)
    }
    fn follow() -> Weight {
        // Follow, both counts, hold, account.
        of_rows(5, 5, 60)
    }
    fn unfollow() -> Weight {
        of_rows(5, 5, 60)
    }
}
