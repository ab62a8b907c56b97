//! Block 0 of a network of any number of validators: the runtime's own preset of a local network, with others who validate.
//!
//! **Only what a number of validators means is changed**: session keys, candidates with the preset's bond, balances to pay it from,
//! and how few may be left. And the length of an epoch, which a test may want to wait for. All else is the preset's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{json, Value};
use tokio::process::Command;

use super::earlier;
use crate::binaries::binary;
use crate::failure::{ensure, Failure, Told};

/// Most validators: as many as the preset of a local network has room for.
pub const MAX_VALIDATORS: usize = 16;
/// Slots of an epoch of a local network: five minutes.
pub const EPOCH_SLOTS: u64 = 100;
/// What a validator has besides his bond, where the preset gives him nothing: 1,000,000 CARD, as it gives to others.
const SPENDING_MONEY: u64 = 1_000_000_000_000_000_000;
/// Accounts that the preset endows come first.
const NAMES: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// What a network begins with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Plan {
    /// Validators, 1 to [`MAX_VALIDATORS`].
    pub validators: usize,
    /// Full nodes beside them.
    pub full: usize,
    /// Slots of an epoch, which is a session; a slot has 3 seconds.
    pub epoch_slots: u64,
    /// Whether it may be parted. Its nodes then talk by the other of the two network libraries: the ordinary one, litep2p, keeps a
    /// peer that is no longer reserved as one that came by itself (sc-network 0.60).
    pub divisible: bool,
    /// Whether it begins with the earlier runtime (see [`super::earlier`]) in place of the node's own.
    pub earlier: bool,
}

impl Plan {
    /// So many validators and nobody else, and epochs of a local network.
    pub fn of(validators: usize) -> Self {
        Self {
            validators,
            full: 0,
            epoch_slots: EPOCH_SLOTS,
            divisible: false,
            earlier: false,
        }
    }
}

/// The runtime that the node has compiled in, as a chain has it in its state.
pub async fn own_runtime() -> Told<Vec<u8>> {
    let preset = node(&["export-chain-spec", "--chain", "local"]).await?;
    let network: Value = serde_json::from_str(&preset).map_err(said)?;
    let code = network["genesis"]["runtimeGenesis"]["code"].as_str();
    let bytes = code.and_then(|code| hex::decode(code.trim_start_matches("0x")).ok());
    bytes.ok_or_else(|| Failure::new("a specification without a runtime"))
}

/// What a validator is called; keys and account are derived of it, `//Alice`.
pub fn name_of(validator: usize) -> String {
    match NAMES.get(validator) {
        Some(name) => (*name).to_owned(),
        None => format!("Validator{}", validator + 1),
    }
}

/// Writes the raw specification of a network into a folder.
pub async fn write(folder: &Path, plan: Plan) -> Told<PathBuf> {
    ensure((1..=MAX_VALIDATORS).contains(&plan.validators), || {
        format!("{} validators: it takes 1 to {MAX_VALIDATORS}", plan.validators)
    })?;
    std::fs::create_dir_all(folder)?;
    let path = folder.join("chain.json");
    std::fs::write(&path, specification(folder, plan).await?)?;
    Ok(path)
}

/// Made once for each plan and program: it takes seconds of a processor.
async fn specification(folder: &Path, plan: Plan) -> Told<String> {
    type Made = BTreeMap<(usize, u64, bool), String>;
    static MADE: tokio::sync::Mutex<Made> = tokio::sync::Mutex::const_new(BTreeMap::new());
    let mut made = MADE.lock().await;
    let key = (plan.validators, plan.epoch_slots, plan.earlier);
    if let Some(specification) = made.get(&key) {
        return Ok(specification.clone());
    }
    let mut network: Value = serde_json::from_str(preset().await?).map_err(said)?;
    adapt(&mut network, plan).await?;
    if plan.earlier {
        earlier::put_in_place(&mut network).await?;
    }
    let plain = folder.join("network.json");
    std::fs::write(&plain, network.to_string())?;
    let plain = plain.display().to_string();
    let raw = node(&["export-chain-spec", "--chain", &plain, "--raw"]).await?;
    made.insert(key, raw.clone());
    Ok(raw)
}

/// The preset of a local network, asked for once.
async fn preset() -> Told<&'static str> {
    static PRESET: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let exported = || async { node(&["export-chain-spec", "--chain", "local"]).await };
    PRESET.get_or_try_init(exported).await.map(String::as_str)
}

async fn adapt(network: &mut Value, plan: Plan) -> Told {
    let genesis = network
        .pointer_mut("/genesis/runtimeGenesis/patch")
        .ok_or_else(|| Failure::new("a specification without a preset"))?;
    let bond = genesis["validators"]["candidates"][0][1]
        .as_u64()
        .ok_or_else(|| Failure::new("a preset whose validators have no bonds"))?;
    let (mut keys, mut candidates) = (Vec::new(), Vec::new());
    for validator in 0..plan.validators {
        let name = name_of(validator);
        let account = public(&name, "sr25519", "ss58Address").await?;
        let grandpa = public(&name, "ed25519", "ss58Address").await?;
        keys.push(json!([account, account, {"babe": account, "grandpa": grandpa}]));
        candidates.push(json!([account, bond]));
        endow(&mut genesis["balances"]["balances"], &account, bond)?;
    }
    genesis["session"]["keys"] = keys.into();
    let count = plan.validators;
    genesis["validators"]["candidates"] = candidates.into();
    // More than two thirds, as the preset has it.
    genesis["validators"]["leastValidators"] = (count - (count - 1) / 3).into();
    genesis["lengths"]["epochSlots"] = plan.epoch_slots.into();
    Ok(())
}

/// Gives an account what it bonds, and something to spend besides.
fn endow(balances: &mut Value, account: &str, bond: u64) -> Told {
    let rows = balances
        .as_array_mut()
        .ok_or_else(|| Failure::new("a preset without balances"))?;
    let enough = json!(SPENDING_MONEY + bond);
    match rows.iter_mut().find(|row| row[0] == account) {
        Some(row) => row[1] = enough,
        None => rows.push(json!([account, enough])),
    }
    Ok(())
}

/// Something public about the keys `//Name` of a scheme.
pub async fn public(name: &str, scheme: &str, what: &str) -> Told<String> {
    let path = format!("//{name}");
    let words = [
        "key",
        "inspect",
        "--network",
        "substrate",
        "--output-type",
        "json",
        "--scheme",
        scheme,
        &path,
    ];
    let inspected: Value = serde_json::from_str(&node(&words).await?).map_err(said)?;
    inspected[what]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("no {what} of {path} in {inspected}")))
}

/// What a session key is for: its type in the keystore, and its scheme.
#[derive(Clone, Copy, Debug)]
pub struct Purpose(&'static str, &'static str);

/// Makes blocks.
pub const FOR_BLOCKS: Purpose = Purpose("babe", "sr25519");
/// Votes for what is final.
pub const FOR_VOTES: Purpose = Purpose("gran", "ed25519");

/// Puts a session key `//Name` into a keystore, of a node that does not run.
pub async fn insert_key(
    specification: &Path,
    keystore: &Path,
    name: &str,
    Purpose(kind, scheme): Purpose,
) -> Told {
    let (specification, keystore) = (
        specification.display().to_string(),
        keystore.display().to_string(),
    );
    let path = format!("//{name}");
    let words = [
        "key",
        "insert",
        "--chain",
        &specification,
        "--keystore-path",
        &keystore,
        "--key-type",
        kind,
        "--scheme",
        scheme,
        "--suri",
        &path,
    ];
    node(&words).await.map(drop)
}

/// What a subcommand of the node prints.
async fn node(words: &[&str]) -> Told<String> {
    let output = Command::new(binary("hashcard-node")?)
        .args(words)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    ensure(output.status.success(), || {
        format!("hashcard-node {}: {err}", words.join(" "))
    })?;
    Ok(out.into_owned())
}

fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("hashcard-node: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validator_pays_its_bond_from_its_own_row_and_has_the_rest() {
        let mut balances = json!([["5Here", 7]]);
        endow(&mut balances, "5Here", 5).unwrap();
        endow(&mut balances, "5There", 5).unwrap();
        let row = |name: &str| json!([name, SPENDING_MONEY + 5]);
        assert_eq!(balances, json!([row("5Here"), row("5There")]));
        assert!(endow(&mut Value::Null, "5Here", 5).is_err());
    }

    #[tokio::test]
    async fn nobody_and_a_crowd_are_no_network() {
        let folder = tempfile::tempdir().unwrap();
        for validators in [0, MAX_VALIDATORS + 1] {
            let refusal = write(folder.path(), Plan::of(validators)).await.unwrap_err();
            assert!(refusal.to_string().contains("1 to 16"), "{refusal}");
        }
    }

    #[test]
    fn names_are_those_of_the_well_known_accounts_as_long_as_there_are_any() {
        let names: Vec<_> = (0..8).map(name_of).collect();
        assert_eq!(&names[4..], ["Eve", "Ferdie", "Validator7", "Validator8"]);
    }
}
