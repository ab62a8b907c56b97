//! Starting the `liar`: a seeder whose seat is real, whose store is honest, and who sends a wrong chunk.

use std::ffi::OsString;
use std::path::Path;

use crate::binaries::binary;
use crate::failure::Told;
use crate::home::Home;
use crate::process::{Lifetime, Process};
use crate::run::Run;

/// Has `home`, which must hold the card's blob, lie about one chunk to everybody who asks. Waits until his seat is on
/// chain. He says `lied` each time.
pub async fn start(home: &Home, node: &str, card: u64, logs: &Path, lifetime: Lifetime) -> Told<Run> {
    let words: Vec<OsString> = vec![
        "--node".into(),
        node.into(),
        "--account".into(),
        home.account().into(),
        "--store".into(),
        home.path().join("store").into_os_string(),
        "--card".into(),
        card.to_string().into(),
    ];
    let process = Process::start("liar", &binary("liar")?, &words, &[], logs, None, lifetime).await?;
    let mut liar = Run::of(process, &words)?;
    liar.event("announced").await?;
    Ok(liar)
}
