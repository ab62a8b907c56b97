//! Where a journey plays: a folder, a chain, and people who come on as they are needed.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::failure::{Failure, Told};
use crate::home::Home;
use crate::node::Node;
use crate::process::Lifetime;

/// Blocks within which something must be seen that nobody has to be asked for any more: a few to be final, a few for a
/// daemon that tries again, and as many for a machine that is busy.
const SEEN_WITHIN_BLOCKS: usize = 30;

/// A chain and a folder. Both go away with this.
pub struct Stage {
    // Before the folder, so that the node is gone when the folder is removed.
    /// The chain.
    pub node: Node,
    folder: TempDir,
    lifetime: Lifetime,
}

impl Stage {
    /// A new chain in a new folder.
    pub async fn open() -> Told<Self> {
        let folder = tempfile::Builder::new().prefix("hashcard-journey-").tempdir()?;
        let node = Node::start(&folder.path().join("node"), Lifetime::Bound).await?;
        Ok(Self {
            node,
            folder,
            lifetime: Lifetime::Bound,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file or folder to be, in a folder of inputs.
    pub fn input(&self, name: &str) -> PathBuf {
        self.folder().join("inputs").join(name)
    }

    /// A person who owns an endowed account, called after its name.
    pub async fn person(&self, account: &str) -> Told<Home> {
        Home::endowed(
            self.folder(),
            &account.to_lowercase(),
            account,
            &self.node.url(),
            self.lifetime,
        )
        .await
    }

    /// A person whose home is empty still.
    pub fn newcomer(&self, name: &str, account: &str) -> Told<Home> {
        Home::empty(self.folder(), name, account, &self.node.url(), self.lifetime)
    }

    /// Runs a command of the person after each block until its outcome fits; gives that outcome.
    pub async fn until<'a>(
        &self,
        person: &Home,
        arguments: &[&str],
        what: &str,
        fits: impl Fn(&Value) -> bool + 'a,
    ) -> Told<Value> {
        until(&self.node, person, arguments, what, fits).await
    }
}

/// Runs a command of the person after each block until its outcome fits; gives that outcome.
pub async fn until(
    node: &Node,
    person: &Home,
    arguments: &[&str],
    what: &str,
    fits: impl Fn(&Value) -> bool,
) -> Told<Value> {
    let mut seen = Value::Null;
    for _ in 0..SEEN_WITHIN_BLOCKS {
        seen = person.done(arguments).await?;
        if fits(&seen) {
            return Ok(seen);
        }
        node.next_block().await?;
    }
    Err(Failure::new(format!(
        "hashcard {}: not {what} within {SEEN_WITHIN_BLOCKS} blocks: {seen}",
        arguments.join(" ")
    )))
}

/// Whether an answer of `hashcard seats` names at least so many seats that hold the whole blob.
pub fn has_full_seats(seats: &Value, at_least: usize) -> bool {
    let full = |seats: &Vec<Value>| seats.iter().filter(|seat| seat["covered"] == 100).count();
    seats["seats"].as_array().map_or(0, full) >= at_least
}
