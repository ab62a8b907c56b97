//! Where a page ended. People see it as digits that mean nothing to them; one of another question is refused, because it
//! would silently leave cards out.

/// The form of cursors. Raised with every change of it.
const VERSION: u8 = 1;
/// Longest key of a place: money has 17 bytes.
const MAX_KEY: usize = 17;

/// A card at its place in an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// What is compared before the card's number: bytes of money, of a score, or nothing.
    pub key: Vec<u8>,
    pub card: i64,
}

impl Place {
    /// In hexadecimal digits: version, the question's fingerprint, the card, the key.
    pub(crate) fn written(&self, question: [u8; 8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(question);
        bytes.extend(self.card.to_be_bytes());
        bytes.extend(&self.key);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn read(text: &str, question: [u8; 8]) -> Option<Self> {
        if text.len() > 2 * (17 + MAX_KEY) || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return None;
        }
        let digits = text.as_bytes().chunks_exact(2);
        let bytes: Vec<u8> = digits
            .map(|pair| {
                let digit = |at: usize| char::from(pair[at]).to_digit(16);
                u8::try_from(digit(0)? * 16 + digit(1)?).ok()
            })
            .collect::<Option<_>>()?;
        let (version, rest) = bytes.split_first()?;
        let (asked, rest) = rest.split_first_chunk::<8>()?;
        let (card, key) = rest.split_first_chunk::<8>()?;
        if *version != VERSION || *asked != question {
            return None;
        }
        Some(Self {
            key: key.to_vec(),
            card: i64::from_be_bytes(*card),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_reads_back_under_its_own_question_alone(key in prop::collection::vec(any::<u8>(), 0..=MAX_KEY), card: i64, question: [u8; 8], other: [u8; 8]) {
            let place = Place { key, card };
            let text = place.written(question);
            prop_assert_eq!(Place::read(&text, question), Some(place));
            if other != question {
                prop_assert_eq!(Place::read(&text, other), None);
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in "\\PC*|[0-9a-f]*") {
            let _ = Place::read(&text, [0; 8]);
        }
    }
}
