use super::*;
use crate::{Error, Report, ReportCounts, ReportReason, Reports};
use frame_support::assert_noop;
use sp_runtime::{DispatchError, TokenError};

fn held_for_reports(account: &AccountId32) -> Balance {
    Balances::balance_on_hold(&HoldReason::Report.into(), account)
}

#[test]
fn reports_are_counted_and_held_for() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_ok!(Cards::report(by(BOB), id, ReportReason::Spam));
        assert_eq!(
            last_event(),
            Event::Reported {
                card: id,
                reporter: BOB,
                reason: ReportReason::Spam,
                reports: 1
            }
        );
        let deposit = held_for_reports(&BOB);
        assert!(deposit > 0);
        assert_eq!(
            Reports::<Test>::get(id, BOB),
            Some(Report {
                reason: ReportReason::Spam,
                deposit
            })
        );
        assert_ok!(Cards::report(by(ALICE), id, ReportReason::Malware));
        assert_eq!(ReportCounts::<Test>::get(id), 2);
    });
}

#[test]
fn an_account_reports_a_card_once() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_ok!(Cards::report(by(BOB), id, ReportReason::Spam));
        assert_noop!(
            Cards::report(by(BOB), id, ReportReason::Unlawful),
            Error::<Test>::AlreadyReported
        );
    });
}

#[test]
fn only_a_live_card_is_reported() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        KeysMade::mutate(|made| made.insert(id, 1));
        assert_ok!(Cards::retire(by(ALICE), id));
        let reason = ReportReason::NotTheirs;
        assert_noop!(Cards::report(by(BOB), id, reason), Error::<Test>::CardRetired);
        assert_noop!(Cards::report(by(BOB), id + 1, reason), Error::<Test>::UnknownCard);
    });
}

#[test]
fn who_cannot_pay_the_deposit_does_not_report() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_noop!(
            Cards::report(by(PAUPER), id, ReportReason::Misleading),
            DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}

#[test]
fn a_report_is_withdrawn_with_its_deposit_even_when_the_card_is_gone() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_ok!(Cards::report(by(BOB), id, ReportReason::Spam));
        assert_ok!(Cards::report(by(ALICE), id, ReportReason::Spam));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_ok!(Cards::withdraw_report(by(BOB), id));
        assert_eq!(
            last_event(),
            Event::ReportWithdrawn {
                card: id,
                reporter: BOB,
                reports: 1
            }
        );
        assert_eq!(held_for_reports(&BOB), 0);
        assert_ok!(Cards::withdraw_report(by(ALICE), id));
        assert!(!ReportCounts::<Test>::contains_key(id));
        assert_noop!(Cards::withdraw_report(by(BOB), id), Error::<Test>::NotReported);
    });
}
