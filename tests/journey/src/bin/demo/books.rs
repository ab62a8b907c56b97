//! Everybody's money, before and after. **Every unit that left the parties was burnt**: fees of transactions go to the chain's one
//! author, who is a party as well, so what the chain issued differs by what was burnt, and by nothing else.

use hashcard_journey_tests::{ensure, Failure, Node, Told};
use serde_json::json;

use crate::cast::{Cast, Role};

/// One CARD in the smallest unit.
pub const CARD: u128 = 1_000_000_000_000;
/// Storage key of `Balances::TotalIssuance`: the two names' hashes (twox128), one after the other.
const TOTAL_ISSUANCE: &str = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80";

/// What everybody has, held money included, and what the chain has issued, in the smallest unit.
pub struct Books {
    rows: Vec<(&'static str, u128)>,
    issued: u128,
}

impl Books {
    /// As they are at the finalised head.
    pub async fn read(cast: &Cast, roles: &[Role]) -> Told<Self> {
        let mut rows = Vec::new();
        for (role, _) in roles {
            rows.push((*role, cast.home(role)?.money().await?.total()));
        }
        Ok(Self {
            rows,
            issued: issued(cast.node()?).await?,
        })
    }

    /// Fails unless the parties and the chain have lost what was burnt, to the unit. The table, in words.
    pub fn add_up(&self, after: &Self, burnt: u128, why: &str) -> Told<String> {
        let gone = self.issued.saturating_sub(after.issued);
        ensure(gone == burnt, || {
            format!("{gone} units are gone, {burnt} were burnt")
        })?;
        let all = |books: &Self| books.rows.iter().map(|(_, money)| money).sum::<u128>();
        ensure(all(self) == all(after) + burnt, || {
            format!(
                "the parties had {} and have {}; {burnt} were burnt",
                all(self),
                all(after)
            )
        })?;
        let line = |who: &str, had: u128, has: u128| {
            let (sign, by) = if has >= had {
                ("+", has - had)
            } else {
                ("-", had - has)
            };
            format!("{who:<8} {had:>28} {has:>28} {:>20}", format!("{sign}{by}"))
        };
        let mut lines = vec![format!(
            "{:<8} {:>28} {:>28} {:>20}",
            "who", "before", "after", "difference"
        )];
        for ((role, had), (_, has)) in self.rows.iter().zip(&after.rows) {
            lines.push(line(role, *had, *has));
        }
        lines.push(line("all", all(self), all(after)));
        lines.push(format!("{why}: {burnt}"));
        Ok(lines.join("\n"))
    }
}

/// What the chain has issued, at its finalised head, as the balances are read.
async fn issued(node: &Node) -> Told<u128> {
    let head = node.ask("chain_getFinalizedHead", json!([])).await?;
    let stored = node
        .ask("state_getStorage", json!([TOTAL_ISSUANCE, head]))
        .await?;
    let bytes = stored
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .filter(|digits| digits.len() == 32)
        .ok_or_else(|| Failure::new(format!("no issuance: {stored}")))?;
    let big_endian: String = (0..16).rev().map(|at| &bytes[2 * at..2 * at + 2]).collect();
    u128::from_str_radix(&big_endian, 16).map_err(|error| Failure::new(error.to_string()))
}

/// An amount in CARD, from the digits of the smallest unit.
pub fn in_card(units: u128) -> String {
    let part = format!("{:012}", units % CARD);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part} CARD", units / CARD)
}
