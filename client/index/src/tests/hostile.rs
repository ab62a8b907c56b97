//! Text from strangers, in cards and in questions.

use hashcard_primitives::card::{Access, Kind};
use proptest::prelude::*;

use super::chance::Chance;
use super::{contents, of_blocks, GENESIS};
use crate::facts::{CardFact, Fact};
use crate::search::{Facets, Range, Search};
use crate::{Index, IndexError};

const HOSTILE: [&str; 24] = [
    "\"",
    "\"\"",
    "'",
    "'; DROP TABLE card; --",
    "*",
    "night*",
    "night AND",
    "OR",
    "NOT night",
    "NEAR(a b)",
    "title:night",
    "^night",
    "night + train",
    "(night",
    "night)",
    "{title}: night",
    "-night",
    "\u{0}",
    "_k1",
    "\"_k1\"",
    "%",
    "a_b",
    "\\",
    "NEAR/2",
];

fn card(number: u64, title: &[u8], tags: &[&[u8]], preview: &[u8]) -> Fact {
    Fact::Card(Box::new(CardFact {
        card: number,
        creator: [1; 32],
        kind: Kind::Film,
        access: Access::Keyed,
        title: title.to_vec(),
        tags: tags.iter().map(|tag| tag.to_vec()).collect(),
        preview: preview.to_vec(),
        blob_len: Some(1),
        size: 1,
        published_at: 1,
        price: 1,
        editions: None,
        keys_made: 0,
        listed: true,
        retired: false,
        frozen: false,
    }))
}

fn found(index: &Index, words: &str) -> Vec<u64> {
    let search = Search {
        words: words.to_owned(),
        limit: 100,
        ..Search::default()
    };
    index
        .search(&search)
        .unwrap()
        .hits
        .iter()
        .map(|hit| hit.card)
        .collect()
}

#[test]
fn a_question_is_words_and_never_syntax() {
    let folder = tempfile::tempdir().unwrap();
    let index = of_blocks(
        folder.path(),
        &[vec![
            card(0, b"Night train", &[], b""),
            card(1, b"and or not near", &[], b""),
        ]],
    );
    for text in HOSTILE {
        let _ = found(&index, text);
    }
    assert_eq!(found(&index, "night* "), [0]);
    assert_eq!(found(&index, "AND "), [1]);
    assert_eq!(found(&index, "NOT night "), [] as [u64; 0]);
    // A facet is no word that anybody can say.
    assert_eq!(found(&index, "_k1 "), [] as [u64; 0]);
    assert_eq!(found(&index, "\" ").len(), 2, "no words at all: everything");
}

#[test]
fn text_of_a_card_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let facts = HOSTILE
        .iter()
        .enumerate()
        .map(|(at, text)| card(at as u64, text.as_bytes(), &[text.as_bytes()], text.as_bytes()));
    let more = [
        card(100, b"\xFF\xFE night", &[b"\xFF", b"a\nb", b""], b"\xFF"),
        card(101, b"\x1b[2J", &[b"year:99999", b"minutes:-1"], b""),
    ];
    let index = of_blocks(folder.path(), &[facts.chain(more).collect()]);
    let all = index
        .search(&Search {
            limit: 100,
            ..Search::default()
        })
        .unwrap()
        .hits;
    assert_eq!(all.len(), HOSTILE.len() + 2);
    for hit in &all {
        let texts = hit.tags.iter().chain([&hit.title]);
        assert!(
            texts.into_iter().all(|text| !text.chars().any(char::is_control)),
            "{hit:?}"
        );
        assert_eq!((hit.year, hit.minutes), (None, None));
    }
    assert!(found(&index, "night ").contains(&100));
    for text in HOSTILE {
        let tagged = Search {
            facets: Facets {
                tags: vec![text.to_owned()],
                ..Facets::default()
            },
            limit: 100,
            ..Search::default()
        };
        let _ = index.search(&tagged).unwrap();
        let _ = index.suggest(text, 10).unwrap();
    }
}

#[test]
fn questions_have_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let index = of_blocks(folder.path(), &[vec![card(0, b"x", &[], b"")]]);
    let plain = Search {
        limit: 10,
        ..Search::default()
    };
    let words: String = (0..17).map(|n| format!("word{n} ")).collect();
    for bad in [
        Search {
            limit: 0,
            ..plain.clone()
        },
        Search {
            limit: 101,
            ..plain.clone()
        },
        Search {
            words: "x".repeat(2_000),
            ..plain.clone()
        },
        Search {
            words,
            ..plain.clone()
        },
        Search {
            facets: Facets {
                tags: (0..17).map(|n| n.to_string()).collect(),
                ..Facets::default()
            },
            ..plain.clone()
        },
        Search {
            facets: Facets {
                price: Range {
                    min: Some(2),
                    max: Some(1),
                },
                ..Facets::default()
            },
            ..plain.clone()
        },
        Search {
            facets: Facets {
                owned_by: vec![[0; 32]; 17],
                ..Facets::default()
            },
            ..plain.clone()
        },
    ] {
        assert!(
            matches!(index.search(&bad), Err(IndexError::BadQuestion { .. })),
            "{bad:?}"
        );
    }
    let longest = Facets {
        size: Range {
            min: Some(u64::MAX),
            max: Some(u64::MAX),
        },
        ..Facets::default()
    };
    assert!(index
        .search(&Search {
            facets: longest,
            ..plain
        })
        .unwrap()
        .hits
        .is_empty());
}

#[test]
fn a_number_that_no_chain_reaches_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let index = of_blocks(folder.path(), &[]);
    let facts = vec![card(0, b"x", &[], b""), card(u64::MAX, b"x", &[], b"")];
    let refused = index.apply(&super::block(1, facts), crate::Finality::Final);
    assert!(matches!(refused, Err(IndexError::TooLarge { number: 1, .. })));
    assert_eq!(
        (
            index.size().unwrap().cards,
            index.standing().unwrap().unwrap().at.number
        ),
        (0, 0)
    );
}

/// Makes a file of an index into something else, and gives its path.
fn spoilt(folder: &std::path::Path, spoil: impl FnOnce(&std::path::Path)) -> std::path::PathBuf {
    drop(of_blocks(folder, &Chance::new(21).blocks(12)));
    let path = folder.join("index.db");
    spoil(&path);
    path
}

#[test]
fn a_file_that_is_no_index_is_said_to_be_damaged_and_made_anew_when_asked() {
    let garbage = |path: &std::path::Path| std::fs::write(path, [0x5A; 20_000]).unwrap();
    let of_another_program = |path: &std::path::Path| {
        let other = rusqlite::Connection::open(path).unwrap();
        let version: i64 = other
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        drop(other);
        std::fs::remove_file(path).unwrap();
        let other = rusqlite::Connection::open(path).unwrap();
        other.execute_batch("CREATE TABLE card (id INTEGER)").unwrap();
        other.pragma_update(None, "user_version", version).unwrap();
    };
    let without_standing = |path: &std::path::Path| {
        let other = rusqlite::Connection::open(path).unwrap();
        other.execute("DELETE FROM standing", []).unwrap();
    };
    let spoils: [&dyn Fn(&std::path::Path); 3] = [&garbage, &of_another_program, &without_standing];
    for (at, spoil) in spoils.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let path = spoilt(folder.path(), spoil);
        let refused = Index::open(&path, GENESIS).err();
        assert!(
            matches!(refused, Some(IndexError::Damaged { .. })),
            "{at}: {refused:?}"
        );
        assert!(refused.unwrap().to_string().contains("hashcard index rebuild"));
        let index = Index::open_anew(&path, GENESIS).unwrap();
        assert_eq!(index.standing().unwrap(), None);
        drop(index);
        let blocks = Chance::new(22).blocks(4);
        let other = tempfile::tempdir().unwrap();
        assert_eq!(
            contents(&of_blocks(folder.path(), &blocks)),
            contents(&of_blocks(other.path(), &blocks))
        );
    }
}

#[test]
fn pages_that_are_torn_are_told_and_emptying_replaces_the_file() {
    let folder = tempfile::tempdir().unwrap();
    // The first page stays, so that it opens; all others are noise.
    let path = spoilt(folder.path(), |path| {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[4_096..].fill(0x5A);
        std::fs::write(path, bytes).unwrap();
    });
    let everything = Search {
        limit: 100,
        ..Search::default()
    };
    match Index::open(&path, GENESIS) {
        Err(error) => assert!(matches!(error, IndexError::Damaged { .. }), "{error:?}"),
        Ok(index) => {
            let refused = index.search(&everything);
            assert!(matches!(refused, Err(IndexError::Damaged { .. })), "{refused:?}");
            index.clear().unwrap();
            assert_eq!(index.standing().unwrap(), None);
        }
    }
    let index = Index::open_anew(&path, GENESIS).unwrap();
    assert_eq!(index.size().unwrap().cards, 0);
}

#[test]
fn a_file_that_is_torn_while_it_is_open_is_replaced_under_its_readers() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = Chance::new(23).blocks(12);
    let index = of_blocks(folder.path(), &blocks);
    let everything = Search {
        limit: 100,
        ..Search::default()
    };
    assert!(index.search(&everything).is_ok());
    index.database.recreate().unwrap();
    // The reader that was kept is of the old file, and is not asked again.
    let refused = index.search(&everything);
    assert!(matches!(refused, Err(IndexError::Damaged { .. })), "{refused:?}");
    index.clear().unwrap();
    assert!(matches!(index.search(&everything), Err(IndexError::Empty)));
    drop(index);
    let other = tempfile::tempdir().unwrap();
    assert_eq!(
        contents(&of_blocks(folder.path(), &blocks)),
        contents(&of_blocks(other.path(), &blocks))
    );
}

#[test]
fn a_newer_file_is_emptied_whatever_tables_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = spoilt(folder.path(), |path| {
        let newer = rusqlite::Connection::open(path).unwrap();
        newer
            .execute_batch(
                "CREATE VIRTUAL TABLE titles USING fts5(title); CREATE VIEW popular AS SELECT id FROM card;
                 CREATE TABLE \"a \"\" b\" (x); PRAGMA user_version = 999",
            )
            .unwrap();
    });
    let index = Index::open(&path, GENESIS).unwrap();
    assert_eq!(index.standing().unwrap(), None);
    drop(index);
    let blocks = Chance::new(24).blocks(4);
    let other = tempfile::tempdir().unwrap();
    assert_eq!(
        contents(&of_blocks(folder.path(), &blocks)),
        contents(&of_blocks(other.path(), &blocks))
    );
}

#[test]
fn amounts_beyond_what_sqlite_counts_in_are_kept_to_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let mut dear = card(0, b"dear", &[], b"");
    if let Fact::Card(card) = &mut dear {
        card.price = u128::MAX;
    }
    let most = Fact::BytesPaid {
        card: 0,
        amount: u128::MAX,
    };
    let index = of_blocks(
        folder.path(),
        &[vec![dear, card(1, b"cheap", &[], b""), most.clone(), most]],
    );
    let search = Search {
        facets: Facets {
            price: Range {
                min: Some(u128::MAX),
                max: None,
            },
            ..Facets::default()
        },
        limit: 10,
        ..Search::default()
    };
    let hits = index.search(&search).unwrap().hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(
        (hits[0].card, hits[0].price, hits[0].bytes_paid),
        (0, u128::MAX, u128::MAX)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_text_finds_the_card_that_says_it(text in "\\PC{1,60}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let index = of_blocks(folder.path(), &[vec![card(3, text.as_bytes(), &[&bytes], &bytes)]]);
        // Only so many words make a question.
        let short: String = text.chars().take(12).collect();
        prop_assert_eq!(found(&index, &short), [3]);
    }
}
