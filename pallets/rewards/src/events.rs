//! What happened. Amounts are in the chain's smallest unit.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// What blocks mint was changed.
        EmissionSet {
            /// From the next block on.
            emission: Emission,
        },
        /// An era is over; what it brought is known, and seats may prove.
        EraEnded {
            /// Which.
            era: EraIndex,
            /// Most that is minted for it.
            pot: Balance,
            /// Credit from deliveries.
            delivery_credit: Balance,
            /// Credit from sales.
            sale_credit: Balance,
        },
        /// An account is rewarded for deliveries from now on.
        Enlisted {
            /// Who.
            account: AccountId32,
            /// What he has on hold for the row.
            deposit: Balance,
        },
        /// An account is rewarded for deliveries no longer.
        Delisted {
            /// Who.
            account: AccountId32,
            /// Deposit that went back to him.
            refunded: Balance,
        },
        /// The fee of a sale gave credit to the seats of a card.
        SaleCredited {
            /// In which era.
            era: EraIndex,
            /// Whose seats.
            card: CardId,
            /// How much; the most that can be minted for it.
            credit: Balance,
        },
        /// The fee of a delivery gave credit to who delivered.
        DeliveryCredited {
            /// In which era.
            era: EraIndex,
            /// Bytes of which card.
            card: CardId,
            /// Who.
            payee: AccountId32,
            /// How much; the most that can be minted for it.
            credit: Balance,
        },
        /// The credits of ended eras were minted.
        DeliveriesCollected {
            /// For whom.
            account: AccountId32,
            /// How much.
            minted: Balance,
        },
        /// The first claim of a card fixed what all its claims share.
        SharesFixed {
            /// Of which era.
            era: EraIndex,
            /// Of which card.
            card: CardId,
            /// From sales.
            from_sales: Balance,
            /// From endowments.
            from_endowments: Balance,
        },
        /// A seeder showed the leaf that he was asked for.
        Proven {
            /// For which era.
            era: EraIndex,
            /// Of which card.
            card: CardId,
            /// Who.
            seeder: AccountId32,
            /// Of his claim.
            weight: Balance,
        },
        /// A claim was paid, and its deposit returned.
        Collected {
            /// Of which era.
            era: EraIndex,
            /// Of which card.
            card: CardId,
            /// Whose.
            seeder: AccountId32,
            /// From sales.
            minted: Balance,
            /// From endowments.
            endowed: Balance,
        },
        /// Somebody endowed a card.
        Endowed {
            /// Which.
            card: CardId,
            /// Number of the endowment.
            endowment: EndowmentId,
            /// Who.
            funder: AccountId32,
            /// With how much.
            amount: Balance,
            /// Most that it gives for a block.
            per_block: Balance,
        },
        /// A funder ended an endowment.
        EndowmentEnding {
            /// Of which card.
            card: CardId,
            /// Which.
            endowment: EndowmentId,
            /// The last era that it gives for.
            last_era: EraIndex,
        },
        /// An endowment is gone.
        EndowmentEnded {
            /// Of which card.
            card: CardId,
            /// Which.
            endowment: EndowmentId,
            /// Whose it was.
            funder: AccountId32,
            /// The rest, which went back to him beside his deposit.
            refunded: Balance,
        },
        /// Credits that nobody can claim any more were removed.
        CreditsCleared {
            /// Of which cards.
            cards: ClearedCards,
        },
    }
}
