//! What one process has in hand while it owns a home. Everything is opened when a command needs it and not before:
//! looking at the store needs no node, and fetching an open content no passphrase.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hashcard_chain::{address_of, Account, Chain, ChainAt, ChainError, Included, Signer};
use hashcard_index::{Index, IndexError};
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::{CardId, CardView};
use hashcard_protocol::ledger::PayeeLimits;
use hashcard_store::{Options, Store};
use rand::RngCore;
use tokio::sync::{Notify, OnceCell, OwnedMutexGuard};
use zeroize::Zeroizing;

use crate::amount::Amount;
use crate::attach::Request;
use crate::command::{Command, Event, Outcome, Pay};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::home::notes::Notes;
use crate::home::Home;
use crate::pay::pool;
use crate::pay::price::{Asking, Shelf};
use crate::pay::session::SessionsInUse;
use crate::pay::till::{self, Cashier};
use crate::pay::vouchers::Vouchers;
use crate::pay::witness::Node;
use crate::seed::{wanted_cards, WantedCard};
use crate::swarm::{Listen, Swarm};
use crate::wallet::{AccountName, AskPassphrase, Wallet};
use crate::{
    buy, checkpoint, clerk, discover, earn, encryption_keys, endow, fetch, gift, history, inventory, library,
    money, open, publish, recover, report, resell, search, social, terms, validator,
};

/// The node that is meant when nobody says one: a development node on this machine.
pub const DEFAULT_NODE: &str = "ws://127.0.0.1:9944";

/// A home, and what is open of it.
pub struct Engine {
    home: Home,
    node: String,
    ask: Arc<dyn AskPassphrase>,
    store: OnceCell<Store>,
    chain: OnceCell<Chain>,
    wallet: OnceCell<Arc<Wallet>>,
    swarm: OnceCell<Swarm>,
    index: OnceCell<Arc<Index>>,
    /// Held while the index follows the chain: one writer, and nobody reads blocks that another has read.
    pub(crate) following: tokio::sync::Mutex<()>,
    /// Most bytes that the store may occupy.
    max_disk: Option<u64>,
    /// The books of accounts that are paid; opened once, because each has a file that one owner writes.
    cashiers: tokio::sync::Mutex<HashMap<Account, Arc<Cashier>>>,
    /// Blobs being fetched, each with the turn of whoever fetches it.
    fetching: Mutex<HashMap<ContentRoot, Arc<tokio::sync::Mutex<()>>>>,
    /// Held by a purchase that registers an encryption key: its proof binds the account's next index, so a second one
    /// beside it would prove an index that is taken by the time it arrives.
    pub(crate) registering: tokio::sync::Mutex<()>,
    /// Held while a fetch chooses the session that it pays from.
    choosing_session: tokio::sync::Mutex<()>,
    sessions_in_use: SessionsInUse,
    /// Held while seats are proven and rewards collected.
    claiming: tokio::sync::Mutex<()>,
    /// Told when what the store holds has changed.
    holdings: Notify,
    /// Where a daemon that seeds takes more cards; empty in any other process.
    pub(crate) more_to_seed: OnceCell<tokio::sync::mpsc::Sender<Vec<WantedCard>>>,
    /// Whether this process answers orders by itself.
    daemon: AtomicBool,
}

/// An account of the wallet that acts.
#[derive(Clone)]
pub struct Actor {
    /// Its name.
    pub name: AccountName,
    /// Its public key.
    pub account: Account,
    /// Signs for it.
    pub signer: Signer,
}

impl Actor {
    /// As people write it.
    pub fn address(&self) -> String {
        address_of(&self.account)
    }
}

impl Engine {
    /// For an owned home; nothing is opened yet.
    pub fn new(home: Home, node: Option<String>, ask: Arc<dyn AskPassphrase>) -> Self {
        Self {
            home,
            node: node.unwrap_or_else(|| DEFAULT_NODE.to_owned()),
            ask,
            store: OnceCell::new(),
            chain: OnceCell::new(),
            wallet: OnceCell::new(),
            swarm: OnceCell::new(),
            index: OnceCell::new(),
            following: tokio::sync::Mutex::default(),
            max_disk: None,
            cashiers: tokio::sync::Mutex::default(),
            fetching: Mutex::default(),
            registering: tokio::sync::Mutex::default(),
            choosing_session: tokio::sync::Mutex::default(),
            sessions_in_use: SessionsInUse::default(),
            claiming: tokio::sync::Mutex::default(),
            holdings: Notify::new(),
            more_to_seed: OnceCell::new(),
            daemon: AtomicBool::new(false),
        }
    }

    /// The same, with a limit on what the store may occupy, in bytes.
    pub fn with_max_disk(self, max_disk: Option<u64>) -> Self {
        Self { max_disk, ..self }
    }

    /// Says that this process answers orders by itself from now on.
    pub(crate) fn becomes_daemon(&self) {
        self.daemon.store(true, Ordering::Relaxed);
    }

    /// Whether this process answers orders by itself.
    pub(crate) fn is_daemon(&self) -> bool {
        self.daemon.load(Ordering::Relaxed)
    }

    /// The home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The chain, through the node.
    pub async fn chain(&self) -> Result<&Chain, EngineError> {
        Ok(self.chain.get_or_try_init(|| Chain::connect(&self.node)).await?)
    }

    /// The store.
    pub async fn store(&self) -> Result<&Store, EngineError> {
        self.store
            .get_or_try_init(|| {
                let folder = self.home.paths().store();
                let options = Options {
                    max_bytes: self.max_disk,
                    ..Options::default()
                };
                async move { waiting_for_disk(move || Ok(Store::open(&folder, options)?)).await }
            })
            .await
    }

    /// The index of the node's chain.
    pub(crate) async fn index(&self) -> Result<&Arc<Index>, EngineError> {
        self.open_index(Index::open).await
    }

    /// The same; a file that is no index of this chain is replaced by an empty one.
    pub(crate) async fn index_anew_if_damaged(&self) -> Result<&Arc<Index>, EngineError> {
        self.open_index(|path, genesis| match Index::open(path, genesis) {
            Err(IndexError::Damaged { .. } | IndexError::OtherChain { .. }) => {
                Index::open_anew(path, genesis)
            }
            opened => opened,
        })
        .await
    }

    async fn open_index(
        &self,
        open: impl FnOnce(&Path, Account) -> hashcard_index::Result<Index> + Send + 'static,
    ) -> Result<&Arc<Index>, EngineError> {
        let genesis = self.chain().await?.genesis();
        self.index
            .get_or_try_init(|| {
                let path = self.home.index(&genesis);
                async move {
                    let path = path?;
                    waiting_for_disk(move || Ok(Arc::new(open(&path, genesis)?))).await
                }
            })
            .await
    }

    /// The wallet; asks for the passphrase the first time.
    pub async fn wallet(&self) -> Result<&Arc<Wallet>, EngineError> {
        self.wallet
            .get_or_try_init(|| {
                let (paths, ask) = (self.home.paths().clone(), self.ask.clone());
                async move { waiting_for_disk(move || Ok(Arc::new(Wallet::open(&paths, ask.as_ref())?))).await }
            })
            .await
    }

    /// The wallet if it is open already.
    pub fn open_wallet(&self) -> Option<&Arc<Wallet>> {
        self.wallet.get()
    }

    /// An account of the wallet; its name is remembered.
    pub async fn actor(&self, name: &AccountName) -> Result<Actor, EngineError> {
        let signer = self.wallet().await?.signer(name)?;
        if let Some(name) = name.name() {
            self.home.amend(|notes| notes.remember_account(name))?;
        }
        Ok(Actor {
            name: name.clone(),
            account: signer.account(),
            signer,
        })
    }

    /// All accounts of the wallet that this home has used, the default one first.
    pub async fn actors(&self) -> Result<Vec<Actor>, EngineError> {
        let names = self.home.notes(|notes| notes.accounts().to_vec());
        let mut actors = vec![self.actor(&AccountName::DEFAULT).await?];
        for name in names {
            actors.push(self.actor(&AccountName::named(&name)?).await?);
        }
        Ok(actors)
    }

    /// The swarm; a process that nobody told where to listen only asks, and serves nobody.
    pub(crate) async fn swarm(&self) -> Result<&Swarm, EngineError> {
        self.start_swarm(None, None).await
    }

    /// The swarm, listening there unless it runs already.
    pub(crate) async fn start_swarm(
        &self,
        listen: Option<Listen>,
        said: Option<Events>,
    ) -> Result<&Swarm, EngineError> {
        self.swarm
            .get_or_try_init(|| async {
                let secret = self.peer_secret();
                let banned = self
                    .home
                    .notes(|notes| notes.banned().iter().map(|ban| ban.peer.clone()).collect());
                Swarm::start(secret, listen, self.store().await?.clone(), banned, said).await
            })
            .await
    }

    /// The books of an account that is to be paid from now on, as it asks.
    pub(crate) async fn serving_cashier(
        &self,
        account: Account,
        asking: Asking,
        free_per_peer: u64,
    ) -> Result<Arc<Cashier>, EngineError> {
        let closing_window = self.chain().await?.lengths().await?.closing_window_blocks;
        let limits = till::limits(free_per_peer, closing_window);
        let shelf = Arc::new(Shelf::new(asking));
        let mut cashiers = self.cashiers.lock().await;
        let cashier = Arc::new(self.open_cashier(account, shelf, limits, true).await?);
        cashiers.insert(account, cashier.clone());
        Ok(cashier)
    }

    /// The books of an account: those that this process serves with, or, without, those that it left.
    pub(crate) async fn cashier(&self, account: Account) -> Result<Arc<Cashier>, EngineError> {
        let closing_window = self.chain().await?.lengths().await?.closing_window_blocks;
        let mut cashiers = self.cashiers.lock().await;
        if let Some(cashier) = cashiers.get(&account) {
            return Ok(cashier.clone());
        }
        let limits = till::limits(till::FREE_PER_PEER, closing_window);
        let shelf = Arc::new(Shelf::new(Asking::default()));
        let cashier = Arc::new(self.open_cashier(account, shelf, limits, false).await?);
        cashiers.insert(account, cashier.clone());
        Ok(cashier)
    }

    async fn open_cashier(
        &self,
        account: Account,
        shelf: Arc<Shelf>,
        limits: PayeeLimits,
        serving: bool,
    ) -> Result<Cashier, EngineError> {
        let chain = self.chain().await?;
        let (genesis, witness) = (chain.genesis(), Node::new(chain.clone()));
        let path = self.home.vouchers(&genesis, &account)?;
        waiting_for_disk(move || {
            let vouchers = Vouchers::read(&path, genesis, account)?;
            Cashier::new(
                genesis,
                account,
                vouchers,
                shelf,
                Box::new(witness),
                limits,
                serving,
            )
        })
        .await
    }

    /// Who this home is in the swarm. Without an open wallet it is somebody new each time: nobody who only fetches need
    /// be known again.
    fn peer_secret(&self) -> Zeroizing<[u8; 32]> {
        if let Some(wallet) = self.open_wallet() {
            return wallet.peer_secret(&self.home.notes(Notes::home_id_bytes));
        }
        let mut secret = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.fill_bytes(secret.as_mut());
        secret
    }

    /// Chunks that were served to others.
    pub(crate) fn served_chunks(&self) -> u64 {
        self.swarm.get().map_or(0, Swarm::served_chunks)
    }

    /// Waits until nobody else fetches this blob; the turn lasts as long as what this gives.
    pub(crate) async fn turn_to_fetch(&self, root: ContentRoot) -> OwnedMutexGuard<()> {
        let turn = {
            let mut fetching = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
            fetching.retain(|_, turn| Arc::strong_count(turn) > 1);
            fetching.entry(root).or_default().clone()
        };
        turn.lock_owned().await
    }

    /// Waits until no other fetch chooses a session to pay from.
    pub(crate) async fn session_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.choosing_session.lock().await
    }

    /// Waits until nobody else proves or collects.
    pub(crate) async fn turn_to_claim(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.claiming.lock().await
    }

    /// The sessions that fetches pay from.
    pub(crate) fn sessions_in_use(&self) -> &SessionsInUse {
        &self.sessions_in_use
    }

    /// Says that the store holds something else than before.
    pub(crate) fn holdings_changed(&self) {
        self.holdings.notify_one();
    }

    /// Waits until the store holds something else than before.
    pub(crate) async fn holdings_to_change(&self) {
        self.holdings.notified().await;
    }

    /// Ends what runs, so that the process can end.
    pub async fn rest(&self) {
        if let Some(swarm) = self.swarm.get() {
            swarm.stop().await;
        }
        let cashiers: Vec<Arc<Cashier>> = self.cashiers.lock().await.values().cloned().collect();
        for cashier in cashiers {
            if let Err(error) = waiting_for_disk(move || cashier.close()).await {
                tracing::error!(%error, "what was earned is not noted; the next start takes what is promised for it");
            }
        }
    }

    /// Carries a command out.
    pub async fn run(&self, request: Request, events: &Events) -> Result<Outcome, EngineError> {
        let Request {
            account,
            node,
            command,
            ..
        } = request;
        if let Some(node) = node.filter(|node| *node != self.node) {
            return Err(EngineError::bad_input(
                format!("the daemon of this home uses the node {}, not {node}", self.node),
                "leave --node out, or restart the daemon with that node",
            ));
        }
        match command {
            Command::Publish(order) => publish::publish(self, &account, order, events).await,
            Command::Post(post) => publish::post(self, &account, post, events).await,
            Command::Revise(revise) => terms::revise(self, &account, revise, events).await,
            Command::Retire { card } => terms::retire(self, &account, card, events).await,
            Command::Discover(query) => discover::feed(self.chain().await?, query).await,
            Command::Search(query) => search::search(self, &account, query, events).await,
            Command::Explore(what) => search::explore(self, &account, what, events).await,
            Command::IndexShow => search::index(self, events).await,
            Command::IndexRebuild { from } => search::rebuild(self, from, events).await,
            Command::Checkpoint {
                file,
                boot_nodes,
                force,
            } => checkpoint::write(self.chain().await?, file, boot_nodes, force).await,
            Command::Card { card } => discover::card(self.chain().await?, card).await,
            Command::Seats { card } => discover::seats(self.chain().await?, card).await,
            Command::Keys => discover::keys(self, &account).await,
            Command::Buy(order) => buy::buy(self, &account, order, events).await,
            Command::Expire { order } => buy::expire(self, &account, order, events).await,
            Command::Settle { order } => buy::settle(self, &account, order, events).await,
            Command::ReportFalseKey { card, edition } => {
                report::report_false_key(self, &account, card, edition, events).await
            }
            Command::Open(order) => open::open(self, &account, order, events).await,
            Command::ResellList { card, edition, price } => {
                resell::list(self, &account, card, edition, price, events).await
            }
            Command::ResellCancel { card, edition } => {
                resell::unlist(self, &account, card, edition, events).await
            }
            Command::ResellOffer(order) => resell::offer(self, &account, order, events).await,
            Command::ResellWithdraw { offer } => resell::withdraw(self, &account, offer, events).await,
            Command::ResellAccept { offer, edition, wait } => {
                resell::accept(self, &account, offer, edition, wait, events).await
            }
            Command::ResellShow { card } => resell::show(self.chain().await?, card).await,
            Command::Gift { card, to, edition } => {
                gift::gift(self, &account, card, &to, edition, events).await
            }
            Command::KeysRegister { another } => {
                encryption_keys::register(self, &account, another, events).await
            }
            Command::KeysRotate { card, edition } => {
                encryption_keys::rotate(self, &account, card, edition, events).await
            }
            Command::KeysRemove { index } => encryption_keys::remove(self, &account, index, events).await,
            Command::ClerkAppoint { card, clerk } => {
                clerk::appoint(self, &account, card, &clerk, events).await
            }
            Command::ClerkDismiss { card, clerk } => {
                clerk::dismiss(self, &account, card, clerk.as_deref(), events).await
            }
            Command::ClerkTerms {
                card,
                commission,
                any_holder,
            } => clerk::terms(self, &account, card, commission, any_holder, events).await,
            Command::ClerkList { card: Some(card) } => clerk::of_card(self.chain().await?, card).await,
            Command::ClerkList { card: None } => clerk::of_account(self, &account).await,
            Command::UpgradeTerms { card, discount } => {
                terms::upgrade_terms(self, &account, card, discount, events).await
            }
            Command::Library { collection } => library::library(self, &account, collection, events).await,
            Command::LibraryAdd { card, name } => library::add(self, card, &name).await,
            Command::LibraryRemove { card, name } => library::remove(self, card, &name).await,
            Command::History { card: Some(card), .. } => history::of_card(self.chain().await?, card).await,
            Command::History { card: None, limit } => history::of_home(self, limit),
            Command::Recover { also } => recover::recover(self, &also, events).await,
            Command::Fetch(order) => fetch::fetch(self, &account, order, events).await,
            Command::Earn { redeem, claim } => earn::earn(self, &account, redeem, claim, events).await,
            Command::Endow {
                card,
                amount,
                per_block,
            } => endow::endow(self, &account, card, amount, per_block, events).await,
            Command::Endowments { card } => endow::show(self.chain().await?, card).await,
            Command::EndEndowment { card, endowment } => {
                endow::end(self, &account, card, endowment, events).await
            }
            Command::Seed { cards, pay } => self.hand_to_daemon(&account, cards, pay).await,
            Command::PoolOpen { amount } => pool::open(self, &account, amount, events).await,
            Command::PoolTopUp { amount, pool } => pool::top_up(self, &account, pool, amount, events).await,
            Command::PoolShow { pool } => pool::show(self, &account, pool).await,
            Command::PoolClose { pool } => pool::close(self, &account, pool, events).await,
            Command::PoolWithdraw { pool } => pool::withdraw(self, &account, pool, events).await,
            Command::React { card, reaction } => social::react(self, &account, card, &reaction, events).await,
            Command::Unreact { card } => social::unreact(self, &account, card, events).await,
            Command::Follow { address } => social::follow(self, &account, &address, events).await,
            Command::Unfollow { address } => social::unfollow(self, &account, &address, events).await,
            Command::Following { limit, cards } => social::following(self, &account, limit, cards).await,
            Command::Validator(what) => validator::carry_out(self, &account, what, events).await,
            Command::StoreList => inventory::list(self).await,
            Command::StoreVerify { what } => inventory::verify(self, what, events).await,
            Command::StoreRemove { what } => inventory::remove(self, what).await,
            Command::WalletShow => money::accounts(self, &account).await,
            Command::WalletSend { to, amount } => money::send(self, &account, &to, amount, events).await,
            Command::Balance {
                address: Some(address),
            } => money::balance_of(self.chain().await?, &address).await,
            Command::Balance { address: None } => {
                let actor = self.actor(&account).await?;
                money::balance(self.chain().await?, actor.account).await
            }
        }
    }

    async fn hand_to_daemon(
        &self,
        account: &AccountName,
        cards: Vec<CardId>,
        pay: Option<Pay>,
    ) -> Result<Outcome, EngineError> {
        let no_daemon = || {
            EngineError::new(
                Code::HomeBusy,
                "the owner of this home does not seed",
                "try again when it is done",
            )
        };
        let more = self.more_to_seed.get().ok_or_else(no_daemon)?;
        let wanted = wanted_cards(account, &cards, pay);
        more.send(wanted).await.map_err(|_| no_daemon())?;
        Ok(Outcome::Seeding { cards })
    }

    /// Sends a transaction and says so before and after.
    pub(crate) async fn send<T>(
        &self,
        call: &str,
        actor: &Actor,
        events: &Events,
        sending: impl Future<Output = Result<Included<T>, ChainError>>,
    ) -> Result<Included<T>, EngineError> {
        events
            .say(Event::Sending {
                call: call.to_owned(),
                account: actor.address(),
            })
            .await;
        let included = sending.await?;
        events
            .say(Event::Included {
                call: call.to_owned(),
                block: included.at.number,
                fee: Amount(included.fee),
            })
            .await;
        Ok(included)
    }
}

/// A card that the chain knew then.
pub(crate) async fn known_card(then: &ChainAt, card: CardId) -> Result<CardView<Account>, EngineError> {
    let view = then.card(card).await?.ok_or_else(|| {
        EngineError::not_found(
            format!("there is no card {card}"),
            "look for it: hashcard discover; a new one takes a few seconds",
        )
    })?;
    if view.id != card {
        return Err(EngineError::new(
            Code::HostileAnswer,
            format!("the node gave card {} when asked for card {card}", view.id),
            "name another node: --node URL",
        ));
    }
    Ok(view)
}

/// Runs what waits for the disk, or works for long, where it holds nobody up.
pub(crate) async fn waiting_for_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(EngineError::task)?
}
