//! What pallets ask of one another, as roles. The runtime gives each role to a pallet; mocks fake them.

use crate::{
    card::{Card, CardId, Terms},
    coverage::Coverage,
    key::ItemId,
    Balance, BlockNumber,
};
use alloc::vec::Vec;
use sp_runtime::{AccountId32, DispatchResult, Perbill};

/// Looks cards up. Played by pallet-cards.
pub trait CardLookup {
    /// The card, retired or not.
    fn card(id: CardId) -> Option<Card<AccountId32>>;
    /// Its terms; `None` when it is unknown or retired.
    fn terms(id: CardId) -> Option<Terms>;
    /// Whether a card ever had this number, even if nothing of it is left.
    fn was_published(id: CardId) -> bool {
        Self::card(id).is_some()
    }
    /// Makes a card exist in benchmarks, with a blob of `blob_len` bytes committed to `commitments`.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        creator: AccountId32,
        root: crate::blob::ContentRoot,
        blob_len: u64,
        commitments: Option<crate::card::KeyCommitments>,
        terms: Terms,
    ) -> CardId;
    /// Makes a card of the one above supersede another of the same creator. Only who plays the role for pallet-keys
    /// needs it.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_supersede(newer: CardId, older: CardId) {
        let _ = (newer, older);
    }
}

/// Says what still depends on a card. Played by pallet-keys.
pub trait CardDependents {
    /// Keys made of it so far.
    fn keys_made(card: CardId) -> u32;
    /// Editions that terms must leave: for the keys made, and for those that somebody has staked money on delivering.
    fn editions_bound(card: CardId) -> u32 {
        Self::keys_made(card)
    }
    /// Whether an order or a key still refers to it, so that its row must stay.
    fn depends_on(card: CardId) -> bool;
    /// Whether a false key was proven.
    fn is_frozen(card: CardId) -> bool;
}

impl CardDependents for () {
    fn keys_made(_: CardId) -> u32 {
        0
    }
    fn depends_on(_: CardId) -> bool {
        false
    }
    fn is_frozen(_: CardId) -> bool {
        false
    }
}

/// Is told of every fee that the network burns, with the card that it was burnt for. Played by pallet-rewards: each unit of
/// it creates credit once.
pub trait BurntFees {
    /// Out of a sale of a key.
    fn of_sale(card: CardId, fee: Balance);
    /// Out of a payment for delivered bytes.
    fn of_delivery(card: CardId, payee: &AccountId32, fee: Balance);
    /// Makes each of these as costly in benchmarks as it can be, for a fee of at least ten units; the second one when it is
    /// about this payee.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_crediting(payee: Option<&AccountId32>) {
        let _ = payee;
    }
}

impl BurntFees for () {
    fn of_sale(_: CardId, _: Balance) {}
    fn of_delivery(_: CardId, _: &AccountId32, _: Balance) {}
}

/// A seat, for whoever rewards it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeatStanding {
    /// What its seeder says he holds.
    pub coverage: Coverage,
    /// What he bonded.
    pub bond: Balance,
    /// Block in which the seat was taken.
    pub joined_at: BlockNumber,
    /// Block in which the coverage was last changed; that of joining if it never was.
    pub covered_at: BlockNumber,
}

/// Looks seats up. Played by pallet-seeders.
pub trait SeatLookup {
    /// The seat of a seeder on a card, if it is live.
    fn seat(card: CardId, seeder: &AccountId32) -> Option<SeatStanding>;
    /// The seat that a higher bond last took from a seeder on a card, and in which block, while that is remembered. He may
    /// have another by now.
    fn displaced(card: CardId, seeder: &AccountId32) -> Option<(SeatStanding, BlockNumber)>;
    /// Makes a live seat exist in benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(card: CardId, seeder: &AccountId32, standing: SeatStanding);
    /// Makes a displaced one exist in benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_displaced(card: CardId, seeder: &AccountId32, standing: SeatStanding, at: BlockNumber);
}

/// The tokens that wallets see. Played by pallet-nfts, through the runtime's glue.
///
/// The owner of a key is stored there and nowhere else.
pub trait KeyItems {
    /// Makes the item of an edition, in its creator's collection, for `owner`. Makes the collection at need.
    fn mint(creator: &AccountId32, item: ItemId, owner: &AccountId32) -> DispatchResult;
    /// Gives an item to another owner; only while the pallet that calls has unlocked items.
    fn transfer(creator: &AccountId32, item: ItemId, to: &AccountId32) -> DispatchResult;
    /// Destroys an item; likewise.
    fn burn(creator: &AccountId32, item: ItemId) -> DispatchResult;
    /// Who owns it.
    fn owner(creator: &AccountId32, item: ItemId) -> Option<AccountId32>;
    /// Items of an account in a fixed order, after `after`, at most `limit`.
    fn owned(owner: &AccountId32, after: Option<ItemId>, limit: u32) -> Vec<ItemId>;
}

/// Who validates now, and with what keys. Played by pallet-session, through pallet-validators' adapter.
pub trait RunningSession {
    /// Number of the running session.
    fn index() -> u32;
    /// Its validators, in the order in which blocks name their author.
    fn validators() -> Vec<AccountId32>;
    /// The set that is planned for the next session.
    fn planned() -> Vec<AccountId32>;
    /// Those of the running set who may make no blocks, in its order.
    fn disabled() -> Vec<AccountId32>;
    /// Whether an account is in the running set or in the one that is planned.
    fn serves(who: &AccountId32) -> bool;
    /// Whether an account has keys to validate with.
    fn has_keys(who: &AccountId32) -> bool;
    /// Whether the running set is this one, in this order, each with the keys that he has now, and it is recorded so that its
    /// members can be proven when the session is over. Asked when a session has begun and the next one is planned.
    fn is_set(validators: &[AccountId32]) -> bool;
    /// Keeps a validator from making blocks in the running session, if not too many are; whoever did worst goes first.
    /// Whoever is not in the set is passed over.
    fn disable(who: &AccountId32, severity: Perbill);
    /// Lets a validator who was disabled make blocks again in the running session. Whoever was not is passed over.
    fn enable(who: &AccountId32);
    /// Forgets who validated in sessions before this one, so that nothing about them can be proven any more. Of a long history
    /// only as much as a block bears; the rest when it is asked again.
    fn forget_before(session: u32);
    /// Gives up an account's keys and returns their deposit.
    fn retire_keys(who: &AccountId32) -> DispatchResult;
    /// Registers keys for an account in benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_keys(who: &AccountId32);
    /// Makes these the running set in benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_set(validators: &[AccountId32]);
}
