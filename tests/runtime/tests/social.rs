//! Reactions to real cards, as runtime APIs answer them.

use frame_support::{assert_ok, traits::InstanceFilter};
use hashcard_primitives::{
    api::runtime_decl_for_social_api::SocialApi,
    card::CardId,
    social::{FollowCounts, Reaction},
};
use hashcard_runtime::{configs::ProxyType, Balances, Runtime, RuntimeCall};
use hashcard_runtime_tests::{account, content::Sealed, on_dev, sign};
use pallet_social::Call;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};

fn react(card: CardId, reaction: Reaction) -> Call<Runtime> {
    Call::react { card, reaction }
}

#[test]
fn a_card_is_reacted_to_while_it_is_published_and_its_counts_outlive_it() {
    on_dev(|| {
        let (alice, bob) = (account(Alice), account(Bob));
        let card = Sealed::new(&alice, 1, false).publish(7, None).expect("published");
        let free = Balances::free_balance(&bob);
        assert_ok!(sign(&bob, react(card, Reaction::Wonder)));
        assert!(Balances::free_balance(&bob) < free);
        assert_eq!(Runtime::reaction(card, bob.clone()), Some(Reaction::Wonder));
        assert_eq!(
            Runtime::reactions_of(bob.clone(), None),
            [(card, Reaction::Wonder)]
        );

        assert_ok!(sign(&alice, pallet_cards::Call::<Runtime>::retire { card }));
        let unknown = pallet_social::Error::<Runtime>::UnknownCard;
        let late = sign(&account(Charlie), react(card, Reaction::Like));
        assert_eq!(late, Err(unknown.into()));
        assert_eq!(Runtime::reactions(card).of(Reaction::Wonder), 1);
        assert_ok!(sign(&bob, Call::<Runtime>::unreact { card }));
        assert_eq!(Balances::free_balance(&bob), free);
        assert!(Runtime::reactions(card).is_empty());
    });
}

#[test]
fn a_creator_is_followed_and_a_sidecar_may_do_it_for_its_owner() {
    on_dev(|| {
        let (alice, bob) = (account(Alice), account(Bob));
        let follow = Call::<Runtime>::follow {
            account: alice.clone(),
        };
        assert!(ProxyType::Content.filter(&RuntimeCall::from(follow.clone())));
        assert_ok!(sign(&bob, follow));
        assert!(Runtime::follows(bob.clone(), alice.clone()));
        assert_eq!(Runtime::following(bob, None), std::slice::from_ref(&alice));
        let counts = FollowCounts {
            followers: 1,
            following: 0,
        };
        assert_eq!(Runtime::follow_counts(alice), counts);
    });
}
