//! From what was typed to a command of the engine. Paths become absolute here, because the command may run in a daemon
//! with another working folder.

use std::path::{Path, PathBuf};

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{Buy, Command, Discover, EditionLimit, Fetch, Post, Publish, Revise, Sale};
use hashcard_engine::{Code, EngineError};

use crate::args::{PublishArgs, ReviseArgs, StoreVerb, Verb, WalletVerb};

/// What a line on the command line asks for.
pub enum Asked {
    /// Something the engine does, here or in a daemon.
    Command(Command),
    /// Something that only this process does.
    Wallet(WalletVerb),
    /// A daemon.
    Seed(crate::args::SeedArgs),
}

/// What was asked for.
pub fn asked(verb: Verb) -> Result<Asked, EngineError> {
    let command = match verb {
        Verb::Wallet(WalletVerb::Show) => Command::WalletShow,
        Verb::Wallet(WalletVerb::Send { address, amount }) => Command::WalletSend { to: address, amount },
        Verb::Wallet(verb) => return Ok(Asked::Wallet(verb)),
        Verb::Seed(args) => return Ok(Asked::Seed(args)),
        Verb::Publish(args) => Command::Publish(publish(args)?),
        Verb::Post(args) => Command::Post(Post {
            text: args.text,
            title: args.title,
            tags: args.tags,
            reply_to: args.reply_to,
        }),
        Verb::Revise(args) => Command::Revise(revise(args)?),
        Verb::Retire { card } => Command::Retire { card },
        Verb::Discover(args) => Command::Discover(Discover {
            kind: args.kind,
            free: args.free,
            max_price: args.max_price,
            creator: args.creator,
            tag: args.tag,
            replies_to: args.replies_to,
            since: args.since,
            cursor: args.cursor,
            limit: args.limit,
        }),
        Verb::Card { card } => Command::Card { card },
        Verb::Seats { card } => Command::Seats { card },
        Verb::Keys => Command::Keys,
        Verb::Buy(args) => Command::Buy(Buy {
            card: args.card,
            max_price: args.max_price,
            no_wait: args.no_wait,
            report: args.report,
            order: args.order,
        }),
        Verb::Expire { order } => Command::Expire { order },
        Verb::Settle { order } => Command::Settle { order },
        Verb::ReportFalseKey { card, edition } => Command::ReportFalseKey { card, edition },
        Verb::Fetch(args) => Command::Fetch(Fetch {
            card: args.card,
            output: args.output.as_deref().map(absolute).transpose()?,
            folder: absolute(Path::new("."))?,
            no_open: args.no_open,
            force: args.force,
        }),
        Verb::Store(StoreVerb::List) => Command::StoreList,
        Verb::Store(StoreVerb::Verify { what }) => Command::StoreVerify { what },
        Verb::Store(StoreVerb::Remove { what }) => Command::StoreRemove { what },
        Verb::Balance { address } => Command::Balance { address },
    };
    Ok(Asked::Command(command))
}

fn publish(args: PublishArgs) -> Result<Publish, EngineError> {
    let sale = match (args.sale.price, args.sale.open) {
        (Some(price), _) => Sale::Price(price),
        (None, true) => Sale::Open,
        (None, false) => Sale::Price(Amount(0)),
    };
    Ok(Publish {
        path: absolute(&args.path)?,
        title: args.title,
        kind: args.kind,
        sale,
        editions: args.editions,
        tags: args.tags,
        preview: args.preview.as_deref().map(absolute).transpose()?,
        royalty: args.royalty,
        delivery_share: args.delivery_share,
        free_part: args.free_part,
        supersedes: args.supersedes,
        in_reply_to: args.reply_to,
    })
}

fn revise(args: ReviseArgs) -> Result<Revise, EngineError> {
    let editions = match args.editions.as_deref() {
        None => None,
        Some("unlimited") => Some(EditionLimit::Unlimited),
        Some(number) => Some(EditionLimit::AtMost(number.parse().map_err(|_| {
            EngineError::new(
                Code::Usage,
                format!("{number:?} is no number of editions"),
                "give a number, or unlimited",
            )
        })?)),
    };
    let listed = if args.list || args.unlist {
        Some(args.list)
    } else {
        None
    };
    Ok(Revise {
        card: args.card,
        price: args.price,
        editions,
        listed,
    })
}

/// From the root of the file system, without `.`; nothing need be there.
fn absolute(path: &Path) -> Result<PathBuf, EngineError> {
    std::path::absolute(path).map_err(|error| {
        EngineError::new(
            Code::Usage,
            format!("{} is no path: {error}", path.display()),
            "give another",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;

    fn command(line: &str) -> Command {
        let cli = Cli::try_parse_from(std::iter::once("hashcard").chain(line.split_whitespace())).unwrap();
        match asked(cli.verb).unwrap() {
            Asked::Command(command) => command,
            _ => panic!("{line} is no command of the engine"),
        }
    }

    #[test]
    fn the_three_sales() {
        let sale = |line: &str| match command(&format!("publish x --title t {line}")) {
            Command::Publish(order) => order.sale,
            other => panic!("{other:?}"),
        };
        assert_eq!(sale("--price 1.5"), Sale::Price(Amount(1_500_000_000_000)));
        assert_eq!(sale("--free"), Sale::Price(Amount(0)));
        assert_eq!(sale("--open"), Sale::Open);
    }

    #[test]
    fn paths_are_absolute_before_they_leave_this_process() {
        let Command::Publish(order) = command("publish x --title t --free --preview p") else {
            panic!()
        };
        assert!(order.path.is_absolute() && order.preview.unwrap().is_absolute());
        let Command::Fetch(order) = command("fetch 7 -o x") else {
            panic!()
        };
        assert!(order.output.unwrap().is_absolute() && order.folder.is_absolute());
    }

    #[test]
    fn a_revision_names_only_what_changes() {
        let Command::Revise(revise) = command("revise 7 --editions unlimited") else {
            panic!()
        };
        assert_eq!(
            (revise.price, revise.editions, revise.listed),
            (None, Some(EditionLimit::Unlimited), None)
        );
        let Command::Revise(revise) = command("revise 7 --unlist") else {
            panic!()
        };
        assert_eq!(revise.listed, Some(false));
        let Command::Revise(revise) = command("revise 7 --list --editions 5") else {
            panic!()
        };
        assert_eq!(
            (revise.listed, revise.editions),
            (Some(true), Some(EditionLimit::AtMost(5)))
        );
    }
}
