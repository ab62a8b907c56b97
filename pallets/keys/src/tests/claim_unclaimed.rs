use super::*;
use crate::Error;
use frame_support::assert_noop;
use sp_runtime::TokenError;

/// Sells a key so cheaply that the pauper's share waits for him.
fn owed_to_pauper(buyer: &AccountId32) -> Balance {
    let card = publish(&PAUPER, 40, None);
    let order = delivered(buyer, card);
    wait(SETTLEMENT_WINDOW);
    assert_ok!(send(&STRANGER, Call::settle { order }));
    39
}

#[test]
fn what_waits_adds_up_and_is_paid_once_the_account_can_take_it() {
    on_chain(|| {
        let mut owed = owed_to_pauper(&BUYER);
        assert_noop!(send(&PAUPER, Call::claim_unclaimed {}), TokenError::CannotCreate);
        owed += owed_to_pauper(&OTHER);
        assert_eq!(Unclaimed::<Test>::get(PAUPER), Some(owed));
        assert_noop!(send(&PAUPER, Call::claim_unclaimed {}), TokenError::CannotCreate);
        owed += owed_to_pauper(&STRANGER);

        assert_ok!(send(&PAUPER, Call::claim_unclaimed {}));
        assert_event(Event::UnclaimedPaid {
            account: PAUPER,
            amount: owed,
        });
        assert_eq!(Balances::free_balance(&PAUPER), owed);
        assert_eq!(held(HoldReason::Unclaimed, &Pallet::<Test>::account_id()), 0);
        assert_noop!(
            send(&PAUPER, Call::claim_unclaimed {}),
            Error::<Test>::NothingUnclaimed
        );
    });
}

#[test]
fn nobody_takes_what_waits_for_another() {
    on_chain(|| {
        owed_to_pauper(&BUYER);
        assert_noop!(
            send(&STRANGER, Call::claim_unclaimed {}),
            Error::<Test>::NothingUnclaimed
        );
    });
}

#[test]
fn the_keeper_can_be_filled_again_after_it_was_emptied() {
    on_chain(|| {
        for _ in 0..2 {
            let owed = owed_to_pauper(&BUYER);
            assert_ok!(Balances::transfer_allow_death(
                RuntimeOrigin::signed(STRANGER),
                PAUPER,
                EXISTENTIAL_DEPOSIT
            ));
            assert_ok!(send(&PAUPER, Call::claim_unclaimed {}));
            assert_eq!(Balances::free_balance(&PAUPER), EXISTENTIAL_DEPOSIT + owed);
            spend_all(&PAUPER);
        }
    });
}
