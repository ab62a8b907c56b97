//! A bar that follows the `chunk` events of a fetch: one line that is drawn again on a terminal, silent elsewhere.

use std::io::{IsTerminal, Write};

use serde_json::Value;

/// Cells of a full bar.
const CELLS: u64 = 40;

/// The bar of one fetch.
pub struct Bar {
    on_terminal: bool,
    cells: Option<u64>,
}

impl Bar {
    /// An empty bar.
    pub fn new() -> Self {
        Self {
            on_terminal: std::io::stdout().is_terminal(),
            cells: None,
        }
    }

    /// Follows one event.
    pub fn follow(&mut self, event: &Value) {
        let (Some(done), Some(total)) = (
            event["done"].as_u64(),
            event["total"].as_u64().filter(|total| *total > 0),
        ) else {
            return;
        };
        let cells = done.saturating_mul(CELLS) / total;
        if self.on_terminal && self.cells != Some(cells) {
            self.cells = Some(cells);
            let (full, rest) = (
                "#".repeat(cells as usize),
                ".".repeat(CELLS.saturating_sub(cells) as usize),
            );
            print!("\r       [{full}{rest}] {done}/{total} chunks");
            // A bar that cannot be drawn is no failure of the fetch.
            let _ = std::io::stdout().flush();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.cells.is_some() {
            println!();
        }
    }
}
