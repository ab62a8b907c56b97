//! The bytes of payment messages: vectors written by another implementation, and properties over all of them.

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::channel::{SessionKey, VoucherLine, VoucherLines};
use hashcard_protocol::limits::*;
use hashcard_protocol::messages::{body_len, DecodeError};
use hashcard_protocol::payment::{Decline, Hello, Promise, SessionRef, Terms, ToPayee, ToPayer};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::path::Path;

fn body(frame: &[u8]) -> Result<&[u8], DecodeError> {
    let len = body_len(*frame.first_chunk().unwrap(), MAX_PAYMENT_BODY)?;
    assert_eq!(frame.len(), PREFIX_LEN + len, "the prefix counts the body");
    Ok(&frame[PREFIX_LEN..])
}

fn spelled_lines(lines: &VoucherLines) -> Value {
    let spelled = lines
        .iter()
        .map(|line| json!({"card": line.card, "cumulative": line.cumulative.to_string()}));
    spelled.collect()
}

fn spelled_to_payee(message: &ToPayee) -> Value {
    match message {
        ToPayee::Hello { hello, signature } => {
            let (kind, key) = match hello.key {
                SessionKey::Ed25519(key) => ("ed25519", key),
                SessionKey::Sr25519(key) => ("sr25519", key),
            };
            json!({
                "kind": "hello", "genesis": hex::encode(hello.genesis), "pool": hello.payer.pool,
                "session": hello.payer.session, "key_kind": kind, "key": hex::encode(key),
                "payee": hex::encode(hello.payee), "card": hello.card, "root": hex::encode(hello.root.0),
                "signature": hex::encode(signature),
            })
        }
        ToPayee::Voucher(Promise { lines, signature }) => {
            json!({"kind": "voucher", "lines": spelled_lines(lines), "signature": hex::encode(signature)})
        }
    }
}

fn spelled_to_payer(message: &ToPayer) -> Value {
    match message {
        ToPayer::Terms(terms) => json!({
            "kind": "terms", "price_per_mib": terms.price_per_mib.to_string(), "free_bytes": terms.free_bytes,
            "window": terms.window, "vouched": terms.vouched.to_string(), "earned": terms.earned.to_string(),
        }),
        ToPayer::Accepted { best } => json!({"kind": "accepted", "best": spelled_lines(best)}),
        ToPayer::Refused(Decline(code)) => json!({"kind": "refused", "code": code}),
    }
}

fn spelled_error(error: DecodeError) -> &'static str {
    match error {
        DecodeError::TooLong { .. } => "too-long",
        DecodeError::Length { .. } => "length",
        DecodeError::OutOfRange { .. } => "range",
        DecodeError::Lines => "lines",
        other => panic!("{other}"),
    }
}

#[test]
fn messages_agree_with_the_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/pay-messages");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let vector: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let frame = hex::decode(vector["frame"].as_str().unwrap()).unwrap();
        let read = body(&frame).and_then(|body| match vector["side"].as_str().unwrap() {
            "payer" => ToPayee::decode(body)
                .map(|(id, message)| (id, spelled_to_payee(&message), message.frame(id).unwrap())),
            _ => ToPayer::decode(body)
                .map(|(id, message)| (id, spelled_to_payer(&message), message.frame(id).unwrap())),
        });
        match vector["expect"].as_str().unwrap() {
            "decode" => {
                let (id, message, again) = read.unwrap();
                assert_eq!(json!(id), vector["number"], "{path:?}");
                assert_eq!(message, vector["message"], "{path:?}");
                assert_eq!(again, frame, "{path:?}");
            }
            "breach" => {
                let error = read.unwrap_err();
                assert_eq!(spelled_error(error), vector["error"], "{path:?}");
                assert_eq!(error.refusal(), None, "{path:?}");
            }
            "refusal" => {
                let (id, refusal) = read.unwrap_err().refusal().unwrap();
                assert_eq!(
                    (json!(id), json!(refusal.0)),
                    (vector["number"].clone(), vector["code"].clone())
                );
            }
            "signed" => {
                let (_, ToPayee::Hello { hello, .. }) = ToPayee::decode(body(&frame).unwrap()).unwrap()
                else {
                    panic!("{path:?} is no greeting");
                };
                let peer = hex::decode(vector["peer"].as_str().unwrap()).unwrap();
                let signed = hex::encode(hello.signed_bytes(&peer).unwrap());
                assert_eq!(json!(signed), vector["signed"], "{path:?}");
            }
            other => panic!("{path:?} expects {other}"),
        }
        seen += 1;
    }
    assert!(seen > 25, "only {seen} vectors were found");
}

fn hello() -> Hello {
    Hello {
        genesis: [1; 32],
        payer: SessionRef { pool: 2, session: 3 },
        key: SessionKey::Ed25519([4; 32]),
        payee: [5; 32],
        card: 6,
        root: ContentRoot([7; 32]),
    }
}

#[test]
fn every_field_of_a_greeting_and_the_peer_change_what_is_signed() {
    let one = hello();
    let bytes = one.signed_bytes(&[9]).unwrap();
    let others = [
        Hello {
            genesis: [0; 32],
            ..one
        },
        Hello {
            payer: SessionRef { pool: 0, session: 3 },
            ..one
        },
        Hello {
            payer: SessionRef { pool: 2, session: 0 },
            ..one
        },
        Hello {
            payee: [0; 32],
            ..one
        },
        Hello { card: 0, ..one },
        Hello {
            root: ContentRoot([0; 32]),
            ..one
        },
    ];
    for other in others {
        assert_ne!(other.signed_bytes(&[9]).unwrap(), bytes);
    }
    assert_ne!(one.signed_bytes(&[8]).unwrap(), bytes);
    assert_ne!(one.signed_bytes(&[9, 9]).unwrap(), bytes);
    assert_eq!(one.signed_bytes(&[0; 256]), None);
}

#[test]
fn a_voucher_of_the_stream_is_the_voucher_of_the_chain() {
    let lines = VoucherLines::try_from(vec![VoucherLine {
        card: 6,
        cumulative: 8,
    }])
    .unwrap();
    let promise = Promise {
        lines: lines.clone(),
        signature: [3; 64],
    };
    let signed = hello().signed_voucher(promise);
    assert_eq!(signed.voucher, hello().voucher(lines));
    assert_eq!(
        (signed.voucher.pool, signed.voucher.session, signed.voucher.payee),
        (2, 3, [5; 32])
    );
}

#[test]
fn lines_out_of_order_are_not_built() {
    let line = |card| VoucherLine { card, cumulative: 1 };
    for cards in [vec![], vec![line(2), line(1)], vec![line(1), line(1)]] {
        let best = VoucherLines::try_from(cards).unwrap();
        assert!(ToPayer::Accepted { best }.frame(1).is_err());
    }
}

fn any_lines() -> impl Strategy<Value = VoucherLines> {
    prop::collection::btree_map(any::<u64>(), any::<u128>(), 1..=16).prop_map(|lines| {
        let lines = lines
            .into_iter()
            .map(|(card, cumulative)| VoucherLine { card, cumulative });
        VoucherLines::try_from(lines.collect::<Vec<_>>()).unwrap()
    })
}

fn any_signature() -> impl Strategy<Value = [u8; 64]> {
    any::<[[u8; 32]; 2]>().prop_map(|halves| {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&halves[0]);
        signature[32..].copy_from_slice(&halves[1]);
        signature
    })
}

fn any_to_payee() -> impl Strategy<Value = ToPayee> {
    let hello = (
        any::<[[u8; 32]; 4]>(),
        any::<u64>(),
        any::<u32>(),
        any::<u64>(),
        any::<bool>(),
        any_signature(),
    );
    prop_oneof![
        hello.prop_map(
            |([genesis, key, payee, root], pool, session, card, sr, signature)| ToPayee::Hello {
                hello: Hello {
                    genesis,
                    payer: SessionRef { pool, session },
                    key: if sr {
                        SessionKey::Sr25519(key)
                    } else {
                        SessionKey::Ed25519(key)
                    },
                    payee,
                    card,
                    root: ContentRoot(root),
                },
                signature,
            }
        ),
        (any_lines(), any_signature())
            .prop_map(|(lines, signature)| ToPayee::Voucher(Promise { lines, signature })),
    ]
}

fn any_to_payer() -> impl Strategy<Value = ToPayer> {
    let terms = (
        any::<u128>(),
        any::<u64>(),
        any::<u64>(),
        any::<u128>(),
        any::<u128>(),
    );
    prop_oneof![
        terms.prop_map(
            |(price_per_mib, free_bytes, window, vouched, earned)| ToPayer::Terms(Terms {
                price_per_mib,
                free_bytes,
                window,
                vouched,
                earned,
            })
        ),
        any_lines().prop_map(|best| ToPayer::Accepted { best }),
        any::<u8>().prop_map(|code| ToPayer::Refused(Decline(code))),
    ]
}

proptest! {
    #[test]
    fn payments_read_back(id: u32, message in any_to_payee()) {
        prop_assert_eq!(ToPayee::decode(body(&message.frame(id).unwrap()).unwrap()), Ok((id, message)));
    }

    #[test]
    fn answers_to_payments_read_back(id: u32, message in any_to_payer()) {
        prop_assert_eq!(ToPayer::decode(body(&message.frame(id).unwrap()).unwrap()), Ok((id, message)));
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_what_is_read_has_one_spelling(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        kind in prop::sample::select(vec![0x10u8, 0x11, 0x91, 0x92, 0xff]),
        lines in 0u8..18,
    ) {
        let mut body = bytes;
        if body.len() > 6 {
            (body[0], body[1], body[6]) = (VERSION, kind, lines);
        }
        if let Ok((id, message)) = ToPayee::decode(&body) {
            prop_assert_eq!(&message.frame(id).unwrap()[PREFIX_LEN..], &body);
        }
        if let Ok((id, message)) = ToPayer::decode(&body) {
            prop_assert_eq!(&message.frame(id).unwrap()[PREFIX_LEN..], &body);
        }
    }

    #[test]
    fn a_changed_length_is_never_read(message in any_to_payee(), cut in 1usize..40, extra in 1usize..10) {
        let frame = message.frame(5).unwrap();
        let body = &frame[PREFIX_LEN..];
        prop_assert!(ToPayee::decode(&body[..body.len() - cut]).is_err());
        prop_assert!(ToPayee::decode(&[body, &vec![0; extra]].concat()).is_err());
    }
}
