//! Money for who holds what earns little by itself. **What is endowed has left the funder's account**, and only what no era used
//! comes back, once the endowment has ended.

use hashcard_chain::{address_of, Chain, EndedEndowment, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::reward::EndowmentId;

use crate::amount::Amount;
use crate::command::{EndowmentShown, Outcome};
use crate::engine::{known_card, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::money::ensure_enough;
use crate::wallet::AccountName;

/// Endows a card.
pub async fn endow(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    amount: Amount,
    per_block: Amount,
    events: &Events,
) -> Result<Outcome, EngineError> {
    ensure_gives(amount, per_block)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let view = known_card(&chain.at_finalized().await?, card).await?;
    if view.retired {
        return Err(EngineError::new(
            Code::Retired,
            format!("card {card} is withdrawn"),
            "endow another",
        ));
    }
    if view.card.blob.is_none() {
        return Err(EngineError::bad_input(
            format!("card {card} has no blob that anybody could hold"),
            "endow another",
        ));
    }
    ensure_enough(chain, &actor, amount).await?;
    let endowing = chain.endow(&actor.signer, card, amount.0, per_block.0, Wait::Finalized);
    let endowed = engine.send("endow", &actor, events, endowing).await?;
    let then = chain.at(endowed.at);
    let made = then.endowments(card).await?;
    let first_era = match made.iter().find(|one| one.id == endowed.value) {
        Some(made) => made.first_era,
        None => then.era().await?.era,
    };
    Ok(Outcome::Endowed {
        card,
        endowment: endowed.value,
        amount,
        per_block,
        first_era,
        fee: Amount(endowed.fee),
        block: endowed.at.number,
    })
}

/// Endowments of a card.
pub async fn show(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    known_card(&then, card).await?;
    let endowments = then.endowments(card).await?;
    let endowments = endowments.into_iter().map(|one| EndowmentShown {
        endowment: one.id,
        funder: address_of(&one.funder),
        per_block: Amount(one.per_block),
        left: Amount(one.left),
        first_era: one.first_era,
        last_era: one.last_era,
    });
    Ok(Outcome::Endowments {
        card,
        endowments: endowments.collect(),
        block: at.number,
    })
}

/// Ends an endowment; or gets the rest of an ended one back.
pub async fn end(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    endowment: EndowmentId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let ending = chain.end_endowment(&actor.signer, card, endowment, Wait::Finalized);
    let ended = engine.send("end_endowment", &actor, events, ending).await?;
    let (last_era, refunded) = match ended.value {
        EndedEndowment::Ending { last_era } => (Some(last_era), None),
        EndedEndowment::Ended { refunded } => (None, Some(Amount(refunded))),
    };
    Ok(Outcome::EndowmentEnds {
        card,
        endowment,
        last_era,
        refunded,
        fee: Amount(ended.fee),
        block: ended.at.number,
    })
}

fn ensure_gives(amount: Amount, per_block: Amount) -> Result<(), EngineError> {
    if per_block.0 > 0 && per_block <= amount {
        return Ok(());
    }
    Err(EngineError::bad_input(
        format!("{amount} cannot be given at {per_block} for each block"),
        "give something above 0 for each block, and no more than the amount: --per-block P",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endowment_gives_something_and_no_more_than_it_has() {
        assert!(ensure_gives(Amount(5), Amount(5)).is_ok());
        assert!(ensure_gives(Amount(5), Amount(1)).is_ok());
        for (amount, per_block) in [(0, 0), (5, 0), (5, 6)] {
            let refused = ensure_gives(Amount(amount), Amount(per_block)).unwrap_err();
            assert_eq!(refused.code, Code::BadInput);
        }
    }
}
