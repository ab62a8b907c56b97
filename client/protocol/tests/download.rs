//! One download, event by event.

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::coverage::Coverage;
use hashcard_protocol::limits::*;
use hashcard_protocol::{Action, Bitfield, Download, DownloadLimits, DropReason, Verdict, WhyStalled};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const ALL: Coverage = Coverage(u64::MAX);

/// A download of `chunks` chunks, its clock, and what it asked for.
struct Trace {
    download: Download<u8>,
    chunks: u64,
    now: Duration,
}

impl Trace {
    fn new(chunks: u64) -> Self {
        Self::with_limits(chunks, DownloadLimits::default())
    }

    fn with_limits(chunks: u64, limits: DownloadLimits) -> Self {
        let held = Bitfield::empty(chunks).unwrap();
        let download = Download::new(chunks * CHUNK_LEN, held, limits, 7, Duration::ZERO).unwrap();
        Self {
            download,
            chunks,
            now: Duration::ZERO,
        }
    }

    /// A peer that is known, connected and asked what it holds; gives the chunks requested of it.
    fn join(&mut self, peer: u8, claim: Coverage) -> Vec<u64> {
        assert!(self.download.peer_known(peer, claim, self.now));
        assert_eq!(self.download.poll(self.now), Some(Action::Connect(peer)));
        self.download.peer_connected(peer, self.now);
        assert_eq!(
            self.download.poll(self.now),
            Some(Action::AskHave { peer, page: 0 })
        );
        requests(&self.actions(), peer)
    }

    fn says(&mut self, peer: u8, held: &[u64]) {
        let mut bits = Bitfield::empty(self.chunks).unwrap();
        held.iter().for_each(|chunk| {
            bits.set(*chunk, true);
        });
        self.download
            .peer_holding(peer, self.chunks * CHUNK_LEN, 0, bits.page(0).unwrap(), self.now);
    }

    fn delivers(&mut self, peer: u8, chunk: u64) -> Vec<Action<u8>> {
        assert_eq!(
            self.download.slice_received(peer, chunk, self.now),
            Verdict::Verify
        );
        self.download.chunk_stored(peer, chunk, self.now);
        self.actions()
    }

    fn actions(&mut self) -> Vec<Action<u8>> {
        std::iter::from_fn(|| self.download.poll(self.now)).collect()
    }

    /// Lets time pass to the next timeout.
    fn wait(&mut self) -> Vec<Action<u8>> {
        self.now = self.download.next_timeout(self.now).unwrap();
        self.actions()
    }
}

fn requests(actions: &[Action<u8>], of: u8) -> Vec<u64> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Request { peer, chunk } if *peer == of => Some(*chunk),
            _ => None,
        })
        .collect()
}

#[test]
fn a_download_with_nothing_missing_is_done_at_once_and_says_so_once() {
    let held = Bitfield::from_bytes(3, &[0b111]).unwrap();
    let mut download: Download<u8> =
        Download::new(3 * CHUNK_LEN, held, DownloadLimits::default(), 0, Duration::ZERO).unwrap();
    assert_eq!(download.poll(Duration::ZERO), Some(Action::Done));
    assert_eq!(
        (
            download.poll(Duration::ZERO),
            download.next_timeout(Duration::ZERO)
        ),
        (None, None)
    );
}

#[test]
fn a_bitfield_of_another_blob_is_refused() {
    let held = Bitfield::empty(2).unwrap();
    assert!(Download::<u8>::new(3 * CHUNK_LEN, held, DownloadLimits::default(), 0, Duration::ZERO).is_err());
}

#[test]
fn held_chunks_are_not_fetched_again() {
    let held = Bitfield::from_bytes(4, &[0b1011]).unwrap();
    let mut trace = Trace::new(4);
    trace.download =
        Download::new(4 * CHUNK_LEN, held, DownloadLimits::default(), 7, Duration::ZERO).unwrap();
    assert_eq!(trace.join(1, ALL), [2]);
    assert_eq!(trace.delivers(1, 2), [Action::Done]);
}

#[test]
fn requests_begin_with_the_claim_on_chain_before_the_peer_has_said_anything() {
    let mut trace = Trace::new(64);
    assert_eq!(trace.join(1, Coverage(0b1000)), [3]);
    assert_eq!(trace.join(2, Coverage(0)), [0u64; 0]);
}

#[test]
fn what_a_peer_says_replaces_what_the_chain_says() {
    let mut trace = Trace::new(8);
    assert_eq!(trace.join(1, Coverage(0)), [0u64; 0]);
    trace.says(1, &[5]);
    assert_eq!(requests(&trace.actions(), 1), [5]);
}

#[test]
fn the_rarest_chunk_is_asked_for_first() {
    let mut trace = Trace::new(6);
    trace.join(1, Coverage(0));
    trace.join(2, Coverage(0));
    trace.says(2, &[0, 1, 2, 3, 4]);
    let taken = requests(&trace.actions(), 2);
    trace.says(1, &[0, 1, 2, 3, 4, 5]);
    assert_eq!(requests(&trace.actions(), 1)[0], 5);
    assert!(!taken.contains(&5));
}

#[test]
fn a_liar_is_dropped_for_ever_and_its_chunks_go_to_another() {
    let mut trace = Trace::new(2);
    let asked = trace.join(1, ALL);
    assert_eq!(asked.len(), 2);
    assert_eq!(trace.join(2, ALL), [0u64; 0]);
    assert_eq!(
        trace.download.slice_received(1, asked[0], trace.now),
        Verdict::Verify
    );
    trace.download.chunk_refused(1, asked[0]);
    let actions = trace.actions();
    assert_eq!(
        actions[0],
        Action::Drop {
            peer: 1,
            reason: DropReason::Lied { chunk: asked[0] }
        }
    );
    let mut again = requests(&actions, 2);
    again.sort_unstable();
    assert_eq!(again, [0, 1]);
    assert!(!trace.download.peer_known(1, ALL, trace.now));
    assert!(!trace.download.held().get(asked[0]));
}

#[test]
fn what_another_says_that_a_peer_holds_hides_nothing() {
    let mut trace = Trace::new(8);
    assert!(trace.download.peer_known(1, Coverage(0b11), trace.now));
    assert!(trace.download.peer_known(1, Coverage(0), trace.now));
    assert_eq!(trace.actions(), [Action::Connect(1)]);
    trace.download.peer_connected(1, trace.now);
    let mut asked = requests(&trace.actions(), 1);
    asked.sort_unstable();
    assert_eq!(asked, [0, 1]);
}

#[test]
fn a_slice_that_was_not_asked_for_ends_the_connection() {
    let mut trace = Trace::new(8);
    let asked = trace.join(1, ALL);
    let other = (0..8).find(|chunk| !asked.contains(chunk)).unwrap();
    assert_eq!(
        trace.download.slice_received(1, other, trace.now),
        Verdict::Unsolicited
    );
    assert_eq!(
        trace.actions(),
        [Action::Drop {
            peer: 1,
            reason: DropReason::Violated
        }]
    );
}

#[test]
fn a_peer_that_gives_the_blob_another_length_is_dropped() {
    let mut trace = Trace::new(8);
    trace.join(1, ALL);
    trace
        .download
        .peer_holding(1, 8 * CHUNK_LEN - 1, 0, &[0xff], trace.now);
    assert_eq!(
        trace.actions(),
        [Action::Drop {
            peer: 1,
            reason: DropReason::Violated
        }]
    );
}

#[test]
fn an_overdue_chunk_goes_to_another_and_may_still_come_late() {
    let mut trace = Trace::new(3);
    let asked = trace.join(1, Coverage(0b11));
    assert_eq!(asked.len(), 2);
    trace.says(1, &[0, 1]);
    trace.now = FIRST_OVERDUE;
    let actions = trace.actions();
    assert!(asked.iter().all(|chunk| actions.contains(&Action::Cancel {
        peer: 1,
        chunk: *chunk
    })));
    let taken = trace.join(2, ALL);
    let twice = *taken.iter().find(|chunk| asked.contains(chunk)).unwrap();
    let actions = trace.delivers(1, twice);
    assert!(actions.contains(&Action::Cancel {
        peer: 2,
        chunk: twice
    }));
    assert!(trace.download.held().get(twice));
    trace.download.cancelled(2, twice);
    assert!(!trace
        .actions()
        .iter()
        .any(|action| matches!(action, Action::Drop { .. })));
}

#[test]
fn a_peer_that_answers_nothing_is_dropped_and_tried_again_later() {
    let mut trace = Trace::new(8);
    trace.join(1, ALL);
    trace.says(1, &[0, 1, 2, 3, 4, 5, 6, 7]);
    let mut dropped = false;
    let mut again = false;
    while !again && trace.now < 4 * FIRST_OVERDUE {
        for action in trace.wait() {
            dropped |= action
                == Action::Drop {
                    peer: 1,
                    reason: DropReason::Unresponsive,
                };
            again |= action == Action::Connect(1);
        }
    }
    assert!(dropped && again);
    assert_eq!(trace.now, 2 * FIRST_OVERDUE + FIRST_REST);
}

#[test]
fn a_peer_that_confirms_what_nobody_cancelled_is_dropped() {
    let mut trace = Trace::new(8);
    let asked = trace.join(1, ALL);
    trace.download.cancelled(1, asked[0]);
    assert_eq!(
        trace.actions(),
        [Action::Drop {
            peer: 1,
            reason: DropReason::Violated
        }]
    );
}

#[test]
fn a_busy_peer_is_left_alone_for_as_long_as_it_said() {
    let mut trace = Trace::new(8);
    let asked = trace.join(1, ALL);
    trace.says(1, &[0, 1, 2, 3, 4, 5, 6, 7]);
    for chunk in &asked {
        trace.download.busy(1, *chunk, 900 * MS, trace.now);
    }
    assert_eq!(trace.actions(), []);
    let actions = trace.wait();
    assert_eq!((trace.now, requests(&actions, 1).len()), (900 * MS, 1));
}

#[test]
fn a_denied_chunk_is_not_asked_of_the_same_peer_again_and_many_denials_end_it() {
    let mut trace = Trace::new(64);
    let mut asked = trace.join(1, ALL);
    let mut seen = asked.clone();
    let last = loop {
        trace.download.not_held(1, asked.remove(0), trace.now);
        let actions = trace.actions();
        let more = requests(&actions, 1);
        assert!(more.iter().all(|chunk| !seen.contains(chunk)));
        seen.extend(&more);
        asked.extend(more);
        if let Some(action) = actions
            .into_iter()
            .find(|action| matches!(action, Action::Drop { .. }))
        {
            break action;
        }
    };
    assert_eq!(
        last,
        Action::Drop {
            peer: 1,
            reason: DropReason::HoldsNothing
        }
    );
    assert!(seen.len() as u32 <= MAX_DENIALS + FIRST_PIPELINE + 1);
}

#[test]
fn a_connection_that_breaks_gives_its_chunks_back_and_is_tried_again() {
    let mut trace = Trace::new(4);
    let asked = trace.join(1, ALL);
    trace.download.peer_failed(1, trace.now);
    assert_eq!(trace.actions(), []);
    assert_eq!(trace.wait(), [Action::Connect(1)]);
    assert_eq!(trace.now, FIRST_REST);
    trace.download.peer_connected(1, trace.now);
    assert_eq!(requests(&trace.actions(), 1), asked);
}

#[test]
fn a_peer_that_cannot_be_reached_is_given_up_until_it_is_announced_again() {
    let mut trace = Trace::new(4);
    trace.download.peer_known(1, ALL, trace.now);
    let mut attempts = 0;
    loop {
        let actions = trace.actions();
        if actions.contains(&Action::Connect(1)) {
            attempts += 1;
            trace.download.peer_failed(1, trace.now);
        }
        if actions.iter().any(|action| {
            matches!(
                action,
                Action::Stalled {
                    why: WhyStalled::NoPeers,
                    ..
                }
            )
        }) {
            break;
        }
        trace.now = trace.download.next_timeout(trace.now).unwrap();
    }
    assert_eq!(attempts, MAX_ATTEMPTS + 1);
    assert!(trace.download.peer_known(1, ALL, trace.now));
    assert_eq!(trace.actions(), [Action::Connect(1)]);
}

#[test]
fn a_download_without_peers_says_so_after_its_patience() {
    let limits = DownloadLimits {
        source_patience: 500 * MS,
        ..DownloadLimits::default()
    };
    let mut trace = Trace::with_limits(4, limits);
    assert_eq!(trace.actions(), []);
    assert_eq!(
        trace.wait(),
        [Action::Stalled {
            missing: 4,
            why: WhyStalled::NoPeers
        }]
    );
    assert_eq!(trace.now, 500 * MS);
    assert_eq!(
        trace.wait(),
        [Action::Stalled {
            missing: 4,
            why: WhyStalled::NoPeers
        }]
    );
    assert_eq!(trace.now, 1000 * MS);
}

#[test]
fn a_download_whose_peers_lack_the_rest_says_that() {
    let limits = DownloadLimits {
        source_patience: 500 * MS,
        ..DownloadLimits::default()
    };
    let mut trace = Trace::with_limits(4, limits);
    trace.join(1, Coverage(0));
    trace.says(1, &[]);
    assert_eq!(trace.actions(), []);
    assert_eq!(
        trace.wait(),
        [Action::Stalled {
            missing: 4,
            why: WhyStalled::NotHeld
        }]
    );
}

#[test]
fn sources_that_never_deliver_are_no_progress() {
    let limits = DownloadLimits {
        progress_patience: 5000 * MS,
        ..DownloadLimits::default()
    };
    let mut trace = Trace::with_limits(4, limits);
    trace.join(1, ALL);
    trace.says(1, &[0, 1, 2, 3]);
    let actions = trace.wait();
    assert!(
        actions.contains(&Action::Stalled {
            missing: 4,
            why: WhyStalled::NoProgress
        }),
        "{actions:?}"
    );
}

#[test]
fn in_the_end_game_a_late_chunk_is_asked_of_a_second_peer_and_the_loser_is_told() {
    let mut trace = Trace::new(1);
    assert_eq!(trace.join(1, ALL), [0]);
    assert_eq!(trace.join(2, ALL), [0u64; 0]);
    trace.now = FIRST_LATENCY;
    assert_eq!(requests(&trace.actions(), 2), [0]);
    assert_eq!(
        trace.delivers(2, 0),
        [Action::Cancel { peer: 1, chunk: 0 }, Action::Done]
    );
    assert_eq!(trace.download.slice_received(1, 0, trace.now), Verdict::Unwanted);
}

#[test]
fn what_is_asked_and_verified_altogether_is_bounded() {
    let limits = DownloadLimits {
        in_flight: 3,
        ..DownloadLimits::default()
    };
    let mut trace = Trace::with_limits(20, limits);
    let first = trace.join(1, ALL);
    let second = trace.join(2, ALL);
    assert_eq!((first.len(), second.len()), (2, 1));
    assert_eq!(
        trace.download.slice_received(1, first[0], trace.now),
        Verdict::Verify
    );
    assert_eq!(requests(&trace.actions(), 1), [0u64; 0]);
    trace.download.chunk_stored(1, first[0], trace.now);
    assert_eq!(trace.actions().len(), 1);
}

#[test]
fn a_blob_of_several_pages_is_asked_for_page_by_page() {
    let chunks = PAGE_CHUNKS + 9;
    let mut trace = Trace::new(chunks);
    trace.join(1, Coverage(0));
    let page = vec![0; (PAGE_CHUNKS / 8) as usize];
    trace
        .download
        .peer_holding(1, chunks * CHUNK_LEN, 0, &page, trace.now);
    assert_eq!(trace.actions(), [Action::AskHave { peer: 1, page: 1 }]);
    trace
        .download
        .peer_holding(1, chunks * CHUNK_LEN, 1, &[0, 1], trace.now);
    assert_eq!(requests(&trace.actions(), 1), [PAGE_CHUNKS + 8]);
}

#[test]
fn a_peer_that_lacks_chunks_is_asked_again_what_it_holds() {
    let mut trace = Trace::new(4);
    trace.join(1, Coverage(0));
    trace.says(1, &[]);
    assert_eq!(trace.actions(), []);
    assert_eq!(trace.wait(), [Action::AskHave { peer: 1, page: 0 }]);
    assert_eq!(trace.now, HAVE_REFRESH);
    trace.says(1, &[2]);
    assert_eq!(requests(&trace.actions(), 1), [2]);
}
