//! A network of real nodes on this machine, for a person to look at: what `scripts/localnet` runs.
//!
//! **It ends as it should end, or says why not**: Ctrl-C, SIGTERM and the end of its time stop every node with SIGTERM and wait for each;
//! a node that ends by itself ends the network, and is a failure.

#[path = "localnet/monitoring.rs"]
mod monitoring;
#[path = "localnet/traffic.rs"]
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hashcard_journey_tests::{ensure, Failure, Network, Plan, Told};
use tokio::signal::unix::{signal, SignalKind};

/// Runs validators and full nodes of one chain.
#[derive(Parser, Debug)]
#[command(name = "localnet")]
struct Options {
    /// Validators
    #[arg(default_value_t = 4)]
    validators: usize,
    /// Full nodes beside them
    #[arg(long, default_value_t = 0, value_name = "M")]
    full: usize,
    /// End after so long; without it, at Ctrl-C
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
    /// First publish, buy, fetch, pay, redeem and send on it, and check that the books add up
    #[arg(long)]
    traffic: bool,
    /// Folder for the chain, the nodes and their logs
    #[arg(long)]
    work: PathBuf,
    /// Folder with alert rules for Prometheus
    #[arg(long)]
    operations: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("localnet: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Told {
    let plan = Plan {
        full: options.full,
        ..Plan::of(options.validators)
    };
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let mut asked = std::pin::pin!(async {
        tokio::select! {
            _ = interrupts.recv() => (),
            _ = terminations.recv() => (),
        }
    });
    // What has started so far ends with the future.
    let mut network = tokio::select! {
        opened = Network::open(&options.work, plan) => opened?,
        () = &mut asked => return Ok(()),
    };
    let prometheus = monitoring::write(&network, &options.work, &options.operations)?;
    println!("{}", table(&network));
    println!("\nChain spec:  {}", network.specification().display());
    println!("Prometheus:  prometheus --config.file={}", prometheus.display());
    println!(
        "Dashboard:   {}",
        options.operations.join("dashboard.json").display()
    );

    if options.traffic {
        tokio::select! {
            told = traffic::carry(&network, &options.work) => println!("\n{}", told?),
            () = &mut asked => return network.stop().await,
        }
    }
    let time = async {
        match options.seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => {
                println!("\nCtrl-C ends it.");
                std::future::pending().await
            }
        }
    };
    let ended = tokio::select! {
        ended = network.first_end() => Some(ended?),
        () = &mut asked => None,
        () = time => None,
    };
    let stopping = network.stop().await;
    ensure(ended.is_none(), || ended.clone().unwrap_or_default())?;
    stopping?;
    println!("\nAll nodes ended.");
    Ok(())
}

fn table(network: &Network) -> String {
    let mut lines = vec![format!(
        "{:<14} {:<26} {:<34} {}",
        "node", "RPC", "metrics", "log"
    )];
    for member in network.members() {
        let metrics = member
            .node
            .metrics()
            .map(|address| format!("http://{address}/metrics"));
        lines.push(format!(
            "{:<14} {:<26} {:<34} {}",
            member.name(),
            member.node.url(),
            metrics.unwrap_or_default(),
            member.node.process().stderr().display()
        ));
    }
    lines.join("\n")
}

/// An error of the client, as a failure.
fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}
