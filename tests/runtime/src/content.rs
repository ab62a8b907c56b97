//! Sealed contents with real footers, real leaf paths and real proofs.

use crate::{leaves, sign, GENESIS};
use hashcard_primitives::{
    blob::{leaf_count, ContentRoot, Suite},
    card::{CardId, Kind, Listing},
    footer::{Footer, Head},
    key::OrderId,
    reward::PossessionProof,
    Balance,
};
use hashcard_proofs::{
    prove_card, prove_mint, prove_possession, Capsule, CardContext, ContentSecret, DeliveryContext,
    EncodedPoint, EncryptionSecret, LongProof, PossessionContext,
};
use hashcard_runtime::{Cards, Keys, RuntimeCall};
use pallet_cards::{BlobProof, Content};
use pallet_keys::KeyChoice;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_runtime::{AccountId32, DispatchError};
use std::sync::Arc;

/// A content and what its creator knows of it.
pub struct Sealed {
    /// Its secret.
    pub secret: ContentSecret,
    /// Its footer.
    pub footer: Footer,
    /// Its root.
    pub root: ContentRoot,
    /// Siblings of its last leaf.
    pub path: Vec<[u8; 32]>,
    blob: Arc<[u8]>,
    creator: AccountId32,
}

impl Sealed {
    /// An empty content, sealed: one piece that is only a tag, so a blob of two leaves. `lying` commits to a key
    /// that no content point has.
    pub fn new(creator: &AccountId32, seed: u64, lying: bool) -> Self {
        Self::of_length(creator, seed, lying, 0)
    }

    /// A content of some bytes that nobody will ever open: what is sealed in it is no chain's business.
    pub fn of_length(creator: &AccountId32, seed: u64, lying: bool, content_len: u64) -> Self {
        let secret = ContentSecret::random(&mut ChaCha20Rng::seed_from_u64(seed));
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&seed.to_le_bytes());
        let key_commitment = if lying {
            [0xEE; 32]
        } else {
            secret.point().key_commitment(&salt)
        };
        let head = Head {
            suite: Suite::ChaCha20Poly1305,
            free_chunks: 0,
            genesis: GENESIS,
            creator: creator.clone().into(),
            content_commitment: secret.commitment().0,
            salt,
            key_commitment,
        };
        let footer = Footer::new(head, content_len, 0).expect("the content is short");
        let footer_at = footer.blob_len() as usize - footer.to_bytes().len();
        let mut blob: Vec<u8> = (0..footer_at).map(|at| 0x5A ^ (at >> 10) as u8).collect();
        blob.extend_from_slice(&footer.to_bytes());
        Self {
            secret,
            footer,
            root: ContentRoot(*blake3::hash(&blob).as_bytes()),
            path: leaves::path(&blob, leaf_count(footer.blob_len()) - 1),
            blob: blob.into(),
            creator: creator.clone(),
        }
    }

    /// Whose it is.
    pub fn creator(&self) -> &AccountId32 {
        &self.creator
    }

    /// Bytes of its blob.
    pub fn blob_len(&self) -> u64 {
        self.footer.blob_len()
    }

    /// Shows one of its leaves.
    pub fn show(&self, card: CardId, leaf: u64) -> PossessionProof {
        PossessionProof {
            card,
            leaf: leaves::leaf(&self.blob, leaf)
                .to_vec()
                .try_into()
                .expect("a leaf is no longer than a leaf"),
            path: leaves::path(&self.blob, leaf)
                .try_into()
                .expect("no blob here has a longer path than the longest one"),
        }
    }

    /// The call that publishes it, without collaborators.
    pub fn publish_call(&self, price: Balance, editions: Option<u32>) -> RuntimeCall {
        self.publish_call_as(listing(price, editions))
    }

    /// The call that publishes it as this listing says.
    pub fn publish_call_as(&self, listing: Listing) -> RuntimeCall {
        let head = self.footer.head();
        let context = CardContext {
            genesis: &GENESIS,
            creator: self.creator.as_ref(),
            root: &self.root.0,
            blob_len: self.footer.blob_len(),
            salt: &head.salt,
            key_commitment: &head.key_commitment,
        };
        let card_proof = prove_card(&context, &self.secret, &mut ChaCha20Rng::seed_from_u64(1));
        RuntimeCall::Cards(pallet_cards::Call::publish {
            listing,
            content: Content::Blob(Box::new(BlobProof {
                root: self.root,
                last_leaf: self
                    .footer
                    .to_bytes()
                    .to_vec()
                    .try_into()
                    .expect("a footer is shorter than a leaf"),
                path: self.path.clone().try_into().expect("one sibling"),
                card_proof: Some(card_proof),
            })),
        })
    }

    /// Publishes it, without collaborators.
    pub fn publish(&self, price: Balance, editions: Option<u32>) -> Result<CardId, DispatchError> {
        self.publish_as(listing(price, editions))
    }

    /// Publishes it as this listing says.
    pub fn publish_as(&self, listing: Listing) -> Result<CardId, DispatchError> {
        sign(&self.creator, self.publish_call_as(listing))?;
        Ok(*Cards::cards_by_root(self.root)
            .last()
            .expect("it was just published"))
    }

    /// The capsule and proof that an order waits for.
    pub fn delivery(&self, order: OrderId) -> (Capsule, LongProof) {
        let order = Keys::order(order).expect("the order is open");
        let head = self.footer.head();
        let context = DeliveryContext {
            genesis: &GENESIS,
            card: order.card,
            root: &self.root.0,
            blob_len: self.footer.blob_len(),
            key_commitment: &head.key_commitment,
            content_commitment: &EncodedPoint(head.content_commitment),
            // The order alone keeps the proof from serving twice.
            edition: 0,
            order: order.id,
            price: order.price,
            sequence: 0,
            from: self.creator.as_ref(),
            to: order.buyer.as_ref(),
            submitter: self.creator.as_ref(),
            from_key_index: 0,
            to_key_index: order.key_index,
        };
        let key = EncodedPoint(order.encryption_key);
        prove_mint(
            &context,
            &self.secret,
            &key,
            &mut ChaCha20Rng::seed_from_u64(order.id),
        )
        .expect("the buyer's key was checked when it was registered")
    }

    /// Fulfils an order.
    pub fn fulfil(&self, order: OrderId) -> Result<(), DispatchError> {
        let (capsule, proof) = self.delivery(order);
        sign(
            &self.creator,
            pallet_keys::Call::fulfil {
                order,
                capsule,
                proof,
            },
        )
    }
}

/// What a creator says of a film, with a royalty of a twentieth.
pub fn listing(price: Balance, editions: Option<u32>) -> Listing {
    Listing {
        kind: Kind::Film,
        title: b"A film".to_vec().try_into().expect("short"),
        tags: Default::default(),
        preview: b"about it".to_vec().try_into().expect("short"),
        in_reply_to: None,
        supersedes: None,
        royalty: 50_000,
        delivery_share: 100_000,
        price,
        editions,
        collaborators: Default::default(),
    }
}

/// The secret of an account's encryption key.
pub fn encryption_secret(who: &AccountId32, index: u32) -> EncryptionSecret {
    EncryptionSecret::derive(&[9; 32], &GENESIS, who.as_ref(), index)
}

/// Buys a key; registers an encryption key on the way if there is none yet.
pub fn buy(who: &AccountId32, card: CardId, price: Balance) -> Result<OrderId, DispatchError> {
    let key = if Keys::encryption_keys(who.clone()) > 0 {
        KeyChoice::Registered(0)
    } else {
        let secret = encryption_secret(who, 0);
        let context = PossessionContext {
            genesis: &GENESIS,
            account: who.as_ref(),
            index: 0,
        };
        let proof = prove_possession(&context, &secret, &mut ChaCha20Rng::seed_from_u64(2));
        KeyChoice::Register(secret.public(), proof)
    };
    let terms_version = Cards::card_view(card).map_or(0, |view| view.terms.version);
    sign(
        who,
        pallet_keys::Call::buy {
            card,
            price,
            terms_version,
            key,
        },
    )?;
    Ok(Keys::orders_of_buyer(who.clone(), 0, 64)
        .orders
        .last()
        .expect("it was just made")
        .id)
}
