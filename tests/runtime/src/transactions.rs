//! Transactions as the chain takes them: signed, with every extension of the real runtime.

use codec::Encode;
use frame_support::traits::fungible::Mutate;
use hashcard_runtime::{
    constants::money::CARD, AccountId, Balances, Runtime, RuntimeCall, Signature, SignedPayload, TxExtension,
    UncheckedExtrinsic,
};
use sp_core::{sr25519, Pair};
use sp_runtime::generic::Era;

/// What everybody has who [is rich](Person::rich).
pub const WEALTH: u128 = 1_000_000 * CARD;

/// Somebody who can sign.
#[derive(Clone)]
pub struct Person {
    pair: sr25519::Pair,
    /// His account.
    pub account: AccountId,
}

impl Person {
    /// The same one for the same number.
    pub fn numbered(number: u32) -> Self {
        let mut seed = *b"hashcard/test/person/...........";
        seed[28..].copy_from_slice(&number.to_le_bytes());
        let pair = sr25519::Pair::from_seed(&seed);
        let account = pair.public().into();
        Self { pair, account }
    }

    /// The same with [`WEALTH`] on his account.
    pub fn rich(number: u32) -> Self {
        let person = Self::numbered(number);
        Balances::mint_into(&person.account, WEALTH).expect("nobody is so rich that more does not fit");
        person
    }

    /// So many, from a number on.
    pub fn crowd(first: u32, count: u32) -> Vec<Self> {
        (first..first + count).map(Self::rich).collect()
    }

    /// A call of his as a transaction that never expires and pays no tip. Reads the chain's version and first hash.
    pub fn signs(&self, nonce: u32, call: RuntimeCall) -> UncheckedExtrinsic {
        let extension = extension(Era::Immortal, nonce);
        let payload = SignedPayload::new(call, extension.clone()).expect("the first block is known");
        let signature = payload.using_encoded(|bytes| self.pair.sign(bytes));
        let (call, ..) = payload.deconstruct();
        UncheckedExtrinsic::new_signed(
            call,
            self.account.clone().into(),
            Signature::Sr25519(signature),
            extension,
        )
    }
}

fn extension(era: Era, nonce: u32) -> TxExtension {
    (
        frame_system::AuthorizeCall::new(),
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(era),
        frame_system::CheckNonce::<Runtime>::from(nonce),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
        frame_system::WeightReclaim::new(),
    )
}
