//! What a file is, told from its name alone and only where the name says it.
//!
//! The table is small and frozen on purpose: what it says is written into blobs, and a library's table changes with
//! its version. An extension that it does not know is `application/octet-stream`, which a browser saves and does
//! not run. Registered names are from <https://www.iana.org/assignments/media-types>; of the few that are not
//! registered, the one that browsers know.

use crate::EntryPath;

/// RFC 2046, section 4.5.1: bytes of which nothing is known.
const UNKNOWN: &str = "application/octet-stream";

/// Longest type and longest subtype, in bytes (RFC 6838, section 4.2).
const MAX_PART_LEN: usize = 127;

/// The media type of a file of this name, by its extension in any case.
pub fn media_type_of(path: &EntryPath) -> &'static str {
    let name = path.file_name();
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => by_extension(&extension.to_ascii_lowercase()),
        _ => UNKNOWN,
    }
}

/// Whether it is `type/subtype` as RFC 6838, section 4.2 allows, in lower case and without parameters. So it is
/// safe in a header, and two that are the same have the same bytes.
pub(crate) fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| {
        let first = part
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        first
            && part.len() <= MAX_PART_LEN
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&-^_.+".contains(&byte)
            })
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| is_part(kind) && is_part(subtype))
}

fn by_extension(extension: &str) -> &'static str {
    match extension {
        // text
        "txt" | "text" | "log" | "srt" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "csv" => "text/csv",
        "vtt" => "text/vtt",
        "ics" => "text/calendar",
        // pictures
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "bmp" => "image/bmp",
        "ico" => "image/vnd.microsoft.icon",
        "tif" | "tiff" => "image/tiff",
        "heic" => "image/heic",
        "jxl" => "image/jxl",
        // sound
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "mid" | "midi" => "audio/midi",
        // films
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mkv" => "video/matroska",
        "mov" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "mpg" | "mpeg" => "video/mpeg",
        "ogv" => "video/ogg",
        // fonts
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        // books and documents
        "pdf" => "application/pdf",
        "epub" => "application/epub+zip",
        "rtf" => "application/rtf",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        // data and programs
        "json" | "map" => "application/json",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "parquet" => "application/vnd.apache.parquet",
        "sqlite" | "sqlite3" => "application/vnd.sqlite3",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "zst" => "application/zstd",
        "tar" => "application/x-tar",
        "7z" => "application/x-7z-compressed",
        "apk" => "application/vnd.android.package-archive",
        "deb" => "application/vnd.debian.binary-package",
        "m3u8" => "application/vnd.apple.mpegurl",
        "mpd" => "application/dash+xml",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> &'static str {
        media_type_of(&EntryPath::parse(name).unwrap())
    }

    #[test]
    fn a_known_extension_is_told_in_any_case_and_nothing_else_is_guessed() {
        assert_eq!(of("a/Film.MP4"), "video/mp4");
        assert_eq!(of("archive.tar.gz"), "application/gzip");
        for unknown in ["README", ".css", "x.exe", "mp4", "a.mp4/readme", "page.html2"] {
            assert_eq!(of(unknown), UNKNOWN, "{unknown}");
        }
    }

    #[test]
    fn every_type_of_the_table_may_stand_in_a_directory() {
        for extension in "txt md html css js csv vtt ics png jpg svg ico mp3 ogg mkv avi woff2 odt docx xlsx pptx json wasm 7z deb m3u8"
            .split(' ')
        {
            assert_ne!(by_extension(extension), UNKNOWN, "{extension}");
            assert!(is_media_type(by_extension(extension)), "{extension}");
        }
        assert!(is_media_type(UNKNOWN));
    }

    #[test]
    fn what_could_break_a_header_is_no_media_type() {
        let long = format!("a/{}", "b".repeat(128));
        for text in [
            "",
            "/",
            "text",
            "text/",
            "/plain",
            "text/plain; charset=utf-8",
            "Text/plain",
            "text/plain\r\nX: y",
            "a/b/c",
            "text/.x",
            &long,
        ] {
            assert!(!is_media_type(text), "{text:?}");
        }
        assert!(is_media_type(&format!("a/{}", "b".repeat(127))));
    }
}
