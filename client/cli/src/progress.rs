//! One bar on stderr, on a terminal only.

use std::time::Duration;

use hashcard_engine::command::Event;
use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar is drawn again while nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// Bytes of a chunk, to show chunks as bytes.
const CHUNK_LEN: u64 = 256 * 1024;

/// The bar, once there is something to show.
pub struct Progress {
    shown: bool,
    colours: bool,
    bar: Option<(&'static str, ProgressBar)>,
}

impl Progress {
    /// Nothing is shown yet, and nothing ever unless `shown`.
    pub fn new(shown: bool, colours: bool) -> Self {
        Self {
            shown,
            colours,
            bar: None,
        }
    }

    /// Shows how far something has come. Whether the event was of that sort.
    pub fn take(&mut self, event: &Event) -> bool {
        let (what, done, total) = match event {
            Event::Reading { done, total } => ("sealing", *done, *total),
            Event::Chunk { done, total, .. } => (
                "fetching",
                done.saturating_mul(CHUNK_LEN),
                total.saturating_mul(CHUNK_LEN),
            ),
            Event::Opening { done, total } => ("opening", *done, *total),
            Event::Verifying { done, total, .. } => (
                "verifying",
                done.saturating_mul(CHUNK_LEN),
                total.saturating_mul(CHUNK_LEN),
            ),
            _ => return false,
        };
        if self.shown {
            self.advance(what, done, total);
        }
        true
    }

    /// Prints a line above the bar.
    pub fn print(&self, line: &str) {
        match &self.bar {
            Some((_, bar)) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn advance(&mut self, what: &'static str, done: u64, total: u64) {
        if self.bar.as_ref().is_none_or(|(of, _)| *of != what) {
            self.finish();
            let bar = ProgressBar::new(total);
            let style = if self.colours {
                "{wide_bar:.cyan/dim}"
            } else {
                "{wide_bar}"
            };
            let template =
                format!("{{prefix:9}} {style} {{bytes}}/{{total_bytes}} {{bytes_per_sec}} {{eta}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar.set_prefix(what);
            bar.enable_steady_tick(TICK);
            self.bar = Some((what, bar));
        }
        if let Some((_, bar)) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}
