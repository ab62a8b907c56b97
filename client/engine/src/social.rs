//! What one thinks of a card, and whom one follows. **Nothing here is money or right**: accounts are cheap, so a count says how many
//! accounts did something, and not how many people.

use hashcard_chain::{account_of, address_of, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::feed::{Feed, FeedQuery, MAX_FEED_LIMIT};

use crate::amount::Amount;
use crate::command::{CardShown, FollowedShown, Outcome};
use crate::engine::{known_card, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::notation::{parse_reaction, reaction_name};
use crate::wallet::AccountName;

/// Most accounts whose cards one answer shows: each costs a question to the chain.
const MAX_SHOWN: u32 = 64;

/// Reacts to a card.
pub async fn react(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    reaction: &str,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let reaction = parse_reaction(reaction)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let view = known_card(&chain.at_finalized().await?, card).await?;
    if view.retired {
        return Err(EngineError::new(
            Code::Retired,
            format!("card {card} is withdrawn"),
            "react to another",
        ));
    }
    let sending = chain.react(&actor.signer, card, reaction, Wait::Finalized);
    let sent = engine.send("react", &actor, events, sending).await?;
    Ok(Outcome::Reacted {
        card,
        reaction: reaction_name(reaction).to_owned(),
        before: sent.value.before.map(|before| reaction_name(before).to_owned()),
        deposit: Amount(sent.value.deposit),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Takes a reaction back. The card may be withdrawn or gone.
pub async fn unreact(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_best().await?;
    if then.reaction(card, actor.account).await?.is_none() {
        return Err(EngineError::not_found(
            format!("the account {} did not react to card {card}", actor.address()),
            "check the number",
        ));
    }
    let sending = chain.unreact(&actor.signer, card, Wait::Finalized);
    let sent = engine.send("unreact", &actor, events, sending).await?;
    Ok(Outcome::Unreacted {
        card,
        reaction: reaction_name(sent.value.reaction).to_owned(),
        deposit: Amount(sent.value.deposit),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Follows an account.
pub async fn follow(
    engine: &Engine,
    account: &AccountName,
    followed: &str,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let followed = account_of(followed)?;
    let actor = engine.actor(account).await?;
    if followed == actor.account {
        return Err(EngineError::bad_input(
            "nobody follows himself",
            "name somebody else; your own cards: hashcard discover --creator ADDRESS",
        ));
    }
    let chain = engine.chain().await?;
    let sending = chain.follow_account(&actor.signer, followed, Wait::Finalized);
    let sent = engine.send("follow", &actor, events, sending).await?;
    Ok(Outcome::Followed {
        address: address_of(&followed),
        deposit: Amount(sent.value),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Follows an account no longer.
pub async fn unfollow(
    engine: &Engine,
    account: &AccountName,
    followed: &str,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let followed = account_of(followed)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_best().await?;
    if !then.follows(actor.account, followed).await? {
        return Err(EngineError::not_found(
            format!(
                "the account {} does not follow {}",
                actor.address(),
                address_of(&followed)
            ),
            "see whom it follows: hashcard following",
        ));
    }
    let sending = chain.unfollow_account(&actor.signer, followed, Wait::Finalized);
    let sent = engine.send("unfollow", &actor, events, sending).await?;
    Ok(Outcome::Unfollowed {
        address: address_of(&followed),
        deposit: Amount(sent.value),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Whom the account follows, with their newest cards; whoever published last comes first. The chain keeps no order, so of more than
/// `limit` it is a part that stays the same from one answer to the next.
pub async fn following(
    engine: &Engine,
    account: &AccountName,
    limit: u32,
    cards: u32,
) -> Result<Outcome, EngineError> {
    ensure_bounded(limit, cards)?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let counts = then.follow_counts(actor.account).await?;
    let followed = match counts.following {
        0 => Vec::new(),
        _ => then.following_after(actor.account, None).await?,
    };
    let mut accounts = Vec::new();
    for creator in followed.iter().take(limit as usize) {
        let query = FeedQuery {
            feed: Feed::Creator(*creator),
            kind: None,
            creator: None,
            tag: None,
            max_price: None,
            since: None,
            cursor: None,
            limit: cards,
        };
        let newest = then.feed(query).await?.cards;
        accounts.push(FollowedShown {
            address: address_of(creator),
            cards: newest
                .iter()
                .map(|view| CardShown::of(view, address_of))
                .collect(),
        });
    }
    accounts.sort_by_key(|one| std::cmp::Reverse(one.cards.first().map(|card| card.id)));
    Ok(Outcome::Following {
        accounts,
        following: counts.following,
        followers: counts.followers,
        block: at.number,
    })
}

fn ensure_bounded(limit: u32, cards: u32) -> Result<(), EngineError> {
    if (1..=MAX_SHOWN).contains(&limit) && (1..=MAX_FEED_LIMIT).contains(&cards) {
        return Ok(());
    }
    Err(EngineError::bad_input(
        format!("{cards} cards of each of {limit} accounts are not read at once"),
        format!("ask for 1 to {MAX_SHOWN} accounts: --limit N; and 1 to {MAX_FEED_LIMIT} cards of each: --cards N"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_answer_reads_is_bounded() {
        assert!(ensure_bounded(1, 1).is_ok());
        assert!(ensure_bounded(MAX_SHOWN, MAX_FEED_LIMIT).is_ok());
        for (limit, cards) in [(0, 1), (1, 0), (MAX_SHOWN + 1, 1), (1, MAX_FEED_LIMIT + 1)] {
            let refused = ensure_bounded(limit, cards).unwrap_err();
            assert_eq!(refused.code, Code::BadInput);
        }
    }
}
