//! BM25 over the newest cards that match.
//!
//! FTS5 keeps neither texts nor positions here, so its own `bm25()` has nothing to count; and it would count the cards of
//! every facet on every question. The words of the few cards that are ranked are counted instead.

use rusqlite::Connection;

use super::cursor::Place;
use super::filter::{Filter, Term};
use super::walk::count_matches;
use super::Plan;
use crate::database::{first, read_back};
use crate::error::{IndexError, Result};
use crate::write::TEXT_PARTS;

/// How soon further occurrences of a word count less (Robertson and Zaragoza, "The Probabilistic Relevance Framework").
pub(crate) const K1: f64 = 1.2;
/// How much longer texts count less (the same).
pub(crate) const B: f64 = 0.75;
/// What a word counts in title, tags and preview. A title names the content; a preview may be a page of a book.
pub(crate) const WEIGHTS: [f64; 3] = [8.0, 4.0, 1.0];

/// The best of `pool` after a place, best first.
pub(crate) fn best(
    reader: &Connection,
    filter: &Filter,
    plan: &Plan,
    pool: &[Place],
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let (cards, words) = first(
        reader,
        "count its words",
        "SELECT cards, words FROM totals",
        [],
        |row| Ok((read_back(row.get(0)?), read_back(row.get(1)?))),
    )?
    .ok_or(IndexError::Damaged {
        what: "it has no totals",
    })?;
    let mean_len = words as f64 / (cards.max(1)) as f64;
    let mut rarity = Vec::new();
    for term in &filter.terms {
        let found = count_matches(reader, &term.expression, plan.ranked)?;
        rarity.push(idf(cards, found.min(plan.ranked).into()));
    }
    let mut places = Vec::with_capacity(pool.len());
    for place in pool {
        let text: Option<String> = first(
            reader,
            "read a card's words",
            "SELECT words FROM text WHERE card = ?1",
            [place.card],
            |row| row.get(0),
        )?;
        let score = score(&filter.terms, &rarity, &text.unwrap_or_default(), mean_len);
        // The bits of a float that is not negative sort as it does.
        places.push(Place {
            key: score.to_bits().to_be_bytes().to_vec(),
            card: place.card,
        });
    }
    places.sort_by(|a, b| (&b.key, b.card).cmp(&(&a.key, a.card)));
    let rest = places.into_iter().filter(|place| {
        after
            .as_ref()
            .is_none_or(|after| (&place.key, place.card) < (&after.key, after.card))
    });
    Ok(rest.take(most).collect())
}

/// How rare a word is that `found` of `cards` have; never negative.
pub(crate) fn idf(cards: u64, found: u64) -> f64 {
    let (cards, found) = (cards.max(found) as f64, found as f64);
    (1.0 + (cards - found + 0.5) / (found + 0.5)).ln()
}

fn score(terms: &[Term], rarity: &[f64], text: &str, mean_len: f64) -> f64 {
    let mut counts = vec![0.0; terms.len()];
    let mut len = 0u32;
    for (part, weight) in text.split(TEXT_PARTS).zip(WEIGHTS) {
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            len = len.saturating_add(1);
            for (count, term) in counts.iter_mut().zip(terms) {
                *count += weight * term.counts(word);
            }
        }
    }
    let longer = 1.0 - B + B * f64::from(len) / mean_len.max(1.0);
    let of_term = |(count, rarity): (&f64, &f64)| rarity * count * (K1 + 1.0) / (count + K1 * longer);
    counts.iter().zip(rarity).map(of_term).sum()
}
