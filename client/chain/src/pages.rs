//! Checks on lists from a node. A question for a list ends after a bounded number of pages, whatever the node answers.

use crate::{ChainAt, ChainError, Result};
use codec::{Decode, Encode};
use hashcard_primitives::key::OrderId;

/// Most pages that one question reads; with 64 rows each, a quarter of a million rows.
pub(crate) const MAX_PAGES: usize = 4_096;
/// Rows of one answer (pallet Keys, `MAX_PAGE`).
pub(crate) const ROWS_PER_PAGE: u32 = 64;

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

/// Rows that are numbered like orders, and asked for from a number on.
pub(crate) struct Numbered<T> {
    /// The rows, by rising number.
    pub(crate) rows: Vec<T>,
    /// Where to go on.
    pub(crate) next: Option<OrderId>,
}

impl ChainAt {
    /// One page of numbered rows. `args` is what comes before `from` and limit; `belongs` says whether a row is one that
    /// was asked for, and `reason` what it means when not.
    pub(crate) async fn numbered_page<Page: Decode, T>(
        &self,
        method: &'static str,
        args: impl Encode,
        from: OrderId,
        open: impl Fn(Page) -> Numbered<T>,
        number: impl Fn(&T) -> OrderId,
        (belongs, reason): (impl Fn(&T) -> bool, &str),
    ) -> Result<Numbered<T>> {
        let page: Page = self
            .chain
            .runtime_call(self.hash, method, Spliced(args, (from, ROWS_PER_PAGE)))
            .await?;
        let page = open(page);
        at_most(method, &page.rows, ROWS_PER_PAGE as usize)?;
        consistent(method, page.rows.iter().all(belongs), reason)?;
        let numbers: Vec<OrderId> = page.rows.iter().map(number).collect();
        let rises = numbers.iter().all(|id| *id >= from) && numbers.is_sorted_by(|a, b| a < b);
        consistent(method, rises, "its rows are not in order")?;
        let last = numbers.last().copied().unwrap_or(from);
        let leads_on = page.next.is_none_or(|next| next > last);
        consistent(method, leads_on, "a page leads back")?;
        Ok(page)
    }
}

/// Two tuples of arguments, one after the other: SCALE puts nothing between the parts of a tuple.
struct Spliced<A, B>(A, B);

impl<A: Encode, B: Encode> Encode for Spliced<A, B> {
    fn encode_to<W: codec::Output + ?Sized>(&self, dest: &mut W) {
        self.0.encode_to(dest);
        self.1.encode_to(dest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spliced_arguments_are_those_of_one_tuple() {
        assert_eq!(
            Spliced((7u64,), (1u64, 64u32)).encode(),
            (7u64, 1u64, 64u32).encode()
        );
    }
}
