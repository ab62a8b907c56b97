//! What each call costs. Measured on the runtime; the generated implementation lives there. The one for `()` is reckoned
//! by hand from rows, on the safe side, for mocks and for runtimes that have not been measured.
//!
//! Reports are weighed by BABE and GRANDPA, which know nothing of who handles them: the runtime adds [`WeightInfo::punish`].

use frame_support::weights::{
    constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MICROS},
    Weight,
};

/// One function for each call, and one for what a report does.
pub trait WeightInfo {
    /// `bond` when the ranking is full, so that it displaces somebody.
    fn bond() -> Weight;
    /// `bond_more`, from the last place to the first.
    fn bond_more() -> Weight;
    /// `unbond` of everything.
    fn unbond() -> Weight;
    /// `withdraw` of as many parts as may wait.
    fn withdraw() -> Weight;
    /// `pause`.
    fn pause() -> Weight;
    /// `rejoin` when the ranking is full, so that it displaces somebody.
    fn rejoin() -> Weight;
    /// `retire_keys`.
    fn retire_keys() -> Weight;
    /// `set_validator_count`.
    fn set_validator_count() -> Weight;
    /// What a report costs beside its proof, when `n` validators did the same in the same slot.
    fn punish(n: u32) -> Weight;
}

/// Rows read and written and time between them; each row proven at its largest, which is that of the ranking.
fn of_rows(reads: u64, writes: u64, micros: u64) -> Weight {
    const ROW_PROOF: u64 = 16_384;
    Weight::from_parts(
        micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS),
        reads.saturating_mul(ROW_PROOF),
    )
    .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

impl WeightInfo for () {
    fn bond() -> Weight {
        // Keys, bar, two ledgers, hold, account, ranking, session, length of unbonding.
        of_rows(9, 5, 120)
    }
    fn bond_more() -> Weight {
        of_rows(4, 4, 100)
    }
    fn unbond() -> Weight {
        of_rows(6, 2, 100)
    }
    fn withdraw() -> Weight {
        of_rows(6, 3, 80)
    }
    fn pause() -> Weight {
        // Ranking, both numbers of validators.
        of_rows(3, 1, 60)
    }
    fn rejoin() -> Weight {
        of_rows(8, 3, 120)
    }
    fn retire_keys() -> Weight {
        // A row for each of two keys, the registration, the hold, the account; both sets.
        of_rows(9, 7, 120)
    }
    fn set_validator_count() -> Weight {
        // The ranking, both numbers.
        of_rows(3, 2, 60)
    }
    fn punish(n: u32) -> Weight {
        // Slashed, ledger, hold, account, ranking, bar, both lists of the session and its digest.
        // For the one that is reported, once: how often he was, and what that costs him.
        of_rows(8, 4, 120).saturating_add(of_rows(9, 8, 150).saturating_mul(n.into()))
    }
}
