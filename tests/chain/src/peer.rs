//! The plain chain of the same SDK, doing transfers.

use codec::Encode;
use hashcard_peer_runtime::{
    AccountId, Runtime, RuntimeCall, RuntimeGenesisConfig, Signature, SignedPayload, TxExtension,
    UncheckedExtrinsic, EXISTENTIAL_DEPOSIT, SLOT_MILLIS,
};
use hashcard_runtime_tests::GENESIS;
use sp_core::{sr25519, Pair};
use sp_io::TestExternalities;
use sp_runtime::{generic::Era, BuildStorage};

use crate::machine::Place;

/// Senders, as many as ours has.
const SENDERS: u32 = 64;
/// What each has: for more transfers and fees than a block holds.
const WEALTH: u128 = 1 << 100;

/// Its wasm, if it was built in.
pub fn code() -> Option<Vec<u8>> {
    #[cfg(feature = "peer")]
    return hashcard_peer_runtime::WASM_BINARY.map(<[u8]>::to_vec);
    #[cfg(not(feature = "peer"))]
    None
}

/// Its state before block 1, that block's head, and transfers from one sender to the next.
pub fn staged(count: u32) -> Result<(TestExternalities, Place, Vec<Vec<u8>>), String> {
    let pairs: Vec<_> = (0..SENDERS).map(pair).collect();
    let mut genesis = RuntimeGenesisConfig::default();
    genesis.balances.balances = pairs.iter().map(|pair| (account(pair), WEALTH)).collect();
    let mut chain = TestExternalities::new(genesis.build_storage()?);
    let transactions = chain.execute_with(|| {
        frame_system::BlockHash::<Runtime>::insert(0, sp_core::H256(GENESIS));
        let transfer = |number: u32| {
            let of = |number: u32| &pairs[(number % SENDERS) as usize];
            let call = pallet_balances::Call::<Runtime>::transfer_keep_alive {
                dest: account(of(number + 1)).into(),
                value: EXISTENTIAL_DEPOSIT,
            };
            signed(of(number), number / SENDERS, call.into()).encode()
        };
        (0..count).map(transfer).collect()
    });
    chain.commit_all()?;
    let time = pallet_timestamp::Call::<Runtime>::set { now: SLOT_MILLIS };
    let place = Place {
        number: 1,
        digest: Default::default(),
        time: UncheckedExtrinsic::new_bare(time.into()).encode(),
    };
    Ok((chain, place, transactions))
}

fn pair(number: u32) -> sr25519::Pair {
    let mut seed = [0x9E; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    sr25519::Pair::from_seed(&seed)
}

fn account(pair: &sr25519::Pair) -> AccountId {
    pair.public().into()
}

fn signed(by: &sr25519::Pair, nonce: u32, call: RuntimeCall) -> UncheckedExtrinsic {
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        frame_system::CheckNonce::from(nonce),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        frame_system::WeightReclaim::new(),
    );
    let payload = SignedPayload::new(call, extension.clone()).expect("the first block is known; qed");
    let signature = payload.using_encoded(|bytes| by.sign(bytes));
    let (call, ..) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, account(by).into(), Signature::Sr25519(signature), extension)
}
