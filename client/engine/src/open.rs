//! A blob that is here is opened by whoever may. **The chain is asked every time anew, at its finalised head, who holds a
//! key**, what is in the capsule is compared with the card, and so is the end of the blob; only then is anything decrypted.
//! See [`crate::capsule`].

use hashcard_chain::{Account, Chain};
use hashcard_format::{BlobReader, ContentKey};
use hashcard_primitives::blob::{chunk_count, Suite};
use hashcard_primitives::card::{Access, Blob, CardView};
use hashcard_primitives::footer::Footer;
use tokio::time::Instant;

use crate::amount::Amount;
use crate::capsule::{self, held_keys, Inside};
use crate::command::{Event, Fetched, Open, Opened, Outcome};
use crate::engine::{known_card, waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{root_name, text_of};
use crate::wallet::{self, AccountName};
use output::{read_directory, write_content, write_free_part, Target, Written};

pub(crate) mod output;

/// Opens what is in the store, without asking the swarm.
pub async fn open(
    engine: &Engine,
    account: &AccountName,
    order: Open,
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
    let blob = card.card.blob.ok_or_else(|| {
        EngineError::bad_input(
            format!(
                "card {} is a text on chain, and nothing of it is stored here",
                card.id
            ),
            format!("read it: hashcard fetch {}", card.id),
        )
    })?;
    let root = blob.root;
    let chunks = ensure_here(engine, &card, &blob).await?;
    let actors = match card.card.access {
        Access::Keyed => opening_accounts(engine, account).await?,
        Access::Open | Access::Inline => Vec::new(),
    };
    let store = engine.store().await?.clone();
    let footer = waiting_for_disk(move || Ok(store.footer(root)?)).await?;
    check_footer(footer.as_ref(), &blob, &card, &chain.genesis())?;
    let entitled = entitled(engine, chain, &card, &blob, &actors).await?;
    let written = write(engine, &blob, &entitled, target, events).await?;
    Ok(Outcome::Fetched(Fetched {
        card: card.id,
        root: Some(root_name(root)),
        opened: entitled.opened(),
        output: Some(written.output),
        bytes: written.bytes,
        files: written.files,
        chunks,
        already_held: chunks,
        peers: Vec::new(),
        paid: Amount(0),
        seconds: began.elapsed().as_secs_f64(),
        text: None,
    }))
}

/// The chunks of a blob, all of which must be here.
async fn ensure_here(engine: &Engine, card: &CardView<Account>, blob: &Blob) -> Result<u64, EngineError> {
    let (root, total) = (blob.root, chunk_count(blob.len));
    let store = engine.store().await?.clone();
    let infos = waiting_for_disk(move || Ok(store.list()?)).await?;
    let held = infos
        .iter()
        .find(|info| info.root == root)
        .map_or(0, |info| info.held);
    if held == total {
        return Ok(total);
    }
    Err(EngineError::new(
        Code::Incomplete,
        format!("{held} of the {total} chunks of card {} are here", card.id),
        format!("get the rest from the swarm: hashcard fetch {}", card.id),
    )
    .with("done", held)
    .with("total", total))
}

/// The blob matches its root; now its end must be what the card says, or one of the two is about something else.
pub(crate) fn check_footer(
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
pub(crate) enum Entitled {
    Key(ContentKey),
    Creator(ContentKey),
    Everybody,
    FreePart,
}

impl Entitled {
    pub(crate) fn opened(&self) -> Opened {
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
pub(crate) async fn opening_accounts(
    engine: &Engine,
    account: &AccountName,
) -> Result<Vec<Actor>, EngineError> {
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
pub(crate) async fn entitled(
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

pub(crate) async fn write(
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
