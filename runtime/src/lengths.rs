//! The length of an epoch, which differs between presets and so is state, written at genesis and never after.
//!
//! BABE cannot survive a change of it on a running chain, hence no call.

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
    use frame_support::{pallet_prelude::*, traits::Get};

    /// Fewest slots of an epoch: GRANDPA's votes and BABE's epoch digests need a few blocks each.
    pub const MIN_EPOCH_SLOTS: u64 = 4;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Slots of an epoch.
    #[pallet::storage]
    pub type EpochSlots<T: Config> = StorageValue<_, u64, ValueQuery>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Slots of an epoch; at least [`MIN_EPOCH_SLOTS`].
        pub epoch_slots: u64,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            EpochSlots::<T>::put(self.epoch_slots);
        }
    }

    /// The stored length, never less than [`MIN_EPOCH_SLOTS`].
    pub struct EpochDuration<T>(core::marker::PhantomData<T>);

    impl<T: Config> Get<u64> for EpochDuration<T> {
        fn get() -> u64 {
            EpochSlots::<T>::get().max(MIN_EPOCH_SLOTS)
        }
    }
}
