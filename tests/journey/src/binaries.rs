//! Where the programs under test are: the release build, whatever profile the tests have.

use std::path::PathBuf;

use crate::failure::{Failure, Told};

/// Path of a program of this workspace: in `HASHCARD_BIN_DIR`, else in the target folder that this very program was
/// built into.
pub fn binary(name: &str) -> Told<PathBuf> {
    let folder = match std::env::var_os("HASHCARD_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => release_folder()?,
    };
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::new(format!(
        "{} is not there; build it with scripts/demo or scripts/test, or say where it is in HASHCARD_BIN_DIR",
        path.display()
    )))
}

/// `<target>/release`, seen from `<target>/<profile>/deps/test-0123` or `<target>/<profile>/demo`.
fn release_folder() -> Told<PathBuf> {
    let me = std::env::current_exe()?;
    let profile = me
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_some_and(|name| name != "deps"))
        .and_then(|folder| folder.parent())
        .ok_or_else(|| Failure::new(format!("{} is in no target folder", me.display())))?;
    Ok(profile.join("release"))
}
