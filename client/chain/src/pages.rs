//! Checks on lists from a node. A question for a list ends after a bounded number of pages, whatever the node answers.

use crate::{ChainError, Result};

/// Most pages that one question reads; with 64 rows each, a quarter of a million rows.
pub(crate) const MAX_PAGES: usize = 4_096;

/// Refuses a page with more rows than were asked for.
pub(crate) fn at_most<T>(what: &str, rows: &[T], limit: usize) -> Result<()> {
    if rows.len() <= limit {
        return Ok(());
    }
    Err(ChainError::hostile(
        what,
        format!("{} rows where at most {limit} were asked for", rows.len()),
    ))
}

/// Refuses an answer that is about something else, or a cursor that does not lead on.
pub(crate) fn consistent(what: &str, holds: bool, reason: &str) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(ChainError::hostile(what, reason))
}

/// The error for a list without an end.
pub(crate) fn endless(what: &str) -> ChainError {
    ChainError::hostile(what, format!("more than {MAX_PAGES} pages"))
}
