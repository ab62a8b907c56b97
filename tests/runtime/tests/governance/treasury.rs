//! The treasury: what fills it, and how the council gives of it.

use crate::on_local;
use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::Balance;
use hashcard_runtime::{
    configs::TreasuryAccount,
    constants::{
        governance::PAYOUT_BLOCKS,
        money::{CARD, EXISTENTIAL_DEPOSIT},
        rewards::FIRST_EMISSION,
    },
    decisions::Kind,
    Balances, Runtime, System, Treasury,
};
use hashcard_runtime_tests::{
    account, blocks, check_invariants,
    council::{decide, pass_notice, MAJORITY},
    sign,
};
use sp_keyring::Sr25519Keyring::{Bob, Eve, Ferdie};
use sp_runtime::{DispatchError, DispatchResult, MultiAddress};

fn wealth(who: sp_keyring::Sr25519Keyring) -> Balance {
    Balances::total_balance(&account(who))
}

fn spend(amount: Balance) -> pallet_treasury::Call<Runtime> {
    pallet_treasury::Call::spend {
        asset_kind: Box::new(()),
        amount,
        beneficiary: Box::new(account(Ferdie)),
        valid_from: None,
    }
}

fn payout(index: u32) -> DispatchResult {
    sign(&account(Eve), pallet_treasury::Call::<Runtime>::payout { index })
}

fn give(amount: Balance) {
    let call = pallet_balances::Call::<Runtime>::transfer_allow_death {
        dest: MultiAddress::Id(TreasuryAccount::get()),
        value: amount,
    };
    assert_ok!(sign(&account(Bob), call));
}

#[test]
fn the_treasury_is_the_account_that_blocks_mint_for() {
    on_local(|| {
        assert_eq!(Treasury::account_id(), TreasuryAccount::get());
        let before = Treasury::pot();
        blocks::pass(10);
        assert_eq!(Treasury::pot(), before + 10 * FIRST_EMISSION.treasury_per_block);
    });
}

#[test]
fn a_majority_spends_and_anybody_has_it_paid_once() {
    on_local(|| {
        give(100 * CARD);
        let before = wealth(Ferdie);
        assert_ok!(decide(MAJORITY, Kind::Spend, spend(60 * CARD)));
        assert_eq!(
            payout(0),
            Err(pallet_treasury::Error::<Runtime>::InvalidIndex.into())
        );
        assert_ok!(pass_notice());
        assert_eq!(wealth(Ferdie), before);
        let issued = Balances::total_issuance();
        assert_ok!(payout(0));
        assert_eq!(wealth(Ferdie), before + 60 * CARD);
        assert_eq!(Balances::total_issuance(), issued);
        let again = pallet_treasury::Error::<Runtime>::AlreadyAttempted;
        assert_eq!(payout(0), Err(again.into()));
        let check = pallet_treasury::Call::<Runtime>::check_status { index: 0 };
        assert_ok!(sign(&account(Eve), check));
        assert_eq!(pallet_treasury::Spends::<Runtime>::iter().count(), 0);
        assert_eq!(wealth(Ferdie), before + 60 * CARD);
    });
}

#[test]
fn two_of_five_spend_nothing_and_no_other_kind_of_decision_does() {
    on_local(|| {
        let too_few = hashcard_runtime::decisions::Error::<Runtime>::NotEnoughVotes;
        assert_eq!(decide(2, Kind::Spend, spend(1)), Err(too_few.into()));
        for kind in [Kind::Parameter, Kind::Membership, Kind::Upgrade] {
            assert_ok!(decide(5, kind, spend(CARD)));
            assert_eq!(pass_notice(), Err(DispatchError::BadOrigin));
        }
        assert_eq!(sign(&account(Bob), spend(1)), Err(DispatchError::BadOrigin));
    });
}

#[test]
fn more_than_the_treasury_has_is_not_promised() {
    on_local(|| {
        give(100 * CARD);
        let notice = Balance::from(hashcard_runtime::Decisions::notice_blocks());
        let then = Treasury::pot() + notice * FIRST_EMISSION.treasury_per_block;
        assert_ok!(decide(MAJORITY, Kind::Spend, spend(then + CARD)));
        let too_much = pallet_treasury::Error::<Runtime>::InsufficientPermission;
        assert_eq!(pass_notice(), Err(too_much.into()));
        assert!(Treasury::pot() >= then - EXISTENTIAL_DEPOSIT);
    });
}

/// ADR 0011 says so: a promise is no reserve, and the first to fetch is paid.
#[test]
fn two_promises_of_all_that_there_is_are_made_and_one_is_paid() {
    on_local(|| {
        give(1_000 * CARD);
        let all = Treasury::pot();
        for _ in 0..2 {
            assert_ok!(decide(MAJORITY, Kind::Spend, spend(all)));
            assert_ok!(pass_notice());
        }
        assert_ok!(payout(1));
        let before = wealth(Ferdie);
        let failed = pallet_treasury::Error::<Runtime>::PayoutError;
        assert_eq!(payout(0), Err(failed.into()));
        assert_eq!(wealth(Ferdie), before);
    });
}

#[test]
fn a_promise_that_nobody_fetches_for_a_month_is_over() {
    on_local(|| {
        give(100 * CARD);
        assert_ok!(decide(MAJORITY, Kind::Spend, spend(CARD)));
        assert_ok!(pass_notice());
        System::set_block_number(System::block_number() + PAYOUT_BLOCKS);
        let over = pallet_treasury::Error::<Runtime>::SpendExpired;
        assert_eq!(payout(0), Err(over.into()));
    });
}

#[test]
fn a_spend_that_is_for_later_can_be_voided() {
    on_local(|| {
        give(100 * CARD);
        let later = pallet_treasury::Call::<Runtime>::spend {
            asset_kind: Box::new(()),
            amount: CARD,
            beneficiary: Box::new(account(Ferdie)),
            valid_from: Some(1_000),
        };
        assert_ok!(decide(MAJORITY, Kind::Spend, later));
        assert_ok!(pass_notice());
        let early = pallet_treasury::Error::<Runtime>::EarlyPayout;
        assert_eq!(payout(0), Err(early.into()));
        let void = pallet_treasury::Call::<Runtime>::void_spend { index: 0 };
        assert_ok!(decide(MAJORITY, Kind::Spend, void));
        assert_ok!(pass_notice());
        let none = pallet_treasury::Error::<Runtime>::InvalidIndex;
        assert_eq!(payout(0), Err(none.into()));
    });
}

#[test]
#[allow(deprecated)]
fn the_calls_that_would_fill_a_list_for_a_hook_are_closed() {
    on_local(|| {
        let call = pallet_treasury::Call::<Runtime>::spend_local {
            amount: 1,
            beneficiary: MultiAddress::Id(account(Ferdie)),
        };
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        assert_ok!(decide(5, Kind::Spend, call));
        assert_eq!(pass_notice(), Err(filtered.into()));
        check_invariants();
    });
}
