use super::*;

#[test]
fn reactions_and_follows_are_written_like_this() {
    for (outcome, expected) in [
        (
            Outcome::Reacted {
                card: 7,
                reaction: "love".into(),
                before: None,
                deposit: Amount(5),
                fee: Amount(1),
                block: 9,
            },
            r#"{"outcome":"reacted","card":7,"reaction":"love","before":null,"deposit":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::Unreacted {
                card: 7,
                reaction: "love".into(),
                deposit: Amount(5),
                fee: Amount(1),
                block: 9,
            },
            r#"{"outcome":"unreacted","card":7,"reaction":"love","deposit":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::Followed {
                address: "hc".into(),
                deposit: Amount(5),
                fee: Amount(1),
                block: 9,
            },
            r#"{"outcome":"followed","address":"hc","deposit":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::Unfollowed {
                address: "hc".into(),
                deposit: Amount(5),
                fee: Amount(1),
                block: 9,
            },
            r#"{"outcome":"unfollowed","address":"hc","deposit":"5","fee":"1","block":9}"#,
        ),
        (
            Outcome::Following {
                accounts: vec![FollowedShown {
                    address: "hc".into(),
                    cards: vec![],
                }],
                following: 1,
                followers: 2,
                block: 9,
            },
            r#"{"outcome":"following","accounts":[{"address":"hc","cards":[]}],"following":1,"followers":2,"block":9}"#,
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
}

#[test]
fn what_is_asked_survives_the_socket() {
    reads_back(Command::React {
        card: 7,
        reaction: "like".into(),
    });
    reads_back(Command::Following { limit: 20, cards: 3 });
}
