//! Facets as words of FTS5. They begin with `_`, which no text says.

pub(crate) const FOR_SALE: &str = "_f";
pub(crate) const ALIVE: &str = "_a";

pub(crate) fn kind(kind: i64) -> String {
    format!("_k{kind}")
}

pub(crate) fn creator(account: i64) -> String {
    format!("_c{account}")
}

/// The numbers of the tags among facets.
pub(crate) fn tags(facets: &str) -> Vec<i64> {
    facets
        .split(' ')
        .filter_map(|facet| facet.strip_prefix("_t")?.parse().ok())
        .collect()
}

pub(crate) fn tag(tag: i64) -> String {
    format!("_t{tag}")
}

/// By the bits of the price.
pub(crate) fn price(bits: u32) -> String {
    format!("_p{bits}")
}

pub(crate) fn size(bits: u32) -> String {
    format!("_s{bits}")
}

pub(crate) fn year(year: i64) -> String {
    format!("_y{year}")
}

pub(crate) fn minutes(bits: u32) -> String {
    format!("_m{bits}")
}
