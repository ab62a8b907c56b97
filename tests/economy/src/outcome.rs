//! What a scenario found.

use crate::{
    books::{Books, Party},
    money::{in_card, with_commas, Gain},
    plot::Plot,
};

/// A number that a scenario found beside its books.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// In units of 10⁻¹² CARD.
    Card(Gain),
    /// A number of things.
    Count(i128),
    /// A ratio in thousandths.
    Thousandths(i128),
}

impl Value {
    /// As it is printed, with its unit.
    pub fn shown(self) -> String {
        match self {
            Value::Card(amount) => format!("{} CARD", in_card(amount)),
            Value::Count(number) if number < 0 => format!("−{}", with_commas(number.unsigned_abs())),
            Value::Count(number) => with_commas(number.unsigned_abs()),
            Value::Thousandths(number) => {
                let sign = if number < 0 { "−" } else { "" };
                let number = number.unsigned_abs();
                format!("{sign}{}.{:03}", with_commas(number / 1_000), number % 1_000)
            }
        }
    }

    /// The bare number.
    pub fn number(self) -> i128 {
        match self {
            Value::Card(number) | Value::Count(number) | Value::Thousandths(number) => number,
        }
    }
}

/// What a scenario found.
pub struct Outcome {
    /// Names its picture.
    pub slug: &'static str,
    pub title: &'static str,
    /// Who does what, in the simulation.
    pub setting: String,
    /// Those whose books are printed, in order.
    pub parties: Vec<Party>,
    pub minted: u128,
    pub burnt: u128,
    pub figures: Vec<(&'static str, Value)>,
    /// The party that the summary is about.
    pub about: &'static str,
    /// Who gains or loses what, in a sentence or two.
    pub verdict: String,
    /// What bounds it.
    pub bound: String,
    pub plot: Plot,
}

impl Outcome {
    /// The books of a party.
    pub fn party(&self, name: &str) -> &Party {
        let known = self.parties.iter().find(|one| one.name == name);
        known.unwrap_or_else(|| panic!("{} has no party '{name}'", self.slug))
    }

    /// A figure's number.
    pub fn figure(&self, name: &str) -> i128 {
        let known = self.figures.iter().find(|(one, _)| *one == name);
        known
            .unwrap_or_else(|| panic!("{} has no figure '{name}'", self.slug))
            .1
            .number()
    }
}

/// Everybody in these books whose account moved.
pub fn who_moved(books: &Books) -> Vec<Party> {
    let moved = |one: &&Party| one.put_in > 0 || one.got_out > 0 || one.held_at_most > 0;
    books.parties().iter().filter(moved).cloned().collect()
}
