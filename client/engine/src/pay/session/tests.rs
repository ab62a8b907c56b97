use super::*;
use hashcard_protocol::ledger::LineRecord;

const ALICE: Account = [7; 32];
const BOB: Account = [8; 32];

fn pool(unreserved: Balance) -> PoolView<Account> {
    PoolView {
        id: 41,
        owner: [1; 32],
        unreserved,
        reserved: 0,
        closes_at: None,
        sessions: 1,
        next_session: 9,
    }
}

fn known(id: SessionId, cap: Balance, expires_at: BlockNumber) -> Known {
    Known {
        view: SessionView {
            id,
            key: SessionKey::Ed25519([0; 32]),
            cap,
            charged: 0,
            expires_at,
            lanes: 0,
        },
        lines: Some(Lines::new()),
        lanes: BTreeMap::new(),
        in_use: None,
    }
}

fn promising(mut known: Known, lines: &[(Account, u64, Balance)]) -> Known {
    let line = |promised| LineRecord { owed: 0, promised };
    known.lines = Some(
        lines
            .iter()
            .map(|(payee, card, promised)| ((*payee, *card), line(*promised)))
            .collect(),
    );
    known
}

fn lane(reserve: Balance, redeemed: Balance) -> LaneState {
    LaneState {
        reserve,
        redeemed,
        ..LaneState::default()
    }
}

fn at(head: BlockNumber, sessions: Vec<Known>) -> Standing {
    Standing { head, sessions }
}

#[test]
fn what_is_redeemed_or_reserved_is_not_outstanding() {
    let mut session = promising(known(0, 100, 50), &[(ALICE, 1, 30), (ALICE, 2, 10), (BOB, 1, 5)]);
    assert_eq!(session.outstanding(), 45);
    session.lanes = BTreeMap::from([(ALICE, lane(15, 10)), (BOB, lane(9, 0))]);
    assert_eq!(session.outstanding(), 15);
    assert_eq!(session.promised(), 45);
}

#[test]
fn money_that_was_promised_or_may_be_is_not_promised_again() {
    let mut busy = known(1, 100, 50);
    busy.in_use = Some(20);
    let promised = promising(known(2, 100, 50), &[(ALICE, 1, 30)]);
    // Its vouchers count no more.
    let expired = promising(known(0, 100, 9), &[(ALICE, 1, 40)]);
    let standing = at(10, vec![expired, busy, promised]);
    assert_eq!(standing.unpromised(&pool(100)), 50);
    assert_eq!(standing.unpromised(&pool(40)), 0);
}

#[test]
fn a_session_is_used_again_while_it_lasts_and_covers_the_budget() {
    let id = |standing: &Standing, budget| standing.usable(100, budget).map(|known| known.view.id);
    assert_eq!(id(&at(10, vec![known(3, 50, 110)]), 50), Some(3));
    assert_eq!(id(&at(10, vec![known(3, 50, 109)]), 50), None);
    assert_eq!(id(&at(10, vec![known(3, 50, 110)]), 51), None);
    let mut charged = known(3, 50, 110);
    charged.view.charged = 1;
    assert_eq!(id(&at(10, vec![charged]), 50), None);
    let promised = promising(known(3, 50, 110), &[(ALICE, 1, 1)]);
    assert_eq!(id(&at(10, vec![promised]), 50), None);
    let two = at(10, vec![known(3, 50, 110), known(4, 50, 200)]);
    assert_eq!(id(&two, 50), Some(4));
}

#[test]
fn a_session_without_a_record_here_or_with_another_fetch_is_left_alone() {
    let mut lost = known(3, 50, 500);
    lost.lines = None;
    let mut busy = known(4, 50, 500);
    busy.in_use = Some(1);
    assert!(at(10, vec![lost, busy]).usable(1, 1).is_none());
}

#[test]
fn a_session_is_one_fetchs_at_a_time() {
    let sessions = SessionsInUse::default();
    let session = SessionRef { pool: 41, session: 3 };
    let claim = sessions.claim(session, 5).unwrap();
    assert!(sessions.claim(session, 5).is_none());
    drop(claim);
    assert!(sessions.claim(session, 5).is_some());
}

#[test]
fn records_of_sessions_without_a_row_are_forgotten_and_no_others() {
    let standing = at(10, vec![known(3, 1, 1), known(8, 1, 1)]);
    let gone: Vec<SessionId> = gone(&pool(1), &standing).iter().map(|one| one.session).collect();
    assert_eq!(gone, [0, 1, 2, 4, 5, 6, 7]);
}

#[test]
fn a_day_is_as_many_blocks_as_slots_fit_in() {
    assert_eq!(blocks(SESSION_LIFE, Duration::from_millis(3_000)), 28_800);
    assert_eq!(blocks(LIFE_LEFT, Duration::from_millis(7_000)), 515);
}

#[test]
fn a_session_that_would_end_before_a_long_fetch_does_is_not_used_for_it() {
    let gib = |number: u64| number << 30;
    assert_eq!(life_left(0), LIFE_LEFT);
    assert_eq!(life_left(gib(10)), LIFE_LEFT + Duration::from_secs(10 * 1024));
    assert_eq!(life_left(u64::MAX), SESSION_LIFE / 2);
    let slot = Duration::from_secs(3);
    let two_hours = at(10, vec![known(3, 50, 10 + 2_400)]);
    assert!(two_hours.usable(blocks(life_left(gib(1)), slot), 1).is_some());
    assert!(two_hours.usable(blocks(life_left(gib(10)), slot), 1).is_none());
    // A new one is used again, however much is missing.
    let new = at(10, vec![known(3, 50, 10 + blocks(SESSION_LIFE, slot))]);
    assert!(new.usable(blocks(life_left(u64::MAX), slot), 1).is_some());
}

#[test]
fn a_session_whose_payees_have_stopped_is_one_that_ends_soon() {
    let slot = Duration::from_secs(3);
    let last = 10_000;
    // Payees stop a hundred blocks before the end, at most.
    assert!(
        is_soon(last - 100, last, slot) && is_soon(last + 1, last, slot) && is_soon(last - 300, last, slot)
    );
    assert!(!is_soon(last - 301, last, slot));
    assert!(
        !is_soon(last - blocks(LIFE_LEFT, slot), last, slot),
        "it may just have been chosen"
    );
}
