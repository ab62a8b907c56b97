//! Each line here is a promise to whoever reads `--json`: docs/CLI-JSON.md.

use super::*;
use crate::capsule::tests::{card, order_of};
use crate::wallet::Wallet;
use hashcard_primitives::key::{self, LockView, OrderState, OrderView};

mod earned;
mod market;
mod search;
mod social;
mod validator;

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn reads_back<T>(value: T) -> String
where
    T: Serialize + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug,
{
    let text = json(&value);
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    text
}

#[test]
fn outcomes_are_written_like_this() {
    let published = Published {
        card: 7,
        access: "keyed".into(),
        kind: "film".into(),
        title: "A film".into(),
        root: Some("ab".repeat(32)),
        content_len: 1_048_576,
        blob_len: 1_049_800,
        chunks: 5,
        files: 1,
        free_chunks: 0,
        price: Amount(1_500_000_000_000),
        editions: None,
        fee: Amount(1_250_000_000),
        block: 123,
    };
    assert_eq!(
        reads_back(Outcome::Published(published)),
        format!(
            r#"{{"outcome":"published","card":7,"access":"keyed","kind":"film","title":"A film","root":"{}","content_len":1048576,"blob_len":1049800,"chunks":5,"files":1,"free_chunks":0,"price":"1500000000000","editions":null,"fee":"1250000000","block":123}}"#,
            "ab".repeat(32)
        )
    );
    let peer = PeerShown {
        peer: "12D3".into(),
        seeder: "hc".into(),
        chunks: 17,
        bytes: 4_456_448,
        paid: Amount(170),
        banned: false,
        reason: None,
    };
    let fetched = Fetched {
        card: 7,
        root: Some("ab".repeat(32)),
        opened: Opened::Key,
        output: Some("/x/film.mp4".into()),
        bytes: 1_048_576,
        files: 1,
        chunks: 5,
        already_held: 0,
        peers: vec![peer],
        paid: Amount(170),
        seconds: 0.5,
        text: None,
    };
    assert_eq!(
        reads_back(Outcome::Fetched(fetched)),
        format!(
            r#"{{"outcome":"fetched","card":7,"root":"{}","opened":"key","output":"/x/film.mp4","bytes":1048576,"files":1,"chunks":5,"already_held":0,"peers":[{{"peer":"12D3","seeder":"hc","chunks":17,"bytes":4456448,"paid":"170","banned":false,"reason":null}}],"paid":"170","seconds":0.5,"text":null}}"#,
            "ab".repeat(32)
        )
    );
    let bought = Outcome::Bought {
        card: 7,
        order: Some(12),
        edition: 1,
        price: Amount(5),
        fee: Some(Amount(1)),
        key_verified: true,
        already_held: false,
        resale: false,
    };
    assert_eq!(
        reads_back(bought),
        r#"{"outcome":"bought","card":7,"order":12,"edition":1,"price":"5","fee":"1","key_verified":true,"already_held":false,"resale":false}"#
    );
    for (outcome, expected) in [
        (
            Outcome::Ordered {
                card: 7,
                order: 12,
                price: Amount(5),
                deadline: 250,
                fee: Some(Amount(1)),
            },
            r#"{"outcome":"ordered","card":7,"order":12,"price":"5","deadline":250,"fee":"1"}"#,
        ),
        (
            Outcome::PoolOpened {
                pool: 41,
                amount: Amount(10),
                fee: Amount(1),
                block: 150,
            },
            r#"{"outcome":"pool_opened","pool":41,"amount":"10","fee":"1","block":150}"#,
        ),
        (
            Outcome::PoolToppedUp {
                pool: 41,
                amount: Amount(10),
                fee: Amount(1),
                block: 150,
            },
            r#"{"outcome":"pool_topped_up","pool":41,"amount":"10","fee":"1","block":150}"#,
        ),
        (
            Outcome::Pools {
                pools: vec![PoolShown {
                    pool: 41,
                    unreserved: Amount(10),
                    reserved: Amount(2),
                    unpromised: Amount(9),
                    closes_at: None,
                    sessions: vec![SessionShown {
                        session: 3,
                        cap: Amount(5),
                        charged: Amount(2),
                        expires_at: 900,
                        lanes: 1,
                        promised: Some(Amount(3)),
                    }],
                }],
                block: 150,
            },
            r#"{"outcome":"pools","pools":[{"pool":41,"unreserved":"10","reserved":"2","unpromised":"9","closes_at":null,"sessions":[{"session":3,"cap":"5","charged":"2","expires_at":900,"lanes":1,"promised":"3"}]}],"block":150}"#,
        ),
        (
            Outcome::PoolCloses {
                pool: 41,
                closes_at: 28_950,
                fee: Amount(1),
                block: 150,
            },
            r#"{"outcome":"pool_closes","pool":41,"closes_at":28950,"fee":"1","block":150}"#,
        ),
        (
            Outcome::PoolWithdrawn {
                pool: 41,
                amount: Amount(10),
                deposits: Amount(4),
                removed: true,
                fee: Amount(0),
                block: 28_951,
            },
            r#"{"outcome":"pool_withdrawn","pool":41,"amount":"10","deposits":"4","removed":true,"fee":"0","block":28951}"#,
        ),
        (
            Outcome::Balance {
                address: "hc".into(),
                free: Amount(u128::MAX),
                held: Amount(0),
            },
            r#"{"outcome":"balance","address":"hc","free":"340282366920938463463374607431768211455","held":"0"}"#,
        ),
        (
            Outcome::Seeded {
                seconds: 61.5,
                fulfilled: 1,
                settled: 0,
                served_chunks: 42,
                left: false,
            },
            r#"{"outcome":"seeded","seconds":61.5,"fulfilled":1,"settled":0,"served_chunks":42,"left":false}"#,
        ),
        (
            Outcome::Revised {
                card: 7,
                price: Amount(2),
                editions: None,
                listed: true,
                fee: Amount(1),
                block: 130,
            },
            r#"{"outcome":"revised","card":7,"price":"2","editions":null,"listed":true,"fee":"1","block":130}"#,
        ),
        (
            Outcome::WalletBackup {
                path: "/h/wallet.age".into(),
                copy: Some("/c".into()),
            },
            r#"{"outcome":"wallet_backup","path":"/h/wallet.age","copy":"/c"}"#,
        ),
        (
            Outcome::Wallet {
                path: "/h/wallet.age".into(),
                accounts: vec![AccountShown {
                    name: None,
                    address: "hc".into(),
                }],
            },
            r#"{"outcome":"wallet","path":"/h/wallet.age","accounts":[{"name":null,"address":"hc"}]}"#,
        ),
    ] {
        assert_eq!(reads_back(outcome), expected);
    }
}

#[test]
fn a_card_is_written_like_this() {
    let view = card(&Wallet::generate().unwrap(), false);
    let mut shown = CardShown::of(&view, |_| "hc".to_owned());
    shown.content_commitment = Some("c".into());
    shown.key_commitment = Some("k".into());
    let expected = format!(
        r#"{{"outcome":"card","card":{{"id":7,"title":"t","kind":"film","access":"keyed","creator":"hc","price":"5","editions":null,"keys_made":0,"listed":true,"version":0,"tags":[],"root":"{}","blob_len":200,"content_len":0,"chunks":1,"free_chunks":0,"content_commitment":"c","key_commitment":"k","salt":"{}","royalty":0,"delivery_share":0,"collaborators":[],"in_reply_to":null,"supersedes":null,"published_at":1,"retired":false,"frozen":false,"preview":null,"preview_len":0}},"market":null,"reactions":{{"like":2,"love":0,"laugh":0,"wonder":0,"sorrow":0,"anger":1}},"block":9}}"#,
        "08".repeat(32),
        "04".repeat(32)
    );
    assert_eq!(
        reads_back(Outcome::Card {
            card: Box::new(shown),
            market: None,
            reactions: ReactionsShown {
                like: 2,
                anger: 1,
                ..ReactionsShown::default()
            },
            block: 9
        }),
        expected
    );
}

#[test]
fn orders_are_written_in_both_states() {
    let order = |state| OrderView {
        buyer: [1; 32],
        seller: [2; 32],
        state,
        ..order_of(key::Sale::Primary)
    };
    let address = |account: &[u8; 32]| format!("hc{}", account[0]);
    assert_eq!(
        reads_back(OrderShown::of(
            &order(OrderState::Waiting { deadline: 240 }),
            address
        )),
        r#"{"order":12,"card":7,"buyer":"hc1","seller":"hc2","price":"5","resale":null,"claimed_with":null,"commission":0,"penalty":"0","locked_by":null,"delivered_by":null,"made_at":1,"state":"waiting","deadline":240,"edition":null,"settles_at":null}"#
    );
    assert_eq!(
        reads_back(OrderShown::of(
            &order(OrderState::Delivered {
                edition: 1,
                settles_at: 300
            }),
            address
        )),
        r#"{"order":12,"card":7,"buyer":"hc1","seller":"hc2","price":"5","resale":null,"claimed_with":null,"commission":0,"penalty":"0","locked_by":null,"delivered_by":null,"made_at":1,"state":"delivered","deadline":null,"edition":1,"settles_at":300}"#
    );
    let resale = OrderView {
        commission: 0,
        claimed_with: None,
        penalty: 3,
        lock: Some(LockView {
            by: [2; 32],
            commitment: [9; 32],
        }),
        sale: key::Sale::Resale { edition: 4 },
        ..order(OrderState::Waiting { deadline: 240 })
    };
    assert_eq!(
        reads_back(OrderShown::of(&resale, address)),
        r#"{"order":12,"card":7,"buyer":"hc1","seller":"hc2","price":"5","resale":4,"claimed_with":null,"commission":0,"penalty":"3","locked_by":"hc2","delivered_by":null,"made_at":1,"state":"waiting","deadline":240,"edition":null,"settles_at":null}"#
    );
}

#[test]
fn events_are_written_like_this() {
    for (event, expected) in [
        (
            Event::Sending {
                call: "buy".into(),
                account: "hc".into(),
            },
            r#"{"event":"sending","call":"buy","account":"hc"}"#,
        ),
        (
            Event::Included {
                call: "buy".into(),
                block: 150,
                fee: Amount(1),
            },
            r#"{"event":"included","call":"buy","block":150,"fee":"1"}"#,
        ),
        (
            Event::Ordered {
                order: 12,
                card: 7,
                price: Amount(5),
                block: Some(150),
                deadline: 250,
            },
            r#"{"event":"ordered","order":12,"card":7,"price":"5","block":150,"deadline":250}"#,
        ),
        (
            Event::OrderFinalized { order: 12 },
            r#"{"event":"order_finalized","order":12}"#,
        ),
        (
            Event::Fulfilled {
                order: 12,
                card: 7,
                edition: 1,
                block: None,
            },
            r#"{"event":"fulfilled","order":12,"card":7,"edition":1,"block":null}"#,
        ),
        (
            Event::Peer {
                peer: "12D3".into(),
                state: PeerState::Banned,
                reason: Some("it lied".into()),
            },
            r#"{"event":"peer","peer":"12D3","state":"banned","reason":"it lied"}"#,
        ),
        (
            Event::Cost {
                card: 7,
                seeders: 3,
                at_most: Amount(13_000),
                budget: Amount(20_000),
            },
            r#"{"event":"cost","card":7,"seeders":3,"at_most":"13000","budget":"20000"}"#,
        ),
        (
            Event::Chunk {
                index: 4,
                peer: "12D3".into(),
                done: 2,
                total: 5,
            },
            r#"{"event":"chunk","index":4,"peer":"12D3","done":2,"total":5}"#,
        ),
        (
            Event::Ready {
                peer: "12D3".into(),
                addresses: vec!["/ip4/127.0.0.1/tcp/4001".into()],
                socket: "/h/socket".into(),
                pid: 4242,
                cards: vec![7],
            },
            r#"{"event":"ready","peer":"12D3","addresses":["/ip4/127.0.0.1/tcp/4001"],"socket":"/h/socket","pid":4242,"cards":[7]}"#,
        ),
        (
            Event::Announced {
                joined: vec![7],
                covered: vec![],
                left: vec![],
                block: 161,
            },
            r#"{"event":"announced","joined":[7],"covered":[],"left":[],"block":161}"#,
        ),
    ] {
        assert_eq!(reads_back(event), expected);
    }
}

#[test]
fn every_command_survives_the_socket() {
    let publish = Publish {
        path: "/x".into(),
        title: "t".into(),
        kind: None,
        sale: Sale::Price(Amount(5)),
        editions: Some(1),
        tags: vec!["a".into()],
        preview: None,
        royalty: 1,
        delivery_share: 2,
        collaborators: vec![CollaboratorShown {
            account: "hc".into(),
            share: 4,
        }],
        free_part: 3,
        supersedes: None,
        in_reply_to: Some(4),
    };
    let pay = Pay {
        max_price_per_mib: Amount(5),
        budget: None,
        pool: Some(41),
    };
    let fetch = Fetch {
        card: 7,
        output: None,
        folder: "/".into(),
        no_open: false,
        force: true,
        pay: Some(pay.clone()),
    };
    let buy = Buy {
        card: 7,
        from: Source::Upgrade { with: Some(2) },
        max_price: Some(Amount(5)),
        no_wait: false,
        report: true,
        order: None,
    };
    for command in [
        Command::Publish(publish.clone()),
        Command::Publish(Publish {
            sale: Sale::Open,
            ..publish
        }),
        Command::Post(Post {
            text: "x\ny".into(),
            title: None,
            tags: vec![],
            reply_to: None,
        }),
        Command::Revise(Revise {
            card: 7,
            price: None,
            editions: Some(EditionLimit::Unlimited),
            listed: None,
        }),
        Command::Revise(Revise {
            card: 7,
            price: None,
            editions: Some(EditionLimit::AtMost(3)),
            listed: Some(true),
        }),
        Command::Retire { card: 7 },
        Command::Discover(Discover::default()),
        Command::Keys,
        Command::Buy(buy.clone()),
        Command::Buy(Buy {
            from: Source::Cheapest,
            ..buy
        }),
        Command::Open(Open {
            card: 7,
            output: Some("/x".into()),
            folder: "/".into(),
            force: false,
        }),
        Command::ResellList {
            card: 7,
            edition: None,
            price: Amount(5),
        },
        Command::ResellCancel {
            card: 7,
            edition: Some(1),
        },
        Command::ResellOffer(MakeOffer {
            card: 7,
            edition: Some(1),
            price: Amount(5),
            days: 7,
            wait: true,
            report: false,
        }),
        Command::ResellWithdraw { offer: 12 },
        Command::ResellAccept {
            offer: 12,
            edition: None,
            wait: false,
        },
        Command::ResellShow { card: 7 },
        Command::Gift {
            card: 7,
            to: "hc".into(),
            edition: None,
        },
        Command::KeysRegister { another: true },
        Command::KeysRotate {
            card: 7,
            edition: None,
        },
        Command::KeysRemove { index: 0 },
        Command::ClerkAppoint {
            card: 7,
            clerk: "hc".into(),
        },
        Command::ClerkDismiss { card: 7, clerk: None },
        Command::ClerkTerms {
            card: 7,
            commission: 50_000,
            any_holder: true,
        },
        Command::ClerkList { card: None },
        Command::UpgradeTerms {
            card: 8,
            discount: Some(500_000),
        },
        Command::Library { collection: None },
        Command::LibraryAdd {
            card: 7,
            name: "films".into(),
        },
        Command::LibraryRemove {
            card: 7,
            name: "films".into(),
        },
        Command::History {
            card: None,
            limit: 10,
        },
        Command::Recover {
            also: vec!["Alice".into()],
        },
        Command::Expire { order: 1 },
        Command::Settle { order: 1 },
        Command::ReportFalseKey {
            card: 7,
            edition: None,
        },
        Command::Fetch(fetch),
        Command::Earn {
            redeem: true,
            claim: false,
        },
        Command::Endow {
            card: 7,
            amount: Amount(5),
            per_block: Amount(1),
        },
        Command::EndEndowment {
            card: 7,
            endowment: 2,
        },
        Command::Seed {
            cards: vec![1, 2],
            pay: Some(pay),
        },
        Command::PoolOpen { amount: Amount(5) },
        Command::PoolTopUp {
            amount: Amount(5),
            pool: Some(41),
        },
        Command::PoolShow { pool: None },
        Command::PoolClose { pool: None },
        Command::PoolWithdraw { pool: Some(41) },
        Command::StoreList,
        Command::StoreVerify { what: None },
        Command::StoreRemove { what: "7".into() },
        Command::WalletShow,
        Command::WalletSend {
            to: "hc".into(),
            amount: Amount(u128::MAX),
        },
        Command::Balance { address: None },
    ] {
        reads_back(command);
    }
}

#[test]
fn only_reading_the_chain_needs_no_home() {
    assert!(Command::Card { card: 7 }.asks_only_the_chain());
    assert!(Command::Balance {
        address: Some("hc".into())
    }
    .asks_only_the_chain());
    assert!(!Command::Balance { address: None }.asks_only_the_chain());
    assert!(!Command::Keys.asks_only_the_chain());
    assert!(Command::Endowments { card: 7 }.asks_only_the_chain());
    assert!(Command::ResellShow { card: 7 }.asks_only_the_chain());
    assert!(!Command::ClerkList { card: None }.asks_only_the_chain());
    let history = |card| Command::History { card, limit: 1 };
    assert!(history(Some(7)).asks_only_the_chain());
    assert!(!history(None).asks_only_the_chain());
}
