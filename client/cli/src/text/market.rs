//! What is for sale, sold, offered and delivered.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{ClerkedCard, ListingShown, Market, OfferShown, Outcome, PastSaleShown};

use super::{percent, safe, yes, Table};

/// What is said wherever a key passes on.
pub const HONEST: &str =
    "A resale moves the title, not the memory: nobody can make a former holder forget what he could read.";

/// Lines of an outcome of this kind.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Listed {
            card,
            edition,
            price,
            royalty,
            penalty,
            fee,
            ..
        } => {
            let mut lines = vec![format!(
                "Key {edition} of card {card} is listed for {price}. Fee: {fee}"
            )];
            if *royalty > 0 {
                lines.push(format!("The creator has {} of it as royalty.", percent(*royalty)));
            }
            lines.push(format!(
                "Deliver it in time when somebody buys, or {penalty} of your bond is his: hashcard seed"
            ));
            lines.push(HONEST.to_owned());
            lines
        }
        Outcome::Unlisted {
            card, edition, fee, ..
        } => vec![format!(
            "Key {edition} of card {card} is not for sale any more. Fee: {fee}"
        )],
        Outcome::Offered {
            offer, price, until, ..
        } => vec![
            format!("Offer {offer}: {price} are held until a holder accepts, or until block {until}."),
            format!("Take it back: hashcard resell cancel --offer {offer}"),
            HONEST.to_owned(),
        ],
        Outcome::OfferWithdrawn { offer, fee, .. } => {
            vec![format!(
                "Offer {offer} is withdrawn, and its money is back. Fee: {fee}"
            )]
        }
        Outcome::Accepted {
            order,
            card,
            edition,
            price,
            deadline,
            delivered,
            ..
        } => {
            let mut lines = vec![format!(
                "Key {edition} of card {card} is sold for {price}: order {order}."
            )];
            lines.push(match (delivered, deadline) {
                (true, _) => "It is delivered; the money is yours once the order settles.".to_owned(),
                (false, Some(block)) => format!("Deliver it until block {block}: hashcard seed"),
                (false, None) => "Deliver it: hashcard seed".to_owned(),
            });
            lines.push(HONEST.to_owned());
            lines
        }
        Outcome::Market {
            card,
            listings,
            offers,
            more,
            ..
        } => market(*card, listings, offers, *more, bold),
        Outcome::PriceHistory {
            card,
            sold,
            volume,
            last,
            ..
        } => history(*card, *sold, *volume, last, bold),
        Outcome::ClerkAppointed { card, clerk, fee, .. } => vec![
            format!("{clerk} is a clerk of card {card}. Fee: {fee}"),
            "He can read the content from now on.".to_owned(),
        ],
        Outcome::ClerkDismissed { card, clerk, fee, .. } => vec![
            format!("{clerk} is no clerk of card {card} any more. Fee: {fee}"),
            "What he could read he remembers.".to_owned(),
        ],
        Outcome::ClerkTerms {
            card,
            commission,
            any_holder,
            fee,
            ..
        } => vec![
            format!(
                "Who delivers a key of card {card} has {} of its price. Fee: {fee}",
                percent(*commission)
            ),
            format!("Any holder may: {}", yes(*any_holder)),
        ],
        Outcome::Clerks { cards, .. } => clerks(cards, bold),
        Outcome::Clerked {
            seconds,
            fulfilled,
            settled,
        } => vec![
            format!("Stopped after {seconds:.0} s."),
            format!("Keys delivered: {fulfilled}; sales settled: {settled}"),
        ],
        Outcome::UpgradeTerms {
            card, discount, fee, ..
        } => vec![match discount {
            None => format!("Holders of the older version pay for card {card} as everybody. Fee: {fee}"),
            Some(1_000_000) => {
                format!("Holders of the older version have card {card} for nothing. Fee: {fee}")
            }
            Some(discount) => format!(
                "Holders of the older version save {} on card {card}. Fee: {fee}",
                percent(*discount)
            ),
        }],
        _ => Vec::new(),
    }
}

/// The market in a card's lines.
pub fn of_card(market: &Market) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(newer) = market.superseded_by {
        lines.push(format!("Newer:     card {newer}"));
    }
    if let Some(discount) = market.upgrade_discount {
        lines.push(format!(
            "Upgrade:   holders of the older version save {}",
            percent(discount)
        ));
    }
    if let Some(lowest) = &market.lowest {
        let more = if market.more_listings { "more than " } else { "" };
        lines.push(format!(
            "Resale:    from {} (key {}), {more}{} for sale",
            lowest.price, lowest.edition, market.listings
        ));
    }
    if let Some(last) = market.last_price {
        lines.push(format!(
            "Sold:      {} for {} in all, last for {last}",
            market.sold, market.volume
        ));
    }
    if !market.clerks.is_empty() || market.any_holder {
        let holders = if market.any_holder { ", and any holder" } else { "" };
        lines.push(format!(
            "Clerks:    {}{holders}, for {}",
            market.clerks.len(),
            percent(market.commission)
        ));
    }
    lines
}

/// Offers in a table.
pub fn offers(offers: &[OfferShown], bold: bool) -> Vec<String> {
    let mut table = Table::new(["offer", "card", "key", "price", "until block"]);
    for offer in offers {
        table.row([
            offer.offer.to_string(),
            offer.card.to_string(),
            offer
                .edition
                .map_or_else(|| "any".to_owned(), |edition| edition.to_string()),
            offer.price.to_string(),
            offer.until.to_string(),
        ]);
    }
    table.lines(bold)
}

fn market(
    card: u64,
    listings: &[ListingShown],
    offered: &[OfferShown],
    more: bool,
    bold: bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    if listings.is_empty() {
        lines.push(format!("No holder sells a key of card {card} at present."));
    } else {
        let mut table = Table::new(["key", "price", "claimed", "seller"]);
        for listing in listings {
            let claimed = listing.claimed.map(|newer| format!("card {newer}"));
            table.row([
                listing.edition.to_string(),
                listing.price.to_string(),
                claimed.unwrap_or_default(),
                listing.seller.clone(),
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if !offered.is_empty() {
        lines.push(String::new());
        lines.extend(offers(offered, bold));
    }
    if more {
        lines.push("There are more than these.".to_owned());
    }
    lines.push(HONEST.to_owned());
    lines
}

fn history(card: u64, sold: u32, volume: Amount, last: &[PastSaleShown], bold: bool) -> Vec<String> {
    if sold == 0 {
        return vec![format!(
            "No key of card {card} was sold for money and settled yet."
        )];
    }
    let mut lines = vec![format!("Keys of card {card}: {sold} sold for {volume} in all.")];
    let mut table = Table::new(["block", "price", "key", "sold by"]);
    for sale in last.iter().rev() {
        table.row([
            sale.block.to_string(),
            sale.price.to_string(),
            sale.edition.to_string(),
            if sale.resale { "a holder" } else { "the creator" }.to_owned(),
        ]);
    }
    lines.extend(table.lines(bold));
    lines.push("This proves that fees were burnt, and nothing about demand.".to_owned());
    lines
}

fn clerks(cards: &[ClerkedCard], bold: bool) -> Vec<String> {
    if cards.is_empty() {
        return vec!["You are no clerk of any card.".to_owned()];
    }
    let mut table = Table::new(["card", "commission", "any holder", "waiting", "clerks", "title"]);
    for card in cards {
        table.row([
            card.card.to_string(),
            percent(card.commission),
            yes(card.any_holder).to_owned(),
            card.waiting.to_string(),
            card.clerks.len().to_string(),
            card.title.as_deref().map(safe).unwrap_or_default(),
        ]);
    }
    let mut lines = table.lines(bold);
    if let [card] = cards {
        lines.extend(card.clerks.iter().map(|clerk| format!("  {clerk}")));
    }
    lines
}
