//! Who tells whom: fees become credit once, blocks mint what they should, networks begin as they should.

use crate::acts::*;
use frame_support::{
    assert_ok,
    traits::{
        fungible::{Inspect, InspectHold},
        InstanceFilter,
    },
};
use hashcard_primitives::{
    api::{runtime_decl_for_lengths_api::LengthsApi, runtime_decl_for_rewards_api::RewardsApi},
    coverage::Coverage,
    reward::Emission,
    share::part,
    Balance,
};
use hashcard_runtime::{
    configs::{ProxyType, TreasuryAccount},
    constants::{
        money::{deposit, CARD, EXISTENTIAL_DEPOSIT, MILLICARD},
        rewards::{FIRST_EMISSION, MOST_EMISSION},
    },
    AccountId, Balances, Channels, Rewards, Runtime, RuntimeCall, RuntimeHoldReason, RuntimeOrigin, System,
};
use hashcard_runtime_tests::{
    account, blocks,
    content::{buy, Sealed},
    on_dev, on_preset, sign,
};
use sp_keyring::Sr25519Keyring::{Alice, AliceStash, Bob, Charlie, Dave, Ferdie};
use sp_runtime::{traits::Dispatchable, DispatchError};

fn wealth(who: &AccountId) -> Balance {
    Balances::total_balance(who)
}

fn issued() -> Balance {
    <Balances as Inspect<AccountId>>::total_issuance()
}

#[test]
fn the_fee_of_a_settled_sale_gives_credit_to_its_card_once() {
    on_dev(|| {
        blocks::begin_first();
        let (creator, buyer) = (account(Alice), account(Bob));
        let content = Sealed::new(&creator, 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let order = buy(&buyer, card, PRICE).expect("ordered");
        assert_ok!(content.fulfil(order));
        wait_to_settle(order);
        assert_eq!(
            Rewards::era().sale_credit,
            0,
            "nothing is burnt before the settlement"
        );
        assert_ok!(settle(&buyer, order));
        let credit = part(PRICE / 100, FIRST_EMISSION.credit_share);
        assert_eq!(credit, 80 * MILLICARD);
        assert_eq!(Rewards::era().sale_credit, credit);
        assert_eq!(
            pallet_rewards::CardCredits::<Runtime>::get(card).map(|row| row.credit),
            Some(credit)
        );
        assert!(settle(&buyer, order).is_err());
        assert_eq!(Rewards::era().sale_credit, credit, "once");
        assert_eq!(Rewards::era().delivery_credit, 0);
    });
}

#[test]
fn the_fee_of_a_redeemed_voucher_gives_credit_to_who_delivered_and_is_enlisted_once() {
    on_dev(|| {
        blocks::begin_first();
        let (enlisted, other, reader) = (account(Bob), account(Charlie), account(Dave));
        let content = Sealed::new(&account(Alice), 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let mut till = Till::open(&reader, 1_000 * CARD, &[enlisted.clone(), other.clone()]);
        assert_ok!(do_call(&enlisted, pallet_rewards::Call::enlist {}));

        let voucher = till.promise(&enlisted, card, 50 * CARD);
        let before = issued();
        assert_ok!(redeem(&enlisted, voucher.clone()));
        let fee = before - issued();
        assert_eq!(fee, CARD / 2);
        let credit = part(fee, FIRST_EMISSION.credit_share);
        let earned = |who: &AccountId| Runtime::delivery_earnings(who.clone()).map(|earned| earned.running);
        assert_eq!(earned(&enlisted), Some(credit));
        assert_eq!(Rewards::era().delivery_credit, credit);

        assert_ok!(redeem(&enlisted, voucher));
        assert_eq!(
            earned(&enlisted),
            Some(credit),
            "a voucher that is sent again burns nothing"
        );
        let to_other = till.promise(&other, card, 50 * CARD);
        assert_ok!(redeem(&other, to_other));
        assert_eq!(earned(&other), None);
        assert_eq!(Rewards::era().delivery_credit, credit);
        assert_eq!(Rewards::era().sale_credit, 0, "a delivery is no sale");
    });
}

#[test]
fn each_block_mints_for_its_author_and_the_treasury_and_for_nobody_else() {
    on_preset("local_testnet", || {
        blocks::begin_first();
        let validators = [Alice, Bob, Charlie, Dave].map(account);
        let treasury = TreasuryAccount::get();
        let before: Vec<_> = validators.iter().map(wealth).collect();
        let (treasury_before, issued_before) = (wealth(&treasury), issued());
        blocks::pass(8);
        for (validator, before) in validators.iter().zip(before) {
            assert_eq!(wealth(validator) - before, 2 * FIRST_EMISSION.author_per_block);
        }
        assert_eq!(
            wealth(&treasury) - treasury_before,
            8 * FIRST_EMISSION.treasury_per_block
        );
        let each = FIRST_EMISSION.author_per_block + FIRST_EMISSION.treasury_per_block;
        assert_eq!(
            issued() - issued_before,
            8 * each,
            "the seeders' part is minted when it is earned"
        );
    });
}

#[test]
fn every_network_begins_with_its_era_the_same_emission_and_a_treasury_that_exists() {
    for (preset, blocks) in [
        (sp_genesis_builder::DEV_RUNTIME_PRESET, 20),
        (sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET, 100),
    ] {
        on_preset(preset, || {
            assert_eq!(Rewards::era_blocks(), blocks);
            assert_eq!(Runtime::lengths().era_blocks, blocks);
            assert_eq!(Runtime::era().era_blocks, blocks);
            let expected = Emission {
                author_per_block: 100 * MILLICARD,
                treasury_per_block: 10 * MILLICARD,
                seeders_per_block: 200 * MILLICARD,
                credit_share: 800_000,
            };
            assert_eq!(Runtime::emission(), expected);
            assert_eq!(
                Balances::free_balance(TreasuryAccount::get()),
                EXISTENTIAL_DEPOSIT
            );
        });
    }
    assert_eq!(
        pallet_rewards::GenesisConfig::<Runtime>::default().era_blocks,
        28_800,
        "an era is a day where genesis says nothing"
    );
}

#[test]
fn only_root_sets_the_emission_and_not_beyond_ten_times_the_first_one() {
    on_dev(|| {
        let set = |emission| RuntimeCall::from(pallet_rewards::Call::<Runtime>::set_emission { emission });
        assert_eq!(
            sign(&account(Alice), set(MOST_EMISSION)),
            Err(DispatchError::BadOrigin)
        );
        assert_ok!(set(MOST_EMISSION).dispatch(RuntimeOrigin::root()));
        assert_eq!(Rewards::emission(), MOST_EMISSION);
        assert_eq!(
            MOST_EMISSION.author_per_block,
            10 * FIRST_EMISSION.author_per_block
        );
        let beyond = Emission {
            treasury_per_block: MOST_EMISSION.treasury_per_block + 1,
            ..MOST_EMISSION
        };
        assert!(set(beyond).dispatch(RuntimeOrigin::root()).is_err());
        let sudo = pallet_sudo::Call::<Runtime>::sudo {
            call: Box::new(set(FIRST_EMISSION)),
        };
        assert_ok!(sign(&account(Alice), sudo));
        assert_eq!(Rewards::emission(), FIRST_EMISSION);
    });
}

#[test]
fn a_delegate_who_may_not_move_money_may_not_endow_and_may_prove() {
    use pallet_rewards::Call;
    let may = |proxy: ProxyType, call: Call<Runtime>| proxy.filter(&RuntimeCall::from(call));
    let endow = || Call::endow {
        card: 0,
        amount: CARD,
        per_block: CARD,
    };
    let prove = || Call::prove {
        era: 0,
        proofs: Default::default(),
    };
    assert!(may(ProxyType::Content, endow()) && may(ProxyType::Content, prove()));
    assert!(!may(ProxyType::NonTransfer, endow()));
    assert!(may(ProxyType::NonTransfer, prove()));
    assert!(may(ProxyType::NonTransfer, Call::collect_deliveries {}));
}

#[test]
fn who_displaces_all_seats_as_an_era_ends_takes_nothing_from_those_who_held() {
    on_dev(|| {
        blocks::begin_first();
        let (creator, holder, buyer) = (account(Alice), account(Bob), account(Charlie));
        let content = Sealed::new(&creator, 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let all = Coverage::all(content.blob_len());
        register(&holder);
        assert_ok!(join(&holder, card, all, CARD));
        let crowd: Vec<_> = (0..256u32).map(stranger).collect();
        next_era();
        next_era();
        let fee = sell(&content, card, &buyer);
        heartbeat(&holder);
        // The richest seat first, so that the holder's is the lowest until the last of them comes.
        for stranger in &crowd {
            assert_ok!(sign(
                &account(AliceStash),
                pallet_balances::Call::<Runtime>::transfer_keep_alive {
                    dest: stranger.clone().into(),
                    value: 100 * CARD,
                }
            ));
            register(stranger);
            assert_ok!(join(stranger, card, all, 2 * CARD));
        }
        assert_eq!(pallet_seeders::Seats::<Runtime>::iter_prefix(&holder).count(), 0);
        next_era();
        assert_refused(
            prove(&crowd[0], Rewards::era().era - 1, vec![content.show(card, 0)]),
            pallet_rewards::Error::SeatTooYoung { at: 0 },
        );
        assert_ok!(prove_honestly(&content, card, &holder));
        let era = Rewards::era().era - 1;
        next_era();
        let before = wealth(&holder);
        assert_ok!(collect(&account(Dave), &holder, &[(era, card)]));
        assert_eq!(wealth(&holder) - before, part(fee, FIRST_EMISSION.credit_share));

        // What is remembered of his seat is his to have forgotten, and anybody's once it proves nothing.
        let forget = || pallet_seeders::Call::<Runtime>::forget {
            seeder: holder.clone(),
            cards: vec![card].try_into().expect("one"),
        };
        assert!(sign(&account(Dave), forget()).is_err());
        let displaced_at = pallet_seeders::Displaced::<Runtime>::get(&holder, card.to_be_bytes())
            .expect("it is remembered")
            .displaced_at;
        hashcard_runtime_tests::go_to(displaced_at + 8 * Rewards::era_blocks());
        assert!(
            sign(&account(Dave), forget()).is_err(),
            "two longest eras are not over"
        );
        hashcard_runtime_tests::go_to(System::block_number() + 1);
        assert_ok!(sign(&account(Dave), forget()));
    });
}

fn stranger(number: u32) -> AccountId {
    let mut bytes = [0xC5; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    AccountId::new(bytes)
}

#[test]
fn rewards_hold_money_for_their_own_reasons_and_a_key_pays_for_the_credit_of_its_sale() {
    on_dev(|| {
        blocks::begin_first();
        let funder = account(Ferdie);
        let content = Sealed::new(&account(Alice), 1, false);
        let card = content.publish(PRICE, None).expect("published");
        assert_ok!(endow(&funder, card, 5 * CARD, CARD));
        let on_hold =
            |reason, who: &AccountId| Balances::balance_on_hold(&RuntimeHoldReason::Rewards(reason), who);
        let keeper = Rewards::account_id();
        assert_eq!(on_hold(pallet_rewards::HoldReason::Endowment, &keeper), 5 * CARD);
        assert!(on_hold(pallet_rewards::HoldReason::Deposit, &funder) > 0);
        assert_ne!(keeper, TreasuryAccount::get());
        assert_ne!(keeper, Channels::account_id());
        let row = pallet_rewards::CardCredit::default();
        let bytes = codec::Encode::encoded_size(&row) + codec::Encode::encoded_size(&card);
        assert_eq!(
            <<Runtime as pallet_keys::Config>::KeyDeposit as frame_support::traits::Get<Balance>>::get(),
            deposit(16, 1_700) + deposit(1, bytes as u32)
        );
    });
}

#[test]
fn a_runtime_upgrade_loses_nothing_of_an_era() {
    on_dev(|| {
        blocks::begin_first();
        let content = Sealed::new(&account(Alice), 1, false);
        let card = content.publish(PRICE, None).expect("published");
        assert_ok!(endow(&account(Bob), card, CARD, CARD));
        sell(&content, card, &account(Bob));
        let said = || (Runtime::era(), Runtime::emission(), Runtime::endowments(card));
        let before = said();
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        assert_eq!(said(), before);
    });
}
