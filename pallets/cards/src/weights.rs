//! What each call costs. Measured on the runtime; the generated implementation lives there.

use frame_support::weights::Weight;

/// One function for each call; `publish` has two, since a blob is checked and a preview is not.
pub trait WeightInfo {
    /// `publish` of a preview with `t` tags.
    fn publish_inline(t: u32) -> Weight;
    /// `publish` of a sealed blob of the greatest length, with `t` tags.
    fn publish_blob(t: u32) -> Weight;
    /// `revise_terms`.
    fn revise_terms() -> Weight;
    /// `retire` of a card with all tags and sources.
    fn retire() -> Weight;
    /// `clear`.
    fn clear() -> Weight;
    /// `add_sources` of eight to a card that has eight.
    fn add_sources() -> Weight;
    /// `report`.
    fn report() -> Weight;
    /// `withdraw_report`.
    fn withdraw_report() -> Weight;
}
