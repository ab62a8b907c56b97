//! Which vectors there are.

/// File names and contents.
pub fn vectors() -> Vec<(String, String)> {
    [
        crate::accepted::derivations(),
        crate::accepted::accepted(),
        crate::refused::refusals(),
    ]
    .concat()
}
