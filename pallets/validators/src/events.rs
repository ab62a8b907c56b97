//! Everything that happens. Indices are never used for anything else again: clients of older blocks read them.

use frame_support::pallet_macros::*;

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account became a candidate.
        #[codec(index = 0)]
        Bonded {
            /// Who.
            who: AccountId32,
            /// What it has on hold as a bond.
            bond: Balance,
        },
        /// A bond grew.
        #[codec(index = 1)]
        BondedMore {
            /// Whose.
            who: AccountId32,
            /// By how much.
            amount: Balance,
            /// What it is now.
            bond: Balance,
        },
        /// A part of a bond, or all of it, waits.
        #[codec(index = 2)]
        Unbonded {
            /// Whose.
            who: AccountId32,
            /// How much.
            amount: Balance,
            /// What the bond is now; with nothing the account is no candidate.
            bond: Balance,
            /// First session in which the amount can be withdrawn.
            due: SessionIndex,
        },
        /// What waited was given back.
        #[codec(index = 3)]
        Withdrawn {
            /// To whom.
            who: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// A higher bond took the lowest candidate's place.
        #[codec(index = 4)]
        Displaced {
            /// Who lost it; all his bond waits.
            who: AccountId32,
            /// Who has it.
            by: AccountId32,
            /// How much waits.
            amount: Balance,
            /// First session in which it can be withdrawn.
            due: SessionIndex,
        },
        /// A candidate took himself off the ranking. His bond stays.
        #[codec(index = 5)]
        Paused {
            /// Who.
            who: AccountId32,
        },
        /// An account with a bond is a candidate again.
        #[codec(index = 6)]
        Rejoined {
            /// Who.
            who: AccountId32,
            /// With which bond.
            bond: Balance,
        },
        /// A validator that made no blocks is off the ranking. His bond stays.
        #[codec(index = 7)]
        Chilled {
            /// Who.
            who: AccountId32,
            /// Blocks of the sessions in which he made none.
            silent_blocks: BlockNumber,
        },
        /// A validator equivocated: what it costs burns, and he is off the ranking.
        #[codec(index = 8)]
        Slashed {
            /// Who.
            who: AccountId32,
            /// In which session, as the report says.
            session: SessionIndex,
            /// The part that this costs, the worst so far of all that counts as one with it.
            part: Perbill,
            /// What burnt now: nothing, if something else that he did before he was punished cost as much.
            amount: Balance,
        },
        /// Session keys of somebody who left are gone, and their deposit is his.
        #[codec(index = 9)]
        KeysRetired {
            /// Whose.
            who: AccountId32,
        },
        /// Governance said how many validators there are.
        #[codec(index = 10)]
        ValidatorCountSet {
            /// How many.
            count: u32,
            /// How many candidates it takes to make another set.
            least: u32,
        },
        /// Who left is in the running set still: what he has on hold waits until that session cannot be reported any more.
        #[codec(index = 11)]
        HeldBack {
            /// Who.
            who: AccountId32,
            /// All that he has on hold.
            amount: Balance,
            /// First session in which it can be withdrawn.
            due: SessionIndex,
        },
        /// More was reported of somebody than is heard for nothing: what another report costs burnt, out of what the offender has
        /// on hold.
        #[codec(index = 12)]
        ReportCharged {
            /// The offender.
            who: AccountId32,
            /// The session that the report named.
            session: SessionIndex,
            /// What burnt.
            amount: Balance,
        },
    }
}
