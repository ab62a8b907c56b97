//! The rules of pools and vouchers, written a second time: what must happen is said before anybody looks at what did.

use hashcard_primitives::{
    card::CardId,
    channel::{PoolId, SessionId, Voucher, VoucherPayment, VoucherRefusal},
};
use hashcard_runtime::AccountId;
use sp_core::{ed25519, Pair};
use std::collections::BTreeMap;

/// Most lines of a lane.
const MOST_LINES: u32 = 256;

/// A card as payments see it.
#[derive(Clone, Debug)]
pub struct Card {
    /// `None` when nothing is left of the card.
    pub creator: Option<AccountId>,
    /// Parts per million.
    pub share: u128,
}

#[derive(Clone, Default, Debug)]
pub struct Lane {
    pub reserve: u128,
    pub room: u32,
    /// Paid so far, by card.
    pub paid: BTreeMap<CardId, u128>,
}

#[derive(Clone)]
pub struct Session {
    pub cap: u128,
    pub charged: u128,
    pub expires_at: u32,
    pub lanes: BTreeMap<AccountId, Lane>,
    /// Rows that `end_session` has freed.
    pub freed: u32,
    /// Reserves that it has returned.
    pub returned: u128,
}

impl Session {
    fn rows(&self) -> u32 {
        let lines: usize = self.lanes.values().map(|lane| lane.paid.len()).sum();
        1 + self.lanes.len() as u32 + lines as u32
    }

    /// Rows that it still has; none when it has ended.
    pub fn rows_left(&self) -> u32 {
        self.rows() - self.freed
    }

    /// Money that its lanes still hold.
    pub fn reserved(&self) -> u128 {
        self.lanes.values().map(|lane| lane.reserve).sum::<u128>() - self.returned
    }

    /// All that it ever paid.
    pub fn spent(&self) -> u128 {
        self.lanes.values().flat_map(|lane| lane.paid.values()).sum()
    }
}

#[derive(Clone)]
pub struct Pool {
    pub owner: AccountId,
    pub unreserved: u128,
    /// Ever put in.
    pub put_in: u128,
    pub closes_at: Option<u32>,
    pub sessions: Vec<Session>,
    /// Rows that `withdraw` has freed.
    pub freed: u32,
    /// Whether its money went back.
    pub returned: bool,
}

impl Pool {
    pub fn is_over(&self, now: u32) -> bool {
        self.closes_at.is_some_and(|last| now > last)
    }

    /// Rows that it still has; none when it is gone.
    pub fn rows_left(&self) -> u32 {
        1 + self.sessions.iter().map(Session::rows_left).sum::<u32>() - self.freed
    }

    /// What is on hold for it.
    pub fn money(&self) -> u128 {
        match self.returned {
            true => 0,
            false => self.unreserved + self.sessions.iter().map(Session::reserved).sum::<u128>(),
        }
    }
}

/// Who has more or less after vouchers were paid, and what is gone for ever.
#[derive(Default, Debug)]
pub struct Effect {
    pub wealth: BTreeMap<AccountId, i128>,
    pub burnt: u128,
}

impl Effect {
    pub fn add(&mut self, who: &AccountId, amount: i128) {
        *self.wealth.entry(who.clone()).or_default() += amount;
    }
}

/// All that the chain should know.
#[derive(Clone, Default)]
pub struct Books {
    pub pools: Vec<Pool>,
    pub cards: Vec<Card>,
}

impl Books {
    /// Whether an opening of lanes is taken; if so it is booked.
    pub fn open_lanes(
        &mut self,
        pool: usize,
        session: usize,
        by: &AccountId,
        openings: &[(AccountId, u128, u16)],
        now: u32,
    ) -> bool {
        let Some(old) = self.pools.get(pool).filter(|pool| pool.rows_left() > 0) else {
            return false;
        };
        let mut new = old.clone();
        let Some(spender) = new.sessions.get_mut(session) else {
            return false;
        };
        let in_time = new.closes_at.is_none() && spender.rows_left() > 0 && now <= spender.expires_at;
        if !in_time || *by != new.owner || openings.is_empty() {
            return false;
        }
        for (payee, reserve, lines) in openings {
            let is_new = !spender.lanes.contains_key(payee);
            let adds = *lines > 0 || (!is_new && *reserve > 0);
            let covered = *reserve <= spender.cap - spender.charged && *reserve <= new.unreserved;
            if *payee == new.owner || !adds || !covered {
                return false;
            }
            let lane = spender.lanes.entry(payee.clone()).or_default();
            lane.reserve += reserve;
            lane.room += u32::from(*lines);
            if lane.room > MOST_LINES {
                return false;
            }
            spender.charged += reserve;
            new.unreserved -= reserve;
        }
        self.pools[pool] = new;
        true
    }

    /// What must become of a voucher that somebody sends; what is paid is booked. `is_signed` says whether its signature is good.
    pub fn redeem(
        &mut self,
        voucher: &Voucher<AccountId>,
        is_signed: bool,
        sender: &AccountId,
        now: u32,
        effect: &mut Effect,
    ) -> Result<VoucherPayment, VoucherRefusal> {
        let lines: Vec<_> = voucher
            .lines
            .iter()
            .map(|line| (line.card, line.cumulative))
            .collect();
        if lines.is_empty() || lines.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(VoucherRefusal::Malformed);
        }
        let pool = self
            .pools
            .get_mut(voucher.pool as usize)
            .filter(|pool| pool.rows_left() > 0 && !pool.is_over(now))
            .ok_or(VoucherRefusal::UnknownPool)?;
        let session = pool
            .sessions
            .get_mut(voucher.session as usize)
            .filter(|session| session.rows_left() > 0)
            .ok_or(VoucherRefusal::UnknownSession)?;
        if now > session.expires_at {
            return Err(VoucherRefusal::SessionExpired);
        }
        let lane = session
            .lanes
            .get_mut(&voucher.payee)
            .ok_or(VoucherRefusal::NoLane)?;
        if let Some((card, _)) = lines.iter().find(|(card, _)| *card as usize >= self.cards.len()) {
            return Err(VoucherRefusal::UnknownCard { card: *card });
        }
        if !is_signed {
            return Err(VoucherRefusal::BadSignature);
        }
        let owed: Vec<_> = lines
            .iter()
            .map(|(card, sum)| (*card, sum.saturating_sub(*lane.paid.get(card).unwrap_or(&0))))
            .filter(|(_, due)| *due > 0)
            .collect();
        if owed.is_empty() {
            return Err(VoucherRefusal::NothingDue);
        }
        let new = owed.iter().filter(|(card, _)| !lane.paid.contains_key(card));
        if lane.paid.len() + new.count() > lane.room as usize {
            return Err(VoucherRefusal::NoRoomForLine);
        }
        let beyond = pool.unreserved.min(session.cap - session.charged);
        let is_own = *sender == voucher.payee;
        let reserve = if is_own { lane.reserve } else { 0 };
        if reserve + beyond == 0 {
            return Err(VoucherRefusal::NothingLeft);
        }

        let mut payment = VoucherPayment {
            paid: 0,
            to_payee: 0,
            shortfall: 0,
        };
        for (card, due) in owed {
            let from_reserve = if is_own { due.min(lane.reserve) } else { 0 };
            let more = (due - from_reserve)
                .min(pool.unreserved)
                .min(session.cap - session.charged);
            let paid = from_reserve + more;
            payment.shortfall = payment.shortfall.saturating_add(due - paid);
            if paid == 0 {
                continue;
            }
            lane.reserve -= from_reserve;
            pool.unreserved -= more;
            session.charged += more;
            *lane.paid.entry(card).or_default() += paid;
            payment.paid += paid;

            let burnt = paid / 100;
            let Card { creator, share } = &self.cards[card as usize];
            let to_creator = match creator {
                Some(creator) if *creator != voucher.payee => (paid * share / 1_000_000).min(paid - burnt),
                _ => 0,
            };
            payment.to_payee += paid - burnt - to_creator;
            effect.burnt += burnt;
            effect.add(&pool.owner, -(paid as i128));
            effect.add(&voucher.payee, (paid - burnt - to_creator) as i128);
            if let Some(creator) = creator {
                effect.add(creator, to_creator as i128);
            }
        }
        Ok(payment)
    }
}

/// The key of a session: every session has its own.
pub fn pair_of(pool: PoolId, session: SessionId) -> ed25519::Pair {
    let mut seed = [0x5E; 32];
    seed[..8].copy_from_slice(&pool.to_le_bytes());
    seed[8..12].copy_from_slice(&session.to_le_bytes());
    ed25519::Pair::from_seed(&seed)
}
