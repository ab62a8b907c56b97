//! Every refusal of a call. Positions are part of what clients see: new ones go to the end.

use frame_support::pallet_macros::*;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// The account has no session keys. Register them by `session.set_keys`.
        NoKeys,
        /// The account has a bond. Add to it by `bond_more`, or come back by `rejoin`.
        AlreadyBonded,
        /// The account has no bond. Make one by `bond`.
        NotBonded,
        /// A candidate's bond is `MinBond` at least. Bond more.
        BondTooLow,
        /// There are as many candidates as may be, and every bond is at least as high. Bond more than the lowest.
        RankingFull,
        /// Name an amount above zero.
        AmountIsZero,
        /// What is left would be below `MinBond`. Unbond less, or all.
        RestTooLow,
        /// Without this candidate there would be fewer than a set needs. Wait for another.
        TooFewCandidates,
        /// As many parts wait as may wait. Withdraw those that are due, or unbond in a session in which you unbonded.
        TooManyParts,
        /// Nothing of this account is due yet.
        NothingDue,
        /// The account is in the running set or the next one. Wait until it is not.
        StillServes,
        /// The account is a candidate already.
        AlreadyCandidate,
        /// The account is no candidate.
        NotCandidate,
        /// The account equivocated in a session about which more can be reported. Wait until that is over.
        Barred,
        /// The account has something on hold. Unbond and withdraw it first.
        StillBonded,
        /// There are 1 to `MaxValidators` validators, and at least 1 and no more of them are needed.
        CountOutOfRange,
        /// Only Root goes as far. Name no fewer validators than are needed now; as those that are needed no fewer than
        /// [`crate::SAFE_VALIDATORS`], or than now if that is less, and no more than two thirds of the candidates and one, or than
        /// now.
        CountBeyondDecision,
    }
}
