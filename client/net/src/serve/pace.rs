//! How fast this node sends, when its owner says so. What may be sent is a straight line in time: an answer is sent when the line
//! has reached its beginning, and moves it on by its bytes. Time that passed unused is not saved up.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nanoseconds of a second.
const SECOND: u128 = 1_000_000_000;

/// A limit on bytes per second.
pub(super) struct Pace {
    per_second: NonZeroU64,
    /// When the next answer may begin.
    free_at: Mutex<Option<Instant>>,
}

impl Pace {
    /// None without a limit.
    pub(super) fn new(per_second: u64) -> Option<Self> {
        Some(Self {
            per_second: NonZeroU64::new(per_second)?,
            free_at: Mutex::default(),
        })
    }

    /// Takes the next place for `bytes` bytes: how long to wait before they are sent.
    pub(super) fn place(&self, bytes: u64, now: Instant) -> Duration {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = free_at.map_or(now, |free_at| free_at.max(now));
        let nanos = u128::from(bytes).saturating_mul(SECOND) / u128::from(self.per_second.get());
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        // A time beyond all clocks: the place is lost, and the next waits no longer than this one.
        *free_at = begin.checked_add(takes).or(Some(begin));
        begin.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nothing_waits() {
        assert!(Pace::new(0).is_none());
    }

    #[test]
    fn what_is_sent_never_exceeds_the_line() {
        let (pace, began) = (Pace::new(1_000).unwrap(), Instant::now());
        let waits: Vec<u128> = (0..4).map(|_| pace.place(500, began).as_millis()).collect();
        assert_eq!(waits, [0, 500, 1_000, 1_500]);
        let later = began + Duration::from_secs(1);
        assert_eq!(pace.place(500, later).as_millis(), 1_000);
    }

    #[test]
    fn time_that_passed_unused_is_not_saved_up() {
        let (pace, began) = (Pace::new(1_000).unwrap(), Instant::now());
        let later = began + Duration::from_secs(3600);
        assert_eq!(pace.place(1_000, later), Duration::ZERO);
        assert_eq!(pace.place(1_000, later).as_millis(), 1_000);
    }

    #[test]
    fn more_bytes_than_there_is_time_for_stop_nobody_for_ever() {
        let (pace, now) = (Pace::new(1).unwrap(), Instant::now());
        pace.place(u64::MAX, now);
        pace.place(u64::MAX, now);
    }
}
