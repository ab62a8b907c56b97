//! The bytes of messages: vectors written by another implementation, and properties over all of them.

use hashcard_primitives::blob::{chunk_count, ContentRoot, MAX_BLOB_LEN};
use hashcard_protocol::bitfield::Bitfield;
use hashcard_protocol::limits::*;
use hashcard_protocol::messages::{body_len, Answer, DecodeError, Refusal, Request};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::path::Path;
use std::time::Duration;

/// Number and message of a whole frame, by the side that reads it.
fn read_request(frame: &[u8]) -> Result<(u32, Request), DecodeError> {
    let len = body_len(*frame.first_chunk().unwrap(), MAX_REQUEST_BODY)?;
    assert_eq!(frame.len(), PREFIX_LEN + len, "the prefix counts the body");
    Request::decode(&frame[PREFIX_LEN..])
}

fn read_answer(frame: &[u8]) -> Result<(u32, Answer), DecodeError> {
    let len = body_len(*frame.first_chunk().unwrap(), MAX_ANSWER_BODY)?;
    assert_eq!(frame.len(), PREFIX_LEN + len, "the prefix counts the body");
    Answer::decode(frame[PREFIX_LEN..].to_vec())
}

fn spelled_request(request: &Request) -> Value {
    match request {
        Request::Have { root, page } => json!({"kind": "have", "root": hex::encode(root.0), "page": page}),
        Request::Chunk { root, chunk } => {
            json!({"kind": "chunk", "root": hex::encode(root.0), "chunk": chunk})
        }
        Request::Cancel => json!({"kind": "cancel"}),
    }
}

fn spelled_answer(answer: &Answer) -> Value {
    match answer {
        Answer::Holding { blob_len, page, bits } => {
            json!({"kind": "holding", "blob_len": blob_len, "page": page, "bits": hex::encode(bits)})
        }
        Answer::Unknown => json!({"kind": "unknown"}),
        Answer::Slice { bytes } => json!({"kind": "slice", "bytes": hex::encode(bytes)}),
        Answer::NotHeld => json!({"kind": "not-held"}),
        Answer::Busy { retry_after } => {
            json!({"kind": "busy", "retry_after_ms": retry_after.as_millis() as u64})
        }
        Answer::Cancelled => json!({"kind": "cancelled"}),
        Answer::PaymentDue { vouched, secured } => {
            json!({"kind": "payment-due", "vouched": vouched.to_string(), "secured": secured.to_string()})
        }
        Answer::Refused(Refusal(code)) => json!({"kind": "refused", "code": code}),
    }
}

fn spelled_error(error: DecodeError) -> &'static str {
    match error {
        DecodeError::TooLong { .. } => "too-long",
        DecodeError::Length { .. } => "length",
        DecodeError::OutOfRange { .. } => "range",
        DecodeError::Bits(_) => "bits",
        DecodeError::Lines => "lines",
        DecodeError::UnknownKind { .. } => "kind",
        DecodeError::UnknownVersion { .. } => "version",
    }
}

#[test]
fn messages_agree_with_the_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/swarm");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let vector: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let frame = hex::decode(vector["frame"].as_str().unwrap()).unwrap();
        let read = match vector["side"].as_str().unwrap() {
            "request" => {
                read_request(&frame).map(|(id, request)| (id, spelled_request(&request), request.frame(id)))
            }
            _ => read_answer(&frame).map(|(id, answer)| (id, spelled_answer(&answer), answer.frame(id))),
        };
        match vector["expect"].as_str().unwrap() {
            "decode" => {
                let (id, message, again) = read.unwrap();
                assert_eq!(json!(id), vector["number"], "{path:?}");
                assert_eq!(message, vector["message"], "{path:?}");
                assert_eq!(again.unwrap(), frame, "{path:?}");
            }
            "breach" => {
                let error = read.unwrap_err();
                assert_eq!(spelled_error(error), vector["error"], "{path:?}");
                assert_eq!(error.refusal(), None, "{path:?}");
            }
            "refusal" => {
                let (id, Refusal(code)) = read.unwrap_err().refusal().unwrap();
                assert_eq!(
                    (json!(id), json!(code)),
                    (vector["number"].clone(), vector["code"].clone()),
                    "{path:?}"
                );
            }
            other => panic!("{path:?} expects {other}"),
        }
        seen += 1;
    }
    assert!(seen > 30, "only {seen} vectors were found");
}

#[test]
fn the_longest_slice_fits_and_one_byte_more_is_refused_by_both_sides() {
    let longest = Answer::Slice {
        bytes: vec![7; MAX_SLICE_LEN as usize],
    };
    assert_eq!(read_answer(&longest.frame(1).unwrap()), Ok((1, longest)));
    let longer = Answer::Slice {
        bytes: vec![7; MAX_SLICE_LEN as usize + 1],
    };
    assert!(longer.frame(1).is_err());
    assert!(Answer::decode(vec![0; MAX_ANSWER_BODY + 1]).is_err());
}

#[test]
fn what_no_peer_would_accept_is_not_built() {
    let root = ContentRoot([1; 32]);
    assert!(Request::Have {
        root,
        page: MAX_PAGES
    }
    .frame(1)
    .is_err());
    assert!(Request::Chunk {
        root,
        chunk: MAX_CHUNKS
    }
    .frame(1)
    .is_err());
    assert!(Request::Chunk {
        root,
        chunk: u64::MAX
    }
    .frame(1)
    .is_err());
    assert!(Answer::Holding {
        blob_len: 1,
        page: 0,
        bits: vec![0b10]
    }
    .frame(1)
    .is_err());
}

fn any_request() -> impl Strategy<Value = Request> {
    let root = any::<[u8; 32]>().prop_map(ContentRoot);
    prop_oneof![
        (root.clone(), 0..MAX_PAGES).prop_map(|(root, page)| Request::Have { root, page }),
        (root, 0..MAX_CHUNKS).prop_map(|(root, chunk)| Request::Chunk { root, chunk }),
        Just(Request::Cancel),
    ]
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let holding = (1..MAX_BLOB_LEN, any::<u64>(), any::<u64>()).prop_map(|(blob_len, page, seed)| {
        let mut field = Bitfield::empty(chunk_count(blob_len)).unwrap();
        (0..64).filter(|bit| seed >> bit & 1 == 1).for_each(|bit| {
            field.set(bit, true);
        });
        let page = page % hashcard_protocol::bitfield::pages(field.chunks());
        Answer::Holding {
            blob_len,
            page,
            bits: field.page(page).unwrap().to_vec(),
        }
    });
    prop_oneof![
        holding,
        Just(Answer::Unknown),
        prop::collection::vec(any::<u8>(), 0..2000).prop_map(|bytes| Answer::Slice { bytes }),
        Just(Answer::NotHeld),
        (0..=600_000u64).prop_map(|millis| Answer::Busy {
            retry_after: Duration::from_millis(millis)
        }),
        Just(Answer::Cancelled),
        (any::<u128>(), any::<u128>()).prop_map(|(vouched, secured)| Answer::PaymentDue { vouched, secured }),
        any::<u8>().prop_map(|code| Answer::Refused(Refusal(code))),
    ]
}

proptest! {
    #[test]
    fn requests_read_back(id: u32, request in any_request()) {
        prop_assert_eq!(read_request(&request.frame(id).unwrap()), Ok((id, request)));
    }

    #[test]
    fn answers_read_back(id: u32, answer in any_answer()) {
        prop_assert_eq!(read_answer(&answer.frame(id).unwrap()), Ok((id, answer)));
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_what_is_read_has_one_spelling(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        kind in prop::sample::select(vec![1u8, 2, 3, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x90, 0xff]),
        plausible: bool,
    ) {
        let mut body = bytes;
        if plausible && body.len() >= 2 {
            body[0] = VERSION;
            body[1] = kind;
        }
        if let Ok((id, request)) = Request::decode(&body) {
            prop_assert_eq!(&request.frame(id).unwrap()[PREFIX_LEN..], &body);
        }
        if let Ok((id, answer)) = Answer::decode(body.clone()) {
            prop_assert_eq!(&answer.frame(id).unwrap()[PREFIX_LEN..], &body);
        }
    }

    #[test]
    fn a_changed_length_is_never_read_as_the_same_message(request in any_request(), cut in 1usize..40, extra in 1usize..10) {
        let frame = request.frame(5).unwrap();
        let body = &frame[PREFIX_LEN..];
        prop_assert!(Request::decode(&body[..body.len().saturating_sub(cut)]).is_err());
        prop_assert!(Request::decode(&[body, &vec![0; extra]].concat()).is_err());
    }

    #[test]
    fn a_prefix_announces_at_most_what_is_accepted(prefix: [u8; 4], max in 0usize..1_000_000) {
        match body_len(prefix, max) {
            Ok(len) => prop_assert!(len <= max && len == u32::from_le_bytes(prefix) as usize),
            Err(error) => prop_assert_eq!(spelled_error(error), "too-long"),
        }
    }
}
