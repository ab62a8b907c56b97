//! Columns as wide as their widest cell.

/// Rows under a head.
pub struct Table<const N: usize> {
    head: [String; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// No rows yet.
    pub fn new(head: [&str; N]) -> Self {
        Self {
            head: head.map(str::to_owned),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// All of it.
    pub fn lines(&self, bold: bool) -> Vec<String> {
        let mut widths = [0; N];
        for row in std::iter::once(&self.head).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |row: &[String; N]| {
            let mut out = String::new();
            for (cell, width) in row.iter().zip(widths) {
                out.push_str(&format!("{cell:<width$}  "));
            }
            out.trim_end().to_owned()
        };
        let head = line(&self.head);
        let head = if bold {
            format!("\u{1b}[1m{head}\u{1b}[0m")
        } else {
            head
        };
        std::iter::once(head).chain(self.rows.iter().map(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["a", "long head"]);
        table.row(["ünï".to_owned(), "x".to_owned()]);
        assert_eq!(table.lines(false), ["a    long head", "ünï  x"]);
        assert!(table.lines(true)[0].starts_with("\u{1b}[1m"));
    }
}
