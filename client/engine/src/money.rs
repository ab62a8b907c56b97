//! Accounts and what they have.

use hashcard_chain::{account_of, address_of, Account, Chain, Wait};

use crate::amount::Amount;
use crate::command::{AccountShown, Outcome};
use crate::engine::{Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::wallet::AccountName;

/// The wallet's addresses: the default account, the one asked for, and those used before.
pub async fn accounts(engine: &Engine, asked: &AccountName) -> Result<Outcome, EngineError> {
    engine.actor(asked).await?;
    let mut actors = engine.actors().await?;
    actors.sort_by_key(|actor| (actor.name.name().is_some(), actor.name != *asked));
    let accounts = actors
        .iter()
        .map(|actor| AccountShown {
            name: actor.name.name().map(str::to_owned),
            address: actor.address(),
        })
        .collect();
    Ok(Outcome::Wallet {
        path: engine.home().paths().wallet(),
        accounts,
    })
}

/// Money of an address.
pub async fn balance_of(chain: &Chain, address: &str) -> Result<Outcome, EngineError> {
    balance(chain, account_of(address)?).await
}

/// Money of an account.
pub async fn balance(chain: &Chain, account: Account) -> Result<Outcome, EngineError> {
    let money = chain.balance(account).await?;
    Ok(Outcome::Balance {
        address: address_of(&account),
        free: Amount(money.free),
        held: Amount(money.held),
    })
}

/// Sends money.
pub async fn send(
    engine: &Engine,
    account: &AccountName,
    to: &str,
    amount: Amount,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let receiver = account_of(to)?;
    if amount.0 == 0 {
        return Err(EngineError::bad_input(
            "nothing is to be sent",
            "give an amount above 0",
        ));
    }
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_enough(chain, &actor, amount).await?;
    let sending = chain.transfer(&actor.signer, receiver, amount.0, Wait::Finalized);
    let sent = engine.send("transfer", &actor, events, sending).await?;
    Ok(Outcome::Sent {
        from: actor.address(),
        to: address_of(&receiver),
        amount,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Says what the chain would say, before a fee is paid for it. At the best block: money that just came counts.
pub(crate) async fn ensure_enough(chain: &Chain, actor: &Actor, amount: Amount) -> Result<(), EngineError> {
    let free = Amount(chain.at_best().await?.balance(actor.account).await?.free);
    if free >= amount {
        return Ok(());
    }
    Err(EngineError::new(
        Code::InsufficientFunds,
        format!("the account {} has {free}, less than {amount}", actor.address()),
        "put money on it, or use another: --account NAME",
    ))
}
