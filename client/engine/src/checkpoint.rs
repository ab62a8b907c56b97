//! Where others begin: a specification with a checkpoint of today, in a file, for light clients of this chain.

use std::path::{Path, PathBuf};

use hashcard_chain::{Chain, Checkpoint};

use crate::command::Outcome;
use crate::engine::waiting_for_disk;
use crate::error::{Code, DiskContext, EngineError};

/// Asks the node for it and writes it; a file that is there is replaced only if that is asked for.
pub async fn write(
    chain: &Chain,
    file: PathBuf,
    boot_nodes: Vec<String>,
    force: bool,
) -> Result<Outcome, EngineError> {
    for address in &boot_nodes {
        check(address)?;
    }
    let Checkpoint {
        specification,
        at,
        boot_nodes,
    } = chain.checkpoint(boot_nodes).await?;
    let bytes = u64::try_from(specification.len()).unwrap_or(u64::MAX);
    let path = file.clone();
    waiting_for_disk(move || put(&path, &specification, force)).await?;
    Ok(Outcome::Checkpoint {
        file,
        bytes,
        boot_nodes,
        block: at.number,
    })
}

fn check(address: &str) -> Result<(), EngineError> {
    let is_plain = address
        .chars()
        .all(|c| c.is_ascii_graphic() && c != '"' && c != '\\');
    if is_plain && address.starts_with('/') && address.contains("/tcp/") && address.contains("/p2p/") {
        return Ok(());
    }
    Err(EngineError::bad_input(
        format!("{address} is not where a light client could find a peer"),
        "give one like /dns/node.example/tcp/30333/p2p/12D3...",
    ))
}

fn put(file: &Path, specification: &str, force: bool) -> Result<(), EngineError> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    match force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    let opened = options.open(file);
    if matches!(&opened, Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists) {
        return Err(EngineError::new(
            Code::OutputExists,
            format!("{} exists", file.display()),
            "name another file, or replace it: --force",
        ));
    }
    let mut open = opened.disk("write", file)?;
    open.write_all(specification.as_bytes())
        .and_then(|()| open.sync_all())
        .disk("write", file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_nowhere_is_refused() {
        assert!(check("/dns/node.example/tcp/30333/p2p/12D3KooW").is_ok());
        for bad in [
            "",
            "127.0.0.1:30333",
            "/ip4/127.0.0.1/tcp/30333",
            "/ip4/1.2.3.4/udp/1/p2p/x",
            "/ip4/1.2.3.4/tcp/1/p2p/x\n",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_file_that_is_there_is_not_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chain.json");
        put(&file, "old and long", false).unwrap();
        assert_eq!(put(&file, "new", false).unwrap_err().code, Code::OutputExists);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old and long");
        put(&file, "new", true).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
    }
}
