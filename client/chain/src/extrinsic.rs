//! The bytes of a transaction: built and signed here and nowhere else.
//!
//! Every one is mortal. After [`LIFETIME`] blocks no chain takes it any more, so its fate is decided even if it is lost,
//! and a copy that somebody kept is worthless.

use crate::{at::At, runtime::Runtime, ChainError, Result, Signer};
use codec::{Encode, Output};
use subxt::{
    config::{
        substrate::{BlakeTwo256, SubstrateHeader, H256},
        transaction_extensions::{
            ChargeTransactionPayment, ChargeTransactionPaymentParams, CheckGenesis, CheckMetadataHash,
            CheckMortality, CheckMortalityParams, CheckNonce, CheckNonceParams, CheckSpecVersion,
            CheckTxVersion,
        },
        Config, Hasher,
    },
    transactions::Payload,
    utils::{AccountId32, MultiAddress, MultiSignature},
    ArcMetadata, OfflineClient, OfflineClientAtBlock,
};

/// Blocks that may include a transaction: three minutes, enough for a restart of the node, and short enough to wait for
/// when one is lost.
pub(crate) const LIFETIME: u32 = 64;

/// How this chain forms transactions. `AuthorizeCall`, `CheckNonZeroSender`, `CheckWeight` and `WeightReclaim` add no
/// bytes; subxt leaves such extensions out by itself.
#[derive(Clone, Debug)]
pub(crate) struct Hashcard {
    genesis: H256,
    spec_version: u32,
    transaction_version: u32,
    metadata: ArcMetadata,
}

impl Config for Hashcard {
    type AccountId = AccountId32;
    type Address = MultiAddress<AccountId32, ()>;
    type Signature = MultiSignature;
    type Header = SubstrateHeader<H256>;
    type TransactionExtensions = (
        CheckSpecVersion,
        CheckTxVersion,
        CheckGenesis<Self>,
        CheckMortality<Self>,
        CheckNonce,
        ChargeTransactionPayment,
        CheckMetadataHash,
    );
    type AssetId = u32;
    type Hasher = BlakeTwo256;

    fn genesis_hash(&self) -> Option<H256> {
        Some(self.genesis)
    }

    fn spec_and_transaction_version_for_block_number(&self, _: u64) -> Option<(u32, u32)> {
        Some((self.spec_version, self.transaction_version))
    }

    fn metadata_for_spec_version(&self, _: u32) -> Option<ArcMetadata> {
        Some(self.metadata.clone())
    }
}

impl Hashcard {
    /// A client that never connects: it encodes and decodes by the committed metadata.
    pub(crate) fn offline(
        genesis: H256,
        spec_version: u32,
        transaction_version: u32,
    ) -> OfflineClientAtBlock<Self> {
        let metadata = crate::metadata::committed();
        Self::described_by(metadata, genesis, spec_version, transaction_version)
    }

    /// The same by other metadata.
    pub(crate) fn described_by(
        metadata: ArcMetadata,
        genesis: H256,
        spec_version: u32,
        transaction_version: u32,
    ) -> OfflineClientAtBlock<Self> {
        OfflineClient::new_with_config(Hashcard {
            genesis,
            spec_version,
            transaction_version,
            metadata,
        })
        .at_block(0u64)
        .expect("the configuration has versions and metadata for every block; qed")
    }
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    /// As blocks hold it, length prefix included.
    pub(crate) bytes: Vec<u8>,
    /// BLAKE2b-256 of the bytes: how pools and explorers name it.
    pub(crate) hash: H256,
    /// Number of the account's transactions before it.
    pub(crate) nonce: u32,
    /// The block on whose chain alone it is valid.
    pub(crate) birth: At,
    /// Last block that can include it.
    pub(crate) valid_until: u32,
    /// The only runtime that takes it.
    pub(crate) spec_version: u32,
}

/// Signs `call` as the account's transaction `nonce`, for blocks after `birth`.
pub(crate) fn sign<Call: Payload>(
    name: &'static str,
    call: &Call,
    signer: &Signer,
    nonce: u32,
    birth: At,
    genesis: H256,
    runtime: &Runtime,
) -> Result<Signed> {
    let failed = |error: subxt::error::ExtrinsicError| ChainError::Refused {
        call: name,
        pallet: "Encoding".into(),
        error: crate::error::quoted(error),
        remedy: "This is an error in this program; please report it.".into(),
    };
    let params = (
        (),
        (),
        (),
        CheckMortalityParams::mortal_from_unchecked(LIFETIME.into(), birth.number.into(), H256(birth.hash)),
        CheckNonceParams::with_nonce(nonce.into()),
        ChargeTransactionPaymentParams::no_tip(),
        (),
    );
    let client = Hashcard::offline(genesis, runtime.spec_version, runtime.transaction_version);
    let mut unsigned = client
        .transactions()
        .create_v4_signable_offline(call, params)
        .map_err(failed)?;
    let bytes = unsigned.sign(&signer.keypair).map_err(failed)?.into_encoded();
    Ok(Signed {
        hash: hash_of(&bytes),
        bytes,
        nonce,
        birth,
        // An era's last block is the one before its phase begins again (sp-runtime, `Era::death`).
        valid_until: birth.number.saturating_add(LIFETIME - 1),
        spec_version: runtime.spec_version,
    })
}

/// An extrinsic as an argument: it brings its own length; as `Vec` it would get a second.
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

impl Encode for Raw<'_> {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.0);
    }
}

/// Name of a transaction, and of a header.
pub(crate) fn hash_of(bytes: &[u8]) -> H256 {
    BlakeTwo256.hash(bytes)
}
