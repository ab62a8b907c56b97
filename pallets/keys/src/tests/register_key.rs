use super::*;
use crate::{EncryptionKeys, Error};
use frame_support::assert_noop;
use hashcard_proofs::{prove_possession, EncryptionSecret, PossessionContext, ShortProof};

fn proof_for(
    secret: &EncryptionSecret,
    genesis: &[u8; 32],
    account: &AccountId32,
    index: KeyIndex,
) -> ShortProof {
    let context = PossessionContext {
        genesis,
        account: account.as_ref(),
        index,
    };
    prove_possession(&context, secret, &mut crate::fixtures::rng(1))
}

#[test]
fn a_key_gets_the_next_index_and_its_deposit_is_held() {
    on_chain(|| {
        let (key, _) = next_key::<Test>(&BUYER);
        assert_eq!(register(&BUYER), 0);
        assert_event(Event::EncryptionKeyRegistered {
            account: BUYER,
            index: 0,
            key,
        });
        let (second, _) = next_key::<Test>(&BUYER);
        assert_eq!(register(&BUYER), 1);
        assert_event(Event::EncryptionKeyRegistered {
            account: BUYER,
            index: 1,
            key: second,
        });

        assert_eq!(
            held(HoldReason::EncryptionKey, &BUYER),
            2 * ENCRYPTION_KEY_DEPOSIT
        );
        assert_eq!(
            EncryptionKeys::<Test>::get(BUYER, 1).map(|row| row.key),
            Some(second)
        );
        assert_eq!(
            Balances::free_balance(&BUYER),
            WEALTH - 2 * ENCRYPTION_KEY_DEPOSIT
        );
    });
}

#[test]
fn a_proof_for_another_account_index_or_chain_is_refused() {
    on_chain(|| {
        let secret = encryption_secret::<Test>(&BUYER, 0);
        let key = secret.public();
        for proof in [
            proof_for(&secret, &GENESIS, &OTHER, 0),
            proof_for(&secret, &GENESIS, &BUYER, 1),
            proof_for(&secret, &[0; 32], &BUYER, 0),
        ] {
            assert_noop!(
                send(&BUYER, Call::register_key { key, proof }),
                Error::<Test>::InvalidProof
            );
        }
        let proof = proof_for(&secret, &GENESIS, &BUYER, 0);
        assert_noop!(
            send(&OTHER, Call::register_key { key, proof }),
            Error::<Test>::InvalidProof
        );
        assert_ok!(send(&BUYER, Call::register_key { key, proof }));
        assert_noop!(
            send(&BUYER, Call::register_key { key, proof }),
            Error::<Test>::InvalidProof
        );
    });
}

#[test]
fn the_identity_and_a_point_that_is_none_are_refused() {
    on_chain(|| {
        let (_, proof) = next_key::<Test>(&BUYER);
        for bytes in [[0; 32], [0xff; 32]] {
            let key = EncodedPoint(bytes);
            assert_noop!(
                send(&BUYER, Call::register_key { key, proof }),
                Error::<Test>::InvalidPoint
            );
        }
    });
}

#[test]
fn an_account_has_no_more_keys_than_the_limit() {
    on_chain(|| {
        for index in 0..5 {
            assert_eq!(register(&BUYER), index);
        }
        let (key, proof) = next_key::<Test>(&BUYER);
        assert_noop!(
            send(&BUYER, Call::register_key { key, proof }),
            Error::<Test>::TooManyEncryptionKeys
        );
    });
}

#[test]
fn an_account_that_cannot_pay_the_deposit_registers_nothing() {
    on_chain(|| {
        let (key, proof) = next_key::<Test>(&PAUPER);
        assert_noop!(
            send(&PAUPER, Call::register_key { key, proof }),
            sp_runtime::TokenError::FundsUnavailable
        );
    });
}

#[test]
fn only_a_signed_call_registers() {
    on_chain(|| {
        let (key, proof) = next_key::<Test>(&BUYER);
        let call = RuntimeCall::KeysPallet(Call::register_key { key, proof });
        assert_noop!(
            call.dispatch(RuntimeOrigin::none()),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}
