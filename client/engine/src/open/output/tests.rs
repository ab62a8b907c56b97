use super::*;
use hashcard_format::{BlobWriter, ContentKey};
use hashcard_primitives::blob::{ContentRoot, Suite};
use hashcard_primitives::footer::Head;
use hashcard_store::Options;
use std::os::unix::fs::symlink;

struct Case {
    folder: tempfile::TempDir,
    store: Store,
    root: ContentRoot,
    key: ContentKey,
}

fn head(free_chunks: u32) -> Head {
    Head {
        suite: Suite::ChaCha20Poly1305,
        free_chunks,
        genesis: [1; 32],
        creator: [2; 32],
        content_commitment: [3; 32],
        salt: [4; 32],
        key_commitment: [5; 32],
    }
}

fn case_of(files: &[(&str, Vec<u8>)], free_chunks: u32) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store"), Options::default()).unwrap();
    let lens = files
        .iter()
        .map(|(path, bytes)| (EntryPath::parse(path).unwrap(), bytes.len() as u64));
    let directory = Directory::lay_out(lens).unwrap();
    let key = ContentKey::from([9; 32]);
    let mut import = store.import().unwrap();
    let mut writer = BlobWriter::new(head(free_chunks), Some(&key)).unwrap();
    for entry in &directory.entries {
        let (_, bytes) = files
            .iter()
            .find(|(path, _)| *path == entry.path.as_str())
            .unwrap();
        writer.push(bytes, &mut import).unwrap();
    }
    let written = writer.finish(&directory, &mut import).unwrap();
    import.commit(written.root, written.footer.blob_len()).unwrap();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    Case {
        folder,
        store,
        root: written.root,
        key,
    }
}

impl Case {
    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    fn reader(&self, key: Option<&ContentKey>) -> BlobReader {
        BlobReader::new(self.root, self.store.footer(self.root).unwrap().unwrap(), key).unwrap()
    }

    fn target(&self, output: Option<&str>, force: bool) -> Target {
        Target {
            output: output.map(|name| self.out(name)),
            folder: self.folder.path().join("out"),
            force,
            title: "A film".into(),
            card: 7,
        }
    }

    fn write(&self, target: &Target) -> Result<Written, EngineError> {
        let reader = self.reader(Some(&self.key));
        let directory = read_directory(&self.store, &reader)?;
        write_content(&self.store, &reader, &directory, target, &mut |_, _| true)
    }

    fn left_over(&self) -> Vec<String> {
        let names = self.folder.path().join("out").read_dir().unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn many() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("index.html", b"<html>".to_vec()),
        ("media/empty", vec![]),
        ("media/film.mp4", (0..700_000u32).map(|n| n as u8).collect()),
        ("z/last", vec![]),
        ("Ünï/日本.txt", b"unicode".to_vec()),
    ]
}

#[test]
fn a_folder_comes_back_as_it_was() {
    let files = many();
    let case = case_of(&files, 0);
    let written = case.write(&case.target(None, false)).unwrap();
    assert_eq!(written.output, case.out("A film"));
    assert_eq!((written.bytes, written.files), (700_013, 5));
    for (path, bytes) in &files {
        assert_eq!(
            &std::fs::read(written.output.join(path)).unwrap(),
            bytes,
            "{path}"
        );
    }
    assert_eq!(case.left_over(), ["A film"]);
}

#[test]
fn a_single_file_has_its_own_name_or_the_one_asked_for() {
    let case = case_of(&[("film.mp4", vec![7; 300_000])], 0);
    assert_eq!(
        case.write(&case.target(None, false)).unwrap().output,
        case.out("film.mp4")
    );
    assert_eq!(
        case.write(&case.target(Some("other"), false)).unwrap().output,
        case.out("other")
    );
    assert_eq!(std::fs::read(case.out("other")).unwrap(), vec![7; 300_000]);
    assert_eq!(case.left_over(), ["film.mp4", "other"]);
}

#[test]
fn an_empty_file_and_a_folder_of_empty_files_come_back() {
    let case = case_of(&[("empty", vec![])], 0);
    case.write(&case.target(None, false)).unwrap();
    assert_eq!(std::fs::read(case.out("empty")).unwrap(), b"");
    let case = case_of(&[("a", vec![]), ("b/c", vec![])], 0);
    case.write(&case.target(Some("x"), false)).unwrap();
    assert!(case.out("x/a").is_file() && case.out("x/b/c").is_file());
}

#[test]
fn what_is_there_is_never_replaced_unasked() {
    let case = case_of(&[("film.mp4", vec![7; 10])], 0);
    std::fs::write(case.out("film.mp4"), "precious").unwrap();
    let error = case.write(&case.target(None, false)).unwrap_err();
    assert_eq!((error.code, error.exit), (Code::OutputExists, 2));
    assert_eq!(std::fs::read(case.out("film.mp4")).unwrap(), b"precious");
    assert_eq!(
        case.target(Some("film.mp4"), false)
            .ensure_free()
            .unwrap_err()
            .code,
        Code::OutputExists
    );

    symlink("/nonexistent", case.out("dangling")).unwrap();
    assert_eq!(
        case.write(&case.target(Some("dangling"), false))
            .unwrap_err()
            .code,
        Code::OutputExists
    );

    case.write(&case.target(None, true)).unwrap();
    assert_eq!(std::fs::read(case.out("film.mp4")).unwrap(), vec![7; 10]);
    assert_eq!(case.left_over(), ["dangling", "film.mp4"]);
}

#[test]
fn force_replaces_a_folder_as_a_whole() {
    let case = case_of(&many(), 0);
    std::fs::create_dir_all(case.out("A film/old")).unwrap();
    case.write(&case.target(None, true)).unwrap();
    assert!(!case.out("A film/old").exists() && case.out("A film/index.html").is_file());
    assert_eq!(case.left_over(), ["A film"]);
}

#[test]
fn force_replaces_a_link_and_not_what_it_leads_to() {
    let case = case_of(&[("film.mp4", vec![7; 10])], 0);
    let outside = case.folder.path().join("outside");
    std::fs::write(&outside, "precious").unwrap();
    symlink(&outside, case.out("film.mp4")).unwrap();
    case.write(&case.target(None, true)).unwrap();
    assert_eq!(std::fs::read(&outside).unwrap(), b"precious");
    assert!(case.out("film.mp4").symlink_metadata().unwrap().is_file());
}

#[test]
fn a_wrong_key_or_a_break_leaves_nothing_behind() {
    let case = case_of(&many(), 0);
    let good = case.reader(Some(&case.key));
    let directory = read_directory(&case.store, &good).unwrap();
    let wrong = case.reader(Some(&ContentKey::from([8; 32])));
    let target = case.target(None, false);
    assert!(read_directory(&case.store, &wrong).is_err());
    assert!(write_content(&case.store, &wrong, &directory, &target, &mut |_, _| true).is_err());
    assert!(case.left_over().is_empty());
    assert!(write_content(&case.store, &good, &directory, &target, &mut |_, _| false).is_err());
    assert!(case.left_over().is_empty());
}

#[test]
fn a_directory_that_does_not_fit_the_content_is_refused() {
    let case = case_of(&many(), 0);
    let reader = case.reader(Some(&case.key));
    let directory = read_directory(&case.store, &reader).unwrap();
    let target = case.target(None, false);
    let mut shorter = directory.clone();
    shorter.entries.pop();
    let mut longer = directory;
    longer.entries.last_mut().unwrap().len += 1;
    for wrong in [shorter, longer] {
        let error = write_content(&case.store, &reader, &wrong, &target, &mut |_, _| true).unwrap_err();
        assert_eq!(error.code, Code::WrongBlob);
        assert!(case.left_over().is_empty());
    }
}

#[test]
fn a_free_part_is_written_without_a_key() {
    let content: Vec<u8> = (0..900_000u32).map(|n| (n / 7) as u8).collect();
    let case = case_of(&[("film.mp4", content.clone())], 2);
    let reader = case.reader(None);
    assert!(read_directory(&case.store, &reader).is_err());
    let written = write_free_part(&case.store, &reader, &case.target(None, false), &mut |_, _| true).unwrap();
    let free = usize::try_from(2 * Suite::ChaCha20Poly1305.piece_len()).unwrap();
    assert_eq!(written.output, case.out("A film (free part)"));
    assert_eq!(std::fs::read(&written.output).unwrap(), content[..free]);
}

#[test]
fn a_title_that_is_no_name_for_a_file_is_not_used_as_one() {
    let case = case_of(&[("a", vec![1])], 0);
    let name = |title: &str| {
        Target {
            title: title.into(),
            ..case.target(None, false)
        }
        .fallback_name()
    };
    assert_eq!(name("A film"), "A film");
    assert_eq!(name("a/b"), "a-b");
    for title in [
        "..",
        "",
        "/",
        "C:\\x",
        "nul",
        ".hidden",
        "a\u{202e}b",
        &"x".repeat(300),
    ] {
        let name = name(title);
        assert!(name == "card-7" || name == "-", "{title} became {name}");
    }
}

#[test]
fn an_output_that_cannot_be_made_is_a_failure_of_the_disk() {
    let case = case_of(&[("a", vec![1])], 0);
    let error = case
        .write(&case.target(Some("no/such/folder/x"), false))
        .unwrap_err();
    assert_eq!(error.code, Code::Disk);
}
