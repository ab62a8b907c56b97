use super::*;
use hashcard_engine::command::{
    CollaboratorShown, Event, LibraryRow, ListingShown, Market, OfferShown, PoolShown, ReactionsShown,
    Recovered, RecoveredKey, SessionShown,
};

fn shown() -> CardShown {
    CardShown {
        id: 7,
        title: "A \u{1b}[2Jfilm".into(),
        kind: "film".into(),
        access: "keyed".into(),
        creator: "hcAlice".into(),
        price: Amount(1_500_000_000_000),
        editions: Some(10),
        keys_made: 3,
        listed: true,
        version: 2,
        tags: vec!["short".into()],
        root: Some("ab".repeat(32)),
        blob_len: Some(1_049_800),
        content_len: Some(1_048_576),
        chunks: Some(5),
        free_chunks: Some(1),
        content_commitment: None,
        key_commitment: None,
        salt: None,
        royalty: 25_000,
        delivery_share: 0,
        collaborators: vec![CollaboratorShown {
            account: "hcBob".into(),
            share: 250_000,
        }],
        in_reply_to: None,
        supersedes: None,
        published_at: 120,
        retired: false,
        frozen: false,
        preview: Some("first\nwords\u{7}".into()),
        preview_len: 12,
    }
}

#[test]
fn a_card_is_shown_whole_and_cannot_steer_the_terminal() {
    let lines = card(&shown(), None, &ReactionsShown::default());
    let text = lines.join("\n");
    for part in [
        "Card 7: A \u{FFFD}[2Jfilm",
        "1.5 CARD (terms 2), 3 sold of 10",
        "2.5 %",
        "1.0 MiB in 5 chunks",
        "first\n",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
}

#[test]
fn a_feed_is_a_table_with_the_way_on() {
    let lines = feed(&[shown()], Some(63), false);
    assert_eq!(lines[0], "card  kind  price     sold  title");
    assert_eq!(lines[1], "7     film  1.5 CARD  3     A \u{FFFD}[2Jfilm");
    assert_eq!(lines[2], "More: --cursor 63");
    assert_eq!(feed(&[], None, false), ["Nothing was found."]);
}

#[test]
fn a_price_says_why_there_is_none() {
    let with = |change: fn(&mut CardShown)| {
        let mut card = shown();
        change(&mut card);
        price(&card)
    };
    assert_eq!(with(|_| {}), "1.5 CARD");
    assert_eq!(with(|card| card.price = Amount(0)), "free");
    assert_eq!(with(|card| card.access = "open".into()), "open");
    assert_eq!(with(|card| card.listed = false), "not for sale");
    assert_eq!(with(|card| card.retired = true), "withdrawn");
}

#[test]
fn bytes_are_shown_in_the_largest_unit_they_fill() {
    for (count, text) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (u64::MAX, "16777215.9 TiB"),
    ] {
        assert_eq!(bytes(count), text);
    }
}

#[test]
fn a_post_is_printed_as_its_text() {
    let fetched = Fetched {
        card: 7,
        root: None,
        opened: Opened::Inline,
        output: None,
        bytes: 3,
        files: 0,
        chunks: 0,
        already_held: 0,
        peers: vec![],
        paid: Amount(0),
        seconds: 0.0,
        text: Some("one\ntwo\u{1b}".into()),
    };
    assert_eq!(super::fetched(&fetched), ["one", "two\u{FFFD}"]);
}

fn listing(edition: u64) -> ListingShown {
    ListingShown {
        card: 7,
        edition,
        seller: "hcBob".into(),
        price: Amount(2_000_000_000_000),
        penalty: Amount(1),
        claimed: Some(8),
        listed_at: 9,
    }
}

#[test]
fn a_card_shows_its_market() {
    let market = Market {
        superseded_by: Some(8),
        upgrade_discount: None,
        lowest: Some(listing(3)),
        listings: 2,
        more_listings: false,
        commission: 50_000,
        any_holder: true,
        clerks: vec!["hcClerk".into()],
        sold: 4,
        volume: Amount(6_000_000_000_000),
        last_price: Some(Amount(1_500_000_000_000)),
    };
    let text = card(&shown(), Some(&market), &ReactionsShown::default()).join("\n");
    for part in [
        "Shared:    25 % to hcBob",
        "Newer:     card 8",
        "Resale:    from 2 CARD (key 3), 2 for sale",
        "Sold:      4 for 6 CARD in all, last for 1.5 CARD",
        "Clerks:    1, and any holder, for 5 %",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn the_honest_sentence_is_said_wherever_a_key_passes_on() {
    let listed = Outcome::Listed {
        card: 7,
        edition: 3,
        price: Amount(5),
        royalty: 50_000,
        penalty: Amount(1),
        fee: Amount(1),
        block: 9,
    };
    let market = Outcome::Market {
        card: 7,
        listings: vec![listing(3)],
        offers: vec![],
        more: false,
        block: 9,
    };
    let accepted = Outcome::Accepted {
        order: 12,
        card: 7,
        edition: 3,
        price: Amount(5),
        buyer: "hc".into(),
        deadline: Some(99),
        delivered: false,
        fee: None,
        block: 9,
    };
    let gifted = Outcome::Gifted {
        card: 7,
        edition: 3,
        to: "hc".into(),
        fee: Amount(1),
        block: 9,
    };
    let library = Outcome::Library {
        keys: vec![row()],
        collection: None,
        more: false,
        block: 9,
    };
    for shown in [listed, market, accepted, gifted, library] {
        let text = outcome(&shown, false).join(" ");
        assert!(text.contains("nobody can make"), "{text}");
    }
}

fn row() -> LibraryRow {
    LibraryRow {
        card: 7,
        edition: 3,
        title: Some("A \u{1b}film".into()),
        kind: None,
        creator: None,
        account: None,
        root: None,
        frozen: false,
        newer: Some(8),
        claimed: None,
        listed: Some(Amount(1_000_000_000_000)),
        order: None,
        last_price: None,
        paid: Some(Amount(2_000_000_000_000)),
        here: true,
        collections: vec!["fi\u{7}lms".into()],
    }
}

#[test]
fn a_library_says_what_a_key_can_do_and_cannot_steer_the_terminal() {
    let lines = outcome(
        &Outcome::Library {
            keys: vec![row()],
            collection: None,
            more: false,
            block: 9,
        },
        false,
    );
    assert_eq!(
        lines[0],
        "card  key  here  paid    last price  state                                       title"
    );
    assert!(
        lines[1].contains("listed for 1 CARD, newer: card 8, [fi\u{FFFD}lms]"),
        "{}",
        lines[1]
    );
    assert!(!lines.join("").contains(['\u{1b}', '\u{7}']));
}

#[test]
fn what_does_not_open_is_named_with_its_reason() {
    let account = Recovered {
        account: None,
        address: "hc".into(),
        free: Amount(5),
        held: Amount(0),
        keys: vec![RecoveredKey {
            card: 7,
            edition: 3,
            title: None,
            opens: false,
            reason: Some("it is another wallet's".into()),
        }],
        published: vec![],
        bought: vec![],
        sold: vec![],
        listings: vec![listing(3)],
        offers: vec![OfferShown {
            offer: 12,
            card: 7,
            edition: None,
            buyer: "hc".into(),
            price: Amount(5),
            until: 9,
        }],
        clerk_of: vec![1, 2],
        seats: vec![],
        more: false,
    };
    let text = outcome(
        &Outcome::Recovered {
            accounts: vec![account],
            block: 9,
        },
        false,
    )
    .join("\n");
    for part in [
        "1 key, of which 0 open",
        "key 3 of card 7 does not open: it is another wallet's",
        "Listed:    key 3 of card 7 for 2 CARD",
        "Clerk of:  card 1, 2",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn every_event_that_is_no_progress_has_a_line() {
    let expired = |refunded| Event::Expired {
        order: 12,
        card: 7,
        refunded,
        block: 9,
    };
    assert_eq!(
        event(&expired(Some(Amount(5_000_000_000_000)))).as_deref(),
        Some("order 12 is over: 5 CARD came back")
    );
    assert_eq!(
        event(&expired(None)).as_deref(),
        Some("order 12 was not delivered in time")
    );
    assert_eq!(event(&Event::Served { chunks: 1, total: 1 }), None);
    let redeemed = |shortfall| Event::Redeemed {
        vouchers: 1,
        paid: Amount(3_000_000_000_000),
        received: Amount(2_000_000_000_000),
        shortfall: Amount(shortfall),
        fee: Amount(1_000_000_000_000),
        block: 9,
    };
    assert_eq!(
        event(&redeemed(0)).as_deref(),
        Some("1 voucher redeemed in block 9: 2 CARD received, fee 1 CARD")
    );
    assert!(event(&redeemed(1))
        .unwrap()
        .ends_with("0.000000000001 CARD had no money behind them"));
}

#[test]
fn what_was_paid_is_said_for_each_seeder_and_in_all_and_nothing_where_it_was_free() {
    let one = |peer: &str, paid| PeerShown {
        peer: peer.into(),
        chunks: 2,
        paid: Amount(paid),
        ..PeerShown::default()
    };
    let mut fetched = Fetched {
        card: 7,
        root: None,
        opened: Opened::None,
        output: None,
        bytes: 0,
        files: 0,
        chunks: 4,
        already_held: 0,
        peers: vec![one("12D3a", 1_500_000_000_000), one("12D3b", 0)],
        paid: Amount(1_500_000_000_000),
        seconds: 0.0,
        text: None,
    };
    let text = super::fetched(&fetched).join("\n");
    assert!(text.contains("2 chunks from 12D3a for 1.5 CARD"), "{text}");
    assert!(text.contains("2 chunks from 12D3b\n"), "{text}");
    assert!(text.contains("Paid: 1.5 CARD promised in all"), "{text}");
    fetched.paid = Amount(0);
    assert!(!super::fetched(&fetched).join("\n").contains("Paid"));
}

#[test]
fn pools_are_shown_with_what_is_promised_of_them() {
    let pool = PoolShown {
        pool: 41,
        unreserved: Amount(10_000_000_000_000),
        reserved: Amount(0),
        unpromised: Amount(9_000_000_000_000),
        closes_at: None,
        sessions: vec![SessionShown {
            session: 3,
            cap: Amount(1),
            charged: Amount(0),
            expires_at: 900,
            lanes: 2,
            promised: None,
        }],
    };
    let shown = |pools| outcome(&Outcome::Pools { pools, block: 1 }, false).join("\n");
    let text = shown(vec![pool]);
    for part in ["41", "10 CARD", "9 CARD", "open", "unknown", "900"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(shown(vec![]).contains("hashcard pool open 10"));
    let withdrawn = |removed| Outcome::PoolWithdrawn {
        pool: 41,
        amount: Amount(1_000_000_000_000),
        deposits: Amount(0),
        removed,
        fee: Amount(0),
        block: 1,
    };
    assert!(outcome(&withdrawn(true), false)[0].contains("1 CARD came back"));
    assert!(outcome(&withdrawn(false), false)[0].contains("again"));
    let cost = Event::Cost {
        card: 7,
        seeders: 3,
        at_most: Amount(1_000_000_000_000),
        budget: Amount(2_000_000_000_000),
    };
    let said = event(&cost).unwrap();
    assert!(
        said.contains("1 CARD at most, from 3 seeders") && said.contains("2 CARD"),
        "{said}"
    );
}
