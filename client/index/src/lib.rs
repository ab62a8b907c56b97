//! Local search over what the chain says: words, facets, lists and figures, in one SQLite file.
//!
//! **The index knows nothing but blocks.** It is told the facts of one block after the other ([`facts`]) and keeps
//! them; who reads the chain and decodes it is not its business. State and place move in one transaction, so a crash
//! leaves the index at a block, and never between two. Every answer names the block that it stands at.
//!
//! **A final block is for ever, any other can be taken back.** The rows that a tentative block changes leave their
//! inverse in a journal, written by triggers, so nothing that writes can forget it.
//!
//! **What the chain does not say is no facet.** Language, licence, year and length of a content are read from tags, by
//! the convention of docs/journey/discover.md: a creator who does not say them is not found by them.
//!
//! | file | what it answers |
//! | --- | --- |
//! | [`facts`] | what can a block say |
//! | `index`, `database`, `schema` | where does it stand, and how does it move |
//! | `write` | what does a fact change |
//! | `words`, `money` | how is text split, and how is money ordered |
//! | [`search`] | which cards match, in which order |
//! | [`lists`] | what is worth seeding, what might I like, whose was this key, what did a creator earn |

mod database;
mod error;
pub mod facts;
mod index;
pub mod lists;
mod money;
mod schema;
pub mod search;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use error::{IndexError, Result};
pub use index::{Applied, Finality, Index, Size, Standing};
