use super::*;
use crate::{CardOfRoot, Cards as CardRows, Deposits, Error, PositionsOf, Previews, SupersededBy, TermsOf};
use frame_support::assert_noop;
use hashcard_primitives::card::{Access, Blob, KeyCommitments, Terms, MAX_ROYALTY, WHOLE_SHARE};
use sp_runtime::{DispatchError, TokenError};

fn refused(listing: Listing, content: Content, error: Error<Test>) {
    assert_noop!(Cards::publish(by(ALICE), listing, content), error);
}

#[test]
fn a_sealed_blob_becomes_a_keyed_card() {
    chain(|| {
        let specimen = sealed(ALICE, 1);
        let (proof, footer) = (specimen.proof(), specimen.footer());
        let id = publish(ALICE, for_sale(), blob(proof.clone()));

        let card = CardRows::<Test>::get(id).unwrap();
        assert_eq!(card.access, Access::Keyed);
        assert_eq!(card.creator, ALICE);
        assert_eq!(
            (card.royalty, card.delivery_share, card.published_at),
            (50_000, 100_000, 1)
        );
        assert_eq!(
            card.blob,
            Some(Blob {
                root: proof.root,
                len: footer.blob_len(),
                content_len: 1_400_000,
                suite: Suite::ChaCha20Poly1305,
                free_chunks: 0,
                salt: [1; 32],
                commitments: Some(KeyCommitments {
                    content: footer.head().content_commitment,
                    key: footer.head().key_commitment,
                }),
            })
        );
        let terms = Terms {
            price: 500,
            editions: Some(10),
            listed: true,
            version: 0,
        };
        assert_eq!(TermsOf::<Test>::get(id), Some(terms));
        assert_eq!(Previews::<Test>::get(id), Some(for_sale().preview));
        assert_eq!(CardOfRoot::<Test>::get(proof.root), Some(id));
        assert_eq!(
            last_event(),
            Event::Published {
                card: id,
                creator: ALICE,
                access: Access::Keyed,
                root: Some(proof.root),
                deposit: held(&ALICE),
            }
        );
    });
}

#[test]
fn a_plain_blob_becomes_an_open_card() {
    chain(|| {
        let proof = plain(ALICE, 1).proof();
        let id = publish(ALICE, listing(), blob(proof.clone()));
        let card = CardRows::<Test>::get(id).unwrap();
        assert_eq!(card.access, Access::Open);
        assert_eq!(card.blob.and_then(|blob| blob.commitments), None);
        let deposit = held(&ALICE);
        let root = Some(proof.root);
        assert_eq!(
            last_event(),
            Event::Published {
                card: id,
                creator: ALICE,
                access: Access::Open,
                root,
                deposit
            }
        );
    });
}

#[test]
fn a_preview_alone_becomes_an_inline_card() {
    chain(|| {
        let id = publish_inline(ALICE);
        let card = CardRows::<Test>::get(id).unwrap();
        assert_eq!((card.access, card.blob), (Access::Inline, None));
        let deposit = held(&ALICE);
        assert_eq!(
            last_event(),
            Event::Published {
                card: id,
                creator: ALICE,
                access: Access::Inline,
                root: None,
                deposit
            }
        );
    });
}

#[test]
fn cards_are_numbered_in_order() {
    chain(|| {
        assert_eq!(
            [
                publish_inline(ALICE),
                publish_open(BOB, 1),
                publish_keyed(ALICE, 2)
            ],
            [0, 1, 2]
        );
    });
}

#[test]
fn a_longer_preview_and_more_tags_cost_a_larger_deposit() {
    chain(|| {
        publish_inline(ALICE);
        let plain = held(&ALICE);
        let mut more = listing();
        more.preview = vec![b'x'; more.preview.len() + 10].try_into().unwrap();
        publish(ALICE, more, Content::Inline);
        assert_eq!(held(&ALICE) - plain, plain + 10 * DEPOSIT_PER_BYTE);

        publish(
            BOB,
            Listing {
                tags: tags(&[]),
                ..listing()
            },
            Content::Inline,
        );
        let (feeds, row) = (
            PositionsOf::<Test>::get(0).unwrap().len() as Balance,
            plain - held(&BOB),
        );
        assert_eq!(feeds, 4);
        assert!(row > 2 * DEPOSIT_BASE, "a tag pays for a head and a page");
        assert_eq!(Deposits::<Test>::get(0).total(), plain);
    });
}

#[test]
fn a_creator_who_cannot_pay_the_deposit_publishes_nothing() {
    chain(|| {
        assert_noop!(
            Cards::publish(by(PAUPER), listing(), Content::Inline),
            DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}

#[test]
fn nobody_publishes_without_an_account() {
    chain(|| {
        assert_noop!(
            Cards::publish(RuntimeOrigin::none(), listing(), Content::Inline),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn a_title_that_is_not_a_line_of_text_is_refused() {
    chain(|| {
        for title in [&b""[..], b"two\nlines", b"\xff", "\u{9b}31m".as_bytes()] {
            let title = title.to_vec().try_into().unwrap();
            refused(Listing { title, ..listing() }, Content::Inline, Error::BadTitle);
        }
        let title = "Фильм 🎬".as_bytes().to_vec().try_into().unwrap();
        publish(ALICE, Listing { title, ..listing() }, Content::Inline);
    });
}

#[test]
fn a_tag_that_is_not_a_line_of_text_is_refused() {
    chain(|| {
        for tag in [&b""[..], b"a\tb", b"\xc3"] {
            let tags = vec![
                b"ok".to_vec().try_into().unwrap(),
                tag.to_vec().try_into().unwrap(),
            ];
            let tags = tags.try_into().unwrap();
            refused(Listing { tags, ..listing() }, Content::Inline, Error::BadTag);
        }
    });
}

#[test]
fn a_tag_that_stands_there_twice_is_refused() {
    chain(|| {
        let tags = tags(&["a", "b", "a"]);
        refused(Listing { tags, ..listing() }, Content::Inline, Error::TagTwice);
    });
}

#[test]
fn a_royalty_of_half_is_accepted_and_more_is_refused() {
    chain(|| {
        publish(
            ALICE,
            Listing {
                royalty: MAX_ROYALTY,
                ..listing()
            },
            Content::Inline,
        );
        let royalty = MAX_ROYALTY + 1;
        refused(
            Listing { royalty, ..listing() },
            Content::Inline,
            Error::RoyaltyTooHigh,
        );
    });
}

#[test]
fn a_delivery_share_of_the_whole_is_accepted_and_more_is_refused() {
    chain(|| {
        publish(
            ALICE,
            Listing {
                delivery_share: WHOLE_SHARE,
                ..listing()
            },
            Content::Inline,
        );
        let delivery_share = WHOLE_SHARE + 1;
        refused(
            Listing {
                delivery_share,
                ..listing()
            },
            Content::Inline,
            Error::DeliveryShareTooHigh,
        );
    });
}

#[test]
fn an_inline_card_without_a_preview_is_refused() {
    chain(|| {
        let preview = Default::default();
        refused(
            Listing { preview, ..listing() },
            Content::Inline,
            Error::EmptyInline,
        );
    });
}

#[test]
fn what_has_no_keys_has_neither_price_nor_editions() {
    chain(|| {
        for listing in [
            Listing {
                price: 1,
                ..listing()
            },
            Listing {
                editions: Some(1),
                ..listing()
            },
        ] {
            refused(listing.clone(), Content::Inline, Error::OnlyKeyedSells);
            refused(listing, blob(plain(ALICE, 1).proof()), Error::OnlyKeyedSells);
        }
    });
}

#[test]
fn no_editions_at_all_are_refused() {
    chain(|| {
        let content = blob(sealed(ALICE, 1).proof());
        refused(
            Listing {
                editions: Some(0),
                ..for_sale()
            },
            content,
            Error::NoEditions,
        );
    });
}

#[test]
fn a_keyed_card_may_be_given_away() {
    chain(|| {
        let listing = Listing {
            price: 0,
            editions: None,
            ..for_sale()
        };
        let id = publish(ALICE, listing, blob(sealed(ALICE, 1).proof()));
        assert_eq!(CardRows::<Test>::get(id).unwrap().access, Access::Keyed);
    });
}

#[test]
fn a_reply_needs_a_parent() {
    chain(|| {
        let in_reply_to = Some(0);
        refused(
            Listing {
                in_reply_to,
                ..listing()
            },
            Content::Inline,
            Error::UnknownParent,
        );
        publish_inline(BOB);
        let reply = publish(
            ALICE,
            Listing {
                in_reply_to,
                ..listing()
            },
            Content::Inline,
        );
        assert_eq!(CardRows::<Test>::get(reply).unwrap().in_reply_to, Some(0));
    });
}

#[test]
fn a_new_version_needs_a_card_of_the_same_creator_that_has_none() {
    chain(|| {
        let older = |older| Listing {
            supersedes: Some(older),
            ..listing()
        };
        refused(older(0), Content::Inline, Error::UnknownPredecessor);
        let theirs = publish_inline(BOB);
        refused(older(theirs), Content::Inline, Error::NotYourPredecessor);
        let first = publish_inline(ALICE);
        let second = publish(ALICE, older(first), Content::Inline);
        assert_eq!(SupersededBy::<Test>::get(first), Some(second));
        refused(older(first), Content::Inline, Error::AlreadySuperseded);
        publish(ALICE, older(second), Content::Inline);
    });
}
