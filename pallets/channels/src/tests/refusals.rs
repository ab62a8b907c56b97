//! Vouchers that must not be paid, each beside the one that is. Every refusal leaves state as it was, to the byte.

use super::*;
use crate::Error;
use codec::{Decode, Encode};
use frame_support::assert_noop;
use hashcard_primitives::channel::{MAX_LINES, MAX_LINES_PER_LANE, MAX_REDEEMED_LINES, MAX_VOUCHERS};

fn sign_for(genesis: [u8; 32], voucher: Voucher<AccountId32>) -> SignedVoucher<AccountId32> {
    let signature = pair().sign(&voucher.signed_bytes(&genesis)).0;
    SignedVoucher { voucher, signature }
}

fn assert_paid(voucher: SignedVoucher<AccountId32>) {
    redeem(&[voucher]);
    assert!(matches!(last_event(), Event::Redeemed { .. }));
}

#[test]
fn a_voucher_for_another_chain_is_refused() {
    chain(|| {
        with_lane();
        let replayed = sign_for([0x6F; 32], voucher(&PAYEE, &[(FILM, 500)]));
        assert_voucher_refused(replayed, VoucherRefusal::BadSignature);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_of_another_pool_is_refused() {
    chain(|| {
        with_lane();
        // A second pool with the same key, session number and lane.
        assert_ok!(Channels::open_pool(by(STRANGER), MONEY));
        assert_ok!(Channels::add_session(by(STRANGER), 1, key(), MONEY, EXPIRES_AT));
        let lane = openings(&[(PAYEE, 0, 4)]);
        assert_ok!(Channels::open_lanes(by(STRANGER), 1, 0, lane));
        let mut moved = promise(500);
        moved.voucher.pool = 1;
        assert_voucher_refused(moved.clone(), VoucherRefusal::BadSignature);
        moved.voucher.pool = 2;
        assert_voucher_refused(moved, VoucherRefusal::UnknownPool);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_of_another_session_is_refused() {
    chain(|| {
        with_lane();
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), MONEY, EXPIRES_AT));
        assert_ok!(Channels::open_lanes(by(OWNER), 0, 1, openings(&[(PAYEE, 0, 4)])));
        let mut moved = promise(500);
        moved.voucher.session = 1;
        assert_voucher_refused(moved.clone(), VoucherRefusal::BadSignature);
        moved.voucher.session = 2;
        assert_voucher_refused(moved, VoucherRefusal::UnknownSession);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_to_another_payee_is_refused() {
    chain(|| {
        with_lane();
        let mut moved = promise(500);
        moved.voucher.payee = STRANGER;
        assert_voucher_refused(moved.clone(), VoucherRefusal::NoLane);
        open_lane(&STRANGER, 0, 4);
        assert_voucher_refused(moved, VoucherRefusal::BadSignature);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_signed_by_another_key_is_refused() {
    chain(|| {
        with_lane();
        let voucher = voucher(&PAYEE, &[(FILM, 500)]);
        let bytes = voucher.signed_bytes(&GENESIS);
        let signatures = [
            ed25519::Pair::from_seed(&[8; 32]).sign(&bytes).0,
            // The same secret under the other scheme.
            sr25519::Pair::from_seed(&[7; 32]).sign(&bytes).0,
            [0; 64],
            [0xFF; 64],
        ];
        for signature in signatures {
            let voucher = voucher.clone();
            assert_voucher_refused(SignedVoucher { voucher, signature }, VoucherRefusal::BadSignature);
        }
        assert_paid(promise(500));
    });
}

#[test]
fn a_signature_over_the_digest_of_a_voucher_is_refused() {
    chain(|| {
        with_lane();
        let voucher = voucher(&PAYEE, &[(FILM, 500)]);
        let digest = sp_io::hashing::blake2_256(&voucher.signed_bytes(&GENESIS));
        let signature = pair().sign(&digest).0;
        assert_voucher_refused(SignedVoucher { voucher, signature }, VoucherRefusal::BadSignature);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_whose_amount_was_changed_is_refused() {
    chain(|| {
        with_lane();
        let mut raised = promise(500);
        raised.voucher = voucher(&PAYEE, &[(FILM, 501)]);
        assert_voucher_refused(raised, VoucherRefusal::BadSignature);
        assert_paid(promise(500));
    });
}

#[test]
fn a_voucher_counts_through_the_last_block_of_its_session() {
    chain(|| {
        with_lane();
        go_to(EXPIRES_AT);
        assert_paid(promise(500));
        go_to(EXPIRES_AT + 1);
        assert_voucher_refused(promise(600), VoucherRefusal::SessionExpired);
    });
}

#[test]
fn a_voucher_of_an_ended_session_is_refused() {
    chain(|| {
        with_lane();
        assert_paid(promise(500));
        go_to(EXPIRES_AT + 1);
        assert_ok!(Channels::end_session(by(OWNER), 0, 0, 512));
        assert_voucher_refused(promise(600), VoucherRefusal::UnknownSession);
    });
}

#[test]
fn a_voucher_counts_through_the_last_block_of_the_closing_window() {
    chain(|| {
        with_lane();
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        go_to(1 + CLOSING_WINDOW);
        assert_paid(promise(500));
        go_to(2 + CLOSING_WINDOW);
        assert_voucher_refused(promise(600), VoucherRefusal::UnknownPool);
    });
}

#[test]
fn a_voucher_of_an_emptied_pool_is_refused_and_its_number_never_comes_back() {
    chain(|| {
        with_lane();
        assert_paid(promise(500));
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        go_to(2 + CLOSING_WINDOW);
        assert_ok!(Channels::withdraw(by(OWNER), 0, 512));
        assert_voucher_refused(promise(600), VoucherRefusal::UnknownPool);
        assert_ok!(Channels::open_pool(by(OWNER), MONEY));
        assert_voucher_refused(promise(600), VoucherRefusal::UnknownPool);
    });
}

#[test]
fn a_voucher_is_paid_once() {
    chain(|| {
        with_lane();
        redeem(&[promise(500), promise(500)]);
        let refused = Event::VoucherRefused {
            at: 1,
            refusal: VoucherRefusal::NothingDue,
        };
        assert_eq!(events().last(), Some(&refused));
        assert_voucher_refused(promise(500), VoucherRefusal::NothingDue);
    });
}

#[test]
fn a_lower_amount_is_worth_nothing_after_a_higher_one() {
    chain(|| {
        with_lane();
        assert_paid(promise(500));
        assert_voucher_refused(promise(499), VoucherRefusal::NothingDue);
        assert_voucher_refused(promise(0), VoucherRefusal::NothingDue);
        assert_paid(promise(501));
    });
}

#[test]
fn seventeen_lines_do_not_decode() {
    let lines = |count: u64| (0..count).map(|card| (card, 1)).collect::<Vec<_>>();
    let fits = signed(voucher(&PAYEE, &lines(MAX_LINES.into()))).encode();
    assert!(SignedVoucher::<AccountId32>::decode(&mut &fits[..]).is_ok());
    let head = (0u64, 0u32, PAYEE);
    let many: Vec<_> = lines(17);
    let too_long = (head, many, [0u8; 64]).encode();
    assert!(SignedVoucher::<AccountId32>::decode(&mut &too_long[..]).is_err());
    // The same bytes with one line fewer are a voucher.
    let again = ((0u64, 0u32, PAYEE), lines(16), [0u8; 64]).encode();
    assert!(SignedVoucher::<AccountId32>::decode(&mut &again[..]).is_ok());
}

#[test]
fn sixty_five_vouchers_do_not_decode() {
    let many = |count| vec![promise(1); count as usize].encode();
    assert!(Vouchers::<AccountId32>::decode(&mut &many(MAX_VOUCHERS)[..]).is_ok());
    assert!(Vouchers::<AccountId32>::decode(&mut &many(MAX_VOUCHERS + 1)[..]).is_err());
}

#[test]
fn vouchers_with_more_lines_together_than_a_quarter_of_a_block_pays_for_are_refused_and_cost_no_more() {
    use frame_support::dispatch::GetDispatchInfo;
    chain(|| {
        with_lane();
        let full = MAX_REDEEMED_LINES / MAX_LINES;
        let weight = |vouchers: &Vouchers<AccountId32>| {
            let call = RuntimeCall::Channels(crate::Call::redeem {
                vouchers: vouchers.clone(),
            });
            call.get_dispatch_info().call_weight.ref_time()
        };
        let longest: Vec<(CardId, Balance)> = (0..u64::from(MAX_LINES)).map(|card| (card, 1)).collect();
        let one = signed(voucher(&PAYEE, &longest));
        let fits = batch(&vec![one.clone(); full as usize]);
        let does_not = batch(&vec![one.clone(); full as usize + 1]);
        let all = batch(&vec![one; MAX_VOUCHERS as usize]);
        assert_ok!(Channels::redeem(by(PAYEE), fits.clone()));
        assert_noop!(
            Channels::redeem(by(PAYEE), does_not.clone()),
            Error::<Test>::TooManyLines
        );
        assert_noop!(
            Channels::redeem(by(PAYEE), all.clone()),
            Error::<Test>::TooManyLines
        );
        assert!(weight(&fits) <= weight(&does_not) && weight(&does_not) <= weight(&all));
        let vouchers_alone = batch(&vec![promise(1); MAX_VOUCHERS as usize]);
        let of_lines = weight(&fits) - weight(&batch(&vec![promise(1); full as usize]));
        assert!(weight(&all) <= weight(&vouchers_alone) + of_lines);
    });
}

#[test]
fn lines_that_are_not_in_order_are_refused() {
    chain(|| {
        with_lane();
        FakeCards::publish(8, CREATOR, 0);
        for lines in [&[][..], &[(8, 1), (FILM, 1)], &[(FILM, 1), (FILM, 2)]] {
            assert_voucher_refused(signed(voucher(&PAYEE, lines)), VoucherRefusal::Malformed);
        }
        assert_paid(signed(voucher(&PAYEE, &[(FILM, 1), (8, 1)])));
    });
}

#[test]
fn a_line_that_the_lane_has_no_room_for_is_refused() {
    chain(|| {
        opened();
        FakeCards::publish(8, CREATOR, 0);
        open_lane(&PAYEE, 0, 1);
        let two = || signed(voucher(&PAYEE, &[(FILM, 5), (8, 5)]));
        assert_voucher_refused(two(), VoucherRefusal::NoRoomForLine);
        assert_paid(promise(5));
        // A card that nothing is due for needs no row.
        assert_paid(signed(voucher(&PAYEE, &[(FILM, 9), (8, 0)])));
        open_lane(&PAYEE, 0, 1);
        assert_paid(two());
    });
}

#[test]
fn the_257th_line_of_a_lane_is_refused() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 0, MAX_LINES_PER_LANE as u16);
        let cards: Vec<_> = (100..100 + u64::from(MAX_LINES_PER_LANE)).collect();
        for card in cards.iter().chain(&[1_000]) {
            FakeCards::publish(*card, CREATOR, 0);
        }
        for cards in cards.chunks(MAX_LINES as usize) {
            let lines: Vec<_> = cards.iter().map(|card| (*card, 2)).collect();
            assert_paid(signed(voucher(&PAYEE, &lines)));
        }
        let last = signed(voucher(&PAYEE, &[(1_000, 2)]));
        assert_voucher_refused(last, VoucherRefusal::NoRoomForLine);
        assert_paid(signed(voucher(&PAYEE, &[(100, 3), (355, 3)])));
    });
}

#[test]
fn a_card_that_never_was_is_refused() {
    chain(|| {
        with_lane();
        let unknown = signed(voucher(&PAYEE, &[(FILM, 5), (8, 5)]));
        assert_voucher_refused(unknown, VoucherRefusal::UnknownCard { card: 8 });
        FakeCards::publish(8, CREATOR, 0);
        assert_paid(signed(voucher(&PAYEE, &[(FILM, 5), (8, 5)])));
    });
}

#[test]
fn junk_is_charged_for_and_changes_nothing() {
    use frame_support::dispatch::{GetDispatchInfo, Pays};
    chain(|| {
        with_lane();
        let mut junk = promise(5);
        junk.signature = [9; 64];
        let vouchers = batch(&vec![junk; MAX_VOUCHERS as usize]);
        let call = RuntimeCall::Channels(crate::Call::redeem {
            vouchers: vouchers.clone(),
        });
        let info = call.get_dispatch_info();
        assert_eq!(info.pays_fee, Pays::Yes);
        assert!(info.call_weight.ref_time() > 0);
        let before = state();
        assert_ok!(sp_runtime::traits::Dispatchable::dispatch(call, by(STRANGER)));
        assert_eq!(events().len(), MAX_VOUCHERS as usize);
        assert!(state() == before);
    });
}
