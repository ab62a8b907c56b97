//! The steps as they are told: a line when each is done, a table and a report in the end.

use std::cell::RefCell;
use std::future::Future;
use std::path::Path;
use std::time::Instant;

use hashcard_journey_tests::{Failure, Told};
use serde_json::json;

/// What was shown so far. Steps may overlap: each has its own time.
pub struct Show {
    rows: RefCell<Vec<Row>>,
    began: Instant,
}

struct Row {
    name: String,
    ok: bool,
    seconds: f64,
    detail: String,
}

impl Show {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            rows: RefCell::new(Vec::new()),
            began: Instant::now(),
        }
    }

    /// Does a step, and tells what it proved. A failure names the step.
    pub async fn step<T>(&self, name: &str, work: impl Future<Output = Told<(T, String)>>) -> Told<T> {
        let began = Instant::now();
        match work.await {
            Ok((value, detail)) => {
                self.note(name, true, began, detail);
                Ok(value)
            }
            Err(failure) => {
                let first = failure.to_string().lines().next().unwrap_or_default().to_owned();
                self.note(name, false, began, first);
                Err(failure.during(format!("step \"{name}\"")))
            }
        }
    }

    fn note(&self, name: &str, ok: bool, began: Instant, detail: String) {
        let seconds = began.elapsed().as_secs_f64();
        println!("{} {name} ({seconds:.1} s)", if ok { "ok  " } else { "FAIL" });
        for line in detail.lines() {
            println!("       {line}");
        }
        self.rows.borrow_mut().push(Row {
            name: name.to_owned(),
            ok,
            seconds,
            detail,
        });
    }

    /// Whether there were steps, and all held.
    pub fn all_held(&self) -> bool {
        let rows = self.rows.borrow();
        !rows.is_empty() && rows.iter().all(|row| row.ok)
    }

    /// Prints steps and times.
    pub fn table(&self) {
        let rows = self.rows.borrow();
        let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        println!("\n{:<width$}  {:>7}  held", "step", "seconds");
        for row in rows.iter() {
            println!(
                "{:<width$}  {:>7.1}  {}",
                row.name,
                row.seconds,
                if row.ok { "yes" } else { "NO" }
            );
        }
        println!(
            "{:<width$}  {:>7.1}  (steps overlap)",
            "from start to end",
            self.began.elapsed().as_secs_f64()
        );
    }

    /// Writes the same as JSON: `{"steps":[{"name","ok","seconds","detail"}]}`.
    pub fn write_report(&self, path: &Path) -> Told {
        let steps: Vec<_> = self
            .rows
            .borrow()
            .iter()
            .map(|row| json!({"name": row.name, "ok": row.ok, "seconds": row.seconds, "detail": row.detail}))
            .collect();
        let text = serde_json::to_string_pretty(&json!({ "steps": steps }))
            .map_err(|error| Failure::new(error.to_string()))?;
        std::fs::write(path, text + "\n")
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}
