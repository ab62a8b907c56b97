//! `hashcard`: the program that people use. Everything it can do is in `hashcard-engine`; here is only how it is asked
//! for and how it is shown.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use hashcard_engine::attach::Request;
use hashcard_engine::clerk::{self, ClerkOptions};
use hashcard_engine::command::{Event, Outcome};
use hashcard_engine::events::Events;
use hashcard_engine::home::HomePaths;
use hashcard_engine::seed::{self, SeedOptions};
use hashcard_engine::wallet::AccountName;
use hashcard_engine::{perform, Asking, Code, EngineError, Policy, Settings};

use args::{Cli, Global, PolicyArgs, SeedArgs};
use passphrase::Passphrases;
use request::Asked;
use screen::Screen;

mod args;
mod passphrase;
mod progress;
mod request;
mod screen;
mod text;
mod wallet;

/// How long the end of the program waits for work that cannot be broken off: a write to disk.
const LAST_WRITES: std::time::Duration = std::time::Duration::from_secs(10);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_use(&error),
    };
    start_log(&cli.global);
    let mut screen = Screen::new(cli.global.json, cli.global.quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = EngineError::new(
                Code::Failed,
                format!("could not start threads: {error}"),
                "try again",
            );
            return screen.fail(&error);
        }
    };
    let exit = runtime.block_on(run(cli, &mut screen));
    runtime.shutdown_timeout(LAST_WRITES);
    exit
}

async fn run(cli: Cli, screen: &mut Screen) -> ExitCode {
    match carry_out(cli, screen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => screen.fail(&error),
    }
}

/// What is asked: a node, or with `--light` the network.
fn asked_of(global: &Global) -> Result<Option<String>, EngineError> {
    let Some(spec) = &global.light else {
        return Ok(global.node.clone());
    };
    let unusable = |why: String| {
        EngineError::new(
            Code::Usage,
            format!("{} is no chain specification: {why}", spec.display()),
            "make one: hashcard checkpoint, or hashcard-node export-chain-spec --raw",
        )
    };
    let path = std::fs::canonicalize(spec).map_err(|error| unusable(error.to_string()))?;
    let path = path
        .to_str()
        .ok_or_else(|| unusable("its path is no Unicode".to_owned()))?;
    Ok(Some(format!("light:{path}")))
}

async fn carry_out(cli: Cli, screen: &mut Screen) -> Result<(), EngineError> {
    let Cli { global, verb } = cli;
    let account = match &global.account {
        Some(name) => AccountName::named(name)?,
        None => AccountName::DEFAULT,
    };
    let home = match &global.home {
        Some(folder) => HomePaths::new(std::path::absolute(folder).map_err(|error| {
            EngineError::new(
                Code::Usage,
                format!("{} is no path: {error}", folder.display()),
                "give another",
            )
        })?),
        None => HomePaths::default_of_user()?,
    };
    let node = asked_of(&global)?;
    let settings = Settings {
        home,
        node: node.clone(),
    };
    let passphrases = Arc::new(Passphrases::of(&global));
    match request::asked(verb)? {
        Asked::Wallet(verb) => wallet::carry_out(verb, &settings.home, &passphrases, screen).await,
        Asked::Command(command) => {
            let request = Request::new(command, account, node);
            let (events, said) = Events::channel();
            let work = async {
                let result = perform(&settings, request, passphrases, &events).await;
                drop(events);
                result
            };
            let outcome = shown(work, said, screen).await?;
            screen.outcome(&outcome);
            Ok(())
        }
        Asked::Seed(args) => {
            let (events, said) = Events::channel();
            screen.is_for_a_daemon();
            let options = seed_options(args, account)?;
            let work = seed::seed(&settings, options, passphrases, events, stopped());
            let outcome = shown(work, said, screen).await?;
            screen.outcome(&outcome);
            Ok(())
        }
        Asked::Clerk(args) => {
            let (events, said) = Events::channel();
            screen.is_for_a_daemon();
            let options = ClerkOptions {
                account,
                policy: policy(args, true),
            };
            let work = clerk::serve(&settings, options, passphrases, events, stopped());
            let outcome = shown(work, said, screen).await?;
            screen.outcome(&outcome);
            Ok(())
        }
    }
}

/// Shows what the work says until it is done.
async fn shown(
    work: impl std::future::Future<Output = Result<Outcome, EngineError>>,
    mut said: tokio::sync::mpsc::Receiver<Event>,
    screen: &mut Screen,
) -> Result<Outcome, EngineError> {
    tokio::pin!(work);
    let result = loop {
        tokio::select! {
            biased;
            Some(event) = said.recv() => screen.event(&event),
            result = &mut work => break result,
        }
    };
    while let Ok(event) = said.try_recv() {
        screen.event(&event);
    }
    screen.finish();
    result
}

fn seed_options(args: SeedArgs, account: AccountName) -> Result<SeedOptions, EngineError> {
    if args.min_price > args.price {
        return Err(EngineError::new(
            Code::Usage,
            format!(
                "the least price, {}, is above the price, {}",
                args.min_price, args.price
            ),
            "give a --price of at least --min-price",
        ));
    }
    Ok(SeedOptions {
        account,
        pay: args.pay.pay(),
        cards: args.cards,
        listen: args.listen,
        addresses: args.addresses,
        bond: args.bond,
        leave: args.leave,
        policy: policy(args.policy, args.clerk),
        asking: Asking {
            price: args.price.0,
            min: args.min_price.0,
        },
        free_per_peer: args.free_bytes,
        rewards: !args.no_rewards,
        max_up: args.max_up,
        max_disk: Some(args.max_disk).filter(|max| *max > 0),
    })
}

fn policy(args: PolicyArgs, clerk: bool) -> Policy {
    Policy {
        best_block_below: args.best_block_below,
        lock_from: args.lock_from,
        clerk,
        min_commission: args.min_commission,
    }
}

/// Returns on Ctrl-C and on the signal by which a system stops its services.
async fn stopped() {
    use tokio::signal::unix::{signal, SignalKind};
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "only Ctrl-C stops this daemon cleanly");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Help and version are no failure; everything else that clap says is, in the form that was asked for.
fn wrong_use(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !is_help && std::env::args_os().any(|argument| argument == "--json") {
        let said = error.render().to_string();
        let what: Vec<&str> = said
            .lines()
            .take_while(|line| !line.starts_with("Usage:"))
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let message = what.join(" ").trim_start_matches("error: ").to_owned();
        return Screen::new(true, true).fail(&EngineError::new(Code::Usage, message, "see hashcard --help"));
    }
    if error.print().is_err() {
        // Whoever reads it hung up.
        return ExitCode::from(Code::Usage.exit());
    }
    if is_help {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Code::Usage.exit())
    }
}

/// Logs go to stderr, and say nothing unless asked: `-v`, `-vv`, or `RUST_LOG`.
fn start_log(global: &Global) {
    use tracing_subscriber::EnvFilter;
    let level = match global.verbose {
        0 => "error",
        1 => "info,hashcard=debug,hashcard_engine=debug,hashcard_net=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours =
        std::env::var_os("NO_COLOR").is_none() && std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .init();
}
