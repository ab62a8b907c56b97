//! The real runtime in memory, with the `dev` preset's genesis: what only the joined pallets can promise.
//!
//! Calls are dispatched as transactions dispatch them, through the runtime's call filter. After every test the
//! invariants of every pallet are checked.

pub mod blocks;
pub mod content;
pub mod council;
pub mod figures;
pub mod handover;
pub mod leaves;
pub mod load;
pub mod scene;
#[cfg(feature = "try-runtime")]
pub mod sequences;
pub mod state;
pub mod transactions;

#[cfg(feature = "try-runtime")]
use frame_support::traits::{TryState, TryStateSelect};
#[cfg(feature = "try-runtime")]
use hashcard_runtime::AllPalletsWithSystem;
use hashcard_runtime::{genesis_presets, RuntimeCall, RuntimeOrigin, System};
use sp_core::traits::{Externalities, ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::{Dispatchable, Hash},
    AccountId32, DispatchError,
};

/// Hash of block 0 in this world.
pub const GENESIS: [u8; 32] = [0x6e; 32];

/// Runs `test` on the `dev` preset at block 1, then checks every invariant.
#[cfg(feature = "try-runtime")]
pub fn on_dev<R>(test: impl FnOnce() -> R) -> R {
    on_preset(sp_genesis_builder::DEV_RUNTIME_PRESET, test)
}

/// Runs `test` on a preset at block 1, then checks every invariant.
#[cfg(feature = "try-runtime")]
pub fn on_preset<R>(preset: &str, test: impl FnOnce() -> R) -> R {
    World::new(preset).execute_with(|| {
        let result = test();
        check_invariants();
        result
    })
}

/// A chain at block 1, in memory.
pub struct World(TestExternalities);

impl World {
    /// The first block of a preset.
    pub fn new(preset: &str) -> Self {
        let mut world = TestExternalities::default();
        world.execute_with(|| {
            build_genesis(preset);
            System::set_block_number(1);
            frame_system::BlockHash::<hashcard_runtime::Runtime>::insert(0, sp_core::H256(GENESIS));
        });
        Self(world)
    }

    /// Has every code that is asked for its version answer with this one, in SCALE.
    pub fn read_codes_as(&mut self, version: Vec<u8>) {
        self.0
            .register_extension(ReadRuntimeVersionExt::new(OneVersion(version)));
    }

    /// Does something in it. What it changes stays.
    pub fn execute_with<R>(&mut self, run: impl FnOnce() -> R) -> R {
        self.0.execute_with(run)
    }
}

/// A world without wasm has no other way to know a code's version.
struct OneVersion(Vec<u8>);

impl ReadRuntimeVersion for OneVersion {
    fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }
}

/// Every pallet's `try_state`, and that the figures of the chain are what its rows say.
#[cfg(feature = "try-runtime")]
pub fn check_invariants() {
    check_invariants_of::<AllPalletsWithSystem>();
    figures::check_figures();
}

/// The `try_state` of some pallets: those that the steps of a long test can touch.
#[cfg(feature = "try-runtime")]
pub fn check_invariants_of<Pallets: TryState<u32>>() {
    Pallets::try_state(System::block_number(), TryStateSelect::All).expect("every invariant holds");
}

fn build_genesis(preset: &str) {
    use frame_support::genesis_builder_helper::{build_state, get_preset};
    use hashcard_runtime::RuntimeGenesisConfig;
    let default =
        get_preset::<RuntimeGenesisConfig>(&None, |_| None).expect("a runtime has a default genesis");
    let mut genesis: serde_json::Value = serde_json::from_slice(&default).expect("the default is JSON");
    let patch = genesis_presets::preset(&preset.into()).expect("the preset exists");
    merge(
        &mut genesis,
        serde_json::from_slice(&patch).expect("the preset is JSON"),
    );
    build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes()).expect("the preset builds");
}

fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
    match (base, patch) {
        (serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}

/// A well-known account.
pub fn account(who: Sr25519Keyring) -> AccountId32 {
    who.to_account_id()
}

/// Dispatches a call as a signed transaction would.
pub fn sign(who: &AccountId32, call: impl Into<RuntimeCall>) -> Result<(), DispatchError> {
    frame_support::storage::with_storage_layer(|| {
        call.into()
            .dispatch(RuntimeOrigin::signed(who.clone()))
            .map(|_| ())
            .map_err(|failed| failed.error)
    })
}

/// Goes to a later block. Nothing happens on the way; [`blocks`] has those in which something does.
pub fn go_to(block: u32) {
    assert!(block >= System::block_number(), "time does not run backwards");
    System::set_block_number(block);
}

/// Hash of a call, as multisig counts approvals.
pub fn call_hash(call: &RuntimeCall) -> [u8; 32] {
    use codec::Encode;
    sp_runtime::traits::BlakeTwo256::hash(&call.encode()).0
}

/// The error by its pallet's and its own name, as clients see it: "Keys.Locked".
pub fn error_name(error: DispatchError) -> String {
    match error {
        DispatchError::Module(module) => {
            format!("{}.{}", module.index, module.message.unwrap_or("unnamed"))
        }
        other => format!("{other:?}"),
    }
}
