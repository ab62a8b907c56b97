//! A question as FTS5 and SQL know it.
//!
//! **Facets are asked twice.** As words of FTS5, where they narrow what is read, and as conditions on the row, where they
//! are exact: a range is a few powers of two to FTS5, or more of them where few cards are in it, and nothing at all where it is
//! wide. So no range that hardly any card is in makes every card be read. Values are bound or numbers;
//! words stand between quotes and have letters only.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::Connection;

use super::walk::count_matches;
use super::{Plan, Question, Range};
use crate::database::{all, first};
use crate::error::Result;
use crate::facts::Account;
use crate::money::Money;
use crate::words::after_prefix;
use crate::write::{bits, facet, kind_number, year_of, YEAR};

/// Most powers of two that a range is told to FTS5 in whatever is in them: half of all cards are in fewer.
const MOST_POWERS: usize = 5;
/// Most years likewise.
const MOST_YEARS: usize = 16;
/// Most tags of years that are looked at; beyond that nothing is told of a range of years.
const MOST_YEAR_TAGS: u32 = 256;

/// One word of a question.
pub(crate) struct Term {
    /// As FTS5 reads it: one word, or several of which one is enough.
    pub expression: String,
    /// As it was typed.
    asked: String,
    /// Whether longer words that begin so count as well.
    goes_on: bool,
}

impl Term {
    pub(crate) fn matches(&self, word: &str) -> bool {
        if self.goes_on {
            word.starts_with(&self.asked)
        } else {
            word == self.asked
        }
    }

    /// How much a word counts as this one: one that only begins so, half.
    pub(crate) fn counts(&self, word: &str) -> f64 {
        match (self.matches(word), word == self.asked) {
            (true, true) => 1.0,
            (true, false) => 0.5,
            (false, _) => 0.0,
        }
    }
}

/// What a card must be to be found.
pub(crate) struct Filter {
    pub terms: Vec<Term>,
    /// Words and facets, as FTS5 reads them; `None` if there are none.
    pub expression: Option<String>,
    /// Tags, by number.
    pub tags: Vec<i64>,
    /// Conditions on a row `c` of `card`, each exact.
    pub conditions: Vec<(String, Vec<Value>)>,
    /// The one kind of card, if it is asked for.
    pub has_kind: bool,
    /// Whose keys are asked for.
    pub owners: Option<Vec<i64>>,
}

impl Filter {
    /// `None` when no card can match: a word, creator or tag is unknown.
    pub(crate) fn of(reader: &Connection, question: &Question, plan: &Plan) -> Result<Option<Self>> {
        let facets = &question.facets;
        let mut filter = Self {
            terms: Vec::new(),
            expression: None,
            tags: Vec::new(),
            conditions: Vec::new(),
            has_kind: facets.kind.is_some(),
            owners: None,
        };
        for word in &question.words {
            filter.terms.push(Term {
                expression: exact(word),
                asked: word.clone(),
                goes_on: false,
            });
        }
        if let Some(last) = &question.last {
            match Self::spell(reader, last, plan)? {
                Some(term) => filter.terms.push(term),
                None => return Ok(None),
            }
        }
        let mut asked: Vec<String> = filter.terms.iter().map(|term| term.expression.clone()).collect();
        for tag in &question.tags {
            let id = first(
                reader,
                "find a tag",
                "SELECT id FROM tag WHERE tag = ?1",
                [tag],
                |row| row.get(0),
            )?;
            let Some(id) = id else { return Ok(None) };
            asked.push(exact(&facet::tag(id)));
            filter.tags.push(id);
        }
        if let Some(kind) = facets.kind {
            let kind = kind_number(kind);
            asked.push(exact(&facet::kind(kind)));
            filter.where_is("c.kind = ?", kind);
        }
        if let Some(creator) = &facets.creator {
            let Some(id) = account_of(reader, creator)? else {
                return Ok(None);
            };
            asked.push(exact(&facet::creator(id)));
            filter.where_is("c.creator = ?", id);
        }
        if facets.for_sale {
            asked.push(exact(facet::FOR_SALE));
            filter.conditions.push(("c.for_sale = 1".to_owned(), Vec::new()));
        }
        if facets.alive {
            asked.push(exact(facet::ALIVE));
            filter.conditions.push(("c.seats > 0".to_owned(), Vec::new()));
        }
        let (price, size, minutes, year) = (facets.price, facets.size, facets.minutes, facets.year);
        let ranges = [
            Span::of(price, |price| Money(price).bits(), Money(u128::MAX).bits()).words(facet::price),
            Span::of(size, |size| bits(length(size)), bits(i64::MAX)).words(facet::size),
            Span::of(minutes, |minutes| bits(minutes.into()), bits(u32::MAX.into())).words(facet::minutes),
            years(reader, year)?,
        ];
        for (words, most) in ranges.into_iter().flatten() {
            match narrow(reader, &words, most, plan)? {
                Narrow::To(expression) => asked.push(expression),
                Narrow::Wide => {}
                Narrow::Nothing => return Ok(None),
            }
        }
        filter.where_between("c.price", price, |price| Value::Blob(Money(price).bytes()));
        filter.where_between("c.size", size, |size| Value::Integer(length(size)));
        filter.where_between("c.minutes", minutes, |minutes| Value::Integer(minutes.into()));
        filter.where_between("c.year", year, |year| Value::Integer(year.into()));
        if facets.owned_by.is_empty() {
            filter.conditions.push(("c.retired = 0".to_owned(), Vec::new()));
        } else {
            let mut owners = Vec::new();
            for owner in &facets.owned_by {
                owners.extend(account_of(reader, owner)?);
            }
            if owners.is_empty() {
                return Ok(None);
            }
            filter.owners = Some(owners);
        }
        filter.expression = joined(&asked, " AND ");
        Ok(Some(filter))
    }

    /// The words that begin with the last one. Few are named one by one, because FTS5 builds the list of a beginning that
    /// it keeps none of anew each time that it is asked.
    fn spell(reader: &Connection, last: &str, plan: &Plan) -> Result<Option<Term>> {
        let words: Vec<String> = all(
            reader,
            "spell a word",
            "SELECT word FROM word WHERE word >= ?1 AND (?2 IS NULL OR word < ?2) ORDER BY word LIMIT ?3",
            rusqlite::params![last, after_prefix(last), plan.spelt.saturating_add(1)],
            |row| row.get(0),
        )?;
        if words.is_empty() {
            return Ok(None);
        }
        if words.len() <= plan.spelt as usize {
            let each: Vec<String> = words.iter().map(|word| exact(word)).collect();
            let expression = format!("({})", each.join(" OR "));
            return Ok(Some(Term {
                expression,
                asked: last.to_owned(),
                goes_on: true,
            }));
        }
        Ok(Some(Term {
            expression: format!("\"{last}\"*"),
            asked: last.to_owned(),
            goes_on: true,
        }))
    }

    fn where_is(&mut self, sql: &str, value: i64) {
        self.conditions
            .push((sql.to_owned(), vec![Value::Integer(value)]));
    }

    fn where_between<T: Copy>(&mut self, column: &str, range: Range<T>, value: impl Fn(T) -> Value) {
        for (bound, sign) in [(range.min, ">="), (range.max, "<=")] {
            if let Some(bound) = bound {
                self.conditions
                    .push((format!("{column} {sign} ?"), vec![value(bound)]));
            }
        }
    }
}

/// The number of an account that the index has met.
pub(crate) fn account_of(reader: &Connection, account: &Account) -> Result<Option<i64>> {
    first(
        reader,
        "find an account",
        "SELECT id FROM account WHERE account = ?1",
        [account],
        |row| row.get(0),
    )
}

/// One word to FTS5. It has letters, digits and `_` only, so nothing in it ends the quotes.
fn exact(word: &str) -> String {
    format!("\"{word}\"")
}

fn joined(parts: &[String], joint: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(joint))
}

/// A range in powers of two, ends included; `None` when neither end is given.
struct Span(Option<(u32, u32)>);

impl Span {
    fn of<T: Copy>(range: Range<T>, bits: impl Fn(T) -> u32, top: u32) -> Self {
        let (low, high) = (range.min.map(&bits), range.max.map(&bits));
        let given = low.is_some() || high.is_some();
        Self(given.then(|| (low.unwrap_or(0), high.unwrap_or(top))))
    }

    /// Its words, and how many of them FTS5 is told unseen.
    fn words(self, name: impl Fn(u32) -> String) -> Option<(Vec<String>, usize)> {
        let (low, high) = self.0?;
        Some((
            (low..=high).map(|power| exact(&name(power))).collect(),
            MOST_POWERS,
        ))
    }
}

/// The words of the years in a range that any tag says; `None` when neither end is given, or too many do.
fn years(reader: &Connection, range: Range<u32>) -> Result<Option<(Vec<String>, usize)>> {
    if range.min.is_none() && range.max.is_none() {
        return Ok(None);
    }
    let tags: Vec<String> = all(
        reader,
        "look for years",
        "SELECT tag FROM tag WHERE tag >= ?1 AND tag < ?2 AND cards > 0 ORDER BY tag LIMIT ?3",
        rusqlite::params![YEAR, after_prefix(YEAR), MOST_YEAR_TAGS.saturating_add(1)],
        |row| row.get(0),
    )?;
    if tags.len() > MOST_YEAR_TAGS as usize {
        return Ok(None);
    }
    let (low, high) = (range.min.unwrap_or(0), range.max.unwrap_or(u32::MAX));
    let within = i64::from(low)..=i64::from(high);
    let years: BTreeSet<i64> = tags
        .iter()
        .filter_map(|tag| year_of(tag))
        .filter(|year| within.contains(year))
        .collect();
    let words = years.into_iter().map(|year| exact(&facet::year(year))).collect();
    Ok(Some((words, MOST_YEARS)))
}

/// What one of several words narrows a search to.
enum Narrow {
    To(String),
    /// So many cards that it is as well not to ask.
    Wide,
    Nothing,
}

/// `words` are told when there are up to `most` of them, or when few cards have any.
fn narrow(reader: &Connection, words: &[String], most: usize, plan: &Plan) -> Result<Narrow> {
    let Some(any) = joined(words, " OR ").map(|any| format!("({any})")) else {
        return Ok(Narrow::Nothing);
    };
    if words.len() <= most {
        return Ok(Narrow::To(any));
    }
    Ok(match count_matches(reader, &any, plan.narrow)? {
        0 => Narrow::Nothing,
        few if few <= plan.narrow => Narrow::To(any),
        _ => Narrow::Wide,
    })
}

/// A length that SQLite can compare: none is as long as the longest.
fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
