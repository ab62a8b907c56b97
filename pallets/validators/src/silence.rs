//! Validators that make no blocks are taken off the ranking, so that slots are not lost to machines that nobody looks after.
//!
//! **Chance never chills.** Slots are drawn: in a session of `b` blocks one of `n` validators is passed over with a chance of
//! about `e^(-b/n)`. So the blocks of all sessions in which somebody made none are added up until they should have brought
//! him [`PATIENCE`]; one block of his begins the count anew. Where sessions are long that is one whole session.
//!
//! **Nor does a fault of the network**: at most a third of a set is chilled at once, the longest silent first, so none of
//! a set of two; and never so many that too few candidates are left.

use crate::{ranking, Authored, Config, Event, Pallet, Ranking, SessionStart, Silences};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::BoundedVec;
use frame_system::pallet_prelude::BlockNumberFor;
use hashcard_primitives::{roles::RunningSession, BlockNumber};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// Blocks that chance owes a validator before its absence is called silence: it passes over one who is awake this often with
/// a chance of e⁻²⁴, once in a million years of a hundred validators.
pub const PATIENCE: BlockNumber = 24;
/// Of so many validators one may be chilled at the end of a session.
const ONE_OF: usize = 3;

/// A validator that made no block in the sessions that ended last.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Silence {
    /// Who.
    pub who: AccountId32,
    /// Blocks of those sessions, whoever made them.
    pub blocks: BlockNumber,
}

/// Of a set of so many, those who are silent for too long: the longest silent first, and no more than may be missed at once.
pub fn too_long(silences: &[Silence], set: usize) -> Vec<Silence> {
    let patience = PATIENCE.saturating_mul(set as BlockNumber);
    let mut silent: Vec<_> = silences
        .iter()
        .filter(|silence| silence.blocks >= patience)
        .cloned()
        .collect();
    // Stable: among equals the order of the set decides.
    silent.sort_by_key(|silence| core::cmp::Reverse(silence.blocks));
    silent.truncate(set / ONE_OF);
    silent
}

impl<T: Config> Pallet<T> {
    /// At the end of a session, whose set is still the running one.
    pub(crate) fn hear_silence() {
        let set = T::Session::validators();
        let blocks = Self::now().saturating_sub(SessionStart::<T>::get());
        let before: BTreeMap<_, _> = Silences::<T>::get()
            .into_iter()
            .map(|silence| (silence.who, silence.blocks))
            .collect();
        let ranks = Ranking::<T>::get();
        let mut silences: Vec<_> = set
            .iter()
            .filter(|who| Authored::<T>::take(who).is_none())
            .filter(|who| ranking::contains(&ranks, who))
            .map(|who| Silence {
                who: who.clone(),
                blocks: before.get(who).copied().unwrap_or(0).saturating_add(blocks),
            })
            .collect();
        for silence in too_long(&silences, set.len()) {
            silences.retain(|other| other.who != silence.who);
            Self::chill(silence);
        }
        Silences::<T>::put(BoundedVec::truncate_from(silences));
    }

    fn chill(silence: Silence) {
        // When there are too few he stays: there would be no set.
        if Self::unrank(&silence.who).is_ok() {
            Self::deposit_event(Event::Chilled {
                who: silence.who,
                silent_blocks: silence.blocks,
            });
        }
    }
}

impl<T: Config> pallet_authorship::EventHandler<AccountId32, BlockNumberFor<T>> for Pallet<T> {
    fn note_author(author: AccountId32) {
        if !Authored::<T>::contains_key(&author) {
            Authored::<T>::insert(author, ());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silences(blocks: &[BlockNumber]) -> Vec<Silence> {
        (0..)
            .zip(blocks)
            .map(|(number, blocks)| Silence {
                who: AccountId32::new([number; 32]),
                blocks: *blocks,
            })
            .collect()
    }

    #[test]
    fn nobody_is_silent_too_long_before_two_dozen_blocks_should_have_been_his() {
        assert_eq!(too_long(&silences(&[24 * 4 - 1]), 4), []);
        assert_eq!(too_long(&silences(&[24 * 4]), 4), silences(&[24 * 4]));
    }

    #[test]
    fn no_more_than_a_third_is_chilled_at_once_and_the_longest_silent_first() {
        let all = silences(&[500, 700, 600, 700]);
        let [first, second, third, fourth] = [1, 3, 2, 0].map(|at: usize| all[at].clone());
        assert_eq!(
            too_long(&all, 12),
            [first.clone(), second.clone(), third.clone(), fourth]
        );
        assert_eq!(too_long(&all, 9), [first.clone(), second.clone(), third]);
        assert_eq!(too_long(&all, 6), [first.clone(), second]);
        assert_eq!(too_long(&all, 3), [first]);
        assert_eq!(too_long(&all, 2), []);
    }
}
