//! Documents of commands and what they print, run as they stand (tests/cli, format in tests/README.md).
//!
//! **What a reader copies is what is tested**: each command runs in `bash`, in its person's folder, on a chain of the
//! document's own. A wrapper named `hashcard` adds what would make every line long: the node, the home, the
//! account, the file with the passphrase.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::binaries::binary;
use crate::failure::{ensure, Failure, Told};
use crate::home::Home;
use crate::process::{within, Lifetime, Process};
use crate::stage::Stage;

/// How long one command may take: an order and its key take eight blocks, 24 seconds, on a machine that is not busy.
const COMMAND_WITHIN: Duration = Duration::from_secs(180);
/// Blocks that `until` waits for what it names.
const UNTIL_BLOCKS: usize = 30;

/// Something that a document asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    /// A command, the lines that it must print and the code that it must end with.
    Run {
        line: usize,
        person: String,
        command: String,
        expected: Vec<String>,
        exit: i32,
    },
    /// A command that is run after each block until it prints the text.
    Until {
        line: usize,
        person: String,
        command: String,
        text: String,
    },
}

/// Runs a document on a chain of its own.
pub async fn run(document: &Path) -> Told {
    let text =
        std::fs::read_to_string(document).map_err(|error| Failure::from(error).during(document.display()))?;
    let steps = parse(&text).map_err(|failure| failure.during(document.display()))?;
    let stage = Stage::open().await?;
    let mut cast = Cast {
        stage: &stage,
        people: BTreeMap::new(),
        running: Vec::new(),
    };
    for step in &steps {
        let (Step::Run { line, .. } | Step::Until { line, .. }) = step;
        let place = format!("{}:{line}", document.display());
        cast.perform(step)
            .await
            .map_err(|failure| failure.during(place))?;
    }
    for (_, mut process) in cast.running {
        process.stop().await?;
    }
    Ok(())
}

struct Cast<'a> {
    stage: &'a Stage,
    /// Folder of each person.
    people: BTreeMap<String, PathBuf>,
    running: Vec<(String, Process)>,
}

impl Cast<'_> {
    async fn perform(&mut self, step: &Step) -> Told {
        match step {
            Step::Run {
                person,
                command,
                expected,
                exit,
                ..
            } => match command.strip_suffix('&') {
                Some(command) => self.in_background(person, command.trim_end(), expected).await,
                None => {
                    let (said, code) = self.in_shell(person, command).await?;
                    ensure(matches(expected, &said) && code == Some(*exit), || {
                        format!(
                            "`{command}` printed\n{}\nand ended with {code:?}; expected\n{}\nand {exit}",
                            said.join("\n"),
                            expected.join("\n")
                        )
                    })
                }
            },
            Step::Until {
                person,
                command,
                text,
                ..
            } => {
                let mut seen = Vec::new();
                for _ in 0..UNTIL_BLOCKS {
                    (seen, _) = self.in_shell(person, command).await?;
                    if seen.iter().any(|line| line.contains(text)) {
                        return Ok(());
                    }
                    self.stage.node.next_block().await?;
                }
                Err(Failure::new(format!(
                    "`{command}` never printed {text:?}: {}",
                    seen.join("\n")
                )))
            }
        }
    }

    async fn in_shell(&mut self, person: &str, command: &str) -> Told<(Vec<String>, Option<i32>)> {
        let mut process = self.start(person, &format!("{{ {command}\n}} 2>&1")).await?;
        let ended = within(COMMAND_WITHIN, &format!("`{command}` to end"), process.end()).await;
        let status = ended.map_err(|failure| process.blame(failure))?;
        let said = std::fs::read(process.stdout())?;
        let said = String::from_utf8_lossy(&said)
            .lines()
            .map(str::to_owned)
            .collect();
        Ok((said, status.code()))
    }

    async fn in_background(&mut self, person: &str, command: &str, expected: &[String]) -> Told {
        let process = self.start(person, &format!("exec 2>&1; exec {command}")).await?;
        let mut lines = process.stdout_lines()?;
        let mut said = Vec::new();
        let printed = async {
            while !matches(expected, &said) {
                said.push(lines.next().await?);
            }
            Ok(())
        };
        let printed = within(
            COMMAND_WITHIN,
            &format!("`{command} &` to print {expected:?}"),
            printed,
        )
        .await;
        printed.map_err(|failure| process.blame(failure))?;
        self.running.push((command.to_owned(), process));
        Ok(())
    }

    async fn start(&mut self, person: &str, script: &str) -> Told<Process> {
        let folder = self.folder_of(person).await?;
        // One log each, so that a command's output is only its own.
        let logs = tempfile::Builder::new()
            .prefix("command-")
            .tempdir_in(self.stage.folder())?
            .keep();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [folder.join(".bin").into_os_string(), path].join(&OsString::from(":"));
        let script = format!("cd \"$HOME\" && {script}");
        let environment: [(&str, &std::ffi::OsStr); 3] = [
            ("HOME", folder.as_os_str()),
            ("PATH", &path),
            ("LC_ALL", "C.UTF-8".as_ref()),
        ];
        Process::start(
            person,
            Path::new("/bin/bash"),
            &["-c", &script],
            &environment,
            &logs,
            None,
            Lifetime::Bound,
        )
        .await
    }

    /// The folder of a person; one who is named like an endowed account has its wallet already.
    async fn folder_of(&mut self, person: &str) -> Told<PathBuf> {
        if let Some(folder) = self.people.get(person) {
            return Ok(folder.clone());
        }
        let account = match person {
            "alice" => "Alice",
            "bob" => "Bob",
            "charlie" => "Charlie",
            "dave" => "Dave",
            "eve" => "Eve",
            "ferdie" => "Ferdie",
            _ => "",
        };
        let home: Home = self.stage.newcomer(person, account)?;
        if !account.is_empty() {
            home.import_wallet().await?;
        }
        let folder = home.folder().to_owned();
        let mut words = vec![binary("hashcard")?.display().to_string()];
        words.extend(["--node".to_owned(), self.stage.node.url()]);
        words.extend(["--home".to_owned(), home.path().display().to_string()]);
        words.extend([
            "--passphrase-file".to_owned(),
            home.passphrase_file().display().to_string(),
        ]);
        if !account.is_empty() {
            words.extend(["--account".to_owned(), account.to_owned()]);
        }
        let wrapper = folder.join(".bin/hashcard");
        std::fs::create_dir_all(folder.join(".bin"))?;
        std::fs::write(&wrapper, format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")))?;
        std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))?;
        self.people.insert(person.to_owned(), folder.clone());
        Ok(folder)
    }
}

/// Reads the blocks marked `console`, and the comments `<!-- until PERSON$ COMMAND => TEXT -->`.
fn parse(document: &str) -> Told<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut other) = (false, false);
    for (number, text) in (1..).zip(document.lines()) {
        let at = |why: &str| Failure::new(format!("line {number}: {why}: {text}"));
        if text.trim_start().starts_with("```") {
            (inside, other) = (
                !inside && !other && text.trim() == "```console",
                !inside && !other && text.trim() != "```console",
            );
            continue;
        }
        if inside {
            match (prompt(text), steps.last_mut()) {
                (Some((person, command)), _) => steps.push(Step::Run {
                    line: number,
                    person,
                    command,
                    expected: Vec::new(),
                    exit: 0,
                }),
                (None, Some(Step::Run { exit, .. })) if text.starts_with("? ") => {
                    *exit = text[2..].trim().parse().map_err(|_| at("this is no exit code"))?;
                }
                (None, Some(Step::Run { expected, .. })) => expected.push(text.to_owned()),
                (None, _) => return Err(at("output before any command")),
            }
        } else if let Some(wish) = text
            .strip_prefix("<!-- until ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            let (command, wanted) = wish.split_once(" => ").ok_or_else(|| at("there is no =>"))?;
            let (person, command) = prompt(command).ok_or_else(|| at("there is no prompt"))?;
            steps.push(Step::Until {
                line: number,
                person,
                command,
                text: wanted.to_owned(),
            });
        }
    }
    ensure(!inside && !other, || "a block does not end".to_owned())?;
    ensure(!steps.is_empty(), || "there is nothing to run".to_owned())?;
    Ok(steps)
}

/// Person and command of `bob$ hashcard keys`; `$ …` is the command of a person called `you`.
fn prompt(text: &str) -> Option<(String, String)> {
    let (person, command) = text.split_once("$ ")?;
    let person = if person.is_empty() { "you" } else { person };
    person
        .bytes()
        .all(|byte| byte.is_ascii_lowercase())
        .then(|| (person.to_owned(), command.to_owned()))
}

/// Whether lines are as expected: `[..]` stands for anything in a line, a line `...` for any lines.
fn matches(expected: &[String], said: &[String]) -> bool {
    match (expected.split_first(), said.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.trim() == "..." => {
            matches(rest, said)
                || said
                    .split_first()
                    .is_some_and(|(_, said)| matches(expected, said))
        }
        (Some((first, rest)), Some((line, said))) => {
            let parts: Vec<&str> = first.trim_end().split("[..]").collect();
            line_matches(&parts, line.trim_end()) && matches(rest, said)
        }
        _ => false,
    }
}

fn line_matches(parts: &[&str], line: &str) -> bool {
    match parts {
        [] => line.is_empty(),
        [only] => line == *only,
        [first, rest @ ..] => line.strip_prefix(first).is_some_and(|line| {
            let starts = line.char_indices().map(|(at, _)| at).chain([line.len()]);
            starts.into_iter().any(|at| line_matches(rest, &line[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_wildcard_stands_for_a_part_of_a_line_and_dots_for_lines() {
        assert!(matches(&lines("card [..], root [..]"), &lines("card 7, root ab")));
        assert!(!matches(&lines("card [..], root [..]"), &lines("card 7")));
        assert!(matches(&lines("a\n...\nc"), &lines("a\nb\nb\nc")));
        assert!(matches(&lines("a\n..."), &lines("a")));
        assert!(!matches(&lines("a\n...\nc"), &lines("a\nb")));
        assert!(!matches(&[], &lines("something")));
        assert!(matches(&lines("[..]é[..]"), &lines("ñé")));
    }

    #[test]
    fn a_document_gives_its_commands_with_what_they_print() {
        let document = "Text\n```console\nbob$ hashcard keys\nnone\n? 6\n$ true\n```\n<!-- until bob$ x y => z -->\n```json\n$ not this\n```\n";
        let run = |line, person: &str, command: &str, expected: &[&str], exit| Step::Run {
            line,
            person: person.to_owned(),
            command: command.to_owned(),
            expected: expected.iter().map(|line| (*line).to_owned()).collect(),
            exit,
        };
        let steps = parse(document).unwrap();
        assert_eq!(steps[0], run(3, "bob", "hashcard keys", &["none"], 6));
        assert_eq!(steps[1], run(6, "you", "true", &[], 0));
        let until = Step::Until {
            line: 8,
            person: "bob".into(),
            command: "x y".into(),
            text: "z".into(),
        };
        assert_eq!(steps[2], until);
        assert_eq!(steps.len(), 3);
    }

    #[test]
    fn a_document_that_cannot_be_run_is_refused() {
        for document in [
            "",
            "```console\n$ a\n",
            "```console\noutput\n```\n",
            "<!-- until nothing -->\n",
        ] {
            assert!(parse(document).is_err(), "{document}");
        }
    }
}
