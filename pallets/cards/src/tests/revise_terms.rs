use super::*;
use crate::{Error, TermsOf};
use frame_support::assert_noop;
use hashcard_primitives::card::Terms;

#[test]
fn a_creator_revises_price_editions_and_listing_and_the_version_goes_up() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_ok!(Cards::revise_terms(by(ALICE), id, 700, Some(3), false));
        let terms = Terms {
            price: 700,
            editions: Some(3),
            listed: false,
            version: 1,
        };
        assert_eq!(TermsOf::<Test>::get(id), Some(terms));
        assert_eq!(last_event(), Event::TermsRevised { card: id, terms });

        assert_ok!(Cards::revise_terms(by(ALICE), id, 700, None, true));
        let terms = Terms {
            price: 700,
            editions: None,
            listed: true,
            version: 2,
        };
        assert_eq!(last_event(), Event::TermsRevised { card: id, terms });
    });
}

#[test]
fn revising_nothing_still_counts_the_version_up() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_ok!(Cards::revise_terms(by(ALICE), id, 500, Some(10), true));
        assert_eq!(TermsOf::<Test>::get(id).unwrap().version, 1);
    });
}

#[test]
fn only_the_creator_revises() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_noop!(
            Cards::revise_terms(by(BOB), id, 1, None, true),
            Error::<Test>::NotCreator
        );
        assert_noop!(
            Cards::revise_terms(by(ALICE), id + 1, 1, None, true),
            Error::<Test>::UnknownCard
        );
    });
}

#[test]
fn only_keyed_cards_have_terms_to_revise() {
    chain(|| {
        for id in [publish_open(ALICE, 1), publish_inline(ALICE)] {
            assert_noop!(
                Cards::revise_terms(by(ALICE), id, 0, None, false),
                Error::<Test>::NotKeyed
            );
        }
    });
}

#[test]
fn editions_go_down_to_the_keys_made_and_no_further() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_noop!(
            Cards::revise_terms(by(ALICE), id, 1, Some(0), true),
            Error::<Test>::NoEditions
        );
        KeysMade::mutate(|made| made.insert(id, 4));
        assert_noop!(
            Cards::revise_terms(by(ALICE), id, 1, Some(3), true),
            Error::<Test>::EditionsBelowKeysMade
        );
        assert_ok!(Cards::revise_terms(by(ALICE), id, 1, Some(4), true));
    });
}

#[test]
fn a_retired_card_has_no_terms_to_revise() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        KeysMade::mutate(|made| made.insert(id, 1));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_noop!(
            Cards::revise_terms(by(ALICE), id, 1, None, true),
            Error::<Test>::CardRetired
        );
    });
}

#[test]
fn a_version_that_cannot_count_further_stays() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        TermsOf::<Test>::mutate(id, |terms| terms.as_mut().unwrap().version = u32::MAX);
        assert_noop!(
            Cards::revise_terms(by(ALICE), id, 1, None, true),
            Error::<Test>::TooManyRevisions
        );
    });
}
