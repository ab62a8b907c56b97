use super::*;
use crate::{Deposits, Error, Sources, SourcesOf, MAX_SOURCES};
use codec::Encode;
use frame_support::assert_noop;

fn sources(sources: &[&str]) -> Sources {
    let sources: Vec<_> = sources
        .iter()
        .map(|source| source.as_bytes().to_vec().try_into().unwrap())
        .collect();
    sources.try_into().unwrap()
}

#[test]
fn a_creator_adds_sources_and_pays_for_their_bytes() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        let before = held(&ALICE);
        let list = sources(&["https://a.example/f", "magnet:?xt=urn:btih:00"]);
        assert_ok!(Cards::add_sources(by(ALICE), id, list.clone()));
        assert_eq!(
            last_event(),
            Event::SourcesAdded {
                card: id,
                added: 2,
                dropped: 0
            }
        );
        let deposit = DEPOSIT_BASE + DEPOSIT_PER_BYTE * list.encoded_size() as Balance;
        assert_eq!(held(&ALICE), before + deposit);
        assert_eq!(Deposits::<Test>::get(id).sources, deposit);
        assert_eq!(SourcesOf::<Test>::get(id), Some(list));
    });
}

#[test]
fn the_oldest_make_room_beyond_eight() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        let names: Vec<_> = (0..10).map(|n| format!("http://{n}.example")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_ok!(Cards::add_sources(
            by(ALICE),
            id,
            sources(&names[..MAX_SOURCES as usize])
        ));
        let full = held(&ALICE);
        assert_ok!(Cards::add_sources(by(ALICE), id, sources(&names[8..])));
        assert_eq!(
            last_event(),
            Event::SourcesAdded {
                card: id,
                added: 2,
                dropped: 2
            }
        );
        assert_eq!(SourcesOf::<Test>::get(id), Some(sources(&names[2..])));
        assert_eq!(held(&ALICE), full);
    });
}

#[test]
fn shorter_sources_in_the_place_of_longer_ones_return_a_part_of_the_deposit() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        let long: Vec<_> = (0..8)
            .map(|n| format!("http://{n}.example/{}", "x".repeat(100)))
            .collect();
        let short: Vec<_> = (0..8).map(|n| format!("http://{n}.example")).collect();
        let list = |names: &[String]| sources(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_ok!(Cards::add_sources(by(ALICE), id, list(&long)));
        let full = held(&ALICE);
        assert_ok!(Cards::add_sources(by(ALICE), id, list(&short)));
        let saved: usize = list(&long).encoded_size() - list(&short).encoded_size();
        assert_eq!(held(&ALICE), full - DEPOSIT_PER_BYTE * saved as Balance);
    });
}

#[test]
fn a_source_that_is_not_a_link_to_bytes_is_refused() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://a\nb",
            "ftp://a",
        ] {
            let list = sources(&["https://good.example", bad]);
            assert_noop!(Cards::add_sources(by(ALICE), id, list), Error::<Test>::BadSource);
        }
        assert_noop!(
            Cards::add_sources(by(ALICE), id, sources(&[])),
            Error::<Test>::NoSources
        );
    });
}

#[test]
fn a_source_is_listed_once() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        let twice = sources(&["https://a.example", "https://a.example"]);
        assert_noop!(
            Cards::add_sources(by(ALICE), id, twice),
            Error::<Test>::SourceTwice
        );
        assert_ok!(Cards::add_sources(by(ALICE), id, sources(&["https://a.example"])));
        assert_noop!(
            Cards::add_sources(by(ALICE), id, sources(&["https://a.example"])),
            Error::<Test>::SourceTwice
        );
    });
}

#[test]
fn only_the_creator_adds_and_only_to_a_live_blob() {
    chain(|| {
        let (open, inline, keyed) = (
            publish_open(ALICE, 1),
            publish_inline(ALICE),
            publish_keyed(ALICE, 2),
        );
        let list = || sources(&["https://a.example"]);
        assert_noop!(
            Cards::add_sources(by(BOB), open, list()),
            Error::<Test>::NotCreator
        );
        assert_noop!(
            Cards::add_sources(by(ALICE), inline, list()),
            Error::<Test>::NoBlob
        );
        assert_noop!(
            Cards::add_sources(by(ALICE), 9, list()),
            Error::<Test>::UnknownCard
        );
        KeysMade::mutate(|made| made.insert(keyed, 1));
        assert_ok!(Cards::retire(by(ALICE), keyed));
        assert_noop!(
            Cards::add_sources(by(ALICE), keyed, list()),
            Error::<Test>::CardRetired
        );
    });
}
