use super::*;
use crate::{Endowments, Error};
use frame_support::assert_noop;
use hashcard_primitives::reward::{EndowmentId, MAX_ENDOWMENTS};
use sp_runtime::TokenError;

const AMOUNT: Balance = 10_000;
const PER_BLOCK: Balance = 10;
/// What one endowment of [`PER_BLOCK`] gives for an era.
const FLOW: Balance = PER_BLOCK * ERA as Balance;

fn funder() -> AccountId32 {
    account(20)
}

#[track_caller]
fn endow(card: CardId, amount: Balance, per_block: Balance) -> EndowmentId {
    let id = crate::NextEndowmentId::<Test>::get();
    assert_ok!(Rewards::endow(by(&funder()), card, amount, per_block));
    id
}

fn end(who: &AccountId32, card: CardId, id: EndowmentId) -> sp_runtime::DispatchResult {
    Rewards::end_endowment(by(who), card, id)
}

fn left(card: CardId) -> Vec<Balance> {
    Endowments::<Test>::get(card).iter().map(|one| one.left).collect()
}

#[test]
fn endowed_money_leaves_its_funder_and_streams_to_a_seat_that_proves() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        let id = endow(card, AMOUNT, PER_BLOCK);
        assert_event(Event::Endowed {
            card,
            endowment: id,
            funder: funder(),
            amount: AMOUNT,
            per_block: PER_BLOCK,
        });
        assert_eq!(wealth(&funder()), WEALTH - AMOUNT);
        assert!(deposited(&funder()) > 0);
        assert_eq!(kept(), AMOUNT);
        next_era();
        prove(card, &seeder);
        assert_eq!((left(card), kept()), (vec![AMOUNT - FLOW], AMOUNT));
        next_era();
        assert_eq!(collect(&seeder, 0, card), FLOW);
        assert_eq!(kept(), AMOUNT - FLOW);
        assert_eq!(granted(0), 0, "nothing is minted for it");
    });
}

#[test]
fn an_era_without_a_claim_costs_nothing() {
    on_chain(|| {
        let card = publish();
        endow(card, AMOUNT, PER_BLOCK);
        (0..5).for_each(|_| next_era());
        assert_eq!(left(card), [AMOUNT]);
    });
}

#[test]
fn sales_come_first_and_an_endowment_adds_what_they_lack() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        endow(card, AMOUNT, PER_BLOCK);
        // 80 of credit for a promise of 200; then 800.
        sold(card, 100);
        next_era();
        prove(card, &seeder);
        assert_eq!(left(card), [AMOUNT - (FLOW - 80)]);
        sold(card, 1_000);
        next_era();
        prove(card, &seeder);
        assert_eq!(left(card), [AMOUNT - (FLOW - 80)]);
        next_era();
        assert_eq!(collect(&seeder, 0, card), FLOW);
        assert_eq!(collect(&seeder, 1, card), 800);
    });
}

#[test]
fn several_endowments_give_in_proportion_and_none_more_than_it_has() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        endow(card, AMOUNT, PER_BLOCK);
        endow(card, AMOUNT, 3 * PER_BLOCK);
        // Gives all it has in one era.
        endow(card, MIN_ENDOWMENT, MIN_ENDOWMENT);
        sold(card, 100);
        next_era();
        prove(card, &seeder);
        // 200 + 600 + 1000 promised, 80 from sales: 1720 are given.
        assert_eq!(left(card), [AMOUNT - 191, AMOUNT - 573, MIN_ENDOWMENT - 956]);
        next_era();
        assert_eq!(collect(&seeder, 0, card), 1_800);
    });
}

#[test]
fn money_that_comes_after_an_era_is_not_shared_for_it() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        sold(card, 100);
        next_era();
        endow(card, AMOUNT, PER_BLOCK);
        prove(card, &seeder);
        assert_eq!(left(card), [AMOUNT]);
        next_era();
        assert_eq!(collect(&seeder, 0, card), 80);
    });
}

#[test]
fn an_ended_endowment_gives_for_the_running_era_and_the_next_and_then_returns_the_rest() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        let id = endow(card, AMOUNT, PER_BLOCK);
        next_era();
        assert_noop!(end(&account(2), card, id), Error::<Test>::NotFunder);
        assert_ok!(end(&funder(), card, id));
        assert_event(Event::EndowmentEnding {
            card,
            endowment: id,
            last_era: 2,
        });
        for _ in 0..3 {
            assert_noop!(end(&funder(), card, id), Error::<Test>::EndowmentEnding);
            prove(card, &seeder);
            next_era();
        }
        // It gives for no fourth era.
        assert!(Rewards::challenge(card, seeder.clone()).is_none());
        let rest = AMOUNT - 3 * FLOW;
        assert_ok!(end(&account(2), card, id));
        assert_event(Event::EndowmentEnded {
            card,
            endowment: id,
            funder: funder(),
            refunded: rest,
        });
        assert_eq!((wealth(&funder()), deposited(&funder())), (WEALTH - 3 * FLOW, 0));
        assert!(!Endowments::<Test>::contains_key(card));
        assert_eq!(kept(), 3 * FLOW, "the claims are not collected yet");
        next_era();
        for era in 0..3 {
            assert_eq!(collect(&seeder, era, card), FLOW);
        }
        assert_noop!(end(&funder(), card, id), Error::<Test>::UnknownEndowment);
    });
}

#[test]
fn a_spent_endowment_is_closed_by_anybody_and_its_deposit_returns() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        let id = endow(card, MIN_ENDOWMENT, MIN_ENDOWMENT);
        next_era();
        prove(card, &seeder);
        assert_ok!(end(&account(2), card, id));
        assert_eq!(deposited(&funder()), 0);
        assert_eq!(kept(), MIN_ENDOWMENT, "the claim's");
    });
}

#[test]
fn a_card_has_so_many_endowments_and_a_spent_one_makes_place() {
    on_chain(|| {
        let (card, seeder) = (publish(), account(1));
        join(card, &seeder, 1, ALL);
        let spent = endow(card, MIN_ENDOWMENT, MIN_ENDOWMENT);
        for _ in 1..MAX_ENDOWMENTS {
            endow(card, AMOUNT, 1);
        }
        assert_noop!(
            Rewards::endow(by(&funder()), card, AMOUNT, 1),
            Error::<Test>::TooManyEndowments
        );
        next_era();
        prove(card, &seeder);
        endow(card, AMOUNT, 1);
        assert_noop!(end(&funder(), card, spent), Error::<Test>::UnknownEndowment);
        assert_eq!(left(card).len(), MAX_ENDOWMENTS as usize);
    });
}

#[test]
fn an_endowment_promises_something_that_it_has() {
    on_chain(|| {
        let card = publish();
        let refused = |amount, per_block, error: Error<Test>| {
            assert_noop!(Rewards::endow(by(&funder()), card, amount, per_block), error);
        };
        refused(MIN_ENDOWMENT - 1, 1, Error::EndowmentTooSmall);
        refused(AMOUNT, 0, Error::BadRate);
        refused(AMOUNT, AMOUNT + 1, Error::BadRate);
        let slowest = Balance::from(MAX_ENDOWMENT_BLOCKS) * 2;
        refused(slowest + 1, 2, Error::BadRate);
        endow(card, slowest, 2);
        endow(card, AMOUNT, AMOUNT);
    });
}

#[test]
fn only_cards_with_a_blob_that_are_not_retired_are_endowed_and_only_by_who_has_the_money() {
    on_chain(|| {
        let (post, gone, card) = (FakeCards::publish(None), publish(), publish());
        FakeCards::retire(gone);
        for card in [post, gone, 77] {
            assert_noop!(
                Rewards::endow(by(&funder()), card, AMOUNT, PER_BLOCK),
                Error::<Test>::CannotBeEndowed
            );
        }
        assert_noop!(
            Rewards::endow(by(&funder()), card, WEALTH, WEALTH),
            sp_runtime::DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}
