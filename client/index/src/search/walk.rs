//! Three ways to the cards that match, in order.
//!
//! **Gather**: all that FTS5 gives are read and sorted; for few. **Walk**: cards are read in the order that is asked for,
//! and the words of each that fits otherwise; for many, of which a page is soon full. **Own**: the keys of the
//! accounts are gone through. The newest come from FTS5 in order by themselves.

use rusqlite::types::Value;
use rusqlite::{params_from_iter, Connection};

use super::cursor::Place;
use super::filter::{Filter, Term};
use super::{ranking, Plan, Sort};
use crate::database::first;
use crate::error::{Doing, Result};
use crate::write::{facet, TEXT_PARTS};

/// Rows that a walk reads at most for each card whose words it may read: one costs a fourth of the other.
const ROWS_PER_PROBE: u32 = 4;

/// Where an order stands in SQL.
struct Order {
    key: &'static str,
    by: &'static str,
    after: &'static str,
    /// Over all cards, and over those of a kind.
    indexes: [&'static str; 2],
}

impl Order {
    fn of(sort: Sort) -> Self {
        match sort {
            Sort::Relevance | Sort::New => Self {
                key: "x''",
                by: "c.id DESC",
                after: "c.id < ?",
                indexes: ["NOT INDEXED", "NOT INDEXED"],
            },
            Sort::Popular => Self {
                key: "c.popularity",
                by: "c.popularity DESC, c.id DESC",
                after: "(c.popularity, c.id) < (?, ?)",
                indexes: ["INDEXED BY card_popularity", "INDEXED BY card_kind_popularity"],
            },
            Sort::Cheapest => Self {
                key: "c.price",
                by: "c.price, c.id",
                after: "(c.price, c.id) > (?, ?)",
                indexes: ["INDEXED BY card_price", "INDEXED BY card_kind_price"],
            },
            Sort::Dearest => Self {
                key: "c.price",
                by: "c.price DESC, c.id DESC",
                after: "(c.price, c.id) < (?, ?)",
                indexes: ["INDEXED BY card_price", "INDEXED BY card_kind_price"],
            },
        }
    }

    /// Whether anything is compared before the card's number.
    fn has_key(&self) -> bool {
        self.key != "x''"
    }
}

/// The first `most` places after one.
pub(crate) fn places(
    reader: &Connection,
    filter: &Filter,
    plan: &Plan,
    sort: Sort,
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Place>> {
    if sort == Sort::Relevance {
        let pool = find(reader, filter, plan, Sort::New, None, plan.ranked as usize)?;
        return ranking::best(reader, filter, plan, &pool, after, most);
    }
    find(reader, filter, plan, sort, after, most)
}

fn find(
    reader: &Connection,
    filter: &Filter,
    plan: &Plan,
    sort: Sort,
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let order = Order::of(sort);
    if let Some(owners) = &filter.owners {
        let few = count_owned(reader, owners, plan.owned)? <= plan.owned;
        if few || filter.expression.is_none() {
            return own(reader, filter, owners, &order, after, most);
        }
    }
    let Some(expression) = &filter.expression else {
        return Ok(walk(reader, filter, &order, after, most, None)?.unwrap_or_default());
    };
    // The newest come in order, and stop when the page is full.
    let in_order = sort == Sort::New || sort == Sort::Relevance;
    if in_order || count_matches(reader, expression, plan.gathered)? <= plan.gathered {
        return gather(reader, filter, expression, &order, after, most, in_order);
    }
    if let Some(found) = walk(reader, filter, &order, after.clone(), most, Some(plan.probed))? {
        return Ok(found);
    }
    gather(reader, filter, expression, &order, after, most, in_order)
}

/// Reads all that FTS5 gives.
fn gather(
    reader: &Connection,
    filter: &Filter,
    expression: &str,
    order: &Order,
    after: Option<Place>,
    most: usize,
    in_order: bool,
) -> Result<Vec<Place>> {
    let mut sql = Sql::new(format!(
        "SELECT c.id, {} FROM words CROSS JOIN card c ON c.id = words.rowid WHERE words MATCH ?",
        order.key
    ));
    sql.values.push(Value::Text(expression.to_owned()));
    sql.conditions(filter);
    sql.owned(filter);
    match (in_order, after) {
        (true, Some(after)) => sql.and("words.rowid < ?", [Value::Integer(after.card)]),
        (false, Some(after)) => sql.after(order, after),
        (_, None) => {}
    }
    let by = if in_order { "words.rowid DESC" } else { order.by };
    sql.text.push_str(&format!(" ORDER BY {by} LIMIT ?"));
    sql.limit(most);
    sql.places(reader)
}

/// Goes through the keys of accounts.
fn own(
    reader: &Connection,
    filter: &Filter,
    owners: &[i64],
    order: &Order,
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let mut sql = Sql::new(format!(
        "SELECT c.id, {} FROM (SELECT DISTINCT card FROM key WHERE holder IN ({})) k CROSS JOIN card c ON c.id = k.card WHERE 1",
        order.key,
        numbers(owners)
    ));
    sql.conditions(filter);
    if let Some(after) = after {
        sql.after(order, after);
    }
    sql.text.push_str(&format!(" ORDER BY {}", order.by));
    let mut found = Vec::new();
    let mut statement = reader.prepare_cached(&sql.text).doing("go through keys")?;
    let mut rows = statement
        .query(params_from_iter(sql.values))
        .doing("go through keys")?;
    while let Some(row) = rows.next().doing("go through keys")? {
        if found.len() >= most {
            break;
        }
        let card = row.get(0).doing("go through keys")?;
        if says(reader, filter, card)? {
            found.push(Place {
                card,
                key: row.get(1).doing("go through keys")?,
            });
        }
    }
    Ok(found)
}

/// Goes through cards in order; `None` when it would read the words of more than `budget` without filling the page.
fn walk(
    reader: &Connection,
    filter: &Filter,
    order: &Order,
    after: Option<Place>,
    most: usize,
    budget: Option<u32>,
) -> Result<Option<Vec<Place>>> {
    let [all, of_kind] = order.indexes;
    let index = if filter.has_kind { of_kind } else { all };
    let mut sql = Sql::new(format!("SELECT c.id, {} FROM card c {index} WHERE 1", order.key));
    // What SQLite would judge in the row is judged here, so that rows that do not fit are counted.
    let fits = Sql::condition_of(filter);
    if filter.has_kind {
        sql.conditions_on(filter, "c.kind");
    }
    sql.conditions_on(filter, "c.price");
    if let Some(after) = after {
        sql.after(order, after);
    }
    let mut values = fits.values;
    values.append(&mut sql.values);
    let text = sql
        .text
        .replacen("SELECT c.id,", &format!("SELECT {} AS fits, c.id,", fits.text), 1);
    let text = format!("{text} ORDER BY {}", order.by);
    let mut statement = reader.prepare_cached(&text).doing("go through cards")?;
    let mut rows = statement
        .query(params_from_iter(values))
        .doing("go through cards")?;
    let mut found = Vec::new();
    let (mut probes, mut seen) = (0u32, 0u32);
    while let Some(row) = rows.next().doing("go through cards")? {
        if found.len() >= most {
            break;
        }
        seen = seen.saturating_add(1);
        let fits: bool = row.get(0).doing("go through cards")?;
        if fits {
            let card = row.get(1).doing("go through cards")?;
            probes = probes.saturating_add(1);
            if says(reader, filter, card)? {
                found.push(Place {
                    card,
                    key: row.get(2).doing("go through cards")?,
                });
                continue;
            }
        }
        if budget.is_some_and(|most| probes > most || seen / ROWS_PER_PROBE > most) {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// Whether a card has the words and tags, read from its text: asking FTS5 about one card costs ten times as much.
fn says(reader: &Connection, filter: &Filter, card: i64) -> Result<bool> {
    if filter.terms.is_empty() && filter.tags.is_empty() {
        return Ok(true);
    }
    let text = first(
        reader,
        "read a card's words",
        "SELECT words, facets FROM text WHERE card = ?1",
        [card],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
    )?;
    let Some((words, facets)) = text else {
        return Ok(false);
    };
    let tags = facet::tags(&facets);
    let says = |term: &Term| words.split([' ', TEXT_PARTS]).any(|word| term.matches(word));
    Ok(filter.tags.iter().all(|tag| tags.contains(tag)) && filter.terms.iter().all(says))
}

/// How many cards match, up to one more than `most`.
pub(super) fn count_matches(reader: &Connection, expression: &str, most: u32) -> Result<u32> {
    let count = first(
        reader,
        "count what matches",
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?1 LIMIT ?2)",
        rusqlite::params![expression, most.saturating_add(1)],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

fn count_owned(reader: &Connection, owners: &[i64], most: u32) -> Result<u32> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM key WHERE holder IN ({}) LIMIT ?1)",
        numbers(owners)
    );
    let count = first(reader, "count keys", &sql, [most.saturating_add(1)], |row| {
        row.get(0)
    })?;
    Ok(count.unwrap_or_default())
}

/// Numbers of the index's own making, for `IN (…)`.
pub(crate) fn numbers(numbers: &[i64]) -> String {
    let written: Vec<String> = numbers.iter().map(i64::to_string).collect();
    written.join(", ")
}

/// A question in SQL, and what is bound to it.
struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn new(text: String) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }

    fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(" AND ");
        self.text.push_str(sql);
        self.values.extend(values);
    }

    fn conditions(&mut self, filter: &Filter) {
        self.conditions_on(filter, "");
    }

    fn conditions_on(&mut self, filter: &Filter, column: &str) {
        for (sql, values) in filter
            .conditions
            .iter()
            .filter(|(sql, _)| sql.starts_with(column))
        {
            self.and(sql, values.iter().cloned());
        }
    }

    /// All conditions as one expression that is 0 or 1.
    fn condition_of(filter: &Filter) -> Self {
        let mut sql = Self::new("(1".to_owned());
        sql.conditions(filter);
        sql.owned(filter);
        // A year that is not known is not the year that is asked for.
        sql.text.push_str(") IS TRUE");
        sql
    }

    fn owned(&mut self, filter: &Filter) {
        if let Some(owners) = &filter.owners {
            let keys = format!(
                "c.id IN (SELECT card FROM key WHERE holder IN ({}))",
                numbers(owners)
            );
            self.and(&keys, []);
        }
    }

    fn after(&mut self, order: &Order, after: Place) {
        let key = Some(Value::Blob(after.key)).filter(|_| order.has_key());
        self.and(order.after, key.into_iter().chain([Value::Integer(after.card)]));
    }

    fn limit(&mut self, most: usize) {
        self.values
            .push(Value::Integer(i64::try_from(most).unwrap_or(i64::MAX)));
    }

    fn places(self, reader: &Connection) -> Result<Vec<Place>> {
        let mut statement = reader.prepare_cached(&self.text).doing("read what matches")?;
        let rows = statement
            .query_map(params_from_iter(self.values), |row| {
                Ok(Place {
                    card: row.get(0)?,
                    key: row.get(1)?,
                })
            })
            .doing("read what matches")?;
        rows.collect::<rusqlite::Result<_>>().doing("read what matches")
    }
}
