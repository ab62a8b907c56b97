use super::*;
use crate::{CountsOfCard, Error};
use frame_support::assert_noop;
use hashcard_primitives::{social::ROWS_PER_ANSWER, CardId};
use sp_runtime::TokenError;
use Reaction::*;

fn react(number: u16, card: CardId, reaction: Reaction) {
    assert_ok!(Social::react(by(number), card, reaction));
}

#[test]
fn a_reaction_is_counted_and_its_row_paid_for_until_it_is_taken_back() {
    chain(|| {
        react(1, 2, Love);
        react(3, 2, Like);
        assert_eq!(Social::reactions(2), ReactionCounts([1, 1, 0, 0, 0, 0]));
        assert_eq!(Social::reaction(2, account(1)), Some(Love));
        assert_eq!(Social::reaction(2, account(2)), None);
        assert!(held(1) > 0);
        let expected = Event::Reacted {
            card: 2,
            account: account(3),
            reaction: Like,
            before: None,
        };
        assert_eq!(last_event(), expected);

        assert_ok!(Social::unreact(by(1), 2));
        let expected = Event::Unreacted {
            card: 2,
            account: account(1),
            reaction: Love,
        };
        assert_eq!(last_event(), expected);
        assert_eq!((held(1), Social::reactions(2).of(Love)), (0, 0));
        assert_ok!(Social::unreact(by(3), 2));
        assert!(
            !CountsOfCard::<Test>::contains_key(2),
            "no row where nobody reacts"
        );
    });
}

#[test]
fn an_account_reacts_once_to_a_card_and_another_reaction_takes_its_place() {
    chain(|| {
        react(1, 2, Love);
        let deposit = held(1);
        assert_noop!(Social::react(by(1), 2, Love), Error::<Test>::SameReaction);
        react(1, 2, Anger);
        assert_eq!(Social::reactions(2), ReactionCounts([0, 0, 0, 0, 0, 1]));
        assert_eq!(held(1), deposit);
        let expected = Event::Reacted {
            card: 2,
            account: account(1),
            reaction: Anger,
            before: Some(Love),
        };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn nobody_reacts_to_what_is_not_there_or_without_a_deposit() {
    chain(|| {
        assert_noop!(Social::react(by(1), 9, Like), Error::<Test>::UnknownCard);
        assert_noop!(Social::unreact(by(1), 2), Error::<Test>::NoReaction);
        assert_noop!(Social::react(by(PAUPER), 2, Like), TokenError::FundsUnavailable);
    });
}

#[test]
fn a_reaction_to_a_retired_card_is_taken_back_and_not_changed() {
    chain(|| {
        react(1, 2, Love);
        FakeCards::retire(2);
        assert_noop!(Social::react(by(1), 2, Like), Error::<Test>::UnknownCard);
        assert_ok!(Social::unreact(by(1), 2));
        assert_eq!(held(1), 0);
    });
}

#[test]
fn a_deposit_comes_back_as_it_was_paid_whatever_rows_cost_by_then() {
    chain(|| {
        react(1, 2, Love);
        let deposit = held(1);
        DepositPerByte::set(&77);
        react(1, 2, Like);
        assert_eq!(held(1), deposit);
        assert_ok!(Social::unreact(by(1), 2));
        assert_eq!(held(1), 0);
    });
}

#[test]
fn reactions_of_an_account_are_answered_in_order_and_in_pages() {
    chain(|| {
        let cards = ROWS_PER_ANSWER as CardId + 3;
        for card in (0..cards).rev() {
            FakeCards::publish(card);
            react(1, card, Like);
        }
        react(2, 0, Love);
        let first = Social::reactions_of(account(1), None);
        assert_eq!(first.len(), ROWS_PER_ANSWER);
        assert!(first
            .iter()
            .map(|(card, _)| *card)
            .eq(0..ROWS_PER_ANSWER as CardId));
        let rest = Social::reactions_of(account(1), Some(ROWS_PER_ANSWER as CardId - 1));
        assert!(rest
            .iter()
            .map(|(card, _)| *card)
            .eq(ROWS_PER_ANSWER as CardId..cards));
        assert_eq!(Social::reactions_of(account(2), None), [(0, Love)]);
        assert_eq!(Social::reactions_of(account(1), Some(cards)), []);
    });
}
