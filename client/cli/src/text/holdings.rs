//! What one holds, gave, did, and found again.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{LibraryRow, Outcome, Recovered};
use hashcard_engine::home::ledger::{Deed, Entry};

use super::market::HONEST;
use super::{counted, safe, yes, Table};

/// Lines of an outcome of this kind.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Gifted {
            card,
            edition,
            to,
            fee,
            ..
        } => vec![
            format!("Key {edition} of card {card} is {to}'s now. Fee: {fee}"),
            "A gift moves the title, not the memory: nobody can make you forget what you could read."
                .to_owned(),
        ],
        Outcome::KeyRegistered {
            key_index,
            already_registered,
            ..
        } => vec![if *already_registered {
            format!("Encryption key {key_index} is registered already. Others can give you keys.")
        } else {
            format!("Encryption key {key_index} is registered. Others can give you keys.")
        }],
        Outcome::KeyRotated {
            card,
            edition,
            key_index,
            fee,
            ..
        } => vec![format!(
            "Key {edition} of card {card} is under encryption key {key_index} now. Fee: {fee}"
        )],
        Outcome::KeyRemoved { key_index, fee, .. } => {
            vec![format!("Encryption key {key_index} is removed. Fee: {fee}")]
        }
        Outcome::Library {
            keys,
            collection,
            more,
            ..
        } => library(keys, collection.as_deref(), *more, bold),
        Outcome::Collected { card, collections } if collections.is_empty() => {
            vec![format!("Card {card} is in no collection.")]
        }
        Outcome::Collected { card, collections } => {
            vec![format!("Card {card} is in: {}", safe(&collections.join(", ")))]
        }
        Outcome::History { entries, more } => history(entries, *more, bold),
        Outcome::Recovered { accounts, .. } => accounts
            .iter()
            .flat_map(|account| recovered(account, bold))
            .collect(),
        _ => Vec::new(),
    }
}

fn library(keys: &[LibraryRow], collection: Option<&str>, more: bool, bold: bool) -> Vec<String> {
    if keys.is_empty() {
        return vec![match collection {
            Some(name) => format!("You hold no keys of cards in {}.", safe(name)),
            None => "You hold no keys.".to_owned(),
        }];
    }
    let mut lines = table_of(keys, bold);
    if more {
        lines.push("There are more than these.".to_owned());
    }
    lines.push(HONEST.to_owned());
    lines
}

fn table_of(keys: &[LibraryRow], bold: bool) -> Vec<String> {
    let head = ["card", "key", "here", "paid", "last price", "state", "title"];
    let amount = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let cells = |key: &LibraryRow| {
        [
            key.card.to_string(),
            key.edition.to_string(),
            yes(key.here).to_owned(),
            amount(key.paid),
            amount(key.last_price),
            state(key),
            key.title.as_deref().map(safe).unwrap_or_default(),
        ]
    };
    // Whose they are matters only where there are several.
    if keys
        .iter()
        .all(|key| Some(&key.account) == keys.first().map(|first| &first.account))
    {
        let mut table = Table::new(head);
        keys.iter().for_each(|key| table.row(cells(key)));
        return table.lines(bold);
    }
    let [card, edition, here, paid, last, state, title] = head;
    let mut table = Table::new([card, edition, here, paid, last, state, "account", title]);
    for key in keys {
        let [card, edition, here, paid, last, state, title] = cells(key);
        let account = key.account.clone().unwrap_or_else(|| "(default)".to_owned());
        table.row([card, edition, here, paid, last, state, account, title]);
    }
    table.lines(bold)
}

fn state(key: &LibraryRow) -> String {
    let mut states = Vec::new();
    if key.frozen {
        states.push("frozen".to_owned());
    }
    if let Some(order) = key.order {
        states.push(format!("in order {order}"));
    }
    if let Some(price) = key.listed {
        states.push(format!("listed for {price}"));
    }
    match (key.newer, key.claimed) {
        (Some(newer), Some(claimed)) if newer == claimed => states.push(format!("claimed card {newer}")),
        (Some(newer), _) => states.push(format!("newer: card {newer}")),
        (None, Some(claimed)) => states.push(format!("claimed card {claimed}")),
        (None, None) => {}
    }
    states.extend(key.collections.iter().map(|name| format!("[{}]", safe(name))));
    states.join(", ")
}

fn history(entries: &[Entry], more: bool, bold: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !entries.is_empty() {
        let mut table = Table::new(["block", "what", "card", "key", "price", "with"]);
        for entry in entries {
            let deed = match entry.deed {
                Deed::Bought => "bought",
                Deed::Sold => "sold",
                Deed::Gifted => "gifted",
                Deed::Received => "received",
                Deed::Refunded => "refunded",
            };
            table.row([
                entry.block.to_string(),
                deed.to_owned(),
                entry.card.to_string(),
                entry
                    .edition
                    .map(|edition| edition.to_string())
                    .unwrap_or_default(),
                entry.price.to_string(),
                entry.with.clone().unwrap_or_default(),
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if more {
        lines.push("Older entries: --limit N".to_owned());
    }
    lines.push("This begins with this home; what the same words did elsewhere is not in it.".to_owned());
    lines
}

fn recovered(account: &Recovered, bold: bool) -> Vec<String> {
    let name = account.account.as_deref().unwrap_or("(default)");
    let mut lines = vec![
        format!("Account {name}: {}", account.address),
        format!("Money:     {} free, {} held", account.free, account.held),
    ];
    let opens = account.keys.iter().filter(|key| key.opens).count();
    lines.push(format!(
        "Keys:      {}, of which {opens} open",
        counted(account.keys.len() as u64, "key")
    ));
    for key in account.keys.iter().filter(|key| !key.opens) {
        let reason = key.reason.as_deref().map(safe).unwrap_or_default();
        lines.push(format!(
            "  key {} of card {} does not open: {reason}",
            key.edition, key.card
        ));
    }
    lines.push(format!(
        "Published: {}",
        counted(account.published.len() as u64, "card")
    ));
    for card in account
        .published
        .iter()
        .filter(|card| card.makes_keys == Some(false))
    {
        lines.push(format!(
            "  card {} was sealed by another wallet: these words make no keys of it",
            card.card
        ));
    }
    for (what, count) in [
        ("Buying:    ", account.bought.len()),
        ("Selling:   ", account.sold.len()),
    ] {
        if count > 0 {
            lines.push(format!("{what}{}", counted(count as u64, "unsettled order")));
        }
    }
    if !account.offers.is_empty() {
        lines.extend(super::market::offers(&account.offers, bold));
    }
    for listing in &account.listings {
        lines.push(format!(
            "Listed:    key {} of card {} for {}",
            listing.edition, listing.card, listing.price
        ));
    }
    for (what, cards) in [
        ("Clerk of:  ", &account.clerk_of),
        ("Seats on:  ", &account.seats),
    ] {
        if !cards.is_empty() {
            let cards: Vec<String> = cards.iter().map(u64::to_string).collect();
            lines.push(format!("{what}card {}", cards.join(", ")));
        }
    }
    if account.more {
        lines.push("There is more than this.".to_owned());
    }
    lines
}
