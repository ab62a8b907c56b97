//! What was asked, checked and in one form: the same question has the same form however it was typed.

use super::cursor::Place;
use super::{Facets, Range, Search, Sort, MAX_LIMIT};
use crate::error::{IndexError, Result};
use crate::words::{goes_on, tag_key, words};

/// Most words of a question, and most tags: more narrow nothing down, and each costs a list.
const MAX_TERMS: usize = 16;
/// Longest text of a question, in bytes.
const MAX_TEXT: usize = 1_024;

/// A question in its one form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Question {
    /// Each once, without the last.
    pub words: Vec<String>,
    /// The last word, which may be the beginning of one.
    pub last: Option<String>,
    pub facets: Facets,
    /// Keys of all tags that it must have.
    pub tags: Vec<String>,
    pub sort: Sort,
    pub limit: usize,
}

impl Question {
    pub(crate) fn of(search: &Search) -> Result<Self> {
        let Search {
            words: text,
            facets,
            sort,
            limit,
            after: _,
        } = search;
        if *limit == 0 || *limit > MAX_LIMIT {
            return bad(format!(
                "a page cannot have {limit} cards; ask for 1 to {MAX_LIMIT}: --limit N"
            ));
        }
        if text.len() > MAX_TEXT {
            return bad(format!(
                "the words have {} bytes; give at most {MAX_TEXT}",
                text.len()
            ));
        }
        let mut terms = words(text);
        let last = if goes_on(text) { terms.pop() } else { None };
        terms.sort();
        terms.dedup();
        let own = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| tag_key(&format!("{name}:{value}")))
        };
        let mut tags: Vec<String> = facets.tags.iter().map(|tag| tag_key(tag)).collect();
        tags.extend(own("lang", &facets.language));
        tags.extend(own("licence", &facets.licence));
        tags.sort();
        tags.dedup();
        if terms.len() + tags.len() > MAX_TERMS {
            return bad(format!(
                "there are more than {MAX_TERMS} words and tags; give the ones that matter"
            ));
        }
        if facets.owned_by.len() > MAX_TERMS {
            return bad(format!(
                "more than {MAX_TERMS} accounts cannot be asked for at once"
            ));
        }
        ordered("price", facets.price)?;
        ordered("size", facets.size)?;
        ordered("length", facets.minutes)?;
        ordered("year", facets.year)?;
        let has_words = !terms.is_empty() || last.is_some();
        let sort = match sort {
            Some(Sort::Relevance) if !has_words => Sort::New,
            Some(sort) => *sort,
            None if has_words => Sort::Relevance,
            None => Sort::New,
        };
        let limit = usize::try_from(*limit).unwrap_or_default();
        Ok(Self {
            words: terms,
            last,
            facets: facets.clone(),
            tags,
            sort,
            limit,
        })
    }

    /// What tells this question from others, whatever page is asked for.
    fn fingerprint(&self) -> [u8; 8] {
        // The form is written for this version alone: a cursor lives as long as the program that made it.
        let Self {
            words,
            last,
            facets,
            tags,
            sort,
            limit: _,
        } = self;
        let written = format!("{words:?}{last:?}{facets:?}{tags:?}{sort:?}");
        let hash = blake3::hash(written.as_bytes());
        std::array::from_fn(|at| hash.as_bytes()[at])
    }

    /// Where the next page begins, for whoever asks again.
    pub(crate) fn cursor(&self, place: &Place) -> String {
        place.written(self.fingerprint())
    }

    /// The place that a cursor of this question stands for.
    pub(crate) fn place(&self, text: &str) -> Result<Place> {
        Place::read(text, self.fingerprint()).ok_or(IndexError::BadCursor)
    }
}

fn ordered<T: PartialOrd + std::fmt::Display>(what: &str, range: Range<T>) -> Result<()> {
    match (range.min, range.max) {
        (Some(min), Some(max)) if min > max => bad(format!(
            "no {what} is at least {min} and at most {max}; swap them"
        )),
        _ => Ok(()),
    }
}

fn bad<T>(reason: String) -> Result<T> {
    Err(IndexError::BadQuestion { reason })
}
