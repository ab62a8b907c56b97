//! A blob comes here from whoever has it, and is opened by whoever may.
//!
//! **Fetching and opening are apart.** Everybody can fetch, check and serve a blob; nothing about it needs a key. What opening
//! needs is in [`crate::open`].

use futures::future::{select, Either};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hashcard_chain::{address_of, Account};
use hashcard_net::{peer_binary, Purse};
use hashcard_primitives::blob::{chunk_count, ContentRoot, CHUNK_LEN};
use hashcard_primitives::card::{Access, Blob, CardId, CardView};
use hashcard_primitives::Balance;
use hashcard_store::Store;
use tokio::time::Instant;

use crate::amount::Amount;
use crate::command::{Event, Fetch, Fetched, Opened, Outcome, PeerShown};
use crate::engine::{known_card, waiting_for_disk, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{root_name, text_of};
use crate::open::output::{write_text, Target};
use crate::open::{check_footer, entitled, opening_accounts, write};
use crate::pay::order::{seats_by_peer, unpaid, PaidFetch, PayOrder, Wanted};
use crate::pay::purse::Purse as PayingPurse;
use crate::swarm::{Order, Source};
use crate::wallet::AccountName;

/// Times that the chain is asked anew for seats when the swarm does not get on.
const MAX_ROUNDS: usize = 3;

/// Sessions that one fetch pays from, one after another: as many days.
const MAX_SESSIONS: usize = 8;

/// How long a fetch that has ended waits for lanes towards those it promised something last. Who has a promise without a lane
/// bears that risk for a window at most; a chain whose finality stalls must not hold up the reader.
const LAST_LANES: Duration = Duration::from_secs(120);

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

    let mut order_to_pay = order.pay.map(|pay| PayOrder::new(account.clone(), pay));
    let brought = bring(engine, &card, order_to_pay.as_mut(), events).await?;
    let mut fetched = Fetched {
        card: card.id,
        root: Some(root_name(blob.root)),
        opened: Opened::None,
        output: None,
        bytes: 0,
        files: 0,
        chunks: brought.chunks,
        already_held: brought.already_held,
        paid: sum_of(&brought.peers),
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

fn sum_of(peers: &[PeerShown]) -> Amount {
    let sum = peers.iter().map(|peer| peer.paid.0);
    Amount(sum.fold(0, Balance::saturating_add))
}

/// Makes the blob of a card complete in the store, and remembers to serve it. With an order, pays for what is not given for
/// nothing; what was promised is in the order, however it ends.
pub async fn bring(
    engine: &Engine,
    card: &CardView<Account>,
    order: Option<&mut PayOrder>,
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
        let job = Job {
            engine,
            card: card.id,
            blob: &blob,
            store: &store,
            events,
        };
        let fetched = job.complete(order, &mut peers).await;
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

/// A blob to complete.
struct Job<'a> {
    engine: &'a Engine,
    card: CardId,
    blob: &'a Blob,
    store: &'a Store,
    events: &'a Events,
}

impl Job<'_> {
    /// Fetches what is missing, and pays for it if there is an order.
    async fn complete(
        &self,
        order: Option<&mut PayOrder>,
        peers: &mut Vec<PeerShown>,
    ) -> Result<(), EngineError> {
        let Some(order) = order else {
            return self.rounds(None, None, peers).await;
        };
        let mut said: Balance = 0;
        for sessions_left in (0..MAX_SESSIONS).rev() {
            let begun = self.begin_paying(order).await;
            let begun = begun.map_err(|error| match said {
                0 => error,
                said => error.with("paid", said.to_string()),
            });
            let Some(paid) = begun? else {
                return self.rounds(Some(&*order), None, peers).await;
            };
            let result = self.paying(order, &paid, peers).await;
            name_payees(peers, &paid.purse);
            said = said.saturating_add(paid.purse.spent());
            let ended = paid.end(order).await;
            let Err(error) = result else {
                return ended;
            };
            let goes_on = sessions_left > 0
                && may_be_the_sessions_fault(&error)
                && ended.is_ok()
                && paid.ends_soon(self.engine).await?;
            if !goes_on {
                return Err(error.with("paid", said.to_string()));
            }
            tracing::info!("the session that paid ends; the rest is paid from another");
        }
        Ok(())
    }

    async fn begin_paying(&self, order: &mut PayOrder) -> Result<Option<PaidFetch>, EngineError> {
        // The wallet is opened before this home shows itself as a peer: payees know their guests again.
        self.engine.wallet().await?;
        let own_peer = self.engine.swarm().await?.peer_bytes();
        let mut seats = self.engine.chain().await?.seats(self.card).await?;
        seats.retain(|seat| seat.peer.as_slice() != own_peer.as_slice());
        let chunks = chunk_count(self.blob.len).saturating_sub(held(self.store, self.blob.root).await?);
        let wanted = Wanted {
            card: self.card,
            root: self.blob.root,
            missing: chunks.saturating_mul(CHUNK_LEN).min(self.blob.len),
            seats: &seats,
            own_peer,
        };
        PaidFetch::begin(self.engine, order, wanted, self.events).await
    }

    /// The rounds, with lanes being opened beside them, and after them for who was promised something late.
    async fn paying(
        &self,
        order: &PayOrder,
        paid: &PaidFetch,
        peers: &mut Vec<PeerShown>,
    ) -> Result<(), EngineError> {
        let keeping = paid.keep_lanes(self.engine, self.events);
        let fetching = async {
            let result = self.rounds(Some(order), Some(paid), peers).await;
            paid.purse.close();
            result
        };
        match select(pin!(fetching), pin!(keeping)).await {
            Either::Left((result, keeping)) => {
                if tokio::time::timeout(LAST_LANES, keeping).await.is_err() {
                    tracing::info!("some lanes are not open yet; the next fetch opens them");
                }
                result
            }
            Either::Right(((), fetching)) => fetching.await,
        }
    }

    /// Fetches from the seats that the chain names, and asks it again for newer ones when that does not get on.
    async fn rounds(
        &self,
        order: Option<&PayOrder>,
        paid: Option<&PaidFetch>,
        peers: &mut Vec<PeerShown>,
    ) -> Result<(), EngineError> {
        let (engine, card, root) = (self.engine, self.card, self.blob.root);
        let swarm = engine.swarm().await?;
        let chain = engine.chain().await?;
        let mut last = None;
        for _ in 0..MAX_ROUNDS {
            let held_before = held(self.store, root).await?;
            let mut seats = chain.seats(card).await?;
            seats.retain(|seat| seat.peer.as_slice() != swarm.peer_bytes().as_slice());
            self.events
                .say(Event::Sources {
                    card,
                    seats: seats.len() as u64,
                })
                .await;
            if seats.is_empty() {
                break;
            }
            if let Some(paid) = paid {
                paid.purse.meet(seats_by_peer(&seats));
            }
            let purse = paid.map(|paid| paid.purse.clone() as Arc<dyn Purse>);
            let fetching = Order {
                root,
                blob_len: self.blob.len,
                sources: seats.iter().cloned().map(Source::from).collect(),
                purse,
            };
            let again = match swarm
                .fetch(engine, self.store, fetching, peers, self.events)
                .await
            {
                Ok(()) => return Ok(()),
                Err(error) if error.code == Code::TooDear => {
                    last = Some(unpaid(card, order, paid.map(|paid| &*paid.purse), &seats));
                    paid.is_some_and(|paid| paid.purse.is_worth_another_try())
                }
                Err(error) if error.code == Code::Incomplete => {
                    last = Some(error);
                    held(self.store, root).await? > held_before
                }
                Err(error) => return Err(error),
            };
            if !again {
                break;
            }
        }
        let (done, total) = (held(self.store, root).await?, chunk_count(self.blob.len));
        Err(last
            .unwrap_or_else(|| no_seeders(card))
            .with("done", done)
            .with("total", total))
    }
}

/// Adds what was promised for what each peer serves, and to whom.
fn name_payees(peers: &mut [PeerShown], purse: &PayingPurse) {
    for peer in peers {
        let Ok(name) = peer_binary(&peer.peer) else {
            continue;
        };
        peer.paid = Amount(peer.paid.0.saturating_add(purse.paid_to(&name)));
        if let Some(payee) = purse.payee_of(&name) {
            peer.seeder = address_of(&payee);
        }
    }
}

/// Whether a fetch may have failed because payees take no promises of its session any more.
fn may_be_the_sessions_fault(error: &EngineError) -> bool {
    matches!(error.code, Code::TooDear | Code::Incomplete)
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
        paid: Amount(0),
        seconds: began.elapsed().as_secs_f64(),
        text,
    }))
}
