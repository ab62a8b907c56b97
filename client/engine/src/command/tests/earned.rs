use super::*;

#[test]
fn what_was_earned_is_written_like_this() {
    let earned = Earned {
        account: "hc".into(),
        lines: vec![EarnedLine {
            card: 7,
            pool: 5,
            session: 1,
            bytes: 3_145_728,
            earned: Amount(3),
            vouched: Amount(4),
            redeemed: Amount(1),
            pending: Amount(3),
        }],
        sessions: vec![EarnedSession {
            pool: 5,
            session: 1,
            reserve: Amount(1),
            pending: Amount(3),
            at_risk: Amount(2),
            ends_at: None,
        }],
        before: vec![EarnedBefore {
            card: 8,
            bytes: 1_048_576,
            redeemed: Amount(u128::MAX),
        }],
        bytes: 4_194_304,
        vouched: Amount(4),
        redeemed: Amount(6),
        pending: Amount(3),
        at_risk: Amount(2),
        received: Amount(5),
        fees: Amount(1),
        bonded: Amount(9),
        seats: 2,
        more: false,
        block: 140,
    };
    assert_eq!(
        reads_back(Outcome::Earned(earned)),
        r#"{"outcome":"earned","account":"hc","lines":[{"card":7,"pool":5,"session":1,"bytes":3145728,"earned":"3","vouched":"4","redeemed":"1","pending":"3"}],"sessions":[{"pool":5,"session":1,"reserve":"1","pending":"3","at_risk":"2","ends_at":null}],"before":[{"card":8,"bytes":1048576,"redeemed":"340282366920938463463374607431768211455"}],"bytes":4194304,"vouched":"4","redeemed":"6","pending":"3","at_risk":"2","received":"5","fees":"1","bonded":"9","seats":2,"more":false,"block":140}"#
    );
}

#[test]
fn events_about_vouchers_are_written_like_this() {
    for (event, expected) in [
        (
            Event::Redeemed {
                vouchers: 3,
                paid: Amount(10),
                received: Amount(9),
                shortfall: Amount(0),
                fee: Amount(1),
                block: 500,
            },
            r#"{"event":"redeemed","vouchers":3,"paid":"10","received":"9","shortfall":"0","fee":"1","block":500}"#,
        ),
        (
            Event::VoucherRefused {
                pool: 5,
                session: 1,
                reason: "the session is over".into(),
            },
            r#"{"event":"voucher_refused","pool":5,"session":1,"reason":"the session is over"}"#,
        ),
        (
            Event::RedeemWaits {
                value: Amount(1),
                fee: Amount(2),
            },
            r#"{"event":"redeem_waits","value":"1","fee":"2"}"#,
        ),
    ] {
        assert_eq!(reads_back(event), expected);
    }
}
