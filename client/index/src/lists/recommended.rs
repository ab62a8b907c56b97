//! Who holds what you hold holds other things, too.
//!
//! **Every list is cut, so nobody's fame makes the question long.** A card that few hold says more about its holders than
//! one that all do, and a holder of few more about his than a collector: both count by the inverse root of how many.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::database::{all, first};
use crate::error::Result;
use crate::search::numbers;

/// Cards of one's own that are looked at, the newest.
const OWN_CARDS: u32 = 64;
/// Holders of one card, those of its newest keys.
const HOLDERS: u32 = 256;
/// Holders who are asked what else they hold, those closest.
const NEIGHBOURS: usize = 256;
/// Cards of one holder, the newest.
const CARDS: u32 = 256;

/// Cards for whoever is `own`, best first.
pub(super) fn cards(reader: &Connection, own: &[i64], limit: usize) -> Result<Vec<i64>> {
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let own_list = numbers(own);
    let sql =
        format!("SELECT DISTINCT card FROM key WHERE holder IN ({own_list}) ORDER BY card DESC LIMIT ?1");
    let held: Vec<i64> = all(reader, "list your cards", &sql, [OWN_CARDS], |row| row.get(0))?;
    let mut neighbours: BTreeMap<i64, f64> = BTreeMap::new();
    for card in held {
        let sql = format!(
            "SELECT DISTINCT holder FROM (SELECT holder FROM key WHERE card = ?1 ORDER BY edition DESC LIMIT ?2) \
             WHERE holder NOT IN ({own_list}) ORDER BY holder"
        );
        let holders: Vec<i64> = all(
            reader,
            "list a card's holders",
            &sql,
            [card, HOLDERS.into()],
            |row| row.get(0),
        )?;
        let weight = 1.0 / (holders.len().max(1) as f64).sqrt();
        for holder in holders {
            *neighbours.entry(holder).or_default() += weight;
        }
    }
    let mut closest: Vec<(i64, f64)> = neighbours.into_iter().collect();
    closest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    closest.truncate(NEIGHBOURS);

    let mut scores: BTreeMap<i64, f64> = BTreeMap::new();
    for (holder, weight) in closest {
        let sql = "SELECT DISTINCT card FROM key WHERE holder = ?1 ORDER BY card DESC LIMIT ?2";
        let cards: Vec<i64> = all(
            reader,
            "list a holder's cards",
            sql,
            [holder, CARDS.into()],
            |row| row.get(0),
        )?;
        let each = weight / (cards.len().max(1) as f64).sqrt();
        for card in cards {
            *scores.entry(card).or_default() += each;
        }
    }
    let mut best: Vec<(i64, f64)> = scores.into_iter().collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    let mut cards = Vec::new();
    for (card, _) in best {
        if cards.len() >= limit {
            break;
        }
        if fits(reader, &own_list, card)? {
            cards.push(card);
        }
    }
    Ok(cards)
}

/// Whether a card is there, neither withdrawn nor sold with a false key, and neither held nor made by `own`.
fn fits(reader: &Connection, own: &str, card: i64) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM card WHERE id = ?1 AND retired = 0 AND frozen = 0 AND creator NOT IN ({own})) \
         AND NOT EXISTS (SELECT 1 FROM key WHERE card = ?1 AND holder IN ({own}))"
    );
    Ok(first(reader, "look at a card", &sql, [card], |row| row.get(0))?.unwrap_or_default())
}
