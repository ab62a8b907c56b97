//! Everything that happens. Indices are never used for anything else again: clients of older blocks read them.

use frame_support::pallet_macros::*;

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account can now receive capsules under this key.
        #[codec(index = 0)]
        EncryptionKeyRegistered {
            /// Whose key.
            account: AccountId32,
            /// Its number among the account's keys.
            index: KeyIndex,
            /// The key.
            key: EncodedPoint,
        },
        /// A creator gave a key away.
        #[codec(index = 1)]
        KeyMinted {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who holds it.
            to: AccountId32,
            /// Which encryption key of the holder opens the capsule.
            key_index: KeyIndex,
        },
        /// Money waits for a key.
        #[codec(index = 2)]
        OrderPlaced {
            /// The order.
            order: OrderId,
            /// The card whose key was bought.
            card: CardId,
            /// A new key, or which old one.
            sale: Sale,
            /// Whose money is held.
            buyer: AccountId32,
            /// Who can fulfil it.
            seller: AccountId32,
            /// How much.
            price: Balance,
            /// Which encryption key of the buyer the capsule must be for.
            key_index: KeyIndex,
            /// The key of the superseded card that claims this one.
            claimed_with: Option<Edition>,
            /// Last block in which it can be fulfilled.
            deadline: BlockNumber,
        },
        /// A key was delivered. The money is still held, unless the key was free.
        #[codec(index = 3)]
        OrderFulfilled {
            /// The order.
            order: OrderId,
            /// The card that the key opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who holds it.
            buyer: AccountId32,
            /// The clerk who delivered, if it was one.
            clerk: Option<AccountId32>,
            /// First block in which the order can be settled.
            settles_at: BlockNumber,
        },
        /// An order ended with payment. What others than the seller got, `SharePaid` says.
        #[codec(index = 4)]
        OrderSettled {
            /// The order.
            order: OrderId,
            /// The card whose key was bought.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who paid.
            buyer: AccountId32,
            /// Who sold.
            seller: AccountId32,
            /// What the buyer paid.
            price: Balance,
            /// What the seller got.
            paid: Balance,
            /// What was burnt.
            fee: Balance,
        },
        /// An order ended with a refund of price and deposit.
        #[codec(index = 5)]
        OrderRefunded {
            /// The order.
            order: OrderId,
            /// The card whose key would have been bought.
            card: CardId,
            /// Who got the money back.
            buyer: AccountId32,
            /// The price that was given back.
            price: Balance,
            /// The false key that was destroyed, if one had been delivered.
            edition: Option<Edition>,
        },
        /// A key of this card was proven false.
        #[codec(index = 6)]
        CardFrozen {
            /// The card.
            card: CardId,
            /// The key that was shown to be false.
            edition: Edition,
            /// Its holder.
            reporter: AccountId32,
        },
        /// An account could not take what it is owed; `claim_unclaimed` pays it later.
        #[codec(index = 7)]
        LeftUnclaimed {
            /// Who is owed.
            account: AccountId32,
            /// How much was added.
            amount: Balance,
        },
        /// An account took what it was owed.
        #[codec(index = 8)]
        UnclaimedPaid {
            /// Who was paid.
            account: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// A holder destroyed a key of a frozen card.
        #[codec(index = 9)]
        KeyDiscarded {
            /// The card.
            card: CardId,
            /// Which of its keys. The number is never used again.
            edition: Edition,
            /// Who held it.
            holder: AccountId32,
            /// Who got the key's deposit back: its buyer, or the creator who gave it away.
            depositor: AccountId32,
            /// How much.
            deposit: Balance,
        },
        /// An account took an encryption key back.
        #[codec(index = 10)]
        EncryptionKeyRemoved {
            /// Whose key.
            account: AccountId32,
            /// Its number, which is never used again.
            index: KeyIndex,
        },
        /// A holder offers his key for sale.
        #[codec(index = 11)]
        KeyListed {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who sells.
            seller: AccountId32,
            /// For how much.
            price: Balance,
        },
        /// A key is not for sale any more: bought, taken off, or destroyed.
        #[codec(index = 12)]
        KeyUnlisted {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who was selling.
            seller: AccountId32,
        },
        /// Money waits for a holder who sells.
        #[codec(index = 13)]
        OfferMade {
            /// The offer.
            offer: OrderId,
            /// The card whose key is wanted.
            card: CardId,
            /// The one key that is wanted; `None` is any.
            edition: Option<Edition>,
            /// Whose money is held.
            buyer: AccountId32,
            /// How much.
            price: Balance,
            /// Last block in which it can be accepted.
            until: BlockNumber,
        },
        /// An offer ended without a sale.
        #[codec(index = 14)]
        OfferWithdrawn {
            /// The offer.
            offer: OrderId,
            /// The card whose key was wanted.
            card: CardId,
            /// Who got the money back.
            buyer: AccountId32,
            /// How much.
            price: Balance,
        },
        /// Somebody committed to a delivery, which nobody has seen yet.
        #[codec(index = 15)]
        OrderLocked {
            /// The order.
            order: OrderId,
            /// Who will deliver.
            by: AccountId32,
            /// Hash of his delivery.
            commitment: [u8; 32],
            /// Last block in which it can be delivered now.
            deadline: BlockNumber,
        },
        /// A buyer got what was staked on a delivery that did not come.
        #[codec(index = 16)]
        PenaltyPaid {
            /// The order.
            order: OrderId,
            /// Who did not deliver.
            from: AccountId32,
            /// The buyer.
            to: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// A holder gave his key to another account.
        #[codec(index = 17)]
        KeyGiven {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who held it.
            from: AccountId32,
            /// Who holds it.
            to: AccountId32,
            /// Which encryption key of the new holder opens the capsule.
            key_index: KeyIndex,
        },
        /// A holder moved his key to another encryption key of his own.
        #[codec(index = 18)]
        KeyRewrapped {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who holds it.
            holder: AccountId32,
            /// Which encryption key of the holder opens the capsule now.
            key_index: KeyIndex,
        },
        /// An account may deliver the primary sales of a card.
        #[codec(index = 19)]
        ClerkAppointed {
            /// The card.
            card: CardId,
            /// The clerk.
            account: AccountId32,
            /// Which encryption key of his opens his capsule.
            key_index: KeyIndex,
        },
        /// An account delivers for a card no more.
        #[codec(index = 20)]
        ClerkDismissed {
            /// The card.
            card: CardId,
            /// The former clerk.
            account: AccountId32,
        },
        /// A creator said what he promises to those who deliver for him from now on.
        #[codec(index = 21)]
        ClerkTermsSet {
            /// The card.
            card: CardId,
            /// Parts per million of the price.
            commission: u32,
            /// Whether any holder of a key may deliver.
            any_holder: bool,
        },
        /// A creator said what holders of the superseded card save on this one from now on.
        #[codec(index = 22)]
        UpgradeSet {
            /// The newer card.
            card: CardId,
            /// Parts per million of the price; 0 closes the way.
            discount: u32,
        },
        /// Somebody else than the seller was paid out of a price.
        #[codec(index = 23)]
        SharePaid {
            /// The order.
            order: OrderId,
            /// Who was paid.
            account: AccountId32,
            /// For what.
            share: Share,
            /// How much.
            amount: Balance,
        },
    }
}
