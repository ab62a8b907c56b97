//! A clock that is off, for one process.
//!
//! **The node has no word for it, and the kernel has none either** (time namespaces leave the time of day alone), so a library of a few
//! lines stands between the node and the kernel. It is C, compiled when it is needed by the `cc` that the node's own build needs.

use std::ffi::OsString;
use std::path::Path;

use crate::failure::{ensure, Told};

const SOURCE: &str = include_str!("clock.c");

/// The variable that has a process read a clock so many seconds fast; slow, if they are negative. Writes the library into the folder.
pub async fn off_by(folder: &Path, seconds: i32) -> Told<(&'static str, OsString)> {
    let (source, library) = (folder.join("clock.c"), folder.join("clock.so"));
    std::fs::write(&source, SOURCE)?;
    let output = tokio::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Werror"])
        .arg(format!("-DOFF_BY_SECONDS=({seconds})"))
        .arg("-o")
        .args([&library, &source])
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure(output.status.success(), || {
        format!("cc clock.c: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    Ok(("LD_PRELOAD", library.into_os_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    #[tokio::test]
    async fn a_process_reads_the_clock_that_it_is_given_and_nobody_else_does() {
        let folder = tempfile::tempdir().unwrap();
        for (name, seconds) in [("fast", 1_000), ("slow", -1_000)] {
            let place = folder.path().join(name);
            std::fs::create_dir(&place).unwrap();
            let (variable, library) = off_by(&place, seconds).await.unwrap();
            let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let before = now();
            let mut date = tokio::process::Command::new("date");
            let output = date.arg("+%s").env(variable, library).output().await.unwrap();
            let read: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
            let shown = Duration::from_secs(read.checked_add_signed(-i64::from(seconds)).unwrap());
            // `date` shows whole seconds.
            assert!(
                before - Duration::from_secs(1) < shown && shown <= now(),
                "{name}: {shown:?}"
            );
        }
    }
}
