//! Every refusal. Positions are part of what clients see: new ones go to the end.

use frame_support::pallet_macros::*;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// No card has this number.
        UnknownCard,
        /// The card is not keyed, so there is no key to it.
        NotKeyed,
        /// The card was withdrawn.
        Retired,
        /// The card or the key is not for sale at present.
        NotListed,
        /// A false key of the card was proven; its orders can only be refunded.
        CardFrozen,
        /// The price is not the one that the buyer named. Look again, then decide.
        PriceChanged,
        /// The terms are not those that the buyer named. Look again, then decide.
        TermsChanged,
        /// Every edition is made or ordered.
        SoldOut,
        /// A creator buys no new key to a card of his own; he can mint one.
        OwnCard,
        /// The buyer already has an order for this card that is not settled, or an offer.
        OrderAlreadyOpen,
        /// The account has registered no encryption key with this index.
        UnknownEncryptionKey,
        /// The account has as many encryption keys as it may have.
        TooManyEncryptionKeys,
        /// A point is the identity or not canonically encoded.
        InvalidPoint,
        /// The proof does not hold for this statement, or was made for another occasion.
        InvalidProof,
        /// No open order has this number.
        UnknownOrder,
        /// Only the creator of the card does this.
        NotCreator,
        /// Only the seller fulfils.
        NotSeller,
        /// The key is delivered already.
        AlreadyDelivered,
        /// The key is not delivered yet.
        NotDelivered,
        /// The last block for delivery is past.
        DeadlinePassed,
        /// The seller still has time.
        DeadlineNotPassed,
        /// The settlement window is still open.
        WindowOpen,
        /// The card has no key of this edition.
        UnknownKey,
        /// Only the holder of a key does this.
        NotHolder,
        /// The opened point is the one that the card commits to: the key is true.
        KeyIsTrue,
        /// A false key of this card was proven before.
        AlreadyFrozen,
        /// Nothing waits for this account.
        NothingUnclaimed,
        /// No false key of this card was proven, so its keys stay.
        NotFrozen,
        /// An order about this key is neither settled nor refunded. It ends by `settle` or `expire`, then try again.
        KeyEngaged,
        /// The key is listed for sale. Take it off first.
        KeyListed,
        /// A key is not sold for nothing. Give it away.
        PriceIsZero,
        /// The key is not as it was when the buyer looked: its capsule changed, or it claimed a newer version.
        KeyChanged,
        /// Nobody sells or gives to himself.
        BuyerIsSeller,
        /// No open offer has this number.
        UnknownOffer,
        /// The last block of an offer lies in the past, or too far ahead.
        InvalidUntil,
        /// The offer's last block is past.
        OfferOver,
        /// The offer still stands, and only its buyer takes it back before its last block.
        OfferStands,
        /// The offer is for another key.
        OtherKeyWanted,
        /// Somebody has committed to deliver this order. It can be locked once.
        AlreadyLocked,
        /// This is not what the signer committed to deliver.
        LockMismatch,
        /// The signer is no clerk of the card, or this order is none that clerks deliver to that buyer.
        NotEntitled,
        /// The order still belongs to another clerk. Wait for the end of his turn.
        NotYourTurn,
        /// The account is a clerk of this card. Dismiss him to give him another capsule.
        AlreadyClerk,
        /// The account is no clerk of this card.
        UnknownClerk,
        /// The card has as many clerks as it may have.
        TooManyClerks,
        /// The creator delivers by `fulfil`; he is no clerk of his own card.
        CreatorIsNoClerk,
        /// The commission is more than a clerk may be promised.
        CommissionTooHigh,
        /// The discount is more than the whole price.
        DiscountTooHigh,
        /// The card supersedes no other.
        SupersedesNothing,
        /// Holders of the superseded card may not claim this one.
        NoUpgrade,
        /// The key has claimed a newer version already.
        AlreadyClaimed,
        /// The capsule is already under this encryption key.
        SameKey,
        /// A capsule, order or offer needs this encryption key. It can go when they are gone.
        EncryptionKeyInUse,
    }
}
