use super::*;
use crate::command::CollaboratorShown;
use std::path::{Path, PathBuf};

fn order() -> Publish {
    Publish {
        path: PathBuf::from("/x"),
        title: "A film".into(),
        kind: None,
        sale: Sale::Price(Amount(5)),
        editions: Some(3),
        tags: vec!["short".into(), "new".into()],
        preview: None,
        royalty: 50_000,
        delivery_share: 0,
        collaborators: Vec::new(),
        free_part: 0,
        supersedes: None,
        in_reply_to: None,
    }
}

fn refusal(order: Publish) -> String {
    let error = listing_of(&order).unwrap_err();
    assert_eq!((error.code, error.exit), (Code::BadInput, 2));
    error.message
}

#[test]
fn a_listing_says_what_was_asked_for() {
    let listing = listing_of(&order()).unwrap();
    assert_eq!(listing.title.as_slice(), b"A film");
    assert_eq!(
        (listing.price, listing.editions, listing.royalty),
        (5, Some(3), 50_000)
    );
    assert_eq!(listing.tags.len(), 2);
}

#[test]
fn what_the_chain_would_refuse_is_refused_before_anything_is_sealed() {
    assert!(refusal(Publish {
        title: String::new(),
        ..order()
    })
    .contains("empty"));
    assert!(refusal(Publish {
        title: "a\nb".into(),
        ..order()
    })
    .contains("control"));
    assert!(refusal(Publish {
        title: "ä".repeat(65),
        ..order()
    })
    .contains("128 bytes"));
    assert!(refusal(Publish {
        tags: vec!["x".into(), "x".into()],
        ..order()
    })
    .contains("twice"));
    assert!(refusal(Publish {
        tags: (0..9).map(|n| n.to_string()).collect(),
        ..order()
    })
    .contains("8 tags"));
    assert!(refusal(Publish {
        tags: vec!["x".repeat(33)],
        ..order()
    })
    .contains("32 bytes"));
    assert!(refusal(Publish {
        royalty: 500_001,
        ..order()
    })
    .contains("royalty"));
    assert!(refusal(Publish {
        delivery_share: 1_000_001,
        ..order()
    })
    .contains("delivery"));
    assert!(refusal(Publish {
        editions: Some(0),
        ..order()
    })
    .contains("editions"));
    assert!(refusal(Publish {
        sale: Sale::Open,
        ..order()
    })
    .contains("no editions"));
    assert!(refusal(Publish {
        kind: Some("movie".into()),
        ..order()
    })
    .contains("movie"));
}

#[test]
fn a_preview_of_more_than_4_kib_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    std::fs::write(&path, vec![b'x'; 4096]).unwrap();
    let with = |path: &Path| Publish {
        preview: Some(path.to_owned()),
        ..order()
    };
    assert_eq!(listing_of(&with(&path)).unwrap().preview.len(), 4096);
    std::fs::write(&path, vec![b'x'; 4097]).unwrap();
    assert!(refusal(with(&path)).contains("4096 bytes"));
    assert_eq!(
        listing_of(&with(&folder.path().join("none"))).unwrap_err().code,
        Code::NotFound
    );
}

#[test]
fn a_free_part_is_rounded_up_to_pieces_and_is_of_no_use_for_what_is_open() {
    let piece = Suite::ChaCha20Poly1305.piece_len();
    for (bytes, pieces) in [(0, 0), (1, 1), (piece, 1), (piece + 1, 2)] {
        assert_eq!(free_chunks(bytes, Suite::ChaCha20Poly1305).unwrap(), pieces);
    }
    assert!(free_chunks(u64::MAX, Suite::ChaCha20Poly1305).is_err());
    assert!(free_chunks(1, Suite::Plain).is_err());
    assert_eq!(free_chunks(0, Suite::Plain).unwrap(), 0);
}

#[test]
fn a_post_is_titled_by_its_beginning() {
    let post = |text: &str| Post {
        text: text.into(),
        title: None,
        tags: vec![],
        reply_to: Some(3),
    };
    let listing = listing_of_post(&post("Hello\n\tworld")).unwrap();
    assert_eq!(listing.title.as_slice(), b"Hello world");
    assert_eq!(listing.preview.as_slice(), b"Hello\n\tworld");
    assert_eq!((listing.kind, listing.in_reply_to), (Kind::Post, Some(3)));
    for text in [
        "😀".repeat(100),
        "x".repeat(4096),
        "\u{1}\u{2}".into(),
        "   ".into(),
    ] {
        assert!(listing_of_post(&post(&text)).is_ok(), "{text}");
    }
    assert!(listing_of_post(&post("")).is_err());
    assert!(listing_of_post(&post(&"x".repeat(4097))).is_err());
}

#[test]
fn the_kind_is_guessed_from_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().join("top");
    std::fs::create_dir(&top).unwrap();
    let guess = |path: &Path| guessed_kind(&Source::walk(path, Path::new("/nonexistent")).unwrap());
    for (name, kind) in [
        ("a.mp4", Kind::Film),
        ("b.mp3", Kind::Music),
        ("c.png", Kind::Picture),
        ("d.bin", Kind::Other),
    ] {
        std::fs::write(top.join(name), "x").unwrap();
        assert_eq!(guess(&top.join(name)), kind, "{name}");
    }
    assert_eq!(guess(&top), Kind::Other);
    std::fs::write(top.join("index.html"), "x").unwrap();
    assert_eq!(guess(&top), Kind::Site);
}

#[test]
fn a_label_fits_the_store() {
    assert!(label_of(&"ä".repeat(64)).len() <= hashcard_store::MAX_LABEL_LEN);
    assert_eq!(label_of("A film"), "A film");
}

#[test]
fn collaborators_are_told_to_the_chain_in_their_order() {
    let one = |seed: u8, share| CollaboratorShown {
        account: hashcard_chain::address_of(&[seed; 32]),
        share,
    };
    let listing = listing_of(&Publish {
        collaborators: vec![one(1, 250_000), one(2, 750_000)],
        ..order()
    })
    .unwrap();
    let told: Vec<_> = listing
        .collaborators
        .iter()
        .map(|one| (one.account, one.share))
        .collect();
    assert_eq!(told, [([1; 32], 250_000), ([2; 32], 750_000)]);

    for (collaborators, part) in [
        (vec![one(1, 0)], "no share"),
        (vec![one(1, 1), one(1, 1)], "twice"),
        (vec![one(1, 600_000), one(2, 400_001)], "more than the whole"),
        ((0..9).map(|n| one(n, 1)).collect(), "more than 8"),
    ] {
        let said = refusal(Publish {
            collaborators,
            ..order()
        });
        assert!(said.contains(part), "{said}");
    }
    let open = Publish {
        sale: Sale::Open,
        editions: None,
        collaborators: vec![one(1, 1)],
        ..order()
    };
    assert!(refusal(open).contains("no money to share"));
}
