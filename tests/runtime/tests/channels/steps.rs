//! What can happen next.

use proptest::prelude::*;

/// How a voucher is not what it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    Nothing,
    /// A bit of the signature is another.
    Forged,
    /// It was signed for another chain.
    OtherChain,
    /// It was signed for another pool.
    OtherPool,
    /// It was signed for another payee.
    OtherPayee,
    /// By the key of another session.
    OtherKey,
    /// It names a card that never was.
    UnknownCard,
    /// Its lines are not in order.
    Disorder,
    /// It names a session that never was.
    NoSession,
    /// It names a pool that never was.
    NoPool,
}

/// A voucher: by which session, to whom, and by how much it raises what was promised for each card. `None` leaves a card
/// out.
#[derive(Clone, Copy, Debug)]
pub struct Promise {
    pub pool: usize,
    pub session: usize,
    pub payee: usize,
    pub raises: [Option<u128>; 4],
    pub wrong: Wrong,
}

/// Who is to act: the owner, or whoever tries.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    Owner,
    Anybody(usize),
}

#[derive(Clone, Debug)]
pub enum Step {
    Open {
        by: usize,
        amount: u128,
    },
    TopUp {
        pool: usize,
        by: Who,
        amount: u128,
    },
    AddSession {
        pool: usize,
        by: Who,
        cap: u128,
        blocks: u32,
    },
    OpenLanes {
        pool: usize,
        session: usize,
        by: Who,
        lanes: Vec<(usize, u128, u16)>,
    },
    Redeem {
        by: usize,
        promises: Vec<Promise>,
    },
    /// The same vouchers once more.
    RedeemAgain {
        by: usize,
    },
    Close {
        pool: usize,
        by: Who,
    },
    Withdraw {
        pool: usize,
        by: usize,
        limit: u32,
    },
    EndSession {
        pool: usize,
        session: usize,
        by: usize,
        limit: u32,
    },
    /// For somebody whom something waits for; the claimant may give him an account first.
    ClaimUnclaimed {
        payee: usize,
        by: usize,
        endow: bool,
    },
    Wait {
        blocks: u32,
    },
}

fn pick() -> impl Strategy<Value = usize> {
    0..24usize
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![9 => Just(Who::Owner), 1 => pick().prop_map(Who::Anybody)]
}

/// From a unit to a few CARD: some too small for an account, most not.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        3 => 1..5_000u128,
        4 => 1_000_000_000..9_000_000_000u128,
        2 => 1_000_000_000_000..4_000_000_000_000u128,
    ]
}

fn raise() -> impl Strategy<Value = Option<u128>> {
    prop::option::weighted(
        0.6,
        prop_oneof![12 => amount(), 1 => Just(0), 1 => Just(u128::MAX)],
    )
}

fn wrong() -> impl Strategy<Value = Wrong> {
    prop_oneof![
        12 => Just(Wrong::Nothing),
        1 => prop::sample::select(vec![
            Wrong::Forged,
            Wrong::OtherChain,
            Wrong::OtherPool,
            Wrong::OtherPayee,
            Wrong::OtherKey,
            Wrong::UnknownCard,
            Wrong::Disorder,
            Wrong::NoSession,
            Wrong::NoPool,
        ]),
    ]
}

fn promise() -> impl Strategy<Value = Promise> {
    let raises = prop::array::uniform4(raise());
    (pick(), pick(), pick(), raises, wrong()).prop_map(|(pool, session, payee, raises, wrong)| Promise {
        pool,
        session,
        payee,
        raises,
        wrong,
    })
}

fn lanes() -> impl Strategy<Value = Vec<(usize, u128, u16)>> {
    let reserve = prop_oneof![1 => Just(0u128), 4 => amount()];
    let lines = prop_oneof![1 => Just(0u16), 6 => 1..4u16, 1 => 250..260u16];
    prop::collection::vec((pick(), reserve, lines), 1..4)
}

fn limit() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 1..8u32, 2 => Just(512u32), 1 => prop::sample::select(vec![0, 513])]
}

/// Any step, those that make others possible more often.
pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (pick(), amount()).prop_map(|(by, amount)| Step::Open { by, amount }),
        3 => (pick(), who(), prop_oneof![6 => amount(), 1 => Just(0)])
            .prop_map(|(pool, by, amount)| Step::TopUp { pool, by, amount }),
        7 => (pick(), who(), prop_oneof![6 => amount(), 3 => Just(u128::MAX), 1 => Just(0)], 0..25u32)
            .prop_map(|(pool, by, cap, blocks)| Step::AddSession { pool, by, cap, blocks }),
        12 => (pick(), pick(), who(), lanes())
            .prop_map(|(pool, session, by, lanes)| Step::OpenLanes { pool, session, by, lanes }),
        22 => (pick(), prop::collection::vec(promise(), 0..5))
            .prop_map(|(by, promises)| Step::Redeem { by, promises }),
        2 => pick().prop_map(|by| Step::RedeemAgain { by }),
        3 => (pick(), who()).prop_map(|(pool, by)| Step::Close { pool, by }),
        5 => (pick(), pick(), limit()).prop_map(|(pool, by, limit)| Step::Withdraw { pool, by, limit }),
        5 => (pick(), pick(), pick(), limit())
            .prop_map(|(pool, session, by, limit)| Step::EndSession { pool, session, by, limit }),
        3 => (pick(), pick(), prop::bool::weighted(0.3))
            .prop_map(|(payee, by, endow)| Step::ClaimUnclaimed { payee, by, endow }),
        6 => prop_oneof![3 => 1..6u32, 1 => 20..22u32].prop_map(|blocks| Step::Wait { blocks }),
    ]
}
