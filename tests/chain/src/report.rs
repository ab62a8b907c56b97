//! What was measured, as tables for people or as JSON.

use std::path::Path;

use serde_json::{json, Map, Value};

/// A figure, or a word.
#[derive(Clone)]
pub enum Cell {
    /// A word.
    Text(String),
    /// A figure with so many digits behind the point.
    Number(f64, usize),
    /// Nothing to say.
    Nothing,
}

impl Cell {
    /// A word.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number, digits) => format!("{number:.digits$}"),
            Self::Nothing => "-".to_owned(),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number, _) => json!(number),
            Self::Nothing => Value::Null,
        }
    }
}

/// Rows under headings. The first column is what the others are about.
pub struct Table {
    /// What it is called in JSON.
    pub name: &'static str,
    /// What stands above it.
    pub title: String,
    /// Names in JSON and headings of the columns.
    pub columns: Vec<(&'static str, &'static str)>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// What has to be known to read it.
    pub notes: Vec<String>,
}

impl Table {
    fn lines(&self) -> String {
        let cells: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(Cell::shown).collect())
            .collect();
        let width = |column: usize| {
            let heading = self.columns[column].1.chars().count();
            let widest = cells
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count());
            widest.max().unwrap_or(0).max(heading)
        };
        let widths: Vec<_> = (0..self.columns.len()).map(width).collect();
        let line = |cells: Vec<&str>| {
            let padded = cells
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, width))| match column {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                });
            format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
        };
        let mut text = format!("\n{}\n\n", self.title);
        text += &line(self.columns.iter().map(|(_, heading)| *heading).collect());
        let rule = widths.iter().enumerate().map(|(column, width)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
        });
        text += &format!("| {} |\n", rule.collect::<Vec<_>>().join(" | "));
        for row in &cells {
            text += &line(row.iter().map(String::as_str).collect());
        }
        if !self.notes.is_empty() {
            text += "\n";
        }
        for note in &self.notes {
            text += &format!("* {note}\n");
        }
        text
    }

    fn value(&self) -> Value {
        let row = |row: &Vec<Cell>| -> Value {
            let named = self.columns.iter().zip(row);
            named
                .map(|((name, _), cell)| ((*name).to_owned(), cell.value()))
                .collect::<Map<_, _>>()
                .into()
        };
        json!({
            "title": self.title,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }
}

/// All tables.
#[derive(Default)]
pub struct Report {
    /// In order.
    pub tables: Vec<Table>,
}

impl Report {
    /// Prints, and writes where it should.
    pub fn tell(&self, json: bool, file: Option<&Path>) -> Result<(), String> {
        let text = || self.tables.iter().map(Table::lines).collect::<String>();
        let value = || {
            let named = self
                .tables
                .iter()
                .map(|table| (table.name.to_owned(), table.value()));
            format!("{:#}\n", Value::from(named.collect::<Map<_, _>>()))
        };
        print!("{}", if json { value() } else { text() });
        let Some(path) = file else { return Ok(()) };
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let written = std::fs::write(path, if is_json { value() } else { text() });
        written.map_err(|error| format!("{} is not written: {error}", path.display()))
    }
}
