//! A daemon: serves what the home holds, says so on chain, answers orders, and carries out the commands of others.
//!
//! **The chain is told what is held, never what is hoped**: seats cover only chunks that the store claims, and are changed
//! when that changes. Everything here can be stopped at any moment; what was under way is found again on chain or in the
//! store.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hashcard_net::Till;
use hashcard_primitives::card::CardId;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::amount::Amount;
use crate::attach::{self, Attached, Handler, Request, Socket};
use crate::command::{Command, Event, Outcome, Pay};
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::fetch::bring;
use crate::fulfil::{self, Policy, Sales};
use crate::home::{Home, Ownership};
use crate::pay::order::{self, PayOrder, SharedOrder};
use crate::pay::price::Asking;
use crate::pay::redeem::Redeemer;
use crate::pay::till::FREE_PER_PEER;
use crate::perform::{busy, Settings};
use crate::rewards::Claimant;
use crate::swarm::Listen;
use crate::wallet::{AccountName, AskPassphrase};
use seats::Seats;

mod seats;

/// Requests for more cards that may wait.
const WAITING_REQUESTS: usize = 16;
/// Pause before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// Most cards that wait to be fetched for seeding.
const MAX_WANTED: usize = 10_000;

/// How to seed.
#[derive(Clone, Debug)]
pub struct SeedOptions {
    /// Which account takes the seats. Orders of all accounts that the home has used are fulfilled.
    pub account: AccountName,
    /// Cards to fetch and serve besides what is held.
    pub cards: Vec<CardId>,
    /// What is paid for fetching them; `None`: nothing.
    pub pay: Option<Pay>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Addresses under which others reach this machine.
    pub addresses: Vec<String>,
    /// What to bond for each new seat; `None`: the least.
    pub bond: Option<Amount>,
    /// Give up all seats in the end.
    pub leave: bool,
    /// How orders are answered.
    pub policy: Policy,
    /// What is asked for serving; a price of 0: nothing.
    pub asking: Asking,
    /// Bytes that a peer has free in a day where there is a price; `None`: [`FREE_PER_PEER`].
    pub free_per_peer: Option<u64>,
    /// Prove seats, and collect what holding and delivering earn.
    pub rewards: bool,
    /// Most bytes sent in a second; 0: no limit.
    pub max_up: u64,
    /// Most bytes that the store may occupy; `None`: as many as the disk has.
    pub max_disk: Option<u64>,
}

/// Seeds until `stop` is done. When the home has a daemon already, hands it the cards.
pub async fn seed(
    settings: &Settings,
    options: SeedOptions,
    ask: Arc<dyn AskPassphrase>,
    events: Events,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, EngineError> {
    let home = match Home::try_own(&settings.home)? {
        Ownership::Owned(home) => home,
        Ownership::Taken(owner) => return hand_over(settings, options, owner, &events).await,
    };
    let began = Instant::now();
    let engine = Engine::new(home, settings.node.clone(), ask).with_max_disk(options.max_disk);
    let engine = Arc::new(engine);
    tokio::pin!(stop);

    let starting = Daemon::start(engine.clone(), &options, &events);
    let mut daemon = tokio::select! {
        biased;
        () = &mut stop => return Err(EngineError::new(Code::Failed, "stopped before it was ready", "start it again")),
        daemon = starting => daemon?,
    };
    let handler = handler(engine.clone(), events.clone());
    tokio::select! {
        biased;
        () = &mut stop => {}
        () = daemon.socket.serve(handler) => {}
        () = daemon.seats.keep(&engine, &daemon.actor, &events) => {}
        () = fulfil::serve(&engine, &mut daemon.sales, &events) => {}
        () = daemon.redeemer.keep(&engine, &events) => {}
        () = claim(daemon.claimant.as_mut(), &engine, &events) => {}
        () = bring_wanted(&engine, &mut daemon.wanted, &mut daemon.more, &events) => {}
    }
    let left = options.leave && daemon.seats.leave_all(&engine, &daemon.actor, &events).await;
    engine.rest().await;
    Ok(Outcome::Seeded {
        seconds: began.elapsed().as_secs_f64(),
        fulfilled: daemon.sales.fulfilled,
        settled: daemon.sales.settled,
        served_chunks: engine.served_chunks(),
        left,
    })
}

struct Daemon {
    socket: Socket,
    actor: Actor,
    seats: Seats,
    sales: Sales,
    redeemer: Redeemer,
    claimant: Option<Claimant>,
    wanted: Vec<WantedCard>,
    more: mpsc::Receiver<Vec<WantedCard>>,
}

/// A card to fetch, and what may be spent on it.
pub(crate) struct WantedCard {
    card: CardId,
    order: Option<SharedOrder>,
}

/// These cards, for one budget if there is any.
pub(crate) fn wanted_cards(account: &AccountName, cards: &[CardId], pay: Option<Pay>) -> Vec<WantedCard> {
    let orders = PayOrder::for_cards(account, pay, cards);
    let wanted = cards.iter().zip(orders);
    wanted
        .map(|(card, order)| WantedCard { card: *card, order })
        .collect()
}

impl Daemon {
    /// Opens everything that can fail for reasons that a person must mend: wallet, node, store, port, socket.
    async fn start(engine: Arc<Engine>, options: &SeedOptions, events: &Events) -> Result<Self, EngineError> {
        let actor = engine.actor(&options.account).await?;
        engine.chain().await?;
        engine.store().await?;
        let asking = options.asking;
        let free_per_peer = options.free_per_peer.unwrap_or(FREE_PER_PEER);
        let cashier = engine
            .serving_cashier(actor.account, asking, free_per_peer)
            .await?;
        // Who was paying before comes back at once, and must find what it paid for.
        seats::stock(&engine, &actor, cashier.shelf()).await?;
        let till: Option<Arc<dyn Till>> = (asking.price > 0).then(|| cashier.clone() as Arc<dyn Till>);
        let listen = Listen {
            at: options.listen,
            external: options.addresses.clone(),
            till,
            max_up: options.max_up,
        };
        let swarm = engine.start_swarm(Some(listen), Some(events.clone())).await?;
        let seats = Seats::new(swarm, options.bond, cashier.shelf().clone());
        let redeemer = Redeemer::new(cashier, actor.clone());
        let claimant = Claimant::new(actor.clone(), asking.price > 0);
        let (sender, more) = mpsc::channel(WAITING_REQUESTS);
        // Set once: this engine is made for this daemon.
        let _ = engine.more_to_seed.set(sender);
        engine.becomes_daemon();
        let socket = Socket::listen(engine.home().paths())?;
        let cards = engine.home().notes(|notes| {
            let mut cards: Vec<CardId> = notes
                .blobs()
                .filter(|(_, note)| note.seed)
                .map(|(_, note)| note.card)
                .collect();
            cards.sort_unstable();
            cards.dedup();
            cards
        });
        events
            .say(Event::Ready {
                peer: swarm.peer().to_owned(),
                addresses: swarm.addresses(),
                socket: socket.path().to_owned(),
                pid: std::process::id(),
                cards,
            })
            .await;
        Ok(Self {
            socket,
            actor,
            seats,
            sales: Sales::new(options.policy),
            redeemer,
            claimant: options.rewards.then_some(claimant),
            wanted: wanted_cards(&options.account, &options.cards, options.pay.clone()),
            more,
        })
    }
}

/// Carries out what other processes ask for.
pub(crate) fn handler(engine: Arc<Engine>, said: Events) -> Handler {
    Arc::new(move |request: Request, events: Events| {
        let (engine, said) = (engine.clone(), said.clone());
        Box::pin(async move {
            said.say(Event::Attached {
                command: request.command.name().to_owned(),
            })
            .await;
            engine.run(request, &events).await
        })
    })
}

/// A daemon runs already: it seeds these cards, too.
async fn hand_over(
    settings: &Settings,
    options: SeedOptions,
    owner: Option<u32>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let asks = options.asking != Asking::default() || options.free_per_peer.is_some();
    if asks || !options.rewards || options.max_up > 0 || options.max_disk.is_some() {
        return Err(EngineError {
            remedy: "if a daemon of this home runs, stop it first: prices and limits are those it was started with"
                .to_owned(),
            ..busy(&settings.home, owner)
        });
    }
    if options.cards.is_empty() {
        return Err(EngineError {
            remedy:
                "a daemon of this home may be running already; stop it first, or name cards for it to seed"
                    .to_owned(),
            ..busy(&settings.home, owner)
        });
    }
    let request = Request::new(
        Command::Seed {
            cards: options.cards,
            pay: options.pay,
        },
        options.account,
        settings.node.clone(),
    );
    match attach::ask(&settings.home, &request, events).await? {
        Attached::Answered(result) => *result,
        Attached::NobodyListens => Err(busy(&settings.home, owner)),
    }
}

/// Proves and collects, if anybody is to.
async fn claim(claimant: Option<&mut Claimant>, engine: &Engine, events: &Events) {
    match claimant {
        Some(claimant) => claimant.keep(engine, events).await,
        None => std::future::pending().await,
    }
}

/// Fetches the cards that are to be seeded and are not here yet, one after another, again and again.
async fn bring_wanted(
    engine: &Engine,
    wanted: &mut Vec<WantedCard>,
    more: &mut mpsc::Receiver<Vec<WantedCard>>,
    events: &Events,
) {
    loop {
        let mut missing = Vec::new();
        for card in std::mem::take(wanted) {
            if let Err(error) = bring_one(engine, &card, events).await {
                let for_good = matches!(
                    error.code,
                    Code::BadInput | Code::NotFound | Code::Retired | Code::BudgetSpent
                );
                tell(error, events).await;
                if !for_good {
                    missing.push(card);
                }
            }
        }
        *wanted = missing;
        let again = async {
            match wanted.is_empty() {
                true => std::future::pending().await,
                false => tokio::time::sleep(TRY_AGAIN).await,
            }
        };
        tokio::select! {
            Some(cards) = more.recv() => {
                wanted.extend(cards);
                // Of two orders for one card the newer one counts.
                wanted.reverse();
                wanted.sort_by_key(|wanted| wanted.card);
                wanted.dedup_by_key(|wanted| wanted.card);
                wanted.truncate(MAX_WANTED);
            }
            () = again => {}
        }
    }
}

async fn bring_one(engine: &Engine, wanted: &WantedCard, events: &Events) -> Result<(), EngineError> {
    let card = wanted.card;
    let view = known_card(&engine.chain().await?.at_finalized().await?, card).await?;
    events.say(Event::Fetching { card }).await;
    let mut order = wanted.order.as_ref().map(order::taken);
    let brought = bring(engine, &view, order.as_mut(), events).await;
    if let (Some(shared), Some(order)) = (&wanted.order, order) {
        order::put_back(shared, order);
    }
    let brought = brought?;
    events
        .say(Event::Fetched {
            card,
            chunks: brought.chunks,
        })
        .await;
    Ok(())
}

/// A failure that the daemon survives.
async fn tell(error: EngineError, events: &Events) {
    events
        .say(Event::Trouble {
            message: error.message,
            remedy: error.remedy,
        })
        .await;
}
