//! What the index promises, in order: it answers as a model does that looks at everything; it stands where it says,
//! whatever happens; and no text makes it do anything else.

mod chance;
mod following;
mod hostile;
mod lists;
mod model;
pub(crate) mod power;
mod searching;

use std::path::Path;

use crate::facts::{Block, BlockFacts, Fact};
use crate::{Finality, Index};

pub(crate) const GENESIS: [u8; 32] = [0xAA; 32];

/// Hash of a block of these tests: its number, and which fork it is of.
pub(crate) fn hash(number: u32, fork: u8) -> [u8; 32] {
    let mut hash = [fork; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}

/// A block on fork 0.
pub(crate) fn block(number: u32, facts: Vec<Fact>) -> BlockFacts {
    BlockFacts {
        number,
        hash: hash(number, 0),
        parent: hash(number - 1, 0),
        facts,
    }
}

/// An index in a folder that begins at genesis.
pub(crate) fn begun(folder: &Path) -> Index {
    let index = Index::open(&folder.join("index.db"), GENESIS).unwrap();
    if index.standing().unwrap().is_none() {
        index
            .begin(
                Block {
                    number: 0,
                    hash: hash(0, 0),
                },
                &[],
            )
            .unwrap();
    }
    index
}

/// The same with final blocks from 1 on.
pub(crate) fn of_blocks(folder: &Path, blocks: &[Vec<Fact>]) -> Index {
    let index = begun(folder);
    for (number, facts) in (1..).zip(blocks) {
        index
            .apply(&block(number, facts.clone()), Finality::Final)
            .unwrap();
    }
    index
}

/// All that an index holds, in text: rows of every table that says something, and every word with its cards.
pub(crate) fn contents(index: &Index) -> Vec<String> {
    index
        .database
        .write(|writing| {
            let mut lines = Vec::new();
            for table in [
                "totals", "account", "card", "text", "tag", "key", "key_step", "offer", "seeder", "seat",
                "creator",
            ] {
                let mut rows = writing.prepare(&format!("SELECT * FROM {table}")).unwrap();
                let columns = rows.column_count();
                let mut rows = rows.query([]).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    let values: Vec<String> = (0..columns)
                        .map(|at| format!("{:?}", row.get_ref_unwrap(at)))
                        .collect();
                    lines.push(format!("{table} {}", values.join(" ")));
                }
            }
            writing
                .execute_batch(
                    "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'instance')",
                )
                .unwrap();
            {
                let mut terms = writing
                    .prepare("SELECT term, doc FROM vocabulary ORDER BY 1, 2")
                    .unwrap();
                let mut rows = terms.query([]).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    let (term, card): (String, i64) = (row.get_unwrap(0), row.get_unwrap(1));
                    lines.push(format!("word {term} {card}"));
                }
            }
            lines.sort();
            writing.execute_batch("DROP TABLE temp.vocabulary").unwrap();
            Ok(lines)
        })
        .unwrap()
}
