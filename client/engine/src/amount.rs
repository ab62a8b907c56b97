//! Money is whole numbers from end to end: no amount ever passes through a floating-point number.
//!
//! People write CARD with up to twelve decimals; JSON carries the smallest unit as a string of digits, because
//! JSON numbers lose digits above 2⁵³ in many readers.

use std::fmt;
use std::str::FromStr;

use hashcard_primitives::Balance;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decimals of a CARD: the smallest unit is 10⁻¹² CARD.
pub const DECIMALS: usize = 12;
/// Smallest units of one CARD.
pub const UNITS_PER_CARD: Balance = 1_000_000_000_000;
/// How the token is called.
pub const SYMBOL: &str = "CARD";

/// An amount of money, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Amount(pub Balance);

/// Why a text is no amount.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmountError {
    /// Not digits, with at most one point between them.
    #[error("it is not a number of CARD; write digits, such as 1.5")]
    NotANumber,
    /// More than twelve decimals.
    #[error("it has more than {DECIMALS} decimals, and CARD has no smaller unit")]
    TooFine,
    /// More than a 128-bit number of units.
    #[error("it is more than the chain can count")]
    TooLarge,
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Reads `1`, `1.5`, `0.000000000001`, with or without ` CARD` behind.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let number = text
            .trim()
            .strip_suffix(SYMBOL)
            .map_or(text.trim(), str::trim_end);
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return Err(AmountError::NotANumber);
        }
        if part.len() > DECIMALS {
            return Err(AmountError::TooFine);
        }
        let whole: Balance = whole.parse().map_err(|_| AmountError::TooLarge)?;
        let part: Balance = format!("{part:0<DECIMALS$}")
            .parse()
            .map_err(|_| AmountError::TooLarge)?;
        whole
            .checked_mul(UNITS_PER_CARD)
            .and_then(|units| units.checked_add(part))
            .map(Amount)
            .ok_or(AmountError::TooLarge)
    }
}

impl fmt::Display for Amount {
    /// Writes `1.5 CARD`: exact, without zeros at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / UNITS_PER_CARD, self.0 % UNITS_PER_CARD);
        if part == 0 {
            return write!(f, "{whole} {SYMBOL}");
        }
        let part = format!("{part:0>DECIMALS$}");
        write!(f, "{whole}.{} {SYMBOL}", part.trim_end_matches('0'))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Amount)
            .map_err(|_| serde::de::Error::custom("an amount is a string of digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Result<Balance, AmountError> {
        text.parse::<Amount>().map(|amount| amount.0)
    }

    #[test]
    fn amounts_are_read_exactly() {
        for (text, expected) in [
            ("0", 0),
            ("1", UNITS_PER_CARD),
            ("1.5", 1_500_000_000_000),
            ("1.5 CARD", 1_500_000_000_000),
            (" 2CARD ", 2 * UNITS_PER_CARD),
            ("0.000000000001", 1),
            ("9007199.254740993001", 9_007_199_254_740_993_001),
            ("0012.10", 12_100_000_000_000),
        ] {
            assert_eq!(units(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_exact_amount_is_refused() {
        for text in [
            "", " ", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1_000", "0x1", "1.5.0", "CARD", "½", "١",
        ] {
            assert_eq!(units(text), Err(AmountError::NotANumber), "{text}");
        }
        assert_eq!(units("0.0000000000001"), Err(AmountError::TooFine));
        assert_eq!(units("1.1234567890120"), Err(AmountError::TooFine));
        for text in [
            "340282366920938463463374608",
            "999999999999999999999999999999999999999999",
        ] {
            assert_eq!(units(text), Err(AmountError::TooLarge), "{text}");
        }
        assert!(units("340282366920938463463374607.431768211455").is_ok());
    }

    #[test]
    fn amounts_are_shown_without_losing_a_unit() {
        for (amount, expected) in [
            (0, "0 CARD"),
            (1, "0.000000000001 CARD"),
            (1_500_000_000_000, "1.5 CARD"),
            (100 * UNITS_PER_CARD, "100 CARD"),
            (Balance::MAX, "340282366920938463463374607.431768211455 CARD"),
        ] {
            assert_eq!(Amount(amount).to_string(), expected);
            assert_eq!(units(expected), Ok(amount));
        }
    }

    #[test]
    fn json_carries_units_as_a_string() {
        let amount = Amount(9_007_199_254_740_993);
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, r#""9007199254740993""#);
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        assert!(serde_json::from_str::<Amount>("1").is_err());
        assert!(serde_json::from_str::<Amount>(r#""1.5""#).is_err());
    }
}
