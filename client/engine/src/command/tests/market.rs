use super::*;
use crate::home::ledger::{Deed, Entry};

#[test]
fn what_comes_of_the_market_is_written_like_this() {
    let listing = ListingShown {
        card: 7,
        edition: 3,
        seller: "hc".into(),
        price: Amount(5),
        penalty: Amount(1),
        claimed: None,
        listed_at: 9,
    };
    let offer = OfferShown {
        offer: 12,
        card: 7,
        edition: None,
        buyer: "hc".into(),
        price: Amount(4),
        until: 900,
    };
    for (outcome, expected) in [
        (
            Outcome::Listed {
                card: 7,
                edition: 3,
                price: Amount(5),
                royalty: 50_000,
                penalty: Amount(1),
                fee: Amount(2),
                block: 9,
            },
            r#"{"outcome":"listed","card":7,"edition":3,"price":"5","royalty":50000,"penalty":"1","fee":"2","block":9}"#,
        ),
        (
            Outcome::Offered {
                offer: 12,
                card: 7,
                edition: None,
                price: Amount(4),
                until: 900,
                fee: Some(Amount(2)),
            },
            r#"{"outcome":"offered","offer":12,"card":7,"edition":null,"price":"4","until":900,"fee":"2"}"#,
        ),
        (
            Outcome::Accepted {
                order: 12,
                card: 7,
                edition: 3,
                price: Amount(4),
                buyer: "hc".into(),
                deadline: Some(99),
                delivered: false,
                fee: Some(Amount(2)),
                block: 9,
            },
            r#"{"outcome":"accepted","order":12,"card":7,"edition":3,"price":"4","buyer":"hc","deadline":99,"delivered":false,"fee":"2","block":9}"#,
        ),
        (
            Outcome::Market {
                card: 7,
                listings: vec![listing],
                offers: vec![offer],
                more: false,
                block: 9,
            },
            r#"{"outcome":"market","card":7,"listings":[{"card":7,"edition":3,"seller":"hc","price":"5","penalty":"1","claimed":null,"listed_at":9}],"offers":[{"offer":12,"card":7,"edition":null,"buyer":"hc","price":"4","until":900}],"more":false,"block":9}"#,
        ),
        (
            Outcome::Gifted {
                card: 7,
                edition: 3,
                to: "hc".into(),
                fee: Amount(2),
                block: 9,
            },
            r#"{"outcome":"gifted","card":7,"edition":3,"to":"hc","fee":"2","block":9}"#,
        ),
        (
            Outcome::Clerked {
                seconds: 61.5,
                fulfilled: 1,
                settled: 2,
            },
            r#"{"outcome":"clerked","seconds":61.5,"fulfilled":1,"settled":2}"#,
        ),
        (
            Outcome::PriceHistory {
                card: 7,
                sold: 1,
                volume: Amount(5),
                last: vec![PastSaleShown {
                    block: 9,
                    price: Amount(5),
                    edition: 3,
                    resale: true,
                }],
                block: 10,
            },
            r#"{"outcome":"price_history","card":7,"sold":1,"volume":"5","last":[{"block":9,"price":"5","edition":3,"resale":true}],"block":10}"#,
        ),
        (
            Outcome::History {
                entries: vec![Entry {
                    deed: Deed::Bought,
                    account: "hc".into(),
                    card: 7,
                    edition: Some(3),
                    sequence: Some(1),
                    order: Some(12),
                    price: Amount(5),
                    with: None,
                    block: 9,
                }],
                more: false,
            },
            r#"{"outcome":"history","entries":[{"deed":"bought","account":"hc","card":7,"edition":3,"sequence":1,"order":12,"price":"5","with":null,"block":9}],"more":false}"#,
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
}

#[test]
fn what_a_daemon_says_of_the_market_is_written_like_this() {
    for (event, expected) in [
        (
            Event::Sold {
                order: 12,
                card: 7,
                edition: 3,
                buyer: "hc".into(),
                price: Amount(5),
                deadline: 99,
            },
            r#"{"event":"sold","order":12,"card":7,"edition":3,"buyer":"hc","price":"5","deadline":99}"#,
        ),
        (
            Event::Delivered {
                order: 12,
                card: 7,
                edition: 3,
                buyer: "hc".into(),
                block: 9,
            },
            r#"{"event":"delivered","order":12,"card":7,"edition":3,"buyer":"hc","block":9}"#,
        ),
        (
            Event::Offered {
                offer: 12,
                card: 7,
                edition: None,
                buyer: "hc".into(),
                price: Amount(5),
                until: 900,
            },
            r#"{"event":"offered","offer":12,"card":7,"edition":null,"buyer":"hc","price":"5","until":900}"#,
        ),
        (
            Event::Expired {
                order: 12,
                card: 7,
                refunded: Some(Amount(5)),
                block: 9,
            },
            r#"{"event":"expired","order":12,"card":7,"refunded":"5","block":9}"#,
        ),
        (
            Event::Locked {
                order: 12,
                card: 7,
                block: 9,
            },
            r#"{"event":"locked","order":12,"card":7,"block":9}"#,
        ),
    ] {
        assert_eq!(reads_back(event), expected);
    }
}
