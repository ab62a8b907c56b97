//! Bytes of state, for each thing that is stored: key and value together, and without what the trie adds.
//!
//! **Measured are rows that are there**, left by the fetches before; beside them is the most that their types allow. Of claims and
//! endowments no row is there: only their types speak.

use hashcard_journey_tests::{Failure, Node, Told};
use serde_json::json;
use subxt::ext::frame_decode::storage::{encode_storage_key_prefix, StorageHasher};

use crate::runtime::{bytes_of, Described};

/// Rows that are read of one map.
const MOST_ROWS: u32 = 1_000;

/// What is stored, where, and whether each is an element of a list instead of a row.
const STORED: [(&str, &str, &str, Each); 14] = [
    ("seat", "Seeders", "Seats", Each::Row),
    (
        "seat, its place in the card's ranking",
        "Seeders",
        "Rankings",
        Each::Element,
    ),
    (
        "seeder, for all seats: where he is",
        "Seeders",
        "Contacts",
        Each::Row,
    ),
    (
        "seeder, for all seats: his sign of life",
        "Seeders",
        "Seeders",
        Each::Row,
    ),
    ("pool", "Channels", "Pools", Each::Row),
    ("pool, in the list of its owner", "Channels", "PoolsOf", Each::Row),
    ("session", "Channels", "Sessions", Each::Row),
    ("lane", "Channels", "Lanes", Each::Row),
    ("line", "Channels", "Lines", Each::Row),
    ("who is rewarded for deliveries", "Rewards", "Earners", Each::Row),
    ("claim", "Rewards", "Claims", Each::Row),
    (
        "claims of a card and era, what they share",
        "Rewards",
        "SharesOf",
        Each::Row,
    ),
    ("endowment", "Rewards", "Endowments", Each::Element),
    ("credit of a card from sales", "Rewards", "CardCredits", Each::Row),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Each {
    Row,
    Element,
}

/// Rows that are there.
struct Seen {
    rows: usize,
    key: usize,
    value: usize,
}

/// Measures and prints.
pub async fn print(node: &Node, described: &Described) -> Told {
    println!(
        "\n{:<44} {:<20} {:>5} {:>7} {:>7} {:>7}   {:>7} {:>7}",
        "bytes of state", "where", "seen", "key", "value", "both", "key", "value"
    );
    println!(
        "{:<44} {:<20} {:>5} {:>23}   {:>15}",
        "", "", "", "measured, mean", "most, by types"
    );
    for (what, pallet, entry, each) in STORED {
        let stored = described.entry(pallet, entry)?;
        let seen = seen(node, pallet, entry).await?;
        let keys: Option<usize> = stored
            .keys()
            .map(|key| Some(hashed(&key.hasher, described.most_bytes(key.key_id)?)))
            .sum();
        let key = keys.map(|keys| keys + encode_storage_key_prefix(pallet, entry).len());
        let measured = match seen.rows {
            0 => [String::from("-"), "-".into(), "-".into()],
            rows => [seen.key, seen.value, seen.key + seen.value]
                .map(|sum| format!("{:.0}", sum as f64 / rows as f64)),
        };
        let value = match each {
            Each::Row => described.most_bytes(stored.value_ty()),
            Each::Element => described
                .element(stored.value_ty())
                .and_then(|element| described.most_bytes(element)),
        };
        let size = |size: Option<usize>| size.map_or("a list".to_owned(), |size| size.to_string());
        println!(
            "{what:<44} {:<20} {:>5} {:>7} {:>7} {:>7}   {:>7} {:>7}{}",
            format!("{pallet}.{entry}"),
            seen.rows,
            measured[0],
            measured[1],
            measured[2],
            size(key),
            size(value),
            if each == Each::Element {
                " in a list, whose row has the key"
            } else {
                ""
            }
        );
    }
    Ok(())
}

async fn seen(node: &Node, pallet: &str, entry: &str) -> Told<Seen> {
    let prefix = format!("0x{}", hex::encode(encode_storage_key_prefix(pallet, entry)));
    let keys = node.ask("state_getKeysPaged", json!([prefix, MOST_ROWS])).await?;
    let keys = keys
        .as_array()
        .ok_or_else(|| Failure::new(format!("no keys in {keys}")))?;
    let mut seen = Seen {
        rows: keys.len(),
        key: 0,
        value: 0,
    };
    for key in keys {
        seen.key += bytes_of(key)?.len();
        seen.value += bytes_of(&node.ask("state_getStorage", json!([key])).await?)?.len();
    }
    Ok(seen)
}

/// Bytes of a key of a map whose plain key has so many.
fn hashed(hasher: &StorageHasher, plain: usize) -> usize {
    match hasher {
        StorageHasher::Identity => plain,
        StorageHasher::Twox64Concat => 8 + plain,
        StorageHasher::Blake2_128Concat => 16 + plain,
        StorageHasher::Blake2_128 | StorageHasher::Twox128 => 16,
        StorageHasher::Blake2_256 | StorageHasher::Twox256 => 32,
    }
}
