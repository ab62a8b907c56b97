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
        rewards: Rewards {
            era: 5,
            ends_at_earliest: 120,
            ends_at_latest: 180,
            deliveries: Some(DeliveryRewards {
                running: Amount(3),
                collectable: Amount(2),
                expires_in: None,
            }),
            claims: vec![RewardClaim {
                era: 4,
                card: 7,
                from_sales: Amount(40),
                from_endowments: Amount(2),
                deposit: Amount(9),
                collectable_from: 6,
            }],
            pending: PendingRewards {
                claims: 1,
                from_sales: Amount(40),
                from_endowments: Amount(2),
                deposits: Amount(9),
            },
            collectable: Amount(2),
            collected: CollectedRewards {
                claims: 3,
                from_sales: Amount(30),
                from_endowments: Amount(0),
                from_deliveries: Amount(4),
                fees: Amount(1),
            },
            more: false,
        },
        claimed: None,
        block: 140,
    };
    assert_eq!(
        reads_back(Outcome::Earned(Box::new(earned))),
        r#"{"outcome":"earned","account":"hc","lines":[{"card":7,"pool":5,"session":1,"bytes":3145728,"earned":"3","vouched":"4","redeemed":"1","pending":"3"}],"sessions":[{"pool":5,"session":1,"reserve":"1","pending":"3","at_risk":"2","ends_at":null}],"before":[{"card":8,"bytes":1048576,"redeemed":"340282366920938463463374607431768211455"}],"bytes":4194304,"vouched":"4","redeemed":"6","pending":"3","at_risk":"2","received":"5","fees":"1","bonded":"9","seats":2,"more":false,"rewards":{"era":5,"ends_at_earliest":120,"ends_at_latest":180,"deliveries":{"running":"3","collectable":"2","expires_in":null},"claims":[{"era":4,"card":7,"from_sales":"40","from_endowments":"2","deposit":"9","collectable_from":6}],"pending":{"claims":1,"from_sales":"40","from_endowments":"2","deposits":"9"},"collectable":"2","collected":{"claims":3,"from_sales":"30","from_endowments":"0","from_deliveries":"4","fees":"1"},"more":false},"claimed":null,"block":140}"#
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

#[test]
fn what_was_claimed_is_written_like_this() {
    let claimed = ClaimedRewards {
        proven: vec![7],
        collected: CollectedRewards {
            claims: 1,
            from_sales: Amount(40),
            from_endowments: Amount(2),
            from_deliveries: Amount(3),
            fees: Amount(0),
        },
        deposits: Amount(9),
    };
    assert_eq!(
        reads_back(claimed),
        r#"{"proven":[7],"claims":1,"from_sales":"40","from_endowments":"2","from_deliveries":"3","fees":"0","deposits":"9"}"#
    );
}

#[test]
fn events_and_outcomes_about_rewards_are_written_like_this() {
    for (event, expected) in [
        (
            Event::Enlisted {
                deposit: Amount(5),
                block: 160,
            },
            r#"{"event":"enlisted","deposit":"5","block":160}"#,
        ),
        (
            Event::Proven {
                era: 4,
                cards: vec![7, 9],
                deposit: Amount(18),
                block: 500,
            },
            r#"{"event":"proven","era":4,"cards":[7,9],"deposit":"18","block":500}"#,
        ),
        (
            Event::Collected {
                claims: 1,
                from_sales: Amount(40),
                from_endowments: Amount(2),
                from_deliveries: Amount(0),
                deposits: Amount(9),
                fee: Amount(0),
                block: 501,
            },
            r#"{"event":"collected","claims":1,"from_sales":"40","from_endowments":"2","from_deliveries":"0","deposits":"9","fee":"0","block":501}"#,
        ),
    ] {
        assert_eq!(reads_back(event), expected);
    }
    for (outcome, expected) in [
        (
            Outcome::Endowed {
                card: 7,
                endowment: 2,
                amount: Amount(5),
                per_block: Amount(1),
                first_era: 4,
                fee: Amount(3),
                block: 150,
            },
            r#"{"outcome":"endowed","card":7,"endowment":2,"amount":"5","per_block":"1","first_era":4,"fee":"3","block":150}"#,
        ),
        (
            Outcome::Endowments {
                card: 7,
                endowments: vec![EndowmentShown {
                    endowment: 2,
                    funder: "hc".into(),
                    per_block: Amount(1),
                    left: Amount(4),
                    first_era: 4,
                    last_era: None,
                }],
                block: 150,
            },
            r#"{"outcome":"endowments","card":7,"endowments":[{"endowment":2,"funder":"hc","per_block":"1","left":"4","first_era":4,"last_era":null}],"block":150}"#,
        ),
        (
            Outcome::EndowmentEnds {
                card: 7,
                endowment: 2,
                last_era: Some(6),
                refunded: None,
                fee: Amount(3),
                block: 150,
            },
            r#"{"outcome":"endowment_ends","card":7,"endowment":2,"last_era":6,"refunded":null,"fee":"3","block":150}"#,
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
}
