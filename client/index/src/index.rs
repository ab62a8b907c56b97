//! Where the index stands, and how it moves: onto the next block, back from one that was not final, or to the beginning.

use std::path::Path;

use hashcard_primitives::BlockNumber;
use rusqlite::{params, Connection};

use crate::database::{all, first, remove, Database, Writing};
use crate::error::{Doing, IndexError, Result};
use crate::facts::{Account, Block, BlockFacts, Fact};
use crate::search::Plan;
use crate::{schema, write};

/// Most blocks that wait for finality at once: twelve minutes of three-second blocks. Beyond that something is wrong with
/// the chain, and the journal would grow without end.
pub(crate) const MOST_TENTATIVE: u32 = 256;
/// Final blocks between two that are remembered: about 50 bytes each, 7 MB for a year of three-second blocks. All before the
/// first are, because it is young chains that are begun anew.
const REMEMBERED_EVERY: u32 = 64;
/// Changes that are taken back at a time, so that memory does not grow with the fork.
const UNDONE_AT_A_TIME: u32 = 1_000;

/// The index of one chain.
pub struct Index {
    pub(crate) database: Database,
    pub(crate) genesis: Account,
    pub(crate) plan: Plan,
}

/// Where an index stands, and so every answer of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The block that answers are about.
    pub at: Block,
    /// The newest block that nothing can undo; the same as `at` unless tentative blocks were applied.
    pub finalized: Block,
    /// The block that the index began with. Sales and payments are counted from the one after it.
    pub origin: BlockNumber,
}

/// Whether a block can still be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finality {
    /// It cannot.
    Final,
    /// It can.
    Tentative,
}

/// What became of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The index moved onto it.
    Now,
    /// It was applied before, as final as now.
    Before,
    /// It was tentative and is final now.
    MadeFinal,
}

/// How large an index is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Cards that it knows.
    pub cards: u64,
    /// Bytes of its file that are in use.
    pub bytes: u64,
}

impl Index {
    /// Opens the index of the chain with this genesis, and makes it if there is none. One that another version wrote, older or
    /// newer, is emptied.
    ///
    /// Errors: [`IndexError::OtherChain`] when the file belongs to another chain, [`IndexError::Damaged`] when it is no index; then
    /// [`Self::open_anew`] helps.
    pub fn open(path: &Path, genesis: Account) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| IndexError::File {
                path: path.to_owned(),
                source,
            })?;
        }
        let index = Self {
            database: Database::open(path)?,
            genesis,
            plan: Plan::default(),
        };
        // As one who writes: there may be nothing to read yet.
        let version = index.database.write(|writing| {
            writing
                .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
                .doing("read its version")
        })?;
        if version != schema::VERSION {
            index.clear()?;
            return Ok(index);
        }
        index.database.write(|writing| {
            let found = first(
                writing,
                "read its standing",
                "SELECT genesis FROM standing",
                [],
                |row| row.get::<_, Account>(0),
            )?;
            match found {
                Some(found) if found == genesis => Ok(()),
                Some(_) => Err(IndexError::OtherChain {
                    path: path.to_owned(),
                }),
                None => Err(IndexError::Damaged {
                    what: "it does not say of which chain it is",
                }),
            }
        })?;
        Ok(index)
    }

    /// Removes whatever is there and makes an empty index. Nothing may have the file open.
    pub fn open_anew(path: &Path, genesis: Account) -> Result<Self> {
        remove(path)?;
        Self::open(path, genesis)
    }

    /// The same, answering by another plan; what is answered is the same by each.
    pub fn with_plan(self, plan: Plan) -> Self {
        Self { plan, ..self }
    }

    /// Where it stands; `None` before [`Self::begin`].
    pub fn standing(&self) -> Result<Option<Standing>> {
        self.database.read(standing)
    }

    /// How large it is.
    pub fn size(&self) -> Result<Size> {
        let cards = self.database.read(|reader| {
            first(reader, "count its cards", "SELECT cards FROM totals", [], |row| {
                row.get::<_, i64>(0)
            })
        })?;
        Ok(Size {
            cards: crate::database::read_back(cards.unwrap_or_default()),
            bytes: self.database.used_bytes()?,
        })
    }

    /// Keeps a part of what the chain's state says after a block, before the index begins there: all of it at once is more than
    /// memory holds. Until [`Self::begin`] nothing is answered; what was loaded for nothing goes with [`Self::clear`].
    ///
    /// Errors: [`IndexError::NotEmpty`] when it has begun.
    pub fn load(&self, number: BlockNumber, facts: &[Fact]) -> Result<()> {
        self.database.write(|writing| {
            not_begun(writing)?;
            write::block(writing, number, facts)
        })
    }

    /// Begins an empty index at a final block, with what is left of all that the chain's state says then; with nothing at
    /// genesis.
    ///
    /// Errors: [`IndexError::NotEmpty`] when it has begun.
    pub fn begin(&self, block: Block, facts: &[Fact]) -> Result<()> {
        self.database.write(|writing| {
            not_begun(writing)?;
            remember(writing, block)?;
            writing.run(
                "write its beginning",
                "UPDATE standing SET origin = ?1, number = ?1, hash = ?2, final_number = ?1, final_hash = ?2, journals = 0",
                params![block.number, block.hash],
            )?;
            write::block(writing, block.number, facts)
        })
    }

    /// Moves onto the next block. Facts and place move together: a crash leaves the block before it, or this one.
    ///
    /// A final block takes back tentative ones that it contradicts; a tentative one those that it does not build on. A block
    /// that was applied before changes nothing.
    ///
    /// Errors: [`IndexError::Gap`] when its parent is none that the index has, [`IndexError::Contradiction`] when
    /// another block of that number is final, [`IndexError::TooDeep`], [`IndexError::Empty`] before [`Self::begin`].
    pub fn apply(&self, block: &BlockFacts, finality: Finality) -> Result<Applied> {
        self.database.write(|writing| {
            let standing = standing(writing)?.ok_or(IndexError::Empty)?;
            match finality {
                Finality::Final => apply_final(writing, standing, block),
                Finality::Tentative => apply_tentative(writing, standing, block),
            }
        })
    }

    /// Takes all tentative blocks back.
    pub fn take_back(&self) -> Result<()> {
        let waits = |standing: Standing| standing.at != standing.finalized;
        if !self.standing()?.is_some_and(waits) {
            return Ok(());
        }
        self.database.write(|writing| match standing(writing)? {
            Some(standing) => undo_to(writing, standing.finalized),
            None => Ok(()),
        })
    }

    /// The newest final block up to a number of which the index remembers the hash. A node that is behind can be asked for it:
    /// one that has another follows another chain.
    pub fn remembered(&self, number: BlockNumber) -> Result<Option<Block>> {
        self.database.read(|reader| {
            first(
                reader,
                "look for an old block",
                "SELECT number, hash FROM milestone WHERE number <= ?1 ORDER BY number DESC LIMIT 1",
                [number],
                |row| {
                    Ok(Block {
                        number: row.get(0)?,
                        hash: row.get(1)?,
                    })
                },
            )
        })
    }

    /// Empties the index, so that it can begin at another block. A file that cannot be read is replaced.
    pub fn clear(&self) -> Result<()> {
        let cleared = self.database.write(|writing| {
            schema::clear(writing)?;
            schema::make(writing, &self.genesis)
        });
        match cleared {
            Err(IndexError::Damaged { .. }) => {
                self.database.recreate()?;
                self.database
                    .write(|writing| schema::make(writing, &self.genesis))
            }
            cleared => cleared,
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.database.path()
    }
}

/// Where the index stands.
pub(crate) fn standing(connection: &Connection) -> Result<Option<Standing>> {
    let row = first(
        connection,
        "read its standing",
        "SELECT number, hash, final_number, final_hash, origin FROM standing WHERE number IS NOT NULL",
        [],
        |row| {
            Ok(Standing {
                at: Block {
                    number: row.get(0)?,
                    hash: row.get(1)?,
                },
                finalized: Block {
                    number: row.get(2)?,
                    hash: row.get(3)?,
                },
                origin: row.get(4)?,
            })
        },
    )?;
    Ok(row)
}

fn not_begun(writing: &Writing<'_>) -> Result<()> {
    match standing(writing)? {
        Some(standing) => Err(IndexError::NotEmpty {
            number: standing.at.number,
        }),
        None => Ok(()),
    }
}

/// Keeps the hash of a final block, if it is one of those that are kept.
fn remember(writing: &Writing<'_>, block: Block) -> Result<()> {
    if block.number >= REMEMBERED_EVERY && !block.number.is_multiple_of(REMEMBERED_EVERY) {
        return Ok(());
    }
    writing.run(
        "remember a block",
        "INSERT OR REPLACE INTO milestone VALUES (?1, ?2)",
        params![block.number, block.hash],
    )?;
    Ok(())
}

fn apply_final(writing: &Writing<'_>, standing: Standing, block: &BlockFacts) -> Result<Applied> {
    let Standing { finalized, .. } = standing;
    if block.number < finalized.number {
        return Ok(Applied::Before);
    }
    if block.number == finalized.number {
        return if block.hash == finalized.hash {
            Ok(Applied::Before)
        } else {
            Err(IndexError::Contradiction { number: block.number })
        };
    }
    if tentative_hash(writing, block.number)? == Some(block.hash) {
        make_final(
            writing,
            Block {
                number: block.number,
                hash: block.hash,
            },
        )?;
        return Ok(Applied::MadeFinal);
    }
    undo_to(writing, finalized)?;
    if block.parent != finalized.hash || finalized.number.checked_add(1) != Some(block.number) {
        return Err(IndexError::Gap {
            number: block.number,
            last: finalized.number,
        });
    }
    remember(
        writing,
        Block {
            number: block.number,
            hash: block.hash,
        },
    )?;
    writing.run(
        "move onto a block",
        "UPDATE standing SET number = ?1, hash = ?2, final_number = ?1, final_hash = ?2, journals = 0",
        params![block.number, block.hash],
    )?;
    write::block(writing, block.number, &block.facts)?;
    Ok(Applied::Now)
}

fn apply_tentative(writing: &Writing<'_>, standing: Standing, block: &BlockFacts) -> Result<Applied> {
    let Standing { at, finalized, .. } = standing;
    if block.number <= finalized.number {
        return if block.number < finalized.number || block.hash == finalized.hash {
            Ok(Applied::Before)
        } else {
            Err(IndexError::Contradiction { number: block.number })
        };
    }
    if tentative_hash(writing, block.number)? == Some(block.hash) {
        return Ok(Applied::Before);
    }
    let gap = IndexError::Gap {
        number: block.number,
        last: at.number,
    };
    let Some(below) = block.number.checked_sub(1) else {
        return Err(gap);
    };
    let parent_is_here = if below == finalized.number {
        block.parent == finalized.hash
    } else {
        tentative_hash(writing, below)? == Some(block.parent)
    };
    if !parent_is_here {
        return Err(gap);
    }
    if block.number.saturating_sub(finalized.number) > MOST_TENTATIVE {
        return Err(IndexError::TooDeep { most: MOST_TENTATIVE });
    }
    undo_to(
        writing,
        Block {
            number: below,
            hash: block.parent,
        },
    )?;
    writing.run(
        "note a block",
        "INSERT INTO tentative VALUES (?1, ?2, ?3)",
        params![block.number, block.hash, block.parent],
    )?;
    writing.run(
        "move onto a block",
        "UPDATE standing SET number = ?1, hash = ?2, journals = 1",
        params![block.number, block.hash],
    )?;
    write::block(writing, block.number, &block.facts)?;
    Ok(Applied::Now)
}

fn tentative_hash(connection: &Connection, number: BlockNumber) -> Result<Option<[u8; 32]>> {
    first(
        connection,
        "look for a block",
        "SELECT hash FROM tentative WHERE number = ?1",
        [number],
        |row| row.get(0),
    )
}

/// Forgets how to undo what is below.
fn make_final(writing: &Writing<'_>, block: Block) -> Result<()> {
    for sql in [
        "DELETE FROM journal WHERE block <= ?1",
        "DELETE FROM tentative WHERE number <= ?1",
    ] {
        writing.run("make a block final", sql, [block.number])?;
    }
    remember(writing, block)?;
    writing.run(
        "make a block final",
        "UPDATE standing SET final_number = ?1, final_hash = ?2",
        params![block.number, block.hash],
    )?;
    Ok(())
}

/// Takes back what is above a block, the last change first.
fn undo_to(writing: &Writing<'_>, block: Block) -> Result<()> {
    writing.run("stop its journal", "UPDATE standing SET journals = 0", [])?;
    let mut before = i64::MAX;
    loop {
        let steps: Vec<(i64, String)> = all(
            writing,
            "read its journal",
            "SELECT step, undo FROM journal WHERE step < ?1 AND block > ?2 ORDER BY step DESC LIMIT ?3",
            params![before, block.number, UNDONE_AT_A_TIME],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let Some((last, _)) = steps.last() else { break };
        before = *last;
        for (_, undo) in &steps {
            writing.run_once("take back a block", undo)?;
        }
    }
    for sql in [
        "DELETE FROM journal WHERE block > ?1",
        "DELETE FROM tentative WHERE number > ?1",
    ] {
        writing.run("take back a block", sql, [block.number])?;
    }
    writing.run(
        "take back a block",
        "UPDATE standing SET number = ?1, hash = ?2",
        params![block.number, block.hash],
    )?;
    Ok(())
}
