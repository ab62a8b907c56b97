//! Pools, sessions, lanes, and vouchers signed by a session's key.

use super::{done, market, turn, Sent};
use crate::{transactions::Person, GENESIS};
use hashcard_primitives::{
    card::CardId,
    channel::{
        LaneOpening, PoolId, SessionKey, SignedVoucher, Voucher, VoucherLine, MAX_LANES, MAX_LINES,
        MAX_REDEEMED_LINES, MAX_VOUCHERS,
    },
    Balance,
};
use hashcard_runtime::{
    constants::money::{CARD, MILLICARD},
    AccountId, Runtime, RuntimeCall,
};
use pallet_channels::Call;
use sp_core::{ed25519, Pair};

/// Reserve of each lane: for more raises than any block has room for.
const RESERVE: Balance = 10_000 * CARD;
/// By which every line of every further voucher is higher.
const RAISE: Balance = MILLICARD;
/// Beside those who are paid.
const PAYER: u32 = 1_000_000;
const CREATOR: u32 = 1_000_001;

fn session_pair() -> ed25519::Pair {
    ed25519::Pair::from_seed(&[0x71; 32])
}

/// Who pays, in a session that does not end.
pub struct Till {
    owner: Person,
    pool: PoolId,
}

impl Till {
    /// With money for everybody here.
    pub fn open() -> Self {
        let owner = Person::rich(PAYER);
        let pool = pallet_channels::NextPool::<Runtime>::get();
        let deposit = 900_000 * CARD;
        done(&owner, Call::<Runtime>::open_pool { deposit });
        let till = Self { owner, pool };
        done(&till.owner, till.session());
        till
    }

    /// The session's owner, its pool, and the session.
    pub fn place(&self) -> (&Person, PoolId) {
        (&self.owner, self.pool)
    }

    fn session(&self) -> RuntimeCall {
        Call::<Runtime>::add_session {
            pool: self.pool,
            key: SessionKey::Ed25519(session_pair().public().0),
            cap: 900_000 * CARD,
            expires_at: u32::MAX,
        }
        .into()
    }

    /// What opens lanes for these payees.
    pub fn lanes(
        &self,
        payees: impl Iterator<Item = AccountId>,
        reserve: Balance,
        lines: u16,
    ) -> RuntimeCall {
        let opening = |payee| LaneOpening {
            payee,
            reserve,
            lines,
        };
        let openings: Vec<_> = payees.map(opening).collect();
        Call::<Runtime>::open_lanes {
            pool: self.pool,
            session: 0,
            openings: openings.try_into().expect("no more than one call opens"),
        }
        .into()
    }

    /// A promise of so much for each of these cards.
    pub fn voucher(
        &self,
        payee: &AccountId,
        cards: &[CardId],
        cumulative: Balance,
    ) -> SignedVoucher<AccountId> {
        let line = |card: &CardId| VoucherLine {
            card: *card,
            cumulative,
        };
        let lines: Vec<_> = cards.iter().map(line).collect();
        let voucher = Voucher {
            pool: self.pool,
            session: 0,
            payee: payee.clone(),
            lines: lines.try_into().expect("no more than a voucher has"),
        };
        let signature = session_pair().sign(&voucher.signed_bytes(&GENESIS)).0;
        SignedVoucher { voucher, signature }
    }
}

/// `count` calls of so many vouchers with so many lines. Every call raises every line of its vouchers.
fn redemptions(count: u32, vouchers: u32, lines: u32) -> Vec<Sent> {
    let till = Till::open();
    let cards: Vec<_> = market::published(&Person::rich(CREATOR), lines)
        .into_iter()
        .map(|(card, _)| card)
        .collect();
    let payees = Person::crowd(0, MAX_LANES);
    let accounts = payees.iter().map(|payee| payee.account.clone());
    done(&till.owner, till.lanes(accounts, RESERVE, lines as u16));
    let mut promised = vec![0; payees.len()];
    let mut voucher = |payee: usize| {
        promised[payee] += RAISE;
        till.voucher(&payees[payee].account, &cards, promised[payee])
    };
    (0..count)
        .map(|number| {
            let of_call = |place: u32| ((number * vouchers + place) % MAX_LANES) as usize;
            let list: Vec<_> = (0..vouchers).map(|place| voucher(of_call(place))).collect();
            Sent {
                by: turn(&payees, number * vouchers).clone(),
                call: Call::<Runtime>::redeem {
                    vouchers: list.try_into().expect("no more than one call redeems"),
                }
                .into(),
            }
        })
        .collect()
}

/// One voucher of one line each.
pub fn redeems(count: u32) -> Vec<Sent> {
    redemptions(count, 1, 1)
}

/// As many vouchers as a call takes, of one line each.
pub fn many_vouchers(count: u32) -> Vec<Sent> {
    redemptions(count, MAX_VOUCHERS, 1)
}

/// As many lines as a call takes, in as few vouchers as hold them.
pub fn many_lines(count: u32) -> Vec<Sent> {
    redemptions(count, MAX_REDEEMED_LINES / MAX_LINES, MAX_LINES)
}

/// Pools of one unit.
pub fn pools(count: u32) -> Vec<Sent> {
    let open = |by| Sent {
        by,
        call: Call::<Runtime>::open_pool { deposit: 1 }.into(),
    };
    Person::crowd(0, count).into_iter().map(open).collect()
}

/// Sessions of one pool.
pub fn sessions(count: u32) -> Vec<Sent> {
    let till = Till::open();
    let add = |_| Sent {
        by: till.owner.clone(),
        call: till.session(),
    };
    (0..count).map(add).collect()
}

/// As many lanes as one call opens, with nothing in them, for payees who do not exist.
pub fn lanes(count: u32) -> Vec<Sent> {
    let till = Till::open();
    let open = |number: u32| {
        let payees = (0..MAX_LANES).map(|place| Person::numbered(number * MAX_LANES + place).account);
        Sent {
            by: till.owner.clone(),
            call: till.lanes(payees, 0, 1),
        }
    };
    (0..count).map(open).collect()
}

/// Lanes and, by every second call, a unit for each of their payees, none of whom exists: each leaves a row of what waits for him.
/// **The lanes' deposits come back when the pool closes, and that row stays, without any.**
pub fn unclaimed(count: u32) -> Vec<Sent> {
    let till = Till::open();
    let author = Person::rich(CREATOR);
    let card = super::small::posted(&author, 1)[0];
    let call = |number: u32| {
        let first = number / 2 * MAX_VOUCHERS;
        let payees: Vec<_> = (first..first + MAX_VOUCHERS)
            .map(|payee| Person::numbered(payee).account)
            .collect();
        match number % 2 {
            0 => till.lanes(payees.into_iter(), 1, 1),
            _ => {
                let vouchers: Vec<_> = payees
                    .iter()
                    .map(|payee| till.voucher(payee, &[card], 1))
                    .collect();
                Call::<Runtime>::redeem {
                    vouchers: vouchers.try_into().expect("no more than one call redeems"),
                }
                .into()
            }
        }
    };
    (0..count)
        .map(|number| Sent {
            by: till.owner.clone(),
            call: call(number),
        })
        .collect()
}
