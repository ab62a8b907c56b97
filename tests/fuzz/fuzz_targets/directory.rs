//! A directory that is accepted is the one that would be written, and every path in it stays in its folder.
#![no_main]

use hashcard_format::Directory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((content_len, bytes)) = data.split_first_chunk::<8>() else {
        return;
    };
    let content_len = u64::from_le_bytes(*content_len);
    let Ok(directory) = Directory::decode(bytes, content_len) else {
        return;
    };
    assert_eq!(directory.encode(content_len).as_deref(), Ok(bytes));
    let mut end = 0;
    for entry in &directory.entries {
        assert_eq!(entry.offset, end);
        end += entry.len;
        assert_eq!(directory.find(entry.path.as_str()), Some(entry));
        let path = std::path::Path::new(entry.path.as_str());
        assert!(path
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_))));
    }
    assert_eq!(end, content_len);
});
