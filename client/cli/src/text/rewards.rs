//! Rewards and endowments, for people.

use hashcard_engine::command::{ClaimedRewards, EndowmentShown, Outcome, Rewards};

use super::counted;
use super::table::Table;

/// What `earn --claim` did.
pub fn claimed(claimed: &ClaimedRewards) -> Vec<String> {
    let mut lines = Vec::new();
    if !claimed.proven.is_empty() {
        lines.push(format!("Proven: {}", cards(&claimed.proven)));
    }
    let collected = &claimed.collected;
    let minted = collected.from_sales.0.saturating_add(collected.from_deliveries.0);
    if collected.claims == 0 && minted == 0 {
        lines.push("Nothing that is worth its fee can be collected now.".to_owned());
    } else {
        lines.push(format!(
            "Minted for you: {} for holding, {} for deliveries. Fee: {}",
            collected.from_sales, collected.from_deliveries, collected.fees
        ));
        lines.push(format!(
            "Moved to you:   {} out of endowments, and {} of deposits",
            collected.from_endowments, claimed.deposits
        ));
    }
    lines.push(String::new());
    lines
}

/// What is to come, and what came.
pub fn rewards(rewards: &Rewards, bold: bool) -> Vec<String> {
    let mut lines = vec![format!(
        "Rewards: era {} runs until block {} at the earliest.",
        rewards.era, rewards.ends_at_earliest
    )];
    if !rewards.claims.is_empty() {
        let mut table = Table::new(["era", "card", "of sales", "of endowments", "deposit", "from era"]);
        for claim in &rewards.claims {
            table.row([
                claim.era.to_string(),
                claim.card.to_string(),
                claim.from_sales.to_string(),
                claim.from_endowments.to_string(),
                claim.deposit.to_string(),
                claim.collectable_from.to_string(),
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if rewards.more {
        let all = counted(rewards.pending.claims, "claim");
        lines.push(format!("There are more: {all} in all."));
    }
    let pending = &rewards.pending;
    lines.push(format!(
        "Proven:           {}, for up to {} of sales and {} of endowments",
        counted(pending.claims, "claim"),
        pending.from_sales,
        pending.from_endowments
    ));
    lines.push(match &rewards.deliveries {
        None => "For deliveries:   not enlisted; hashcard seed --price P does it".to_owned(),
        Some(deliveries) => {
            let expires = deliveries
                .expires_in
                .map_or_else(String::new, |era| format!(", the oldest of it until era {era}"));
            format!(
                "For deliveries:   up to {} in this era; {} can be collected{expires}",
                deliveries.running, deliveries.collectable
            )
        }
    });
    let collected = &rewards.collected;
    lines.push(format!(
        "Collected here:   {} of sales, {} of endowments, {} for deliveries; fees {}",
        collected.from_sales, collected.from_endowments, collected.from_deliveries, collected.fees
    ));
    if rewards.collectable.0 > 0 {
        lines.push(format!(
            "Collect {} when it is worth its fee: hashcard earn --claim",
            rewards.collectable
        ));
    }
    lines
}

/// An outcome of `hashcard endow`.
pub fn endowment(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Endowed {
            card,
            endowment,
            amount,
            per_block,
            first_era,
            fee,
            ..
        } => vec![
            format!("Card {card} is endowed with {amount}: endowment {endowment}. Fee: {fee}"),
            format!("It gives up to {per_block} for each block from era {first_era} on, to those who prove that they could reach the bytes."),
        ],
        Outcome::Endowments { card, endowments, .. } => endowments_of(*card, endowments, bold),
        Outcome::EndowmentEnds {
            card,
            endowment,
            last_era,
            refunded,
            fee,
            ..
        } => match (last_era, refunded) {
            (Some(era), _) => vec![
                format!("Endowment {endowment} of card {card} gives up to era {era}, and no longer. Fee: {fee}"),
                format!("Get the rest back after era {}: hashcard endow {card} --end {endowment}", era.saturating_add(1)),
            ],
            (None, refunded) => vec![format!(
                "Endowment {endowment} of card {card} is gone: {} went back to its funder, with the deposit. Fee: {fee}",
                refunded.unwrap_or_default()
            )],
        },
        _ => Vec::new(),
    }
}

fn endowments_of(card: u64, endowments: &[EndowmentShown], bold: bool) -> Vec<String> {
    if endowments.is_empty() {
        return vec![format!(
            "Nobody endows card {card}. Endow it: hashcard endow {card} 10 --per-block 0.001"
        )];
    }
    let mut table = Table::new([
        "endowment",
        "for each block",
        "left",
        "from era",
        "until era",
        "funder",
    ]);
    for one in endowments {
        let until = one.last_era.map(|era| era.to_string());
        table.row([
            one.endowment.to_string(),
            one.per_block.to_string(),
            one.left.to_string(),
            one.first_era.to_string(),
            until.unwrap_or_else(|| "spent".to_owned()),
            one.funder.clone(),
        ]);
    }
    table.lines(bold)
}

/// As in `cards 7, 9`.
pub fn cards(cards: &[u64]) -> String {
    let numbers: Vec<String> = cards.iter().map(u64::to_string).collect();
    let word = if cards.len() == 1 { "card" } else { "cards" };
    format!("{word} {}", numbers.join(", "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hashcard_engine::amount::Amount;
    use hashcard_engine::command::{CollectedRewards, DeliveryRewards, PendingRewards, RewardClaim};

    const CARD: u128 = 1_000_000_000_000;

    pub fn some() -> Rewards {
        Rewards {
            era: 5,
            ends_at_earliest: 120,
            ends_at_latest: 180,
            deliveries: Some(DeliveryRewards {
                running: Amount(CARD),
                collectable: Amount(2 * CARD),
                expires_in: Some(33),
            }),
            claims: vec![RewardClaim {
                era: 4,
                card: 7,
                from_sales: Amount(3 * CARD),
                from_endowments: Amount(CARD / 2),
                deposit: Amount(CARD / 10),
                collectable_from: 6,
            }],
            pending: PendingRewards {
                claims: 1,
                from_sales: Amount(3 * CARD),
                from_endowments: Amount(CARD / 2),
                deposits: Amount(CARD / 10),
            },
            collectable: Amount(2 * CARD),
            collected: CollectedRewards::default(),
            more: false,
        }
    }

    #[test]
    fn what_is_to_come_is_told_apart_from_what_can_be_had() {
        let text = rewards(&some(), false).join("\n");
        for part in [
            "era 5 runs until block 120 at the earliest",
            "4    7     3 CARD    0.5 CARD       0.1 CARD  6",
            "up to 1 CARD in this era; 2 CARD can be collected, the oldest of it until era 33",
            "Collect 2 CARD when it is worth its fee: hashcard earn --claim",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let nothing = Rewards {
            deliveries: None,
            claims: vec![],
            collectable: Amount(0),
            ..some()
        };
        let text = rewards(&nothing, false).join("\n");
        assert!(
            text.contains("not enlisted") && !text.contains("--claim"),
            "{text}"
        );
    }

    #[test]
    fn minted_and_moved_money_are_told_apart() {
        let done = ClaimedRewards {
            proven: vec![7, 9],
            collected: CollectedRewards {
                claims: 1,
                from_sales: Amount(3 * CARD),
                from_endowments: Amount(CARD / 2),
                from_deliveries: Amount(2 * CARD),
                fees: Amount(0),
            },
            deposits: Amount(CARD / 10),
        };
        let text = claimed(&done).join("\n");
        assert!(text.contains("Proven: cards 7, 9"), "{text}");
        assert!(
            text.contains("Minted for you: 3 CARD for holding, 2 CARD for deliveries"),
            "{text}"
        );
        assert!(
            text.contains("0.5 CARD out of endowments, and 0.1 CARD of deposits"),
            "{text}"
        );
        let nothing = ClaimedRewards {
            proven: vec![],
            collected: CollectedRewards::default(),
            deposits: Amount(0),
        };
        assert_eq!(
            claimed(&nothing)[0],
            "Nothing that is worth its fee can be collected now."
        );
    }

    #[test]
    fn an_endowment_that_ends_says_when_the_rest_comes_back() {
        let ends = |last_era, refunded| {
            let ends = Outcome::EndowmentEnds {
                card: 7,
                endowment: 2,
                last_era,
                refunded,
                fee: Amount(0),
                block: 1,
            };
            endowment(&ends, false).join("\n")
        };
        let ending = ends(Some(6), None);
        assert!(ending.contains("up to era 6") && ending.contains("after era 7: hashcard endow 7 --end 2"));
        assert!(ends(None, Some(Amount(CARD))).contains("1 CARD went back to its funder"));
    }
}
