//! The events of a block, as a node tells them: any bytes are read or refused, and what is read is whole.
#![no_main]

use hashcard_chain::fuzzing::Events;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static EVENTS: LazyLock<Events> = LazyLock::new(Events::new);

fuzz_target!(|data: &[u8]| {
    if EVENTS.read(data).is_ok() {
        let longer = [data, &[0]].concat();
        assert!(EVENTS.read(&longer).is_err(), "a byte is left over");
    }
});
