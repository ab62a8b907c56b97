//! Which of the account's keys is meant, and whether it can do anything now. **A key in an order that is not settled, or
//! that is listed, can do nothing else**; the chain refuses it, and here it is said before a fee is paid.

use hashcard_chain::{Account, ChainAt};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, KeyView};

use crate::amount::Amount;
use crate::capsule::held_keys;
use crate::engine::Actor;
use crate::error::{Code, EngineError};

/// The key of this edition, or the first that is free.
pub async fn free_key(
    then: &ChainAt,
    actor: &Actor,
    card: CardId,
    edition: Option<Edition>,
) -> Result<KeyView<Account>, EngineError> {
    let keys = held_keys(then, actor.account, card).await?;
    choose(keys, edition, &actor.address(), card, ensure_free)
}

/// The key of this edition, or the first that is free but for a listing: accepting an offer ends one.
pub async fn unengaged_key(
    then: &ChainAt,
    actor: &Actor,
    card: CardId,
    edition: Option<Edition>,
) -> Result<KeyView<Account>, EngineError> {
    let keys = held_keys(then, actor.account, card).await?;
    choose(keys, edition, &actor.address(), card, ensure_unengaged)
}

/// Refuses a key that is in an unsettled order, or listed.
pub fn ensure_free(key: &KeyView<Account>) -> Result<(), EngineError> {
    ensure_unengaged(key)?;
    match key.listed {
        None => Ok(()),
        Some(price) => Err(busy(
            key,
            format!("is listed for {}", Amount(price)),
            format!(
                "take the listing back: hashcard resell cancel {} --edition {}",
                key.card, key.edition
            ),
        )),
    }
}

fn ensure_unengaged(key: &KeyView<Account>) -> Result<(), EngineError> {
    match key.order {
        None => Ok(()),
        Some(order) => Err(busy(
            key,
            format!("is in order {order}, which is not settled"),
            format!("wait until its window is over; anybody may settle it then: hashcard settle {order}"),
        )),
    }
}

/// The first of `keys` that may be used, lowest edition first; if none may, why the first may not.
fn choose(
    keys: Vec<KeyView<Account>>,
    edition: Option<Edition>,
    holder: &str,
    card: CardId,
    usable: impl Fn(&KeyView<Account>) -> Result<(), EngineError>,
) -> Result<KeyView<Account>, EngineError> {
    let mut refusal = None;
    for key in keys {
        if edition.is_some_and(|edition| edition != key.edition) {
            continue;
        }
        match usable(&key) {
            Ok(()) => return Ok(key),
            Err(error) => {
                refusal.get_or_insert(error);
            }
        }
    }
    Err(refusal.unwrap_or_else(|| no_key(holder, card, edition)))
}

fn no_key(holder: &str, card: CardId, edition: Option<Edition>) -> EngineError {
    let which = edition.map_or_else(|| "key".to_owned(), |edition| format!("key {edition}"));
    EngineError::new(
        Code::NoKey,
        format!("the account {holder} holds no {which} of card {card}"),
        "see what you hold: hashcard library",
    )
    .with("card", card)
}

fn busy(key: &KeyView<Account>, why: String, remedy: String) -> EngineError {
    EngineError::new(
        Code::KeyBusy,
        format!("key {} of card {} {why}", key.edition, key.card),
        remedy,
    )
    .with("card", key.card)
    .with("edition", key.edition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::key::CapsuleBytes;

    fn key(edition: Edition) -> KeyView<Account> {
        KeyView {
            card: 7,
            edition,
            holder: [1; 32],
            capsule: CapsuleBytes {
                r: [0; 32],
                c: [0; 32],
            },
            key_index: 0,
            encryption_key: [0; 32],
            sequence: 0,
            order: None,
            claimed: None,
            listed: None,
        }
    }

    fn listed(edition: Edition) -> KeyView<Account> {
        KeyView {
            listed: Some(5),
            ..key(edition)
        }
    }

    fn engaged(edition: Edition) -> KeyView<Account> {
        KeyView {
            order: Some(12),
            ..key(edition)
        }
    }

    fn chosen(keys: Vec<KeyView<Account>>, edition: Option<Edition>) -> Result<Edition, Code> {
        choose(keys, edition, "hc", 7, ensure_free)
            .map(|key| key.edition)
            .map_err(|error| error.code)
    }

    #[test]
    fn the_first_free_key_is_taken_or_the_one_that_is_named() {
        assert_eq!(chosen(vec![listed(1), engaged(2), key(3), key(4)], None), Ok(3));
        assert_eq!(chosen(vec![key(3), key(4)], Some(4)), Ok(4));
    }

    #[test]
    fn a_key_that_is_busy_or_not_held_is_refused_with_its_reason() {
        assert_eq!(chosen(vec![listed(1), key(2)], Some(1)), Err(Code::KeyBusy));
        assert_eq!(chosen(vec![engaged(1)], None), Err(Code::KeyBusy));
        assert_eq!(chosen(vec![key(1)], Some(2)), Err(Code::NoKey));
        assert_eq!(chosen(vec![], None), Err(Code::NoKey));
    }

    #[test]
    fn a_listed_key_can_still_be_sold_to_who_offers() {
        let taken = choose(vec![listed(1)], None, "hc", 7, ensure_unengaged);
        assert_eq!(taken.unwrap().edition, 1);
        assert!(choose(vec![engaged(1)], None, "hc", 7, ensure_unengaged).is_err());
    }
}
