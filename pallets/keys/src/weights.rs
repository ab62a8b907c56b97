//! What each call costs. The runtime brings numbers measured by `benchmarking.rs`.

use frame_support::weights::Weight;

/// One weight for each call, at its worst case.
pub trait WeightInfo {
    /// A proof of possession and a deposit.
    fn register_key() -> Weight;
    /// A mint proof, an item and a deposit.
    fn mint() -> Weight;
    /// Two holds and the rows of an order; the key is registered already.
    fn buy() -> Weight;
    /// A mint proof, an item, and the end of a free order.
    fn fulfil() -> Weight;
    /// The refund of a delivered order of a frozen card.
    fn expire() -> Weight;
    /// A payment that is left unclaimed.
    fn settle() -> Weight;
    /// A false-key proof and the refund of the reporter.
    fn report_false_key() -> Weight;
    /// One transfer.
    fn claim_unclaimed() -> Weight;
    /// The end of a gift whose holder waits for another key of the card.
    fn discard_key() -> Weight;
}

/// For mocks. They charge no fees, so any weight will do; **a runtime must not use it**.
impl WeightInfo for () {
    fn register_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn mint() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn buy() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn fulfil() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn expire() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn settle() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn report_false_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn claim_unclaimed() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn discard_key() -> Weight {
        Weight::from_parts(1, 0)
    }
}
