//! An era from beginning to end, with a blob of several chunks and real leaves of it.

use crate::acts::*;
use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::{blob::CHUNK_LEN, card::CardId, coverage::Coverage, share::part, Balance};
use hashcard_runtime::{
    constants::{money::CARD, rewards::FIRST_EMISSION},
    AccountId, Balances, Rewards, Runtime, System,
};
use hashcard_runtime_tests::{account, blocks, content::Sealed, on_dev};
use pallet_rewards::Error;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

/// Three chunks and a piece of a fourth: four buckets.
const CONTENT_LEN: u64 = 3 * CHUNK_LEN + 5_000;
const HALF: Coverage = Coverage(0b0011);

fn wealth(who: &AccountId) -> Balance {
    Balances::total_balance(who)
}

fn issued() -> Balance {
    <Balances as Inspect<AccountId>>::total_issuance()
}

/// Minted for author and treasury since then.
fn minted_since(block: u32) -> Balance {
    let each = FIRST_EMISSION.author_per_block + FIRST_EMISSION.treasury_per_block;
    each * Balance::from(System::block_number() - block)
}

/// A card for sale, on which people have seats that are old enough to prove for the era that runs.
fn seated(people: &[(AccountId, Coverage, Balance)]) -> (Sealed, CardId) {
    blocks::begin_first();
    let content = Sealed::of_length(&account(Alice), 1, false, CONTENT_LEN);
    assert_eq!(Coverage::all(content.blob_len()), Coverage(0b1111));
    let card = content.publish(PRICE, None).expect("published");
    for (seeder, coverage, bond) in people {
        register(seeder);
        assert_ok!(join(seeder, card, *coverage, *bond));
    }
    next_era();
    next_era();
    people.iter().for_each(|(seeder, ..)| heartbeat(seeder));
    (content, card)
}

#[test]
fn holders_share_the_credit_of_a_sale_by_bond_and_coverage_and_nothing_else_is_minted() {
    on_dev(|| {
        let (whole, half) = (account(Bob), account(Charlie));
        let all = Coverage(0b1111);
        let (content, card) = seated(&[(whole.clone(), all, 2 * CARD), (half.clone(), HALF, 2 * CARD)]);
        let (begun, issued_before) = (System::block_number(), issued());
        let fee = sell(&content, card, &account(Dave));
        let era = Rewards::era().era;
        assert_refused(
            prove(&whole, era, vec![content.show(card, 0)]),
            Error::NotProvable,
        );
        next_era();

        // Each shows the leaf that he is asked for; a leaf beside it, or another's answer, is none.
        let challenge = Rewards::challenge(card, half.clone()).expect("he held a half");
        assert!(challenge.leaf < 2 * 256, "he is asked for what he holds");
        let wrong = content.show(card, challenge.leaf ^ 1);
        assert_refused(prove(&half, era, vec![wrong]), Error::WrongLeaf { at: 0 });
        assert_ok!(prove_honestly(&content, card, &whole));
        assert_ok!(prove_honestly(&content, card, &half));
        assert_refused(
            prove_honestly(&content, card, &half),
            Error::AlreadyProven { at: 0 },
        );
        assert_refused(
            prove(&account(Eve), era, vec![content.show(card, 0)]),
            Error::NotSeated { at: 0 },
        );
        assert_refused(
            collect(&whole, &whole, &[(era, card)]),
            Error::StillProvable { at: 0 },
        );
        next_era();

        let (before_whole, before_half) = (wealth(&whole), wealth(&half));
        // Anybody may have it done; the money is the claimant's.
        assert_ok!(collect(&account(Eve), &half, &[(era, card)]));
        assert_ok!(collect(&account(Eve), &whole, &[(era, card)]));
        let credit = part(fee, FIRST_EMISSION.credit_share);
        assert_eq!(
            wealth(&half) - before_half,
            credit / 3,
            "two of four buckets beside four of four"
        );
        assert_eq!(wealth(&whole) - before_whole, credit - credit / 3);
        assert_eq!(
            issued(),
            issued_before - fee + credit + minted_since(begun),
            "to the unit"
        );
        assert_refused(
            collect(&account(Eve), &half, &[(era, card)]),
            Error::UnknownClaim { at: 0 },
        );
    });
}

#[test]
fn who_does_not_prove_forfeits_that_era_and_those_who_do_share_it() {
    on_dev(|| {
        let (diligent, lazy) = (account(Bob), account(Charlie));
        let all = Coverage(0b1111);
        let (content, card) = seated(&[
            (diligent.clone(), all, CARD),
            // However much he bonds.
            (lazy.clone(), all, 10 * CARD),
        ]);
        let fee = sell(&content, card, &account(Dave));
        let era = Rewards::era().era;
        next_era();
        assert_ok!(prove_honestly(&content, card, &diligent));
        let late = answer(&content, card, &lazy);
        next_era();
        assert_refused(prove(&lazy, era, vec![late]), Error::NotProvable);
        let before = wealth(&diligent);
        assert_ok!(collect(&diligent, &diligent, &[(era, card)]));
        assert_eq!(wealth(&diligent) - before, part(fee, FIRST_EMISSION.credit_share));
        assert_refused(
            collect(&lazy, &lazy, &[(era, card)]),
            Error::UnknownClaim { at: 0 },
        );
    });
}

#[test]
fn what_nobody_proves_is_never_minted() {
    on_dev(|| {
        let (content, card) = seated(&[(account(Bob), Coverage(0b1111), CARD)]);
        let (begun, issued_before) = (System::block_number(), issued());
        let fee = sell(&content, card, &account(Dave));
        next_era();
        next_era();
        next_era();
        assert_eq!(issued(), issued_before - fee + minted_since(begun));
        let clear = pallet_rewards::Call::clear_credits {
            cards: vec![card].try_into().expect("one"),
        };
        assert_ok!(do_call(&account(Eve), clear));
        assert_eq!(pallet_rewards::CardCredits::<Runtime>::iter().count(), 0);
        assert_eq!(issued(), issued_before - fee + minted_since(begun));
    });
}

#[test]
fn a_delivery_is_rewarded_with_less_than_its_fee_when_its_era_is_over() {
    on_dev(|| {
        blocks::begin_first();
        let (seeder, reader) = (account(Bob), account(Dave));
        let content = Sealed::new(&account(Alice), 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let mut till = Till::open(&reader, 1_000 * CARD, std::slice::from_ref(&seeder));
        assert_ok!(do_call(&seeder, pallet_rewards::Call::enlist {}));
        assert_ok!(redeem(&seeder, till.promise(&seeder, card, 30 * CARD)));
        let collect = || do_call(&seeder, pallet_rewards::Call::collect_deliveries {});
        assert_refused(collect(), Error::NothingToCollect);
        next_era();
        let before = wealth(&seeder);
        assert_ok!(collect());
        assert_eq!(wealth(&seeder) - before, part(30 * CARD / 100, 800_000));
        assert_refused(collect(), Error::NothingToCollect);
    });
}

#[test]
fn an_era_never_mints_more_than_its_pot_however_much_is_burnt_in_it() {
    on_dev(|| {
        blocks::begin_first();
        let (seeder, other, reader) = (account(Bob), account(Charlie), account(Dave));
        let content = Sealed::new(&account(Alice), 1, false);
        let card = content.publish(PRICE, None).expect("published");
        let payees = [seeder.clone(), other.clone()];
        let mut till = Till::open(&reader, 100_000 * CARD, &payees);
        for payee in &payees {
            assert_ok!(do_call(payee, pallet_rewards::Call::enlist {}));
        }
        // Credits of 24 and 8 CARD, in an era whose pot is 4.
        assert_ok!(redeem(&seeder, till.promise(&seeder, card, 3_000 * CARD)));
        assert_ok!(redeem(&other, till.promise(&other, card, 1_000 * CARD)));
        next_era();
        let earned = payees.map(|payee| {
            let before = wealth(&payee);
            assert_ok!(do_call(&payee, pallet_rewards::Call::collect_deliveries {}));
            wealth(&payee) - before
        });
        assert_eq!(earned, [3 * CARD, CARD]);
    });
}

#[test]
fn an_endowment_gives_its_promise_less_the_reward_of_sales_and_its_rest_returns() {
    on_dev(|| {
        let (seeder, funder) = (account(Bob), account(Eve));
        let (content, card) = seated(&[(seeder.clone(), Coverage(0b1111), CARD)]);
        let funder_before = wealth(&funder);
        assert_ok!(endow(&funder, card, 9 * CARD, CARD / 10));
        let fee = sell(&content, card, &account(Dave));
        let (era, era_blocks) = (Rewards::era().era, Balance::from(Rewards::era_blocks()));
        next_era();
        assert_ok!(prove_honestly(&content, card, &seeder));
        next_era();
        let before = wealth(&seeder);
        assert_ok!(collect(&seeder, &seeder, &[(era, card)]));
        let promise = era_blocks * CARD / 10;
        assert_eq!(wealth(&seeder) - before, promise, "sales are a part of it");
        let given = promise - part(fee, FIRST_EMISSION.credit_share);

        let end = || {
            do_call(
                &funder,
                pallet_rewards::Call::end_endowment { card, endowment: 0 },
            )
        };
        assert_ok!(end());
        assert_refused(end(), Error::EndowmentEnding);
        (0..3).for_each(|_| next_era());
        assert_ok!(end());
        assert_eq!(funder_before - wealth(&funder), given);
    });
}

#[test]
fn full_blocks_lengthen_an_era_and_cannot_stop_it() {
    on_dev(|| {
        blocks::begin_first();
        let era_blocks = Rewards::era_blocks();
        (0..era_blocks).for_each(|_| blocks::next_after_full());
        assert_eq!(Rewards::era().era, 0, "no block had room for a proof");
        blocks::pass(era_blocks);
        assert_eq!(Rewards::era().era, 1);
        let begun = System::block_number();
        while Rewards::era().era == 1 {
            blocks::next_after_full();
        }
        assert_eq!(System::block_number() - begun, 4 * era_blocks);
    });
}

#[test]
fn the_chance_that_an_era_ends_with_comes_from_babe_and_differs_between_eras() {
    on_dev(|| {
        blocks::begin_first();
        (0..4).for_each(|_| next_era());
        let seeds: std::collections::BTreeSet<_> = pallet_rewards::Eras::<Runtime>::iter_values()
            .map(|era| era.seed)
            .collect();
        assert_eq!(seeds.len(), 4);
        let last = pallet_rewards::Eras::<Runtime>::get(3).expect("it has just ended");
        let epoch = hashcard_runtime::Babe::current_epoch().duration as u32;
        assert_eq!(epoch, 20);
        assert_eq!(last.settled_by, last.ended_at - 2 * epoch);
    });
}
