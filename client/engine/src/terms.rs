//! What a creator may change about a card: the terms of its sale, and whether it is there at all.

use hashcard_chain::Wait;
use hashcard_primitives::card::{CardId, Terms};

use crate::amount::Amount;
use crate::command::{EditionLimit, Outcome, Revise};
use crate::engine::{known_card, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::wallet::AccountName;

/// Changes terms; what is not named stays as it is.
pub async fn revise(
    engine: &Engine,
    account: &AccountName,
    order: Revise,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let terms = revised(
        &known_card(&chain.at_best().await?, order.card).await?.terms,
        &order,
    )?;
    let sending = chain.revise_terms(
        &actor.signer,
        order.card,
        terms.price,
        terms.editions,
        terms.listed,
        Wait::Finalized,
    );
    let sent = engine.send("revise", &actor, events, sending).await?;
    Ok(Outcome::Revised {
        card: order.card,
        price: Amount(terms.price),
        editions: terms.editions,
        listed: terms.listed,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Withdraws a card.
pub async fn retire(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let sent = engine
        .send(
            "retire",
            &actor,
            events,
            chain.retire(&actor.signer, card, Wait::Finalized),
        )
        .await?;
    Ok(Outcome::Retired {
        card,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Says what holders of the older version save on a key of a newer one, in parts per million; `None`: they cannot claim it.
pub async fn upgrade_terms(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    discount: Option<u32>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let view = known_card(&chain.at_best().await?, card).await?;
    if view.card.supersedes.is_none() {
        return Err(EngineError::bad_input(
            format!("card {card} is not a newer version of another"),
            "publish the newer version with --supersedes ID",
        ));
    }
    let discount = discount.filter(|discount| *discount > 0);
    let sending = chain.set_upgrade(&actor.signer, card, discount.unwrap_or(0), Wait::Finalized);
    let sent = engine.send("set_upgrade", &actor, events, sending).await?;
    Ok(Outcome::UpgradeTerms {
        card,
        discount,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

fn revised(old: &Terms, order: &Revise) -> Result<Terms, EngineError> {
    if order.price.is_none() && order.editions.is_none() && order.listed.is_none() {
        return Err(EngineError::bad_input(
            "nothing is to be revised",
            "give --price, --editions, --list or --unlist",
        ));
    }
    Ok(Terms {
        price: order.price.map_or(old.price, |price| price.0),
        editions: match order.editions {
            None => old.editions,
            Some(EditionLimit::Unlimited) => None,
            Some(EditionLimit::AtMost(editions)) => Some(editions),
        },
        listed: order.listed.unwrap_or(old.listed),
        version: old.version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Terms = Terms {
        price: 5,
        editions: Some(3),
        listed: true,
        version: 2,
    };

    fn order() -> Revise {
        Revise {
            card: 1,
            price: None,
            editions: None,
            listed: None,
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let cheaper = revised(
            &OLD,
            &Revise {
                price: Some(Amount(4)),
                ..order()
            },
        )
        .unwrap();
        assert_eq!(cheaper, Terms { price: 4, ..OLD });
        let unlimited = revised(
            &OLD,
            &Revise {
                editions: Some(EditionLimit::Unlimited),
                ..order()
            },
        )
        .unwrap();
        assert_eq!(
            unlimited,
            Terms {
                editions: None,
                ..OLD
            }
        );
        let unlisted = revised(
            &OLD,
            &Revise {
                listed: Some(false),
                ..order()
            },
        )
        .unwrap();
        assert_eq!(unlisted, Terms { listed: false, ..OLD });
    }

    #[test]
    fn a_revision_of_nothing_is_refused() {
        assert!(revised(&OLD, &order()).is_err());
    }
}
