//! A sale on the real runtime: who has what money after each step, to the unit.

use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::key::OrderState;
use hashcard_proofs::{prove_false_key, EncodedPoint, FalseKeyContext};
use hashcard_runtime::{constants::money::CARD, AccountId, Balance, Balances, Cards, Keys, Runtime};
use hashcard_runtime_tests::{
    account, check_invariants,
    content::{buy, encryption_secret, Sealed},
    go_to, on_dev, sign, GENESIS,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};

const PRICE: Balance = 10 * CARD;

fn wealth(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

fn on_hold(who: &AccountId) -> Balance {
    <Balances as frame_support::traits::fungible::hold::Inspect<AccountId>>::total_balance_on_hold(who)
}

#[test]
fn a_settled_sale_moves_the_price_less_the_burnt_fee_and_nothing_else() {
    on_dev(|| {
        let (creator, buyer) = (account(Alice), account(Bob));
        let content = Sealed::new(&creator, 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let (creator_before, buyer_before) = (wealth(&creator), wealth(&buyer));
        let issued = <Balances as Inspect<AccountId>>::total_issuance();

        let order = buy(&buyer, card, PRICE).expect("ordered");
        assert!(on_hold(&buyer) > PRICE);
        assert_ok!(content.fulfil(order));
        assert_eq!(
            wealth(&creator),
            creator_before,
            "proceeds wait for the settlement window"
        );
        let OrderState::Delivered { settles_at, .. } = Keys::order(order).expect("unsettled").state else {
            panic!("the order is delivered");
        };
        assert!(sign(&account(Charlie), pallet_keys::Call::settle { order }).is_err());
        go_to(settles_at);
        assert_ok!(sign(&account(Charlie), pallet_keys::Call::settle { order }));

        let fee = PRICE / 100;
        assert_eq!(wealth(&creator), creator_before + PRICE - fee);
        assert_eq!(wealth(&buyer), buyer_before - PRICE);
        assert_eq!(<Balances as Inspect<AccountId>>::total_issuance(), issued - fee);
    });
}

#[test]
fn an_expired_order_gives_everything_back() {
    on_dev(|| {
        let (creator, buyer) = (account(Alice), account(Bob));
        let content = Sealed::new(&creator, 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let order = buy(&buyer, card, PRICE).expect("ordered");
        let OrderState::Waiting { deadline } = Keys::order(order).expect("open").state else {
            panic!("the order waits");
        };
        assert!(sign(&account(Charlie), pallet_keys::Call::expire { order }).is_err());
        go_to(deadline);
        assert!(
            sign(&account(Charlie), pallet_keys::Call::expire { order }).is_err(),
            "the deadline is still the seller's"
        );
        go_to(deadline + 1);
        assert!(content.fulfil(order).is_err(), "one block later is too late");
        let held_before = on_hold(&buyer);
        let wealth_before = wealth(&buyer);
        assert_ok!(sign(&account(Charlie), pallet_keys::Call::expire { order }));
        assert!(Keys::order(order).is_none());
        assert!(held_before - on_hold(&buyer) >= PRICE);
        assert_eq!(wealth(&buyer), wealth_before, "nothing was paid");
    });
}

#[test]
fn a_false_key_freezes_the_card_and_refunds_its_reporter_and_the_others_who_ask() {
    on_dev(|| {
        let (cheat, victim, other) = (account(Alice), account(Bob), account(Charlie));
        let content = Sealed::new(&cheat, 7, true);
        let card = content.publish(PRICE, None).expect("the chain cannot know yet");
        let first = buy(&victim, card, PRICE).expect("ordered");
        let second = buy(&other, card, PRICE).expect("ordered");
        assert_ok!(content.fulfil(first));
        assert_ok!(content.fulfil(second));
        check_invariants();

        let key = Keys::key(card, 1).expect("delivered");
        let capsule = hashcard_proofs::Capsule {
            r: EncodedPoint(key.capsule.r),
            c: EncodedPoint(key.capsule.c),
        };
        let head = content.footer.head();
        let context = FalseKeyContext {
            genesis: &GENESIS,
            card,
            root: &content.root.0,
            blob_len: content.footer.blob_len(),
            key_commitment: &head.key_commitment,
            content_commitment: &EncodedPoint(head.content_commitment),
            edition: 1,
            account: victim.as_ref(),
            key_index: key.key_index,
        };
        let (opened, proof) = prove_false_key(
            &context,
            &encryption_secret(&victim, 0),
            &capsule,
            &mut ChaCha20Rng::seed_from_u64(5),
        )
        .expect("his own capsule opens");
        let report = pallet_keys::Call::<Runtime>::report_false_key {
            card,
            edition: 1,
            opened,
            proof,
        };
        let before = (wealth(&cheat), wealth(&victim), wealth(&other));
        assert_ok!(sign(&victim, report));
        assert!(Cards::card_view(card).expect("still there").frozen);
        assert!(
            sign(&cheat, pallet_keys::Call::settle { order: second }).is_err(),
            "frozen sales do not settle"
        );
        assert_ok!(sign(&cheat, pallet_keys::Call::expire { order: second }));
        assert_eq!(
            (wealth(&cheat), wealth(&victim), wealth(&other)),
            before,
            "the cheat got nothing"
        );
        assert!(
            buy(&victim, card, PRICE).is_err(),
            "a frozen card is not for sale"
        );
    });
}

#[test]
fn a_card_of_another_chain_or_creator_is_refused() {
    on_dev(|| {
        let content = Sealed::new(&account(Alice), 1, false);
        let call = content.publish_call(PRICE, None);
        assert!(
            sign(&account(Bob), call.clone()).is_err(),
            "Bob copied Alice's publish from the pool"
        );
        frame_system::BlockHash::<Runtime>::insert(0, sp_core::H256([1; 32]));
        assert!(
            sign(&account(Alice), call).is_err(),
            "the footer names another chain"
        );
    });
}

#[test]
fn lengths_come_from_genesis_and_differ_between_presets() {
    let dev = on_dev(Keys::order_deadline);
    let local = hashcard_runtime_tests::on_preset("local_testnet", Keys::order_deadline);
    assert!(dev < local);
}
