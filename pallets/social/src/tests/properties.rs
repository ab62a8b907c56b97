//! After any calls counts are those of a model, and whoever takes everything back has all his money.

use super::*;
use frame_support::dispatch::DispatchResult;
use hashcard_primitives::CardId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Step {
    React(u16, CardId, Reaction),
    Unreact(u16, CardId),
    Follow(u16, u16),
    Unfollow(u16, u16),
    Retire(CardId),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..5u16;
    let card = || 0..6u64;
    prop_oneof![
        6 => (who(), card(), prop::sample::select(Reaction::ALL.to_vec()))
            .prop_map(|(who, card, reaction)| Step::React(who, card, reaction)),
        3 => (who(), card()).prop_map(|(who, card)| Step::Unreact(who, card)),
        6 => (who(), who()).prop_map(|(who, other)| Step::Follow(who, other)),
        3 => (who(), who()).prop_map(|(who, other)| Step::Unfollow(who, other)),
        1 => card().prop_map(Step::Retire),
    ]
}

fn take(step: &Step) -> DispatchResult {
    match *step {
        Step::React(who, card, reaction) => Social::react(by(who), card, reaction),
        Step::Unreact(who, card) => Social::unreact(by(who), card),
        Step::Follow(who, other) => Social::follow(by(who), account(other)),
        Step::Unfollow(who, other) => Social::unfollow(by(who), account(other)),
        Step::Retire(card) => {
            FakeCards::retire(card);
            Ok(())
        }
    }
}

#[derive(Default)]
struct Model {
    reactions: BTreeMap<(u16, CardId), Reaction>,
    follows: BTreeSet<(u16, u16)>,
    retired: BTreeSet<CardId>,
}

impl Model {
    /// Whether the step succeeds; then it is taken.
    fn take(&mut self, step: &Step) -> bool {
        match *step {
            Step::React(who, card, reaction) => {
                card < 4
                    && !self.retired.contains(&card)
                    && self.reactions.insert((who, card), reaction) != Some(reaction)
            }
            Step::Unreact(who, card) => self.reactions.remove(&(who, card)).is_some(),
            Step::Follow(who, other) => who != other && self.follows.insert((who, other)),
            Step::Unfollow(who, other) => self.follows.remove(&(who, other)),
            Step::Retire(card) => {
                self.retired.insert(card);
                true
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_are_those_of_a_model_and_all_money_comes_back(steps in prop::collection::vec(step(), 1..120)) {
        chain(|| {
            let mut model = Model::default();
            for step in &steps {
                assert_eq!(take(step).is_ok(), model.take(step));
                Social::do_try_state().expect("every invariant holds");
            }
            for card in 0..6 {
                let mut counts = ReactionCounts::default();
                for ((_, of), reaction) in &model.reactions {
                    if *of == card {
                        counts = counts.plus(*reaction).unwrap();
                    }
                }
                assert_eq!(Social::reactions(card), counts);
            }
            for who in 0..5 {
                let expected = FollowCounts {
                    followers: model.follows.iter().filter(|(_, other)| *other == who).count() as u32,
                    following: model.follows.iter().filter(|(from, _)| *from == who).count() as u32,
                };
                assert_eq!(Social::follow_counts(account(who)), expected);
            }
            for (who, card) in model.reactions.keys() {
                assert_ok!(Social::unreact(by(*who), *card));
            }
            for (who, other) in &model.follows {
                assert_ok!(Social::unfollow(by(*who), account(*other)));
            }
            assert!((0..5).all(|who| Balances::free_balance(account(who)) == WEALTH));
        });
    }
}
