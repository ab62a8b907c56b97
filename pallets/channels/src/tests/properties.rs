//! Random lives of a few pools. Whatever people do: no unit is lost or made but the burnt fees, nobody is paid beyond what
//! was put in, every invariant holds, and in the end every pool is emptied.

use super::*;
use crate::{Lanes, Lines, Pools, Sessions, Unclaimed, MAX_FREED};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Open {
        who: u8,
        amount: Balance,
    },
    TopUp {
        pool: u64,
        amount: Balance,
    },
    AddSession {
        pool: u64,
        cap: Balance,
        blocks: u32,
    },
    OpenLane {
        pool: u64,
        session: u32,
        payee: u16,
        reserve: Balance,
        lines: u16,
    },
    Redeem {
        pool: u64,
        session: u32,
        payee: u16,
        cards: [Option<Balance>; 3],
        forged: bool,
    },
    Close {
        pool: u64,
    },
    Withdraw {
        pool: u64,
        limit: u32,
    },
    End {
        pool: u64,
        session: u32,
        limit: u32,
    },
    Claim {
        payee: u16,
    },
    Wait {
        blocks: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let amount = || prop_oneof![4 => 1..3_000u128, 1 => 0..200u128, 1 => Just(Balance::MAX)];
    let pool = || 0..4u64;
    let session = || 0..3u32;
    let payee = || 0..4u16;
    let limit = || prop_oneof![3 => 1..6u32, 1 => Just(MAX_FREED)];
    prop_oneof![
        2 => (0..2u8, amount()).prop_map(|(who, amount)| Step::Open { who, amount }),
        1 => (pool(), amount()).prop_map(|(pool, amount)| Step::TopUp { pool, amount }),
        3 => (pool(), amount(), 1..30u32)
            .prop_map(|(pool, cap, blocks)| Step::AddSession { pool, cap, blocks }),
        5 => (pool(), session(), payee(), 0..900u128, 0..4u16)
            .prop_map(|(pool, session, payee, reserve, lines)| {
                Step::OpenLane { pool, session, payee, reserve, lines }
            }),
        9 => (
            pool(),
            session(),
            payee(),
            prop::array::uniform3(prop::option::weighted(0.7, amount())),
            prop::bool::weighted(0.1),
        )
            .prop_map(|(pool, session, payee, cards, forged)| {
                Step::Redeem { pool, session, payee, cards, forged }
            }),
        1 => pool().prop_map(|pool| Step::Close { pool }),
        2 => (pool(), limit()).prop_map(|(pool, limit)| Step::Withdraw { pool, limit }),
        2 => (pool(), session(), limit())
            .prop_map(|(pool, session, limit)| Step::End { pool, session, limit }),
        1 => payee().prop_map(|payee| Step::Claim { payee }),
        3 => (1..12u32).prop_map(|blocks| Step::Wait { blocks }),
    ]
}

/// Two who have an account, and two who do not.
fn payee(number: u16) -> AccountId32 {
    match number {
        0 => PAYEE,
        1 => CREATOR,
        other => someone(other),
    }
}

fn owner(pool: u64) -> RuntimeOrigin {
    by(Pools::<Test>::get(pool).map_or(STRANGER, |pool| pool.owner))
}

fn take(step: Step) {
    let _ = match step {
        Step::Open { who, amount } => {
            Channels::open_pool(by([OWNER, STRANGER][usize::from(who)].clone()), amount)
        }
        Step::TopUp { pool, amount } => Channels::top_up(owner(pool), pool, amount),
        Step::AddSession { pool, cap, blocks } => {
            Channels::add_session(owner(pool), pool, key(), cap, System::block_number() + blocks)
        }
        Step::OpenLane {
            pool,
            session,
            payee: to,
            reserve,
            lines,
        } => {
            let lane = openings(&[(payee(to), reserve, lines)]);
            Channels::open_lanes(owner(pool), pool, session, lane)
        }
        Step::Redeem {
            pool,
            session,
            payee: to,
            cards,
            forged,
        } => {
            let lines: Vec<_> = (FILM..).zip(cards).collect();
            let lines: Vec<_> = lines
                .into_iter()
                .filter_map(|(card, amount)| Some((card, amount?)))
                .collect();
            let mut voucher = voucher(&payee(to), &lines);
            (voucher.pool, voucher.session) = (pool, session);
            let mut voucher = signed(voucher);
            voucher.signature[5] ^= u8::from(forged);
            let sender = [payee(to), STRANGER][pool as usize % 2].clone();
            Channels::redeem(by(sender), batch(&[voucher]))
        }
        Step::Close { pool } => Channels::close_pool(owner(pool), pool),
        Step::Withdraw { pool, limit } => Channels::withdraw(by(PAYEE), pool, limit)
            .map(|_| ())
            .map_err(|failed| failed.error),
        Step::End { pool, session, limit } => Channels::end_session(by(PAYEE), pool, session, limit)
            .map(|_| ())
            .map_err(|failed| failed.error),
        Step::Claim { payee: to } => Channels::claim_unclaimed(by(STRANGER), payee(to)),
        Step::Wait { blocks } => {
            go_to(System::block_number() + blocks);
            Ok(())
        }
    };
}

fn burnt_in_events() -> Balance {
    let burnt = |event| match event {
        Event::Redeemed { burnt, .. } => burnt,
        _ => 0,
    };
    events().into_iter().map(burnt).sum()
}

fn empty_every_pool() {
    for pool in Pools::<Test>::iter_keys().collect::<Vec<_>>() {
        let _ = Channels::close_pool(owner(pool), pool);
    }
    go_to(System::block_number() + CLOSING_WINDOW + 1);
    for pool in Pools::<Test>::iter_keys().collect::<Vec<_>>() {
        assert_ok!(Channels::withdraw(by(PAYEE), pool, MAX_FREED));
    }
    assert_eq!(Pools::<Test>::iter().count(), 0);
    assert_eq!(Sessions::<Test>::iter().count(), 0);
    assert_eq!(Lanes::<Test>::iter().count(), 0);
    assert_eq!(Lines::<Test>::iter().count(), 0);
    for who in [OWNER, STRANGER] {
        assert_eq!(held(HoldReason::Pool, &who), 0);
        assert_eq!(held(HoldReason::Deposit, &who), 0);
    }
}

proptest! {
    // Each step looks at every row; the same is done at length on the real runtime.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_life_of_a_pool_makes_or_loses_a_unit(steps in prop::collection::vec(step(), 1..60)) {
        chain(|| {
            for card in [FILM, FILM + 1, FILM + 2] {
                FakeCards::publish(card, if card == FILM { CREATOR } else { someone(9) }, TENTH);
            }
            assert_ok!(Channels::open_pool(by(OWNER), 4_000));
            assert_ok!(Channels::add_session(by(OWNER), 0, key(), 3_000, 40));
            for step in steps {
                let issued = Balances::total_issuance();
                System::reset_events();
                take(step);
                assert_eq!(issued - Balances::total_issuance(), burnt_in_events());
                check();
            }
            empty_every_pool();
            let waiting: Balance = Unclaimed::<Test>::iter_values().sum();
            assert_eq!(held(HoldReason::Unclaimed, &Channels::account_id()), waiting);
        });
    }
}
