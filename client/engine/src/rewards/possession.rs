//! A proof that the bytes are here. **Nothing is sent that the chain would refuse**: the leaf is checked against the card before.

use hashcard_chain::ChainAt;
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::leaf::{verify_leaf, LeafPath};
use hashcard_primitives::reward::{Leaf, PossessionProof};
use hashcard_store::{Store, StoreError};

use super::todo::Asked;
use crate::engine::{known_card, waiting_for_disk, Engine};
use crate::error::{Code, EngineError};

/// The proof that is asked for; `None` when this home has no such blob.
pub async fn proof(
    engine: &Engine,
    then: &ChainAt,
    asked: Asked,
) -> Result<Option<PossessionProof>, EngineError> {
    let view = known_card(then, asked.card).await?;
    let Some(blob) = view.card.blob else {
        return Ok(None);
    };
    let store = engine.store().await?.clone();
    waiting_for_disk(move || from_store(&store, blob.root, blob.len, asked)).await
}

fn from_store(
    store: &Store,
    root: ContentRoot,
    blob_len: u64,
    asked: Asked,
) -> Result<Option<PossessionProof>, EngineError> {
    let proven = match store.leaf(root, asked.leaf) {
        Ok(proven) => proven,
        Err(StoreError::UnknownBlob { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let matches = verify_leaf(&root, blob_len, asked.leaf, &proven.bytes, &proven.path);
    let proof = Leaf::try_from(proven.bytes)
        .ok()
        .zip(LeafPath::try_from(proven.path).ok())
        .filter(|_| matches)
        .map(|(leaf, path)| PossessionProof {
            card: asked.card,
            leaf,
            path,
        });
    let wrong = || {
        EngineError::new(
            Code::WrongBlob,
            format!("leaf {} of the blob here is not the card's", asked.leaf),
            "remove the blob and fetch it again: hashcard store remove",
        )
    };
    proof.ok_or_else(wrong).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_format::Sink;
    use hashcard_primitives::blob::leaf_count;
    use hashcard_store::Options;
    use std::os::unix::fs::FileExt;

    const CARD: u64 = 7;

    /// A blob of less than a group: it needs no nodes.
    fn small(store: &Store) -> (ContentRoot, u64) {
        let bytes: Vec<u8> = (0..5_000u32).map(|at| (at % 251) as u8).collect();
        let root = ContentRoot(*blake3::hash(&bytes).as_bytes());
        let mut import = store.import().unwrap();
        import.blob(&bytes).unwrap();
        import.commit(root, bytes.len() as u64).unwrap();
        (root, bytes.len() as u64)
    }

    fn asked(leaf: u64) -> Asked {
        Asked { card: CARD, leaf }
    }

    #[test]
    fn what_is_asked_for_is_shown_as_the_chain_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store"), Options::default()).unwrap();
        let (root, len) = small(&store);
        for leaf in 0..leaf_count(len) {
            let proof = from_store(&store, root, len, asked(leaf)).unwrap().unwrap();
            assert_eq!(proof.card, CARD);
            assert!(
                verify_leaf(&root, len, leaf, &proof.leaf, &proof.path),
                "leaf {leaf}"
            );
        }
    }

    #[test]
    fn a_blob_that_is_not_here_is_nobodys_fault_and_a_rotten_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = Store::open(&path, Options::default()).unwrap();
        let (root, len) = small(&store);
        let elsewhere = ContentRoot([9; 32]);
        assert_eq!(from_store(&store, elsewhere, len, asked(0)).unwrap(), None);
        assert_eq!(
            from_store(&store, root, len, asked(300)).unwrap_err().code,
            Code::NotFound
        );
        // A card that says another length asks for a path that the blob does not have.
        assert_eq!(
            from_store(&store, root, 2 * len, asked(0)).unwrap_err().code,
            Code::WrongBlob
        );

        let mut files = std::fs::read_dir(path.join("blobs")).unwrap();
        let data = files
            .find_map(|file| {
                let path = file.unwrap().path();
                path.extension().is_some_and(|end| end == "data").then_some(path)
            })
            .unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(data).unwrap();
        file.write_all_at(&[0xff], 1_500).unwrap();
        let error = from_store(&store, root, len, asked(0)).unwrap_err();
        assert_eq!(error.code, Code::Damaged);
        assert!(error.remedy.contains("store verify"));
    }
}
