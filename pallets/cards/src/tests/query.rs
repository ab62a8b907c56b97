use super::*;
use hashcard_primitives::{
    blob::ContentRoot,
    feed::{Feed, FeedQuery, MAX_FEED_LIMIT, MAX_PAGES_SCANNED, PAGE_ROWS},
};

fn query(feed: Feed<AccountId32>) -> FeedQuery<AccountId32> {
    FeedQuery {
        feed,
        kind: None,
        creator: None,
        tag: None,
        max_price: None,
        since: None,
        cursor: None,
        limit: MAX_FEED_LIMIT,
    }
}

fn ids(query: FeedQuery<AccountId32>) -> Vec<CardId> {
    let page = Cards::feed(query);
    assert_eq!(page.next, None);
    page.cards.into_iter().map(|view| view.id).collect()
}

#[test]
fn a_view_says_what_keys_say() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        KeysMade::mutate(|made| made.insert(id, 3));
        Frozen::mutate(|frozen| frozen.insert(id));
        let view = Cards::card_view(id).unwrap();
        assert_eq!(
            (view.id, view.keys_made, view.frozen, view.retired),
            (id, 3, true, false)
        );
        assert_eq!(view.preview, for_sale().preview);
        assert_eq!(Cards::card_view(id + 1), None);
    });
}

#[test]
fn a_blob_leads_to_its_card() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        assert_eq!(Cards::cards_by_root(plain(ALICE, 1).proof().root), [id]);
        assert!(Cards::cards_by_root(ContentRoot([0; 32])).is_empty());
    });
}

#[test]
fn each_feed_lists_its_cards_newest_first() {
    chain(|| {
        let film = publish_inline(ALICE);
        let song = Listing {
            kind: Kind::Music,
            tags: tags(&["noir", "jazz"]),
            ..listing()
        };
        let song = publish(BOB, song, Content::Inline);
        assert_eq!(ids(query(Feed::All)), [song, film]);
        assert_eq!(ids(query(Feed::Kind(Kind::Music))), [song]);
        assert_eq!(ids(query(Feed::Creator(ALICE))), [film]);
        assert_eq!(ids(query(Feed::Tag(tags(&["noir"])[0].clone()))), [song, film]);
        assert_eq!(ids(query(Feed::Tag(tags(&["jazz"])[0].clone()))), [song]);
        assert!(ids(query(Feed::Kind(Kind::Book))).is_empty());
    });
}

#[test]
fn a_reply_is_listed_under_its_parent_and_its_creator_only() {
    chain(|| {
        let parent = publish_inline(ALICE);
        let reply = Listing {
            in_reply_to: Some(parent),
            tags: tags(&["hidden"]),
            ..listing()
        };
        let reply = publish(BOB, reply, Content::Inline);
        assert_eq!(ids(query(Feed::RepliesTo(parent))), [reply]);
        assert_eq!(ids(query(Feed::Creator(BOB))), [reply]);
        assert_eq!(ids(query(Feed::All)), [parent]);
        assert_eq!(ids(query(Feed::Kind(Kind::Film))), [parent]);
        assert!(ids(query(Feed::Tag(tags(&["hidden"])[0].clone()))).is_empty());
    });
}

#[test]
fn every_filter_narrows_a_feed() {
    chain(|| {
        let free = publish_inline(ALICE);
        System::set_block_number(5);
        let sold = publish_keyed(BOB, 1);
        let all = || query(Feed::All);
        assert_eq!(
            ids(FeedQuery {
                max_price: Some(499),
                ..all()
            }),
            [free]
        );
        assert_eq!(
            ids(FeedQuery {
                max_price: Some(500),
                ..all()
            }),
            [sold, free]
        );
        assert_eq!(
            ids(FeedQuery {
                since: Some(5),
                ..all()
            }),
            [sold]
        );
        assert_eq!(
            ids(FeedQuery {
                since: Some(1),
                ..all()
            }),
            [sold, free]
        );
        assert_eq!(
            ids(FeedQuery {
                creator: Some(ALICE),
                ..all()
            }),
            [free]
        );
        assert!(ids(FeedQuery {
            kind: Some(Kind::Book),
            ..all()
        })
        .is_empty());
        assert_eq!(
            ids(FeedQuery {
                tag: Some(tags(&["noir"])[0].clone()),
                ..all()
            }),
            [sold, free]
        );
        assert!(ids(FeedQuery {
            tag: Some(tags(&["jazz"])[0].clone()),
            ..all()
        })
        .is_empty());
    });
}

#[test]
fn a_filter_sees_the_price_as_revised() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_ok!(Cards::revise_terms(by(ALICE), id, 10, None, true));
        assert_eq!(
            ids(FeedQuery {
                max_price: Some(10),
                ..query(Feed::All)
            }),
            [id]
        );
    });
}

#[test]
fn a_full_answer_goes_on_where_it_ended() {
    chain(|| {
        for _ in 0..5 {
            publish_inline(ALICE);
        }
        let mut cursor = None;
        let mut seen = Vec::new();
        loop {
            let page = Cards::feed(FeedQuery {
                cursor,
                limit: 2,
                ..query(Feed::All)
            });
            seen.extend(page.cards.iter().map(|view| view.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [4, 3, 2, 1, 0]);
    });
}

#[test]
fn a_limit_of_zero_counts_as_one_and_a_great_one_as_the_greatest() {
    chain(|| {
        for _ in 0..MAX_FEED_LIMIT + 1 {
            publish_inline(ALICE);
        }
        let page = Cards::feed(FeedQuery {
            limit: 0,
            ..query(Feed::All)
        });
        assert_eq!(
            (page.cards.len(), page.next),
            (1, Some(u64::from(MAX_FEED_LIMIT)))
        );
        let page = Cards::feed(FeedQuery {
            limit: u32::MAX,
            ..query(Feed::All)
        });
        assert_eq!((page.cards.len() as u32, page.next), (MAX_FEED_LIMIT, Some(1)));
    });
}

#[test]
fn a_cursor_beyond_the_feed_begins_at_the_newest_and_zero_is_the_end() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_eq!(
            ids(FeedQuery {
                cursor: Some(u64::MAX),
                ..query(Feed::All)
            }),
            [id]
        );
        assert!(ids(FeedQuery {
            cursor: Some(0),
            ..query(Feed::All)
        })
        .is_empty());
    });
}

#[test]
fn a_query_that_finds_nothing_scans_so_many_pages_and_returns_a_cursor() {
    chain(|| {
        let song = publish(
            ALICE,
            Listing {
                kind: Kind::Music,
                ..listing()
            },
            Content::Inline,
        );
        for _ in 0..(MAX_PAGES_SCANNED + 1) * PAGE_ROWS {
            publish_inline(ALICE);
        }
        let wanted = FeedQuery {
            kind: Some(Kind::Music),
            ..query(Feed::All)
        };
        let first = Cards::feed(wanted.clone());
        assert!(first.cards.is_empty());
        assert_eq!(
            first.next,
            Some(u64::from(2 * PAGE_ROWS)),
            "the newest page holds one row only"
        );
        assert_eq!(
            ids(FeedQuery {
                cursor: first.next,
                ..wanted
            }),
            [song]
        );
    });
}

#[test]
fn a_freed_page_counts_as_scanned() {
    chain(|| {
        let first = publish_inline(ALICE);
        let others: Vec<_> = (0..(MAX_PAGES_SCANNED + 1) * PAGE_ROWS)
            .map(|_| publish_inline(ALICE))
            .collect();
        for id in others {
            assert_ok!(Cards::retire(by(ALICE), id));
        }
        let page = Cards::feed(query(Feed::All));
        assert_eq!((page.cards.len(), page.next), (0, Some(u64::from(2 * PAGE_ROWS))));
        assert_eq!(
            ids(FeedQuery {
                cursor: page.next,
                ..query(Feed::All)
            }),
            [first]
        );
    });
}

#[test]
fn the_newer_version_is_named_until_it_is_retired() {
    chain(|| {
        let older = publish_inline(ALICE);
        assert_eq!(Cards::superseded_by(older), None);
        let listing = Listing {
            supersedes: Some(older),
            ..listing()
        };
        let newer = publish(ALICE, listing, Content::Inline);
        assert_eq!(Cards::superseded_by(older), Some(newer));
        assert_eq!(Cards::superseded_by(newer), None);
        assert_ok!(Cards::retire(by(ALICE), newer));
        assert_eq!(Cards::superseded_by(older), None);
    });
}

#[test]
fn sources_are_answered_until_the_card_is_retired() {
    chain(|| {
        let id = publish_open(ALICE, 1);
        assert!(Cards::sources(id).is_empty());
        let source: crate::Source = b"https://example.org/film".to_vec().try_into().unwrap();
        let sources: crate::Sources = vec![source].try_into().unwrap();
        assert_ok!(Cards::add_sources(by(ALICE), id, sources.clone()));
        assert_eq!(Cards::sources(id), sources);
        assert_ok!(Cards::retire(by(ALICE), id));
        assert!(Cards::sources(id).is_empty());
        assert!(Cards::sources(id + 1).is_empty(), "there is no such card");
    });
}
