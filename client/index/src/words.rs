//! How text becomes words, for cards and for questions alike.
//!
//! **A word has letters, digits and marks of its script, and nothing else**, so it can be written into a question to FTS5
//! between quotes and is never syntax. Letters are decomposed, freed of accents and lower; signs of scripts that put no
//! space between words are words of their own. Facets are words that begin with `_`, which no text can say.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::UnicodeNormalization;

/// Longest word, in characters; the rest of a longer one is not looked at.
pub(crate) const MAX_WORD: usize = 40;
/// Most words of one text: a preview of 4 KiB has about 700.
pub(crate) const MAX_WORDS: usize = 1_000;

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut len = 0;
    for c in text
        .nfkd()
        .filter(|c| !is_accent(*c))
        .flat_map(char::to_lowercase)
    {
        if words.len() >= MAX_WORDS {
            return words;
        }
        if stands_alone(c) {
            end(&mut words, &mut word, &mut len);
            words.push(c.to_string());
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            if len < MAX_WORD {
                word.push(c);
            }
            len += 1;
        } else {
            end(&mut words, &mut word, &mut len);
        }
    }
    if words.len() < MAX_WORDS {
        end(&mut words, &mut word, &mut len);
    }
    words
}

/// Whether the last word of a text may be the beginning of another: `film ` is whole, `film` may go on.
pub(crate) fn goes_on(text: &str) -> bool {
    text.chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || is_combining_mark(c))
}

fn end(words: &mut Vec<String>, word: &mut String, len: &mut usize) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
    *len = 0;
}

/// Marks that letters do without; those of scripts that write vowels with them stay.
fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
            | '\u{3099}' | '\u{309A}' | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Han, Hiragana and Katakana: scripts without spaces.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
        && c.is_alphanumeric()
}

/// Text from the chain as it is kept: what is no UTF-8, and what controls a terminal or ends a line, is replaced.
pub(crate) fn clean(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// How a tag is compared: capital letters do not count, nor whether an accent is a character of its own.
pub(crate) fn tag_key(tag: &str) -> String {
    tag.to_lowercase().nfc().collect()
}

/// What a title or tag begins with, for suggestions.
pub(crate) fn title_key(text: &str) -> String {
    words(text).join(" ")
}

/// The first text that begins with `prefix` no more, in the order of bytes; `None` if there is none.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Surrogates are no characters: the successor of U+D7FF is U+E000.
        let next = if last == '\u{D7FF}' {
            Some('\u{E000}')
        } else {
            char::from_u32(u32::from(last) + 1)
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_capitals_and_signs_do_not_count() {
        assert_eq!(
            words("The Über-Film, Nº 2: l'été!"),
            ["the", "uber", "film", "no", "2", "l", "ete"]
        );
        assert_eq!(words("ＦＩＬＭ ﬁlm"), ["film", "film"]);
        assert!(words(" \u{0}\n*\"()_ ").is_empty());
    }

    #[test]
    fn scripts_without_spaces_are_split_into_signs() {
        assert_eq!(words("東京 film"), ["東", "京", "film"]);
        assert_eq!(words("Привет мир"), ["привет", "мир"]);
        assert_ne!(words("कि"), words("का"));
    }

    #[test]
    fn a_tag_is_the_same_however_its_accents_are_typed() {
        assert_eq!(tag_key("E\u{301}te\u{301}"), tag_key("\u{e9}t\u{e9}"));
        assert_ne!(tag_key("ete"), tag_key("\u{e9}t\u{e9}"));
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(words(&"x".repeat(100)), ["x".repeat(MAX_WORD)]);
        assert_eq!(words(&"x ".repeat(5_000)).len(), MAX_WORDS);
        // One character that stands for eighteen.
        assert_eq!(words(&"\u{FDFA}".repeat(2_000)).len(), MAX_WORDS);
    }

    #[test]
    fn a_prefix_ends_before_its_successor() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_prefix("").as_deref(), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_syntax_or_a_facet(text in "\\PC*|[\\x00-\\x7f]*") {
            for word in words(&text) {
                prop_assert!(!word.is_empty() && word.chars().count() <= MAX_WORD);
                prop_assert!(word.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c)), "{word:?}");
            }
        }

        #[test]
        fn words_are_words_of_themselves(text in "\\PC*") {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }
    }
}
