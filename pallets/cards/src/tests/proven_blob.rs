//! What `publish` makes of the proof that a blob is the caller's, and what it refuses.

use super::*;
use crate::Error;
use blake3::hazmat::{merge_subtrees_non_root, HasherExt, Mode};
use frame_support::assert_noop;
use hashcard_primitives::{
    blob::{ContentRoot, LEAF_LEN},
    footer::Footer,
};
use hashcard_proofs::ShortProof;

fn refused(listing: Listing, proof: BlobProof, error: Error<Test>) {
    assert_noop!(Cards::publish(by(ALICE), listing, blob(proof)), error);
}

fn refused_sealed(proof: BlobProof, error: Error<Test>) {
    refused(for_sale(), proof, error);
}

/// A blob of which every byte exists, hashed by BLAKE3 itself.
#[test]
fn the_end_of_a_real_blob_is_accepted() {
    chain(|| {
        let specimen = Specimen {
            content_len: 2 * LEAF_LEN,
            ..plain(ALICE, 1)
        };
        let content: Vec<u8> = (0..2 * LEAF_LEN).map(|i| (i % 251) as u8).collect();
        let mut whole = content.clone();
        whole.extend(specimen.footer().to_bytes());
        let leaf = |index: u64| {
            let start = (index * LEAF_LEN) as usize;
            let mut hasher = blake3::Hasher::new();
            hasher.set_input_offset(start as u64);
            hasher
                .update(&content[start..start + LEAF_LEN as usize])
                .finalize_non_root()
        };
        let proof = BlobProof {
            root: ContentRoot(*blake3::hash(&whole).as_bytes()),
            last_leaf: specimen.footer().to_bytes().to_vec().try_into().unwrap(),
            path: vec![merge_subtrees_non_root(&leaf(0), &leaf(1), Mode::Hash)]
                .try_into()
                .unwrap(),
            card_proof: None,
        };
        publish(ALICE, listing(), blob(proof));
    });
}

#[test]
fn anothers_blob_is_refused() {
    chain(|| {
        refused_sealed(sealed(BOB, 1).proof(), Error::AnotherCreator);
        refused(listing(), plain(BOB, 1).proof(), Error::AnotherCreator);
    });
}

#[test]
fn anothers_root_under_a_footer_of_ones_own_is_refused() {
    chain(|| {
        let theirs = sealed(BOB, 1).proof();
        let mine = sealed(ALICE, 1).proof();
        refused_sealed(
            BlobProof {
                root: theirs.root,
                ..mine.clone()
            },
            Error::LeafNotProven,
        );
        refused_sealed(
            BlobProof {
                root: theirs.root,
                path: theirs.path,
                ..mine
            },
            Error::LeafNotProven,
        );
    });
}

#[test]
fn a_blob_made_for_another_chain_is_refused() {
    chain(|| {
        let specimen = Specimen {
            genesis: [0; 32],
            ..sealed(ALICE, 1)
        };
        refused_sealed(specimen.proof(), Error::AnotherChain);
    });
}

#[test]
fn a_blob_has_one_card() {
    chain(|| {
        let proof = sealed(ALICE, 1).proof();
        publish(ALICE, for_sale(), blob(proof.clone()));
        refused_sealed(proof, Error::RootTaken);
        let proof = plain(ALICE, 1).proof();
        publish(ALICE, listing(), blob(proof.clone()));
        refused(listing(), proof, Error::RootTaken);
    });
}

/// The same bytes in the clear have another footer for each creator, and so another root.
#[test]
fn two_creators_may_publish_the_same_open_content() {
    chain(|| {
        publish_open(ALICE, 1);
        publish_open(BOB, 1);
    });
}

#[test]
fn a_footer_of_another_length_does_not_lead_to_the_root() {
    chain(|| {
        let honest = plain(ALICE, 1).proof();
        for content_len in [1_400_000 - 1, 1_400_000 - LEAF_LEN, 1_400_000 + LEAF_LEN, 0] {
            let other = Specimen {
                content_len,
                ..plain(ALICE, 1)
            };
            let last_leaf = other.footer().to_bytes().to_vec().try_into().unwrap();
            let proof = BlobProof {
                last_leaf,
                ..honest.clone()
            };
            refused(listing(), proof, Error::LeafNotProven);
        }
    });
}

#[test]
fn a_leaf_that_is_not_a_footer_is_refused() {
    chain(|| {
        let honest = sealed(ALICE, 1).proof();
        let mut leaves = vec![vec![], vec![0; 200], honest.last_leaf[..199].to_vec()];
        let mut too_long = honest.last_leaf.to_vec();
        too_long.push(0);
        leaves.push(too_long);
        let mut contradicting = honest.last_leaf.to_vec();
        contradicting[192] ^= 1;
        leaves.push(contradicting);
        for leaf in leaves {
            let last_leaf = leaf.try_into().unwrap();
            refused_sealed(
                BlobProof {
                    last_leaf,
                    ..honest.clone()
                },
                Error::NotAFooter,
            );
        }
    });
}

#[test]
fn a_changed_path_is_refused() {
    chain(|| {
        let honest = sealed(ALICE, 1).proof();
        assert!(honest.path.len() > 2);
        for sibling in 0..honest.path.len() {
            let mut proof = honest.clone();
            proof.path[sibling][0] ^= 1;
            refused_sealed(proof, Error::LeafNotProven);
        }
        let mut shorter = honest.clone();
        shorter.path.pop();
        refused_sealed(shorter, Error::LeafNotProven);
        let mut longer = honest;
        longer.path.try_push([0; 32]).unwrap();
        refused_sealed(longer, Error::LeafNotProven);
    });
}

#[test]
fn a_changed_commitment_no_longer_leads_to_the_root() {
    chain(|| {
        let honest = sealed(ALICE, 1);
        let mut head = *honest.footer().head();
        head.content_commitment = sealed(ALICE, 2).footer().head().content_commitment;
        let footer = Footer::new(head, honest.content_len, 0).unwrap();
        let last_leaf = footer.to_bytes().to_vec().try_into().unwrap();
        refused_sealed(
            BlobProof {
                last_leaf,
                ..honest.proof()
            },
            Error::LeafNotProven,
        );
    });
}

#[test]
fn a_sealed_blob_needs_a_card_proof_and_a_plain_one_must_have_none() {
    chain(|| {
        let keyed = BlobProof {
            card_proof: None,
            ..sealed(ALICE, 1).proof()
        };
        refused_sealed(keyed, Error::CardProofMissing);
        let card_proof = sealed(ALICE, 1).proof().card_proof;
        let open = BlobProof {
            card_proof,
            ..plain(ALICE, 1).proof()
        };
        refused(listing(), open, Error::CardProofUnexpected);
    });
}

#[test]
fn a_card_proof_of_another_blob_or_of_nothing_is_refused() {
    chain(|| {
        let honest = sealed(ALICE, 1).proof();
        let same_secret_other_blob = Specimen {
            content_len: 1_300_000,
            ..sealed(ALICE, 1)
        }
        .proof();
        let other_secret = sealed(ALICE, 2).proof();
        let mut changed = honest.card_proof.unwrap();
        changed.0[0] ^= 1;
        let nothing = ShortProof([0; 64]);
        let wrong = [
            same_secret_other_blob.card_proof,
            other_secret.card_proof,
            Some(changed),
            Some(nothing),
        ];
        for card_proof in wrong {
            refused_sealed(
                BlobProof {
                    card_proof,
                    ..honest.clone()
                },
                Error::CardProofInvalid,
            );
        }
        publish(ALICE, for_sale(), blob(honest));
    });
}
