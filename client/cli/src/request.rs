//! From what was typed to a command of the engine. Paths become absolute here, because the command may run in a daemon
//! with another working folder.

use std::path::{Path, PathBuf};

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{
    Buy, Command, Discover, EditionLimit, Explore, Fetch, MakeOffer, Open, Post, Publish, Revise, Sale,
    Search, Source,
};
use hashcard_engine::{Code, EngineError};

use crate::args::{
    BuyArgs, ClerkArgs, ClerkVerb, EndowArgs, ExploreVerb, IndexVerb, KeysArgs, KeysVerb, LibraryVerb,
    PolicyArgs, PoolVerb, PublishArgs, ResellVerb, ReviseArgs, SearchArgs, StoreVerb, Verb, WalletVerb,
};

/// The whole, in parts per million.
const WHOLE: u32 = 1_000_000;

/// What a line on the command line asks for.
pub enum Asked {
    /// Something the engine does, here or in a daemon.
    Command(Command),
    /// Something that only this process does.
    Wallet(WalletVerb),
    /// A daemon that serves.
    Seed(crate::args::SeedArgs),
    /// A daemon that only delivers.
    Clerk(PolicyArgs),
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
        Verb::Search(args) => Command::Search(search(args)),
        Verb::Explore(verb) => Command::Explore(explore(verb)),
        Verb::Index(args) => match args.verb {
            None => Command::IndexShow,
            Some(IndexVerb::Rebuild { from }) => Command::IndexRebuild { from },
        },
        Verb::Checkpoint {
            file,
            boot_nodes,
            force,
        } => Command::Checkpoint {
            file: absolute(&file)?,
            boot_nodes,
            force,
        },
        Verb::Card { card } => Command::Card { card },
        Verb::Seats { card } => Command::Seats { card },
        Verb::Keys(args) => keys(args),
        Verb::Buy(args) => Command::Buy(Buy {
            card: args.card,
            from: source(&args),
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
            pay: args.pay.pay(),
        }),
        Verb::Pool(verb) => pool(verb),
        Verb::Open(args) => Command::Open(Open {
            card: args.card,
            output: args.output.as_deref().map(absolute).transpose()?,
            folder: absolute(Path::new("."))?,
            force: args.force,
        }),
        Verb::Resell(verb) => resell(verb)?,
        Verb::Gift(args) => Command::Gift {
            card: args.card,
            to: args.address,
            edition: args.edition,
        },
        Verb::Clerk(ClerkArgs { verb: None, policy }) => return Ok(Asked::Clerk(policy)),
        Verb::Clerk(ClerkArgs { verb: Some(verb), .. }) => clerk(verb),
        Verb::UpgradeTerms(args) => Command::UpgradeTerms {
            card: args.card,
            discount: match (args.terms.discount, args.terms.free) {
                (_, true) => Some(WHOLE),
                (discount, false) => discount,
            },
        },
        Verb::Library(args) => match args.verb {
            None => Command::Library {
                collection: args.collection,
            },
            Some(LibraryVerb::Add { card, name }) => Command::LibraryAdd { card, name },
            Some(LibraryVerb::Remove { card, name }) => Command::LibraryRemove { card, name },
        },
        Verb::History(args) => Command::History {
            card: args.card,
            limit: args.limit,
        },
        Verb::Earn(args) => Command::Earn {
            redeem: args.redeem,
            claim: args.claim,
        },
        Verb::Endow(args) => endow(args),
        Verb::Recover(args) => Command::Recover { also: args.also },
        Verb::React(args) => args.command(),
        Verb::Unreact { card } => Command::Unreact { card },
        Verb::Follow { address } => Command::Follow { address },
        Verb::Unfollow { address } => Command::Unfollow { address },
        Verb::Following(args) => args.command(),
        Verb::Validator(verb) => Command::Validator(verb.asked()),
        Verb::Store(StoreVerb::List) => Command::StoreList,
        Verb::Store(StoreVerb::Verify { what }) => Command::StoreVerify { what },
        Verb::Store(StoreVerb::Remove { what }) => Command::StoreRemove { what },
        Verb::Balance { address } => Command::Balance { address },
    };
    Ok(Asked::Command(command))
}

fn search(args: SearchArgs) -> Search {
    Search {
        words: args.words.join(" "),
        kind: args.kind,
        creator: args.creator,
        tags: args.tags,
        language: args.language,
        licence: args.licence,
        price_min: args.price_min,
        price_max: args.price_max,
        size_min: args.size_min,
        size_max: args.size_max,
        minutes_min: args.minutes_min,
        minutes_max: args.minutes_max,
        year_min: args.year.or(args.year_min),
        year_max: args.year.or(args.year_max),
        for_sale: args.for_sale,
        owned: args.owned,
        alive: args.alive,
        sort: args.sort,
        limit: args.limit,
        after: args.after,
        unfinalized: args.unfinalized,
    }
}

fn explore(verb: ExploreVerb) -> Explore {
    match verb {
        ExploreVerb::UnderSeeded { limit } => Explore::UnderSeeded { limit },
        ExploreVerb::Profitable { limit } => Explore::Profitable { limit },
        ExploreVerb::Recommended { limit } => Explore::Recommended { limit },
        ExploreVerb::Creator { address } => Explore::Creator { address },
        ExploreVerb::History { key: (card, edition) } => Explore::History { card, edition },
        ExploreVerb::Suggest { text, limit } => Explore::Suggest {
            text: text.join(" "),
            limit,
        },
    }
}

fn keys(args: KeysArgs) -> Command {
    match args.verb {
        None => Command::Keys,
        Some(KeysVerb::Register { another }) => Command::KeysRegister { another },
        Some(KeysVerb::Rotate { card, edition }) => Command::KeysRotate { card, edition },
        Some(KeysVerb::Remove { index }) => Command::KeysRemove { index },
    }
}

fn source(args: &BuyArgs) -> Source {
    match (args.edition, args.cheapest, args.upgrade) {
        (Some(edition), ..) => Source::Edition(edition),
        (None, true, _) => Source::Cheapest,
        (None, false, true) => Source::Upgrade { with: args.with },
        (None, false, false) => Source::Creator,
    }
}

fn resell(verb: ResellVerb) -> Result<Command, EngineError> {
    Ok(match verb {
        ResellVerb::List { card, price, edition } => Command::ResellList { card, edition, price },
        ResellVerb::Cancel {
            offer: Some(offer), ..
        } => Command::ResellWithdraw { offer },
        ResellVerb::Cancel { card, edition, .. } => Command::ResellCancel {
            card: card.ok_or_else(|| {
                EngineError::new(
                    Code::Usage,
                    "nothing is to be taken back",
                    "name a card, or --offer ID",
                )
            })?,
            edition,
        },
        ResellVerb::Offer {
            card,
            price,
            edition,
            days,
            wait,
            report,
        } => Command::ResellOffer(MakeOffer {
            card,
            edition,
            price,
            days,
            wait,
            report,
        }),
        ResellVerb::Accept { offer, edition, wait } => Command::ResellAccept { offer, edition, wait },
        ResellVerb::Show { card } => Command::ResellShow { card },
    })
}

fn pool(verb: PoolVerb) -> Command {
    match verb {
        PoolVerb::Open { amount } => Command::PoolOpen { amount },
        PoolVerb::TopUp { amount, pool } => Command::PoolTopUp { amount, pool },
        PoolVerb::Show { pool } => Command::PoolShow { pool },
        PoolVerb::Close { pool } => Command::PoolClose { pool },
        PoolVerb::Withdraw { pool } => Command::PoolWithdraw { pool },
    }
}

fn endow(args: EndowArgs) -> Command {
    let card = args.card;
    match (args.end, args.amount, args.per_block) {
        (Some(endowment), ..) => Command::EndEndowment { card, endowment },
        (None, Some(amount), Some(per_block)) => Command::Endow {
            card,
            amount,
            per_block,
        },
        (None, ..) => Command::Endowments { card },
    }
}

fn clerk(verb: ClerkVerb) -> Command {
    match verb {
        ClerkVerb::Appoint { card, address } => Command::ClerkAppoint { card, clerk: address },
        ClerkVerb::Dismiss { card, address } => Command::ClerkDismiss { card, clerk: address },
        ClerkVerb::Terms {
            card,
            commission,
            any_holder,
        } => Command::ClerkTerms {
            card,
            commission,
            any_holder,
        },
        ClerkVerb::List { card } => Command::ClerkList { card },
    }
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
        collaborators: args.collaborators,
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
    use hashcard_engine::command::Pay;

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
    fn nothing_is_paid_unless_a_price_is_named() {
        let pay = |line: &str| match command(&format!("fetch 7 {line}")) {
            Command::Fetch(order) => order.pay,
            other => panic!("{other:?}"),
        };
        assert_eq!(pay(""), None);
        let expected = Pay {
            max_price_per_mib: Amount(1_000_000_000),
            budget: Some(Amount(500_000_000_000)),
            pool: Some(41),
        };
        assert_eq!(
            pay("--max-price-per-mib 0.001 --budget 0.5 --pool 41"),
            Some(expected)
        );
    }

    #[test]
    fn pools_are_named_or_not() {
        assert_eq!(
            command("pool open 10"),
            Command::PoolOpen {
                amount: Amount(10_000_000_000_000)
            }
        );
        assert_eq!(
            command("pool top-up 1 --pool 41"),
            Command::PoolTopUp {
                amount: Amount(1_000_000_000_000),
                pool: Some(41)
            }
        );
        assert_eq!(command("pool show"), Command::PoolShow { pool: None });
        assert_eq!(command("pool close"), Command::PoolClose { pool: None });
        assert_eq!(
            command("pool withdraw --pool 41"),
            Command::PoolWithdraw { pool: Some(41) }
        );
    }

    #[test]
    fn an_endowment_is_made_shown_or_ended() {
        assert_eq!(
            command("endow 7 100 --per-block 0.01"),
            Command::Endow {
                card: 7,
                amount: Amount(100_000_000_000_000),
                per_block: Amount(10_000_000_000),
            }
        );
        assert_eq!(command("endow 7"), Command::Endowments { card: 7 });
        let end = Command::EndEndowment {
            card: 7,
            endowment: 3,
        };
        assert_eq!(command("endow 7 --end 3"), end);
        for wrong in ["7 100", "7 --per-block 1", "7 100 --per-block 1 --end 3"] {
            let line = format!("hashcard endow {wrong}");
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }

    #[test]
    fn what_was_earned_is_shown_redeemed_or_claimed() {
        let earn = |redeem, claim| Command::Earn { redeem, claim };
        assert_eq!(command("earn"), earn(false, false));
        assert_eq!(command("earn --redeem --claim"), earn(true, true));
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

    #[test]
    fn a_search_says_all_that_was_typed() {
        let Command::Search(asked) =
            command("search night train --kind film --tag short --tag x --year 1999 --alive")
        else {
            panic!()
        };
        assert_eq!(
            (asked.words.as_str(), asked.kind.as_deref()),
            ("night train", Some("film"))
        );
        assert_eq!(asked.tags, ["short", "x"]);
        assert_eq!((asked.year_min, asked.year_max), (Some(1999), Some(1999)));
        assert!(asked.alive && !asked.for_sale && !asked.owned && !asked.unfinalized);
        assert_eq!(
            command("explore history 7/3"),
            Command::Explore(Explore::History { card: 7, edition: 3 })
        );
        assert_eq!(command("index"), Command::IndexShow);
        assert_eq!(
            command("index rebuild --from 9"),
            Command::IndexRebuild { from: Some(9) }
        );
    }

    #[test]
    fn where_a_key_is_bought() {
        let from = |line: &str| match command(&format!("buy 7 {line}")) {
            Command::Buy(order) => order.from,
            other => panic!("{other:?}"),
        };
        assert_eq!(from(""), Source::Creator);
        assert_eq!(from("--edition 3"), Source::Edition(3));
        assert_eq!(from("--cheapest"), Source::Cheapest);
        assert_eq!(from("--upgrade"), Source::Upgrade { with: None });
        assert_eq!(from("--upgrade --with 2"), Source::Upgrade { with: Some(2) });
    }

    #[test]
    fn upgrades_are_discounts_in_parts_per_million() {
        let discount = |line: &str| match command(&format!("upgrade-terms 8 {line}")) {
            Command::UpgradeTerms { discount, .. } => discount,
            other => panic!("{other:?}"),
        };
        assert_eq!(discount("--discount 33.3333"), Some(333_333));
        assert_eq!(discount("--free"), Some(WHOLE));
        assert_eq!(discount("--none"), None);
    }

    #[test]
    fn a_listing_or_an_offer_is_taken_back() {
        assert_eq!(
            command("resell cancel 7 --edition 2"),
            Command::ResellCancel {
                card: 7,
                edition: Some(2)
            }
        );
        assert_eq!(
            command("resell cancel --offer 12"),
            Command::ResellWithdraw { offer: 12 }
        );
    }

    #[test]
    fn a_clerk_without_more_is_a_daemon() {
        let cli = Cli::try_parse_from(["hashcard", "clerk", "--lock-from", "5"]).unwrap();
        let Ok(Asked::Clerk(policy)) = asked(cli.verb) else {
            panic!("no daemon")
        };
        assert_eq!(policy.lock_from, Some(Amount(5_000_000_000_000)));
        assert_eq!(command("clerk list"), Command::ClerkList { card: None });
    }
}
