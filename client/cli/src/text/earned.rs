//! What serving brought, for people.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::Earned;

use super::rewards;
use super::table::Table;
use super::{bytes, counted};

/// Promises and money, apart from one another.
pub fn outcome(earned: &Earned, bold: bool) -> Vec<String> {
    let mut lines = earned.claimed.as_ref().map_or_else(Vec::new, rewards::claimed);
    if earned.lines.is_empty() {
        lines.push("Nobody who pays is served at present.".to_owned());
    } else {
        let mut table = Table::new(["card", "payer", "served", "vouched", "redeemed", "pending"]);
        for line in &earned.lines {
            table.row([
                line.card.to_string(),
                payer(line.pool, line.session),
                bytes(line.bytes),
                line.vouched.to_string(),
                line.redeemed.to_string(),
                line.pending.to_string(),
            ]);
        }
        lines.extend(table.lines(bold));
        lines.push(String::new());
        let mut table = Table::new(["payer", "pending", "reserved", "at risk", "until block"]);
        for session in &earned.sessions {
            table.row([
                payer(session.pool, session.session),
                session.pending.to_string(),
                session.reserve.to_string(),
                session.at_risk.to_string(),
                session.ends_at.map(|block| block.to_string()).unwrap_or_default(),
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if !earned.before.is_empty() {
        lines.push(String::new());
        lines.push("Sessions that are over:".to_owned());
        let mut table = Table::new(["card", "served", "redeemed"]);
        for past in &earned.before {
            table.row([
                past.card.to_string(),
                bytes(past.bytes),
                past.redeemed.to_string(),
            ]);
        }
        lines.extend(table.lines(bold));
    }
    if earned.more {
        lines.push("There are more; those with most pending are shown. The sums are of all.".to_owned());
    }
    lines.push(String::new());
    lines.extend([
        format!("Served for money: {}", bytes(earned.bytes)),
        format!("Received:         {}, fees {}", earned.received, earned.fees),
        format!(
            "Pending:          {}, a promise until it is redeemed",
            earned.pending
        ),
        format!("At risk:          {}", earned.at_risk),
        format!(
            "Bonded:           {} in {}",
            earned.bonded,
            counted(earned.seats, "seat")
        ),
    ]);
    if earned.pending > Amount(0) {
        lines.push("Have it paid now: hashcard earn --redeem".to_owned());
    }
    lines.push(String::new());
    lines.extend(rewards::rewards(&earned.rewards, bold));
    lines
}

fn payer(pool: u64, session: u32) -> String {
    format!("{pool}/{session}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_engine::command::{EarnedBefore, EarnedLine, EarnedSession};

    const CARD: u128 = 1_000_000_000_000;

    fn earned() -> Earned {
        Earned {
            account: "hcAlice".into(),
            lines: vec![EarnedLine {
                card: 7,
                pool: 5,
                session: 1,
                bytes: 3 << 20,
                earned: Amount(3 * CARD),
                vouched: Amount(4 * CARD),
                redeemed: Amount(CARD),
                pending: Amount(3 * CARD),
            }],
            sessions: vec![EarnedSession {
                pool: 5,
                session: 1,
                reserve: Amount(CARD),
                pending: Amount(3 * CARD),
                at_risk: Amount(2 * CARD),
                ends_at: Some(900),
            }],
            before: vec![EarnedBefore {
                card: 8,
                bytes: 1 << 20,
                redeemed: Amount(CARD / 2),
            }],
            bytes: 4 << 20,
            vouched: Amount(4 * CARD),
            redeemed: Amount(CARD + CARD / 2),
            pending: Amount(3 * CARD),
            at_risk: Amount(2 * CARD),
            received: Amount(CARD),
            fees: Amount(CARD / 10),
            bonded: Amount(2 * CARD),
            seats: 2,
            more: false,
            rewards: rewards::tests::some(),
            claimed: None,
            block: 140,
        }
    }

    #[test]
    fn promises_and_money_are_told_apart() {
        let text = outcome(&earned(), false).join("\n");
        for part in [
            "7     5/1    3.0 MiB  4 CARD   1 CARD    3 CARD",
            "5/1    3 CARD   1 CARD    2 CARD   900",
            "Sessions that are over:",
            "Received:         1 CARD, fees 0.1 CARD",
            "Pending:          3 CARD, a promise until it is redeemed",
            "Bonded:           2 CARD in 2 seats",
            "hashcard earn --redeem",
            "hashcard earn --claim",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn where_nothing_is_pending_nothing_is_to_be_redeemed() {
        let nothing = Earned {
            lines: vec![],
            sessions: vec![],
            before: vec![],
            pending: Amount(0),
            ..earned()
        };
        let text = outcome(&nothing, false).join("\n");
        assert!(
            text.contains("Nobody who pays") && !text.contains("--redeem"),
            "{text}"
        );
    }
}
