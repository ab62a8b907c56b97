//! Who paid and got what, to the unit. **Money appears and goes in two places only**, [`Books::mint`] and [`Books::burn`], so
//! that all gains together are what was minted less what was burnt.

use crate::{
    money::{gain, Gain},
    Balance,
};
use sp_runtime::AccountId32;

/// An account. Purses have no bottom: what was put in is a result, not a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Who(pub u32);

impl Who {
    /// Its address.
    pub fn account(self) -> AccountId32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&self.0.to_le_bytes());
        AccountId32::new(bytes)
    }
}

/// Accounts that one table row adds up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Party {
    pub name: &'static str,
    /// All that it paid: prices, fees, endowments, what burnt.
    pub put_in: Balance,
    /// All that it got.
    pub got_out: Balance,
    /// Bonds and deposits that it has on hold.
    pub held: Balance,
    /// The most that these ever were.
    pub held_at_most: Balance,
}

impl Party {
    /// What it has more than before.
    pub fn net(&self) -> Gain {
        gain(self.got_out) - gain(self.put_in)
    }
}

/// The books of everybody.
#[derive(Default)]
pub struct Books {
    parties: Vec<Party>,
    party_of: Vec<usize>,
    /// Ever minted.
    pub minted: Balance,
    /// Ever burnt.
    pub burnt: Balance,
}

impl Books {
    /// A new account of a party.
    pub fn open(&mut self, party: &'static str) -> Who {
        let known = self.parties.iter().position(|one| one.name == party);
        let place = known.unwrap_or_else(|| {
            self.parties.push(Party {
                name: party,
                put_in: 0,
                got_out: 0,
                held: 0,
                held_at_most: 0,
            });
            self.parties.len() - 1
        });
        self.party_of.push(place);
        Who(u32::try_from(self.party_of.len() - 1).expect("simulations have few accounts; qed"))
    }

    fn party_mut(&mut self, who: Who) -> &mut Party {
        &mut self.parties[self.party_of[who.0 as usize]]
    }

    /// The party of a name, which has an account.
    pub fn party(&self, name: &str) -> &Party {
        let known = self.parties.iter().find(|one| one.name == name);
        known.unwrap_or_else(|| panic!("no account belongs to '{name}'"))
    }

    /// All parties, in the order in which they came.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    pub fn transfer(&mut self, from: Who, to: Who, amount: Balance) {
        self.party_mut(from).put_in += amount;
        self.party_mut(to).got_out += amount;
    }

    pub fn burn(&mut self, from: Who, amount: Balance) {
        self.party_mut(from).put_in += amount;
        self.burnt += amount;
    }

    pub fn mint(&mut self, to: Who, amount: Balance) {
        self.party_mut(to).got_out += amount;
        self.minted += amount;
    }

    pub fn hold(&mut self, who: Who, amount: Balance) {
        let party = self.party_mut(who);
        party.held += amount;
        party.held_at_most = party.held_at_most.max(party.held);
    }

    pub fn release(&mut self, who: Who, amount: Balance) {
        self.party_mut(who).held -= amount;
    }
}
