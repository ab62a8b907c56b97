//! Writes the frozen vectors of the content format: `cargo run -p hashcard-format --example vectors`.
//!
//! The same run always writes the same bytes. A difference after a change of code is a change of the format, which
//! needs another version in the footer or the directory, and new vectors beside the old ones.

mod blobs;
mod collection;
mod json;
mod parts;
mod reasons;

fn main() -> std::io::Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/format");
    std::fs::create_dir_all(&folder)?;
    for (name, document) in collection::vectors() {
        std::fs::write(folder.join(name), document)?;
    }
    Ok(())
}
