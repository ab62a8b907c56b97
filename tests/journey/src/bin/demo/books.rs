//! Everybody's money, before and after. **Every unit that left the parties was burnt, and every unit that came to them was minted
//! by a block**: fees of transactions go to the chain's one author, who is a party as well, and so does what each block mints for
//! its author. What it mints for the treasury is issued too. Blocks are counted between the two that the books are read at.

use hashcard_chain::{account_of, Account, At, Chain, ChainError};
use hashcard_journey_tests::{ensure, Failure, Node, Told};
use serde_json::{json, Value};

use crate::cast::{Cast, Role};

/// One CARD in the smallest unit.
pub const CARD: u128 = 1_000_000_000_000;
/// Storage key of `Balances::TotalIssuance`: the two names' hashes (twox128), one after the other.
const TOTAL_ISSUANCE: &str = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80";

/// What each block mints, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Minted {
    author: u128,
    treasury: u128,
}

/// Money that came or went between two readings of the books, besides what each block mints. In the smallest unit.
#[derive(Clone, Debug)]
pub struct Flows {
    /// What was destroyed, in words and amounts.
    pub burnt: Vec<(&'static str, u128)>,
    /// What was minted for parties, likewise.
    pub minted: Vec<(&'static str, u128)>,
}

impl Flows {
    fn sum(flows: &[(&str, u128)]) -> u128 {
        flows.iter().map(|(_, amount)| amount).sum()
    }
}

/// What everybody has, held money included, and what the chain has issued, in the smallest unit, after one final block.
pub struct Books {
    block: u32,
    rows: Vec<(&'static str, u128)>,
    issued: u128,
    per_block: Minted,
}

impl Books {
    /// As they are at the finalised head, with accounts of the chain's own that are parties.
    pub async fn read(cast: &Cast, roles: &[Role], own: &[(&'static str, Account)]) -> Told<Self> {
        let node = cast.node()?;
        let chain = Chain::connect(&node.url()).await.map_err(said)?;
        let at = chain.finalized().await.map_err(said)?;
        let mut accounts = Vec::new();
        for (role, _) in roles {
            accounts.push((
                *role,
                account_of(&cast.home(role)?.address().await?).map_err(said)?,
            ));
        }
        accounts.extend_from_slice(own);
        let mut rows = Vec::new();
        for (name, account) in accounts {
            let money = chain.at(at).balance(account).await.map_err(said)?;
            rows.push((name, money.free.saturating_add(money.held)));
        }
        Ok(Self {
            block: at.number,
            rows,
            issued: issued(node, at).await?,
            per_block: minted_per_block(node, at).await?,
        })
    }

    fn all(&self) -> u128 {
        self.rows.iter().map(|(_, money)| money).sum()
    }

    /// Fails unless the parties and the chain have lost what was burnt and got what blocks minted, to the unit. The table, in
    /// words.
    pub fn add_up(&self, after: &Self, flows: &Flows) -> Told<String> {
        ensure(after.per_block == self.per_block, || {
            format!("blocks minted {:?}, then {:?}", self.per_block, after.per_block)
        })?;
        let blocks = u128::from(after.block.saturating_sub(self.block));
        let (to_author, to_treasury) = (blocks * self.per_block.author, blocks * self.per_block.treasury);
        let (burnt, minted) = (Flows::sum(&flows.burnt), Flows::sum(&flows.minted));
        ensure(
            self.issued + to_author + to_treasury + minted == after.issued + burnt,
            || {
                format!(
                    "{} units were issued and {} are; {blocks} blocks minted {to_author} and {to_treasury}; {flows:?}",
                    self.issued, after.issued
                )
            },
        )?;
        let (had, have) = (self.all(), after.all());
        ensure(had + to_author + minted == have + burnt, || {
            format!("the parties had {had} and have {have}; {to_author} were minted for an author; {flows:?}")
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
        lines.push(line("all", had, have));
        for (why, amount) in &flows.burnt {
            lines.push(format!("burnt {why}: {amount}"));
        }
        for (why, amount) in &flows.minted {
            lines.push(format!("minted {why}: {amount}"));
        }
        lines.push(format!("minted by {blocks} blocks for their author: {to_author}"));
        Ok(lines.join("\n"))
    }
}

fn said(error: ChainError) -> Failure {
    Failure::new(error.to_string())
}

/// A block's hash as the node's JSON-RPC takes it.
fn hash_of(at: At) -> String {
    let digits: String = at.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

/// What the chain has issued after a block.
async fn issued(node: &Node, at: At) -> Told<u128> {
    let stored = node
        .ask("state_getStorage", json!([TOTAL_ISSUANCE, hash_of(at)]))
        .await?;
    match amounts(&stored)?[..] {
        [issued] => Ok(issued),
        _ => Err(Failure::new(format!("no issuance: {stored}"))),
    }
}

/// What blocks mint for their author and the treasury: the first two amounts of `RewardsApi::emission`.
async fn minted_per_block(node: &Node, at: At) -> Told<Minted> {
    let answer = node
        .ask("state_call", json!(["RewardsApi_emission", "0x", hash_of(at)]))
        .await?;
    match amounts(&answer)?[..] {
        [author, treasury, ..] => Ok(Minted { author, treasury }),
        _ => Err(Failure::new(format!("no emission: {answer}"))),
    }
}

/// The amounts at the begin of hexadecimal SCALE: 16 bytes each, least first. What is shorter at the end is left out.
fn amounts(hexadecimal: &Value) -> Told<Vec<u128>> {
    let digits = hexadecimal
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .filter(|digits| digits.is_ascii())
        .ok_or_else(|| Failure::new(format!("no bytes: {hexadecimal}")))?;
    let amount = |at: usize| {
        let big_endian: String = (0..16)
            .rev()
            .map(|byte| &digits[at + 2 * byte..at + 2 * byte + 2])
            .collect();
        u128::from_str_radix(&big_endian, 16).map_err(|error| Failure::new(error.to_string()))
    };
    (0..digits.len() / 32).map(|number| amount(32 * number)).collect()
}

/// An amount in CARD, from the digits of the smallest unit.
pub fn in_card(units: u128) -> String {
    let part = format!("{:012}", units % CARD);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part} CARD", units / CARD)
}
