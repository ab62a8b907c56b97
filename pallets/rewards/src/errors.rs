//! Why a call is refused. `at` names the proof, claim or card of the call, counted from 0.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// A number exceeds its bound, or a credit would be as large as its fee.
        EmissionOutOfBounds,
        /// The call names nothing to act on.
        NothingGiven,
        /// This account is enlisted.
        AlreadyEnlisted,
        /// This account is not enlisted; enlist first.
        NotEnlisted,
        /// Credit of this account is not collected and not expired; collect it when its era is over.
        CreditPending,
        /// No credit of this account is of an ended era.
        NothingToCollect,
        /// Only the era before the running one can be proven.
        NotProvable,
        /// This seeder has proven this card for this era.
        AlreadyProven {
            /// Which proof.
            at: u8,
        },
        /// There is no such card.
        UnknownCard {
            /// Which proof.
            at: u8,
        },
        /// The card has no blob.
        NoBlob {
            /// Which proof.
            at: u8,
        },
        /// This seeder has no live seat on this card, and lost none to a higher bond in or after the era.
        NotSeated {
            /// Which proof.
            at: u8,
        },
        /// The seat was taken, or its coverage changed, less than two epochs before the era's end.
        SeatTooYoung {
            /// Which proof.
            at: u8,
        },
        /// What the card's claims of this era would share is less than `LeastShare`.
        NothingToShare {
            /// Which proof.
            at: u8,
        },
        /// These bytes and this path are not the leaf of the blob that this seeder is asked for; ask for the challenge.
        WrongLeaf {
            /// Which proof.
            at: u8,
        },
        /// The era's claims or credits can still be made use of; wait.
        StillProvable {
            /// Which claim or card.
            at: u8,
        },
        /// There is no such claim: never proven, or collected.
        UnknownClaim {
            /// Which claim.
            at: u8,
        },
        /// The card has no credit from sales.
        NoCredit {
            /// Which card.
            at: u8,
        },
        /// There is no such card with a blob, or it is retired.
        CannotBeEndowed,
        /// The amount is below `MinEndowment`.
        EndowmentTooSmall,
        /// The rate is nothing, above the amount, or so low that the endowment would outlast `MaxEndowmentBlocks`.
        BadRate,
        /// The card has as many endowments as it may have, and something is left of each.
        TooManyEndowments,
        /// The card has no such endowment.
        UnknownEndowment,
        /// Only its funder ends an endowment.
        NotFunder,
        /// The endowment has ended, and claims of its last era can still be made; wait.
        EndowmentEnding,
    }
}
