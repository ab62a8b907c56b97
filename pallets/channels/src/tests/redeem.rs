use super::*;
use crate::{Error, Lanes, Lines};
use frame_support::{
    assert_noop,
    traits::{LockableCurrency, WithdrawReasons},
};
use sp_runtime::Permill;

#[test]
fn a_voucher_pays_payee_creator_and_network_whoever_sends_it() {
    chain(|| {
        with_lane();
        let (issued, payee, creator) = (Balances::total_issuance(), free(&PAYEE), free(&CREATOR));
        redeem(&[promise(1_001)]);
        // A fortieth of 1,001 burns and a tenth is the creator's, both rounded down.
        assert_eq!(last_payment(), (1_001, 876, 25, 0));
        assert_eq!(free(&PAYEE) - payee, 876);
        assert_eq!(free(&CREATOR) - creator, 100);
        assert_eq!(issued - Balances::total_issuance(), 25);
        assert_eq!(held(HoldReason::Pool, &OWNER), MONEY - 1_001);
        assert_eq!(free(&STRANGER), WEALTH, "who sends it has nothing of it");
        assert_eq!(FakeFees::told(), [(FILM, PAYEE, 25)]);
        assert!(events().contains(&Event::CreatorPaid {
            pool: 0,
            payee: PAYEE,
            creator: CREATOR,
            amount: 100
        }));
    });
}

#[test]
fn a_voucher_signed_with_sr25519_is_paid() {
    chain(|| {
        opened();
        let pair = sr25519::Pair::from_seed(&[9; 32]);
        let key = SessionKey::Sr25519(pair.public().0);
        assert_ok!(Channels::add_session(by(OWNER), 0, key, 500, 9));
        assert_ok!(Channels::open_lanes(by(OWNER), 0, 1, openings(&[(PAYEE, 0, 1)])));
        let mut voucher = voucher(&PAYEE, &[(FILM, 400)]);
        voucher.session = 1;
        let signature = pair.sign(&voucher.signed_bytes(&GENESIS)).0;
        redeem(&[SignedVoucher { voucher, signature }]);
        assert_eq!(last_payment().0, 400);
    });
}

#[test]
fn only_what_was_not_paid_before_is_due() {
    chain(|| {
        with_lane();
        redeem(&[promise(1_000)]);
        redeem(&[promise(1_400)]);
        assert_eq!(last_payment().0, 400);
        redeem(&[promise(1_500), promise(1_450)]);
        assert!(events().contains(&Event::VoucherRefused {
            at: 1,
            refusal: VoucherRefusal::NothingDue
        }));
        assert_eq!(held(HoldReason::Pool, &OWNER), MONEY - 1_500);
    });
}

#[test]
fn each_line_counts_for_itself_and_one_with_nothing_due_makes_no_row() {
    chain(|| {
        with_lane();
        FakeCards::publish(8, CREATOR, 0);
        FakeCards::publish(9, CREATOR, 0);
        redeem(&[signed(voucher(&PAYEE, &[(FILM, 300), (8, 50), (9, 0)]))]);
        assert_eq!(last_payment().0, 350);
        // Less than before for one card, more for the other.
        redeem(&[signed(voucher(&PAYEE, &[(FILM, 100), (8, 90)]))]);
        assert_eq!(last_payment().0, 40);
        let lane = &Channels::lanes(0, 0, None)[0];
        let lines: Vec<_> = lane
            .lines
            .iter()
            .map(|line| (line.card, line.cumulative))
            .collect();
        assert_eq!(lines, [(FILM, 300), (8, 90)]);
    });
}

#[test]
fn the_reserve_is_paid_first_and_then_what_nobody_has_reserved() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 600, 1);
        open_lane(&STRANGER, MONEY - 1_000, 1);
        redeem(&[promise(500)]);
        let credit = Channels::credit(0, 0, PAYEE).unwrap();
        assert_eq!(credit.lane.unwrap().reserve, 100);
        assert_eq!(
            (credit.pool.unreserved, credit.session.charged),
            (400, MONEY - 400)
        );
        redeem(&[promise(800)]);
        let credit = Channels::credit(0, 0, PAYEE).unwrap();
        assert_eq!(credit.lane.unwrap().reserve, 0);
        assert_eq!(
            (credit.pool.unreserved, credit.session.charged),
            (200, MONEY - 200)
        );
        redeem(&[promise(2_000)]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!(
            (paid, shortfall),
            (200, 1_000),
            "what others have reserved is theirs"
        );
        assert_voucher_refused(promise(2_000), VoucherRefusal::NothingLeft);
    });
}

#[test]
fn a_shortfall_is_paid_when_the_pool_is_topped_up() {
    chain(|| {
        opened();
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), 3 * MONEY, 9));
        assert_ok!(Channels::open_lanes(by(OWNER), 0, 1, openings(&[(PAYEE, 0, 1)])));
        let promise = || {
            let mut voucher = voucher(&PAYEE, &[(FILM, MONEY + 700)]);
            voucher.session = 1;
            signed(voucher)
        };
        redeem(&[promise()]);
        assert_eq!(last_payment().3, 700);
        assert_ok!(Channels::top_up(by(OWNER), 0, 1_000));
        redeem(&[promise()]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!((paid, shortfall), (700, 0));
    });
}

#[test]
fn lines_are_paid_in_order_and_the_last_one_in_part() {
    chain(|| {
        with_lane();
        for card in [8, 9] {
            FakeCards::publish(card, CREATOR, 0);
        }
        redeem(&[signed(voucher(&PAYEE, &[(FILM, MONEY - 100), (8, 300), (9, 50)]))]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!((paid, shortfall), (MONEY, 250));
        let lane = Lanes::<Test>::get((0, 0, PAYEE)).unwrap();
        assert_eq!((lane.lines, lane.redeemed), (2, MONEY));
        let redeemed = |card: CardId| Lines::<Test>::get((0, 0, PAYEE, card.to_be_bytes()));
        assert_eq!((redeemed(8), redeemed(9)), (Some(100), None));
    });
}

#[test]
fn amounts_beyond_all_money_pay_what_there_is() {
    chain(|| {
        with_lane();
        FakeCards::publish(8, CREATOR, 0);
        let all = Balance::MAX;
        redeem(&[signed(voucher(&PAYEE, &[(FILM, all), (8, all)]))]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!((paid, shortfall), (MONEY, all));
        assert_voucher_refused(
            signed(voucher(&PAYEE, &[(FILM, all), (8, all)])),
            VoucherRefusal::NothingLeft,
        );
    });
}

#[test]
fn a_payer_who_promises_twenty_payees_the_same_money_pays_it_once() {
    chain(|| {
        opened();
        let payees: Vec<_> = (0..20).map(someone).collect();
        let lanes: Vec<_> = payees.iter().map(|payee| (payee.clone(), 1_000, 1)).collect();
        assert_ok!(Channels::open_lanes(by(OWNER), 0, 0, openings(&lanes)));
        let vouchers: Vec<_> = payees
            .iter()
            .map(|payee| signed(voucher(payee, &[(FILM, MONEY)])))
            .collect();
        for voucher in &vouchers {
            redeem(std::slice::from_ref(voucher));
        }
        let paid: Vec<_> = events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Redeemed { paid, .. } => Some(paid),
                _ => None,
            })
            .collect();
        assert_eq!(paid.len(), 20, "nobody gets less than his reserve");
        assert_eq!(paid[0], MONEY - 19 * 1_000, "the first has what nobody reserved");
        assert!(paid[1..].iter().all(|paid| *paid == 1_000));
        assert_eq!(held(HoldReason::Pool, &OWNER), 0);
    });
}

#[test]
fn each_voucher_is_judged_alone() {
    chain(|| {
        with_lane();
        let mut forged = promise(5_000);
        forged.signature[0] ^= 1;
        redeem(&[promise(0), promise(700), forged, promise(900)]);
        let told: Vec<_> = events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Redeemed { paid, .. } => Some(Ok(paid)),
                Event::VoucherRefused { at, refusal } => Some(Err((at, refusal))),
                _ => None,
            })
            .collect();
        assert_eq!(
            told,
            [
                Err((0, VoucherRefusal::NothingDue)),
                Ok(700),
                Err((2, VoucherRefusal::BadSignature)),
                Ok(200),
            ]
        );
    });
}

#[test]
fn a_redeem_of_nothing_is_refused() {
    chain(|| {
        with_lane();
        assert_noop!(Channels::redeem(by(PAYEE), batch(&[])), Error::<Test>::NoVouchers);
    });
}

#[test]
fn a_creator_who_delivers_himself_has_his_part_as_payee() {
    chain(|| {
        opened();
        open_lane(&CREATOR, 0, 1);
        redeem(&[signed(voucher(&CREATOR, &[(FILM, 1_000)]))]);
        assert_eq!(last_payment(), (1_000, 975, 25, 0));
    });
}

#[test]
fn of_a_card_that_is_gone_the_payee_keeps_the_creators_part() {
    chain(|| {
        with_lane();
        FakeCards::forget(FILM);
        redeem(&[promise(1_000)]);
        assert_eq!(last_payment(), (1_000, 975, 25, 0));
    });
}

#[test]
fn an_owner_who_created_what_he_fetches_has_his_part_back() {
    chain(|| {
        with_lane();
        FakeCards::publish(8, OWNER, TENTH);
        let before = free(&OWNER);
        redeem(&[signed(voucher(&PAYEE, &[(8, 1_000)]))]);
        assert_eq!(free(&OWNER) - before, 100);
        assert_eq!(held(HoldReason::Pool, &OWNER), MONEY - 1_000);
    });
}

#[test]
fn a_creator_of_several_lines_is_paid_once() {
    chain(|| {
        with_lane();
        FakeCards::publish(8, CREATOR, TENTH);
        redeem(&[signed(voucher(&PAYEE, &[(FILM, 1_000), (8, 500)]))]);
        let paid: Vec<_> = events()
            .into_iter()
            .filter(|event| matches!(event, Event::CreatorPaid { amount: 150, .. }))
            .collect();
        assert_eq!(paid.len(), 1);
        assert_eq!(FakeFees::told(), [(FILM, PAYEE, 25), (8, PAYEE, 12)]);
    });
}

#[test]
fn an_owner_who_locks_and_spends_the_rest_still_pays() {
    chain(|| {
        with_lane();
        let spent = free(&OWNER) - EXISTENTIAL_DEPOSIT;
        assert_ok!(Balances::transfer_keep_alive(by(OWNER), STRANGER, spent));
        Balances::set_lock(*b"for ever", &OWNER, Balance::MAX, WithdrawReasons::all());
        redeem(&[promise(MONEY)]);
        assert_eq!(last_payment().0, MONEY);
    });
}

#[test]
fn the_examples_of_the_specification_hold() {
    chain(|| {
        NetworkFee::set(&Permill::from_percent(1));
        FakeCards::publish(FILM, CREATOR, TENTH);
        assert_ok!(Channels::open_pool(by(OWNER), 1_000));
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), MONEY, EXPIRES_AT));
        open_lane(&PAYEE, 600, 1);
        for (promised, paid, to_payee, burnt, shortfall) in [
            (500, 500, 445, 5, 0),
            (800, 300, 267, 3, 0),
            (1_500, 200, 178, 2, 500),
        ] {
            redeem(&[promise(promised)]);
            assert_eq!(last_payment(), (paid, to_payee, burnt, shortfall));
            if promised == 800 {
                assert_voucher_refused(promise(700), VoucherRefusal::NothingDue);
            }
        }
        assert_voucher_refused(promise(1_500), VoucherRefusal::NothingLeft);
        assert_eq!(free(&CREATOR), WEALTH + 50 + 30 + 20);
    });
}

#[test]
fn a_reserve_is_paid_only_when_its_payee_sends_the_voucher() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 100_000, 2);
        let unreserved = Channels::pool(0).unwrap().unreserved;
        let owed = signed(voucher(&PAYEE, &[(FILM, unreserved + 10)]));
        assert_ok!(Channels::redeem(by(STRANGER), batch(std::slice::from_ref(&owed))));
        let lane = || Channels::lanes(0, 0, None)[0].clone();
        assert_eq!((lane().reserve, lane().redeemed), (100_000, unreserved));
        assert_eq!(Channels::pool(0).unwrap().unreserved, 0);
        // Nothing that is not reserved is left: to him it is paid, to nobody else's call.
        assert_ok!(Channels::redeem(by(STRANGER), batch(std::slice::from_ref(&owed))));
        assert_eq!(lane().reserve, 100_000);
        assert_ok!(Channels::redeem(by(PAYEE), batch(&[owed])));
        assert_eq!((lane().reserve, lane().redeemed), (99_990, unreserved + 10));
    });
}

#[test]
fn a_payer_does_not_take_a_reserve_back_through_a_card_of_his_own() {
    chain(|| {
        opened();
        let unreserved = Channels::pool(0).unwrap().unreserved;
        open_lane(&PAYEE, unreserved, 2);
        FakeCards::publish(8, OWNER, 1_000_000);
        let before = (free(&PAYEE), free(&OWNER), Channels::lanes(0, 0, None));
        for sender in [OWNER, STRANGER] {
            let own = signed(voucher(&PAYEE, &[(8, unreserved)]));
            assert_ok!(Channels::redeem(by(sender), batch(&[own])));
        }
        assert_eq!((free(&PAYEE), free(&OWNER), Channels::lanes(0, 0, None)), before);
    });
}
