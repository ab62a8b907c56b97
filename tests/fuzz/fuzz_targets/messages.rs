//! A message that is accepted is the one that would be written; nothing that a peer sends does anything else.
#![no_main]

use hashcard_protocol::limits::PREFIX_LEN;
use hashcard_protocol::messages::body_len;
use hashcard_protocol::payment::{ToPayee, ToPayer};
use hashcard_protocol::{Answer, Request};
use libfuzzer_sys::fuzz_target;

/// Any bound that a reader of a stream might set, in bytes.
const BOUND: usize = 1_000;

fuzz_target!(|body: &[u8]| {
    if let Some(prefix) = body.first_chunk::<PREFIX_LEN>() {
        assert!(body_len(*prefix, BOUND).unwrap_or(0) <= BOUND);
    }
    if let Ok((id, request)) = Request::decode(body) {
        let frame = request.frame(id).expect("what was read can be written");
        assert_eq!(&frame[PREFIX_LEN..], body);
    }
    if let Ok((id, answer)) = Answer::decode(body.to_vec()) {
        let frame = answer.frame(id).expect("what was read can be written");
        assert_eq!(&frame[PREFIX_LEN..], body);
    }
    if let Ok((id, message)) = ToPayee::decode(body) {
        let frame = message.frame(id).expect("what was read can be written");
        assert_eq!(&frame[PREFIX_LEN..], body);
    }
    if let Ok((id, message)) = ToPayer::decode(body) {
        let frame = message.frame(id).expect("what was read can be written");
        assert_eq!(&frame[PREFIX_LEN..], body);
    }
});
