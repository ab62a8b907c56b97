//! What was found, for people.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{FiguresShown, FoundCard, KeyStepShown, Outcome, SeedableShown};

use super::{bytes, counted, safe, Table};

/// Lines of an outcome of this kind.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Found {
            cards,
            next,
            block,
            finalized,
            ..
        } => found(cards, next.as_deref(), *block, *finalized, bold),
        Outcome::Seedable { cards, block, .. } => seedable(cards, *block, bold),
        Outcome::Figures {
            creator,
            figures,
            block,
            since,
        } => self::figures(creator, figures, *block, *since),
        Outcome::KeyHistory {
            card,
            edition,
            steps,
            since,
            ..
        } => history(*card, *edition, steps, *since, bold),
        Outcome::Suggestions { tags, titles, .. } => {
            let mut lines = Vec::new();
            for tag in tags {
                lines.push(format!(
                    "tag    {} ({})",
                    safe(&tag.tag),
                    counted(tag.cards, "card")
                ));
            }
            for title in titles {
                lines.push(format!("title  {} (card {})", safe(&title.title), title.card));
            }
            if lines.is_empty() {
                lines.push("Nothing begins like that.".to_owned());
            }
            lines
        }
        Outcome::Index {
            cards,
            bytes: size,
            block,
            since,
            ..
        } => vec![
            format!("The index is at block {block}, with {}.", counted(*cards, "card")),
            format!("Size:  {}", bytes(*size)),
            counted_since(*since),
        ],
        _ => Vec::new(),
    }
}

fn found(cards: &[FoundCard], next: Option<&str>, block: u32, finalized: u32, bold: bool) -> Vec<String> {
    let mut lines = if cards.is_empty() {
        vec!["Nothing was found.".to_owned()]
    } else {
        let mut table = Table::new(["card", "kind", "price", "size", "sold", "seats", "title"]);
        for card in cards {
            table.row([
                card.id.to_string(),
                card.kind.clone(),
                price(card),
                bytes(card.size),
                card.sold.to_string(),
                card.seats.to_string(),
                safe(&card.title),
            ]);
        }
        table.lines(bold)
    };
    if let Some(next) = next {
        lines.push(format!("More: --after {next}"));
    }
    if block > finalized {
        lines.push(format!(
            "As of block {block}; those after {finalized} are not final, and a fork may undo them."
        ));
    }
    lines
}

fn price(card: &FoundCard) -> String {
    match card.access.as_str() {
        "open" => "open".to_owned(),
        "inline" => "text".to_owned(),
        _ if card.retired => "withdrawn".to_owned(),
        _ if card.frozen => "frozen".to_owned(),
        _ if !card.for_sale => "not for sale".to_owned(),
        _ if card.price == Amount(0) => "free".to_owned(),
        _ => card.price.to_string(),
    }
}

fn seedable(cards: &[SeedableShown], block: u32, bold: bool) -> Vec<String> {
    if cards.is_empty() {
        return vec![format!("There is no such card as of block {block}.")];
    }
    let mut table = Table::new(["card", "seats", "missing", "size", "brought for a GiB", "title"]);
    for row in cards {
        table.row([
            row.card.id.to_string(),
            row.card.seats.to_string(),
            row.missing.to_string(),
            bytes(row.blob_len),
            row.per_gib.to_string(),
            safe(&row.card.title),
        ]);
    }
    let mut lines = table.lines(bold);
    lines.push("Missing are parts, of up to 64, that nobody serves. Serve one: hashcard seed ID".to_owned());
    lines
}

fn figures(creator: &str, figures: &FiguresShown, block: u32, since: u32) -> Vec<String> {
    vec![
        format!("{creator}, as of block {block}"),
        format!("Cards:    {}", figures.cards),
        format!("Sales:    {} for {}", figures.sales, figures.revenue),
        format!("Resales:  {} for {}", figures.resales, figures.resold),
        format!("Received: {} of both", figures.earned),
        format!(
            "Bytes:    {} paid, of which {} to the creator",
            figures.bytes_paid, figures.delivery
        ),
        counted_since(since),
        "This proves that fees were burnt, and nothing about demand.".to_owned(),
    ]
}

fn history(card: u64, edition: u64, steps: &[KeyStepShown], since: u32, bold: bool) -> Vec<String> {
    if steps.is_empty() {
        return vec![
            format!("Nothing is known of key {edition} of card {card}."),
            counted_since(since),
        ];
    }
    let mut table = Table::new(["block", "what", "price", "holder"]);
    for step in steps {
        table.row([
            step.block.to_string(),
            step.step.clone(),
            step.price.map(|price| price.to_string()).unwrap_or_default(),
            step.holder.clone().unwrap_or_default(),
        ]);
    }
    let mut lines = table.lines(bold);
    lines.push(counted_since(since));
    lines
}

fn counted_since(since: u32) -> String {
    match since {
        0 => "Sales are counted from the first block on.".to_owned(),
        since => format!("Sales are counted from block {since} on."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str) -> FoundCard {
        FoundCard {
            id: 7,
            title: title.to_owned(),
            kind: "film".into(),
            access: "keyed".into(),
            creator: "hcAlice".into(),
            tags: vec![],
            price: Amount(1_500_000_000_000),
            for_sale: true,
            retired: false,
            frozen: false,
            size: 3 << 20,
            published_at: 9,
            year: None,
            minutes: None,
            sold: 2,
            volume: Amount(5),
            bytes_paid: Amount(0),
            seats: 1,
        }
    }

    #[test]
    fn a_page_shows_cards_and_where_the_next_begins() {
        let text = found(&[card("A film\u{1b}[2J")], Some("01ab"), 12, 12, false).join("\n");
        assert!(
            text.contains("7     film  1.5 CARD  3.0 MiB  2     1      A film"),
            "{text}"
        );
        assert!(
            text.contains("--after 01ab") && !text.contains('\u{1b}') && !text.contains("fork"),
            "{text}"
        );
        assert_eq!(found(&[], None, 12, 12, false), ["Nothing was found."]);
    }

    #[test]
    fn what_a_fork_may_undo_is_said() {
        let text = found(&[card("x")], None, 14, 12, false).join("\n");
        assert!(text.contains("those after 12 are not final"), "{text}");
    }

    #[test]
    fn figures_say_from_where_they_are_counted() {
        let none = FiguresShown {
            cards: 0,
            sales: 0,
            revenue: Amount(0),
            earned: Amount(0),
            resales: 0,
            resold: Amount(0),
            bytes_paid: Amount(0),
            delivery: Amount(0),
        };
        assert!(figures("hc", &none, 9, 0)
            .join("\n")
            .contains("from the first block on"));
        assert!(figures("hc", &none, 9, 5).join("\n").contains("from block 5 on"));
    }
}
