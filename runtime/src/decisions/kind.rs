//! What a decision is about: how many must want it, and which calls heed it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::traits::{EnsureOrigin, Get, OriginTrait};
use scale_info::TypeInfo;

/// Kinds of decisions. Each is an origin of its own, so that a majority for one is none for another.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Kind {
    /// A number that may change within its bounds.
    Parameter,
    /// Money of the treasury.
    Spend,
    /// Who is in the council.
    Membership,
    /// Another runtime.
    Upgrade,
}

/// How a motion ended, or how many object.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Votes {
    /// Members who want it.
    pub yes: u32,
    /// Members that there are. Who said nothing does not want it.
    pub seats: u32,
}

impl Kind {
    /// Whether so many decide: more than half about parameters and money, three quarters about the council and the runtime.
    pub fn is_decided_by(self, votes: Votes) -> bool {
        let (yes, seats) = (u64::from(votes.yes), u64::from(votes.seats));
        match self {
            Self::Parameter | Self::Spend => 2 * yes > seats,
            Self::Membership | Self::Upgrade => yes > 0 && 4 * yes >= 3 * seats,
        }
    }

    /// Whether so many call a decision off: as many as could have kept it from passing.
    pub fn is_called_off_by(self, votes: Votes) -> bool {
        let rest = Votes {
            yes: votes.seats.saturating_sub(votes.yes),
            seats: votes.seats,
        };
        votes.yes > 0 && !self.is_decided_by(rest)
    }
}

/// Lets decisions of a kind pass.
pub struct EnsureDecided<K>(PhantomData<K>);

impl<Origin, K: Get<Kind>> EnsureOrigin<Origin> for EnsureDecided<K>
where
    Origin: OriginTrait + From<Kind>,
    for<'a> &'a Origin::PalletsOrigin: TryInto<&'a Kind>,
{
    type Success = ();

    fn try_origin(origin: Origin) -> Result<(), Origin> {
        let is_decided = matches!(origin.caller().try_into(), Ok(kind) if *kind == K::get());
        if is_decided {
            Ok(())
        } else {
            Err(origin)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<Origin, ()> {
        Ok(K::get().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fewest of so many who satisfy it.
    fn fewest(seats: u32, satisfies: impl Fn(Votes) -> bool) -> u32 {
        (0..=seats)
            .find(|yes| satisfies(Votes { yes: *yes, seats }))
            .expect("all are enough")
    }

    #[test]
    fn parameters_and_money_take_more_than_half() {
        for (seats, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (20, 11), (21, 11)] {
            assert_eq!(
                fewest(seats, |votes| Kind::Parameter.is_decided_by(votes)),
                needed
            );
            assert_eq!(fewest(seats, |votes| Kind::Spend.is_decided_by(votes)), needed);
        }
    }

    #[test]
    fn the_council_and_the_runtime_take_three_quarters() {
        for (seats, needed) in [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (20, 15), (21, 16)] {
            assert_eq!(
                fewest(seats, |votes| Kind::Membership.is_decided_by(votes)),
                needed
            );
            assert_eq!(fewest(seats, |votes| Kind::Upgrade.is_decided_by(votes)), needed);
        }
    }

    #[test]
    fn who_could_have_kept_it_from_passing_calls_it_off_and_no_fewer() {
        for kind in [Kind::Parameter, Kind::Spend, Kind::Membership, Kind::Upgrade] {
            for seats in 1..=21 {
                let decide = fewest(seats, |votes| kind.is_decided_by(votes));
                let call_off = fewest(seats, |votes| kind.is_called_off_by(votes));
                assert_eq!(decide + call_off, seats + 1, "{kind:?} of {seats}");
            }
        }
    }

    #[test]
    fn where_nobody_sits_nothing_is_decided() {
        let nobody = Votes { yes: 0, seats: 0 };
        for kind in [Kind::Parameter, Kind::Spend, Kind::Membership, Kind::Upgrade] {
            assert!(!kind.is_decided_by(nobody) && !kind.is_called_off_by(nobody));
        }
    }
}
