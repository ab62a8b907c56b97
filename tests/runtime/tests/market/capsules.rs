//! Who can open what. A capsule on chain is knowledge given away, so each one is accounted for.

use hashcard_primitives::{
    card::CardId,
    key::{card_and_edition, Edition},
};
use hashcard_proofs::Capsule;
use hashcard_runtime::{AccountId, Runtime};
use hashcard_runtime_tests::content::encryption_secret;
use std::collections::BTreeMap;

/// Where a capsule stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    Key(CardId, Edition),
    Clerk(CardId, AccountId),
}

/// A capsule and who is meant to open it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub by: AccountId,
    pub key_index: u32,
    pub capsule: Capsule,
    /// How often its key changed; 0 for a clerk's.
    pub sequence: u32,
}

impl Held {
    /// The content point that its holder gets out of it.
    pub fn opened(&self) -> [u8; 32] {
        let secret = encryption_secret(&self.by, self.key_index);
        *secret
            .open(&self.capsule)
            .expect("a capsule on chain is well formed")
            .as_bytes()
    }
}

/// Every capsule on chain. Fails unless each key is one item, and each item one key.
pub fn capsules() -> BTreeMap<Place, Held> {
    let mut holders = BTreeMap::new();
    for (_, item, details) in pallet_nfts::Item::<Runtime>::iter() {
        let twice = holders.insert(card_and_edition(item), details.owner);
        assert!(twice.is_none(), "item {item} is in two collections");
    }
    let rows: Vec<_> = pallet_keys::Keys::<Runtime>::iter().collect();
    assert_eq!(
        rows.len(),
        holders.len(),
        "a key without an item, or an item without a key"
    );
    let keys = rows.into_iter().map(|(card, edition, record)| {
        let held = Held {
            by: holders[&(card, edition)].clone(),
            key_index: record.key_index,
            capsule: record.capsule,
            sequence: record.sequence,
        };
        (Place::Key(card, edition), held)
    });
    let clerks = pallet_keys::ClerkCapsules::<Runtime>::iter().map(|(card, clerk, row)| {
        let held = Held {
            by: clerk.clone(),
            key_index: row.key_index,
            capsule: row.capsule,
            sequence: 0,
        };
        (Place::Clerk(card, clerk), held)
    });
    keys.chain(clerks).collect()
}
