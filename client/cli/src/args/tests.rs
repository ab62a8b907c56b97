use super::seed::size;
use super::*;
use clap::CommandFactory;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("hashcard").chain(line.split_whitespace()))
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_an_example_in_its_help() {
    fn check(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        command.get_subcommands().for_each(|sub| check(sub, &path));
        if !command.is_subcommand_required_set() && command.get_name() != "hashcard" {
            let help = command
                .get_after_help()
                .map(|help| help.to_string())
                .unwrap_or_default();
            assert!(
                help.contains("Example") && help.contains(path.trim()),
                "{path}: {help}"
            );
        }
    }
    check(&Cli::command(), "");
}

#[test]
fn the_honest_limit_is_said_where_keys_are_bought_sold_given_and_shown() {
    for help in [BUY_HELP, KEYS_HELP, GIFT_HELP, LIBRARY_HELP, RESELL_HELP] {
        assert!(help.contains("Nobody can make a former holder forget"));
    }
}

#[test]
fn aliases_and_global_options_work_anywhere() {
    assert!(matches!(parse("feed --free").unwrap().verb, Verb::Discover(_)));
    assert!(matches!(parse("get 7 -o x").unwrap().verb, Verb::Fetch(_)));
    let cli = parse("card 7 --json --node ws://x --home /h --account Alice").unwrap();
    assert!(cli.global.json && cli.global.account.as_deref() == Some("Alice"));
}

#[test]
fn a_sale_is_exactly_one_of_three() {
    assert!(parse("publish x --title t").is_err());
    assert!(parse("publish x --title t --free --open").is_err());
    assert!(parse("publish x --title t --price 1 --free").is_err());
    for sale in ["--free", "--open", "--price 0.5"] {
        assert!(parse(&format!("publish x --title t {sale}")).is_ok(), "{sale}");
    }
}

#[test]
fn amounts_and_percents_are_exact_or_refused() {
    assert_eq!(percent("2.5"), Ok(25_000));
    assert_eq!(percent("0.0001"), Ok(1));
    assert_eq!(percent("100"), Ok(1_000_000));
    for bad in ["", "-1", "1e2", "100.0001", "2,5", "0.00001", ".5"] {
        assert!(percent(bad).is_err(), "{bad}");
    }
    assert!(parse("publish x --title t --price 1.2.3").is_err());
    assert!(parse("buy 7 --max-price -1").is_err());
}

#[test]
fn a_key_is_bought_from_one_of_four() {
    for source in ["", "--edition 3", "--cheapest", "--upgrade", "--upgrade --with 2"] {
        assert!(parse(&format!("buy 7 {source}")).is_ok(), "{source}");
    }
    for sources in [
        "--edition 3 --cheapest",
        "--cheapest --upgrade",
        "--with 2",
        "--order 12 --cheapest",
    ] {
        assert!(parse(&format!("buy 7 {sources}")).is_err(), "{sources}");
    }
}

#[test]
fn a_cancelled_resale_is_a_listing_or_an_offer() {
    assert!(parse("resell cancel 7 --edition 2").is_ok());
    assert!(parse("sell cancel --offer 12").is_ok());
    for bad in ["resell cancel", "resell cancel 7 --offer 12", "resell list 7"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn commands_with_more_beneath_them_work_on_their_own_too() {
    for line in [
        "keys",
        "keys register",
        "keys rotate 7",
        "keys remove 0",
        "clerk --lock-from 5",
        "clerk list",
        "library --collection films",
        "library add 7 films",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
    assert!(parse("library --collection films add 7 films").is_err());
}

#[test]
fn a_collaborator_has_an_address_and_a_share() {
    let parsed = collaborator("hcX=2.5").unwrap();
    assert_eq!((parsed.account.as_str(), parsed.share), ("hcX", 25_000));
    for bad in ["hcX", "hcX=", "hcX=101", "=5%"] {
        assert!(collaborator(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_upgrade_is_exactly_one_of_three() {
    for terms in ["--discount 50", "--free", "--none"] {
        assert!(parse(&format!("upgrade-terms 8 {terms}")).is_ok(), "{terms}");
    }
    assert!(parse("upgrade-terms 8").is_err());
    assert!(parse("upgrade-terms 8 --free --none").is_err());
}

#[test]
fn a_budget_and_a_pool_need_a_price() {
    for line in ["fetch 7", "seed 7"] {
        assert!(parse(&format!(
            "{line} --max-price-per-mib 0.001 --budget 0.5 --pool 41"
        ))
        .is_ok());
        assert!(parse(&format!("{line} --max-price-per-mib 0.001")).is_ok());
        for alone in ["--budget 0.5", "--pool 41", "--max-price-per-mib -1"] {
            assert!(parse(&format!("{line} {alone}")).is_err(), "{line} {alone}");
        }
    }
}

#[test]
fn a_passphrase_is_never_an_argument() {
    assert!(parse("wallet new --passphrase secret").is_err());
    assert!(parse("wallet import bottom drive obey").is_err());
}

#[test]
fn sizes_are_whole_bytes_or_refused() {
    for (text, bytes) in [
        ("0", 0),
        ("7", 7),
        ("500k", 500_000),
        ("20M", 20_000_000),
        ("3G", 3_000_000_000),
    ] {
        assert_eq!(size(text), Ok(bytes), "{text}");
    }
    for bad in [
        "",
        "k",
        "-1",
        "1.5M",
        "1m",
        "1 k",
        "1MB",
        "99999999999999999999",
        "99999999999G",
        "١",
    ] {
        assert!(size(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_seeder_asks_nothing_unless_told_and_limits_nothing() {
    let seed = |line: &str| match parse(line).unwrap().verb {
        Verb::Seed(args) => args,
        _ => panic!("{line}"),
    };
    let plain = seed("seed");
    assert_eq!(
        (plain.price, plain.min_price, plain.free_bytes),
        (Amount(0), Amount(0), None)
    );
    assert_eq!((plain.max_up, plain.max_disk), (0, 0));
    let paid = seed("seed --price 0.01 --min-price 0.005 --free-bytes 0 --max-up 2M --max-disk 200G");
    assert_eq!((paid.price, paid.free_bytes), (Amount(10_000_000_000), Some(0)));
    assert_eq!((paid.max_up, paid.max_disk), (2_000_000, 200_000_000_000));
}

#[test]
fn that_a_voucher_is_a_promise_is_said_where_earnings_are_shown() {
    assert!(EARN_HELP.contains("A voucher is a promise"));
}

#[test]
fn a_key_is_a_card_and_a_number() {
    assert_eq!(search::key("7/3"), Ok((7, 3)));
    for bad in ["", "7", "7/", "/3", "7/x", "7/3/1", "-1/2"] {
        assert!(search::key(bad).is_err(), "{bad}");
    }
    assert!(parse("search --year 1999 --year-min 1990").is_err());
    assert!(parse("search").is_ok() && parse("explore").is_err());
}
