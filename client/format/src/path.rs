//! The path of a file inside a blob: one that means the same file, inside the folder, on every system.
//!
//! A path is judged where it is published as where it is read, so a publisher hears of it before anybody buys, and
//! a reader can write files without judging again. Names are kept as they are: no normalisation, no change of
//! case. docs/spec/content-format.md, "Paths".

use crate::error::{PathError, PathFault};
use std::fmt;

/// Longest path, in bytes: what every system of today can open below a short folder.
pub const MAX_PATH_LEN: usize = 1024;
/// Longest component of a path, in bytes: `NAME_MAX` of Linux.
pub const MAX_COMPONENT_LEN: usize = 255;

/// Characters of a path that an error repeats; the rest of a hostile path is of no use to a reader.
const SHOWN_CHARS: usize = 80;

/// A relative path with `/` between components, as the module says. Ordered by its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EntryPath(String);

impl EntryPath {
    /// The path that `text` is. Refuses what [`PathFault`] lists.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        match fault_of(text) {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(PathError {
                path: shown(text),
                fault,
            }),
        }
    }

    /// The path that `bytes` are in UTF-8.
    pub fn from_utf8(bytes: &[u8]) -> Result<Self, PathError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(_) => Err(PathError {
                path: shown(&String::from_utf8_lossy(bytes)),
                fault: PathFault::NotUtf8,
            }),
        }
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Folders and, last, the file's name.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// What two paths have in common exactly when a system that knows no case takes them for one. Its `/` are NUL, so
    /// that what lies in a folder sorts right behind a file of the folder's name.
    pub(crate) fn folded(&self) -> String {
        // Character by character: `str::to_lowercase` looks at what surrounds a sigma, and so would make equal
        // names differ.
        self.0
            .chars()
            .map(|c| if c == '/' { '\0' } else { c })
            .flat_map(char::to_lowercase)
            .collect()
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for EntryPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for EntryPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

/// The beginning of a path, for an error.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

fn fault_of(text: &str) -> Option<PathFault> {
    if text.is_empty() {
        return Some(PathFault::Empty);
    }
    if text.len() > MAX_PATH_LEN {
        return Some(PathFault::TooLong);
    }
    if text.starts_with('/') {
        return Some(PathFault::Absolute);
    }
    if let Some(c) = text.chars().find(|c| is_forbidden(*c)) {
        return Some(PathFault::Character(c));
    }
    text.split('/').find_map(fault_of_component)
}

fn fault_of_component(name: &str) -> Option<PathFault> {
    if name.is_empty() {
        Some(PathFault::EmptyComponent)
    } else if name == "." || name == ".." {
        Some(PathFault::DotComponent)
    } else if name.len() > MAX_COMPONENT_LEN {
        Some(PathFault::ComponentTooLong)
    } else if name.ends_with(['.', ' ']) {
        Some(PathFault::TrailingDotOrSpace)
    } else if is_device(name) {
        Some(PathFault::ReservedName)
    } else {
        None
    }
}

/// Control characters; what Windows gives a meaning of its own (a colon there names a drive or a hidden stream);
/// and the characters that turn the direction of text around, by which `exe` can be shown as the end of a picture's name.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Names that Windows takes for a device in every folder and with every extension ("Naming Files, Paths, and
/// Namespaces", Microsoft). Up to the first dot, without spaces before it, in any case.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end_matches(' ')
        .to_ascii_uppercase();
    if matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) {
        return true;
    }
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    port.is_some_and(|number| {
        let mut chars = number.chars();
        matches!(
            (chars.next(), chars.next()),
            (Some('0'..='9' | '¹' | '²' | '³'), None)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> PathFault {
        EntryPath::parse(text).unwrap_err().fault
    }

    #[test]
    fn ordinary_names_of_all_scripts_are_paths() {
        for text in [
            "a",
            "film.mkv",
            ".hidden",
            "..hidden",
            "a/b/c.txt",
            "Ünïcode/日本語.txt",
            "עברית/ملف",
            "a b/ c",
            "100% (1).tar.gz",
            "common",
            "com10",
            "consul.txt",
            "aux1",
            "👩‍👩‍👧.png",
            "e\u{301}.txt",
        ] {
            assert_eq!(EntryPath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_path_that_leads_out_of_the_folder_is_refused() {
        for text in ["..", "../a", "a/../b", "a/..", "./a", "a/.", "."] {
            assert_eq!(fault(text), PathFault::DotComponent, "{text}");
        }
        for text in ["/", "/etc/passwd", "//server/share"] {
            assert_eq!(fault(text), PathFault::Absolute, "{text}");
        }
        for text in ["C:/x", "C:x", "a\\b", "..\\a", "file:stream"] {
            assert!(matches!(fault(text), PathFault::Character(':' | '\\')), "{text}");
        }
    }

    #[test]
    fn an_empty_path_or_component_is_refused() {
        assert_eq!(fault(""), PathFault::Empty);
        for text in ["a//b", "a/", "a/b/"] {
            assert_eq!(fault(text), PathFault::EmptyComponent, "{text}");
        }
    }

    #[test]
    fn characters_that_cannot_be_held_or_shown_everywhere_are_refused() {
        for c in [
            '\0', '\n', '\u{7f}', '\u{85}', '<', '>', '"', '|', '?', '*', '\u{202e}', '\u{2066}',
        ] {
            assert_eq!(fault(&format!("a{c}b")), PathFault::Character(c));
        }
    }

    #[test]
    fn devices_of_windows_are_refused_in_any_case_and_with_any_extension() {
        for text in [
            "CON",
            "nul",
            "a/Aux",
            "prn.txt",
            "nul.tar.gz",
            "COM1",
            "com9.x",
            "lpt0",
            "LPT¹",
            "con .txt",
            "conin$",
        ] {
            assert_eq!(fault(text), PathFault::ReservedName, "{text}");
        }
    }

    #[test]
    fn a_name_that_windows_would_shorten_is_refused() {
        for text in ["a.", "a ", "a./b", "dir /b", "..."] {
            assert_eq!(fault(text), PathFault::TrailingDotOrSpace, "{text}");
        }
    }

    #[test]
    fn lengths_are_bounded_in_bytes() {
        assert!(EntryPath::parse(&"a".repeat(255)).is_ok());
        assert_eq!(fault(&"a".repeat(256)), PathFault::ComponentTooLong);
        assert_eq!(fault(&"ä".repeat(128)), PathFault::ComponentTooLong);
        let deep = ["d".repeat(255), "d".repeat(255), "d".repeat(255), "d".repeat(255)].join("/");
        assert_eq!(deep.len(), 1023);
        assert!(EntryPath::parse(&deep).is_ok());
        assert_eq!(fault(&format!("{deep}/a")), PathFault::TooLong);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert_eq!(
            EntryPath::from_utf8(b"a\xff").unwrap_err().fault,
            PathFault::NotUtf8
        );
        assert_eq!(EntryPath::from_utf8("ä".as_bytes()).unwrap().as_str(), "ä");
    }

    #[test]
    fn an_error_shows_a_hostile_path_escaped_and_short() {
        let error = EntryPath::parse(&format!("\u{1b}[2J{}", "x".repeat(2000))).unwrap_err();
        let said = error.to_string();
        assert!(said.len() < 300 && !said.contains('\u{1b}'), "{said}");
    }
}
