use super::*;

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
    let lines = card(&shown());
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
        seconds: 0.0,
        text: Some("one\ntwo\u{1b}".into()),
    };
    assert_eq!(super::fetched(&fetched), ["one", "two\u{FFFD}"]);
}
