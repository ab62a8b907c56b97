//! A file of this process, for what reads files.

use std::path::PathBuf;

/// Its path: the same one at every call, in memory where the system has such a folder.
pub fn path(name: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    let folder = folder.join(format!("hashcard-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room for a folder");
    folder.join(name)
}
