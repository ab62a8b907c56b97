//! Payments that an account cannot take wait for it, and block nobody.

use super::*;
use crate::{Error, Unclaimed};
use frame_support::assert_noop;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_payment_too_small_for_a_new_account_waits_for_it() {
    chain(|| {
        opened();
        let payee = someone(1);
        open_lane(&payee, 0, 1);
        redeem(&[signed(voucher(&payee, &[(FILM, 40)]))]);
        assert_eq!(last_payment(), (40, 35, 1, 0));
        assert_eq!(Unclaimed::<Test>::get(&payee), Some(35));
        assert!(events().contains(&Event::LeftUnclaimed {
            account: payee.clone(),
            amount: 35
        }));
        // Another adds up with it.
        redeem(&[signed(voucher(&payee, &[(FILM, 80)]))]);
        assert_eq!(Unclaimed::<Test>::get(&payee), Some(70));
        assert_eq!(held(HoldReason::Unclaimed, &Channels::account_id()), 70);
    });
}

#[test]
fn what_waits_is_claimed_when_the_account_can_take_it() {
    chain(|| {
        opened();
        let payee = someone(1);
        open_lane(&payee, 0, 1);
        redeem(&[signed(voucher(&payee, &[(FILM, 40)]))]);
        let claim = || Channels::claim_unclaimed(by(STRANGER), payee.clone());
        assert_noop!(claim(), DispatchError::Token(TokenError::CannotCreate));
        let dest = payee.clone();
        assert_ok!(Balances::transfer_allow_death(
            by(STRANGER),
            dest,
            EXISTENTIAL_DEPOSIT
        ));
        assert_ok!(claim());
        assert_eq!(
            last_event(),
            Event::UnclaimedPaid {
                account: payee.clone(),
                amount: 35
            }
        );
        assert_eq!(free(&payee), EXISTENTIAL_DEPOSIT + 35);
        assert_noop!(claim(), Error::<Test>::NothingUnclaimed);
    });
}

#[test]
fn a_creator_without_an_account_blocks_nobodys_payment() {
    chain(|| {
        with_lane();
        let creator = someone(2);
        FakeCards::publish(8, creator.clone(), TENTH);
        redeem(&[signed(voucher(&PAYEE, &[(8, 500)]))]);
        assert_eq!(last_payment().1, 500 - 50 - 12);
        assert_eq!(Unclaimed::<Test>::get(creator), Some(50));
    });
}
