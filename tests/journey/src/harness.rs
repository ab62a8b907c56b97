//! Runs journeys side by side.
//!
//! **A journey waits for blocks nearly all of its time**, so several at once take hardly longer than one. They are tasks
//! and not threads: `--test-threads`, which every test program takes, changes nothing here, and `--at-once` says how many
//! run at a time. Other options and the report are those of Rust's own test programs.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::failure::{Failure, Told};
use crate::process::within;

/// Threads that run the tasks: more than run at once, so that one that writes a large file holds no other up.
const THREADS: usize = 8;
/// How long a journey may take. The longest starts a node fifty times, each of which takes five seconds of a processor: on two that were
/// busy with builds it had 44 of them in ten minutes.
const JOURNEY_WITHIN: Duration = Duration::from_secs(20 * 60);

/// One promise, and how it is kept.
pub struct Journey {
    /// `file::promise`.
    pub name: &'static str,
    /// Begins it.
    pub begin: fn() -> Pin<Box<dyn Future<Output = Told> + Send>>,
}

/// Lists journeys by their paths: `journeys![happy::a_film_is_sold, …]`.
#[macro_export]
macro_rules! journeys {
    ($($file:ident :: $promise:ident),+ $(,)?) => {
        &[$($crate::Journey {
            name: concat!(stringify!($file), "::", stringify!($promise)),
            begin: || Box::pin($file::$promise()),
        }),+]
    };
}

#[derive(Parser, Debug)]
struct Options {
    /// Run only journeys with one of these in their names
    names: Vec<String>,
    /// A name has to be the whole name
    #[arg(long)]
    exact: bool,
    /// Leave out journeys with this in their names
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// Print the names and end
    #[arg(long)]
    list: bool,
    /// Journeys that run at a time; without it, as many as suit these journeys and two processors
    #[arg(long, value_name = "NUMBER")]
    at_once: Option<usize>,
    /// Taken, as by every test program, and without effect: journeys are not threads
    #[arg(long, value_name = "NUMBER")]
    test_threads: Option<usize>,
    /// Taken, and without effect: nothing is captured
    #[arg(long, alias = "show-output")]
    nocapture: bool,
}

impl Options {
    fn wants(&self, journey: &Journey) -> bool {
        let fits = |name: &String| match self.exact {
            true => journey.name == name,
            false => journey.name.contains(name.as_str()),
        };
        (self.names.is_empty() || self.names.iter().any(fits)) && !self.skip.iter().any(fits)
    }
}

/// Runs what the command line asks for, in the order of the list; those that take longest come first. `at_once` is how many run at a
/// time where it does not say.
pub fn run(journeys: &'static [Journey], at_once: usize) -> ExitCode {
    let options = Options::parse();
    let at_once = options.at_once.unwrap_or(at_once);
    let chosen: Vec<&Journey> = journeys.iter().filter(|one| options.wants(one)).collect();
    if options.list {
        chosen
            .iter()
            .for_each(|journey| println!("{}: test", journey.name));
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run_chosen(&chosen, at_once, journeys.len() - chosen.len())),
        Err(error) => {
            eprintln!("no journey could begin: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run_chosen(chosen: &[&Journey], at_once: usize, left_out: usize) -> ExitCode {
    println!("\nrunning {} tests, {at_once} at a time", chosen.len());
    let began = Instant::now();
    let places = Arc::new(Semaphore::new(at_once.max(1)));
    let mut running = JoinSet::new();
    for journey in chosen {
        // In the order of the list; the semaphore is never closed.
        let place = places.clone().acquire_owned().await;
        let (name, begin) = (journey.name, journey.begin);
        running.spawn(async move {
            let began = Instant::now();
            let told = one(begin).await;
            let (verdict, seconds) = (
                if told.is_ok() { "ok" } else { "FAILED" },
                began.elapsed().as_secs_f64(),
            );
            println!("test {name} ... {verdict} ({seconds:.1} s)");
            drop(place);
            (name, told)
        });
    }
    let mut failures = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok((_, Ok(()))) => {}
            Ok((name, Err(failure))) => failures.push((name, failure)),
            Err(error) => failures.push(("a journey", Failure::new(error.to_string()))),
        }
    }
    if !failures.is_empty() {
        println!("\nfailures:");
    }
    for (name, failure) in &failures {
        println!("\n---- {name} ----\n{failure}");
    }
    println!(
        "\ntest result: {}. {} passed; {} failed; {left_out} filtered out; finished in {:.2}s\n",
        if failures.is_empty() { "ok" } else { "FAILED" },
        chosen.len() - failures.len(),
        failures.len(),
        began.elapsed().as_secs_f64()
    );
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one in a task of its own, so that a panic is its failure and nobody else's.
async fn one(begin: fn() -> Pin<Box<dyn Future<Output = Told> + Send>>) -> Told {
    let mut task = JoinSet::new();
    task.spawn(begin());
    let ended = async {
        match task.join_next().await {
            Some(Ok(told)) => told,
            Some(Err(error)) => Err(Failure::new(error.to_string())),
            None => Err(Failure::new("it never began")),
        }
    };
    // When the time is over the set is dropped, and the task with it, and with that its processes.
    within(JOURNEY_WITHIN, "the journey to end", ended).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(words: &[&str]) -> Vec<&'static str> {
        const ALL: &[Journey] = &[
            Journey {
                name: "happy::sale",
                begin: || Box::pin(async { Ok(()) }),
            },
            Journey {
                name: "happy::sale_of_two",
                begin: || Box::pin(async { Ok(()) }),
            },
            Journey {
                name: "crash::kill",
                begin: || Box::pin(async { Ok(()) }),
            },
        ];
        let options = Options::parse_from(["journeys"].iter().chain(words));
        let wanted = ALL.iter().filter(|one| options.wants(one));
        wanted.map(|one| one.name).collect()
    }

    #[test]
    fn journeys_are_chosen_as_in_every_test_program() {
        assert_eq!(chosen(&["--test-threads=1"]).len(), 3);
        assert_eq!(chosen(&["happy"]), ["happy::sale", "happy::sale_of_two"]);
        assert_eq!(chosen(&["kill", "two"]), ["happy::sale_of_two", "crash::kill"]);
        assert_eq!(chosen(&["--exact", "happy::sale"]), ["happy::sale"]);
        assert_eq!(chosen(&["--skip", "happy", "--nocapture"]), ["crash::kill"]);
        assert!(chosen(&["nothing"]).is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_the_failure_of_its_journey() {
        let failure = one(|| Box::pin(async { panic!("on purpose") }))
            .await
            .unwrap_err();
        assert!(failure.to_string().contains("panic"), "{failure}");
        one(|| Box::pin(async { Ok(()) })).await.unwrap();
    }
}
