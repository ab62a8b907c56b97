//! Blobs for tests and benchmarks: a real footer under invented siblings, so a blob of any length costs no
//! more than its path. The last leaf is the right child at every depth, whatever the length.

use alloc::vec::Vec;
use blake3::{
    hazmat::{merge_subtrees_non_root, merge_subtrees_root, HasherExt, Mode},
    Hasher,
};
use hashcard_primitives::{
    blob::{leaf_count, ContentRoot, Suite, LEAF_LEN},
    footer::{Footer, Head},
};
use hashcard_proofs::{prove_card, CardContext, ContentSecret};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_runtime::AccountId32;

use crate::BlobProof;

/// The greatest content whose sealed blob has the longest path: 2³⁴ leaves, in 2²⁶ pieces with a tag each.
#[cfg(feature = "runtime-benchmarks")]
pub(crate) const LARGEST_CONTENT: u64 = (1 << 44) - LEAF_LEN - (1 << 26) * hashcard_primitives::blob::TAG_LEN;

/// What makes one specimen differ from another.
#[derive(Clone)]
pub(crate) struct Specimen {
    pub genesis: [u8; 32],
    pub creator: AccountId32,
    pub suite: Suite,
    pub content_len: u64,
    pub seed: u8,
}

impl Specimen {
    pub fn secret(&self) -> ContentSecret {
        ContentSecret::random(&mut ChaCha20Rng::from_seed([self.seed; 32]))
    }

    pub fn footer(&self) -> Footer {
        let salt = [self.seed; 32];
        let (content_commitment, key_commitment) = match self.suite {
            Suite::Plain => ([0; 32], [0; 32]),
            Suite::ChaCha20Poly1305 => {
                let secret = self.secret();
                (secret.commitment().0, secret.point().key_commitment(&salt))
            }
        };
        let head = Head {
            suite: self.suite,
            free_chunks: 0,
            genesis: self.genesis,
            creator: self.creator.clone().into(),
            content_commitment,
            salt,
            key_commitment,
        };
        Footer::new(head, self.content_len, 0).expect("a specimen's lengths and commitments fit; qed")
    }

    pub fn proof(&self) -> BlobProof {
        let footer = self.footer();
        let (root, path) = root_and_path(&footer);
        let card_proof = (self.suite != Suite::Plain).then(|| {
            let head = footer.head();
            let context = CardContext {
                genesis: &head.genesis,
                creator: &head.creator,
                root: &root.0,
                blob_len: footer.blob_len(),
                salt: &head.salt,
                key_commitment: &head.key_commitment,
            };
            prove_card(
                &context,
                &self.secret(),
                &mut ChaCha20Rng::from_seed([self.seed; 32]),
            )
        });
        BlobProof {
            root,
            last_leaf: footer
                .to_bytes()
                .to_vec()
                .try_into()
                .expect("a footer is shorter than a leaf; qed"),
            path: path
                .try_into()
                .expect("a blob's path has at most MAX_PATH siblings; qed"),
            card_proof,
        }
    }
}

fn root_and_path(footer: &Footer) -> (ContentRoot, Vec<[u8; 32]>) {
    let leaf = footer.to_bytes();
    let leaves = leaf_count(footer.blob_len());
    let mut depth = 0;
    let mut size = leaves;
    while size > 1 {
        size -= 1 << (63 - (size - 1).leading_zeros());
        depth += 1;
    }
    let path: Vec<[u8; 32]> = (0..depth).map(|at| [at ^ 0xa5; 32]).collect();
    let Some((top, below)) = path.split_last() else {
        return (ContentRoot(*blake3::hash(&leaf).as_bytes()), path);
    };
    let mut value = Hasher::new()
        .set_input_offset((leaves - 1) * LEAF_LEN)
        .update(&leaf)
        .finalize_non_root();
    for sibling in below {
        value = merge_subtrees_non_root(sibling, &value, Mode::Hash);
    }
    (
        ContentRoot(*merge_subtrees_root(top, &value, Mode::Hash).as_bytes()),
        path,
    )
}
