//! Which network: a preset of the embedded runtime, or a file. No genesis value stands here.

use hashcard_runtime::WASM_BINARY;
use sc_chain_spec::{ChainSpecExtension, ChainType};
use sc_service::Properties;
use serde::{Deserialize, Serialize};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// The one extension that light clients know (smoldot refuses specs with any other).
#[derive(Default, Clone, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// A checkpoint to start from, filled in by `sync_state_genSyncSpec`.
    pub light_sync_state: sc_sync_state_rpc::LightSyncStateExtension,
}

/// A chain spec of this chain.
pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), "CARD".into());
    properties.insert("tokenDecimals".into(), 12.into());
    properties.insert(
        "ss58Format".into(),
        hashcard_runtime::constants::SS58_PREFIX.into(),
    );
    properties
}

fn from_preset(preset: &str, name: &str, kind: ChainType) -> Result<ChainSpec, String> {
    let wasm = WASM_BINARY
        .ok_or("this node was built without a runtime (SKIP_WASM_BUILD was set); build it again without")?;
    Ok(ChainSpec::builder(wasm, Extensions::default())
        .with_name(name)
        .with_id(&format!("hashcard_{preset}"))
        .with_protocol_id(&format!("hashcard_{preset}"))
        .with_chain_type(kind)
        .with_properties(properties())
        .with_genesis_config_preset_name(preset)
        .build())
}

/// The spec named `dev` or `local`, or the file at that path.
pub fn load(id: &str) -> Result<ChainSpec, String> {
    match id {
        "dev" => from_preset(DEV_RUNTIME_PRESET, "Hashcard Development", ChainType::Development),
        "" | "local" => from_preset(LOCAL_TESTNET_RUNTIME_PRESET, "Hashcard Local", ChainType::Local),
        path => ChainSpec::from_json_file(path.into()),
    }
}
