use super::*;
use crate::{
    CardOfRoot, Cards as CardRows, Deposits, Error, FeedHeads, FeedPages, PositionsOf, Previews, SourcesOf,
    SupersededBy, TermsOf,
};
use frame_support::assert_noop;
use hashcard_primitives::feed::{Feed, FeedQuery, PAGE_ROWS};

fn late() {
    System::set_block_number(1 + EARLY_RETIRE_BLOCKS as u64);
}

fn ids_in(feed: Feed<AccountId32>) -> Vec<CardId> {
    let query = FeedQuery {
        feed,
        kind: None,
        creator: None,
        tag: None,
        max_price: None,
        since: None,
        cursor: None,
        limit: 64,
    };
    Cards::feed(query).cards.into_iter().map(|view| view.id).collect()
}

#[test]
fn a_late_retire_returns_the_whole_deposit_and_leaves_nothing() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        let refunded = held(&ALICE);
        late();
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_eq!(
            last_event(),
            Event::Retired {
                card: id,
                refunded,
                burned: 0,
                kept: false
            }
        );
        assert_eq!(held(&ALICE), 0);
        assert_eq!(Balances::free_balance(&ALICE), ENDOWMENT);
        assert!(!CardRows::<Test>::contains_key(id));
        assert!(!Deposits::<Test>::contains_key(id));
        assert_eq!(CardOfRoot::<Test>::iter().count(), 0);
        assert_eq!(
            FeedHeads::<Test>::iter().count() + FeedPages::<Test>::iter().count(),
            0
        );
    });
}

#[test]
fn an_early_retire_burns_a_part_of_the_deposit() {
    chain(|| {
        let issuance = Balances::total_issuance();
        let id = publish_keyed(ALICE, 1);
        let whole = held(&ALICE);
        System::set_block_number(EARLY_RETIRE_BLOCKS as u64);
        assert_ok!(Cards::retire(by(ALICE), id));
        let burned = EARLY_RETIRE_BURN.mul_floor(whole);
        assert!(burned > 0);
        assert_eq!(
            last_event(),
            Event::Retired {
                card: id,
                refunded: whole - burned,
                burned,
                kept: false
            }
        );
        assert_eq!(Balances::total_issuance(), issuance - burned);
        assert_eq!(Balances::free_balance(&ALICE), ENDOWMENT - burned);
    });
}

#[test]
fn a_card_with_keys_or_orders_keeps_its_row_and_loses_the_rest() {
    chain(|| {
        let (with_keys, with_order) = (publish_keyed(ALICE, 1), publish_keyed(ALICE, 2));
        KeysMade::mutate(|made| made.insert(with_keys, 1));
        Ordered::mutate(|ordered| ordered.insert(with_order));
        late();
        for id in [with_keys, with_order] {
            let (before, deposit) = (held(&ALICE), Deposits::<Test>::get(id));
            assert_ok!(Cards::retire(by(ALICE), id));
            let refunded = deposit.listing;
            assert_eq!(
                last_event(),
                Event::Retired {
                    card: id,
                    refunded,
                    burned: 0,
                    kept: true
                }
            );
            assert_eq!(held(&ALICE), before - deposit.listing);
            assert_eq!(Deposits::<Test>::get(id).total(), deposit.card);
            assert!(CardRows::<Test>::contains_key(id));
            assert!(!TermsOf::<Test>::contains_key(id));
            assert!(!Previews::<Test>::contains_key(id));
            assert!(!PositionsOf::<Test>::contains_key(id));
        }
        assert!(ids_in(Feed::All).is_empty());
        let view = Cards::card_view(with_keys).unwrap();
        assert!(view.retired && view.preview.is_empty() && !view.terms.listed);
        assert_eq!((view.keys_made, view.terms.editions), (1, Some(1)));
    });
}

#[test]
fn the_root_of_a_card_whose_row_stays_is_still_taken() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        KeysMade::mutate(|made| made.insert(id, 1));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_noop!(
            Cards::publish(by(ALICE), for_sale(), blob(sealed(ALICE, 1).proof())),
            Error::<Test>::RootTaken
        );
    });
}

#[test]
fn the_root_of_a_card_that_is_gone_may_be_published_again() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_eq!(publish_open(ALICE, 1), id + 1);
    });
}

#[test]
fn a_card_is_retired_once() {
    chain(|| {
        let (gone, kept) = (publish_inline(ALICE), publish_keyed(ALICE, 1));
        KeysMade::mutate(|made| made.insert(kept, 1));
        assert_ok!(Cards::retire(by(ALICE), gone));
        assert_ok!(Cards::retire(by(ALICE), kept));
        assert_noop!(Cards::retire(by(ALICE), gone), Error::<Test>::UnknownCard);
        assert_noop!(Cards::retire(by(ALICE), kept), Error::<Test>::CardRetired);
    });
}

#[test]
fn only_the_creator_retires() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_noop!(Cards::retire(by(BOB), id), Error::<Test>::NotCreator);
    });
}

#[test]
fn sources_go_with_the_card_and_so_does_their_deposit() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        let source = b"https://mirror.example/a".to_vec().try_into().unwrap();
        assert_ok!(Cards::add_sources(
            by(ALICE),
            id,
            vec![source].try_into().unwrap()
        ));
        late();
        assert_ok!(Cards::retire(by(ALICE), id));
        assert!(!SourcesOf::<Test>::contains_key(id));
        assert_eq!(held(&ALICE), 0);
    });
}

#[test]
fn replies_outlive_their_parent() {
    chain(|| {
        let parent = publish_inline(ALICE);
        let in_reply_to = Some(parent);
        let reply = publish(
            BOB,
            Listing {
                in_reply_to,
                ..listing()
            },
            Content::Inline,
        );
        assert_ok!(Cards::retire(by(ALICE), parent));
        assert_eq!(Cards::card_view(parent), None);
        assert_eq!(ids_in(Feed::RepliesTo(parent)), [reply]);
        assert_noop!(
            Cards::publish(
                by(BOB),
                Listing {
                    in_reply_to,
                    ..listing()
                },
                Content::Inline
            ),
            Error::<Test>::UnknownParent
        );
    });
}

#[test]
fn a_retired_version_may_be_replaced_by_another() {
    chain(|| {
        let first = publish_inline(ALICE);
        let again = Listing {
            supersedes: Some(first),
            ..listing()
        };
        let bad = publish(ALICE, again.clone(), Content::Inline);
        assert_ok!(Cards::retire(by(ALICE), bad));
        assert_eq!(SupersededBy::<Test>::get(first), None);
        let good = publish(ALICE, again, Content::Inline);
        assert_eq!(SupersededBy::<Test>::get(first), Some(good));
    });
}

#[test]
fn a_page_goes_with_its_last_live_row_and_the_others_stay() {
    chain(|| {
        let ids: Vec<_> = (0..2 * PAGE_ROWS).map(|_| publish_inline(ALICE)).collect();
        let pages = || FeedPages::<Test>::iter_key_prefix(Feed::All).count();
        let (old, new) = ids.split_at(PAGE_ROWS as usize);
        for id in &old[1..] {
            assert_ok!(Cards::retire(by(ALICE), *id));
        }
        assert_eq!(pages(), 2, "one live row keeps a page");
        assert_ok!(Cards::retire(by(ALICE), old[0]));
        assert_eq!(pages(), 1);
        let expected: Vec<_> = new.iter().rev().copied().collect();
        assert_eq!(ids_in(Feed::All), expected);
    });
}

#[test]
fn a_feed_goes_on_after_its_newest_page_was_freed() {
    chain(|| {
        let ids: Vec<_> = (0..PAGE_ROWS + 2).map(|_| publish_inline(ALICE)).collect();
        for id in &ids[PAGE_ROWS as usize..] {
            assert_ok!(Cards::retire(by(ALICE), *id));
        }
        assert_eq!(FeedPages::<Test>::iter_key_prefix(Feed::All).count(), 1);
        let newest = publish_inline(ALICE);
        assert_eq!(FeedHeads::<Test>::get(Feed::All).rows, u64::from(PAGE_ROWS) + 3);
        assert_eq!(ids_in(Feed::All)[..2], [newest, ids[PAGE_ROWS as usize - 1]]);
    });
}
