//! Writes the frozen vectors of the key proofs: `cargo run -p hashcard-proofs --example vectors`.
//!
//! The same run always writes the same bytes. A difference after a change of code is a change of the proof
//! format, which needs another `PROOF_FORMAT_VERSION`, another transcript label and new vectors.

mod accepted;
#[path = "../../tests/support/case.rs"]
mod case;
mod collection;
mod document;
#[path = "../../tests/support/equations.rs"]
mod equations;
mod json;
mod people;
mod refused;

fn main() -> std::io::Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/keys");
    std::fs::create_dir_all(&folder)?;
    for (name, document) in collection::vectors() {
        std::fs::write(folder.join(name), document)?;
    }
    Ok(())
}
