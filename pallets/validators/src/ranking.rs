//! Who is a candidate, in order. Pure: what a displaced candidate gets is for others to say.
//!
//! **Sorted by bond from the highest; among equal bonds the newest is last**, and is the first to be displaced. A new bond
//! equal to the lowest displaces nobody: else two could displace one another for ever.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::Get, BoundedVec};
use hashcard_primitives::Balance;
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// One candidate.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Rank {
    /// What he bonded.
    pub bond: Balance,
    /// Who.
    pub who: AccountId32,
}

/// Every place is taken by a bond at least as high.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

/// Ranks an account that is not ranked; the candidate that it displaced, if it did.
pub fn place<Max: Get<u32>>(ranking: &mut BoundedVec<Rank, Max>, rank: Rank) -> Result<Option<Rank>, Full> {
    let full = ranking.len() >= Max::get() as usize;
    let displaced = match ranking.last() {
        Some(lowest) if full => {
            if rank.bond <= lowest.bond {
                return Err(Full);
            }
            ranking.pop()
        }
        _ => None,
    };
    let at = ranking.partition_point(|other| other.bond >= rank.bond);
    ranking.try_insert(at, rank).map_err(|_| Full)?;
    Ok(displaced)
}

/// Takes an account off the ranking; its place there, if it had one.
pub fn remove<Max: Get<u32>>(ranking: &mut BoundedVec<Rank, Max>, who: &AccountId32) -> Option<Rank> {
    let at = ranking.iter().position(|rank| rank.who == *who)?;
    Some(ranking.remove(at))
}

/// Gives a ranked account another bond; whether it is ranked. Nobody is displaced.
pub fn change<Max: Get<u32>>(ranking: &mut BoundedVec<Rank, Max>, who: &AccountId32, bond: Balance) -> bool {
    let Some(rank) = remove(ranking, who) else {
        return false;
    };
    // It has the place that was just freed.
    place(ranking, Rank { bond, ..rank }).is_ok()
}

/// Whether an account is ranked.
pub fn contains(ranking: &[Rank], who: &AccountId32) -> bool {
    ranking.iter().any(|rank| rank.who == *who)
}

#[cfg(test)]
mod tests {
    use super::*;
    use frame_support::traits::ConstU32;
    use proptest::prelude::*;
    use std::{cmp::Reverse, collections::BTreeMap};

    const PLACES: u32 = 5;
    type Ranking = BoundedVec<Rank, ConstU32<PLACES>>;

    fn who(number: u8) -> AccountId32 {
        AccountId32::new([number; 32])
    }

    fn rank(bond: Balance, number: u8) -> Rank {
        Rank {
            bond,
            who: who(number),
        }
    }

    fn ranked(list: &[(Balance, u8)]) -> Ranking {
        let mut ranking = Ranking::default();
        for (bond, number) in list {
            place(&mut ranking, rank(*bond, *number)).unwrap();
        }
        ranking
    }

    fn names(ranking: &Ranking) -> Vec<u8> {
        ranking
            .iter()
            .map(|rank| AsRef::<[u8]>::as_ref(&rank.who)[0])
            .collect()
    }

    #[test]
    fn the_highest_bond_is_first_and_among_equals_the_oldest() {
        assert_eq!(names(&ranked(&[(5, 1), (7, 2), (5, 3), (6, 4)])), [2, 4, 1, 3]);
    }

    #[test]
    fn a_higher_bond_displaces_the_lowest_and_an_equal_one_does_not() {
        let mut ranking = ranked(&[(9, 1), (8, 2), (7, 3), (6, 4), (6, 5)]);
        assert_eq!(place(&mut ranking, rank(6, 6)), Err(Full));
        assert_eq!(names(&ranking), [1, 2, 3, 4, 5]);
        assert_eq!(place(&mut ranking, rank(7, 6)), Ok(Some(rank(6, 5))));
        assert_eq!(names(&ranking), [1, 2, 3, 6, 4]);
    }

    #[test]
    fn another_bond_is_another_place_and_displaces_nobody() {
        let mut ranking = ranked(&[(9, 1), (8, 2), (7, 3), (6, 4), (5, 5)]);
        assert!(change(&mut ranking, &who(5), 8));
        assert_eq!(names(&ranking), [1, 2, 5, 3, 4]);
        assert!(change(&mut ranking, &who(1), 1));
        assert_eq!(names(&ranking), [2, 5, 3, 4, 1]);
        assert!(!change(&mut ranking, &who(9), 100));
        assert_eq!(ranking.len(), 5);
    }

    #[test]
    fn who_is_removed_is_gone_and_who_was_not_there_changes_nothing() {
        let mut ranking = ranked(&[(9, 1), (8, 2)]);
        assert_eq!(remove(&mut ranking, &who(1)), Some(rank(9, 1)));
        assert_eq!(remove(&mut ranking, &who(1)), None);
        assert!(!contains(&ranking, &who(1)) && contains(&ranking, &who(2)));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Place(u8, Balance),
        Remove(u8),
        Change(u8, Balance),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..12u8, 0..6u128).prop_map(|(who, bond)| Step::Place(who, bond)),
            1 => (0..12u8).prop_map(Step::Remove),
            1 => (0..12u8, 0..6u128).prop_map(|(who, bond)| Step::Change(who, bond)),
        ]
    }

    proptest! {
        /// The model sorts by bond and by when it was made, and throws out the last when there is one too many.
        #[test]
        fn any_steps_leave_what_a_sorted_map_of_all_bonds_would(steps in prop::collection::vec(step(), 0..80)) {
            let mut ranking = Ranking::default();
            let mut model = BTreeMap::<(Reverse<Balance>, usize), u8>::new();
            for (age, step) in steps.into_iter().enumerate() {
                let find = |model: &BTreeMap<_, u8>, number| {
                    model.iter().find(|(_, who)| **who == number).map(|(key, _)| *key)
                };
                match step {
                    Step::Place(number, _) if contains(&ranking, &who(number)) => {}
                    Step::Place(number, bond) => {
                        let placed = place(&mut ranking, rank(bond, number));
                        model.insert((Reverse(bond), age), number);
                        let out = (model.len() > PLACES as usize).then(|| model.pop_last().unwrap());
                        match out {
                            None => prop_assert_eq!(placed, Ok(None)),
                            Some((_, last)) if last == number => prop_assert_eq!(placed, Err(Full)),
                            Some(((Reverse(bond), _), last)) => {
                                prop_assert_eq!(placed, Ok(Some(rank(bond, last))));
                            }
                        }
                    }
                    Step::Remove(number) => {
                        let key = find(&model, number);
                        prop_assert_eq!(remove(&mut ranking, &who(number)).is_some(), key.is_some());
                        key.map(|key| model.remove(&key));
                    }
                    Step::Change(number, bond) => {
                        let key = find(&model, number);
                        prop_assert_eq!(change(&mut ranking, &who(number), bond), key.is_some());
                        if let Some(key) = key {
                            model.remove(&key);
                            model.insert((Reverse(bond), age), number);
                        }
                    }
                }
                let expected: Vec<_> = model.iter().map(|((Reverse(bond), _), who)| rank(*bond, *who)).collect();
                prop_assert_eq!(ranking.to_vec(), expected);
            }
        }
    }
}
