//! Amounts as people read them. Exact: every digit that is not zero is printed.

use crate::{constants::money::CARD, Balance};

/// A sum that may be a loss, in units of 10⁻¹² CARD.
pub type Gain = i128;

/// What an amount is as a gain.
pub fn gain(amount: Balance) -> Gain {
    Gain::try_from(amount).expect("no simulation has more money than an i128 counts; qed")
}

/// An amount in CARD: `1,234.5`, `−0.000000000001`, `0`.
pub fn in_card(amount: Gain) -> String {
    let sign = if amount < 0 { "−" } else { "" };
    let units = amount.unsigned_abs();
    let fraction = format!("{:012}", units % CARD);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", with_commas(units / CARD))
}

/// A whole number with a comma after each third digit.
pub fn with_commas(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount in CARD for a picture, where the last digits do not show.
pub fn for_plot(amount: Gain) -> f64 {
    amount as f64 / CARD as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_printed_and_no_zero_that_says_nothing() {
        let card = gain(CARD);
        assert_eq!(in_card(0), "0");
        assert_eq!(in_card(card), "1");
        assert_eq!(in_card(-1), "−0.000000000001");
        assert_eq!(in_card(1_234_567 * card + card / 2), "1,234,567.5");
        assert_eq!(with_commas(100), "100");
    }
}
