//! The whole job on a chain of its own, each person a process with a home folder: what `scripts/demo` runs.
//!
//! **It proves what it shows.** Every line of the table is a check, and the exit code is 0 only if all of them held.

#[path = "demo/bar.rs"]
mod bar;
#[path = "demo/books.rs"]
mod books;
#[path = "demo/cast.rs"]
mod cast;
#[path = "demo/light.rs"]
mod light;
#[path = "demo/market.rs"]
mod market;
#[path = "demo/pay.rs"]
mod pay;
#[path = "demo/rewards.rs"]
mod rewards;
#[path = "demo/show.rs"]
mod show;
#[path = "demo/story.rs"]
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::cast::{Cast, Role};
use crate::show::Show;

/// What a shell expects of a program that Ctrl-C ended: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs the whole job and prints what happened.
#[derive(Parser, Debug)]
#[command(name = "demo")]
struct Options {
    /// What is published: files or folders, each becomes a card
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Tell of the market instead, with the first input: resale, clerks, gifts, offers, versions
    #[arg(long)]
    market: bool,
    /// Tell of paid bytes instead, with the first input
    #[arg(long, conflicts_with = "market")]
    pay: bool,
    /// Tell of a buyer and a seeder who trust no node instead, with the first input
    #[arg(long, conflicts_with_all = ["market", "pay"])]
    light: bool,
    /// Folder for the chain, the homes and the logs
    #[arg(long)]
    work: PathBuf,
    /// Leave everything running, and say how to talk to it
    #[arg(long)]
    keep: bool,
    /// Also write the steps as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let show = Show::new();
    let roles: &[Role] = match (options.market, options.pay, options.light) {
        (true, ..) => &market::ROLES,
        (_, true, _) => &pay::ROLES,
        (.., true) => &light::ROLES,
        _ => &story::ROLES,
    };
    let mut cast = Cast::new(roles, &options.work, options.keep);
    let story = async {
        match options.inputs.first() {
            Some(input) if options.market => market::tell(&show, &mut cast, input).await?,
            Some(input) if options.light => light::tell(&show, &mut cast, input).await?,
            Some(input) if options.pay => pay::tell(&show, &mut cast, input).await?,
            _ => story::tell(&show, &mut cast, &options.inputs).await?,
        }
        if options.keep {
            return cast.leave();
        }
        let stopping = async { Ok(((), cast.stop().await?)) };
        show.step("every process ends when asked", stopping).await?;
        Ok(String::new())
    };
    // A Ctrl-C drops the story; what it started ends with the cast.
    let told = tokio::select! {
        told = story => told,
        _ = tokio::signal::ctrl_c() => return ExitCode::from(INTERRUPTED),
    };
    show.table();
    let written = options
        .report
        .as_ref()
        .map_or(Ok(()), |path| show.write_report(path));
    if let Err(failure) = &written {
        eprintln!("demo: the report: {failure}");
    }
    match told {
        Ok(farewell) if show.all_held() && written.is_ok() => {
            if !farewell.is_empty() {
                println!("\n{farewell}");
            }
            ExitCode::SUCCESS
        }
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("\ndemo: {failure}");
            ExitCode::FAILURE
        }
    }
}
