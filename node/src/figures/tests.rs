use super::*;
use hashcard_primitives::{
    card::Kind as CardKind,
    figures::{
        BlockFigures, CardFigures, ChannelFigures, EndedEraFigures, KeyFigures, MoneyFigures, RewardFigures,
        ValidatorFigures,
    },
    reward::Emission,
    BoundedVec,
};
use std::collections::BTreeMap;

fn sample() -> ChainFigures {
    ChainFigures {
        money: MoneyFigures {
            issued: 7 * CARD + CARD / 2,
            treasury: CARD,
        },
        block: BlockFigures {
            picoseconds_used: 250_000_000_000,
            picoseconds_most: 1_000_000_000_000,
            fee_multiplier: 1_500_000_000_000_000_000,
        },
        cards: CardFigures {
            published: 12,
            in_feed: BoundedVec::truncate_from(vec![(CardKind::Film, 3), (CardKind::Dataset, 1)]),
        },
        keys: KeyFigures {
            orders_made: 5,
            unclaimed: 0,
        },
        channels: ChannelFigures {
            pools_opened: 2,
            unclaimed: CARD / 4,
        },
        rewards: RewardFigures {
            era: 0,
            era_started_at: 1,
            era_blocks: 60,
            blocks_with_room: 9,
            pot: 18 * CARD,
            delivery_credit: 0,
            sale_credit: CARD,
            last: None,
            emission: Emission {
                author_per_block: CARD,
                treasury_per_block: CARD / 2,
                seeders_per_block: 2 * CARD,
                credit_share: 800_000,
            },
            endowments_made: 1,
            endowed: 9 * CARD,
        },
        validators: ValidatorFigures {
            session: 3,
            validators: 4,
            disabled: 1,
            silent: 0,
            planned: 4,
            candidates: 6,
            bonded: 60_000 * CARD,
            most_validators: 100,
            least_validators: 1,
        },
    }
}

/// What a scrape would show: values by name and labels.
fn scraped(registry: &Registry) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for family in registry.gather() {
        for metric in family.get_metric() {
            let labels: String = metric
                .get_label()
                .iter()
                .map(|label| format!("{{{}={}}}", label.get_name(), label.get_value()))
                .collect();
            let value = metric.get_gauge().get_value() + metric.get_counter().get_value();
            values.insert(format!("{}{labels}", family.get_name()), value);
        }
    }
    values
}

#[test]
fn figures_are_exported_in_the_units_of_their_names() {
    let registry = Registry::new();
    let mut exported = Exported::new(registry.clone());
    exported.set(77, &sample()).expect("nobody else has these names");
    let values = scraped(&registry);
    for (name, value) in [
        ("hashcard_figures_block", 77.0),
        ("hashcard_issued_tokens", 7.5),
        ("hashcard_unclaimed_deliveries_tokens", 0.25),
        ("hashcard_unclaimed_sales_tokens", 0.0),
        ("hashcard_block_execution_seconds", 0.25),
        ("hashcard_block_execution_limit_seconds", 1.0),
        ("hashcard_fee_multiplier_ratio", 1.5),
        ("hashcard_credit_share_ratio", 0.8),
        ("hashcard_cards_published_total", 12.0),
        ("hashcard_cards_in_feed{kind=film}", 3.0),
        ("hashcard_cards_in_feed{kind=dataset}", 1.0),
        ("hashcard_validators_disabled", 1.0),
        ("hashcard_bonded_tokens", 60_000.0),
    ] {
        assert_eq!(values.get(name), Some(&value), "{name}");
    }
}

#[test]
fn nothing_is_exported_before_it_was_read() {
    let registry = Registry::new();
    let mut exported = Exported::new(registry.clone());
    assert_eq!(scraped(&registry), BTreeMap::new());

    let mut figures = sample();
    exported.set(1, &figures).expect("nobody else has these names");
    let of_last_era = |registry| {
        let has = |name: &String| name.starts_with("hashcard_last_era");
        scraped(registry).into_keys().filter(has).count()
    };
    assert_eq!(of_last_era(&registry), 0, "no era has ended");
    figures.rewards.last = Some(EndedEraFigures {
        pot: 3 * CARD,
        granted: CARD,
        credit: 2 * CARD,
    });
    exported.set(2, &figures).expect("they are registered once");
    assert_eq!(of_last_era(&registry), 3);
}

#[test]
fn what_rises_and_falls_follows_the_chain_and_counters_never_fall() {
    let registry = Registry::new();
    let mut exported = Exported::new(registry.clone());
    let mut figures = sample();
    exported.set(1, &figures).expect("nobody else has these names");
    figures.cards.published = 15;
    figures.cards.in_feed = BoundedVec::truncate_from(vec![(CardKind::Film, 2)]);
    figures.rewards.endowed = 0;
    exported.set(2, &figures).expect("they are registered once");
    let values = scraped(&registry);
    assert_eq!(values["hashcard_cards_published_total"], 15.0);
    assert_eq!(values["hashcard_cards_in_feed{kind=film}"], 2.0);
    assert_eq!(values["hashcard_endowed_tokens"], 0.0);
    figures.cards.published = 14;
    exported.set(3, &figures).expect("they are registered once");
    assert_eq!(scraped(&registry)["hashcard_cards_published_total"], 15.0);
}

#[test]
fn a_registry_that_has_such_a_name_already_refuses_it() {
    let registry = Registry::new();
    Exported::new(registry.clone())
        .set(1, &sample())
        .expect("nobody else has these names");
    assert!(Exported::new(registry).set(1, &sample()).is_err());
}

#[test]
fn every_figure_and_no_other_is_in_the_operators_list() {
    let listed = include_str!("../../../docs/operations/metrics.txt");
    let mut listed: Vec<_> = listed
        .lines()
        .filter(|name| name.starts_with("hashcard_"))
        .collect();
    let mut ours: Vec<_> = FIGURES.iter().map(|figure| figure.name).collect();
    ours.extend([IN_FEED, FIGURES_BLOCK]);
    // Whoever made the list sorted by the rules of his language.
    listed.sort_unstable();
    ours.sort_unstable();
    assert_eq!(listed, ours);
}
