//! What went wrong, in words, with the end of the log of the process concerned.

use std::fmt;
use std::path::Path;

/// Lines of a log that a failure shows: what a process says when it ends badly, and what led to it.
const TAIL_LINES: usize = 25;

/// A broken promise: which, and what was seen instead.
pub struct Failure {
    message: String,
}

/// What a step of a journey gives.
pub type Told<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// The same, with what was being done in front.
    pub fn during(self, what: impl fmt::Display) -> Self {
        Self {
            message: format!("{what}: {}", self.message),
        }
    }

    /// The same, with the end of a log behind.
    pub fn with_log(self, name: &str, log: &Path) -> Self {
        let tail = tail_of(log);
        if tail.is_empty() {
            return self;
        }
        Self {
            message: format!(
                "{}\n--- last lines of {name} ({})\n{tail}\n---",
                self.message,
                log.display()
            ),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// A test that returns a failure prints it with `Debug`.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Fails with the message unless the condition holds.
pub fn ensure(holds: bool, message: impl FnOnce() -> String) -> Told {
    if holds {
        Ok(())
    } else {
        Err(Failure::new(message()))
    }
}

/// The last lines of a log.
pub fn tail_of(log: &Path) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
