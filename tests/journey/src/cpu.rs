//! Processor time of processes, as the kernel counts it: user and system together, of all threads, ended ones too.

use std::path::Path;

use crate::failure::{Failure, Told};

/// Fields of a stat file behind the name in brackets and before `utime` (proc(5)).
const BEFORE_TIMES: usize = 11;

/// Seconds that a running process has had, to a clock tick (ten milliseconds).
pub fn seconds_of(pid: i32) -> Told<f64> {
    let [user, system, ..] = times_in(Path::new(&format!("/proc/{pid}/stat")))?;
    Ok(user + system)
}

/// Seconds that those children of this process had which have ended and were waited for.
pub fn seconds_of_ended_children() -> Told<f64> {
    let [_, _, user, system] = times_in(Path::new("/proc/self/stat"))?;
    Ok(user + system)
}

fn times_in(stat: &Path) -> Told<[f64; 4]> {
    let failed = |why: String| Failure::new(format!("{}: {why}", stat.display()));
    let line = std::fs::read_to_string(stat).map_err(|error| failed(error.to_string()))?;
    let ticks = ticks(&line).ok_or_else(|| failed(format!("no times in {line:?}")))?;
    let per_second = rustix::param::clock_ticks_per_second() as f64;
    Ok(ticks.map(|ticks| ticks as f64 / per_second))
}

/// `utime`, `stime`, `cutime` and `cstime` of a stat line.
fn ticks(line: &str) -> Option<[u64; 4]> {
    // A name may hold brackets and blanks itself.
    let (_, fields) = line.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(BEFORE_TIMES);
    let mut next = || times.next()?.parse().ok();
    Some([next()?, next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_whatever_a_process_is_called() {
        let line = "42 (a) R (b) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 11 13 20 0 1 0 100 0 0";
        assert_eq!(ticks(line), Some([7, 5, 11, 13]));
        assert_eq!(ticks("42 (a) S 1 2"), None);
    }

    #[test]
    fn a_process_that_works_has_had_more_time_than_before() {
        let me = std::process::id() as i32;
        let before = seconds_of(me).unwrap();
        let mut state = 1u64;
        while seconds_of(me).unwrap() <= before {
            state = (0..100_000).fold(state, |state, round| std::hint::black_box(state ^ round));
        }
        assert!(seconds_of_ended_children().unwrap() >= 0.0);
    }
}
