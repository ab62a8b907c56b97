//! A key passes to somebody without money. **What was read stays read**: the giver keeps whatever he could open, and nobody
//! can make him forget it; what moves is the title, and what comes with it later.

use hashcard_chain::{account_of, address_of, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::Edition;

use crate::amount::Amount;
use crate::command::Outcome;
use crate::deliver::Maker;
use crate::encryption_keys;
use crate::engine::{known_card, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::history;
use crate::holding::free_key;
use crate::home::ledger::{Deed, Entry};
use crate::wallet::AccountName;

/// Gives a key away.
pub async fn gift(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    to: &str,
    edition: Option<Edition>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let receiver = account_of(to)?;
    let actor = engine.actor(account).await?;
    if receiver == actor.account {
        return Err(EngineError::bad_input(
            "the key is yours already",
            "name somebody else; to move it to another encryption key: hashcard keys rotate",
        ));
    }
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let view = known_card(&then, card).await?;
    let key = free_key(&then, &actor, card, edition).await?;
    let receiver = encryption_keys::receiver(&then, receiver, to).await?;
    let maker = Maker {
        wallet: engine.wallet().await?,
        genesis: chain.genesis(),
        actor: &actor,
        card: &view,
    };
    let proven = maker.gift(&key, receiver)?;
    let sending = chain.gift(
        &actor.signer,
        card,
        key.edition,
        receiver.account,
        receiver.key_index,
        proven,
        Wait::Finalized,
    );
    let sent = engine.send("gift", &actor, events, sending).await?;
    let to = address_of(&receiver.account);
    let entry = Entry {
        deed: Deed::Gifted,
        account: actor.address(),
        card,
        edition: Some(key.edition),
        sequence: Some(key.sequence),
        order: None,
        price: Amount(0),
        with: Some(to.clone()),
        block: sent.at.number,
    };
    history::note(engine, entry, events).await;
    Ok(Outcome::Gifted {
        card,
        edition: key.edition,
        to,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}
