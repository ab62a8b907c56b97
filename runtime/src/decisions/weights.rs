//! What each call costs. Measured on the worst cases of `benchmarking`; the numbers are in `crate::weights::decisions`.

use frame_support::weights::Weight;

/// One function for each call.
pub trait WeightInfo {
    /// `decide` on the longest batch, named by its hash, when the agenda of its block is full but for one place.
    fn decide() -> Weight;
    /// `object` by the member of a full council who calls off the last one of a full agenda.
    fn object() -> Weight;
    /// `set_council` to `m` members, when all members of a full one voted on as many motions as may be.
    fn set_council(m: u32) -> Weight;
    /// `authorize_upgrade`.
    fn authorize_upgrade() -> Weight;
}
