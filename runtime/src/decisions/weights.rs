//! What each call costs, reckoned by hand from rows, on the safe side, until it is measured.

use frame_support::weights::{
    constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MICROS},
    Weight,
};

/// One function for each call.
pub trait WeightInfo {
    /// `decide` on a call whose preimage is requested, when the agenda of its block is full but for one place.
    fn decide() -> Weight;
    /// `object` by the member of a full council who calls off the last one of a full agenda.
    fn object() -> Weight;
    /// `set_council` to `m` members, when all other members voted on as many motions as may be.
    fn set_council(m: u32) -> Weight;
    /// `authorize_upgrade`.
    fn authorize_upgrade() -> Weight;
}

/// Rows read and written and time between them; each row proven at its largest, which is that of an agenda.
fn of_rows(reads: u64, writes: u64, micros: u64) -> Weight {
    const ROW_PROOF: u64 = 16_384;
    Weight::from_parts(
        micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS),
        reads.saturating_mul(ROW_PROOF),
    )
    .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
    fn decide() -> Weight {
        // Count, notice, name, agenda, the preimage, its status and its old one; to decode thousands of calls in a batch of the
        // longest, each of two bytes.
        of_rows(7, 5, 2_000)
    }
    fn object() -> Weight {
        // Members, objections, name, agenda, the preimage, its status and its old one.
        of_rows(7, 6, 150)
    }
    fn set_council(m: u32) -> Weight {
        // Members, motions, prime, and the votes of each motion.
        let motions = u64::from(crate::constants::governance::MAX_MOTIONS);
        let each = u64::from(m).saturating_mul(2).saturating_add(10);
        of_rows(3 + motions, 2 + motions, each.saturating_mul(motions))
    }
    fn authorize_upgrade() -> Weight {
        of_rows(0, 1, 20)
    }
}
