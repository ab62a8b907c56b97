use super::*;

fn standing() -> AccountStanding {
    AccountStanding {
        address: "hc".into(),
        standing: "candidate".into(),
        bond: Amount(50),
        validates: true,
        planned: true,
        disabled: false,
        barred_until: None,
        waiting: vec![WaitingShown {
            amount: Amount(5),
            due: 12,
        }],
        silent_blocks: 0,
        patience_blocks: 24,
        made_a_block: true,
        session_keys: Some("0x01".into()),
        node_has_keys: None,
    }
}

#[test]
fn how_validators_stand_is_written_like_this() {
    let status = ValidatorStatus {
        session: 8,
        era: 3,
        validators: vec!["hc".into()],
        planned: vec!["hc".into()],
        disabled: vec![],
        validator_count: 16,
        least_validators: 1,
        min_bond: Amount(50),
        unbonding_sessions: 4,
        session_seconds: 60,
        author_per_block: Amount(1),
        candidates: vec![CandidateShown {
            address: "hc".into(),
            bond: Amount(50),
            validates: true,
            planned: true,
            disabled: false,
            silent_blocks: 0,
        }],
        account: standing(),
        block: 9,
    };
    assert_eq!(
        reads_back(Outcome::ValidatorStatus(Box::new(status))),
        concat!(
            r#"{"outcome":"validator_status","session":8,"era":3,"validators":["hc"],"planned":["hc"],"disabled":[],"#,
            r#""validator_count":16,"least_validators":1,"min_bond":"50","unbonding_sessions":4,"session_seconds":60,"#,
            r#""author_per_block":"1","candidates":[{"address":"hc","bond":"50","validates":true,"planned":true,"#,
            r#""disabled":false,"silent_blocks":0}],"account":{"address":"hc","standing":"candidate","bond":"50","#,
            r#""validates":true,"planned":true,"disabled":false,"barred_until":null,"waiting":[{"amount":"5","due":12}],"#,
            r#""silent_blocks":0,"patience_blocks":24,"made_a_block":true,"session_keys":"0x01","node_has_keys":null},"block":9}"#
        )
    );
}

#[test]
fn what_becomes_of_a_bond_is_written_like_this() {
    let (address, fee, block) = (|| "hc".to_owned(), Amount(1), 9);
    for (outcome, expected) in [
        (
            Outcome::Bonded {
                address: address(),
                bond: Amount(50),
                fee,
                block,
            },
            r#"{"outcome":"bonded","address":"hc","bond":"50","fee":"1","block":9}"#,
        ),
        (
            Outcome::BondedMore {
                address: address(),
                amount: Amount(5),
                bond: Amount(55),
                fee,
                block,
            },
            r#"{"outcome":"bonded_more","address":"hc","amount":"5","bond":"55","fee":"1","block":9}"#,
        ),
        (
            Outcome::Unbonded {
                address: address(),
                amount: Amount(5),
                bond: Amount(50),
                due: 12,
                fee,
                block,
            },
            r#"{"outcome":"unbonded","address":"hc","amount":"5","bond":"50","due":12,"fee":"1","block":9}"#,
        ),
        (
            Outcome::BondWithdrawn {
                address: address(),
                amount: Amount(5),
                fee,
                block,
            },
            r#"{"outcome":"bond_withdrawn","address":"hc","amount":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::Paused {
                address: address(),
                fee,
                block,
            },
            r#"{"outcome":"paused","address":"hc","fee":"1","block":9}"#,
        ),
        (
            Outcome::Rejoined {
                address: address(),
                bond: Amount(50),
                fee,
                block,
            },
            r#"{"outcome":"rejoined","address":"hc","bond":"50","fee":"1","block":9}"#,
        ),
        (
            Outcome::SessionKeysSet {
                address: address(),
                session_keys: "0x01".into(),
                deposit: Amount(5),
                fee,
                block,
            },
            r#"{"outcome":"session_keys_set","address":"hc","session_keys":"0x01","deposit":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::SessionKeysRetired {
                address: address(),
                deposit: Amount(5),
                fee,
                block,
            },
            r#"{"outcome":"session_keys_retired","address":"hc","deposit":"5","fee":"1","block":9}"#,
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
}

#[test]
fn what_is_at_stake_is_said_before_it_is() {
    for (event, expected) in [
        (
            Event::AtStake {
                amount: Amount(5),
                bond: Amount(55),
                sessions: 4,
                seconds: 240,
            },
            r#"{"event":"at_stake","amount":"5","bond":"55","sessions":4,"seconds":240}"#,
        ),
        (
            Event::Leaving {
                amount: Amount(5),
                rest: Amount(50),
                sessions: 4,
                seconds: 240,
            },
            r#"{"event":"leaving","amount":"5","rest":"50","sessions":4,"seconds":240}"#,
        ),
        (
            Event::Resting {
                bond: Amount(50),
                seconds: 120,
            },
            r#"{"event":"resting","bond":"50","seconds":120}"#,
        ),
        (
            Event::KeysNamed {
                session_keys: "0x01".into(),
                seconds: 120,
            },
            r#"{"event":"keys_named","session_keys":"0x01","seconds":120}"#,
        ),
    ] {
        assert_eq!(reads_back(event), expected);
    }
}

#[test]
fn what_a_validator_asks_for_survives_the_socket() {
    for what in [
        Validator::Status { address: None },
        Validator::Bond {
            amount: Amount(50),
            keys: Some(NewKeys::Rotate),
        },
        Validator::Unbond { amount: None },
        Validator::SetKeys {
            keys: NewKeys::Made {
                keys: "0x01".into(),
                proof: "0x02".into(),
            },
        },
        Validator::Pause,
    ] {
        reads_back(Command::Validator(what));
    }
}
