//! Pools, as text.

use hashcard_engine::command::{Outcome, PoolShown};

use super::table::Table;

/// An outcome of `hashcard pool`.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::PoolOpened {
            pool, amount, fee, ..
        } => vec![
            format!("Pool {pool} is open, with {amount}. Fee: {fee}"),
            "Pay from it: hashcard fetch ID --max-price-per-mib P".to_owned(),
        ],
        Outcome::PoolToppedUp {
            pool, amount, fee, ..
        } => vec![format!("Pool {pool} has {amount} more. Fee: {fee}")],
        Outcome::Pools { pools, .. } => shown(pools, bold),
        Outcome::PoolCloses {
            pool, closes_at, fee, ..
        } => vec![
            format!("Pool {pool} closes: it pays what was promised up to block {closes_at}. Fee: {fee}"),
            format!("After that: hashcard pool withdraw --pool {pool}"),
        ],
        Outcome::PoolWithdrawn {
            pool,
            amount,
            deposits,
            removed,
            fee,
            ..
        } => {
            let first = match removed {
                true => format!("Pool {pool} is empty and gone: {amount} came back. Fees: {fee}"),
                false => format!("What expired sessions held is in pool {pool} again. Fees: {fee}"),
            };
            vec![first, format!("Deposits that came back: {deposits}")]
        }
        _ => Vec::new(),
    }
}

fn shown(pools: &[PoolShown], bold: bool) -> Vec<String> {
    if pools.is_empty() {
        return vec!["You have no pool. Open one: hashcard pool open 10".to_owned()];
    }
    let mut table = Table::new(["pool", "unreserved", "reserved", "unpromised", "pays until block"]);
    for pool in pools {
        let closes_at = pool.closes_at.map(|block| block.to_string());
        table.row([
            pool.pool.to_string(),
            pool.unreserved.to_string(),
            pool.reserved.to_string(),
            pool.unpromised.to_string(),
            closes_at.unwrap_or_else(|| "open".to_owned()),
        ]);
    }
    let mut lines = table.lines(bold);
    if pools.iter().any(|pool| !pool.sessions.is_empty()) {
        lines.push(String::new());
        lines.extend(sessions(pools, bold));
    }
    lines
}

fn sessions(pools: &[PoolShown], bold: bool) -> Vec<String> {
    let mut table = Table::new([
        "pool",
        "session",
        "cap",
        "charged",
        "promised here",
        "lanes",
        "until block",
    ]);
    for pool in pools {
        for session in &pool.sessions {
            let promised = session.promised.map(|promised| promised.to_string());
            table.row([
                pool.pool.to_string(),
                session.session.to_string(),
                session.cap.to_string(),
                session.charged.to_string(),
                promised.unwrap_or_else(|| "unknown".to_owned()),
                session.lanes.to_string(),
                session.expires_at.to_string(),
            ]);
        }
    }
    table.lines(bold)
}
