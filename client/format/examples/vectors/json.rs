//! Just enough JSON to write vectors whose fields keep their order and whose bytes never change.

pub enum Json {
    Text(String),
    List(Vec<Json>),
    /// A list on one line.
    Row(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub fn hex(bytes: impl AsRef<[u8]>) -> Self {
        Self::Text(hex::encode(bytes))
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Numbers are written as text, since not every reader of JSON keeps 64 bits.
    pub fn number(number: u64) -> Self {
        Self::Text(number.to_string())
    }

    pub fn document(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out.push('\n');
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Text(text) => {
                let is_plain = text.chars().all(|c| c != '"' && c != '\\' && !c.is_control());
                assert!(is_plain, "{text:?} would have to be escaped");
                out.push_str(&format!("\"{text}\""));
            }
            Self::Row(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    item.write(depth, out);
                }
                out.push(']');
            }
            Self::List(items) => {
                let lines = items.iter().map(|item| (String::new(), item));
                block('[', ']', lines.collect(), depth, out);
            }
            Self::Object(fields) => {
                let lines = fields
                    .iter()
                    .map(|(name, value)| (format!("\"{name}\": "), value));
                block('{', '}', lines.collect(), depth, out);
            }
        }
    }
}

fn block(open: char, close: char, lines: Vec<(String, &Json)>, depth: usize, out: &mut String) {
    out.push(open);
    let indent = "  ".repeat(depth + 1);
    for (index, (name, value)) in lines.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&format!("{indent}{name}"));
        value.write(depth + 1, out);
    }
    if !lines.is_empty() {
        out.push_str(&format!("\n{}", "  ".repeat(depth)));
    }
    out.push(close);
}
