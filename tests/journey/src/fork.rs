//! A chain of two validators who can be parted, so that each makes a chain of its own, and joined, so that one of the two goes
//! away.
//!
//! **Apart, nothing becomes final**: GRANDPA needs more than two thirds of two. Each has only those peers that it is told of, and
//! makes blocks whether it has any or not.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{json, Value};

use crate::binaries::binary;
use crate::failure::{ensure, Failure, Told};
use crate::node::Node;
use crate::process::{Lifetime, Process};

/// Validators of the chain.
const VALIDATORS: usize = 2;
/// Blocks within which nodes that are joined must agree: one that was away imports what it missed first.
const AGREED_WITHIN_BLOCKS: u32 = 60;

/// Two validators of one chain, in one folder.
pub struct Fork {
    /// Alice's.
    pub here: Node,
    /// Bob's.
    pub there: Node,
}

impl Fork {
    /// Starts both, joined, and waits until a block is final.
    pub async fn open(folder: &Path) -> Told<Self> {
        let spec = chain_of_two(folder).await?;
        let folders = [folder.join("here"), folder.join("there")];
        let (here, there) = tokio::try_join!(
            Node::start_as(&folders[0], Lifetime::Bound, role("--alice", &spec)),
            Node::start_as(&folders[1], Lifetime::Bound, role("--bob", &spec)),
        )?;
        let both = Self { here, there };
        both.join().await?;
        both.here.finalize(1).await?;
        Ok(both)
    }

    /// Joins them. A node that was started again has to be joined again.
    pub async fn join(&self) -> Told {
        for (one, other) in [(&self.here, &self.there), (&self.there, &self.here)] {
            one.ask("system_addReservedPeer", json!([other.address().await?]))
                .await?;
        }
        Ok(())
    }

    /// Parts them; the highest block that both have. Both start again: a node forgets whom it was told to join.
    pub async fn part(&mut self) -> Told<u32> {
        tokio::try_join!(self.here.kill(), self.there.kill())?;
        tokio::try_join!(self.here.start_again(), self.there.start_again())?;
        loop {
            let height = self.here.next_block().await?.min(self.there.next_block().await?);
            if hash_at(&self.here, height).await? != hash_at(&self.there, height).await? {
                return self.last_common(height).await;
            }
        }
    }

    async fn last_common(&self, from: u32) -> Told<u32> {
        for height in (0..from).rev() {
            if hash_at(&self.here, height).await? == hash_at(&self.there, height).await? {
                return Ok(height);
            }
        }
        Err(Failure::new("the two are of different chains"))
    }

    /// Waits until both have the same block of a height, and that it is final.
    pub async fn agree(&self, height: u32) -> Told {
        for _ in 0..AGREED_WITHIN_BLOCKS {
            let agreed = hash_at(&self.here, height).await? == hash_at(&self.there, height).await?;
            if agreed && self.here.finalized().await? >= height && self.there.finalized().await? >= height {
                return Ok(());
            }
            self.there.next_block().await?;
        }
        let (here, there) = (self.here.finalized().await?, self.there.finalized().await?);
        Err(Failure::new(format!(
            "the two did not agree on block {height} within {AGREED_WITHIN_BLOCKS} blocks; final are {here} and {there}"
        )))
    }
}

/// Hash of a node's block of this height, on the chain that it takes for the best.
pub async fn hash_at(node: &Node, height: u32) -> Told<Value> {
    node.ask("chain_getBlockHash", json!([height])).await
}

/// Blocks above `height`, on a node's best chain, whose slots were won and not assigned: BABE prefers the chain with more of them,
/// and only then the longer one (sc-consensus-babe, fork choice).
pub async fn primaries_above(node: &Node, height: u32) -> Told<u32> {
    let mut primaries = 0;
    for height in height + 1..=node.best().await? {
        let header = node
            .ask("chain_getHeader", json!([hash_at(node, height).await?]))
            .await?;
        primaries += u32::from(is_primary(&header)?);
    }
    Ok(primaries)
}

/// A pre-runtime digest (6) of the engine `BABE`, a compact length below 2¹⁴ in one byte or two, then the kind of claim.
fn is_primary(header: &Value) -> Told<bool> {
    let claim = header["digest"]["logs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find_map(|log| log.strip_prefix("0x0642414245"))
        .ok_or_else(|| Failure::new(format!("no claim of a slot in {header}")))?;
    let byte = |at: usize| {
        claim
            .get(at..at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .ok_or_else(|| Failure::new(format!("a short claim of a slot: {claim}")))
    };
    let kind = if byte(0)? & 3 == 0 { byte(2)? } else { byte(4)? };
    Ok(kind == 1)
}

fn role(who: &str, spec: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["--chain".into(), spec.into(), who.into()];
    words.extend(
        [
            "--validator",
            "--force-authoring",
            "--reserved-only",
            "--no-mdns",
            "--unsafe-force-node-key-generation",
        ]
        .map(OsString::from),
    );
    words
}

/// The preset of four validators, with its first two.
async fn chain_of_two(folder: &Path) -> Told<PathBuf> {
    let words = ["export-chain-spec", "--chain", "local"];
    let node = binary("hashcard-node")?;
    let mut process = Process::start("spec", &node, &words, &[], folder, None, Lifetime::Bound).await?;
    let status = process.end().await?;
    ensure(status.success(), || format!("export-chain-spec: {status}"))?;
    let mut spec: Value = serde_json::from_slice(&std::fs::read(process.stdout())?)
        .map_err(|error| Failure::new(format!("export-chain-spec: {error}")))?;
    let validators = spec
        .pointer_mut("/genesis/runtimeGenesis/patch/session/keys")
        .and_then(Value::as_array_mut)
        .ok_or_else(|| Failure::new("a chain spec without validators"))?;
    validators.truncate(VALIDATORS);
    ensure(validators.len() == VALIDATORS, || "too few validators".to_owned())?;
    let path = folder.join("two.json");
    std::fs::write(&path, spec.to_string())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_that_was_won_is_told_from_one_that_was_assigned() {
        let header =
            |claim: &str| json!({"digest": {"logs": ["0x05464f4f", format!("0x0642414245{claim}")]}});
        assert!(is_primary(&header("340100000000")).unwrap());
        assert!(!is_primary(&header("340200000000")).unwrap());
        // A longer claim has a length of two bytes.
        assert!(is_primary(&header("b50101000000")).unwrap());
        assert!(!is_primary(&header("b50103000000")).unwrap());
        assert!(is_primary(&header("")).is_err());
        assert!(is_primary(&json!({"digest": {"logs": []}})).is_err());
    }
}
