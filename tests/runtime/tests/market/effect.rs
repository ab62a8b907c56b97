//! What a step may change, said before anybody looks at what it changed.

use crate::{capsules::Place, money::add};
use hashcard_runtime::{AccountId, Balance};
use std::collections::{BTreeMap, BTreeSet};

/// All that a step changes in money and capsules. Whatever is not named here must be as it was.
#[derive(Default, Debug)]
pub struct Effect {
    /// Which call it was.
    pub name: &'static str,
    /// Whether the chain took it.
    pub done: bool,
    /// Who has more or less.
    pub wealth: BTreeMap<AccountId, i128>,
    /// What is gone for ever.
    pub burnt: Balance,
    /// The one new capsule, and for whom.
    pub delivered: Option<(Place, AccountId)>,
    /// The key that is another one now, though its capsule is the same: it has claimed.
    pub changed: Option<Place>,
    /// Capsules that are gone.
    pub removed: BTreeSet<Place>,
}

impl Effect {
    /// A call that changes neither money nor capsules.
    pub fn of<E>(name: &'static str, result: &Result<(), E>) -> Self {
        Self {
            name,
            done: result.is_ok(),
            ..Self::default()
        }
    }

    /// If it was taken: a capsule for somebody.
    pub fn delivering(mut self, place: Place, to: AccountId) -> Self {
        self.delivered = self.done.then_some((place, to));
        self
    }

    /// If it was taken: a key that counts one change more.
    pub fn changing(mut self, place: Place) -> Self {
        self.changed = self.done.then_some(place);
        self
    }

    /// If it was taken: one capsule less.
    pub fn removing(mut self, place: Option<Place>) -> Self {
        self.removed.extend(place.filter(|_| self.done));
        self
    }

    /// If it was taken: money from one to another.
    pub fn paying(mut self, from: &AccountId, to: &AccountId, amount: Balance) -> Self {
        if self.done {
            add(&mut self.wealth, from, -(amount as i128));
            add(&mut self.wealth, to, amount as i128);
        }
        self
    }
}
