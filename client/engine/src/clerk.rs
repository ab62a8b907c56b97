//! Who delivers while the creator sleeps. **A clerk knows the content before its first sale**: that is what he needs to
//! deliver it, and no software takes it back from him when he is dismissed.

use std::future::Future;
use std::sync::Arc;

use hashcard_chain::{account_of, address_of, Account, Chain, ChainAt, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{MAX_CLERKS, MAX_COMMISSION};
use tokio::time::Instant;

use crate::amount::Amount;
use crate::attach::Socket;
use crate::capsule::sealed_with;
use crate::command::{ClerkedCard, Event, Outcome};
use crate::deliver::Maker;
use crate::encryption_keys;
use crate::engine::{known_card, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::fulfil::{self, Policy, Sales};
use crate::home::{Home, Ownership};
use crate::notation::text_of;
use crate::perform::{busy, Settings};
use crate::seed::handler;
use crate::wallet::{AccountName, AskPassphrase};

/// Most cards that one answer lists.
const MAX_LISTED: usize = 256;

/// How to clerk.
#[derive(Clone, Debug)]
pub struct ClerkOptions {
    /// Whose posts; besides, those of all accounts that the home has used.
    pub account: AccountName,
    /// How orders are answered.
    pub policy: Policy,
}

/// Answers orders until `stop` is done: those of the home's own cards and keys, and those of other people's cards that are
/// its to answer. It serves no content and takes no seats.
pub async fn serve(
    settings: &Settings,
    options: ClerkOptions,
    ask: Arc<dyn AskPassphrase>,
    events: Events,
    stop: impl Future<Output = ()>,
) -> Result<Outcome, EngineError> {
    let home = match Home::try_own(&settings.home)? {
        Ownership::Owned(home) => home,
        Ownership::Taken(owner) => {
            return Err(EngineError {
                remedy: "a daemon of this home may be running already; stop it first, or give it the work: hashcard seed --clerk".to_owned(),
                ..busy(&settings.home, owner)
            })
        }
    };
    let began = Instant::now();
    let engine = Arc::new(Engine::new(home, settings.node.clone(), ask));
    let policy = Policy {
        clerk: true,
        ..options.policy
    };
    tokio::pin!(stop);
    let starting = start(engine.clone(), &options.account, policy, &events);
    let (socket, mut sales) = tokio::select! {
        biased;
        () = &mut stop => return Err(EngineError::new(Code::Failed, "stopped before it was ready", "start it again")),
        started = starting => started?,
    };
    let handler = handler(engine.clone(), events.clone());
    tokio::select! {
        biased;
        () = &mut stop => {}
        () = socket.serve(handler) => {}
        () = fulfil::serve(&engine, &mut sales, &events) => {}
    }
    engine.rest().await;
    Ok(Outcome::Clerked {
        seconds: began.elapsed().as_secs_f64(),
        fulfilled: sales.fulfilled,
        settled: sales.settled,
    })
}

/// Opens everything that can fail for reasons that a person must mend.
async fn start(
    engine: Arc<Engine>,
    account: &AccountName,
    policy: Policy,
    events: &Events,
) -> Result<(Socket, Sales), EngineError> {
    engine.actor(account).await?;
    let mut sales = Sales::new(policy);
    let cards = sales.clerked_cards(&engine, &engine.actors().await?).await?;
    engine.becomes_daemon();
    let socket = Socket::listen(engine.home().paths())?;
    events
        .say(Event::Clerking {
            socket: socket.path().to_owned(),
            pid: std::process::id(),
            cards,
        })
        .await;
    Ok((socket, sales))
}

/// Gives somebody what he needs to deliver sales of a card of the account's.
pub async fn appoint(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    clerk: &str,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let clerk = account_of(clerk)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let view = own_card(&then, card, &actor.account).await?;
    let clerks = then.clerks(card).await?;
    if clerks.accounts.contains(&clerk) {
        return Err(EngineError::bad_input(
            format!("{} is a clerk of card {card} already", address_of(&clerk)),
            format!("see who is: hashcard clerk list {card}"),
        ));
    }
    if clerks.accounts.len() >= MAX_CLERKS as usize {
        return Err(EngineError::bad_input(
            format!("card {card} has {MAX_CLERKS} clerks, and there may be no more"),
            "dismiss one: hashcard clerk dismiss CARD ADDRESS",
        ));
    }
    let address = address_of(&clerk);
    let receiver = encryption_keys::receiver(&then, clerk, &address).await?;
    let maker = Maker {
        wallet: engine.wallet().await?,
        genesis: chain.genesis(),
        actor: &actor,
        card: &view,
    };
    let proven = maker.appointment(receiver)?;
    let sending = chain.appoint_clerk(
        &actor.signer,
        card,
        clerk,
        receiver.key_index,
        proven,
        Wait::Finalized,
    );
    let sent = engine.send("appoint_clerk", &actor, events, sending).await?;
    Ok(Outcome::ClerkAppointed {
        card,
        clerk: address,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Ends an appointment: the creator dismisses a clerk, or the account gives up its own post.
pub async fn dismiss(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    clerk: Option<&str>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let clerk = clerk.map(account_of).transpose()?;
    let actor = engine.actor(account).await?;
    let clerk = clerk.unwrap_or(actor.account);
    let chain = engine.chain().await?;
    let sending = chain.dismiss_clerk(&actor.signer, card, clerk, Wait::Finalized);
    let sent = engine.send("dismiss_clerk", &actor, events, sending).await?;
    Ok(Outcome::ClerkDismissed {
        card,
        clerk: address_of(&clerk),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Says what clerks of a card of the account's are paid, and whether any holder is one.
pub async fn terms(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    commission: u32,
    any_holder: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    if commission > MAX_COMMISSION {
        return Err(EngineError::bad_input(
            "the commission is more than there may be",
            format!(
                "give at most {} percent: --commission PCT",
                MAX_COMMISSION / 10_000
            ),
        ));
    }
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    own_card(&chain.at_best().await?, card, &actor.account).await?;
    let sending = chain.set_clerk_terms(&actor.signer, card, commission, any_holder, Wait::Finalized);
    let sent = engine.send("set_clerk_terms", &actor, events, sending).await?;
    Ok(Outcome::ClerkTerms {
        card,
        commission,
        any_holder,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Who delivers sales of a card.
pub async fn of_card(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let view = known_card(&then, card).await?;
    sealed_with(&view)?;
    Ok(Outcome::Clerks {
        cards: vec![clerked(&then, card, Some(&view)).await?],
        block: at.number,
    })
}

/// The cards of which the account is an appointed clerk.
pub async fn of_account(engine: &Engine, account: &AccountName) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let mut cards = Vec::new();
    for card in then
        .clerk_cards(actor.account)
        .await?
        .into_iter()
        .take(MAX_LISTED)
    {
        let view = then.card(card).await?;
        cards.push(clerked(&then, card, view.as_ref()).await?);
    }
    Ok(Outcome::Clerks {
        cards,
        block: at.number,
    })
}

async fn clerked(
    then: &ChainAt,
    card: CardId,
    view: Option<&CardView<Account>>,
) -> Result<ClerkedCard, EngineError> {
    let clerks = then.clerks(card).await?;
    Ok(ClerkedCard {
        card,
        title: view.map(|view| text_of(&view.card.title)),
        commission: clerks.commission,
        any_holder: clerks.any_holder,
        clerks: clerks.accounts.iter().map(address_of).collect(),
        waiting: then.orders_of_card(card, 0).await?.orders.len() as u64,
    })
}

async fn own_card(then: &ChainAt, card: CardId, creator: &Account) -> Result<CardView<Account>, EngineError> {
    let view = known_card(then, card).await?;
    sealed_with(&view)?;
    if view.card.creator != *creator {
        return Err(EngineError::bad_input(
            format!("card {card} was published by {}", address_of(&view.card.creator)),
            "use the account that published it: --account NAME",
        ));
    }
    Ok(view)
}
