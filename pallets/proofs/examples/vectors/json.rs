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

    /// The document with two-space indents and a final line break.
    pub fn document(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out.push('\n');
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Text(text) => {
                assert!(
                    text.chars().all(|c| c != '"' && c != '\\' && !c.is_control()),
                    "plain text only: {text}"
                );
                out.push('"');
                out.push_str(text);
                out.push('"');
            }
            Self::Row(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    item.write(depth, out);
                }
                out.push(']');
            }
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    line(i, depth, out);
                    item.write(depth + 1, out);
                }
                close(items.is_empty(), depth, ']', out);
            }
            Self::Object(fields) => {
                out.push('{');
                for (i, (name, value)) in fields.iter().enumerate() {
                    line(i, depth, out);
                    out.push_str(&format!("\"{name}\": "));
                    value.write(depth + 1, out);
                }
                close(fields.is_empty(), depth, '}', out);
            }
        }
    }
}

fn line(index: usize, depth: usize, out: &mut String) {
    out.push_str(if index == 0 { "\n" } else { ",\n" });
    out.push_str(&"  ".repeat(depth + 1));
}

fn close(empty: bool, depth: usize, bracket: char, out: &mut String) {
    if !empty {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(bracket);
}
