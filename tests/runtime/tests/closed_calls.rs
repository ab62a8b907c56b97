//! Calls that are closed to everybody, or because a delegate was not given them.

use hashcard_primitives::card::CardId;
use hashcard_runtime::{constants::money::CARD, Runtime, RuntimeCall};
use hashcard_runtime_tests::{account, content::Sealed, on_dev, sign};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::MultiAddress;

#[test]
fn a_validator_cannot_purge_the_keys_that_the_set_needs() {
    on_dev(|| {
        let purge = pallet_session::Call::<Runtime>::purge_keys {};
        assert_eq!(
            sign(&account(Alice), purge),
            Err(frame_system::Error::<Runtime>::CallFiltered.into())
        );
    });
}

fn buy_through_a_proxy(proxy_type: hashcard_runtime::configs::ProxyType) -> usize {
    on_dev(|| {
        let accomplice = Sealed::new(&account(Alice), 1, false);
        let card: CardId = accomplice.publish(CARD, None).expect("published");
        let add = pallet_proxy::Call::add_proxy {
            delegate: MultiAddress::Id(account(Charlie)),
            proxy_type,
            delay: 0,
        };
        sign(&account(Bob), add).expect("a proxy is added");
        let secret = hashcard_runtime_tests::content::encryption_secret(&account(Bob), 0);
        let buyer = account(Bob);
        let context = hashcard_proofs::PossessionContext {
            genesis: &hashcard_runtime_tests::GENESIS,
            account: buyer.as_ref(),
            index: 0,
        };
        use rand_chacha::rand_core::SeedableRng;
        let proof = hashcard_proofs::prove_possession(
            &context,
            &secret,
            &mut rand_chacha::ChaCha20Rng::seed_from_u64(3),
        );
        let key = pallet_keys::KeyChoice::Register(secret.public(), proof);
        let call = pallet_keys::Call::buy {
            card,
            price: CARD,
            terms_version: 0,
            key,
        };
        let proxied = pallet_proxy::Call::proxy {
            real: MultiAddress::Id(account(Bob)),
            force_proxy_type: None,
            call: Box::new(RuntimeCall::Keys(call)),
        };
        sign(&account(Charlie), proxied)
            .expect("the outer call is his to make; its event tells of the inner one");
        hashcard_runtime::Keys::orders_of_buyer(account(Bob), 0, 64)
            .orders
            .len()
    })
}

#[test]
fn a_delegate_who_may_not_move_money_may_not_buy() {
    use hashcard_runtime::configs::ProxyType;
    assert_eq!(buy_through_a_proxy(ProxyType::Content), 1);
    assert_eq!(buy_through_a_proxy(ProxyType::NonTransfer), 0);
}
