//! Who shares the creator's money is checked once and never changes.

use super::*;
use crate::{Cards as CardRows, Error};
use codec::Encode;
use frame_support::assert_noop;
use hashcard_primitives::card::{MAX_COLLABORATORS, WHOLE_SHARE};

fn shared(of: &[(AccountId32, u32)]) -> Listing {
    Listing {
        collaborators: collaborators(of),
        ..for_sale()
    }
}

fn keyed() -> Content {
    blob(sealed(ALICE, 1).proof())
}

fn someone(n: u8) -> AccountId32 {
    AccountId32::new([100 + n; 32])
}

fn refused(of: &[(AccountId32, u32)], error: Error<Test>) {
    assert_noop!(Cards::publish(by(ALICE), shared(of), keyed()), error);
}

#[test]
fn a_keyed_card_keeps_its_collaborators_in_their_order() {
    chain(|| {
        let id = publish(ALICE, shared(&[(PAUPER, 250_000), (BOB, 1)]), keyed());
        let card = CardRows::<Test>::get(id).unwrap();
        let kept: Vec<_> = card
            .collaborators
            .iter()
            .map(|one| (one.account.clone(), one.share))
            .collect();
        assert_eq!(kept, [(PAUPER, 250_000), (BOB, 1)]);
        assert_eq!(Cards::card_view(id).unwrap().card, card);
    });
}

#[test]
fn a_collaborator_need_not_exist_yet() {
    chain(|| {
        let nobody = someone(9);
        assert_eq!(System::providers(&nobody), 0);
        publish(ALICE, shared(&[(nobody, 1)]), keyed());
    });
}

#[test]
fn eight_collaborators_may_have_the_whole_and_not_more() {
    chain(|| {
        let mut eight: Vec<_> = (0..MAX_COLLABORATORS)
            .map(|n| (someone(n as u8), WHOLE_SHARE / MAX_COLLABORATORS))
            .collect();
        eight[7].1 += 1;
        refused(&eight, Error::CollaboratorsShareTooHigh);
        eight[7].1 -= 1;
        publish(ALICE, shared(&eight), keyed());
    });
}

#[test]
fn shares_whose_sum_does_not_fit_into_32_bits_are_refused() {
    chain(|| {
        refused(&[(BOB, u32::MAX), (PAUPER, 2)], Error::CollaboratorsShareTooHigh);
        refused(&[(BOB, WHOLE_SHARE + 1)], Error::CollaboratorsShareTooHigh);
    });
}

#[test]
fn an_account_that_collaborates_twice_is_refused() {
    chain(|| refused(&[(BOB, 1), (PAUPER, 1), (BOB, 2)], Error::CollaboratorTwice));
}

#[test]
fn a_collaborator_without_a_share_is_refused() {
    chain(|| refused(&[(PAUPER, 1), (BOB, 0)], Error::CollaboratorWithoutShare));
}

#[test]
fn a_creator_does_not_collaborate_with_himself() {
    chain(|| refused(&[(BOB, 1), (ALICE, 1)], Error::CreatorCollaborates));
}

#[test]
fn what_has_no_keys_has_no_collaborators() {
    chain(|| {
        let listing = Listing {
            collaborators: collaborators(&[(BOB, 1)]),
            ..listing()
        };
        let open = blob(plain(ALICE, 1).proof());
        assert_noop!(
            Cards::publish(by(ALICE), listing.clone(), Content::Inline),
            Error::<Test>::OnlyKeyedSells
        );
        assert_noop!(
            Cards::publish(by(ALICE), listing, open),
            Error::<Test>::OnlyKeyedSells
        );
    });
}

#[test]
fn each_collaborator_costs_the_deposit_of_his_bytes() {
    chain(|| {
        publish_keyed(ALICE, 1);
        let alone = held(&ALICE);
        let listing = shared(&[(PAUPER, 1), (someone(0), 1)]);
        let bytes = listing.collaborators[0].encoded_size() as Balance;
        publish(BOB, listing, blob(sealed(BOB, 2).proof()));
        assert_eq!(held(&BOB), alone + 2 * bytes * DEPOSIT_PER_BYTE);
    });
}
