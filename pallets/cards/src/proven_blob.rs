//! The checks are in order of cost: comparisons, one read, at most 34 hashes, and last the sigma proof.

use crate::{BlobProof, CardOfRoot, Config, Error, Pallet};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use hashcard_primitives::{
    blob::Suite,
    card::{Blob, KeyCommitments},
    footer::Footer,
    leaf::verify_last_leaf,
};
use hashcard_proofs::{verify_card, CardContext, EncodedPoint};
use sp_runtime::{traits::Zero, AccountId32, DispatchError};

impl<T: Config> Pallet<T> {
    /// The blob that a footer describes, once it is shown to be the end of the blob with this root, made for
    /// this chain and by this creator.
    pub(crate) fn proven_blob(creator: &AccountId32, proof: &BlobProof) -> Result<Blob, DispatchError> {
        let footer = Footer::from_bytes(&proof.last_leaf).map_err(|_| Error::<T>::NotAFooter)?;
        let head = footer.head();
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        ensure!(head.genesis[..] == *genesis.as_ref(), Error::<T>::AnotherChain);
        let creator: &[u8; 32] = creator.as_ref();
        ensure!(head.creator == *creator, Error::<T>::AnotherCreator);
        let card_proof = match (head.suite, &proof.card_proof) {
            (Suite::Plain, None) => None,
            (Suite::Plain, Some(_)) => return Err(Error::<T>::CardProofUnexpected.into()),
            (Suite::ChaCha20Poly1305, None) => return Err(Error::<T>::CardProofMissing.into()),
            (Suite::ChaCha20Poly1305, Some(card_proof)) => Some(card_proof),
        };
        ensure!(!CardOfRoot::<T>::contains_key(proof.root), Error::<T>::RootTaken);
        ensure!(
            verify_last_leaf(&proof.root, footer.blob_len(), &proof.last_leaf, &proof.path),
            Error::<T>::LeafNotProven
        );
        if let Some(card_proof) = card_proof {
            let context = CardContext {
                genesis: &head.genesis,
                creator,
                root: &proof.root.0,
                blob_len: footer.blob_len(),
                salt: &head.salt,
                key_commitment: &head.key_commitment,
            };
            verify_card(&context, &EncodedPoint(head.content_commitment), card_proof)
                .map_err(|_| Error::<T>::CardProofInvalid)?;
        }
        Ok(Blob {
            root: proof.root,
            len: footer.blob_len(),
            content_len: footer.content_len(),
            suite: head.suite,
            free_chunks: head.free_chunks,
            salt: head.salt,
            commitments: card_proof.map(|_| KeyCommitments {
                content: head.content_commitment,
                key: head.key_commitment,
            }),
        })
    }
}
