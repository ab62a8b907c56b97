//! After any sequence of calls, sessions, silences and reports: the invariants, a set that is never empty, and no more money
//! for anybody than he brought.

use super::*;
use crate::Error;
use frame_support::{dispatch::DispatchResult, traits::ValidatorRegistration};
use proptest::prelude::*;

const ACCOUNTS: u8 = 9;

#[derive(Clone, Debug)]
enum Step {
    Keys(u8),
    Bond(u8, Balance),
    BondMore(u8, Balance),
    Unbond(u8, Balance),
    Withdraw(u8),
    Pause(u8),
    Rejoin(u8),
    Retire(u8),
    Count(u32, u32),
    Decide(u32, u32),
    Session(u32, u16),
    Report(u8, u32, u64, u32),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 1..=ACCOUNTS;
    let bond = || prop_oneof![0..3u128, MIN_BOND - 1..MIN_BOND + 4, Just(BOND)];
    prop_oneof![
        2 => who().prop_map(Step::Keys),
        6 => (who(), bond()).prop_map(|(who, amount)| Step::Bond(who, amount)),
        3 => (who(), bond()).prop_map(|(who, amount)| Step::BondMore(who, amount)),
        4 => (who(), bond()).prop_map(|(who, amount)| Step::Unbond(who, amount)),
        4 => who().prop_map(Step::Withdraw),
        2 => who().prop_map(Step::Pause),
        4 => who().prop_map(Step::Rejoin),
        1 => who().prop_map(Step::Retire),
        1 => (0..7u32, 0..5u32).prop_map(|(count, least)| Step::Count(count, least)),
        1 => (0..7u32, 0..5u32).prop_map(|(count, least)| Step::Decide(count, least)),
        8 => (1..150u32, any::<u16>()).prop_map(|(blocks, authors)| Step::Session(blocks, authors)),
        3 => (who(), 0..9u32, 0..3u64, 1..=10u32)
            .prop_map(|(who, ago, slot, tenths)| Step::Report(who, ago, slot, tenths)),
    ]
}

/// Refusals are fine: what matters is what is left behind.
fn take(step: &Step) -> DispatchResult {
    match *step {
        Step::Keys(who) => {
            if !Session::is_registered(&account(who)) {
                set_keys(who);
            }
            Ok(())
        }
        Step::Bond(who, amount) => Validators::bond(by(who), amount),
        Step::BondMore(who, amount) => Validators::bond_more(by(who), amount),
        Step::Unbond(who, amount) => Validators::unbond(by(who), amount),
        Step::Withdraw(who) => Validators::withdraw(by(9), account(who))
            .map(|_| ())
            .map_err(|failed| failed.error),
        Step::Pause(who) => Validators::pause(by(who)),
        Step::Rejoin(who) => Validators::rejoin(by(who)),
        Step::Retire(who) => Validators::retire_keys(by(who)),
        Step::Count(count, least) => Validators::set_validator_count(RawOrigin::Root.into(), count, least),
        Step::Decide(count, least) => Validators::set_validator_count(by(COUNCIL), count, least),
        Step::Session(blocks, authors) => {
            let made: Vec<_> = set()
                .into_iter()
                .filter(|who| (authors >> who) & 1 == 1)
                .collect();
            end_session(blocks, &made);
            Ok(())
        }
        Step::Report(who, ago, slot, tenths) => {
            let session = Session::current_index().saturating_sub(ago);
            // Slots of one session are not those of another.
            let slot = u64::from(session) * 10 + slot;
            let _ = report(who, session, slot, tenths);
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn after_any_steps_the_books_add_up_and_somebody_validates(steps in prop::collection::vec(step(), 1..80)) {
        chain(|| {
            let brought: Vec<_> = (1..=ACCOUNTS).map(wealth).collect();
            for step in &steps {
                let _ = take(step);
                check();
                assert!(!set().is_empty() && !Session::queued_keys().is_empty());
                assert!(set().len() <= MAX_VALIDATORS as usize);
                if matches!(step, Step::Session(..)) {
                    let floor = set().len().min(Validators::least_validators() as usize);
                    assert!(Session::queued_keys().len() >= floor, "the next set is not below the floor");
                }
            }
            for (who, before) in (1..=ACCOUNTS).zip(brought) {
                assert!(wealth(who) <= before);
            }
        });
    }

    #[test]
    fn a_call_that_is_refused_changes_nothing(steps in prop::collection::vec(step(), 1..60)) {
        chain(|| {
            for step in &steps {
                let before = state();
                assert!(take(step).is_ok() || state() == before);
            }
        });
    }

    #[test]
    fn whoever_leaves_and_did_nothing_has_every_unit_back(
        pieces in prop::collection::vec((1..400u128, 0..3u32), 0..20),
    ) {
        chain(|| {
            join(5, BOND);
            let all = wealth(5);
            for (piece, sessions) in pieces {
                let _ = Validators::unbond(by(5), piece);
                pass_sessions(sessions);
            }
            // Only so many parts wait at a time. Who has too many withdraws what is due first.
            if Validators::unbond(by(5), Balance::MAX) == Err(Error::<Test>::TooManyParts.into()) {
                assert_ok!(Validators::withdraw(by(5), account(5)));
                assert_ok!(Validators::unbond(by(5), Balance::MAX));
            }
            pass_sessions(UNBONDING);
            let _ = Validators::withdraw(by(5), account(5));
            assert_eq!((held(5), wealth(5)), (0, all));
        });
    }
}
