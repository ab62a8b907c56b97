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
use crate::command::{Earned, EarnedBefore, EarnedLine, EarnedSession, Outcome};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Events;
use crate::pay::redeem::Redeemer;
use crate::pay::till::Cashier;
use crate::wallet::AccountName;

/// Cards that are asked about at a time.
const ASKED_AT_ONCE: usize = 8;

/// Shows what the account earned; first has what is worth it paid, if asked.
pub async fn earn(
    engine: &Engine,
    account: &AccountName,
    redeem: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let cashier = engine.cashier(actor.account).await?;
    let mut redeemer = Redeemer::new(cashier.clone(), actor.clone());
    if redeem {
        redeemer.redeem_all(engine, events).await?;
    }
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    redeemer.refresh(chain, at, usize::MAX).await?;
    let (seats, bonded) = bonded(&chain.at(at), actor.account).await?;
    let mut earned = of_books(&cashier);
    earned.account = address_of(&actor.account);
    earned.seats = seats;
    earned.bonded = Amount(bonded);
    earned.block = at.number;
    Ok(Outcome::Earned(earned))
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
fn of_books(cashier: &Cashier) -> Earned {
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
    lines.sort_by_key(|line| (line.card, line.pool, line.session));
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
    Earned {
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
        block: 0,
        lines,
        sessions,
        before,
    }
}

fn redemptions(lines: &[EarnedLine], before: &[EarnedBefore]) -> Amount {
    let lines = lines.iter().map(|line| line.redeemed);
    sum(lines.chain(before.iter().map(|line| line.redeemed)))
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    Amount(amounts.fold(0, |sum: Balance, amount| sum.saturating_add(amount.0)))
}
