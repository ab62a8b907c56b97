//! What is stored, and at whose cost.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod storage {
    /// What blocks mint.
    #[pallet::storage]
    pub type TheEmission<T: Config> = StorageValue<_, Emission, ValueQuery>;

    /// Blocks with room that make an era. Written at genesis only; read it through [`Pallet::era_blocks`].
    #[pallet::storage]
    pub type EraBlocks<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// The era that goes on.
    #[pallet::storage]
    pub type Running<T: Config> = StorageValue<_, RunningEra, ValueQuery>;

    /// The last [`HORIZON`](hashcard_primitives::reward::HORIZON) eras that are over.
    #[pallet::storage]
    pub type Eras<T: Config> = StorageMap<_, Twox64Concat, EraIndex, EndedEra>;

    /// Who is rewarded for deliveries; a deposit each.
    #[pallet::storage]
    pub type Earners<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Earner>;

    /// Credits of cards from sales. Deposits of the keys that were sold pay for them; anybody may remove those of past eras.
    #[pallet::storage]
    pub type CardCredits<T: Config> = StorageMap<_, Twox64Concat, CardId, CardCredit>;

    /// Proven claims by seeder, era and card, until they are collected; a deposit each.
    #[pallet::storage]
    pub type Claims<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Blake2_128Concat, AccountId32>,
            NMapKey<Identity, EraKey>,
            NMapKey<Identity, CardKey>,
        ),
        Claim,
    >;

    /// What the claims of a card and era share; the claims' deposits pay for it.
    #[pallet::storage]
    pub type SharesOf<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Twox64Concat, EraIndex, Shares>;

    /// Endowments of each card, a deposit each; no row for a card that has none.
    #[pallet::storage]
    pub type Endowments<T: Config> = StorageMap<_, Twox64Concat, CardId, CardEndowments, ValueQuery>;

    /// Number of the next endowment.
    #[pallet::storage]
    pub type NextEndowmentId<T: Config> = StorageValue<_, EndowmentId, ValueQuery>;
}
