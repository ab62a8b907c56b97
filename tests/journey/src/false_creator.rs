//! A creator who lies: her card's `h_K` does not belong to its `V`.
//!
//! **No program of this product can do that**, so this one speaks to the chain itself, through the same crates. The
//! chain cannot see the lie (it has no hash of the content point), takes the card, and takes the capsule, which is
//! honest about `V`. Only the buyer finds that what he opened is not what the card promised.

use std::fmt::Display;

use hashcard_chain::{Account, Chain, ProvenCapsule, PublishContent, Signer, Wait};
use hashcard_format::{BlobWriter, ContentKey, Directory, EntryPath, Node, Sink};
use hashcard_primitives::blob::Suite;
use hashcard_primitives::card::{CardId, CardView, Kind, Listing, Preview, Tags, Title};
use hashcard_primitives::footer::Head;
use hashcard_primitives::key::{CapsuleBytes, Edition, OrderId, OrderState, OrderView};
use hashcard_primitives::Balance;
use hashcard_proofs::{prove_card, prove_mint, CardContext, ContentSecret, DeliveryContext, EncodedPoint};
use rand::rngs::OsRng;
use rand::RngCore;
use tokio::time::{timeout, Duration};

use crate::content::noise;
use crate::failure::{Failure, Told};
use crate::home::DEV_PHRASE;
use crate::process::within;

/// How long an order may stay away.
const ORDER_WITHIN: Duration = Duration::from_secs(60);

/// A creator with a card that promises another key than it delivers.
pub struct FalseCreator {
    chain: Chain,
    signer: Signer,
    secret: ContentSecret,
    card: CardView<Account>,
}

impl FalseCreator {
    /// Publishes the card as one of the development accounts.
    pub async fn publish(node: &str, account: &str, title: &str, price: Balance) -> Told<Self> {
        let chain = Chain::connect(node).await.map_err(said)?;
        let signer = Signer::from_phrase(DEV_PHRASE, &format!("//{account}")).map_err(said)?;
        let (secret, promised) = (
            ContentSecret::random(&mut OsRng),
            ContentSecret::random(&mut OsRng),
        );
        let mut salt = [0; 32];
        OsRng.fill_bytes(&mut salt);
        let head = Head {
            suite: Suite::ChaCha20Poly1305,
            free_chunks: 0,
            genesis: chain.genesis(),
            creator: signer.account(),
            content_commitment: secret.commitment().0,
            salt,
            // The lie.
            key_commitment: promised.point().key_commitment(&salt),
        };
        let content = sealed(
            head,
            &ContentKey::new(promised.point().content_key(&salt)),
            &secret,
        )?;
        let listing = Listing {
            kind: Kind::Other,
            title: Title::try_from(title.as_bytes().to_vec())
                .map_err(|_| Failure::new("the title is too long"))?,
            tags: Tags::default(),
            preview: Preview::default(),
            in_reply_to: None,
            supersedes: None,
            royalty: 0,
            delivery_share: 0,
            price,
            editions: None,
            collaborators: Default::default(),
        };
        let published = chain
            .publish(&signer, listing, content, Wait::Finalized)
            .await
            .map_err(said)?;
        let card = chain.card(published.value).await.map_err(said)?;
        let card = card.ok_or_else(|| Failure::new("the card that was published is not there"))?;
        Ok(Self {
            chain,
            signer,
            secret,
            card,
        })
    }

    /// Number of the card.
    pub fn card(&self) -> CardId {
        self.card.id
    }

    /// Waits for an order, and delivers the key that `V` commits to: as the chain sees it, an honest one.
    pub async fn fulfil(&self) -> Told<(OrderId, Edition)> {
        let order = within(ORDER_WITHIN, "an order to be final", self.order()).await?;
        let blob = self
            .card
            .card
            .blob
            .as_ref()
            .ok_or_else(|| Failure::new("the card has no blob"))?;
        let commitments = blob
            .commitments
            .ok_or_else(|| Failure::new("the card has no commitments"))?;
        let content_commitment = EncodedPoint(commitments.content);
        let (genesis, creator) = (self.chain.genesis(), self.signer.account());
        let context = DeliveryContext {
            genesis: &genesis,
            card: self.card.id,
            root: &blob.root.0,
            blob_len: blob.len,
            key_commitment: &commitments.key,
            content_commitment: &content_commitment,
            edition: 0,
            order: order.id,
            price: order.price,
            sequence: 0,
            from: &creator,
            to: &order.buyer,
            submitter: &creator,
            from_key_index: 0,
            to_key_index: order.key_index,
        };
        let (capsule, proof) = prove_mint(
            &context,
            &self.secret,
            &EncodedPoint(order.encryption_key),
            &mut OsRng,
        )
        .map_err(said)?;
        let proven = ProvenCapsule {
            capsule: CapsuleBytes {
                r: capsule.r.0,
                c: capsule.c.0,
            },
            proof: proof.0,
        };
        let delivered = self
            .chain
            .fulfil(&self.signer, order.id, proven, Wait::Best)
            .await
            .map_err(said)?;
        Ok((order.id, delivered.value))
    }

    /// The first final order that waits for her.
    async fn order(&self) -> Told<OrderView<Account>> {
        use futures::StreamExt;
        let mut blocks = Box::pin(self.chain.finalized_blocks().await.map_err(said)?);
        while let Some(block) = timeout(ORDER_WITHIN, blocks.next()).await.map_err(said)? {
            let at = self.chain.at(block.map_err(said)?);
            let orders = at.orders_of_seller(self.signer.account()).await.map_err(said)?;
            let waits = |order: &OrderView<Account>| matches!(order.state, OrderState::Waiting { .. });
            if let Some(order) = orders.into_iter().find(waits) {
                return Ok(order);
            }
        }
        Err(Failure::new("the chain stopped telling about blocks"))
    }
}

/// A blob of one small file, and what the chain asks for it.
fn sealed(head: Head, key: &ContentKey, secret: &ContentSecret) -> Told<PublishContent> {
    let bytes = noise(100_000, 13);
    let path = EntryPath::parse("promise.bin").map_err(said)?;
    let directory = Directory::lay_out([(path, bytes.len() as u64)]).map_err(said)?;
    let mut writer = BlobWriter::new(head, Some(key)).map_err(said)?;
    // Nobody will fetch it: a buyer checks the key before anything else.
    writer.push(&bytes, &mut Nowhere).map_err(said)?;
    let written = writer.finish(&directory, &mut Nowhere).map_err(said)?;
    let context = CardContext {
        genesis: &head.genesis,
        creator: &head.creator,
        root: &written.root.0,
        blob_len: written.footer.blob_len(),
        salt: &head.salt,
        key_commitment: &head.key_commitment,
    };
    Ok(PublishContent::Blob {
        root: written.root,
        last_leaf: written.footer.to_bytes().to_vec(),
        path: written.last_leaf_path,
        card_proof: Some(prove_card(&context, secret, &mut OsRng).0),
    })
}

struct Nowhere;

impl Sink for Nowhere {
    type Error = std::convert::Infallible;

    fn blob(&mut self, _: &[u8]) -> Result<(), Self::Error> {
        Ok(())
    }

    fn outboard(&mut self, _: &Node) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn said(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}
