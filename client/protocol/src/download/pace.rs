//! How fast a peer delivers, and what follows: how much to queue with him, and when to stop waiting.
//!
//! Measured at whole chunks only, because nothing less is worth anything: a peer that trickles bytes is as slow as one
//! that sends none.

use crate::limits::*;
use core::time::Duration;

/// The measured speed of one peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Smoothed time between two deliveries while something was asked of him.
    interval: Option<Duration>,
    /// Smoothed time from request to delivery and its mean deviation (as for TCP, RFC 6298, section 2).
    latency: Option<(Duration, Duration)>,
    delivered_at: Duration,
    depth: u32,
    max_depth: u32,
    /// Requests overdue since the last delivery; each doubles the patience, so that a peer on a path that became slower is
    /// measured again instead of being cancelled for ever.
    late: u32,
}

impl Pace {
    /// Nothing is known of a peer that connected at `now`, but that he did not answer in time `silences` times before. No
    /// more than `max_depth` requests will be queued with him.
    pub(super) fn new(max_depth: u32, silences: u32, now: Duration) -> Self {
        let depth = if silences == 0 {
            FIRST_PIPELINE.min(max_depth)
        } else {
            1
        };
        Self {
            interval: None,
            latency: None,
            delivered_at: now,
            depth,
            max_depth,
            late: silences,
        }
    }

    /// He delivered at `now` what he was asked for at `asked_at`.
    pub(super) fn delivered(&mut self, asked_at: Duration, now: Duration) {
        let sample = now.saturating_sub(asked_at.max(self.delivered_at));
        let interval = self.interval.map_or(sample, |mean| smooth(mean, sample, 4));
        let took = now.saturating_sub(asked_at);
        self.latency = Some(match self.latency {
            None => (took, took / 2),
            Some((mean, deviation)) => (smooth(mean, took, 8), smooth(deviation, mean.abs_diff(took), 4)),
        });
        self.interval = Some(interval);
        self.delivered_at = now;
        self.late = 0;
        let wanted = PIPELINE_TIME.as_micros().div_ceil(interval.as_micros().max(1));
        let wanted = u32::try_from(wanted)
            .unwrap_or(u32::MAX)
            .clamp(1, self.max_depth.max(1));
        // One more per delivery at most: a burst out of a buffer is not a rate.
        self.depth = wanted.min(self.depth.saturating_add(1));
    }

    /// A request of his is overdue.
    pub(super) fn overdue(&mut self) {
        self.late = self.late.saturating_add(1);
        self.depth = (self.depth / 2).max(1);
    }

    /// He had too much to do.
    pub(super) fn busy(&mut self) {
        self.depth = (self.depth / 2).max(1);
    }

    /// How many requests to have outstanding with him.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    /// When he last delivered, or connected.
    pub(super) fn delivered_at(&self) -> Duration {
        self.delivered_at
    }

    /// How long a request takes him.
    pub(super) fn latency(&self) -> Duration {
        self.latency.map_or(FIRST_LATENCY, |(mean, _)| mean)
    }

    /// How long to wait for a request before it is overdue.
    pub(super) fn patience(&self) -> Duration {
        let usual = self
            .latency
            .map_or(FIRST_OVERDUE, |(mean, deviation)| mean + deviation * 4);
        let doubled = usual.max(MIN_OVERDUE).saturating_mul(1 << self.late.min(8));
        doubled.min(MAX_OVERDUE)
    }
}

/// `mean`, moved by one part in `parts` towards `sample`.
fn smooth(mean: Duration, sample: Duration, parts: u32) -> Duration {
    (mean * (parts - 1) + sample) / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn after(deliveries: u32, interval: Duration) -> Pace {
        let mut pace = Pace::new(MAX_PIPELINE, 0, Duration::ZERO);
        for n in 1..=deliveries {
            pace.delivered(interval * (n - 1), interval * n);
        }
        pace
    }

    #[test]
    fn a_fast_peer_gets_a_deep_pipeline_and_a_slow_one_a_shallow_one() {
        assert_eq!(after(40, 10 * MS).depth(), MAX_PIPELINE);
        assert_eq!(after(40, 500 * MS).depth(), 4);
        assert_eq!(after(40, 13_000 * MS).depth(), 1);
    }

    #[test]
    fn the_pipeline_grows_by_one_per_delivery() {
        for n in 1..10 {
            assert_eq!(after(n, MS).depth(), FIRST_PIPELINE + n);
        }
    }

    #[test]
    fn patience_follows_the_rate_within_its_bounds() {
        assert_eq!(
            Pace::new(MAX_PIPELINE, 0, Duration::ZERO).patience(),
            FIRST_OVERDUE
        );
        assert_eq!(after(40, 10 * MS).patience(), MIN_OVERDUE);
        let slow = after(40, 13_000 * MS).patience();
        assert!(slow > 13_000 * MS && slow < 20_000 * MS);
        assert_eq!(after(2, 900_000 * MS).patience(), MAX_OVERDUE);
    }

    #[test]
    fn a_peer_that_was_silent_before_gets_less_and_is_waited_for_longer() {
        let pace = Pace::new(MAX_PIPELINE, 1, Duration::ZERO);
        assert_eq!((pace.depth(), pace.patience()), (1, 2 * FIRST_OVERDUE));
        assert_eq!(Pace::new(MAX_PIPELINE, 9, Duration::ZERO).patience(), MAX_OVERDUE);
    }

    #[test]
    fn each_overdue_request_doubles_patience_and_halves_the_pipeline_until_a_delivery() {
        let mut pace = after(40, 10 * MS);
        pace.overdue();
        assert_eq!(
            (pace.depth(), pace.patience()),
            (MAX_PIPELINE / 2, MIN_OVERDUE * 2)
        );
        (0..100).for_each(|_| pace.overdue());
        assert_eq!((pace.depth(), pace.patience()), (1, MAX_OVERDUE));
        pace.delivered(Duration::ZERO, 10 * MS);
        assert!(pace.patience() < MAX_OVERDUE && pace.depth() == 2);
    }
}
