//! A file becomes a card. **The blob is durable in the store before the chain hears of it**, and its salt is in its
//! footer, from which, with the wallet's words, the content secret follows: whatever happens in between, no card ever
//! exists whose creator cannot fulfil.

use hashcard_chain::{Chain, PublishContent, Wait};
use hashcard_format::{ContentKey, Written};
use hashcard_primitives::blob::{chunk_count, Suite};
use hashcard_primitives::card::{Access, Kind, Listing};
use hashcard_primitives::footer::Head;
use hashcard_proofs::{prove_card, CardContext, ContentSecret};
use rand::rngs::OsRng;
use rand::RngCore;

use crate::amount::Amount;
use crate::command::{Event, Outcome, Post, Publish, Published, Sale};
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{access_name, kind_name, root_name};
use crate::wallet::AccountName;
use listing::{listing_of, listing_of_post};
use seal::seal_into;
use walk::Source;

mod listing;
mod seal;
mod walk;

/// Seals a file or folder, keeps the blob, and registers the card.
pub async fn publish(
    engine: &Engine,
    account: &AccountName,
    order: Publish,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let mut listing = listing_of(&order)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_others(&listing, &actor)?;
    ensure_some_money(chain, &actor).await?;

    let (path, home) = (order.path.clone(), engine.home().paths().folder().to_owned());
    let source = waiting_for_disk(move || Source::walk(&path, &home)).await?;
    if order.kind.is_none() {
        listing.kind = guessed_kind(&source);
    }
    let files = source.files.len() as u64;

    let genesis = chain.genesis();
    let mut salt = [0; 32];
    OsRng.fill_bytes(&mut salt);
    let secret = match order.sale {
        Sale::Open => None,
        Sale::Price(_) => Some(
            engine
                .wallet()
                .await?
                .content_secret(&genesis, &actor.account, &salt),
        ),
    };
    let head = head_of(&order, genesis, &actor, salt, secret.as_ref())?;
    let key = secret
        .as_ref()
        .map(|secret| ContentKey::new(secret.point().content_key(&salt)));

    let store = engine.store().await?.clone();
    let (said, total) = (events.clone(), source.len);
    let written = waiting_for_disk(move || {
        seal_into(&store, &source, head, key.as_ref(), &mut |done| {
            said.progress(Event::Reading { done, total });
            !said.is_deserted()
        })
    })
    .await?;
    let (root, blob_len) = (written.root, written.footer.blob_len());
    let (store, label) = (engine.store().await?.clone(), label_of(&order.title));
    waiting_for_disk(move || Ok(store.set_label(root, &label)?)).await?;
    events
        .say(Event::Stored {
            root: root_name(root),
            blob_len,
        })
        .await;

    let content = content_of(&written, secret.as_ref(), genesis);
    let sending = chain.publish(&actor.signer, listing.clone(), content, Wait::Finalized);
    let card = match engine.send("publish", &actor, events, sending).await {
        Ok(card) => card,
        Err(error) => {
            // Whether the chain has the card is not known, so the blob must stay. Otherwise it is of no use.
            if error.code != Code::FateUnknown {
                let store = engine.store().await?.clone();
                waiting_for_disk(move || Ok(store.remove(root)?)).await?;
            }
            return Err(error);
        }
    };
    engine
        .home()
        .amend(|notes| notes.remember_blob(root, card.value, true))?;
    engine.holdings_changed();
    Ok(Outcome::Published(Published {
        card: card.value,
        access: access_name(if secret.is_some() {
            Access::Keyed
        } else {
            Access::Open
        })
        .to_owned(),
        kind: kind_name(listing.kind).to_owned(),
        title: order.title,
        root: Some(root_name(root)),
        content_len: written.footer.content_len(),
        blob_len,
        chunks: chunk_count(blob_len),
        files,
        free_chunks: head.free_chunks,
        price: Amount(listing.price),
        editions: listing.editions,
        fee: Amount(card.fee),
        block: card.at.number,
    }))
}

/// Registers a text that lies on chain as a whole.
pub async fn post(
    engine: &Engine,
    account: &AccountName,
    post: Post,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let listing = listing_of_post(&post)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let sending = chain.publish(
        &actor.signer,
        listing.clone(),
        PublishContent::Inline,
        Wait::Finalized,
    );
    let card = engine.send("publish", &actor, events, sending).await?;
    Ok(Outcome::Published(Published {
        card: card.value,
        access: access_name(Access::Inline).to_owned(),
        kind: kind_name(listing.kind).to_owned(),
        title: crate::notation::text_of(&listing.title),
        root: None,
        content_len: 0,
        blob_len: 0,
        chunks: 0,
        files: 0,
        free_chunks: 0,
        price: Amount(0),
        editions: None,
        fee: Amount(card.fee),
        block: card.at.number,
    }))
}

/// A creator has what his collaborators leave him, and names no share of his own.
fn ensure_others(listing: &Listing, actor: &Actor) -> Result<(), EngineError> {
    if listing
        .collaborators
        .iter()
        .any(|one| one.account == actor.account)
    {
        return Err(EngineError::bad_input(
            "the creator is no collaborator of his own: he has what the others leave",
            "name the others only: --collaborator ADDRESS=PCT",
        ));
    }
    Ok(())
}

/// An empty purse is found out before hours of sealing, not after.
async fn ensure_some_money(chain: &Chain, actor: &Actor) -> Result<(), EngineError> {
    if chain.balance(actor.account).await?.free > 0 {
        return Ok(());
    }
    Err(EngineError::new(
        Code::InsufficientFunds,
        format!("the account {} has no money for deposit and fee", actor.address()),
        "put some on it, or use another: --account NAME",
    ))
}

fn head_of(
    order: &Publish,
    genesis: [u8; 32],
    actor: &Actor,
    salt: [u8; 32],
    secret: Option<&ContentSecret>,
) -> Result<Head, EngineError> {
    let suite = if secret.is_some() {
        Suite::ChaCha20Poly1305
    } else {
        Suite::Plain
    };
    let free_chunks = free_chunks(order.free_part, suite)?;
    Ok(Head {
        suite,
        free_chunks,
        genesis,
        creator: actor.account,
        content_commitment: secret.map_or([0; 32], |secret| secret.commitment().0),
        salt,
        key_commitment: secret.map_or([0; 32], |secret| secret.point().key_commitment(&salt)),
    })
}

fn free_chunks(bytes: u64, suite: Suite) -> Result<u32, EngineError> {
    if bytes > 0 && suite == Suite::Plain {
        return Err(EngineError::bad_input(
            "an open content is free as a whole",
            "leave --free-part out",
        ));
    }
    u32::try_from(bytes.div_ceil(suite.piece_len())).map_err(|_| {
        EngineError::bad_input(
            "the free part is longer than any content",
            "make it smaller: --free-part BYTES",
        )
    })
}

fn content_of(written: &Written, secret: Option<&ContentSecret>, genesis: [u8; 32]) -> PublishContent {
    let head = written.footer.head();
    let card_proof = secret.map(|secret| {
        let context = CardContext {
            genesis: &genesis,
            creator: &head.creator,
            root: &written.root.0,
            blob_len: written.footer.blob_len(),
            salt: &head.salt,
            key_commitment: &head.key_commitment,
        };
        prove_card(&context, secret, &mut OsRng).0
    });
    PublishContent::Blob {
        root: written.root,
        last_leaf: written.footer.to_bytes().to_vec(),
        path: written.last_leaf_path.clone(),
        card_proof,
    }
}

/// What the store calls the blob; the store takes fewer bytes than the chain.
fn label_of(title: &str) -> String {
    let mut label = title.to_owned();
    while label.len() > hashcard_store::MAX_LABEL_LEN {
        label.pop();
    }
    label
}

/// What files of these types usually are.
fn guessed_kind(source: &Source) -> Kind {
    let entries = &source.directory.entries;
    let has = |path: &str| entries.iter().any(|entry| entry.path.as_str() == path);
    match entries.as_slice() {
        [file] => match file.media_type.split('/').next() {
            Some("video") => Kind::Film,
            Some("audio") => Kind::Music,
            Some("image") => Kind::Picture,
            Some("text") => Kind::Book,
            _ if matches!(
                file.media_type.as_str(),
                "application/pdf" | "application/epub+zip"
            ) =>
            {
                Kind::Book
            }
            _ => Kind::Other,
        },
        _ if has("index.html") || has("index.htm") => Kind::Site,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests;
