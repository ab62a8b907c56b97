//! The laws of the two books, each refusal beside its success.

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, Voucher, VoucherLine, VoucherLines};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::*;
use hashcard_protocol::limits::*;
use hashcard_protocol::payment::{Account, Decline, SessionRef, Terms};
use proptest::prelude::*;
use std::time::Duration;

const PRICE: Balance = 1 << 20;
const PAYEE: Account = [7; 32];
const CARD: CardId = 5;
const PEER: u8 = 1;
const PAYER: SessionRef = SessionRef { pool: 1, session: 2 };
const NOW: Duration = Duration::from_secs(1000);
const MIB: u64 = 1 << 20;

fn limits() -> PayerLimits {
    PayerLimits {
        max_price_per_mib: PRICE,
        budget: Balance::MAX,
        max_window: MAX_WINDOW,
    }
}

fn terms() -> Terms {
    Terms {
        price_per_mib: PRICE,
        free_bytes: 0,
        window: MIB,
        vouched: 0,
        earned: 0,
    }
}

/// The price is one unit for a byte, so amounts are bytes.
fn bytes(bytes: u64) -> Balance {
    Balance::from(bytes)
}

fn payer() -> Payer {
    let mut payer = Payer::new(limits());
    payer.terms(PAYEE, CARD, &terms()).unwrap();
    payer
}

/// Does what is to be done; gives what was signed for the card.
fn sign(payer: &mut Payer) -> Vec<Balance> {
    let mut signed = Vec::new();
    while let Some(action) = payer.poll(NOW) {
        if let PayerAction::Sign { lines, .. } = action {
            signed.extend(
                lines
                    .iter()
                    .filter(|line| line.card == CARD)
                    .map(|line| line.cumulative),
            );
        }
    }
    signed
}

fn line(card: CardId, cumulative: Balance) -> VoucherLine {
    VoucherLine { card, cumulative }
}

fn voucher(lines: &[VoucherLine]) -> SignedVoucher<Account> {
    SignedVoucher {
        voucher: Voucher {
            pool: PAYER.pool,
            session: PAYER.session,
            payee: PAYEE,
            lines: VoucherLines::try_from(lines.to_vec()).unwrap(),
        },
        signature: [0; 64],
    }
}

#[test]
fn a_payer_signs_one_window_ahead_and_again_as_bytes_come() {
    let mut payer = payer();
    assert_eq!(sign(&mut payer), [bytes(MIN_WINDOW)]);
    assert_eq!(sign(&mut payer), []);
    payer.verified(PAYEE, CARD, CHUNK_LEN, NOW);
    // What has come is owed, and is trusted once more.
    assert_eq!(sign(&mut payer), [bytes(MIN_WINDOW + 2 * CHUNK_LEN)]);
    assert_eq!(payer.at_risk(&PAYEE), bytes(MIN_WINDOW + CHUNK_LEN));
}

#[test]
fn a_price_above_the_limit_is_not_paid_and_one_at_the_limit_is() {
    let mut payer = Payer::new(limits());
    let dear = Terms {
        price_per_mib: PRICE + 1,
        ..terms()
    };
    let refused = payer.terms(PAYEE, CARD, &dear);
    assert_eq!(
        refused,
        Err(Unacceptable::TooDear {
            price: PRICE + 1,
            max: PRICE
        })
    );
    assert_eq!((sign(&mut payer).len(), payer.limit(&PAYEE, CARD)), (0, Some(0)));
    payer.terms(PAYEE, CARD, &terms()).unwrap();
    assert_eq!(sign(&mut payer).len(), 1);
}

#[test]
fn what_is_free_is_neither_promised_nor_owed() {
    let mut payer = Payer::new(limits());
    payer
        .terms(
            PAYEE,
            CARD,
            &Terms {
                free_bytes: 4 * MIB,
                ..terms()
            },
        )
        .unwrap();
    assert_eq!(sign(&mut payer), []);
    assert_eq!(payer.limit(&PAYEE, CARD), Some(4 * MIB));
    payer.verified(PAYEE, CARD, 4 * MIB, NOW);
    assert_eq!(payer.record(&PAYEE, CARD).owed, 0);
    assert_eq!(sign(&mut payer), [bytes(MIN_WINDOW + 4 * MIB)]);
}

#[test]
fn a_payee_without_a_price_is_asked_without_limit_and_paid_nothing() {
    let mut payer = Payer::new(limits());
    payer
        .terms(
            PAYEE,
            CARD,
            &Terms {
                price_per_mib: 0,
                ..terms()
            },
        )
        .unwrap();
    payer.verified(PAYEE, CARD, 9 * MIB, NOW);
    assert_eq!((sign(&mut payer).len(), payer.limit(&PAYEE, CARD)), (0, None));
}

#[test]
fn duplicates_are_not_paid_and_the_payee_may_count_them() {
    let mut payer = payer();
    sign(&mut payer);
    payer
        .accepted(PAYEE, &[line(CARD, bytes(MIN_WINDOW))], NOW)
        .unwrap();
    assert_eq!(payer.limit(&PAYEE, CARD), Some(MIN_WINDOW));
    for _ in 0..3 {
        payer.unwanted(PAYEE, CARD, CHUNK_LEN);
    }
    assert_eq!((sign(&mut payer), payer.record(&PAYEE, CARD).owed), (vec![], 0));
    // All that came, and what the payee still serves by its own count: a window on credit, and a chunk that is vouched for.
    assert_eq!(payer.limit(&PAYEE, CARD), Some(3 * CHUNK_LEN + MIB));
}

#[test]
fn no_more_is_asked_than_is_promised_nor_than_the_payee_has_accepted_and_gives_credit_for() {
    let mut payer = Payer::new(limits());
    payer
        .terms(
            PAYEE,
            CARD,
            &Terms {
                window: CHUNK_LEN,
                ..terms()
            },
        )
        .unwrap();
    assert_eq!(payer.limit(&PAYEE, CARD), Some(0));
    sign(&mut payer);
    assert_eq!(payer.limit(&PAYEE, CARD), Some(CHUNK_LEN));
    payer
        .accepted(PAYEE, &[line(CARD, bytes(MIN_WINDOW))], NOW)
        .unwrap();
    assert_eq!(payer.limit(&PAYEE, CARD), Some(MIN_WINDOW));
}

#[test]
fn a_payee_that_claims_more_than_was_promised_is_not_used() {
    let mut payer = payer();
    sign(&mut payer);
    let claim = [line(CARD, bytes(MIN_WINDOW) + 1)];
    assert!(matches!(
        payer.accepted(PAYEE, &claim, NOW),
        Err(Unacceptable::UnknownPromise { .. })
    ));
    let claim = Terms {
        vouched: bytes(MIN_WINDOW) + 1,
        ..terms()
    };
    assert!(matches!(
        payer.terms(PAYEE, CARD, &claim),
        Err(Unacceptable::UnknownPromise { .. })
    ));
    assert!(payer
        .accepted(PAYEE, &[line(CARD, bytes(MIN_WINDOW))], NOW)
        .is_ok());
}

#[test]
fn a_liar_is_promised_nothing_more() {
    let mut payer = payer();
    sign(&mut payer);
    payer.verified(PAYEE, CARD, MIB, NOW);
    payer.condemned(PAYEE);
    assert_eq!((sign(&mut payer), payer.limit(&PAYEE, CARD)), (vec![], Some(MIB)));
    assert_eq!(payer.terms(PAYEE, CARD, &terms()), Err(Unacceptable::Condemned));
}

#[test]
fn a_promise_survives_a_restart_and_is_sent_again_not_made_again() {
    let mut before = payer();
    sign(&mut before);
    before.verified(PAYEE, CARD, CHUNK_LEN, NOW);
    let mut after = Payer::new(limits());
    after.restore(PAYEE, CARD, before.record(&PAYEE, CARD));
    after.terms(PAYEE, CARD, &terms()).unwrap();
    assert_eq!(sign(&mut after), [bytes(MIN_WINDOW + CHUNK_LEN)]);
    assert_eq!(after.spent(), bytes(CHUNK_LEN));
    assert_eq!(after.at_risk(&PAYEE), bytes(MIN_WINDOW));
}

#[test]
fn reconnecting_again_and_again_promises_no_more_than_one_window() {
    let mut payer = payer();
    for _ in 0..100 {
        sign(&mut payer);
        payer.left(PAYEE, CARD);
        let promised = payer.record(&PAYEE, CARD).promised;
        payer
            .terms(
                PAYEE,
                CARD,
                &Terms {
                    vouched: promised,
                    earned: promised,
                    ..terms()
                },
            )
            .unwrap();
    }
    assert_eq!(payer.at_risk(&PAYEE), bytes(MIN_WINDOW));
}

#[test]
fn the_budget_is_shared_by_all_payees_and_never_exceeded() {
    let mut payer = Payer::new(PayerLimits {
        budget: bytes(3 * MIB),
        ..limits()
    });
    for payee in 0..20 {
        payer.terms([payee; 32], CARD, &terms()).unwrap();
    }
    while payer.poll(NOW).is_some() {}
    assert_eq!(payer.spent(), bytes(3 * MIB));
    let total: Balance = (0..20)
        .map(|payee| payer.record(&[payee; 32], CARD).promised)
        .sum();
    assert_eq!(total, bytes(3 * MIB));
    assert_eq!(payer.limit(&[19; 32], CARD), Some(0));
}

#[test]
fn nobody_is_promised_more_ahead_than_is_missing() {
    let mut payer = payer();
    payer.missing(CARD, 1000);
    assert_eq!(sign(&mut payer), [1000]);
    payer.verified(PAYEE, CARD, 1000, NOW);
    payer.missing(CARD, 0);
    assert_eq!((sign(&mut payer), payer.at_risk(&PAYEE)), (vec![], 0));
}

#[test]
fn a_window_grows_with_the_rate_up_to_its_bound_and_never_beyond_trust() {
    let mut payer = payer();
    // Two seconds: the rate is known, and trust alone would not give this window.
    const TICKS: u32 = 200;
    for tick in 1..=TICKS {
        let now = NOW + Duration::from_millis(10) * tick;
        while let Some(action) = payer.poll(now) {
            if let PayerAction::Sign { lines, .. } = action {
                payer
                    .accepted(PAYEE, &lines, now + Duration::from_millis(700))
                    .unwrap();
            }
        }
        payer.verified(PAYEE, CARD, CHUNK_LEN, now);
        assert!(payer.at_risk(&PAYEE) <= bytes(MAX_WINDOW));
        let trusted = MIN_WINDOW + u64::from(tick) * CHUNK_LEN;
        assert!(payer.window(&PAYEE, CARD) <= trusted);
    }
    let by_trust = MIN_WINDOW + u64::from(TICKS) * CHUNK_LEN / TRUST_SHARE;
    assert!(by_trust < MAX_WINDOW);
    assert_eq!(payer.window(&PAYEE, CARD), MAX_WINDOW);
}

#[test]
fn a_slow_payee_is_promised_a_first_window_ahead_and_a_part_of_what_it_delivered_up_to_the_bound() {
    let mut payer = payer();
    let mut delivered = 0;
    // A chunk a second, accepted at once: two round trips bring nothing to speak of.
    for tick in 1..=1100u32 {
        let now = NOW + Duration::from_secs(1) * tick;
        while let Some(action) = payer.poll(now) {
            if let PayerAction::Sign { lines, .. } = action {
                payer.accepted(PAYEE, &lines, now).unwrap();
            }
        }
        payer.verified(PAYEE, CARD, CHUNK_LEN, now);
        delivered += CHUNK_LEN;
        let earned = MIN_WINDOW + delivered / TRUST_SHARE / CHUNK_LEN * CHUNK_LEN;
        // Before that it is not known to be slow.
        if tick > 20 {
            assert_eq!(
                payer.window(&PAYEE, CARD),
                earned.min(MAX_WINDOW),
                "after {delivered} bytes"
            );
        }
    }
    assert_eq!(payer.window(&PAYEE, CARD), MAX_WINDOW);
}

#[test]
fn a_voucher_carries_the_lines_used_last_in_the_order_of_their_cards() {
    let mut payer = Payer::new(limits());
    for card in 0..40 {
        payer.terms(PAYEE, card, &terms()).unwrap();
        while payer.poll(NOW).is_some() {}
    }
    payer.verified(PAYEE, 3, MIB, NOW);
    let Some(PayerAction::Sign { lines, .. }) = payer.poll_line(PAYEE, 3, NOW) else {
        panic!("a promise is due");
    };
    let cards: Vec<CardId> = lines.iter().map(|line| line.card).collect();
    assert_eq!(cards, [3].into_iter().chain(25..40).collect::<Vec<_>>());
}

#[test]
fn a_lane_is_opened_with_the_first_chunk_and_added_to_before_it_is_used_up() {
    let mut payer = payer();
    let mut opened = Vec::new();
    let mut open = |payer: &mut Payer| {
        while let Some(action) = payer.poll(NOW) {
            if let PayerAction::OpenLane { reserve, lines, .. } = action {
                opened.push((reserve, lines));
            }
        }
        opened.clone()
    };
    assert_eq!(open(&mut payer), [], "nothing came");
    payer.verified(PAYEE, CARD, 1, NOW);
    let opened = open(&mut payer);
    assert_eq!(opened.len(), 1);
    assert!(opened[0].0 >= bytes(16 * MIB) && opened[0].1 == 1);
    payer.lane(
        PAYEE,
        LaneState {
            reserve: opened[0].0,
            room: 1,
            cards: [CARD].into(),
            ..LaneState::default()
        },
    );
    payer.verified(PAYEE, CARD, 12 * MIB, NOW);
    let actions: Vec<PayerAction> = std::iter::from_fn(|| payer.poll(NOW)).collect();
    let more = |action: &PayerAction| matches!(action, PayerAction::OpenLane { lines: 0, .. });
    assert_eq!(actions.iter().filter(|action| more(action)).count(), 1);
}

fn payee_limits() -> PayeeLimits {
    PayeeLimits {
        free_per_peer: 0,
        free_per_day: 0,
        window: MIB,
        max_window: 8 * MIB,
        margin: 10,
        redeem_at: bytes(64 * MIB),
        redeem_after: Duration::from_secs(3600),
        dust: bytes(CHUNK_LEN),
    }
}

/// With a lane that has a row for the card, if there is a reserve.
fn credit(reserve: Balance, shared: Balance) -> Credit {
    let has_lane = reserve > 0;
    Credit {
        at: 100,
        reserve,
        shared,
        redeemed: [(CARD, ROW_AMOUNT)].into_iter().filter(|_| has_lane).collect(),
        room: has_lane.then_some(10),
        ends_at: 10_000,
    }
}

fn payee(credit: Credit) -> Payee<u8> {
    let mut payee = Payee::new(payee_limits());
    payee.credit(PAYER, credit).unwrap();
    payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    payee
}

fn serve(payee: &mut Payee<u8>) -> Serving {
    payee.may_serve(&PEER, CARD, PRICE, CHUNK_LEN, NOW)
}

/// Chunks served until payment is due, and what is due then.
fn serve_all(payee: &mut Payee<u8>) -> (u64, Balance, Balance) {
    let mut chunks = 0;
    loop {
        match serve(payee) {
            Serving::Serve(_) => chunks += 1,
            Serving::Due { vouched, secured } => return (chunks, vouched, secured),
        }
        assert!(payee.at_risk(PAYER) <= bytes(MIB));
        assert!(chunks < 1000);
    }
}

#[test]
fn a_window_is_served_on_credit_and_not_a_chunk_more() {
    let mut payee = payee(credit(0, bytes(100 * MIB)));
    let (chunks, vouched, secured) = serve_all(&mut payee);
    assert_eq!(
        (chunks, vouched, secured),
        (4, bytes(MIB + CHUNK_LEN), bytes(CHUNK_LEN))
    );
}

#[test]
fn a_voucher_counts_once_it_is_stored_and_with_a_reserve_behind_it() {
    let mut payee = payee(credit(bytes(8 * MIB), 0));
    serve_all(&mut payee);
    let lines = [line(CARD, bytes(2 * MIB))];
    assert!(matches!(payee.judge(PAYER, &lines), Ok(Judged::Store { .. })));
    assert_eq!(serve_all(&mut payee).0, 0);
    payee.stored(voucher(&lines), NOW);
    assert_eq!(serve_all(&mut payee).0, 8);
    assert_eq!(payee.judge(PAYER, &lines), Ok(Judged::NothingNew));
}

#[test]
fn vouchers_without_a_reserve_do_not_put_more_than_a_window_at_risk() {
    let mut payee = payee(credit(0, bytes(100 * MIB)));
    payee.stored(voucher(&[line(CARD, bytes(50 * MIB))]), NOW);
    assert_eq!(serve_all(&mut payee).0, 4);
    payee
        .credit(PAYER, credit(bytes(3 * MIB), bytes(97 * MIB)))
        .unwrap();
    assert_eq!(serve_all(&mut payee).0, 12);
}

#[test]
fn what_was_redeemed_is_not_at_risk_any_more_and_widens_the_window() {
    let mut payee = payee(credit(0, bytes(100 * MIB)));
    payee.stored(voucher(&[line(CARD, bytes(50 * MIB))]), NOW);
    serve_all(&mut payee);
    let mut redeemed = credit(0, bytes(50 * MIB));
    redeemed.redeemed.insert(CARD, bytes(50 * MIB));
    payee.credit(PAYER, redeemed).unwrap();
    assert_eq!((payee.at_risk(PAYER), payee.pending(PAYER)), (0, 0));
    let terms = payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    assert_eq!(terms.window, 8 * MIB);
}

#[test]
fn a_pool_without_money_is_not_served_beyond_it() {
    let mut payee = payee(credit(0, bytes(2 * CHUNK_LEN)));
    assert_eq!(serve_all(&mut payee).0, 2);
    let mut poor: Payee<u8> = Payee::new(payee_limits());
    poor.credit(PAYER, credit(0, 0)).unwrap();
    assert_eq!(poor.greet(PEER, PAYER, CARD, PRICE, NOW), Err(Decline::NO_MONEY));
    assert!(poor.greet(PEER, PAYER, CARD, 0, NOW).is_ok());
}

#[test]
fn a_session_that_ends_is_not_served_and_is_redeemed_before() {
    let mut payee = payee(credit(bytes(8 * MIB), 0));
    payee.stored(voucher(&[line(CARD, bytes(2 * MIB))]), NOW);
    assert_eq!(payee.redeemable(9_979, NOW), []);
    assert_eq!(payee.redeemable(9_980, NOW), [(PAYER, RedeemWhy::Ending)]);
    let ending = Credit {
        at: 9_990,
        ..credit(bytes(8 * MIB), 0)
    };
    payee.credit(PAYER, ending).unwrap();
    assert_eq!(serve_all(&mut payee).0, 0);
    assert_eq!(payee.greet(PEER, PAYER, CARD, PRICE, NOW), Err(Decline::ENDING));
}

#[test]
fn redeeming_is_due_by_value_by_age_and_by_risk() {
    let mut payee = payee(credit(bytes(100 * MIB), 0));
    payee.stored(voucher(&[line(CARD, bytes(63 * MIB))]), NOW);
    assert_eq!(payee.redeemable(100, NOW), []);
    assert_eq!(
        payee.redeemable(100, NOW + Duration::from_secs(3600)),
        [(PAYER, RedeemWhy::Age)]
    );
    payee.stored(voucher(&[line(CARD, ROW_AMOUNT + bytes(64 * MIB))]), NOW);
    assert_eq!(payee.redeemable(100, NOW), [(PAYER, RedeemWhy::Value)]);
    assert_eq!(payee.unredeemed(PAYER).len(), 1);

    let mut lane = credit(0, bytes(100 * MIB));
    lane.room = Some(10);
    let mut payee = self::payee(lane);
    payee.stored(voucher(&[line(CARD, bytes(MIB))]), NOW);
    serve_all(&mut payee);
    assert_eq!(payee.redeemable(100, NOW), [(PAYER, RedeemWhy::Risk)]);
}

#[test]
fn a_line_that_the_lane_has_no_room_for_spoils_its_voucher_and_is_refused() {
    let mut lane = credit(bytes(8 * MIB), 0);
    lane.room = Some(1);
    let payee = payee(lane);
    assert!(payee.judge(PAYER, &[line(CARD, 1)]).is_ok());
    assert_eq!(
        payee.judge(PAYER, &[line(CARD, 1), line(9, 1)]),
        Err(Decline::NO_ROOM)
    );
}

#[test]
fn a_card_that_was_never_served_is_to_be_looked_up_before_its_voucher_is_stored() {
    let payee = payee(credit(bytes(8 * MIB), 0));
    let Ok(Judged::Store { unknown }) = payee.judge(PAYER, &[line(CARD, 1), line(9, 1)]) else {
        panic!("it is new");
    };
    assert_eq!(unknown.into_iter().collect::<Vec<_>>(), [9]);
}

#[test]
fn a_peer_that_never_greets_gets_what_is_free_and_all_that_has_no_price() {
    let mut payee: Payee<u8> = Payee::new(PayeeLimits {
        free_per_peer: MIB,
        free_per_day: 3 * MIB / 2,
        ..payee_limits()
    });
    let mut served = |peer: u8| {
        (0..10)
            .filter(|_| {
                matches!(
                    payee.may_serve(&peer, CARD, PRICE, CHUNK_LEN, NOW),
                    Serving::Serve(_)
                )
            })
            .count()
    };
    assert_eq!((served(1), served(2), served(3)), (4, 2, 0));
    let free = payee.may_serve(&3, CARD, 0, CHUNK_LEN, NOW);
    assert_eq!(free, Serving::Serve(Charge::default()));
}

#[test]
fn a_chunk_that_was_not_sent_is_not_owed() {
    let mut payee = payee(credit(0, bytes(100 * MIB)));
    serve_all(&mut payee);
    payee.not_served(
        &PEER,
        CARD,
        Charge {
            free: 0,
            owed: CHUNK_LEN,
        },
    );
    assert_eq!(serve_all(&mut payee).0, 1);
}

#[test]
fn another_peer_does_not_spend_what_a_session_paid() {
    let mut payee = payee(credit(bytes(8 * MIB), 0));
    payee.stored(voucher(&[line(CARD, bytes(8 * MIB))]), NOW);
    let stranger = payee.may_serve(&9, CARD, PRICE, CHUNK_LEN, NOW);
    assert!(matches!(stranger, Serving::Due { .. }));
    assert!(matches!(serve(&mut payee), Serving::Serve(_)));
}

#[test]
fn a_connection_seen_to_end_late_does_not_end_the_one_that_followed_it() {
    let mut payee = payee(credit(bytes(8 * MIB), 0));
    payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    payee.left(&PEER, CARD);
    assert!(matches!(serve(&mut payee), Serving::Serve(_)));
    payee.left(&PEER, CARD);
    assert!(matches!(serve(&mut payee), Serving::Due { .. }));
}

#[test]
fn after_a_crash_what_was_vouched_counts_as_served_and_after_an_orderly_end_it_is_known() {
    let mut payee: Payee<u8> = Payee::new(payee_limits());
    assert!(payee.restore(voucher(&[line(CARD, bytes(2 * MIB))]), NOW));
    payee.credit(PAYER, credit(bytes(8 * MIB), 0)).unwrap();
    let terms = payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    assert_eq!((terms.vouched, terms.earned), (bytes(2 * MIB), bytes(2 * MIB)));
    payee.restore_earned(PAYER, CARD, bytes(MIB));
    let terms = payee.greet(PEER, PAYER, CARD, PRICE, NOW).unwrap();
    assert_eq!(terms.earned, bytes(MIB));
}

#[test]
fn a_changed_price_counts_from_the_next_greeting_on() {
    let mut payee = payee(credit(bytes(8 * MIB), 0));
    payee.stored(voucher(&[line(CARD, bytes(MIB))]), NOW);
    let owes = |payee: &Payee<u8>| payee.lines(PAYER)[&CARD].earned;
    payee.may_serve(&PEER, CARD, 4 * PRICE, CHUNK_LEN, NOW);
    assert_eq!(owes(&payee), bytes(CHUNK_LEN));
    payee.greet(PEER, PAYER, CARD, 2 * PRICE, NOW).unwrap();
    payee.may_serve(&PEER, CARD, 2 * PRICE, CHUNK_LEN, NOW);
    assert_eq!(owes(&payee), bytes(3 * CHUNK_LEN));
}

#[test]
fn the_view_of_the_chain_becomes_the_credit() {
    use hashcard_primitives::channel::*;
    let view = CreditView {
        pool: PoolView {
            id: 1,
            owner: PAYEE,
            unreserved: 50,
            reserved: 9,
            closes_at: Some(700),
            sessions: 1,
            next_session: 3,
        },
        session: SessionView {
            id: 2,
            key: SessionKey::Ed25519([0; 32]),
            cap: 100,
            charged: 70,
            expires_at: 800,
            lanes: 1,
        },
        lane: Some(LaneView {
            payee: PAYEE,
            reserve: 9,
            redeemed: 4,
            room: 3,
            lines: vec![line(CARD, 4)],
        }),
    };
    let credit = Credit::new(&view, 600);
    assert_eq!(
        (credit.reserve, credit.shared, credit.ends_at, credit.room),
        (9, 30, 700, Some(3))
    );
    assert_eq!(credit.redeemed_in_all(), 4);
}

proptest! {
    #[test]
    fn a_payer_never_promises_more_than_a_window_beyond_what_it_owes_nor_beyond_its_budget(
        budget in 0u128..1 << 30,
        price in 1u128..1 << 24,
        events in prop::collection::vec((0u8..5, 0u8..3, 0u64..CHUNK_LEN), 1..200),
    ) {
        let mut payer = Payer::new(PayerLimits { budget, max_price_per_mib: price, max_window: MAX_WINDOW });
        let mut now = NOW;
        for (what, payee, amount) in events {
            let payee = [payee; 32];
            now += Duration::from_millis(amount % 300);
            match what {
                0 => {
                    let vouched = payer.record(&payee, CARD).promised;
                    let terms = Terms { price_per_mib: price / 2 + u128::from(amount) % (price / 2 + 1), free_bytes: amount, vouched, ..terms() };
                    payer.terms(payee, CARD, &terms).unwrap();
                }
                1 | 2 => payer.verified(payee, CARD, amount, now),
                3 => payer.unwanted(payee, CARD, amount),
                _ => payer.left(payee, CARD),
            }
            let mut spent = payer.spent();
            while let Some(action) = payer.poll(now) {
                if let PayerAction::Sign { payee, lines } = action {
                    prop_assert!(!lines.is_empty());
                    if payer.spent() > spent {
                        prop_assert!(payer.at_risk(&payee) <= cost(price, payer.window(&payee, CARD)));
                    }
                    spent = payer.spent();
                    payer.accepted(payee, &lines, now).unwrap();
                }
            }
            prop_assert!(payer.spent() <= budget);
            for payee in 0..3 {
                prop_assert!(payer.at_risk(&[payee; 32]) <= cost(price, MAX_WINDOW));
            }
        }
    }

    #[test]
    fn a_payee_never_serves_when_more_than_a_window_would_be_at_risk(
        reserve in 0u64..1 << 23,
        shared in 0u64..1 << 23,
        events in prop::collection::vec((0u8..4, 0u64..1 << 22), 1..200),
    ) {
        let mut payee = payee(credit(bytes(reserve), bytes(shared) + 1));
        let mut served = 0;
        let mut vouched = 0;
        for (what, amount) in events {
            match what {
                0 => {
                    vouched += bytes(amount);
                    payee.stored(voucher(&[line(CARD, vouched)]), NOW);
                }
                _ => {
                    let before = payee.at_risk(PAYER);
                    match payee.may_serve(&PEER, CARD, PRICE, amount % CHUNK_LEN + 1, NOW) {
                        Serving::Serve(charge) => {
                            served += bytes(charge.owed);
                            prop_assert!(payee.at_risk(PAYER) <= bytes(MIB));
                            prop_assert!(served <= bytes(reserve) + bytes(shared) + 1 + ROW_AMOUNT);
                        }
                        Serving::Due { .. } => prop_assert_eq!(payee.at_risk(PAYER), before),
                    }
                    // What it gets whatever others do: the reserve, as far as it is vouched for, and what it has.
                    let secure = vouched.min(bytes(reserve) + ROW_AMOUNT);
                    prop_assert!(served.saturating_sub(secure) <= bytes(MIB));
                }
            }
        }
    }
}
