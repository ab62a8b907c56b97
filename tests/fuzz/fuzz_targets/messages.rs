//! A message that is accepted is the one that would be written; nothing that a peer sends does anything else.
#![no_main]

use hashcard_protocol::limits::PREFIX_LEN;
use hashcard_protocol::payment::{ToPayee, ToPayer};
use hashcard_protocol::{Answer, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
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
