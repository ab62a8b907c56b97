//! Finding, in an index of this home's own: nobody is told what is looked for.
//!
//! **Every answer is brought to the chain's newest block first**, and names it: an index that cannot follow says so
//! instead of answering from the past.

use std::sync::Arc;

use hashcard_chain::{account_of, address_of, Account};
use hashcard_index::search::{Facets, Range, Sort};
use hashcard_index::{Index, Standing};
use hashcard_primitives::BlockNumber;
use tokio::sync::MutexGuard;

use crate::command::{
    Explore, FoundCard, KeyStepShown, Outcome, Search, SeedableShown, SuggestedTag, SuggestedTitle,
};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Events;
use crate::follow::{self, on};
use crate::notation::parse_kind;
use crate::wallet::AccountName;

/// Orders by name.
const SORTS: [(&str, Sort); 5] = [
    ("relevance", Sort::Relevance),
    ("new", Sort::New),
    ("popular", Sort::Popular),
    ("cheapest", Sort::Cheapest),
    ("dearest", Sort::Dearest),
];

/// A page of the cards that match.
pub async fn search(
    engine: &Engine,
    account: &AccountName,
    asked: Search,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let unfinalized = asked.unfinalized;
    let mut question = question(asked)?;
    if let Owner::Asked = question.1 {
        question.0.facets.owned_by = vec![engine.actor(account).await?.account];
    }
    let (index, _still) = followed(engine, unfinalized, events).await?;
    let page = on(&index, move |index| index.search(&question.0)).await?;
    Ok(found(page.hits, page.next, page.standing))
}

/// A list or figures.
pub async fn explore(
    engine: &Engine,
    account: &AccountName,
    what: Explore,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let whose = match &what {
        Explore::Recommended { .. } | Explore::Creator { address: None } => {
            Some(engine.actor(account).await?.account)
        }
        Explore::Creator {
            address: Some(address),
        } => Some(account_of(address)?),
        _ => None,
    };
    let (index, _still) = followed(engine, false, events).await?;
    on(&index, move |index| {
        answer(index, what, whose.unwrap_or_default())
    })
    .await
}

/// Where the index stands, once it follows.
pub async fn index(engine: &Engine, events: &Events) -> Result<Outcome, EngineError> {
    let (index, _still) = followed(engine, false, events).await?;
    shown(&index).await
}

/// Reads the chain again, whatever is in the file.
pub async fn rebuild(
    engine: &Engine,
    from: Option<BlockNumber>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let _one_at_a_time = engine.following.lock().await;
    let index = engine.index_anew_if_damaged().await?;
    follow::rebuild(engine.chain().await?, index, from, events).await?;
    shown(index).await
}

/// The index, at the newest block; it does not move while the guard is held, so an answer is about what was asked for.
async fn followed<'a>(
    engine: &'a Engine,
    unfinalized: bool,
    events: &Events,
) -> Result<(Arc<Index>, MutexGuard<'a, ()>), EngineError> {
    let index = engine.index().await?;
    let still = engine.following.lock().await;
    follow::catch_up(engine.chain().await?, index, unfinalized, events).await?;
    Ok((index.clone(), still))
}

async fn shown(index: &Arc<Index>) -> Result<Outcome, EngineError> {
    let (size, standing) = on(index, |index| Ok((index.size()?, index.standing()?))).await?;
    let standing = standing.ok_or(EngineError::from(hashcard_index::IndexError::Empty))?;
    Ok(Outcome::Index {
        cards: size.cards,
        bytes: size.bytes,
        block: standing.at.number,
        finalized: standing.finalized.number,
        since: standing.origin,
    })
}

fn answer(index: &Index, what: Explore, whose: Account) -> hashcard_index::Result<Outcome> {
    let seedable = |list: hashcard_index::lists::Listed<hashcard_index::lists::Seedable>| Outcome::Seedable {
        cards: list
            .rows
            .into_iter()
            .map(|row| SeedableShown::of(row, address_of))
            .collect(),
        block: list.standing.at.number,
        since: list.standing.origin,
    };
    Ok(match what {
        Explore::UnderSeeded { limit } => seedable(index.under_seeded(limit)?),
        Explore::Profitable { limit } => seedable(index.profitable(limit)?),
        Explore::Recommended { limit } => {
            let list = index.recommended(&[whose], limit)?;
            found(list.rows, None, list.standing)
        }
        Explore::Creator { .. } => {
            let (figures, standing) = index.figures(&whose)?;
            Outcome::Figures {
                creator: address_of(&whose),
                figures: figures.into(),
                block: standing.at.number,
                since: standing.origin,
            }
        }
        Explore::History { card, edition } => {
            let list = index.key_history(card, edition)?;
            Outcome::KeyHistory {
                card,
                edition,
                steps: list
                    .rows
                    .into_iter()
                    .map(|step| KeyStepShown::of(step, address_of))
                    .collect(),
                block: list.standing.at.number,
                since: list.standing.origin,
            }
        }
        Explore::Suggest { text, limit } => {
            let (suggestions, standing) = index.suggest(&text, limit)?;
            let (tags, titles) = (suggestions.tags.into_iter(), suggestions.titles.into_iter());
            Outcome::Suggestions {
                tags: tags.map(|(tag, cards)| SuggestedTag { tag, cards }).collect(),
                titles: titles
                    .map(|(title, card)| SuggestedTitle { title, card })
                    .collect(),
                block: standing.at.number,
            }
        }
    })
}

fn found(hits: Vec<hashcard_index::search::Hit>, next: Option<String>, standing: Standing) -> Outcome {
    Outcome::Found {
        cards: hits
            .into_iter()
            .map(|hit| FoundCard::of(hit, address_of))
            .collect(),
        next,
        block: standing.at.number,
        finalized: standing.finalized.number,
        since: standing.origin,
    }
}

/// Whether the account that asks must be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    Asked,
    Anybody,
}

fn question(asked: Search) -> Result<(hashcard_index::search::Search, Owner), EngineError> {
    let between = |min, max| Range { min, max };
    let facets = Facets {
        kind: asked.kind.as_deref().map(parse_kind).transpose()?,
        creator: asked.creator.as_deref().map(account_of).transpose()?,
        tags: asked.tags,
        language: asked.language,
        licence: asked.licence,
        price: Range {
            min: asked.price_min.map(|price| price.0),
            max: asked.price_max.map(|price| price.0),
        },
        size: Range {
            min: asked.size_min,
            max: asked.size_max,
        },
        minutes: between(asked.minutes_min, asked.minutes_max),
        year: between(asked.year_min, asked.year_max),
        for_sale: asked.for_sale,
        owned_by: Vec::new(),
        alive: asked.alive,
    };
    let question = hashcard_index::search::Search {
        words: asked.words,
        facets,
        sort: asked.sort.as_deref().map(parse_sort).transpose()?,
        limit: asked.limit,
        after: asked.after,
    };
    let owner = if asked.owned { Owner::Asked } else { Owner::Anybody };
    Ok((question, owner))
}

fn parse_sort(name: &str) -> Result<Sort, EngineError> {
    let found = SORTS.iter().find(|(one, _)| *one == name);
    found.map(|(_, sort)| *sort).ok_or_else(|| {
        let names: Vec<&str> = SORTS.iter().map(|(name, _)| *name).collect();
        EngineError::bad_input(
            format!("{name:?} is no order"),
            format!("use one of {}", names.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use hashcard_primitives::card::Kind;

    #[test]
    fn what_is_asked_for_reaches_the_index() {
        let asked = Search {
            words: "night train".into(),
            kind: Some("film".into()),
            creator: Some(address_of(&[7; 32])),
            tags: vec!["short".into()],
            price_max: Some(Amount(5)),
            year_min: Some(1999),
            sort: Some("cheapest".into()),
            owned: true,
            limit: 20,
            ..Search::default()
        };
        let (question, owner) = question(asked).unwrap();
        assert_eq!(
            (question.facets.kind, question.facets.creator),
            (Some(Kind::Film), Some([7; 32]))
        );
        assert_eq!(
            (question.facets.price.max, question.facets.year.min),
            (Some(5), Some(1999))
        );
        assert_eq!((question.sort, owner), (Some(Sort::Cheapest), Owner::Asked));
    }

    #[test]
    fn what_makes_no_sense_is_refused_before_anything_is_read() {
        let plain = || Search {
            limit: 20,
            ..Search::default()
        };
        for bad in [
            Search {
                kind: Some("movie".into()),
                ..plain()
            },
            Search {
                creator: Some("nobody".into()),
                ..plain()
            },
            Search {
                sort: Some("best".into()),
                ..plain()
            },
        ] {
            assert_eq!(question(bad).unwrap_err().exit, 2);
        }
        assert!(parse_sort("best").unwrap_err().remedy.contains("popular"));
    }
}
