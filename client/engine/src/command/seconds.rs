//! Seconds as a JSON number, read back whatever serde_json was compiled with.
//!
//! The node's crates switch its feature `arbitrary_precision` on when both are built together. A fraction inside a
//! tagged enum then arrives as a map with one private field, which `f64` alone does not read.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserializer, Serializer};

/// Writes a number.
pub fn serialize<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*seconds)
}

/// Reads a number, in either of its forms.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct Seconds;

    impl<'de> Visitor<'de> for Seconds {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a number of seconds")
        }

        fn visit_f64<E: Error>(self, seconds: f64) -> Result<f64, E> {
            Ok(seconds)
        }

        fn visit_u64<E: Error>(self, seconds: u64) -> Result<f64, E> {
            Ok(seconds as f64)
        }

        fn visit_i64<E: Error>(self, seconds: i64) -> Result<f64, E> {
            Ok(seconds as f64)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<f64, A::Error> {
            let (_, digits) = map
                .next_entry::<String, String>()?
                .ok_or_else(|| A::Error::custom("an empty number"))?;
            digits.parse().map_err(A::Error::custom)
        }
    }

    deserializer.deserialize_any(Seconds)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(tag = "event", rename_all = "snake_case")]
    enum Tagged {
        Done {
            #[serde(with = "super")]
            seconds: f64,
        },
    }

    #[test]
    fn seconds_in_a_tagged_enum_read_back_as_they_were_written() {
        for seconds in [0.0, 0.9, 1.25, 61.5] {
            let line = serde_json::to_string(&Tagged::Done { seconds }).unwrap();
            assert_eq!(
                serde_json::from_str::<Tagged>(&line).unwrap(),
                Tagged::Done { seconds }
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(serde_json::from_str::<Tagged>(r#"{"event":"done","seconds":"soon"}"#).is_err());
        assert!(serde_json::from_str::<Tagged>(r#"{"event":"done","seconds":{}}"#).is_err());
    }
}
