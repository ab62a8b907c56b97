//! The words by which vectors name a refusal. They are part of the vectors, so they never change.

use hashcard_format::{DirectoryError, OpenError, PathFault, SliceError};
use hashcard_primitives::footer::FooterError;

pub fn of_open(error: &OpenError) -> &'static str {
    match error {
        OpenError::Footer(error) => of_footer(error),
        OpenError::NotTheLastChunk { .. } => "not-the-last-chunk",
        OpenError::BlobLength { .. } => "blob-length",
        OpenError::DirectoryLength { .. } => "directory-length",
        OpenError::NoSuchPiece { .. } => "no-such-piece",
        OpenError::ChunkLength { .. } => "chunk-length",
        OpenError::Padding { .. } => "padding",
        OpenError::OtherFooter { .. } => "other-footer",
        OpenError::KeyNeeded { .. } => "key-needed",
        OpenError::DoesNotOpen { .. } => "does-not-open",
        OpenError::DirectoryPieces { .. } => "directory-pieces",
        OpenError::Directory(error) => of_directory(error),
    }
}

pub fn of_footer(error: &FooterError) -> &'static str {
    match error {
        FooterError::NotAFooter => "not-a-footer",
        FooterError::UnknownFormat => "footer-unknown-format",
        FooterError::Lengths => "footer-lengths",
        FooterError::Commitments => "footer-commitments",
        FooterError::FreePart => "footer-free-part",
    }
}

pub fn of_directory(error: &DirectoryError) -> &'static str {
    match error {
        DirectoryError::Empty => "directory-empty",
        DirectoryError::TooManyEntries { .. } => "directory-too-many-entries",
        DirectoryError::TooLong { .. } => "directory-too-long",
        DirectoryError::UnknownFormat => "directory-unknown-format",
        DirectoryError::Truncated { .. } => "directory-truncated",
        DirectoryError::TrailingBytes { .. } => "directory-trailing-bytes",
        DirectoryError::Path(error) => of_path(&error.fault),
        DirectoryError::MediaType { .. } => "directory-media-type",
        DirectoryError::Order { .. } => "directory-order",
        DirectoryError::Offset { .. } => "directory-offset",
        DirectoryError::CaseCollision { .. } => "directory-case-collision",
        DirectoryError::FileAsFolder { .. } => "directory-file-as-folder",
        DirectoryError::ContentLength { .. } => "directory-content-length",
    }
}

pub fn of_path(fault: &PathFault) -> &'static str {
    match fault {
        PathFault::Empty => "path-empty",
        PathFault::TooLong => "path-too-long",
        PathFault::NotUtf8 => "path-not-utf8",
        PathFault::Absolute => "path-absolute",
        PathFault::EmptyComponent => "path-empty-component",
        PathFault::DotComponent => "path-dot-component",
        PathFault::ComponentTooLong => "path-component-too-long",
        PathFault::Character(_) => "path-character",
        PathFault::TrailingDotOrSpace => "path-trailing-dot-or-space",
        PathFault::ReservedName => "path-reserved-name",
    }
}

pub fn of_slice(error: &SliceError) -> &'static str {
    match error {
        SliceError::BlobTooLong { .. } => "blob-too-long",
        SliceError::NoSuchChunk { .. } => "no-such-chunk",
        SliceError::Length { .. } => "slice-length",
        SliceError::Node { .. } => "slice-node",
        SliceError::Group { .. } => "slice-group",
    }
}
