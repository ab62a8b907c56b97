//! Strangers cannot make a download panic, ask for what is held or does not exist, or believe that it is done: whatever they
//! answer, in whatever order, and whether they were asked or not.
#![no_main]

use core::time::Duration;
use hashcard_primitives::{
    blob::{chunk_count, CHUNK_LEN},
    coverage::Coverage,
};
use hashcard_protocol::{Action, Bitfield, Download, DownloadLimits, Verdict};
use libfuzzer_sys::fuzz_target;

/// Most actions that one event may set off: for each of the few peers a pipeline, and a little more.
const MOST_ACTIONS: usize = 4_096;

/// The input, as the choices of a play.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn some(&mut self, most: usize) -> &[u8] {
        let (some, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        some
    }
}

fuzz_target!(|data: &[u8]| {
    let _ = play(Choices(data));
});

fn play(mut choices: Choices) -> Option<()> {
    let blob_len = u64::from(choices.next()?) * CHUNK_LEN / 2 + u64::from(choices.next()?);
    let chunks = chunk_count(blob_len);
    let nothing = Bitfield::empty(chunks).ok()?;
    let mut now = Duration::ZERO;
    let limits = DownloadLimits::default();
    let mut download = Download::new(blob_len, nothing, limits, choices.next()?.into(), now).ok()?;
    let mut verified = Vec::new();
    loop {
        let (what, peer, number) = (choices.next()?, choices.next()? % 8, choices.next()?);
        let chunk = u64::from(number);
        let rest = Duration::from_millis(u64::from(number) << (what >> 4));
        match what % 16 {
            0 => drop(download.peer_known(peer, Coverage(u64::from(number) * 0x0101_0101), now)),
            1 => drop(download.peer_known(peer, Coverage(u64::MAX), now)),
            2 => download.peer_connected(peer, now),
            3 => download.peer_failed(peer, now),
            4 => download.peer_violated(peer),
            5 => {
                let said = if what >> 4 == 0 { chunk } else { blob_len };
                download.peer_holding(peer, said, 0, choices.some(usize::from(number)), now);
            }
            6 => download.peer_lacks_blob(peer, now),
            7 => download.have_postponed(peer, rest, now),
            8 => {
                if download.slice_received(peer, chunk, now) == Verdict::Verify {
                    assert!(chunk < chunks && !download.held().get(chunk));
                    verified.push((peer, chunk));
                }
            }
            9 => match verified.pop() {
                Some((peer, chunk)) if number & 1 == 0 => download.chunk_stored(peer, chunk, now),
                Some((peer, chunk)) => download.chunk_refused(peer, chunk),
                None => {}
            },
            10 => download.not_held(peer, chunk, now),
            11 => download.busy(peer, chunk, rest, now),
            12 => download.payment_due(peer, chunk, now),
            13 => download.cancelled(peer, chunk),
            14 => download.peer_paid_up_to(peer, (number > 0).then_some(chunk * CHUNK_LEN)),
            _ => now += rest,
        }
        poll(&mut download, chunks, now);
    }
}

fn poll(download: &mut Download<u8>, chunks: u64, now: Duration) {
    for _ in 0..MOST_ACTIONS {
        match download.poll(now) {
            None => return,
            Some(Action::Request { chunk, .. }) => {
                assert!(chunk < chunks, "it asked for a chunk that does not exist");
                assert!(!download.held().get(chunk), "it asked for a chunk that it holds");
            }
            Some(Action::Done) => assert_eq!(download.missing(), 0),
            Some(Action::Stalled { missing, .. }) => assert!(missing > 0 && missing <= chunks),
            Some(_) => {}
        }
    }
    panic!("it wants more and more");
}
