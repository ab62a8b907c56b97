//! A `hashcard --json` command that runs, and what came of it (docs/CLI-JSON.md).
//!
//! The contract of the output is checked on every run of every journey: nothing but JSON lines, the last one the
//! outcome or the error, and an exit code that is the error's.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::failure::{ensure, Failure, Told};
use crate::lines::Lines;
use crate::process::{within, Process};

/// How long a command may be silent: an order that nobody answers takes 20 blocks of 3 seconds to expire, then a
/// few to be refunded and final.
const SILENCE: Duration = Duration::from_secs(180);

/// A command that runs.
pub struct Run {
    process: Process,
    command: String,
    lines: Lines,
    events: Vec<Value>,
    last: Option<Value>,
    since: Instant,
}

impl Run {
    /// Of a process that was just started with these words.
    pub fn of<S: AsRef<OsStr>>(process: Process, words: &[S]) -> Told<Self> {
        let words: Vec<_> = words.iter().map(|word| word.as_ref().to_string_lossy()).collect();
        let lines = process.stdout_lines()?;
        let command = format!("hashcard {}", words.join(" "));
        Ok(Self {
            process,
            command,
            lines,
            events: Vec::new(),
            last: None,
            since: Instant::now(),
        })
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// What it has said so far and was waited for.
    pub fn events(&self) -> &[Value] {
        &self.events
    }

    /// Waits for an event of this name.
    pub async fn event(&mut self, name: &str) -> Told<Value> {
        self.event_where(name, |_| true).await
    }

    /// Waits for an event of this name that fits. Events that were read before do not count.
    pub async fn event_where(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Told<Value> {
        loop {
            let Some(said) = self.next(&format!("event {name:?}")).await? else {
                let failure = Failure::new(format!("it ended without event {name:?}"));
                return Err(self.blame(failure));
            };
            if said["event"] == name && fits(&said) {
                return Ok(said);
            }
        }
    }

    /// Its next event, whatever it is; `None` after the last.
    pub async fn next_event(&mut self, waiting_for: &str) -> Told<Option<Value>> {
        Ok(self
            .next(waiting_for)
            .await?
            .filter(|said| said["event"].is_string()))
    }

    /// All events up to now.
    pub fn said_so_far(&mut self) -> Told<&[Value]> {
        while let Some(line) = self.lines.written()? {
            self.heard(&line)?;
        }
        Ok(&self.events)
    }

    /// Reads until it ends.
    pub async fn finish(mut self) -> Told<Ran> {
        while self.next("it to end").await?.is_some() {}
        self.ended().await
    }

    /// Asks it to end with SIGTERM, and reads what it still says.
    pub async fn stop(mut self) -> Told<Ran> {
        self.process.signal(Signal::TERM)?;
        while self.next("it to end after SIGTERM").await?.is_some() {}
        self.ended().await
    }

    /// Ends it as a power cut would.
    pub async fn kill(&mut self) -> Told {
        self.process.kill().await
    }

    /// Lets it run on.
    pub fn leave(self) {
        self.process.leave();
    }

    /// A failure that names this command, with its log.
    pub fn blame(&self, failure: Failure) -> Failure {
        self.process.blame(failure.during(&self.command))
    }

    /// The next line; `None` at the end.
    async fn next(&mut self, waiting_for: &str) -> Told<Option<Value>> {
        let next = async {
            tokio::select! {
                biased;
                line = self.lines.next() => Ok(Some(line?)),
                // All that it wrote is in the file by the time that it has ended.
                status = self.process.end() => { status?; Ok(self.lines.written()?) }
            }
        };
        let line = match within(SILENCE, waiting_for, next).await {
            Ok(line) => line,
            Err(failure) => return Err(self.blame(failure)),
        };
        line.map(|line| self.heard(&line)).transpose()
    }

    fn heard(&mut self, line: &str) -> Told<Value> {
        let said: Value = serde_json::from_str(line).map_err(|error| {
            self.blame(Failure::new(format!("a line that is not JSON ({error}): {line}")))
        })?;
        if self.last.is_some() {
            return Err(self.blame(Failure::new(format!("a line after the last one: {line}"))));
        }
        if said["event"].is_string() {
            self.events.push(said.clone());
        } else {
            self.last = Some(said.clone());
        }
        Ok(said)
    }

    async fn ended(mut self) -> Told<Ran> {
        let status = self.process.end().await?;
        let stderr = std::fs::read(self.process.stderr())?;
        Ok(Ran {
            command: self.command,
            events: self.events,
            last: self.last,
            exit: status.code(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            seconds: self.since.elapsed().as_secs_f64(),
        })
    }
}

/// A command that ended.
pub struct Ran {
    command: String,
    /// Everything it said on the way.
    pub events: Vec<Value>,
    last: Option<Value>,
    /// Its exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Its log.
    pub stderr: String,
    /// From start to end.
    pub seconds: f64,
}

impl Ran {
    /// The outcome; a failure if it did not succeed.
    pub fn outcome(self) -> Told<Value> {
        let succeeded = self.exit == Some(0);
        match &self.last {
            Some(last) if succeeded && last["outcome"].is_string() => Ok(last.clone()),
            _ => Err(self.surprise("success")),
        }
    }

    /// The error; a failure if it succeeded, or if the error is not what docs/CLI-JSON.md promises.
    pub fn refusal(self) -> Told<Refusal> {
        let error = self
            .last
            .as_ref()
            .map(|last| last["error"].clone())
            .unwrap_or_default();
        let text = |field: &str| {
            error[field]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        match (
            text("code"),
            error["exit"].as_i64(),
            text("message"),
            text("remedy"),
        ) {
            (Some(code), Some(exit), Some(message), Some(remedy))
                if self.exit.map(i64::from) == Some(exit) =>
            {
                Ok(Refusal {
                    code,
                    exit,
                    message,
                    remedy,
                    error,
                    events: self.events,
                })
            }
            _ => Err(self.surprise("a refusal with code, exit, message and remedy")),
        }
    }

    /// The first event of this name.
    pub fn event(&self, name: &str) -> Option<&Value> {
        self.events.iter().find(|event| event["event"] == name)
    }

    /// Fees of the transactions that it sent, in the smallest unit.
    pub fn fees(&self) -> u128 {
        fees_of(&self.events)
    }

    fn surprise(self, expected: &str) -> Failure {
        let last = self
            .last
            .map_or_else(|| "nothing".to_owned(), |last| last.to_string());
        let mut message = format!(
            "{}: expected {expected}, got exit code {:?} and {last}",
            self.command, self.exit
        );
        if !self.stderr.is_empty() {
            message.push_str("\n--- its log\n");
            message.push_str(&self.stderr);
        }
        Failure::new(message)
    }
}

/// How a command failed.
pub struct Refusal {
    /// What kind.
    pub code: String,
    /// Exit code of the process.
    pub exit: i64,
    /// What happened.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// All fields.
    pub error: Value,
    /// What was said before.
    pub events: Vec<Value>,
}

impl Refusal {
    /// Checks code and exit code.
    pub fn is(self, code: &str, exit: i64) -> Told<Self> {
        ensure(self.code == code && self.exit == exit, || {
            format!("expected {code} (exit {exit}), got {}", self.error)
        })?;
        Ok(self)
    }

    /// Checks that the message names something.
    pub fn names(self, what: &str) -> Told<Self> {
        ensure(self.message.contains(what), || {
            format!("{:?} does not name {what:?}", self.message)
        })?;
        Ok(self)
    }

    /// Fees of the transactions that it sent before it failed.
    pub fn fees(&self) -> u128 {
        fees_of(&self.events)
    }
}

fn fees_of(events: &[Value]) -> u128 {
    events
        .iter()
        .filter(|event| event["event"] == "included")
        .filter_map(|event| event["fee"].as_str()?.parse::<u128>().ok())
        .sum()
}
