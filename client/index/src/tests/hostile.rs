//! Text from strangers, in cards and in questions.

use hashcard_primitives::card::{Access, Kind};
use proptest::prelude::*;

use super::of_blocks;
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
