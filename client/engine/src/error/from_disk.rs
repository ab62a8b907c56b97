//! Failures of files and of the store.

use std::io;
use std::path::Path;

use hashcard_store::StoreError;

use super::{chain_of, Code, EngineError};

/// Says what was being done to which file when the system refused.
pub trait DiskContext<T> {
    /// `operation` as in "could not `operation` /the/path".
    fn disk(self, operation: &str, path: &Path) -> Result<T, EngineError>;
}

impl<T> DiskContext<T> for Result<T, io::Error> {
    fn disk(self, operation: &str, path: &Path) -> Result<T, EngineError> {
        self.map_err(|error| {
            let message = format!("could not {operation} {}: {error}", path.display());
            let remedy = match error.kind() {
                io::ErrorKind::NotFound => "check the path",
                io::ErrorKind::PermissionDenied => "check who owns it and who may read and write it",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    "free some space and try again"
                }
                _ => "check the disk and try again",
            };
            EngineError::new(Code::Disk, message, remedy)
        })
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        use StoreError::*;
        let (code, remedy) = match &error {
            InUse { .. } => (Code::HomeBusy, "stop that process, or let it do the work"),
            DiskFull { .. } => (
                Code::Disk,
                "free some space and try again; what was stored is kept",
            ),
            OverBudget { .. } => (
                Code::Disk,
                "remove something: hashcard store remove, or raise the budget",
            ),
            UnknownBlob { .. } | NotHeld { .. } => (Code::NotFound, "fetch it: hashcard fetch --no-open ID"),
            Rotten { .. } | Damaged { .. } | LostWrites { .. } | BadRow { .. } => (
                Code::Damaged,
                "keep what is good and give up the rest: hashcard store verify; then fetch again",
            ),
            Foreign { .. } => (Code::Damaged, "move that file away and try again"),
            OtherLength { .. } | WrongChunk { .. } | WrongImport { .. } | Footer { .. } => (
                Code::WrongBlob,
                "remove the blob and fetch it again: hashcard store remove",
            ),
            OtherLayout { .. } => (Code::Home, "use the version that wrote it"),
            _ => (Code::Disk, "check the disk and try again"),
        };
        Self::new(code, chain_of(&error), remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_and_where() {
        let full: Result<(), _> = Err(io::Error::from(io::ErrorKind::StorageFull));
        let error = full.disk("write", Path::new("/home/x")).unwrap_err();
        assert_eq!((error.code, error.exit), (Code::Disk, 9));
        assert!(error.message.contains("write /home/x") && error.remedy.contains("space"));
    }

    #[test]
    fn a_truncated_file_of_the_store_points_to_verify() {
        let error = EngineError::from(StoreError::Damaged {
            path: "/s/x".into(),
            expected: 5,
            found: Some(3),
        });
        assert_eq!(error.code, Code::Damaged);
        assert!(error.message.contains("/s/x") && error.remedy.contains("store verify"));
    }
}
