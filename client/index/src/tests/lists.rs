//! Lists and figures are those of the model.

use std::collections::BTreeMap;

use hashcard_primitives::card::{Access, Kind};
use hashcard_primitives::coverage::Coverage;
use proptest::prelude::*;

use super::chance::{account, Chance, ACCOUNTS};
use super::model::{tags_of, Model};
use super::of_blocks;
use crate::facts::{CardFact, Fact};
use crate::lists::{Figures, KeyStep, MAX_STEPS};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn lists_and_figures_are_those_of_the_model(seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        let blocks = Chance::new(seed).blocks(25);
        let model = Model::of(&blocks);
        let index = of_blocks(folder.path(), &blocks);

        let seedable = || model.cards.values().filter(|known| known.card.blob_len.is_some() && !known.card.retired && !known.card.frozen);
        let mut rare: Vec<(usize, u64)> = seedable().map(|known| (model.live_seats(known.card.card).len(), known.card.card)).collect();
        rare.sort();
        let found = index.under_seeded(100).unwrap().rows;
        prop_assert_eq!(found.iter().map(|row| row.hit.card).collect::<Vec<_>>(), rare.iter().map(|row| row.1).collect::<Vec<_>>());
        for row in &found {
            let whole = Coverage::all(row.blob_len).0;
            let covered = model.live_seats(row.hit.card).iter().fold(0, |sum, bits| sum | bits);
            prop_assert_eq!(row.missing, (whole & !covered).count_ones());
        }

        let yields = |known: &super::model::Known| {
            let seats = model.live_seats(known.card.card).len() as u128 + 1;
            known.paid.saturating_add(known.rewarded).saturating_mul(1 << 30) / seats / u128::from(known.card.blob_len.unwrap())
        };
        let mut worth: Vec<(u128, u64)> = seedable().map(|known| (yields(known), known.card.card)).filter(|row| row.0 > 0).collect();
        worth.sort_by(|a, b| b.cmp(a));
        let found = index.profitable(100).unwrap().rows;
        prop_assert_eq!(found.iter().map(|row| (row.per_gib, row.hit.card)).collect::<Vec<_>>(), worth);
        for row in &found {
            prop_assert_eq!(row.rewarded, model.cards[&row.hit.card].rewarded);
        }

        for who in 1..=ACCOUNTS {
            let expected = Figures {
                cards: model.cards.values().filter(|known| known.card.creator == account(who)).count() as u64,
                ..model.figures.get(&account(who)).copied().unwrap_or_default()
            };
            prop_assert_eq!(index.figures(&account(who)).unwrap().0, expected);
        }
        for ((card, edition), steps) in &model.steps {
            let found: Vec<_> = index.key_history(*card, *edition).unwrap().rows.into_iter()
                .map(|row| (row.block, row.step, row.holder, row.order, row.price)).collect();
            prop_assert_eq!(&found, steps);
        }

        let mut tags: BTreeMap<String, u64> = BTreeMap::new();
        for known in model.cards.values() {
            let mut own = tags_of(&known.card);
            own.sort();
            own.dedup();
            own.into_iter().for_each(|tag| *tags.entry(tag).or_default() += 1);
        }
        let mut expected: Vec<(String, u64)> = tags.into_iter().filter(|(tag, _)| tag.starts_with("l")).collect();
        expected.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        prop_assert_eq!(index.suggest("L", 100).unwrap().0.tags, expected);

        for who in 1..=ACCOUNTS {
            let found: Vec<u64> = index.recommended(&[account(who)], 100).unwrap().rows.iter().map(|hit| hit.card).collect();
            for card in &found {
                prop_assert!(!model.owns(&account(who), *card) && model.cards[card].card.creator != account(who));
            }
            for other in 1..=ACCOUNTS {
                let shares_one = model.cards.keys().chain(model.holders.keys().map(|key| &key.0))
                    .any(|card| model.owns(&account(who), *card) && model.owns(&account(other), *card));
                for (card, known) in model.cards.iter().filter(|_| shares_one && other != who) {
                    let fits = model.owns(&account(other), *card) && !model.owns(&account(who), *card)
                        && !known.card.retired && !known.card.frozen && known.card.creator != account(who);
                    prop_assert!(!fits || found.contains(card), "card {} of {} is not recommended to {}", card, other, who);
                }
            }
        }
    }
}

fn plain(card: u64, title: &str) -> Fact {
    Fact::Card(Box::new(CardFact {
        card,
        creator: account(9),
        kind: Kind::Film,
        access: Access::Keyed,
        title: title.as_bytes().to_vec(),
        tags: vec![],
        preview: vec![],
        blob_len: Some(1_000),
        size: 900,
        published_at: 1,
        price: 5,
        editions: None,
        keys_made: 0,
        listed: true,
        retired: false,
        frozen: false,
    }))
}

#[test]
fn a_seeder_lives_until_his_last_block() {
    let folder = tempfile::tempdir().unwrap();
    let lives = |until| Fact::SeederLives {
        seeder: account(1),
        until,
    };
    let index = of_blocks(folder.path(), &[vec![lives(2)]]);
    for (number, alive) in [(2, true), (3, false)] {
        index
            .apply(&super::block(number, vec![]), crate::Finality::Final)
            .unwrap();
        assert_eq!(index.lives(&account(1)).unwrap(), alive, "{number}");
        assert!(!index.lives(&account(2)).unwrap());
    }
}

#[test]
fn what_a_close_neighbour_holds_comes_before_what_everybody_holds() {
    let folder = tempfile::tempdir().unwrap();
    let made = |card, edition, to| Fact::KeyMade {
        card,
        edition,
        to: account(to),
    };
    let mut facts: Vec<Fact> = (0..4).map(|card| plain(card, "x")).collect();
    // 1 and 2 share the rare card 0; everybody holds card 1; card 2 is another of 2's, card 3 another of everybody's.
    facts.extend([made(0, 1, 1), made(0, 2, 2), made(1, 1, 1), made(2, 1, 2)]);
    facts.extend((0..6).flat_map(|n| [made(1, 10 + n, 20 + n as u8), made(3, 10 + n, 20 + n as u8)]));
    let index = of_blocks(folder.path(), &[facts]);
    let found = index.recommended(&[account(1)], 10).unwrap().rows;
    assert_eq!(found.iter().map(|hit| hit.card).collect::<Vec<_>>(), [3, 2]);
    let found = index.recommended(&[account(77)], 10).unwrap().rows;
    assert!(found.is_empty());
}

#[test]
fn a_key_tells_whose_it_was_and_for_how_much() {
    let folder = tempfile::tempdir().unwrap();
    let (card, edition) = (0, 1);
    let sold = |order, buyer: u8, seller: u8, price| {
        Fact::Sold(Box::new(crate::facts::Sold {
            order,
            card,
            edition,
            buyer: account(buyer),
            seller: account(seller),
            price,
            paid: price,
            shares: vec![],
        }))
    };
    let index = of_blocks(
        folder.path(),
        &[
            vec![
                plain(card, "A film"),
                Fact::KeyDelivered {
                    card,
                    edition,
                    to: account(1),
                    order: 7,
                },
            ],
            vec![sold(7, 1, 9, 50)],
            vec![
                Fact::KeyDelivered {
                    card,
                    edition,
                    to: account(2),
                    order: 8,
                },
                sold(8, 2, 1, 80),
            ],
            vec![
                Fact::KeyGiven {
                    card,
                    edition,
                    to: account(3),
                },
                Fact::KeyLost { card, edition },
            ],
        ],
    );
    let steps = index.key_history(card, edition).unwrap().rows;
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.block, step.step, step.holder, step.price))
        .collect();
    assert_eq!(
        told,
        [
            (1, KeyStep::Bought, Some(account(1)), Some(50)),
            (3, KeyStep::Resold, Some(account(2)), Some(80)),
            (4, KeyStep::Given, Some(account(3)), None),
            (4, KeyStep::Lost, None, None),
        ]
    );
    let (figures, _) = index.figures(&account(9)).unwrap();
    assert_eq!(
        (figures.sales, figures.revenue, figures.resales, figures.resold),
        (1, 50, 1, 80)
    );
}

#[test]
fn suggestions_are_titles_and_tags_that_begin_so() {
    let folder = tempfile::tempdir().unwrap();
    let index = of_blocks(
        folder.path(),
        &[vec![
            plain(0, "Nights"),
            plain(1, "Night Train"),
            plain(2, "The Night"),
        ]],
    );
    let (found, _) = index.suggest("NIGHT", 10).unwrap();
    assert_eq!(
        found.titles,
        [("Night Train".to_owned(), 1), ("Nights".to_owned(), 0)]
    );
    assert_eq!(index.suggest("%", 10).unwrap().0, Default::default());
    assert!(index.suggest("night", 0).is_err() && index.suggest("night", 101).is_err());
}

#[test]
fn a_title_that_many_cards_have_hides_no_other_and_a_withdrawn_one_is_not_suggested() {
    let folder = tempfile::tempdir().unwrap();
    let mut facts: Vec<Fact> = (0..600).map(|card| plain(card, "Night")).collect();
    facts.push(plain(600, "Night train"));
    let mut withdrawn = plain(601, "Night watch");
    if let Fact::Card(card) = &mut withdrawn {
        card.retired = true;
    }
    facts.push(withdrawn);
    let index = of_blocks(folder.path(), &[facts]);
    let (found, _) = index.suggest("nig", 10).unwrap();
    assert_eq!(
        found.titles,
        [("Night".to_owned(), 599), ("Night train".to_owned(), 600)]
    );
    assert_eq!(
        index.suggest("nig", 1).unwrap().0.titles,
        [("Night".to_owned(), 599)]
    );
}

#[test]
fn who_holds_a_key_cannot_be_hidden_by_passing_it_to_and_fro() {
    let folder = tempfile::tempdir().unwrap();
    let given = |to| Fact::KeyGiven {
        card: 0,
        edition: 1,
        to: account(to),
    };
    let mut facts = vec![plain(0, "A film")];
    facts.extend((0..MAX_STEPS).map(|n| given(1 + (n % 2) as u8)));
    facts.push(given(7));
    let index = of_blocks(folder.path(), &[facts]);
    let steps = index.key_history(0, 1).unwrap().rows;
    assert_eq!(steps.len(), MAX_STEPS as usize);
    assert_eq!(steps.last().unwrap().holder, Some(account(7)));
}

#[test]
fn what_holding_earned_makes_a_card_worth_serving_and_a_false_key_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut frozen = plain(2, "A fraud");
    if let Fact::Card(card) = &mut frozen {
        card.frozen = true;
    }
    let amount = 1_000;
    let index = of_blocks(
        folder.path(),
        &[vec![
            plain(0, "Held"),
            plain(1, "Neither"),
            frozen,
            Fact::HoldingPaid { card: 0, amount },
            Fact::HoldingPaid { card: 2, amount },
        ]],
    );
    let found = index.profitable(10).unwrap().rows;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].hit.card, found[0].rewarded, found[0].per_gib),
        (0, amount, 1 << 30)
    );
    // Rewards are minted or given, and prove no payment.
    assert_eq!(found[0].hit.bytes_paid, 0);
    let found = index.under_seeded(10).unwrap().rows;
    assert_eq!(found.iter().map(|row| row.hit.card).collect::<Vec<_>>(), [0, 1]);
}
