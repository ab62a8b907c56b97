//! Keys as items of pallet-nfts: wallets see them, and only pallet-keys can make, move or burn them.
//!
//! Three walls: the call filter lets no call of pallet-nfts in, its features are off, and the locker holds
//! every item except during a move that pallet-keys itself makes.

use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{AsEnsureOriginWithArg, ConstU128, ConstU32, Incrementable, Locker},
    PalletId,
};
use frame_system::{EnsureNever, EnsureRootWithSuccess};
use hashcard_primitives::key::ItemId;
use pallet_nfts::{PalletFeature, PalletFeatures};
use scale_info::TypeInfo;
use sp_runtime::traits::AccountIdConversion;

/// Number of a creator's collection: his account.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct CreatorCollection(pub [u8; 32]);

/// There is no next collection: each is made for its creator.
impl Incrementable for CreatorCollection {
    fn increment(&self) -> Option<Self> {
        None
    }
    fn initial_value() -> Option<Self> {
        None
    }
}

/// Names the account that owns every collection, and nothing else.
pub const KEYS_PALLET_ID: PalletId = PalletId(*b"hc/keys ");

parameter_types! {
    pub KeysAccount: AccountId = KEYS_PALLET_ID.into_account_truncating();
    pub NftFeatures: PalletFeatures = PalletFeatures::from_disabled(
        PalletFeature::Trading | PalletFeature::Attributes | PalletFeature::Approvals | PalletFeature::Swaps
    );
}

/// Locked unless pallet-keys is moving something.
pub struct KeysLocker;

impl<CollectionId> Locker<CollectionId, ItemId> for KeysLocker {
    fn is_locked(_: CollectionId, _: ItemId) -> bool {
        !Keys::items_unlocked()
    }
}

impl pallet_nfts::Config for Runtime {
    // Rows of keys are paid for by pallet-keys' own deposits.
    type AttributeDepositBase = ConstU128<0>;
    type ApprovalsLimit = ConstU32<1>;
    type BlockNumberProvider = System;
    type CollectionDeposit = ConstU128<0>;
    type CollectionId = CreatorCollection;
    type CreateOrigin = AsEnsureOriginWithArg<EnsureRootWithSuccess<AccountId, KeysAccount>>;
    type Currency = Balances;
    type DepositPerByte = ConstU128<0>;
    type Features = NftFeatures;
    type ForceOrigin = EnsureNever<AccountId>;
    #[cfg(feature = "runtime-benchmarks")]
    type Helper = NftBenchmarks;
    type ItemAttributesApprovalsLimit = ConstU32<1>;
    type ItemDeposit = ConstU128<0>;
    type ItemId = ItemId;
    type KeyLimit = ConstU32<1>;
    type Locker = KeysLocker;
    type MaxAttributesPerCall = ConstU32<1>;
    type MaxDeadlineDuration = ConstU32<1>;
    type MaxTips = ConstU32<1>;
    type MetadataDepositBase = ConstU128<0>;
    type OffchainPublic = <Signature as sp_runtime::traits::Verify>::Signer;
    type OffchainSignature = Signature;
    type RuntimeEvent = RuntimeEvent;
    type StringLimit = ConstU32<1>;
    type ValueLimit = ConstU32<1>;
    type WeightInfo = pallet_nfts::weights::SubstrateWeight<Runtime>;
}

/// Only type-checks: no call of pallet-nfts can be made, so none is benchmarked.
#[cfg(feature = "runtime-benchmarks")]
pub struct NftBenchmarks;

#[cfg(feature = "runtime-benchmarks")]
impl
    pallet_nfts::BenchmarkHelper<
        CreatorCollection,
        ItemId,
        sp_runtime::MultiSigner,
        AccountId,
        sp_runtime::MultiSignature,
    > for NftBenchmarks
{
    fn collection(i: u16) -> CreatorCollection {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&i.to_le_bytes());
        CreatorCollection(id)
    }
    fn item(i: u16) -> ItemId {
        i.into()
    }
    fn signer() -> (sp_runtime::MultiSigner, AccountId) {
        use sp_runtime::traits::IdentifyAccount;
        let public = sp_runtime::MultiSigner::Sr25519(sp_core::sr25519::Public::from_raw([7; 32]));
        (public.clone(), public.into_account())
    }
    fn sign(_: &sp_runtime::MultiSigner, _: &[u8]) -> sp_runtime::MultiSignature {
        sp_runtime::MultiSignature::Sr25519(Default::default())
    }
}
