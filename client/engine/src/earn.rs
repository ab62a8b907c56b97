//! What serving brought, and what of it is money already.
//!
//! **A voucher is a promise; only what was redeemed was paid.** What is pending can still be lost: when the payer's pool runs dry, or
//! when nobody redeems before the session ends. The books that are shown are those that serve, if a daemon of this home does.

use std::collections::BTreeMap;

use futures::{stream, StreamExt, TryStreamExt};
use hashcard_chain::{address_of, Account, ChainAt};
use hashcard_primitives::card::CardId;
use hashcard_primitives::Balance;

use crate::amount::Amount;
use crate::command::{Earned, EarnedBefore, EarnedLine, EarnedSession, Outcome, Rewards};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Events;
use crate::pay::redeem::Redeemer;
use crate::pay::till::Cashier;
use crate::rewards::{self, Claimant};
use crate::wallet::AccountName;

/// Most rows of each list in one answer: at some 200 bytes each they fit a line of the home's socket. Sums are of all.
const MAX_ROWS: usize = 4_000;
/// Cards that are asked about at a time.
const ASKED_AT_ONCE: usize = 8;

/// Shows what the account earned; first has what is worth it redeemed, and its rewards paid, if asked.
pub async fn earn(
    engine: &Engine,
    account: &AccountName,
    redeem: bool,
    claim: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let cashier = engine.cashier(actor.account).await?;
    let mut redeemer = Redeemer::new(cashier.clone(), actor.clone());
    if redeem {
        redeemer.redeem_all(engine, events).await?;
    }
    let mut claimed = None;
    if claim {
        let mut claimant = Claimant::new(actor.clone(), false);
        claimed = Some(claimant.claim_all(engine, events).await?);
    }
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    redeemer.refresh(chain, at, usize::MAX).await?;
    let then = chain.at(at);
    let (seats, bonded) = bonded(&then, actor.account).await?;
    let rewards = rewards::shown(engine, chain, &then, actor.account).await?;
    let mut earned = of_books(&cashier, rewards);
    earned.claimed = claimed;
    earned.account = address_of(&actor.account);
    earned.seats = seats;
    earned.bonded = Amount(bonded);
    earned.block = at.number;
    Ok(Outcome::Earned(Box::new(earned)))
}

/// Live seats of an account, and what is bonded for them.
async fn bonded(then: &ChainAt, account: Account) -> Result<(u64, Balance), EngineError> {
    let cards = then.seats_of(account).await?;
    let bonds: Vec<Balance> = stream::iter(cards)
        .map(|card: CardId| async move { then.seats(card).await })
        .buffered(ASKED_AT_ONCE)
        .map_ok(|seats| {
            let own = seats.into_iter().find(|seat| seat.seeder == account);
            own.map(|seat| seat.bond)
        })
        .try_filter_map(|bond| async move { Ok(bond) })
        .try_collect()
        .await?;
    let sum = bonds.iter().copied().fold(0, Balance::saturating_add);
    Ok((bonds.len() as u64, sum))
}

/// What the books say, without what only the chain knows.
fn of_books(cashier: &Cashier, rewards: Rewards) -> Earned {
    let mut lines = Vec::new();
    let mut sessions = Vec::new();
    for (payer, heard) in cashier.sessions() {
        for (card, line) in cashier.lines(payer) {
            lines.push(EarnedLine {
                card,
                pool: payer.pool,
                session: payer.session,
                bytes: line.bytes,
                earned: Amount(line.earned),
                vouched: Amount(line.vouched),
                redeemed: Amount(line.redeemed),
                pending: Amount(line.vouched.saturating_sub(line.redeemed)),
            });
        }
        sessions.push(EarnedSession {
            pool: payer.pool,
            session: payer.session,
            reserve: Amount(heard.reserve),
            pending: Amount(cashier.pending(payer)),
            at_risk: Amount(cashier.at_risk(payer)),
            ends_at: heard.ends_at,
        });
    }
    let before: BTreeMap<CardId, _> = cashier.past();
    let before: Vec<EarnedBefore> = before
        .into_iter()
        .map(|(card, past)| EarnedBefore {
            card,
            bytes: past.bytes,
            redeemed: Amount(past.redeemed),
        })
        .collect();
    let bytes = lines.iter().map(|line| line.bytes);
    let bytes_before = before.iter().map(|line| line.bytes);
    let redeemed = redemptions(&lines, &before);
    let all = cashier.redeemed();
    let earned = Earned {
        account: String::new(),
        bytes: bytes.chain(bytes_before).fold(0, u64::saturating_add),
        vouched: sum(lines.iter().map(|line| line.vouched)),
        redeemed,
        pending: sum(sessions.iter().map(|session| session.pending)),
        at_risk: sum(sessions.iter().map(|session| session.at_risk)),
        received: Amount(all.received),
        fees: Amount(all.fees),
        bonded: Amount(0),
        seats: 0,
        more: false,
        rewards,
        claimed: None,
        block: 0,
        lines,
        sessions,
        before,
    };
    shortened(earned, MAX_ROWS)
}

/// In order, and no longer than an answer may be: what has most pending stays.
fn shortened(mut earned: Earned, most: usize) -> Earned {
    let longest = earned
        .lines
        .len()
        .max(earned.sessions.len())
        .max(earned.before.len());
    earned.more = longest > most;
    earned.lines.sort_by_key(|line| std::cmp::Reverse(line.pending));
    earned.lines.truncate(most);
    earned
        .lines
        .sort_by_key(|line| (line.card, line.pool, line.session));
    earned
        .sessions
        .sort_by_key(|session| std::cmp::Reverse(session.pending));
    earned.sessions.truncate(most);
    earned
        .sessions
        .sort_by_key(|session| (session.pool, session.session));
    earned.before.truncate(most);
    earned
}

fn redemptions(lines: &[EarnedLine], before: &[EarnedBefore]) -> Amount {
    let lines = lines.iter().map(|line| line.redeemed);
    sum(lines.chain(before.iter().map(|line| line.redeemed)))
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    Amount(amounts.fold(0, |sum: Balance, amount| sum.saturating_add(amount.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{CollectedRewards, PendingRewards};

    fn line(card: CardId, pending: Balance) -> EarnedLine {
        EarnedLine {
            card,
            pool: 1,
            session: 1,
            bytes: 0,
            earned: Amount(0),
            vouched: Amount(pending),
            redeemed: Amount(0),
            pending: Amount(pending),
        }
    }

    fn earned(lines: Vec<EarnedLine>) -> Earned {
        Earned {
            account: "hc".into(),
            lines,
            sessions: vec![],
            before: vec![],
            bytes: 0,
            vouched: Amount(0),
            redeemed: Amount(0),
            pending: Amount(6),
            at_risk: Amount(0),
            received: Amount(0),
            fees: Amount(0),
            bonded: Amount(0),
            seats: 0,
            more: false,
            rewards: Rewards {
                era: 0,
                ends_at_earliest: 0,
                ends_at_latest: 0,
                deliveries: None,
                claims: vec![],
                pending: PendingRewards {
                    claims: 0,
                    from_sales: Amount(0),
                    from_endowments: Amount(0),
                    deposits: Amount(0),
                },
                collectable: Amount(0),
                collected: CollectedRewards::default(),
                more: false,
            },
            claimed: None,
            block: 0,
        }
    }

    #[test]
    fn a_list_that_is_too_long_keeps_what_is_pending_and_the_sums_stay() {
        let lines = vec![line(3, 3), line(1, 1), line(2, 2)];
        let short = shortened(earned(lines.clone()), 2);
        assert_eq!(short.lines, [line(2, 2), line(3, 3)]);
        assert!(short.more && short.pending == Amount(6));
        let whole = shortened(earned(lines), 3);
        assert_eq!(whole.lines, [line(1, 1), line(2, 2), line(3, 3)]);
        assert!(!whole.more);
    }
}
