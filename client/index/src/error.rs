//! Why the index could not do something. Every message names what was to be done, and what to do about it.

use std::path::PathBuf;

/// A result of the index.
pub type Result<T> = std::result::Result<T, IndexError>;

/// A failure of the index. After any of them the index stands where it stood.
#[derive(thiserror::Error, Debug)]
#[non_exhaustive]
pub enum IndexError {
    /// SQLite refused.
    #[error("the index could not {operation}: {source}")]
    Sqlite {
        /// As in "could not …".
        operation: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The folder of the file cannot be used.
    #[error("the index at {path} cannot be opened: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file belongs to another chain.
    #[error("the index at {path} is of another chain; rebuild it: hashcard index rebuild")]
    OtherChain {
        /// Which file.
        path: PathBuf,
    },
    /// The file says something that no index of this program writes.
    #[error("the index is damaged: {what}; rebuild it: hashcard index rebuild")]
    Damaged {
        /// What it says.
        what: &'static str,
    },
    /// Nothing was indexed yet.
    #[error("the index has no block yet; follow the chain first: hashcard index")]
    Empty,
    /// It has a beginning already.
    #[error(
        "the index stands at block {number} already; rebuild it to begin elsewhere: hashcard index rebuild"
    )]
    NotEmpty {
        /// Where it stands.
        number: u32,
    },
    /// The block does not follow the one that the index stands at.
    #[error(
        "block {number} does not follow block {last} that the index stands at: it names another parent, or blocks are missing between them; \
         give the blocks in between, or rebuild: hashcard index rebuild"
    )]
    Gap {
        /// The block that was given.
        number: u32,
        /// The newest block that it could follow.
        last: u32,
    },
    /// A final block contradicts another that was final.
    #[error("block {number} contradicts what was final before; the node follows another chain: name another, --node URL, \
         or, if the chain was begun anew, rebuild: hashcard index rebuild")]
    Contradiction {
        /// Its number.
        number: u32,
    },
    /// Too many blocks wait for finality.
    #[error("more than {most} blocks are not final; the index waits until they are")]
    TooDeep {
        /// Most that it keeps.
        most: u32,
    },
    /// A number of a block is beyond what the index keeps.
    #[error("block {number} says a number that no chain reaches: {what}")]
    TooLarge {
        /// Which block.
        number: u32,
        /// Which number.
        what: &'static str,
    },
    /// What is asked for makes no sense.
    #[error("{reason}")]
    BadQuestion {
        /// Why, and what to do.
        reason: String,
    },
    /// A place that is no place, or of another question.
    #[error("the place to go on from is not of this question; ask again without --after")]
    BadCursor,
}

/// Says what was being done.
pub(crate) trait Doing<T> {
    /// `operation` as in "the index could not `operation`".
    fn doing(self, operation: &'static str) -> Result<T>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, operation: &'static str) -> Result<T> {
        self.map_err(|source| match damage(&source) {
            Some(what) => IndexError::Damaged { what },
            None => IndexError::Sqlite { operation, source },
        })
    }
}

/// What a failure says about the file, if it says that the file is damaged.
fn damage(source: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::{Error, ErrorCode};
    let failure = match source {
        Error::SqliteFailure(failure, _) | Error::SqlInputError { error: failure, .. } => failure,
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => return Some("a row of it says what no index writes"),
        _ => return None,
    };
    match failure.code {
        ErrorCode::NotADatabase => Some("its file is no database"),
        ErrorCode::DatabaseCorrupt => Some("its file is torn"),
        // Every statement is of this program, so it is the tables that are others.
        _ if failure.extended_code == rusqlite::ffi::SQLITE_ERROR => {
            Some("its tables are not those of an index")
        }
        _ => None,
    }
}
