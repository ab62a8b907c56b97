//! What each call and hook costs. Measured on the runtime; the generated implementation lives there.

use frame_support::weights::Weight;

/// One function for each call and hook.
pub trait WeightInfo {
    /// Minting for author and treasury, at a block's start.
    fn emit() -> Weight;
    /// Counting a block that ends an era, at its end.
    fn end_era() -> Weight;
    /// `set_emission`.
    fn set_emission() -> Weight;
    /// `enlist`.
    fn enlist() -> Weight;
    /// `delist`.
    fn delist() -> Weight;
    /// `collect_deliveries` of all eras that can be.
    fn collect_deliveries() -> Weight;
    /// `prove` of `n` displaced seats on blobs as long as can be, each the first claim of a card with all endowments.
    fn prove(n: u32) -> Weight;
    /// `collect` of `n` claims, each the last of its card.
    fn collect(n: u32) -> Weight;
    /// `endow`, with one place left by an endowment that is spent.
    fn endow() -> Weight;
    /// `end_endowment` that returns the rest.
    fn end_endowment() -> Weight;
    /// `clear_credits` of `n` cards.
    fn clear_credits(n: u32) -> Weight;
}
