//! A blob comes here from whoever has it, and is opened by whoever may.
//!
//! **Fetching and opening are apart.** Everybody can fetch, check and serve a blob; nothing about it needs a key. Opening
//! asks the chain, at the finalised head, who holds a key, and checks what is in its capsule, every time anew: see
//! [`crate::capsule`].

use hashcard_chain::{Account, Chain};
use hashcard_format::{BlobReader, ContentKey};
use hashcard_primitives::blob::{chunk_count, ContentRoot, Suite};
use hashcard_primitives::card::{Access, Blob, CardId, CardView};
use hashcard_primitives::footer::Footer;
use hashcard_store::Store;
use tokio::time::Instant;

use crate::capsule::{self, held_keys, Inside};
use crate::command::{Event, Fetch, Fetched, Opened, Outcome, PeerShown};
use crate::engine::{known_card, waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{root_name, text_of};
use crate::swarm::{Order, Source};
use crate::wallet::{self, AccountName};
use output::{read_directory, write_content, write_free_part, write_text, Target, Written};

mod output;

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
        let written = open(engine, &blob, &entitled, target, events).await?;
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

/// The blob matches its root; now its end must be what the card says, or one of the two is about something else.
fn check_footer(
    footer: Option<&Footer>,
    blob: &Blob,
    card: &CardView<Account>,
    genesis: &[u8; 32],
) -> Result<(), EngineError> {
    let contradicts = |what: &str| {
        EngineError::new(
            Code::WrongBlob,
            format!("the blob of card {} has another {what} than its card", card.id),
            "the node's answer or the blob is false: name another node (--node URL), or ask the creator",
        )
    };
    let footer = footer.ok_or_else(|| contradicts("end"))?;
    let head = footer.head();
    let commitments = blob
        .commitments
        .map_or(([0; 32], [0; 32]), |both| (both.content, both.key));
    let sealed = (
        blob.suite != Suite::Plain,
        blob.commitments.is_some(),
        card.card.access == Access::Keyed,
    );
    for (what, same) in [
        ("chain", head.genesis == *genesis),
        ("creator", head.creator == card.card.creator),
        ("suite", head.suite == blob.suite),
        (
            "access",
            matches!(sealed, (true, true, true) | (false, false, false)),
        ),
        (
            "commitment",
            (head.content_commitment, head.key_commitment) == commitments,
        ),
        ("salt", head.salt == blob.salt),
        ("free part", head.free_chunks == blob.free_chunks),
        (
            "length",
            (footer.blob_len(), footer.content_len()) == (blob.len, blob.content_len),
        ),
    ] {
        if !same {
            return Err(contradicts(what));
        }
    }
    Ok(())
}

/// By what right a content is opened.
enum Entitled {
    Key(ContentKey),
    Creator(ContentKey),
    Everybody,
    FreePart,
}

impl Entitled {
    fn opened(&self) -> Opened {
        match self {
            Self::Key(_) => Opened::Key,
            Self::Creator(_) => Opened::Creator,
            Self::Everybody => Opened::Open,
            Self::FreePart => Opened::FreePart,
        }
    }

    fn key(&self) -> Option<&ContentKey> {
        match self {
            Self::Key(key) | Self::Creator(key) => Some(key),
            Self::Everybody | Self::FreePart => None,
        }
    }
}

/// Accounts whose keys may open it: the one asked for first. None in a home without a wallet.
async fn opening_accounts(engine: &Engine, account: &AccountName) -> Result<Vec<Actor>, EngineError> {
    if engine.open_wallet().is_none() && !wallet::exists(engine.home().paths()) {
        return Ok(Vec::new());
    }
    let first = engine.actor(account).await?;
    let mut actors = vec![first.clone()];
    actors.extend(
        engine
            .actors()
            .await?
            .into_iter()
            .filter(|actor| actor.account != first.account),
    );
    Ok(actors)
}

/// Asks the chain, at its finalised head, who may open the content.
async fn entitled(
    engine: &Engine,
    chain: &Chain,
    card: &CardView<Account>,
    blob: &Blob,
    actors: &[Actor],
) -> Result<Entitled, EngineError> {
    let Some(commitments) = blob.commitments else {
        return Ok(Entitled::Everybody);
    };
    let genesis = chain.genesis();
    if let Some(creator) = actors.iter().find(|actor| actor.account == card.card.creator) {
        let point = engine
            .wallet()
            .await?
            .content_secret(&genesis, &creator.account, &blob.salt)
            .point();
        if point.key_commitment(&blob.salt) == commitments.key {
            return Ok(Entitled::Creator(ContentKey::new(point.content_key(&blob.salt))));
        }
    }
    let then = chain.at_finalized().await?;
    let mut false_edition = None;
    for actor in actors {
        for key in held_keys(&then, actor.account, card.id).await? {
            match capsule::open(engine.wallet().await?, &genesis, actor, &key, card)? {
                Inside::Sound(point) => {
                    return Ok(Entitled::Key(ContentKey::new(point.content_key(&blob.salt))))
                }
                Inside::False => false_edition = Some(key.edition),
            }
        }
    }
    match false_edition {
        Some(edition) => Err(capsule::false_key(card.id, edition)),
        None if blob.free_chunks > 0 => Ok(Entitled::FreePart),
        None => Err(no_key(card)),
    }
}

fn no_key(card: &CardView<Account>) -> EngineError {
    EngineError::new(
        Code::NoKey,
        format!(
            "you hold no key of card {}; its blob is here, and stays to be seeded",
            card.id
        ),
        format!("buy one: hashcard buy {}", card.id),
    )
    .with("card", card.id)
}

async fn open(
    engine: &Engine,
    blob: &Blob,
    entitled: &Entitled,
    target: Target,
    events: &Events,
) -> Result<Written, EngineError> {
    let store = engine.store().await?.clone();
    let (root, key, said) = (blob.root, entitled.key().cloned(), events.clone());
    let free_part = matches!(entitled, Entitled::FreePart);
    waiting_for_disk(move || {
        let footer = store.footer(root)?.ok_or_else(|| {
            EngineError::new(
                Code::Damaged,
                format!("the end of blob {} is gone", root_name(root)),
                "fetch it again",
            )
        })?;
        let reader = BlobReader::new(root, footer, key.as_ref())?;
        let mut progress = |done, total| {
            said.progress(Event::Opening { done, total });
            !said.is_deserted()
        };
        if free_part {
            return write_free_part(&store, &reader, &target, &mut progress);
        }
        let directory = read_directory(&store, &reader)?;
        write_content(&store, &reader, &directory, &target, &mut progress)
    })
    .await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{card, GENESIS};
    use crate::wallet::Wallet;
    use hashcard_primitives::footer::Head;

    fn matching() -> (CardView<Account>, Blob, Footer) {
        let mut card = card(&Wallet::generate().unwrap(), false);
        let mut blob = card.card.blob.unwrap();
        let commitments = blob.commitments.unwrap();
        let head = Head {
            suite: blob.suite,
            free_chunks: blob.free_chunks,
            genesis: GENESIS,
            creator: card.card.creator,
            content_commitment: commitments.content,
            salt: blob.salt,
            key_commitment: commitments.key,
        };
        let footer = Footer::new(head, 1000, 77).unwrap();
        blob.len = footer.blob_len();
        blob.content_len = 1000;
        card.card.blob = Some(blob);
        (card, blob, footer)
    }

    #[test]
    fn a_footer_that_says_what_the_card_says_is_accepted() {
        let (card, blob, footer) = matching();
        assert!(check_footer(Some(&footer), &blob, &card, &GENESIS).is_ok());
    }

    #[test]
    fn every_difference_between_footer_and_card_is_found() {
        let (card, blob, footer) = matching();
        let commitments = blob.commitments.unwrap();
        let others = [
            Blob {
                salt: [9; 32],
                ..blob
            },
            Blob {
                free_chunks: 1,
                ..blob
            },
            Blob {
                len: blob.len + 1024,
                ..blob
            },
            Blob {
                content_len: 999,
                ..blob
            },
            Blob {
                suite: Suite::Plain,
                ..blob
            },
            Blob {
                commitments: None,
                ..blob
            },
            Blob {
                commitments: Some(hashcard_primitives::card::KeyCommitments {
                    key: [9; 32],
                    ..commitments
                }),
                ..blob
            },
        ];
        for other in others {
            let error = check_footer(Some(&footer), &other, &card, &GENESIS).unwrap_err();
            assert_eq!(error.code, Code::WrongBlob);
        }
        assert!(check_footer(Some(&footer), &blob, &card, &[9; 32]).is_err());
        assert!(check_footer(None, &blob, &card, &GENESIS).is_err());
        let mut open = card.clone();
        open.card.access = Access::Open;
        assert!(check_footer(Some(&footer), &blob, &open, &GENESIS).is_err());
        let mut stolen = card;
        stolen.card.creator = [9; 32];
        assert!(check_footer(Some(&footer), &blob, &stolen, &GENESIS).is_err());
    }
}
