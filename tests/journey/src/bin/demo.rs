//! The whole job on a chain of its own, each person a process with a home folder: what `scripts/demo` runs.
//!
//! **It proves what it shows.** Every line of the table is a check, and the exit code is 0 only if all of them held.

#[path = "demo/bar.rs"]
mod bar;
#[path = "demo/cast.rs"]
mod cast;
#[path = "demo/show.rs"]
mod show;
#[path = "demo/story.rs"]
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use hashcard_journey_tests::Failure;

use crate::cast::Cast;
use crate::show::Show;

/// Runs the whole job and prints what happened.
#[derive(Parser, Debug)]
#[command(name = "demo")]
struct Options {
    /// What is published: files or folders, each becomes a card
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
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
    let story = async {
        let mut cast = Cast::new(&options.work, options.keep);
        let told = story::tell(&show, &mut cast, &options.inputs).await;
        match told {
            Ok(()) if options.keep => cast.leave(),
            Ok(()) => {
                let stopping = async { cast.stop().await.map(|detail| ((), detail)) };
                show.step("every process ends when asked", stopping).await
            }
            Err(failure) => Err(failure),
        }
    };
    // A Ctrl-C drops the story, and with it every process that it started.
    let told = tokio::select! {
        told = story => told,
        _ = tokio::signal::ctrl_c() => Err(Failure::new("stopped by Ctrl-C")),
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
        Ok(()) if show.all_held() && written.is_ok() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("\ndemo: {failure}");
            ExitCode::FAILURE
        }
    }
}
