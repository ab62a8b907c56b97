//! Text of strangers in cards, and text of people in questions, is never syntax: a search answers, whatever they are.
#![no_main]

#[path = "shared/file.rs"]
mod file;

use hashcard_index::{
    facts::{Block, CardFact, Fact},
    search::{Facets, Search},
    Index, IndexError,
};
use hashcard_primitives::card::{Access, Kind};
use libfuzzer_sys::fuzz_target;

fn card(title: &[u8], tag: &[u8], preview: &[u8]) -> Fact {
    Fact::Card(Box::new(CardFact {
        card: 1,
        creator: [1; 32],
        kind: Kind::Film,
        access: Access::Keyed,
        title: title.to_vec(),
        tags: vec![tag.to_vec()],
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

// Parts between bytes of 0xff, which no UTF-8 has: title, tag, preview, words, a tag that is asked for, a cursor.
fuzz_target!(|data: &[u8]| {
    let parts: Vec<&[u8]> = data.split(|byte| *byte == 0xff).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let text = |at: usize| String::from_utf8_lossy(part(at)).into_owned();

    let index = Index::open_anew(&file::path("search.index"), [7; 32]).expect("there is room for an index");
    let block = Block {
        number: 1,
        hash: [1; 32],
    };
    index
        .begin(block, &[card(part(0), part(1), part(2))])
        .expect("any text can be kept");
    let mut search = Search {
        words: text(3),
        facets: Facets::default(),
        sort: None,
        limit: 10,
        after: None,
    };
    assert!(
        index
            .search(&search)
            .expect("any words can be asked for")
            .hits
            .len()
            <= 1
    );
    if parts.len() > 4 {
        search.facets.tags = vec![text(4)];
        assert!(index.search(&search).is_ok(), "any tag can be asked for");
    }
    if parts.len() > 5 {
        search.after = Some(text(5));
        let refused = index.search(&search);
        assert!(
            !matches!(refused, Err(IndexError::Damaged { .. })),
            "a cursor is no damage"
        );
    }
});
