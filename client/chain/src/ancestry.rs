//! Final blocks by their numbers, where no proof says which block has a number: found from the finalised head down, parent by
//! parent.
//!
//! **What is final stays**, so a block that was found is found at once from then on.

use crate::{at::At, Chain, Result};
use std::collections::BTreeMap;
use subxt::config::substrate::H256;
use tokio::sync::Mutex;

/// Blocks below the finalised head that are found. A node without an archive keeps the states of 256, and some pass while they are
/// read.
const REACH: u32 = 200;

/// What was found, by number; never more than [`REACH`] and one.
#[derive(Default)]
pub(crate) struct Ancestry(Mutex<BTreeMap<u32, H256>>);

impl Chain {
    /// The final block with this number, if it is within reach.
    pub(crate) async fn ancestor(&self, number: u32) -> Result<Option<At>> {
        let at = |hash: H256| At { number, hash: hash.0 };
        if number == 0 {
            return Ok(Some(at(self.link().genesis())));
        }
        // One walk at a time; the others find what it found.
        let mut found = self.ancestry().0.lock().await;
        let head = self.finalized().await?;
        let lowest = head.number.saturating_sub(REACH);
        if number > head.number || number < lowest {
            return Ok(None);
        }
        found.insert(head.number, H256(head.hash));
        *found = found.split_off(&lowest);
        let nearest = found.range(number..).next().map(|(number, hash)| At {
            number: *number,
            hash: hash.0,
        });
        let from = nearest.unwrap_or(head);
        if from.number > number {
            found.extend(self.hashes_back_to(number, from).await?);
        }
        Ok(found.get(&number).copied().map(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeChain;

    /// A chain that is asked as a light client asks.
    async fn light(blocks: usize) -> (FakeChain, Chain) {
        let fake = FakeChain::new();
        fake.state().is_light = true;
        for _ in 0..blocks {
            fake.state().author();
        }
        let chain = fake.dial().await.unwrap();
        (fake, chain)
    }

    #[tokio::test]
    async fn a_final_block_is_found_by_its_number_where_only_hashes_are_proven() {
        let (fake, chain) = light(20).await;
        let last = fake.state().finalized_number();
        for number in (0..=last).rev() {
            let found = chain.block_at(number).await.unwrap().unwrap();
            assert_eq!((found.number, found.hash), (number, fake.state().hash_at(number)));
        }
        // And what follows is found from there on.
        fake.state().author();
        let found = chain.block_at(last + 1).await.unwrap().unwrap();
        assert_eq!(found.hash, fake.state().hash_at(last + 1));
    }

    #[tokio::test]
    async fn a_block_that_is_not_final_or_too_old_is_not_found() {
        let (fake, chain) = light(REACH as usize + 10).await;
        let last = fake.state().finalized_number();
        assert_eq!(chain.block_at(last + 1).await.unwrap(), None);
        assert_eq!(chain.block_at(last - REACH - 1).await.unwrap(), None);
        assert!(chain.block_at(last - REACH).await.unwrap().is_some());
        assert_eq!(chain.block_at(0).await.unwrap().unwrap().hash, chain.genesis());
    }

    #[tokio::test]
    async fn a_block_that_was_found_is_not_asked_for_again() {
        let (fake, chain) = light(20).await;
        chain.block_at(5).await.unwrap().unwrap();
        let asked = fake.state().headers_asked;
        let last = fake.state().finalized_number();
        for number in 5..=last {
            chain.block_at(number).await.unwrap().unwrap();
        }
        // Each asks for the header of the finalised head, to know its number.
        assert_eq!(fake.state().headers_asked - asked, last as usize - 4);
    }
}
