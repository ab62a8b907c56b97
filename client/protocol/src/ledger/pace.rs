//! How fast a payee delivers, and how long a voucher is under way. From both follows how far ahead to promise.

use crate::limits::*;
use core::time::Duration;

/// How long bytes are counted for one sample of the rate: some round trips of most paths.
const SAMPLE_TIME: Duration = Duration::from_millis(200);

/// Samples before the rate is believed. Until then the window is what trust alone allows: a window that is too narrow would
/// hold the rate down, and so itself.
const LEARNING: u32 = 8;

/// The measured speed of one payee.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pace {
    /// Bytes per second.
    rate: u64,
    /// From a voucher's signature to its acceptance: the round trip, and the time that storing takes.
    round_trip: Option<Duration>,
    counting_since: Option<Duration>,
    counted: u64,
    samples: u32,
}

impl Pace {
    pub(super) fn delivered(&mut self, bytes: u64, now: Duration) {
        let since = *self.counting_since.get_or_insert(now);
        self.counted = self.counted.saturating_add(bytes);
        let elapsed = now.saturating_sub(since);
        if elapsed < SAMPLE_TIME {
            return;
        }
        let sample = u128::from(self.counted) * 1_000_000 / elapsed.as_micros().max(1);
        let sample = u64::try_from(sample).unwrap_or(u64::MAX);
        // It follows a rise at once, so that the window never holds a peer back, and a fall slowly, because a pause is none.
        self.rate = sample.max(self.rate / 8 * 7);
        self.counting_since = Some(now);
        self.counted = 0;
        self.samples = self.samples.saturating_add(1);
    }

    pub(super) fn accepted(&mut self, took: Duration) {
        self.round_trip = Some(self.round_trip.map_or(took, |mean| (mean * 7 + took) / 8));
    }

    /// Bytes per second. Before the first sample, what has come is taken to have come in the time of one: the first window on credit
    /// is often too short for a sample, and then nothing comes until there is a lane.
    pub(super) fn rate(&self) -> u64 {
        if self.samples > 0 {
            return self.rate;
        }
        let per_sample = u128::from(self.counted) * 1_000_000 / SAMPLE_TIME.as_micros();
        u64::try_from(per_sample).unwrap_or(u64::MAX)
    }

    /// Bytes to promise ahead: twice what is under way between a voucher's signature and its acceptance.
    pub(super) fn window(&self) -> u64 {
        if self.samples < LEARNING {
            return MAX_WINDOW;
        }
        let micros = self.round_trip.unwrap_or_default().as_micros();
        let under_way = u128::from(self.rate).saturating_mul(micros) / 1_000_000;
        u64::try_from(under_way.saturating_mul(2))
            .unwrap_or(u64::MAX)
            .clamp(MIN_WINDOW, MAX_WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn measured(rate: u64, round_trip: Duration) -> Pace {
        let mut pace = Pace::default();
        for tick in 0..=200 {
            pace.delivered(rate / 100, tick * 10 * MS);
        }
        pace.accepted(round_trip);
        pace
    }

    #[test]
    fn a_window_is_twice_what_is_under_way_within_its_bounds() {
        assert_eq!(Pace::default().window(), MAX_WINDOW);
        assert_eq!(measured(1_000_000, 100 * MS).window(), MIN_WINDOW);
        let wide = measured(20_000_000, 100 * MS).window();
        assert!((4_000_000..4_400_000).contains(&wide), "{wide}");
        assert_eq!(measured(1_000_000_000, 1_000 * MS).window(), MAX_WINDOW);
    }

    #[test]
    fn a_rate_is_guessed_from_the_first_bytes_until_it_is_measured() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(), 0);
        pace.delivered(1 << 20, Duration::ZERO);
        assert_eq!(pace.rate(), 5 << 20);
        pace.delivered(1 << 20, Duration::from_secs(2));
        assert_eq!(pace.rate(), 1 << 20);
    }

    #[test]
    fn a_pause_narrows_the_window_slowly() {
        let mut pace = measured(20_000_000, 100 * MS);
        let before = pace.window();
        pace.delivered(1, Duration::from_secs(30));
        assert!(pace.window() < before && pace.window() > before / 2);
    }
}
