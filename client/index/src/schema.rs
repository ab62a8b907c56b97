//! The tables. A change of any of them, or of how rows are derived, raises [`VERSION`]; a file of another version is
//! emptied and followed anew, because all that it holds can be read from the chain again.
//!
//! **`words` is the only table of FTS5**: no text of its own (`content=''`), no positions (`detail=none`), one row for each
//! row of `text`, kept by triggers. Its facets are words, so that FTS5 intersects them with the words that were asked for.

use rusqlite::Connection;

use crate::error::{Doing, Result};
use crate::facts::Account;

/// Raised with every change of what follows.
pub(crate) const VERSION: i64 = 2;

/// Where the index stands, and some of the final blocks that it came by; apart from the journalled tables, because it is what
/// the journal is about.
const STANDING: &str = "
CREATE TABLE standing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    genesis BLOB NOT NULL,
    origin INTEGER,
    number INTEGER,
    hash BLOB,
    final_number INTEGER,
    final_hash BLOB,
    journals INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE tentative (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, parent BLOB NOT NULL) STRICT;
CREATE TABLE journal (step INTEGER PRIMARY KEY AUTOINCREMENT, block INTEGER NOT NULL, undo TEXT NOT NULL) STRICT;
CREATE TABLE word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE milestone (number INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
";

/// What blocks change. Money is a BLOB in the form of `money.rs`.
const TABLES: &str = "
CREATE TABLE totals (id INTEGER PRIMARY KEY CHECK (id = 1), cards INTEGER NOT NULL, words INTEGER NOT NULL) STRICT;
CREATE TABLE account (id INTEGER PRIMARY KEY, account BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE card (
    id INTEGER PRIMARY KEY,
    creator INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    access INTEGER NOT NULL,
    price BLOB NOT NULL,
    editions INTEGER,
    keys_made INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    retired INTEGER NOT NULL,
    frozen INTEGER NOT NULL,
    blob_len INTEGER,
    size INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    year INTEGER,
    minutes INTEGER,
    offered INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    sold INTEGER NOT NULL,
    volume BLOB NOT NULL,
    paid BLOB NOT NULL,
    rewarded BLOB NOT NULL,
    for_sale INTEGER NOT NULL,
    seedable INTEGER NOT NULL,
    popularity BLOB NOT NULL,
    yield BLOB NOT NULL
) STRICT;
CREATE INDEX card_price ON card (price);
CREATE INDEX card_popularity ON card (popularity);
CREATE INDEX card_kind_price ON card (kind, price);
CREATE INDEX card_kind_popularity ON card (kind, popularity);
CREATE INDEX card_creator ON card (creator);
CREATE INDEX card_seats ON card (seats) WHERE seedable = 1;
CREATE INDEX card_yield ON card (yield) WHERE seedable = 1 AND yield > x'00';
CREATE TABLE text (
    card INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    tags TEXT NOT NULL,
    words TEXT NOT NULL,
    facets TEXT NOT NULL
) STRICT;
CREATE INDEX text_title ON text (title_key);
CREATE TABLE tag (id INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE, cards INTEGER NOT NULL) STRICT;
CREATE TABLE key (
    card INTEGER NOT NULL, edition INTEGER NOT NULL, holder INTEGER NOT NULL,
    PRIMARY KEY (card, edition)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_holder ON key (holder, card);
CREATE TABLE key_step (
    card INTEGER NOT NULL, edition INTEGER NOT NULL, step INTEGER NOT NULL,
    block INTEGER NOT NULL, what INTEGER NOT NULL, holder INTEGER, order_id INTEGER, price BLOB,
    PRIMARY KEY (card, edition, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_step_order ON key_step (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE offer (
    card INTEGER NOT NULL, edition INTEGER NOT NULL, price BLOB NOT NULL,
    PRIMARY KEY (card, edition)
) STRICT, WITHOUT ROWID;
CREATE TABLE seeder (account INTEGER PRIMARY KEY, until INTEGER NOT NULL, lives INTEGER NOT NULL) STRICT;
CREATE INDEX seeder_until ON seeder (until) WHERE lives = 1;
CREATE TABLE seat (
    card INTEGER NOT NULL, seeder INTEGER NOT NULL, coverage INTEGER NOT NULL,
    PRIMARY KEY (card, seeder)
) STRICT, WITHOUT ROWID;
CREATE INDEX seat_seeder ON seat (seeder, card);
CREATE TABLE creator (
    account INTEGER PRIMARY KEY,
    sales INTEGER NOT NULL, revenue BLOB NOT NULL, earned BLOB NOT NULL,
    resales INTEGER NOT NULL, resold BLOB NOT NULL, bytes_paid BLOB NOT NULL, delivery BLOB NOT NULL
) STRICT;
";

/// Short beginnings of words have lists of their own (`prefix`): as many cards as there are begin with one letter.
const WORDS: &str = "
CREATE VIRTUAL TABLE words USING fts5(
    said, content = '', columnsize = 0, detail = none, prefix = '1 2 3 4', tokenize = \"ascii tokenchars '_'\"
);
CREATE TRIGGER text_said AFTER INSERT ON text BEGIN
    INSERT INTO words (rowid, said) VALUES (new.card, new.words || ' ' || new.facets);
END;
CREATE TRIGGER text_unsaid AFTER DELETE ON text BEGIN
    INSERT INTO words (words, rowid, said) VALUES ('delete', old.card, old.words || ' ' || old.facets);
END;
CREATE TRIGGER text_resaid AFTER UPDATE ON text WHEN old.words <> new.words OR old.facets <> new.facets BEGIN
    INSERT INTO words (words, rowid, said) VALUES ('delete', old.card, old.words || ' ' || old.facets);
    INSERT INTO words (rowid, said) VALUES (new.card, new.words || ' ' || new.facets);
END;
";

/// Journalled tables: all but `word`, which only ever grows and says nothing by itself, and `milestone`, which is of final
/// blocks.
const JOURNALLED: [&str; 11] = [
    "totals", "account", "card", "text", "tag", "key", "key_step", "offer", "seeder", "seat", "creator",
];

/// Makes all tables in an empty database.
pub(crate) fn make(connection: &Connection, genesis: &Account) -> Result<()> {
    for (sql, operation) in [
        (STANDING, "make its standing"),
        (TABLES, "make its tables"),
        (WORDS, "make its words"),
    ] {
        connection.execute_batch(sql).doing(operation)?;
    }
    for table in JOURNALLED {
        let triggers = journal_of(connection, table)?;
        connection.execute_batch(&triggers).doing("make its journal")?;
    }
    connection
        .execute("INSERT INTO standing (id, genesis) VALUES (1, ?1)", [genesis])
        .doing("make its standing")?;
    connection
        .execute("INSERT INTO totals VALUES (1, 0, 0)", [])
        .doing("make its tables")?;
    connection
        .pragma_update(None, "user_version", VERSION)
        .doing("write its version")
}

/// Removes every table.
pub(crate) fn clear(connection: &Connection) -> Result<()> {
    let tables: Vec<String> = {
        // Shadow tables of `words` go with it.
        let mut found = connection
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 AND name NOT GLOB 'words_*' ORDER BY name = 'words' DESC",
            )
            .doing("list its tables")?;
        let rows = found.query_map([], |row| row.get(0)).doing("list its tables")?;
        rows.collect::<rusqlite::Result<_>>().doing("list its tables")?
    };
    for table in tables {
        connection
            .execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))
            .doing("remove a table")?;
    }
    Ok(())
}

/// Triggers that write the inverse of every change of a table, while `standing.journals` says so.
fn journal_of(connection: &Connection, table: &str) -> Result<String> {
    let mut info = connection
        .prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")
        .doing("read its tables")?;
    let columns: Vec<(String, i64)> = info
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .doing("read its tables")?;
    let quoted = |row: &str, only_key: bool, joint: &str| {
        let parts: Vec<String> = columns
            .iter()
            .filter(|(_, pk)| !only_key || *pk > 0)
            .map(|(name, _)| format!("'{name} = ' || quote({row}.{name})"))
            .collect();
        parts.join(&format!(" || '{joint}' || "))
    };
    let values: Vec<String> = columns
        .iter()
        .map(|(name, _)| format!("quote(old.{name})"))
        .collect();
    let values = values.join(" || ', ' || ");
    let undo = |verb: &str, sql: String| {
        format!(
            "CREATE TRIGGER {table}_undo_{verb} AFTER {verb} ON {table} WHEN (SELECT journals FROM standing) = 1 BEGIN
                INSERT INTO journal (block, undo) VALUES ((SELECT number FROM standing), {sql});
            END;\n"
        )
    };
    let (key, old) = (quoted("new", true, " AND "), quoted("old", false, ", "));
    Ok([
        undo("INSERT", format!("'DELETE FROM {table} WHERE ' || {key}")),
        undo(
            "UPDATE",
            format!("'UPDATE {table} SET ' || {old} || ' WHERE ' || {key}"),
        ),
        undo(
            "DELETE",
            format!("'INSERT INTO {table} VALUES (' || {values} || ')'"),
        ),
    ]
    .concat())
}
