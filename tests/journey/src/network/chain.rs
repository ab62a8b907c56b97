//! What nodes of a network say of their chain, and whether they say the same.

use std::time::Duration;

use codec::DecodeAll;
use hashcard_chain::{Account, Signer};
use hashcard_primitives::validator::{CandidateView, SetView};
use serde_json::{json, Value};

use super::heads::{Heads, Kind};
use super::Network;
use crate::claim::claim_of;
use crate::failure::{ensure, Failure, Told};
use crate::home::DEV_PHRASE;

/// How long a head may stay away. Slots have three seconds, and with half of the authors away about every second one is empty; a
/// node that was away may have to find its peers first.
const HEAD_WITHIN: Duration = Duration::from_secs(120);

/// A block that a node held for final.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Final {
    /// Number of the node.
    pub at: usize,
    /// Height of the block.
    pub height: u32,
    /// Its hash, in hex.
    pub hash: Value,
}

/// The account `//Name`.
pub fn account(name: &str) -> Told<Account> {
    let signer = Signer::from_phrase(DEV_PHRASE, &format!("//{name}"));
    signer
        .map(|signer| signer.account())
        .map_err(|error| Failure::new(error.to_string()))
}

impl Network {
    /// Waits until a node holds a block of this height for final.
    pub async fn finalize(&self, at: usize, height: u32) -> Told<u32> {
        self.head(at, Kind::Finalized, height).await
    }

    /// Waits until a node has so many blocks more than now, whether they are final or not; the height.
    pub async fn import(&self, at: usize, more: u32) -> Told<u32> {
        let best = self.member(at).node.best().await?;
        self.head(at, Kind::Best, best + more).await
    }

    async fn head(&self, at: usize, kind: Kind, height: u32) -> Told<u32> {
        let member = self.member(at);
        let waiting = async {
            let mut heads = Heads::of(&member.node.url(), kind).await?;
            loop {
                let head = heads.next(HEAD_WITHIN).await?;
                if head >= height {
                    return Ok(head);
                }
            }
        };
        waiting.await.map_err(|failure: Failure| {
            let failure = failure.during(format!("{} and its {kind:?} block {height}", member.name()));
            member.node.process().blame(failure)
        })
    }

    /// The block of this height on the chain that a node takes for the best; null if it has none.
    pub async fn hash_at(&self, at: usize, height: u32) -> Told<Value> {
        self.member(at)
            .node
            .ask("chain_getBlockHash", json!([height]))
            .await
    }

    /// Waits until these nodes hold a block of this height for final; it must be the same one. Its hash.
    pub async fn agree(&self, members: &[usize], height: u32) -> Told<Value> {
        let mut hashes = Vec::new();
        for &at in members {
            self.finalize(at, height).await?;
            hashes.push(self.hash_at(at, height).await?);
        }
        let first = hashes.first().cloned().unwrap_or_default();
        ensure(
            first.is_string() && hashes.iter().all(|hash| *hash == first),
            || format!("nodes {members:?} hold for final at {height}: {hashes:?}"),
        )?;
        Ok(first)
    }

    /// What each node that runs holds for final now.
    pub async fn finals(&self) -> Told<Vec<Final>> {
        let mut finals = Vec::new();
        for (at, member) in self
            .members()
            .iter()
            .enumerate()
            .filter(|(_, member)| member.runs())
        {
            let height = member.node.finalized().await?;
            let hash = self.hash_at(at, height).await?;
            finals.push(Final { at, height, hash });
        }
        Ok(finals)
    }

    /// Fails unless every node that runs has these blocks on its chain, as far as that is final.
    pub async fn none_undone(&self, finals: &[Final]) -> Told {
        for now in self.finals().await? {
            for was in finals.iter().filter(|was| was.height <= now.height) {
                let hash = self.hash_at(now.at, was.height).await?;
                ensure(hash == was.hash, || {
                    format!("{was:?} was final, and node {} holds {hash} for final", now.at)
                })?;
            }
        }
        Ok(())
    }

    /// Waits until a block that `//Name` made is final after this height, within so many blocks; its height.
    pub async fn authored(&self, at: usize, name: &str, after: u32, blocks: u32) -> Told<u32> {
        let wanted = account(name)?;
        for height in after + 1..=after + blocks {
            self.finalize(at, height).await?;
            if self.author_of(at, height).await? == wanted {
                return Ok(height);
            }
        }
        Err(Failure::new(format!(
            "none of {blocks} blocks after {after} is {name}'s"
        )))
    }

    /// How many of the blocks above one height and up to another are `//Name`'s.
    pub async fn authored_between(&self, at: usize, name: &str, above: u32, to: u32) -> Told<u32> {
        let wanted = account(name)?;
        let mut count = 0;
        for height in above + 1..=to {
            count += u32::from(self.author_of(at, height).await? == wanted);
        }
        Ok(count)
    }

    async fn author_of(&self, at: usize, height: u32) -> Told<Account> {
        let hash = self.hash_at(at, height).await?;
        let header = self.member(at).node.ask("chain_getHeader", json!([hash])).await?;
        let place = claim_of(&header)?.author;
        let set = self.set(at, &hash).await?;
        let author = set.validators.get(place as usize);
        author
            .copied()
            .ok_or_else(|| Failure::new(format!("nobody has place {place} in {set:?}")))
    }

    /// Who validates after a block.
    pub async fn set(&self, at: usize, hash: &Value) -> Told<SetView<Account>> {
        self.asked(at, "ValidatorsApi_validator_set", "0x", hash).await
    }

    /// What `//Name` has at stake after a block, or is barred from.
    pub async fn candidate(
        &self,
        at: usize,
        name: &str,
        hash: &Value,
    ) -> Told<Option<CandidateView<Account>>> {
        let argument = format!("0x{}", hex::encode(account(name)?));
        self.asked(at, "ValidatorsApi_candidate", &argument, hash).await
    }

    async fn asked<T: DecodeAll>(&self, at: usize, method: &str, argument: &str, hash: &Value) -> Told<T> {
        let answer = self
            .member(at)
            .node
            .ask("state_call", json!([method, argument, hash]))
            .await?;
        let bytes = answer
            .as_str()
            .and_then(|text| hex::decode(text.trim_start_matches("0x")).ok());
        let bytes = bytes.ok_or_else(|| Failure::new(format!("{method}: {answer}")))?;
        T::decode_all(&mut &bytes[..]).map_err(|error| Failure::new(format!("{method}: {error}")))
    }
}
