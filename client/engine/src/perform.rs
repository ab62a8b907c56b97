//! Who carries a command out: this process, or the one that owns the home.

use std::sync::Arc;
use std::time::Duration;

use hashcard_chain::Chain;
use tokio::time::Instant;

use crate::attach::{self, Attached, Request};
use crate::command::{Command, Outcome, Validator};
use crate::engine::{Engine, DEFAULT_NODE};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::home::{Home, HomePaths, Ownership};
use crate::wallet::AskPassphrase;
use crate::{checkpoint, clerk, discover, endow, history, money, resell, validator};

/// How long a command waits for an owner that does not listen: another command that will be done soon, or a daemon
/// that is just starting.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Where a command runs.
#[derive(Clone)]
pub struct Settings {
    /// Which home.
    pub home: HomePaths,
    /// Which node, if somebody said one.
    pub node: Option<String>,
}

/// Carries a command out, here or in the process that owns the home.
pub async fn perform(
    settings: &Settings,
    request: Request,
    ask: Arc<dyn AskPassphrase>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    if request.command.asks_only_the_chain() {
        return ask_the_chain(settings, request.command).await;
    }
    let began = Instant::now();
    loop {
        match Home::try_own(&settings.home)? {
            Ownership::Owned(home) => {
                let engine = Engine::new(home, settings.node.clone(), ask);
                // This process is the one with the node that was asked for.
                let result = engine.run(request.with_any_node(), events).await;
                engine.rest().await;
                return result;
            }
            Ownership::Taken(owner) => {
                if let Attached::Answered(result) = attach::ask(&settings.home, &request, events).await? {
                    return *result;
                }
                if began.elapsed() > PATIENCE {
                    return Err(busy(&settings.home, owner));
                }
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The home is another process's, and that one does not listen.
pub(crate) fn busy(home: &HomePaths, owner: Option<u32>) -> EngineError {
    let who = owner.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
    EngineError::new(
        Code::HomeBusy,
        format!("{who} is using the home {}", home.folder().display()),
        "wait until it is done; to run several commands at a time keep a daemon: hashcard seed",
    )
}

/// What needs neither home nor wallet.
async fn ask_the_chain(settings: &Settings, command: Command) -> Result<Outcome, EngineError> {
    let chain = Chain::connect(settings.node.as_deref().unwrap_or(DEFAULT_NODE)).await?;
    match command {
        Command::Checkpoint {
            file,
            boot_nodes,
            force,
        } => checkpoint::write(&chain, file, boot_nodes, force).await,
        Command::Discover(query) => discover::feed(&chain, query).await,
        Command::Card { card } => discover::card(&chain, card).await,
        Command::Seats { card } => discover::seats(&chain, card).await,
        Command::ResellShow { card } => resell::show(&chain, card).await,
        Command::ClerkList { card: Some(card) } => clerk::of_card(&chain, card).await,
        Command::History { card: Some(card), .. } => history::of_card(&chain, card).await,
        Command::Endowments { card } => endow::show(&chain, card).await,
        Command::Validator(Validator::Status {
            address: Some(address),
        }) => validator::status_of(&chain, &address).await,
        Command::Balance {
            address: Some(address),
        } => money::balance_of(&chain, &address).await,
        other => Err(EngineError::bad_input(
            format!("{} needs a home", other.name()),
            "give one: --home DIR",
        )),
    }
}
