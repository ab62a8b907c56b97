//! What a payee trusts, and what a payer locks: the promises about rows, about who comes back, about places in the books, and about
//! lanes for those who sent nothing.

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, Voucher, VoucherLine, VoucherLines};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::*;
use hashcard_protocol::limits::*;
use hashcard_protocol::payment::{Account, Decline, SessionRef, Terms};
use std::time::Duration;

/// One unit for a byte.
const PRICE: Balance = 1 << 20;
const MIB: Balance = 1 << 20;
const CHUNK: Balance = CHUNK_LEN as Balance;
const PAYEE: Account = [7; 32];
const CARD: CardId = 5;
const OTHER: CardId = 6;
const PEER: u32 = 1;
const PAYER: SessionRef = session(0);
const NOW: Duration = Duration::from_secs(1000);
const ENDS_AT: BlockNumber = 10_000;

const fn session(session: u32) -> SessionRef {
    SessionRef { pool: 1, session }
}

fn limits() -> PayeeLimits {
    PayeeLimits {
        free_per_peer: 0,
        free_per_day: 0,
        window: MIN_WINDOW,
        max_window: MAX_CREDIT,
        margin: 10,
        redeem_at: 64 * MIB,
        redeem_after: Duration::from_secs(3600),
        dust: CHUNK,
    }
}

/// A lane with a reserve, room, and rows; no other money.
fn lane(reserve: Balance, room: u16, rows: &[(CardId, Balance)]) -> Credit {
    Credit {
        at: 100,
        reserve,
        shared: 0,
        redeemed: rows.iter().copied().collect(),
        room: Some(room),
        ends_at: ENDS_AT,
    }
}

/// Money and no lane.
fn pool(shared: Balance) -> Credit {
    Credit {
        shared,
        room: None,
        ..lane(0, 0, &[])
    }
}

fn voucher_of(payer: SessionRef, lines: &[(CardId, Balance)]) -> SignedVoucher<Account> {
    let lines: Vec<_> = lines.iter().map(|(card, amount)| line(*card, *amount)).collect();
    SignedVoucher {
        voucher: Voucher {
            pool: payer.pool,
            session: payer.session,
            payee: PAYEE,
            lines: VoucherLines::try_from(lines).unwrap(),
        },
        signature: [0; 64],
    }
}

fn voucher(lines: &[(CardId, Balance)]) -> SignedVoucher<Account> {
    voucher_of(PAYER, lines)
}

fn line(card: CardId, cumulative: Balance) -> VoucherLine {
    VoucherLine { card, cumulative }
}

fn payee(credit: Credit) -> Payee<u32> {
    let mut payee = Payee::new(limits());
    payee.credit(PAYER, credit).unwrap();
    payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    payee
}

/// What is served until payment is due.
fn serve_all(payee: &mut Payee<u32>, peer: u32) -> Balance {
    let mut served = 0;
    while let Serving::Serve(charge) = payee.may_serve(&peer, CARD, PRICE, CHUNK_LEN, NOW) {
        served += Balance::from(charge.owed);
    }
    served
}

#[test]
fn a_voucher_that_promises_more_than_can_have_been_served_is_refused() {
    let mut payee = payee(lane(100 * MIB, 9, &[(CARD, ROW_AMOUNT), (OTHER, ROW_AMOUNT)]));
    let served = serve_all(&mut payee, PEER);
    let most = Balance::from(MAX_AHEAD);
    let judged = |lines: &[(CardId, Balance)]| {
        let lines: Vec<_> = lines.iter().map(|(card, amount)| line(*card, *amount)).collect();
        payee.judge(PAYER, &lines).map(drop)
    };
    assert_eq!(judged(&[(CARD, served + most)]), Ok(()));
    assert_eq!(judged(&[(CARD, served + most + 1)]), Err(Decline::TOO_MUCH));
    // A card that was never served, beside one that was: it would be paid out of the same reserve, and perhaps before it.
    assert_eq!(judged(&[(CARD, served), (OTHER, most + ROW_AMOUNT)]), Ok(()));
    assert_eq!(
        judged(&[(CARD, served), (OTHER, most + ROW_AMOUNT + 1)]),
        Err(Decline::TOO_MUCH)
    );
    assert_eq!(judged(&[(OTHER, Balance::MAX)]), Err(Decline::TOO_MUCH));
}

#[test]
fn a_reserve_counts_for_a_card_once_the_card_has_a_row() {
    let mut payee = payee(lane(100 * MIB, 1, &[]));
    payee.stored(voucher(&[(CARD, 8 * MIB)]), NOW);
    assert_eq!(
        serve_all(&mut payee, PEER),
        MIB,
        "a window, and the reserve is not counted"
    );
    payee
        .credit(PAYER, lane(100 * MIB, 1, &[(CARD, ROW_AMOUNT)]))
        .unwrap();
    assert_eq!(serve_all(&mut payee, PEER), 8 * MIB);
}

#[test]
fn a_promise_beside_a_card_without_a_row_is_not_sure_and_leaves_what_was() {
    let rows = [(CARD, ROW_AMOUNT)];
    let mut payee = payee(lane(100 * MIB, 2, &rows));
    payee.stored(voucher(&[(CARD, 2 * MIB)]), NOW);
    payee.stored(voucher(&[(CARD, 8 * MIB), (OTHER, 1)]), NOW);
    assert_eq!(serve_all(&mut payee, PEER), 3 * MIB, "what is sure, and a window");
    assert_eq!(payee.unredeemed(PAYER), [voucher(&[(CARD, 8 * MIB), (OTHER, 1)])]);
    // Somebody takes the room: the chain will never pay the second, and the first is still there.
    payee
        .credit(PAYER, lane(100 * MIB, 2, &[(CARD, ROW_AMOUNT), (99, 1)]))
        .unwrap();
    assert_eq!(payee.unredeemed(PAYER), [voucher(&[(CARD, 2 * MIB)])]);
    assert_eq!(payee.at_risk(PAYER), MIB);
}

#[test]
fn of_two_promises_for_a_card_the_sure_one_is_accepted_though_it_says_no_more() {
    let payee_with = |lines: &[(CardId, Balance)]| {
        let mut payee = payee(lane(100 * MIB, 2, &[(CARD, ROW_AMOUNT)]));
        payee.stored(voucher(lines), NOW);
        payee
    };
    let again = [line(CARD, 2 * MIB)];
    let mut mixed = payee_with(&[(CARD, 2 * MIB), (OTHER, 1)]);
    assert!(matches!(mixed.judge(PAYER, &again), Ok(Judged::Store { .. })));
    mixed.stored(voucher(&[(CARD, 2 * MIB)]), NOW);
    assert_eq!(serve_all(&mut mixed, PEER), 3 * MIB);
    assert_eq!(mixed.kept(PAYER).len(), 2);
    let sure = payee_with(&[(CARD, 2 * MIB)]);
    assert_eq!(sure.judge(PAYER, &again), Ok(Judged::NothingNew));
}

#[test]
fn half_a_window_without_a_row_is_redeemed_though_nothing_is_unreserved() {
    let mut payee = payee(lane(100 * MIB, 1, &[]));
    payee.stored(voucher(&[(CARD, 8 * MIB)]), NOW);
    let mut chunks = 0;
    while payee.redeemable(100, NOW).is_empty() {
        let serving = payee.may_serve(&PEER, CARD, PRICE, CHUNK_LEN, NOW);
        assert!(matches!(serving, Serving::Serve(_)));
        chunks += 1;
    }
    assert_eq!(chunks, MIB / 2 / CHUNK + 1);
    assert_eq!(payee.redeemable(100, NOW), [(PAYER, RedeemWhy::Risk)]);
    // With a row the reserve is enough, and nothing is urgent.
    payee
        .credit(PAYER, lane(100 * MIB, 1, &[(CARD, ROW_AMOUNT)]))
        .unwrap();
    assert_eq!(payee.redeemable(100, NOW), []);
}

#[test]
fn vouchers_are_redeemed_in_the_order_of_what_is_due_and_none_without_room() {
    let dust: Vec<CardId> = (10..20).collect();
    let mut payee = payee(lane(100 * MIB, 5, &[]));
    for card in &dust {
        payee.stored(voucher(&[(*card, 1)]), NOW);
    }
    payee.stored(voucher(&[(CARD, MIB)]), NOW);
    let unredeemed = payee.unredeemed(PAYER);
    assert_eq!(unredeemed[0], voucher(&[(CARD, MIB)]));
    assert_eq!(unredeemed.len(), 5, "as many as there is room for");
}

#[test]
fn what_was_redeemed_is_not_served_again_after_the_books_were_lost() {
    let paid = lane(0, 1, &[(CARD, 50 * MIB)]);
    let money = Credit {
        shared: 100 * MIB,
        ..paid.clone()
    };
    let mut lost = payee(money.clone());
    assert_eq!(
        serve_all(&mut lost, PEER),
        MIB,
        "a window, and nothing for what was paid before"
    );
    assert_eq!(lost.lines(PAYER)[&CARD].earned, 51 * MIB);

    // Books that were there all the time serve what was paid ahead.
    let mut there = payee(Credit {
        redeemed: [].into(),
        ..money.clone()
    });
    there.stored(voucher(&[(CARD, 50 * MIB)]), NOW);
    there.credit(PAYER, money).unwrap();
    assert!(serve_all(&mut there, PEER) > 50 * MIB);
}

#[test]
fn what_was_redeemed_beyond_restored_vouchers_is_not_served_again() {
    let money = Credit {
        shared: 100 * MIB,
        ..lane(0, 1, &[(CARD, 50 * MIB)])
    };
    let restored = |vouched: Balance| {
        let mut payee: Payee<u32> = Payee::new(limits());
        assert!(payee.restore(voucher(&[(CARD, vouched)]), NOW));
        payee.restore_earned(PAYER, CARD, 40 * MIB);
        payee.credit(PAYER, money.clone()).unwrap();
        payee.lines(PAYER)[&CARD].earned
    };
    assert_eq!(restored(30 * MIB), 50 * MIB, "the file is an old one");
    assert_eq!(restored(50 * MIB), 40 * MIB, "10 MiB were paid ahead");
}

#[test]
fn a_window_does_not_grow_by_what_was_redeemed_for_cards_that_were_not_served() {
    let mut payee = payee(pool(1000 * MIB));
    let window = |payee: &mut Payee<u32>| payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap().window;
    let paid = |card| Credit {
        shared: 1000 * MIB,
        ..lane(0, 2, &[(card, 100 * MIB)])
    };
    payee.credit(PAYER, paid(99)).unwrap();
    assert_eq!(window(&mut payee), MIN_WINDOW);
    serve_all(&mut payee, PEER);
    payee.credit(PAYER, paid(CARD)).unwrap();
    assert_eq!(window(&mut payee), MAX_CREDIT);
}

#[test]
fn without_a_lane_there_are_no_more_lines_than_a_voucher_has() {
    let mut payee = payee(pool(100 * MIB));
    let cards: Vec<_> = (0..CardId::from(16u8)).map(|card| line(card, 1)).collect();
    for line in &cards {
        assert!(payee.judge(PAYER, &[*line]).is_ok());
        payee.stored(voucher(&[(line.card, 1)]), NOW);
    }
    assert_eq!(payee.judge(PAYER, &[line(99, 1)]), Err(Decline::NO_ROOM));
    assert!(payee.judge(PAYER, &[line(3, 2)]).is_ok());
    payee.credit(PAYER, lane(MIB, 17, &[])).unwrap();
    assert!(payee.judge(PAYER, &[line(99, 1)]).is_ok());
}

/// A payee with as many sessions as it keeps, each of which was told this credit, sent this, and left.
fn full(credit: &Credit, lines: &[(CardId, Balance)]) -> Payee<u32> {
    let mut payee = Payee::new(limits());
    for number in 0..MAX_PAYERS as u32 {
        come_and_go(&mut payee, session(number), credit, lines);
    }
    payee
}

fn come_and_go(payee: &mut Payee<u32>, payer: SessionRef, credit: &Credit, lines: &[(CardId, Balance)]) {
    payee.credit(payer, credit.clone()).unwrap();
    payee.greet(payer.session, payer, CARD, PRICE, NOW).unwrap();
    payee.stored(voucher_of(payer, lines), NOW);
    payee.left(&payer.session, CARD);
}

const NEWCOMER: SessionRef = session(u32::MAX);

#[test]
fn a_session_of_dust_gives_way_to_who_comes_and_one_that_is_worth_a_fee_does_not() {
    // A promise without a lane, one of a lane with next to nothing, and one for what was never served.
    for credit in [
        pool(MIB),
        lane(CHUNK, 1, &[]),
        lane(100 * MIB, 1, &[(CARD, ROW_AMOUNT)]),
    ] {
        let mut payee = full(&credit, &[(CARD, MIB)]);
        let evicted = payee.credit(NEWCOMER, pool(MIB)).unwrap().unwrap();
        assert_eq!(evicted.lines[&CARD].vouched, MIB);
        assert!(payee.unredeemed(evicted.payer).is_empty() && payee.kept(evicted.payer).is_empty());
        assert_eq!(payee.payers().count(), MAX_PAYERS);
        payee.greet(PEER, NEWCOMER, CARD, PRICE, NOW).unwrap();
    }

    let credit = lane(100 * MIB, 1, &[(CARD, ROW_AMOUNT)]);
    let mut payee: Payee<u32> = Payee::new(limits());
    for number in 0..MAX_PAYERS as u32 {
        let payer = session(number);
        payee.credit(payer, credit.clone()).unwrap();
        payee.greet(number, payer, CARD, PRICE, NOW).unwrap();
        payee.stored(voucher_of(payer, &[(CARD, MIB)]), NOW);
        for _ in 0..3 {
            payee.may_serve(&number, CARD, PRICE, CHUNK_LEN, NOW);
        }
        payee.left(&number, CARD);
    }
    assert_eq!(payee.credit(NEWCOMER, pool(MIB)), Err(Decline::TOO_MANY));
    // But all are redeemed at once, whatever their age.
    assert_eq!(payee.redeemable(100, NOW).len(), MAX_PAYERS);
    let redeemed = lane(100 * MIB, 1, &[(CARD, MIB)]);
    assert!(payee.heard(session(7), &redeemed));
    let evicted = payee.credit(NEWCOMER, pool(MIB)).unwrap().unwrap();
    assert_eq!(evicted.payer, session(7));
}

#[test]
fn who_talks_does_not_give_way() {
    let mut payee: Payee<u32> = Payee::new(limits());
    for number in 0..MAX_PAYERS as u32 {
        payee.credit(session(number), pool(MIB)).unwrap();
        payee.greet(number, session(number), CARD, PRICE, NOW).unwrap();
        // A second connection, and the first is seen to end.
        payee.greet(number, session(number), CARD, PRICE, NOW).unwrap();
        payee.left(&number, CARD);
    }
    assert_eq!(payee.credit(NEWCOMER, pool(MIB)), Err(Decline::TOO_MANY));
    payee.left(&9, CARD);
    let evicted = payee.credit(NEWCOMER, pool(MIB)).unwrap().unwrap();
    assert_eq!(evicted.payer, session(9));
}

#[test]
fn who_gave_way_and_returns_owes_what_it_owed_and_the_least_gives_way_first() {
    let mut payee: Payee<u32> = Payee::new(limits());
    for number in 0..MAX_PAYERS as u32 {
        payee.credit(session(number), pool(MIB * 100)).unwrap();
        payee.greet(number, session(number), CARD, PRICE, NOW).unwrap();
        let chunks = if number == 70 { 1 } else { 4 };
        for _ in 0..chunks {
            payee.may_serve(&number, CARD, PRICE, CHUNK_LEN, NOW);
        }
        payee.left(&number, CARD);
    }
    let evicted = payee.credit(NEWCOMER, pool(MIB)).unwrap().unwrap();
    assert_eq!(evicted.payer, session(70), "it owes the least");
    payee.forget(evicted.payer);
    payee.credit(session(70), pool(MIB * 100)).unwrap();
    let terms = payee.greet(PEER, session(70), CARD, PRICE, NOW).unwrap();
    assert_eq!(terms.earned, CHUNK);
    assert_eq!(serve_all(&mut payee, PEER), MIB - CHUNK);
}

#[test]
fn what_is_heard_of_a_session_without_books_gives_it_none() {
    let mut payee: Payee<u32> = Payee::new(limits());
    assert!(!payee.heard(PAYER, &pool(MIB)));
    assert_eq!(payee.payers().count(), 0);
    payee.credit(PAYER, pool(MIB)).unwrap();
    assert!(payee.heard(PAYER, &pool(2 * MIB)));
}

fn payer(window: u64) -> Payer {
    let mut payer = Payer::new(PayerLimits {
        max_price_per_mib: PRICE,
        budget: Balance::MAX,
        max_window: MAX_WINDOW,
    });
    let terms = Terms {
        price_per_mib: PRICE,
        free_bytes: 0,
        window,
        vouched: 0,
        earned: 0,
    };
    payer.terms(PAYEE, CARD, &terms).unwrap();
    payer
}

/// What is to be done on chain: reserve, room, and cards that get rows.
fn on_chain(payer: &mut Payer) -> (Balance, u16, Vec<CardId>) {
    let mut sum = (0, 0, Vec::new());
    while let Some(action) = payer.poll(NOW) {
        match action {
            PayerAction::Sign { .. } => {}
            PayerAction::OpenLane { reserve, lines, .. } => sum = (sum.0 + reserve, sum.1 + lines, sum.2),
            PayerAction::MakeRows { lines, .. } => {
                assert!(lines.iter().all(|line| line.cumulative == ROW_AMOUNT));
                sum.2.extend(lines.iter().map(|line| line.card));
            }
        }
    }
    sum
}

#[test]
fn a_payee_that_sent_nothing_gets_no_lane_and_one_that_did_gets_one_with_a_row() {
    let mut payer = payer(MIN_WINDOW);
    assert_eq!(on_chain(&mut payer), (0, 0, vec![]));
    payer.verified(PAYEE, CARD, CHUNK_LEN, NOW);
    let (reserve, room, rows) = on_chain(&mut payer);
    assert!(reserve >= 16 * MIB);
    assert_eq!((room, rows), (1, vec![CARD]));
    assert_eq!(on_chain(&mut payer), (0, 0, vec![]), "once");
}

#[test]
fn a_payee_that_gives_no_credit_gets_what_it_was_promised_and_no_more() {
    let mut strict = payer(0);
    assert_eq!(on_chain(&mut strict), (MIB, 1, vec![CARD]));
    let mut asks = payer(MIN_WINDOW);
    on_chain(&mut asks);
    asks.due(PAYEE, CARD, CHUNK);
    assert_eq!(on_chain(&mut asks), (MIB, 1, vec![CARD]));
}

#[test]
fn what_a_payee_serves_on_credit_needs_no_row() {
    let mut payer = payer(MIN_WINDOW);
    payer.missing(CARD, MIN_WINDOW);
    payer.verified(PAYEE, CARD, CHUNK_LEN, NOW);
    payer.missing(CARD, MIN_WINDOW - CHUNK_LEN);
    let (reserve, room, rows) = on_chain(&mut payer);
    assert!(reserve > 0);
    assert_eq!((room, rows), (1, vec![]));
}

#[test]
fn beside_a_card_with_a_row_a_voucher_has_only_such() {
    let mut payer = payer(MIN_WINDOW);
    let terms = Terms {
        price_per_mib: PRICE,
        free_bytes: 0,
        window: MIN_WINDOW,
        vouched: 0,
        earned: 0,
    };
    for card in [OTHER, 9] {
        payer.terms(PAYEE, card, &terms).unwrap();
    }
    on_chain(&mut payer);
    payer.lane(
        PAYEE,
        LaneState {
            room: 3,
            cards: [CARD, OTHER].into(),
            ..LaneState::default()
        },
    );
    let mut signed = |card| {
        payer.verified(PAYEE, card, MIN_WINDOW, NOW);
        match payer.poll_line(PAYEE, card, NOW) {
            Some(PayerAction::Sign { lines, .. }) => lines.iter().map(|line| line.card).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(signed(CARD), [CARD, OTHER]);
    assert_eq!(signed(9), [CARD, OTHER, 9]);
}

#[test]
fn chunks_that_were_under_way_when_a_payee_said_no_are_not_counted_twice() {
    let mut payer = payer(MIN_WINDOW);
    on_chain(&mut payer);
    // Four chunks are under way when the fifth is refused.
    payer.due(PAYEE, CARD, 5 * CHUNK);
    assert_eq!(payer.limit(&PAYEE, CARD), Some(0));
    payer.verified(PAYEE, CARD, 4 * CHUNK_LEN, NOW);
    on_chain(&mut payer);
    payer.accepted(PAYEE, &[line(CARD, 2 * MIB)], NOW).unwrap();
    assert_eq!(payer.limit(&PAYEE, CARD), Some(12 * CHUNK_LEN));
}
