//! From files on disk to a blob in the store, in one pass and bounded memory. Nothing of an input of any length is
//! held but one buffer, one piece and one group.

use std::io::Read;

use hashcard_format::{BlobWriter, ContentKey, WriteError, Written};
use hashcard_primitives::footer::Head;
use hashcard_store::{Store, StoreError};
use zeroize::Zeroizing;

use super::walk::{Source, SourceFile};
use crate::error::{Code, DiskContext, EngineError};

/// Bytes read at once.
const BUFFER_LEN: usize = 256 * 1024;

/// Writes the blob of these files into the store, complete and durable. `progress` hears the bytes read so far, and
/// says whether to go on.
///
/// Waits for the disk.
pub fn seal_into(
    store: &Store,
    source: &Source,
    head: Head,
    key: Option<&ContentKey>,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Written, EngineError> {
    let mut import = store.import()?;
    let mut writer = BlobWriter::new(head, key)
        .map_err(|error| EngineError::bad_input(error.to_string(), "change what is published"))?;
    let mut buffer = Zeroizing::new(vec![0; BUFFER_LEN]);
    let mut done = 0u64;
    for file in &source.files {
        let mut left = file.len();
        let mut reader = file.open()?;
        while left > 0 {
            let read = read_some(&mut reader, &mut buffer, file)?;
            let bytes = buffer.get(..read).unwrap_or_default();
            left = left
                .checked_sub(read as u64)
                .filter(|_| read > 0)
                .ok_or_else(|| file.changed())?;
            writer.push(bytes, &mut import).map_err(from_writing)?;
            done = done.saturating_add(read as u64);
            if !progress(done) {
                return Err(EngineError::new(
                    Code::Failed,
                    "publishing was broken off",
                    "nothing was kept; try again",
                ));
            }
        }
        if read_some(&mut reader, &mut buffer, file)? != 0 {
            return Err(file.changed());
        }
    }
    let written = writer
        .finish(&source.directory, &mut import)
        .map_err(from_writing)?;
    import.commit(written.root, written.footer.blob_len())?;
    Ok(written)
}

fn read_some(reader: &mut std::fs::File, buffer: &mut [u8], file: &SourceFile) -> Result<usize, EngineError> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other.disk("read", file.path()),
        }
    }
}

fn from_writing(error: WriteError<StoreError>) -> EngineError {
    match error {
        WriteError::Sink(error) => error.into(),
        WriteError::NothingSealed { free_chunks, pieces } => EngineError::bad_input(
            format!("the free part of {free_chunks} chunks would leave nothing of {pieces} to sell"),
            "make it smaller (--free-part), or publish everything openly (--open)",
        ),
        other => EngineError::bad_input(other.to_string(), "change what is published"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::blob::Suite;
    use hashcard_store::Options;
    use std::path::Path;

    fn head(suite: Suite) -> Head {
        let sealed = suite != Suite::Plain;
        let commitment = |byte| if sealed { [byte; 32] } else { [0; 32] };
        Head {
            suite,
            free_chunks: 0,
            genesis: [1; 32],
            creator: [2; 32],
            content_commitment: commitment(3),
            salt: [4; 32],
            key_commitment: commitment(5),
        }
    }

    struct Case {
        folder: tempfile::TempDir,
        store: Store,
        source: Source,
    }

    fn case() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        std::fs::create_dir(&top).unwrap();
        std::fs::write(top.join("a"), vec![7; 600_000]).unwrap();
        std::fs::write(top.join("b"), "").unwrap();
        std::fs::write(top.join("c"), "the end").unwrap();
        let store = Store::open(&folder.path().join("store"), Options::default()).unwrap();
        let source = Source::walk(&top, Path::new("/nonexistent")).unwrap();
        Case {
            folder,
            store,
            source,
        }
    }

    #[test]
    fn a_folder_becomes_a_complete_blob() {
        let case = case();
        let key = ContentKey::from([9; 32]);
        for (suite, key) in [(Suite::Plain, None), (Suite::ChaCha20Poly1305, Some(&key))] {
            let mut heard = 0;
            let written = seal_into(&case.store, &case.source, head(suite), key, &mut |done| {
                heard = done;
                true
            })
            .unwrap();
            assert_eq!(heard, 600_007);
            assert_eq!(written.footer.content_len(), 600_007);
            assert!(case.store.held(written.root).unwrap().is_complete());
            assert_eq!(case.store.footer(written.root).unwrap(), Some(written.footer));
        }
    }

    #[test]
    fn a_file_that_grows_or_shrinks_meanwhile_leaves_nothing_in_the_store() {
        for len in [599_999usize, 600_001] {
            let case = case();
            std::fs::write(case.folder.path().join("top/a"), vec![7; len]).unwrap();
            let error =
                seal_into(&case.store, &case.source, head(Suite::Plain), None, &mut |_| true).unwrap_err();
            assert!(error.message.contains("changed"), "{}", error.message);
            assert!(case.store.list().unwrap().is_empty());
        }
    }

    #[test]
    fn breaking_off_leaves_nothing_in_the_store() {
        let case = case();
        assert!(
            seal_into(&case.store, &case.source, head(Suite::Plain), None, &mut |_| {
                false
            })
            .is_err()
        );
        assert!(case.store.list().unwrap().is_empty());
        assert_eq!(case.store.used_bytes(), 0);
    }

    #[test]
    fn a_free_part_that_is_everything_is_refused() {
        let case = case();
        let head = Head {
            free_chunks: 9,
            ..head(Suite::ChaCha20Poly1305)
        };
        let error = seal_into(
            &case.store,
            &case.source,
            head,
            Some(&ContentKey::from([9; 32])),
            &mut |_| true,
        )
        .unwrap_err();
        assert_eq!(error.code, Code::BadInput);
        assert!(error.remedy.contains("--free-part"));
    }
}
