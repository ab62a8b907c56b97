//! Two blocks of one author for one slot: noticed where blocks are imported, and reported to the chain.
//!
//! **What proves it is two headers with their seals.** BABE's own import (sc-consensus-babe 0.60) looks as well, but at headers whose seals
//! its verifier has set aside; the chain refuses such a proof, and until then it keeps a right one out of the pool, which has one
//! place for each author and slot. So that import is told a slot at which it does not look ([`inherents_of_import`]), and this
//! one, around it, does.
//!
//! Only blocks that were imported count: their seals were verified, and their own state says who their author is and proves whose
//! the key was in their session. Those of an initial sync do not: whoever was there has reported them. A node that starts anew
//! begins with nothing; a report needs one validator that saw both.

use crate::service::Client;
use async_trait::async_trait;
use hashcard_runtime::{opaque::Block, Header};
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::{BlockOrigin, Error as ConsensusError};
use sp_consensus_babe::{
    digests::CompatibleDigestItem, inherents::InherentDataProvider as SlotInherent, AuthorityId, BabeApi,
    EquivocationProof, Slot,
};
use sp_timestamp::InherentDataProvider as TimestampInherent;
use std::{
    collections::{btree_map::Entry, BTreeMap},
    sync::{Arc, Mutex, PoisonError},
};

/// Slots of which headers are kept: an hour of slots of three seconds. The second block of a doubled key comes a moment after the first,
/// or when a network that was parted heals. A header has some 400 bytes, and a slot mostly one author, of a hundred at most.
const SLOTS_KEPT: u64 = 1_200;

/// What BABE's own import checks blocks against. The time is now. **The slot is the last one there is**, and not this one: the import
/// uses it for one thing only, to look for a second block no further back than a thousand slots, and so it looks for none. In
/// what a block is checked against, the import puts the block's own slot in its place.
pub fn inherents_of_import() -> (SlotInherent, TimestampInherent) {
    (
        SlotInherent::new(Slot::from(u64::MAX)),
        TimestampInherent::from_system_time(),
    )
}

/// The first header of each author in each slot, for as many slots as are kept.
#[derive(Default)]
struct SealedHeaders(BTreeMap<Slot, BTreeMap<AuthorityId, Kept>>);

enum Kept {
    First(Header),
    /// There were two. One proof says it; a third header adds nothing.
    Proven,
}

impl SealedHeaders {
    /// Takes in a header that its author has sealed. The first one of this author in this slot, if this is the second.
    fn take(&mut self, slot: Slot, author: AuthorityId, header: &Header) -> Option<Header> {
        let newest = self
            .0
            .last_key_value()
            .map_or(slot, |(newest, _)| slot.max(*newest));
        let oldest = newest.saturating_sub(SLOTS_KEPT - 1);
        if slot < oldest {
            return None;
        }
        self.0 = self.0.split_off(&oldest);
        match self.0.entry(slot).or_default().entry(author) {
            Entry::Vacant(place) => {
                place.insert(Kept::First(header.clone()));
                None
            }
            Entry::Occupied(mut place) => match place.get() {
                Kept::First(first) if first.hash() != header.hash() => match place.insert(Kept::Proven) {
                    Kept::First(first) => Some(first),
                    Kept::Proven => None,
                },
                _ => None,
            },
        }
    }
}

/// BABE's block import, and around it the eye on two blocks for one slot.
#[derive(Clone)]
pub struct WatchedImport<I> {
    inner: I,
    client: Arc<Client>,
    pool: OffchainTransactionPoolFactory<Block>,
    seen: Arc<Mutex<SealedHeaders>>,
}

impl<I> WatchedImport<I> {
    /// Around BABE's import. Reports go into this pool, out of which this node's own blocks take them.
    pub fn new(inner: I, client: Arc<Client>, pool: OffchainTransactionPoolFactory<Block>) -> Self {
        Self {
            inner,
            client,
            pool,
            seen: Arc::default(),
        }
    }

    /// Looks at a header with its seal, whose block was imported.
    fn look_at(&self, header: &Header) -> Result<(), ApiError> {
        let Ok(claim) = sc_consensus_babe::find_pre_digest::<Block>(header) else {
            return Ok(());
        };
        let epoch = self.client.runtime_api().current_epoch(header.hash())?;
        let Some((author, _)) = epoch.authorities.get(claim.authority_index() as usize) else {
            return Ok(());
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let first = seen.take(claim.slot(), author.clone(), header);
        drop(seen);
        match first {
            Some(first_header) => self.report(EquivocationProof {
                offender: author.clone(),
                slot: claim.slot(),
                first_header,
                second_header: header.clone(),
            }),
            None => Ok(()),
        }
    }

    fn report(&self, proof: EquivocationProof<Header>) -> Result<(), ApiError> {
        let (author, slot, second) = (proof.offender.clone(), proof.slot, proof.second_header.hash());
        tracing::info!(
            "Slot author {author:?} is equivocating at slot {slot} with headers {:?} and {second:?}",
            proof.first_header.hash(),
        );
        // After the block itself, the running session is the one that its slot is in; after its parent it may be the one before.
        let proven = self
            .client
            .runtime_api()
            .generate_key_ownership_proof(second, slot, author.clone())?;
        let Some(owner) = proven else {
            tracing::warn!("Slot author {author:?} has no session key after {second:?}: nothing to report");
            return Ok(());
        };
        let (best, mut api) = (self.client.info().best_hash, self.client.runtime_api());
        api.register_extension(self.pool.offchain_transaction_pool(best));
        match api.submit_report_equivocation_unsigned_extrinsic(best, proof, owner)? {
            Some(()) => tracing::info!("Submitted equivocation report for author {author:?}"),
            None => tracing::info!("The pool has no use for an equivocation report for author {author:?}"),
        }
        Ok(())
    }
}

/// The header with its seal, if BABE's verifier has checked it or this node has made it: both set the seal aside, to be put back when the
/// block is stored. What is not verified, parts of an initial sync and state, has its seal where it was.
fn sealed_header(block: &BlockImportParams<Block>) -> Option<Header> {
    match (block.origin, &block.post_digests[..]) {
        (BlockOrigin::NetworkBroadcast | BlockOrigin::ConsensusBroadcast | BlockOrigin::Own, [seal])
            if seal.as_babe_seal().is_some() =>
        {
            Some(block.post_header())
        }
        _ => None,
    }
}

#[async_trait]
impl<I> BlockImport<Block> for WatchedImport<I>
where
    I: BlockImport<Block, Error = ConsensusError> + Send + Sync,
{
    type Error = ConsensusError;

    async fn check_block(&self, block: BlockCheckParams<Block>) -> Result<ImportResult, Self::Error> {
        self.inner.check_block(block).await
    }

    async fn import_block(&self, block: BlockImportParams<Block>) -> Result<ImportResult, Self::Error> {
        let sealed = sealed_header(&block);
        let result = self.inner.import_block(block).await?;
        if let (Some(header), ImportResult::Imported(_)) = (sealed, &result) {
            // The block is imported, whatever becomes of a report.
            if let Err(error) = self.look_at(&header) {
                tracing::warn!(
                    "Block {:?} was not looked at for equivocation: {error}",
                    header.hash()
                );
            }
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::{crypto::UncheckedFrom, H256};
    use sp_runtime::{traits::Header as _, Digest, DigestItem};

    fn author(number: u8) -> AuthorityId {
        sp_core::sr25519::Public::unchecked_from([number; 32]).into()
    }

    fn seal() -> DigestItem {
        let signature = sp_core::sr25519::Signature::default();
        <DigestItem as CompatibleDigestItem>::babe_seal(signature.into())
    }

    /// Headers differ by their numbers.
    fn header(number: u32) -> Header {
        let none = H256::zero();
        let digest = Digest { logs: vec![seal()] };
        Header::new(number, none, none, none, digest)
    }

    #[test]
    fn a_second_header_of_one_author_in_one_slot_is_told_once_and_the_same_one_never() {
        let (mut seen, slot) = (SealedHeaders::default(), Slot::from(7));
        assert_eq!(seen.take(slot, author(1), &header(1)), None);
        assert_eq!(seen.take(slot, author(1), &header(1)), None);
        assert_eq!(seen.take(slot, author(1), &header(2)), Some(header(1)));
        for more in [1, 2, 3] {
            assert_eq!(seen.take(slot, author(1), &header(more)), None);
        }
    }

    #[test]
    fn another_author_in_the_slot_and_the_author_in_another_slot_are_nothing() {
        let mut seen = SealedHeaders::default();
        assert_eq!(seen.take(Slot::from(7), author(1), &header(1)), None);
        assert_eq!(seen.take(Slot::from(7), author(2), &header(2)), None);
        assert_eq!(seen.take(Slot::from(8), author(1), &header(3)), None);
        assert_eq!(seen.take(Slot::from(6), author(1), &header(4)), None);
        assert_eq!(seen.take(Slot::from(7), author(2), &header(5)), Some(header(2)));
    }

    #[test]
    fn an_hour_of_slots_is_kept_and_what_is_older_is_not_taken() {
        let (mut seen, first) = (SealedHeaders::default(), 1_000);
        for slot in first..first + SLOTS_KEPT {
            seen.take(Slot::from(slot), author(1), &header(1));
        }
        let oldest = Slot::from(first);
        assert_eq!(seen.take(oldest, author(1), &header(2)), Some(header(1)));

        seen.take(Slot::from(first + SLOTS_KEPT), author(1), &header(1));
        assert_eq!(seen.0.len() as u64, SLOTS_KEPT);
        for number in [1, 2] {
            assert_eq!(seen.take(oldest, author(2), &header(number)), None);
        }
        assert_eq!(seen.0.len() as u64, SLOTS_KEPT);
        // A gap of any length leaves nothing of before.
        seen.take(Slot::from(u64::MAX), author(1), &header(1));
        assert_eq!(seen.0.len(), 1);
    }

    #[test]
    fn only_a_header_whose_seal_was_set_aside_by_a_verifier_counts_and_none_of_an_initial_sync() {
        let mut plain = header(1);
        plain.digest_mut().pop();
        let block = |origin, header: &Header, seals: usize| {
            let mut block = BlockImportParams::<Block>::new(origin, header.clone());
            block.post_digests = vec![seal(); seals];
            sealed_header(&block)
        };
        for origin in [BlockOrigin::NetworkBroadcast, BlockOrigin::Own] {
            assert_eq!(block(origin, &plain, 1), Some(header(1)));
            assert_eq!(block(origin, &header(1), 0), None);
            assert_eq!(block(origin, &plain, 2), None);
        }
        for origin in [
            BlockOrigin::NetworkInitialSync,
            BlockOrigin::WarpSync,
            BlockOrigin::GapSync,
        ] {
            assert_eq!(block(origin, &plain, 1), None);
        }
    }
}
