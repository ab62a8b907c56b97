//! Memory of processes, as the kernel counts it.

use std::time::Duration;

use crate::failure::{Failure, Told};
use crate::run::{Ran, Run};

/// How often a process is looked at: what it holds for a shorter time at its very end may be missed, and nothing before.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Runs a command to its end; the most memory that it ever held in RAM, in bytes.
pub async fn peak_of(run: Run) -> Told<(Ran, u64)> {
    let pid = run.process().pid();
    let (mut peak, mut look) = (0, tokio::time::interval(LOOK_EVERY));
    let finishing = run.finish();
    tokio::pin!(finishing);
    let ran = loop {
        tokio::select! {
            ran = &mut finishing => break ran?,
            // A process that has just ended has none to be asked about.
            _ = look.tick() => peak = peak.max(peak_so_far(pid).unwrap_or(0)),
        }
    };
    Ok((ran, peak))
}

/// The most that a running process has held up to now, in bytes.
pub fn peak_so_far(pid: i32) -> Told<u64> {
    let path = format!("/proc/{pid}/status");
    let status = std::fs::read_to_string(&path)?;
    peak_in(&status).ok_or_else(|| Failure::new(format!("no VmHWM in {path}")))
}

/// `VmHWM` of a status file (proc(5)), which counts in KiB.
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_what_the_kernel_says() {
        assert_eq!(
            peak_in("Name:\tx\nVmPeak:\t9 kB\nVmHWM:\t   12 kB\nVmRSS:\t 3 kB\n"),
            Some(12_288)
        );
        assert_eq!(peak_in("Name:\tx\n"), None);
        assert!(peak_so_far(std::process::id() as i32).unwrap() > 1 << 20);
    }
}
