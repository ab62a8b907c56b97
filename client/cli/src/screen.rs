//! Where everything that is shown goes through. **Text and JSON are made from one value**: what a person reads and what a
//! program reads cannot differ in what they say.
//!
//! stdout has the result, and with `--json` everything; stderr has what happens meanwhile.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use hashcard_engine::command::{Event, Outcome};
use hashcard_engine::EngineError;
use serde::Serialize;

use crate::progress::Progress;
use crate::text;

/// The last line of a failure.
#[derive(Serialize)]
struct Failure<'a> {
    error: &'a EngineError,
}

/// What is shown, and how.
pub struct Screen {
    json: bool,
    quiet: bool,
    bold: bool,
    /// Whether this is a daemon, whose events are its result.
    daemon: bool,
    progress: Progress,
}

impl Screen {
    /// For this run.
    pub fn new(json: bool, quiet: bool) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            quiet,
            bold: !json && !no_color && std::io::stdout().is_terminal(),
            daemon: false,
            progress: Progress::new(!json && !quiet && std::io::stderr().is_terminal(), !no_color),
        }
    }

    /// From now on events are shown even when only results were asked for.
    pub fn is_for_a_daemon(&mut self) {
        self.daemon = true;
    }

    /// Whether a program reads.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Event) {
        if self.json {
            if !self.quiet || self.daemon {
                self.json_line(event);
            }
        } else if !self.progress.take(event) && (!self.quiet || matches!(event, Event::Trouble { .. })) {
            if let Some(line) = text::event(event) {
                self.progress.print(&line);
            }
        }
    }

    /// Shows what came of a command.
    pub fn outcome(&mut self, outcome: &Outcome) {
        self.finish();
        if self.json {
            self.json_line(outcome);
        } else {
            let lines = text::outcome(outcome, self.bold);
            lines.iter().for_each(|line| self.line(line));
        }
    }

    /// Shows a failure, and gives what the process ends with.
    pub fn fail(&mut self, error: &EngineError) -> ExitCode {
        self.finish();
        if self.json {
            self.json_line(&Failure { error });
        } else {
            let said = format!(
                "error: {}\n  {}",
                text::safe(&error.message),
                text::safe(&error.remedy)
            );
            let _ = writeln!(std::io::stderr(), "{said}");
        }
        ExitCode::from(error.exit)
    }

    /// Clears what shows progress.
    pub fn finish(&mut self) {
        self.progress.finish();
    }

    /// A line of the result.
    pub fn line(&self, line: &str) {
        let mut stdout = std::io::stdout().lock();
        // Whoever read the output may have hung up (`| head`); there is nobody left to tell.
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }

    fn json_line(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.line(&line),
            Err(error) => tracing::error!(%error, "a value could not be written as JSON"),
        }
    }
}
