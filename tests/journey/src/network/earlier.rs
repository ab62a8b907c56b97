//! The runtime from before bonded candidates, reactions and the council: what a chain that has run for a while upgrades from.
//!
//! **It is the wasm of a commit of this repository, kept as it was built** (tests/journey/runtimes): a runtime that were changed to
//! look old would prove nothing. What genesis says today of pallets that it does not have is left out.

use std::path::{Path, PathBuf};

use serde_json::{json, Value};

use crate::content::sha256;
use crate::failure::{ensure, Failure, Told};

/// Its `spec_version`.
pub const SPEC_VERSION: u32 = 3;
/// SHA-256 of the file; the README beside it says of what commit it is.
const SHA_256: &str = "52f288492faf08d452917ef3957a29359f36f6e43f8d1049900828fa1f8bca4a";
/// What genesis says of pallets that came later.
const LATER: [&str; 3] = ["council", "decisions", "validators"];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runtimes/spec-3.compact.compressed.wasm")
}

/// Lets a network, as a specification that is not raw has it, begin with that runtime.
pub async fn put_in_place(network: &mut Value) -> Told {
    let sums = sha256(&file()).await?;
    ensure(sums.values().eq([SHA_256]), || {
        format!(
            "{} is not what has the SHA-256 {SHA_256}: {sums:?}",
            file().display()
        )
    })?;
    let code = std::fs::read(file())?;
    let genesis = &mut network["genesis"]["runtimeGenesis"];
    genesis["code"] = json!(format!("0x{}", hex::encode(code)));
    let patch = genesis["patch"]
        .as_object_mut()
        .ok_or_else(|| Failure::new("a specification without a preset"))?;
    for pallet in LATER {
        patch.remove(pallet);
    }
    Ok(())
}
