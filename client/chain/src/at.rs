//! Which block an answer is about.
//!
//! **[`Chain`]'s own reads are about the finalised head of that moment**, each anew. Several answers that must fit
//! together are asked of one [`ChainAt`].

use crate::{extrinsic::hash_of, link::Link, Account, Chain, ChainError, Result};
use codec::Encode;
use futures::{stream, stream::BoxStream, StreamExt};
use hashcard_primitives::Balance;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use subxt::{
    config::substrate::{SubstrateHeader, H256},
    rpcs::client::{rpc_params, RpcSubscription},
};
use tokio::time::sleep;

/// Pause before a broken subscription is opened again, so that a node that always ends it is not flooded.
const RESUBSCRIBE_PAUSE: Duration = Duration::from_millis(500);

pub(crate) type Header = SubstrateHeader<H256>;

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// Its height.
    pub number: u32,
    /// Hash of its header.
    pub hash: [u8; 32],
}

/// What came of a transaction, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included<T> {
    /// The block that holds it.
    pub at: At,
    /// What the call made.
    pub value: T,
    /// Fee that was taken in the end, in 10⁻¹² CARD.
    pub fee: Balance,
}

impl<T> Included<T> {
    /// The same inclusion with another value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Included<U> {
        Included {
            at: self.at,
            value: make(self.value),
            fee: self.fee,
        }
    }
}

/// How long to wait for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until a block of the best chain holds it. A fork may still undo that.
    Best,
    /// Until such a block is final.
    Finalized,
}

/// The chain as it was after one block. Cheap to clone.
#[derive(Clone)]
pub struct ChainAt {
    pub(crate) chain: Chain,
    pub(crate) hash: [u8; 32],
}

impl ChainAt {
    /// Hash of the block.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// How many transactions of an account the chain has included.
    pub(crate) async fn nonce(&self, account: Account) -> Result<u32> {
        self.chain
            .runtime_call(self.hash, "AccountNonceApi_account_nonce", (account,))
            .await
    }
}

impl Chain {
    /// The chain after a block. The node must still have its state: without an archive, the last 256 blocks.
    pub fn at(&self, at: At) -> ChainAt {
        ChainAt {
            chain: self.clone(),
            hash: at.hash,
        }
    }

    /// The chain at the finalised head of this moment.
    pub async fn at_finalized(&self) -> Result<ChainAt> {
        let hash: H256 = self.link().ask("chain_getFinalizedHead", rpc_params![]).await?;
        Ok(ChainAt {
            chain: self.clone(),
            hash: hash.0,
        })
    }

    /// The chain at the best head of this moment.
    pub async fn at_best(&self) -> Result<ChainAt> {
        let hash = self.canonical_hash(None).await?;
        let hash = hash.ok_or_else(|| ChainError::hostile("chain_getBlockHash", "there is no best block"))?;
        Ok(ChainAt {
            chain: self.clone(),
            hash: hash.0,
        })
    }

    /// The newest block that no fork can undo.
    pub async fn finalized(&self) -> Result<At> {
        let hash = self.at_finalized().await?.hash;
        let header = self.header(hash).await?;
        header.ok_or_else(|| ChainError::hostile("chain_getHeader", "it has no header of the finalised head"))
    }

    /// The newest block of the longest chain.
    pub async fn best(&self) -> Result<At> {
        let header: Option<Header> = self.link().ask("chain_getHeader", rpc_params![]).await?;
        at_of(&header.ok_or_else(|| ChainError::hostile("chain_getHeader", "there is no best block"))?)
    }

    /// Finalised heads as they come, with rising numbers. Blocks that are finalised together come as the newest alone.
    ///
    /// An error of the connection is an item and not the end: polling on tries again, with the patience of every
    /// question. Any other error is the last item.
    pub async fn finalized_blocks(&self) -> Result<BoxStream<'static, Result<At>>> {
        self.heads(FINALIZED).await
    }

    /// Best heads likewise; those that do not rise are left out. A fork may still undo each of them.
    pub async fn best_blocks(&self) -> Result<BoxStream<'static, Result<At>>> {
        self.heads(BEST).await
    }

    async fn heads(&self, topic: Topic) -> Result<BoxStream<'static, Result<At>>> {
        let heads = Heads {
            link: self.shared_link(),
            topic,
            subscription: Some(subscribe(self.link(), topic).await?),
            last: None,
        };
        let next = |heads: Option<Heads>| async {
            let mut heads = heads?;
            let item = heads.next().await;
            let goes_on = matches!(item, Ok(_) | Err(ChainError::NodeDown { .. }));
            Some((item, goes_on.then_some(heads)))
        };
        Ok(stream::unfold(Some(heads), next).boxed())
    }

    /// The block with this hash, if the node has it.
    pub(crate) async fn header(&self, hash: [u8; 32]) -> Result<Option<At>> {
        let header: Option<Header> = self
            .link()
            .ask("chain_getHeader", rpc_params![H256(hash)])
            .await?;
        let Some(at) = header.as_ref().map(at_of).transpose()? else {
            return Ok(None);
        };
        if at.hash != hash {
            return Err(ChainError::hostile(
                "chain_getHeader",
                "the header has another hash",
            ));
        }
        Ok(Some(at))
    }

    /// Hash of a block of the best chain by number; of its head without a number.
    pub(crate) async fn canonical_hash(&self, number: Option<u32>) -> Result<Option<H256>> {
        self.link().ask("chain_getBlockHash", rpc_params![number]).await
    }

    /// Hashes of `best` and of those before it down to the block `first`, or to one that is not known.
    pub(crate) async fn hashes_back_to(&self, first: u32, best: At) -> Result<BTreeMap<u32, H256>> {
        let (mut hashes, mut hash) = (BTreeMap::new(), H256(best.hash));
        for number in (first..=best.number).rev() {
            hashes.insert(number, hash);
            let header: Option<Header> = self.link().ask("chain_getHeader", rpc_params![hash]).await?;
            match header {
                Some(header) if hash_of(&header.encode()) == hash => hash = header.parent_hash,
                Some(_) => {
                    return Err(ChainError::hostile(
                        "chain_getHeader",
                        "the header has another hash",
                    ))
                }
                None => break,
            }
        }
        Ok(hashes)
    }
}

/// Number and hash of a header.
pub(crate) fn at_of(header: &Header) -> Result<At> {
    let number = u32::try_from(header.number)
        .map_err(|_| ChainError::hostile("a header", format!("block {} does not exist", header.number)))?;
    Ok(At {
        number,
        hash: hash_of(&header.encode()).0,
    })
}

/// Methods that begin and end a subscription of heads.
type Topic = (&'static str, &'static str);
const FINALIZED: Topic = ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads");
const BEST: Topic = ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads");

async fn subscribe(link: &Link, (begin, end): Topic) -> Result<RpcSubscription<Header>> {
    link.subscribe(begin, end).await
}

struct Heads {
    link: Arc<Link>,
    topic: Topic,
    subscription: Option<RpcSubscription<Header>>,
    last: Option<u32>,
}

impl Heads {
    async fn next(&mut self) -> Result<At> {
        loop {
            let subscription = match &mut self.subscription {
                Some(subscription) => subscription,
                none => none.insert(subscribe(&self.link, self.topic).await?),
            };
            match subscription.next().await {
                Some(Ok(header)) => {
                    let at = at_of(&header)?;
                    // A new subscription begins with a head that was told before.
                    if self.last.is_none_or(|last| last < at.number) {
                        self.last = Some(at.number);
                        return Ok(at);
                    }
                }
                // It broke, or this reader lagged.
                Some(Err(_)) | None => {
                    self.subscription = None;
                    sleep(RESUBSCRIBE_PAUSE).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeChain;

    #[tokio::test]
    async fn heads_name_themselves_by_the_hash_of_their_header() {
        let fake = FakeChain::new();
        let chain = fake.dial().await.unwrap();
        let (best, finalized) = (chain.best().await.unwrap(), chain.finalized().await.unwrap());
        assert_eq!(best.number, fake.state().best_number());
        assert_eq!(finalized.number, fake.state().finalized_number());
        assert_eq!(chain.at_finalized().await.unwrap().hash(), finalized.hash);
        assert_eq!(chain.at_best().await.unwrap().hash(), best.hash);
        assert_eq!(chain.at(best).hash(), best.hash);
    }

    #[tokio::test(start_paused = true)]
    async fn finalised_heads_rise_across_broken_subscriptions() {
        let fake = FakeChain::new();
        let chain = fake.connect().await;
        // Each subscription of this chain ends after two heads.
        let heads = chain.finalized_blocks().await.unwrap();
        let heads: Vec<u32> = heads.take(5).map(|head| head.unwrap().number).collect().await;
        assert!(heads.is_sorted_by(|a, b| a < b), "{heads:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn best_heads_come_before_they_are_final() {
        let fake = FakeChain::new();
        let chain = fake.connect().await;
        let mut best = chain.best_blocks().await.unwrap();
        let mut finalized = chain.finalized_blocks().await.unwrap();
        let (best, finalized) = (best.next().await.unwrap(), finalized.next().await.unwrap());
        assert!(best.unwrap().number > finalized.unwrap().number);
    }

    #[tokio::test(start_paused = true)]
    async fn heads_go_on_after_the_node_was_away_and_end_at_another_chain() {
        let fake = FakeChain::new();
        let chain = fake.connect().await;
        let mut heads = chain.finalized_blocks().await.unwrap();
        assert!(heads.next().await.unwrap().is_ok());
        fake.state().down = true;
        let mut last = heads.next().await;
        while let Some(Ok(_)) = last {
            last = heads.next().await;
        }
        assert!(matches!(last, Some(Err(ChainError::NodeDown { .. }))));
        fake.state().down = false;
        assert!(heads.next().await.unwrap().is_ok());

        fake.become_another_chain();
        let mut last = heads.next().await;
        while let Some(Ok(_)) = last {
            last = heads.next().await;
        }
        assert!(matches!(last, Some(Err(ChainError::WrongChain { .. }))));
        assert!(heads.next().await.is_none());
    }
}
