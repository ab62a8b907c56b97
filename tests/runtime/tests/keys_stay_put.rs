//! Only pallet-keys moves a key: pallet-nfts is closed, and so is every way round to it.

use frame_support::assert_ok;
use hashcard_primitives::key::item_id;
use hashcard_primitives::roles::KeyItems;
use hashcard_runtime::{
    configs::{CreatorCollection, KeysInNfts},
    constants::money::CARD,
    Balances, Keys, Runtime, RuntimeCall, RuntimeOrigin,
};
use hashcard_runtime_tests::{
    account, call_hash,
    content::{buy, Sealed},
    on_dev, sign,
};
use pallet_nfts::Call as Nfts;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use sp_runtime::{
    traits::{AccountIdConversion, Dispatchable},
    AccountId32, MultiAddress,
};

type Attempt = (&'static str, RuntimeCall);

/// A key of Bob's, and every call of pallet-nfts that could move, burn, sell, lock or annotate it.
fn attempts(creator: &AccountId32, item: u128) -> Vec<Attempt> {
    let collection = CreatorCollection(creator.clone().into());
    let dave = MultiAddress::Id(account(Dave));
    let bob = MultiAddress::Id(account(Bob));
    let calls: Vec<(&'static str, Nfts<Runtime>)> = vec![
        (
            "transfer",
            Nfts::transfer {
                collection,
                item,
                dest: dave.clone(),
            },
        ),
        ("burn", Nfts::burn { collection, item }),
        (
            "approve_transfer",
            Nfts::approve_transfer {
                collection,
                item,
                delegate: dave.clone(),
                maybe_deadline: None,
            },
        ),
        (
            "set_price",
            Nfts::set_price {
                collection,
                item,
                price: Some(1),
                whitelisted_buyer: None,
            },
        ),
        (
            "buy_item",
            Nfts::buy_item {
                collection,
                item,
                bid_price: 1,
            },
        ),
        (
            "create_swap",
            Nfts::create_swap {
                offered_collection: collection,
                offered_item: item,
                desired_collection: collection,
                maybe_desired_item: None,
                maybe_price: None,
                duration: 1,
            },
        ),
        (
            "claim_swap",
            Nfts::claim_swap {
                send_collection: collection,
                send_item: item,
                receive_collection: collection,
                receive_item: item,
                witness_price: None,
            },
        ),
        (
            "lock_item_transfer",
            Nfts::lock_item_transfer { collection, item },
        ),
        (
            "redeposit",
            Nfts::redeposit {
                collection,
                items: vec![item],
            },
        ),
        (
            "transfer_ownership",
            Nfts::transfer_ownership {
                collection,
                new_owner: dave.clone(),
            },
        ),
        (
            "set_team",
            Nfts::set_team {
                collection,
                issuer: Some(bob),
                admin: Some(dave),
                freezer: None,
            },
        ),
        (
            "destroy",
            Nfts::destroy {
                collection,
                witness: pallet_nfts::DestroyWitness {
                    item_metadatas: 0,
                    item_configs: 1,
                    attributes: 0,
                },
            },
        ),
        (
            "set_metadata",
            Nfts::set_metadata {
                collection,
                item,
                data: Default::default(),
            },
        ),
        (
            "mint",
            Nfts::mint {
                collection,
                item: item + 1,
                mint_to: MultiAddress::Id(account(Bob)),
                witness_data: None,
            },
        ),
    ];
    calls
        .into_iter()
        .map(|(name, call)| (name, RuntimeCall::Nfts(call)))
        .collect()
}

fn with_bobs_key(test: impl FnOnce(&AccountId32, u128)) {
    on_dev(|| {
        let creator = account(Alice);
        let content = Sealed::new(&creator, 1, false);
        let card = content.publish(CARD, None).expect("published");
        let order = buy(&account(Bob), card, CARD).expect("ordered");
        assert_ok!(content.fulfil(order));
        let item = item_id(card, 1);
        assert_eq!(KeysInNfts::owner(&creator, item), Some(account(Bob)));
        test(&creator, item);
        assert_eq!(
            KeysInNfts::owner(&creator, item),
            Some(account(Bob)),
            "the key moved"
        );
        assert!(Keys::key(card, 1).is_some());
    })
}

#[test]
fn no_call_of_pallet_nfts_is_let_in_whoever_signs() {
    with_bobs_key(|creator, item| {
        for (name, call) in attempts(creator, item) {
            for who in [Bob, Alice, Dave] {
                let error = sign(&account(who), call.clone()).expect_err(name);
                assert_eq!(
                    error,
                    frame_system::Error::<Runtime>::CallFiltered.into(),
                    "{name}"
                );
            }
        }
    });
}

#[test]
fn batches_let_no_call_of_pallet_nfts_in() {
    with_bobs_key(|creator, item| {
        for (name, call) in attempts(creator, item) {
            let calls = vec![call];
            let batch = pallet_utility::Call::batch_all { calls: calls.clone() };
            assert!(sign(&account(Bob), batch).is_err(), "batch_all {name}");
            // These two report the failure by event and go on.
            let _ = sign(
                &account(Bob),
                pallet_utility::Call::batch { calls: calls.clone() },
            );
            let _ = sign(&account(Bob), pallet_utility::Call::force_batch { calls });
        }
    });
}

#[test]
fn a_derived_account_lets_no_call_of_pallet_nfts_in() {
    with_bobs_key(|creator, item| {
        for (name, call) in attempts(creator, item) {
            let derived = pallet_utility::Call::as_derivative {
                index: 0,
                call: Box::new(call),
            };
            assert!(sign(&account(Bob), derived).is_err(), "{name}");
        }
    });
}

#[test]
fn a_proxy_of_any_type_lets_no_call_of_pallet_nfts_in() {
    with_bobs_key(|creator, item| {
        let add = pallet_proxy::Call::add_proxy {
            delegate: MultiAddress::Id(account(Dave)),
            proxy_type: Default::default(),
            delay: 0,
        };
        assert_ok!(sign(&account(Bob), add));
        for (_, call) in attempts(creator, item) {
            let proxied = pallet_proxy::Call::proxy {
                real: MultiAddress::Id(account(Bob)),
                force_proxy_type: None,
                call: Box::new(call),
            };
            // The proxy call succeeds and reports the inner failure by event; the key's place is what counts.
            let _ = sign(&account(Dave), proxied);
        }
    });
}

#[test]
fn a_multisig_that_holds_a_key_cannot_move_it_either() {
    on_dev(|| {
        let creator = account(Alice);
        let mut signers = [account(Charlie), account(Dave)];
        signers.sort();
        let shared = pallet_multisig::Pallet::<Runtime>::multi_account_id(&signers, 2);
        assert_ok!(sign(
            &creator,
            pallet_balances::Call::transfer_keep_alive {
                dest: MultiAddress::Id(shared.clone()),
                value: 100 * CARD
            }
        ));
        let content = Sealed::new(&creator, 2, false);
        let card = content.publish(CARD, None).expect("published");
        let order = buy(&shared, card, CARD).expect("ordered");
        assert_ok!(content.fulfil(order));
        let item = item_id(card, 1);

        for (_, call) in attempts(&creator, item) {
            let (first, second) = (signers[0].clone(), signers[1].clone());
            let weight = frame_support::weights::Weight::from_parts(100_000_000_000, u64::MAX);
            let approve = pallet_multisig::Call::approve_as_multi {
                threshold: 2,
                other_signatories: vec![second.clone()],
                maybe_timepoint: None,
                call_hash: call_hash(&call),
                max_weight: weight,
            };
            assert_ok!(sign(&first, approve));
            let timepoint = pallet_multisig::Pallet::<Runtime>::timepoint();
            let execute = pallet_multisig::Call::as_multi {
                threshold: 2,
                other_signatories: vec![first],
                maybe_timepoint: Some(timepoint),
                call: Box::new(call),
                max_weight: weight,
            };
            assert_ok!(sign(&second, execute));
        }
        assert_eq!(KeysInNfts::owner(&creator, item), Some(shared));
    });
}

#[test]
fn root_meets_the_locker_where_it_passes_the_filter() {
    with_bobs_key(|creator, item| {
        for (name, call) in attempts(creator, item) {
            let sudo = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call) });
            let _ = sudo.dispatch(RuntimeOrigin::signed(account(Alice)));
            assert_eq!(KeysInNfts::owner(creator, item), Some(account(Bob)), "{name}");
        }
    });
}

#[test]
fn the_role_that_burns_is_refused_outside_of_pallet_keys() {
    with_bobs_key(|creator, item| {
        assert!(KeysInNfts::burn(creator, item).is_err());
    });
}

#[test]
fn held_money_of_a_buyer_cannot_be_spent() {
    on_dev(|| {
        let content = Sealed::new(&account(Alice), 3, false);
        let card = content.publish(900_000 * CARD, None).expect("published");
        buy(&account(Bob), card, 900_000 * CARD).expect("ordered");
        let spend = pallet_balances::Call::transfer_allow_death {
            dest: MultiAddress::Id(account(Dave)),
            value: 200_000 * CARD,
        };
        assert!(sign(&account(Bob), spend).is_err());
        assert!(Balances::free_balance(account(Bob)) < 100_001 * CARD);
    });
}

#[test]
fn root_cannot_speak_as_the_account_that_owns_the_collections() {
    with_bobs_key(|creator, item| {
        let collection = CreatorCollection(creator.clone().into());
        let keeper: AccountId32 = hashcard_runtime::configs::KEYS_PALLET_ID.into_account_truncating();
        let mint = Nfts::mint {
            collection,
            item: item + 1,
            mint_to: MultiAddress::Id(account(Dave)),
            witness_data: None,
        };
        let call = pallet_sudo::Call::sudo_as {
            who: MultiAddress::Id(keeper),
            call: Box::new(RuntimeCall::Nfts(mint)),
        };
        assert_eq!(
            sign(&account(Alice), call),
            Err(frame_system::Error::<Runtime>::CallFiltered.into())
        );
        assert_eq!(KeysInNfts::owner(creator, item + 1), None);
    });
}
