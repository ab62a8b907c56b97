//! A blob comes here from whoever has it, and is opened by whoever may.
//!
//! **Fetching and opening are apart.** Everybody can fetch, check and serve a blob; nothing about it needs a key. What opening
//! needs is in [`crate::open`].

use hashcard_chain::Account;
use hashcard_primitives::blob::{chunk_count, ContentRoot};
use hashcard_primitives::card::{Access, Blob, CardId, CardView};
use hashcard_store::Store;
use tokio::time::Instant;

use crate::command::{Event, Fetch, Fetched, Opened, Outcome, PeerShown};
use crate::engine::{known_card, waiting_for_disk, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{root_name, text_of};
use crate::open::output::{write_text, Target};
use crate::open::{check_footer, entitled, opening_accounts, write};
use crate::swarm::{Order, Source};
use crate::wallet::AccountName;

/// Times that the chain is asked anew for seats when the swarm does not get on.
const MAX_ROUNDS: usize = 3;

/// Fetches a content and opens it.
pub async fn fetch(
    engine: &Engine,
    account: &AccountName,
    order: Fetch,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let began = Instant::now();
    let chain = engine.chain().await?;
    let card = known_card(&chain.at_finalized().await?, order.card).await?;
    let target = Target {
        output: order.output,
        folder: order.folder,
        force: order.force,
        title: text_of(&card.card.title),
        card: card.id,
    };
    target.ensure_free()?;
    let Some(blob) = card.card.blob else {
        return inline(&card, target, began).await;
    };
    // The passphrase is asked for before hours of fetching, not after.
    let actors = match (order.no_open, card.card.access) {
        (false, Access::Keyed) => opening_accounts(engine, account).await?,
        _ => Vec::new(),
    };

    let brought = bring(engine, &card, events).await?;
    let mut fetched = Fetched {
        card: card.id,
        root: Some(root_name(blob.root)),
        opened: Opened::None,
        output: None,
        bytes: 0,
        files: 0,
        chunks: brought.chunks,
        already_held: brought.already_held,
        peers: brought.peers,
        seconds: 0.0,
        text: None,
    };
    if !order.no_open {
        let entitled = entitled(engine, chain, &card, &blob, &actors).await?;
        let written = write(engine, &blob, &entitled, target, events).await?;
        fetched.opened = entitled.opened();
        fetched.output = Some(written.output);
        fetched.bytes = written.bytes;
        fetched.files = written.files;
    }
    fetched.seconds = began.elapsed().as_secs_f64();
    Ok(Outcome::Fetched(fetched))
}

/// What was brought.
pub struct Brought {
    /// Chunks of the blob; all are held.
    pub chunks: u64,
    /// Those that were here before.
    pub already_held: u64,
    /// Who sent the others.
    pub peers: Vec<PeerShown>,
}

/// Makes the blob of a card complete in the store, and remembers to serve it.
pub async fn bring(
    engine: &Engine,
    card: &CardView<Account>,
    events: &Events,
) -> Result<Brought, EngineError> {
    let began = Instant::now();
    let blob = card.card.blob.ok_or_else(|| {
        EngineError::bad_input(
            format!("card {} is a text on chain, with nothing to serve", card.id),
            "name a card with a blob",
        )
    })?;
    let (root, chunks) = (blob.root, chunk_count(blob.len));
    // Two commands that want the same blob: the second waits, and finds it here.
    let _turn = engine.turn_to_fetch(root).await;
    let store = engine.store().await?.clone();
    let label = text_of(&card.card.title);
    let opened = store.clone();
    let already_held = waiting_for_disk(move || {
        opened.begin(root, blob.len)?;
        // What a fetch that was cut off had stored already.
        opened.flush(root)?;
        opened.set_label(root, &label)?;
        Ok(opened.held(root)?.count())
    })
    .await?;
    engine
        .home()
        .amend(|notes| notes.remember_blob(root, card.id, true))?;

    let mut peers: Vec<PeerShown> = Vec::new();
    if already_held < chunks {
        let fetched = from_swarm(engine, card.id, &blob, &store, &mut peers, events).await;
        // What arrived is kept, whatever happened.
        let flushed = store.clone();
        waiting_for_disk(move || Ok(flushed.flush(root)?)).await?;
        engine.holdings_changed();
        fetched?;
    }
    let footed = store.clone();
    let footer = waiting_for_disk(move || Ok(footed.footer(root)?)).await?;
    check_footer(footer.as_ref(), &blob, card, &engine.chain().await?.genesis())?;
    events
        .say(Event::Blob {
            card: card.id,
            root: root_name(root),
            chunks,
            already_held,
            peers: peers.clone(),
            seconds: began.elapsed().as_secs_f64(),
        })
        .await;
    Ok(Brought {
        chunks,
        already_held,
        peers,
    })
}

/// Fetches what is missing from the seats that the chain names, and asks it again for newer ones when that does not get on.
async fn from_swarm(
    engine: &Engine,
    card: CardId,
    blob: &Blob,
    store: &Store,
    peers: &mut Vec<PeerShown>,
    events: &Events,
) -> Result<(), EngineError> {
    let swarm = engine.swarm().await?;
    let chain = engine.chain().await?;
    let mut last = None;
    for _ in 0..MAX_ROUNDS {
        let held_before = held(store, blob.root).await?;
        let seats = chain.seats(card).await?;
        let sources: Vec<Source> = seats
            .into_iter()
            .filter(|seat| seat.peer.as_slice() != swarm.peer_bytes().as_slice())
            .map(Source::from)
            .collect();
        events
            .say(Event::Sources {
                card,
                seats: sources.len() as u64,
            })
            .await;
        if sources.is_empty() {
            break;
        }
        let order = Order {
            root: blob.root,
            blob_len: blob.len,
            sources,
        };
        match swarm.fetch(engine, store, order, peers, events).await {
            Ok(()) => return Ok(()),
            Err(error) if error.code != Code::Incomplete => return Err(error),
            Err(error) => last = Some(error),
        }
        if held(store, blob.root).await? == held_before {
            break;
        }
    }
    let (done, total) = (held(store, blob.root).await?, chunk_count(blob.len));
    Err(last
        .unwrap_or_else(|| no_seeders(card))
        .with("done", done)
        .with("total", total))
}

async fn held(store: &Store, root: ContentRoot) -> Result<u64, EngineError> {
    let store = store.clone();
    waiting_for_disk(move || {
        store.flush(root)?;
        Ok(store.held(root)?.count())
    })
    .await
}

fn no_seeders(card: CardId) -> EngineError {
    EngineError::new(
        Code::NoSeeders,
        format!("nobody serves card {card} at present"),
        "try again later, or ask its creator to run hashcard seed; what came is kept",
    )
}

/// The preview is the content.
async fn inline(card: &CardView<Account>, target: Target, began: Instant) -> Result<Outcome, EngineError> {
    let bytes = card.preview.to_vec();
    let text = String::from_utf8(bytes.clone()).ok();
    let len = bytes.len() as u64;
    // Without a path the text is for the screen; bytes that are no text would only upset it.
    let written = match (&target.output, &text) {
        (None, Some(_)) => None,
        _ => Some(waiting_for_disk(move || write_text(&bytes, &target)).await?),
    };
    Ok(Outcome::Fetched(Fetched {
        card: card.id,
        root: None,
        opened: Opened::Inline,
        files: written.as_ref().map_or(0, |written| written.files),
        output: written.map(|written| written.output),
        bytes: len,
        chunks: 0,
        already_held: 0,
        peers: Vec::new(),
        seconds: began.elapsed().as_secs_f64(),
        text,
    }))
}
