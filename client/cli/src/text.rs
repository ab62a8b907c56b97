//! Outcomes and events for people. Text of strangers (titles, tags, posts, reasons) is made harmless for a terminal here,
//! and nowhere else.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{
    BlobShown, CardShown, Fetched, KeyShown, Market, OfferShown, Opened, OrderShown, Outcome, OwnKeyShown,
    PeerShown, Published, ReactionsShown, SeatShown, VerifiedBlob,
};
use hashcard_engine::notation::printable;
use table::Table;

mod earned;
mod events;
mod holdings;
mod market;
mod pay;
mod rewards;
mod search;
mod social;
mod table;
mod validator;

pub use events::event;

/// Digits of a root in lists; the whole root is with the card.
const SHORT_ROOT: usize = 12;

/// Text that cannot steer a terminal.
pub fn safe(text: &str) -> String {
    printable(text)
}

/// What came of a command, in lines.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Published(published) => self::published(published),
        Outcome::Revised {
            card,
            price,
            editions,
            listed,
            fee,
            ..
        } => vec![
            format!("Card {card} is revised."),
            format!("Price:    {price}"),
            format!("Editions: {}", or_unlimited(*editions)),
            format!("For sale: {}", yes(*listed)),
            format!("Fee:      {fee}"),
        ],
        Outcome::Retired { card, fee, .. } => vec![format!("Card {card} is withdrawn. Fee: {fee}")],
        Outcome::Feed { cards, next, .. } => feed(cards, *next, bold),
        Outcome::Found { .. }
        | Outcome::Seedable { .. }
        | Outcome::Figures { .. }
        | Outcome::KeyHistory { .. }
        | Outcome::Suggestions { .. }
        | Outcome::Index { .. } => search::outcome(outcome, bold),
        Outcome::Checkpoint {
            file,
            boot_nodes,
            block,
            ..
        } => vec![
            format!(
                "A light client begins at block {block}; it looks for peers in {}.",
                counted(boot_nodes.len() as u64, "place")
            ),
            format!(
                "Use it: hashcard --light {} discover",
                safe(&file.display().to_string())
            ),
        ],
        Outcome::Card {
            card,
            market,
            reactions,
            ..
        } => self::card(card, market.as_deref(), reactions),
        Outcome::Seats { card, seats, .. } => self::seats(*card, seats, bold),
        Outcome::Keys {
            keys,
            orders,
            offers,
            encryption_keys,
            ..
        } => self::keys(keys, orders, offers, encryption_keys, bold),
        Outcome::Ordered {
            order,
            card,
            price,
            deadline,
            ..
        } => vec![
            format!("Order {order}: {price} are held; the seller has until block {deadline}."),
            format!("Wait for the key: hashcard buy {card} --order {order}"),
        ],
        Outcome::Bought {
            card,
            edition,
            already_held,
            ..
        } => {
            let first = if *already_held {
                "You hold"
            } else {
                "You have bought"
            };
            vec![
                format!("{first} key {edition} of card {card}, and it opens."),
                format!("Get it: hashcard fetch {card}"),
            ]
        }
        Outcome::Expired { order, fee, .. } => vec![format!("Order {order} is refunded. Fee: {fee}")],
        Outcome::Settled { order, fee, .. } => vec![format!("Order {order} is settled. Fee: {fee}")],
        Outcome::FalseKeyReported { card, edition, .. } => vec![
            format!("Key {edition} of card {card} is proven false."),
            "Nothing of this card is sold any more, and unsettled money is refunded.".to_owned(),
        ],
        Outcome::Fetched(fetched) => self::fetched(fetched),
        Outcome::Seeding { cards } => {
            vec![format!(
                "The daemon seeds {} more.",
                counted(cards.len() as u64, "card")
            )]
        }
        Outcome::Seeded {
            seconds,
            fulfilled,
            settled,
            served_chunks,
            left,
        } => vec![
            format!("Stopped after {seconds:.0} s."),
            format!("Keys delivered: {fulfilled}; sales settled: {settled}; chunks served: {served_chunks}"),
            format!(
                "Seats: {}",
                if *left {
                    "given up"
                } else {
                    "kept; they expire by themselves"
                }
            ),
        ],
        Outcome::Listed { .. }
        | Outcome::Unlisted { .. }
        | Outcome::Offered { .. }
        | Outcome::OfferWithdrawn { .. }
        | Outcome::Accepted { .. }
        | Outcome::Market { .. }
        | Outcome::PriceHistory { .. }
        | Outcome::ClerkAppointed { .. }
        | Outcome::ClerkDismissed { .. }
        | Outcome::ClerkTerms { .. }
        | Outcome::Clerks { .. }
        | Outcome::Clerked { .. }
        | Outcome::UpgradeTerms { .. } => market::outcome(outcome, bold),
        Outcome::Gifted { .. }
        | Outcome::KeyRegistered { .. }
        | Outcome::KeyRotated { .. }
        | Outcome::KeyRemoved { .. }
        | Outcome::Library { .. }
        | Outcome::Collected { .. }
        | Outcome::History { .. }
        | Outcome::Recovered { .. } => holdings::outcome(outcome, bold),
        Outcome::Earned(earned) => earned::outcome(earned, bold),
        Outcome::Endowed { .. } | Outcome::Endowments { .. } | Outcome::EndowmentEnds { .. } => {
            rewards::endowment(outcome, bold)
        }
        Outcome::PoolOpened { .. }
        | Outcome::PoolToppedUp { .. }
        | Outcome::Pools { .. }
        | Outcome::PoolCloses { .. }
        | Outcome::PoolWithdrawn { .. } => pay::outcome(outcome, bold),
        Outcome::Reacted { .. }
        | Outcome::Unreacted { .. }
        | Outcome::Followed { .. }
        | Outcome::Unfollowed { .. }
        | Outcome::Following { .. } => social::outcome(outcome, bold),
        Outcome::ValidatorStatus(status) => validator::status(status, bold),
        Outcome::Bonded { .. }
        | Outcome::BondedMore { .. }
        | Outcome::Unbonded { .. }
        | Outcome::BondWithdrawn { .. }
        | Outcome::Paused { .. }
        | Outcome::Rejoined { .. }
        | Outcome::SessionKeysSet { .. }
        | Outcome::SessionKeysRetired { .. } => validator::outcome(outcome),
        Outcome::Store { blobs, used_bytes } => store(blobs, *used_bytes, bold),
        Outcome::Verified { blobs } => verified(blobs, bold),
        Outcome::Removed { root, bytes_freed } => {
            vec![format!("Removed {root}: {} freed", bytes(*bytes_freed))]
        }
        Outcome::Wallet { path, accounts } => {
            let mut table = Table::new(["account", "address"]);
            for account in accounts {
                table.row([
                    account.name.clone().unwrap_or_else(|| "(default)".to_owned()),
                    account.address.clone(),
                ]);
            }
            let mut lines = table.lines(bold);
            lines.push(format!("Sealed in {}", path.display()));
            lines
        }
        Outcome::WalletBackup { copy, .. } => {
            let copy = copy
                .as_ref()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            vec![format!("Copied to {copy}. It opens with your passphrase.")]
        }
        Outcome::Sent {
            to,
            amount,
            fee,
            block,
            ..
        } => {
            vec![format!("Sent {amount} to {to} in block {block}. Fee: {fee}")]
        }
        Outcome::Balance { address, free, held } => {
            vec![
                format!("Address: {address}"),
                format!("Free:    {free}"),
                format!("Held:    {held}"),
            ]
        }
    }
}

fn published(published: &Published) -> Vec<String> {
    let mut lines = vec![format!("Card {}: {}", published.card, safe(&published.title))];
    if let Some(root) = &published.root {
        lines.push(format!("Root:  {root}"));
        lines.push(format!(
            "Blob:  {} in {} ({} of content, {})",
            bytes(published.blob_len),
            counted(published.chunks, "chunk"),
            bytes(published.content_len),
            counted(published.files, "file")
        ));
    }
    if published.access == "keyed" {
        lines.push(format!(
            "Price: {}, editions: {}",
            published.price,
            or_unlimited(published.editions)
        ));
    }
    lines.push(format!("Fee:   {}, block {}", published.fee, published.block));
    if published.root.is_some() {
        lines.push("Serve it and deliver its keys: hashcard seed".to_owned());
    }
    lines
}

fn feed(cards: &[CardShown], next: Option<u64>, bold: bool) -> Vec<String> {
    let mut table = Table::new(["card", "kind", "price", "sold", "title"]);
    for card in cards {
        table.row([
            card.id.to_string(),
            card.kind.clone(),
            price(card),
            card.keys_made.to_string(),
            safe(&card.title),
        ]);
    }
    let mut lines = table.lines(bold);
    if cards.is_empty() {
        lines = vec!["Nothing was found.".to_owned()];
    }
    if let Some(next) = next {
        lines.push(format!("More: --cursor {next}"));
    }
    lines
}

fn price(card: &CardShown) -> String {
    match card.access.as_str() {
        "open" => "open".to_owned(),
        "inline" => "text".to_owned(),
        _ if card.retired => "withdrawn".to_owned(),
        _ if card.frozen => "frozen".to_owned(),
        _ if !card.listed => "not for sale".to_owned(),
        _ if card.price == Amount(0) => "free".to_owned(),
        _ => card.price.to_string(),
    }
}

fn card(card: &CardShown, market: Option<&Market>, reactions: &ReactionsShown) -> Vec<String> {
    let mut lines = vec![
        format!("Card {}: {}", card.id, safe(&card.title)),
        format!("Kind:      {}, {}", card.kind, card.access),
        format!("Creator:   {}", card.creator),
        format!("Published: block {}", card.published_at),
    ];
    if card.access == "keyed" {
        lines.push(format!(
            "Price:     {} (terms {}), {} sold of {}",
            price(card),
            card.version,
            card.keys_made,
            or_unlimited(card.editions)
        ));
        lines.push(format!("Royalty:   {}", percent(card.royalty)));
        for one in &card.collaborators {
            lines.push(format!("Shared:    {} to {}", percent(one.share), one.account));
        }
        lines.extend(market.into_iter().flat_map(market::of_card));
    }
    if let (Some(root), Some(len), Some(chunks)) = (&card.root, card.content_len, card.chunks) {
        lines.push(format!("Root:      {root}"));
        lines.push(format!(
            "Content:   {} in {}",
            bytes(len),
            counted(chunks, "chunk")
        ));
    }
    if card.free_chunks.is_some_and(|free| free > 0) {
        lines.push(format!(
            "Free part: {}",
            counted(card.free_chunks.unwrap_or_default().into(), "chunk")
        ));
    }
    if !card.tags.is_empty() {
        lines.push(format!("Tags:      {}", safe(&card.tags.join(", "))));
    }
    if let Some(parent) = card.in_reply_to {
        lines.push(format!("Reply to:  card {parent}"));
    }
    if let Some(older) = card.supersedes {
        lines.push(format!("Replaces:  card {older}"));
    }
    lines.extend(social::of_card(reactions));
    if card.retired {
        lines.push("Withdrawn by its creator; who holds a key keeps it.".to_owned());
    }
    if card.frozen {
        lines.push("Frozen: a false key of it was proven.".to_owned());
    }
    match &card.preview {
        Some(preview) => {
            lines.push(String::new());
            lines.extend(preview.lines().map(safe));
        }
        None if card.preview_len > 0 => {
            lines.push(format!("Preview:   {}, not text", bytes(card.preview_len)))
        }
        None => {}
    }
    lines
}

fn seats(card: u64, seats: &[SeatShown], bold: bool) -> Vec<String> {
    if seats.is_empty() {
        return vec![format!("Nobody serves card {card} at present.")];
    }
    let mut table = Table::new(["held", "bond", "until block", "peer", "addresses"]);
    for seat in seats {
        table.row([
            format!("{} %", seat.covered),
            seat.bond.to_string(),
            seat.expires_at.to_string(),
            safe(&seat.peer),
            safe(&seat.addresses.join(" ")),
        ]);
    }
    table.lines(bold)
}

fn keys(
    keys: &[KeyShown],
    orders: &[OrderShown],
    offers: &[OfferShown],
    encryption_keys: &[OwnKeyShown],
    bold: bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    if keys.is_empty() {
        lines.push("You hold no keys.".to_owned());
    } else {
        let mut table = Table::new(["card", "key", "title"]);
        for key in keys {
            let title = key.title.as_deref().map(safe).unwrap_or_default();
            table.row([key.card.to_string(), key.edition.to_string(), title]);
        }
        lines.extend(table.lines(bold));
    }
    if !orders.is_empty() {
        lines.push(String::new());
        let mut table = Table::new(["order", "card", "price", "state", "until block"]);
        for order in orders {
            let until = order
                .deadline
                .or(order.settles_at)
                .map(|block| block.to_string())
                .unwrap_or_default();
            table.row([
                order.order.to_string(),
                order.card.to_string(),
                order.price.to_string(),
                order.state.clone(),
                until,
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if !offers.is_empty() {
        lines.push(String::new());
        lines.extend(market::offers(offers, bold));
    }
    let foreign: Vec<String> = encryption_keys
        .iter()
        .filter(|key| !key.mine)
        .map(|key| key.key_index.to_string())
        .collect();
    if !foreign.is_empty() {
        lines.push(String::new());
        lines.push(format!(
            "Encryption keys of another wallet: {}. What they open, this one cannot.",
            foreign.join(", ")
        ));
    }
    lines
}

fn fetched(fetched: &Fetched) -> Vec<String> {
    if let (Opened::Inline, None, Some(text)) = (fetched.opened, &fetched.output, &fetched.text) {
        return text.lines().map(safe).collect();
    }
    let how = match fetched.opened {
        Opened::Key => "opened with your key",
        Opened::Creator => "opened by its creator",
        Opened::Open => "open to everybody",
        Opened::FreePart => "the free part only; buy a key for the rest",
        Opened::Inline => "a text",
        Opened::None => "kept to be seeded, not opened",
    };
    let mut lines = vec![match &fetched.output {
        Some(output) => format!("{} ({}, {how})", output.display(), bytes(fetched.bytes)),
        None => format!("Card {}: {how}", fetched.card),
    }];
    lines.extend(fetched.peers.iter().map(|one| format!("  {}", peer(one))));
    if fetched.paid > Amount(0) {
        lines.push(format!("Paid: {} promised in all", fetched.paid));
    }
    lines
}

fn peer(peer: &PeerShown) -> String {
    let banned = match (&peer.reason, peer.banned) {
        (Some(reason), true) => format!(", banned: {}", safe(reason)),
        (None, true) => ", banned".to_owned(),
        _ => String::new(),
    };
    let paid = match peer.paid {
        Amount(0) => String::new(),
        paid => format!(" for {paid}"),
    };
    format!(
        "{} from {}{paid}{banned}",
        counted(peer.chunks, "chunk"),
        safe(&peer.peer)
    )
}

fn store(blobs: &[BlobShown], used: u64, bold: bool) -> Vec<String> {
    let mut table = Table::new(["card", "held", "size", "root", "label"]);
    for blob in blobs {
        let held = match (blob.damaged, blob.complete) {
            (true, _) => "damaged".to_owned(),
            (false, true) => "all".to_owned(),
            (false, false) => format!("{}/{}", blob.held, blob.chunks),
        };
        table.row([
            blob.card.map(|card| card.to_string()).unwrap_or_default(),
            held,
            bytes(blob.len),
            blob.root.chars().take(SHORT_ROOT).collect(),
            blob.label.as_deref().map(safe).unwrap_or_default(),
        ]);
    }
    let mut lines = if blobs.is_empty() {
        vec!["The store is empty.".to_owned()]
    } else {
        table.lines(bold)
    };
    lines.push(format!("{} on disk", bytes(used)));
    lines
}

fn verified(blobs: &[VerifiedBlob], bold: bool) -> Vec<String> {
    let mut table = Table::new(["root", "chunks read", "rotten", "nodes rebuilt"]);
    for blob in blobs {
        table.row([
            blob.root.chars().take(SHORT_ROOT).collect(),
            blob.checked.to_string(),
            blob.rotten.to_string(),
            yes(blob.outboard_rebuilt).to_owned(),
        ]);
    }
    let mut lines = table.lines(bold);
    let rotten: u64 = blobs.iter().map(|blob| blob.rotten).sum();
    lines.push(match rotten {
        0 => "Everything matches.".to_owned(),
        _ => format!(
            "{} had rotted and are given up; fetch them again.",
            counted(rotten, "chunk")
        ),
    });
    lines
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// Bytes in the largest binary unit that they fill, with one decimal, rounded down.
fn bytes(bytes: u64) -> String {
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
        if bytes >> shift > 0 {
            let tenths = (u128::from(bytes) * 10) >> shift;
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} B")
}

fn percent(millionths: u32) -> String {
    let (whole, part) = (millionths / 10_000, millionths % 10_000);
    if part == 0 {
        return format!("{whole} %");
    }
    format!("{whole}.{} %", format!("{part:04}").trim_end_matches('0'))
}

fn or_unlimited(editions: Option<u32>) -> String {
    editions.map_or_else(|| "unlimited".to_owned(), |editions| editions.to_string())
}

fn yes(yes: bool) -> &'static str {
    if yes {
        "yes"
    } else {
        "no"
    }
}

#[cfg(test)]
mod tests;
