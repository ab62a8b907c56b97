//! Prints what each scenario's attacker puts in, gets out and gains. With `--write` it also writes docs/economics and the
//! computed parts of docs/ECONOMICS.md.

use hashcard_economy::{document, scenarios};
use std::{env, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let write = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--write"] => true,
        _ => {
            eprintln!("economy: unknown arguments; usage: economy [--write]");
            return ExitCode::from(2);
        }
    };
    let outcomes = scenarios::all();
    print!("{}", document::summary(&outcomes));
    if !write {
        return ExitCode::SUCCESS;
    }
    match write_documents(&outcomes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("economy: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write_documents(outcomes: &[hashcard_economy::outcome::Outcome]) -> Result<(), String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = docs.join("ECONOMICS.md");
    let text = fs::read_to_string(&page).map_err(|why| format!("cannot read {}: {why}", page.display()))?;
    let text = document::filled(&text, outcomes)?;
    fs::write(&page, text).map_err(|why| format!("cannot write {}: {why}", page.display()))?;
    for one in outcomes {
        let picture = docs.join("economics").join(format!("{}.svg", one.slug));
        fs::write(&picture, one.plot.svg())
            .map_err(|why| format!("cannot write {}: {why}", picture.display()))?;
    }
    Ok(())
}
