//! What searching says.

use super::*;

fn found() -> FoundCard {
    FoundCard {
        id: 7,
        title: "A film".into(),
        kind: "film".into(),
        access: "keyed".into(),
        creator: "hc".into(),
        tags: vec!["short".into()],
        price: Amount(5),
        for_sale: true,
        retired: false,
        frozen: false,
        size: 1_048_576,
        published_at: 120,
        year: Some(1999),
        minutes: None,
        sold: 3,
        volume: Amount(15),
        bytes_paid: Amount(2),
        seats: 1,
    }
}

const FOUND: &str = r#"{"id":7,"title":"A film","kind":"film","access":"keyed","creator":"hc","tags":["short"],"price":"5","for_sale":true,"retired":false,"frozen":false,"size":1048576,"published_at":120,"year":1999,"minutes":null,"sold":3,"volume":"15","bytes_paid":"2","seats":1}"#;

#[test]
fn what_is_found_is_written_like_this() {
    for (outcome, expected) in [
        (
            Outcome::Found {
                cards: vec![found()],
                next: Some("01ab".into()),
                block: 140,
                finalized: 140,
                since: 0,
            },
            format!(r#"{{"outcome":"found","cards":[{FOUND}],"next":"01ab","block":140,"finalized":140,"since":0}}"#),
        ),
        (
            Outcome::Seedable {
                cards: vec![SeedableShown {
                    card: found(),
                    blob_len: 1_049_800,
                    missing: 2,
                    rewarded: Amount(4),
                    per_gib: Amount(9),
                }],
                block: 140,
                since: 0,
            },
            format!(
                r#"{{"outcome":"seedable","cards":[{{"card":{FOUND},"blob_len":1049800,"missing":2,"rewarded":"4","per_gib":"9"}}],"block":140,"since":0}}"#
            ),
        ),
        (
            Outcome::Figures {
                creator: "hc".into(),
                figures: FiguresShown {
                    cards: 1,
                    sales: 3,
                    revenue: Amount(15),
                    earned: Amount(14),
                    resales: 1,
                    resold: Amount(4),
                    bytes_paid: Amount(2),
                    delivery: Amount(1),
                },
                block: 140,
                since: 90,
            },
            r#"{"outcome":"figures","creator":"hc","figures":{"cards":1,"sales":3,"revenue":"15","earned":"14","resales":1,"resold":"4","bytes_paid":"2","delivery":"1"},"block":140,"since":90}"#.into(),
        ),
        (
            Outcome::KeyHistory {
                card: 7,
                edition: 3,
                steps: vec![KeyStepShown {
                    block: 130,
                    step: "bought".into(),
                    holder: Some("hc".into()),
                    order: Some(12),
                    price: Some(Amount(5)),
                }],
                block: 140,
                since: 0,
            },
            r#"{"outcome":"key_history","card":7,"edition":3,"steps":[{"block":130,"step":"bought","holder":"hc","order":12,"price":"5"}],"block":140,"since":0}"#.into(),
        ),
        (
            Outcome::Suggestions {
                tags: vec![SuggestedTag {
                    tag: "night".into(),
                    cards: 4,
                }],
                titles: vec![SuggestedTitle {
                    title: "Night train".into(),
                    card: 7,
                }],
                block: 140,
            },
            r#"{"outcome":"suggestions","tags":[{"tag":"night","cards":4}],"titles":[{"title":"Night train","card":7}],"block":140}"#.into(),
        ),
        (
            Outcome::Checkpoint {
                file: "/x/chain.json".into(),
                bytes: 4_096,
                boot_nodes: vec!["/ip4/127.0.0.1/tcp/30333/p2p/12D3".into()],
                block: 140,
            },
            r#"{"outcome":"checkpoint","file":"/x/chain.json","bytes":4096,"boot_nodes":["/ip4/127.0.0.1/tcp/30333/p2p/12D3"],"block":140}"#.into(),
        ),
        (
            Outcome::Index {
                cards: 1,
                bytes: 4_096,
                block: 140,
                finalized: 140,
                since: 0,
            },
            r#"{"outcome":"index","cards":1,"bytes":4096,"block":140,"finalized":140,"since":0}"#.into(),
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
    assert_eq!(
        reads_back(Event::Following {
            block: 1_000,
            head: 2_500
        }),
        r#"{"event":"following","block":1000,"head":2500}"#
    );
    assert_eq!(
        reads_back(Event::Indexing {
            cards: 1_000,
            total: 2_500
        }),
        r#"{"event":"indexing","cards":1000,"total":2500}"#
    );
}

#[test]
fn questions_survive_the_socket() {
    for command in [
        Command::Search(Search {
            words: "night \" train".into(),
            price_max: Some(Amount(u128::MAX)),
            limit: 20,
            owned: true,
            ..Search::default()
        }),
        Command::Explore(Explore::UnderSeeded { limit: 20 }),
        Command::Explore(Explore::Profitable { limit: 20 }),
        Command::Explore(Explore::Recommended { limit: 20 }),
        Command::Explore(Explore::Creator { address: None }),
        Command::Explore(Explore::History { card: 7, edition: 3 }),
        Command::Explore(Explore::Suggest {
            text: "nig".into(),
            limit: 5,
        }),
        Command::IndexShow,
        Command::IndexRebuild { from: Some(9) },
    ] {
        // An index is this home's: whoever looks into it owns the home, or asks who does.
        assert!(!command.asks_only_the_chain());
        reads_back(command);
    }
}
