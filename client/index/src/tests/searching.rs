//! Every question has the answer that the model gives, however it is found.

use proptest::prelude::*;

use super::chance::Chance;
use super::model::Model;
use super::{begun, block, of_blocks};
use crate::search::{Plan, Search, Sort};
use crate::{Finality, Index, IndexError};

/// Ways of finding, each of which answers every question: all is gathered; nothing is; walks end early; nothing is spelt; ranges are
/// told to FTS5 or not.
const PLANS: [Plan; 5] = [
    Plan {
        gathered: 1_000,
        probed: 0,
        owned: 1_000,
        ranked: 1_000,
        spelt: 64,
        narrow: 1_000,
    },
    Plan {
        gathered: 0,
        probed: 1_000,
        owned: 0,
        ranked: 1_000,
        spelt: 0,
        narrow: 0,
    },
    Plan {
        gathered: 2,
        probed: 2,
        owned: 2,
        ranked: 1_000,
        spelt: 2,
        narrow: 2,
    },
    Plan {
        gathered: 0,
        probed: 0,
        owned: 1_000,
        ranked: 1_000,
        spelt: 1,
        narrow: 0,
    },
    Plan {
        gathered: 1,
        probed: 1_000,
        owned: 0,
        ranked: 1_000,
        spelt: 64,
        narrow: 1,
    },
];

/// All pages of a question, one after the other.
fn all_pages(index: &Index, search: &Search) -> Vec<u64> {
    let mut found = Vec::new();
    let mut search = search.clone();
    for _ in 0..1_000 {
        let page = index.search(&search).unwrap();
        assert!(page.hits.len() <= search.limit as usize);
        found.extend(page.hits.iter().map(|hit| hit.card));
        match page.next {
            Some(next) => {
                assert_eq!(
                    page.hits.len(),
                    search.limit as usize,
                    "a page that is not full has no next"
                );
                search.after = Some(next);
            }
            None => return found,
        }
    }
    panic!("pages without an end");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn words_facets_orders_and_pages_are_those_of_the_model(seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        let mut chance = Chance::new(seed);
        let blocks = chance.blocks(14);
        let model = Model::of(&blocks);
        let mut index = of_blocks(folder.path(), &blocks);
        for at in 0..60 {
            let question = chance.question();
            index = index.with_plan(PLANS[at % PLANS.len()]);
            prop_assert_eq!(all_pages(&index, &question), model.search(&question), "{:?} by plan {}", question, at % PLANS.len());
        }
    }

    #[test]
    fn a_hit_says_what_the_chain_said(seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        let blocks = Chance::new(seed).blocks(20);
        let model = Model::of(&blocks);
        let index = of_blocks(folder.path(), &blocks);
        for hit in index.search(&Search { limit: 100, ..Search::default() }).unwrap().hits {
            let known = &model.cards[&hit.card];
            prop_assert_eq!((hit.sold, hit.volume, hit.bytes_paid), (known.sold, known.volume, known.paid));
            prop_assert_eq!(hit.for_sale, model.for_sale(known));
            prop_assert_eq!(hit.seats, model.live_seats(hit.card).len() as u64);
            prop_assert_eq!((hit.kind, hit.access, hit.creator), (known.card.kind, known.card.access, known.card.creator));
            prop_assert_eq!((hit.price, hit.size, hit.published_at), (known.card.price, known.card.size, known.card.published_at));
            prop_assert_eq!(hit.title.as_bytes(), &known.card.title[..]);
        }
    }
}

fn cases() -> u32 {
    let set = std::env::var("PROPTEST_CASES").ok();
    set.and_then(|cases| cases.parse().ok()).unwrap_or(40)
}

#[test]
fn an_answer_names_the_block_that_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let index = begun(folder.path());
    let question = Search {
        limit: 1,
        ..Search::default()
    };
    for number in 1..5 {
        index.apply(&block(number, vec![]), Finality::Final).unwrap();
        assert_eq!(index.search(&question).unwrap().standing.at.number, number);
    }
}

#[test]
fn an_index_without_a_block_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(&folder.path().join("index.db"), super::GENESIS).unwrap();
    let question = Search {
        limit: 1,
        ..Search::default()
    };
    assert!(matches!(index.search(&question), Err(IndexError::Empty)));
    assert!(matches!(
        index.apply(&block(1, vec![]), Finality::Final),
        Err(IndexError::Empty)
    ));
}

#[test]
fn a_cursor_of_another_question_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(7);
    let index = of_blocks(folder.path(), &chance.blocks(20));
    let question = Search {
        sort: Some(Sort::New),
        limit: 1,
        ..Search::default()
    };
    let after = index.search(&question).unwrap().next;
    assert!(after.is_some());
    let same = Search {
        limit: 2,
        after: after.clone(),
        ..question.clone()
    };
    assert!(index.search(&same).is_ok(), "how many are wanted may change");
    let other = Search {
        sort: Some(Sort::Cheapest),
        after: after.clone(),
        ..question.clone()
    };
    assert!(matches!(index.search(&other), Err(IndexError::BadCursor)));
    let garbage = Search {
        after: Some("zz".into()),
        ..question
    };
    assert!(matches!(index.search(&garbage), Err(IndexError::BadCursor)));
}
