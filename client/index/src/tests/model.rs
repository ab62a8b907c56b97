//! What the index should say, found by looking at everything. It shares the splitting of words with the index, and
//! nothing else.

use std::collections::{BTreeMap, BTreeSet};

use hashcard_primitives::card::Access;

use crate::facts::{Account, CardFact, Fact};
use crate::lists::{Figures, KeyStep};
use crate::search::{Range, Search, Sort};
use crate::words::words;

/// Block, what happened, holder, order, price.
pub(crate) type StepTold = (u32, KeyStep, Option<Account>, Option<u64>, Option<u128>);

#[derive(Clone, Default)]
pub(crate) struct Model {
    pub cards: BTreeMap<u64, Known>,
    pub holders: BTreeMap<(u64, u64), Account>,
    pub steps: BTreeMap<(u64, u64), Vec<StepTold>>,
    offers: BTreeSet<(u64, u64)>,
    seats: BTreeMap<(u64, Account), u64>,
    until: BTreeMap<Account, u32>,
    pub figures: BTreeMap<Account, Figures>,
    number: u32,
}

#[derive(Clone)]
pub(crate) struct Known {
    pub card: CardFact,
    pub sold: u64,
    pub volume: u128,
    pub paid: u128,
    pub rewarded: u128,
}

impl Model {
    pub(crate) fn of(blocks: &[Vec<Fact>]) -> Self {
        let mut model = Self::default();
        for (number, facts) in (1..).zip(blocks) {
            model.number = number;
            for fact in facts {
                model.fact(fact);
            }
        }
        model
    }

    fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Card(card) => {
                let known = self.cards.entry(card.card).or_insert_with(|| Known {
                    card: (**card).clone(),
                    sold: 0,
                    volume: 0,
                    paid: 0,
                    rewarded: 0,
                });
                known.card = (**card).clone();
            }
            Fact::CardGone { card } => {
                self.cards.remove(card);
            }
            Fact::SoldBefore { card, sold, volume } => {
                if let Some(known) = self.cards.get_mut(card) {
                    (known.sold, known.volume) = ((*sold).into(), *volume);
                }
            }
            Fact::KeyMade { card, edition, to } => {
                self.key((*card, *edition), KeyStep::Made, Some(*to), None)
            }
            Fact::KeyGiven { card, edition, to } => {
                self.key((*card, *edition), KeyStep::Given, Some(*to), None)
            }
            Fact::KeyDelivered {
                card,
                edition,
                to,
                order,
            } => {
                let key = (*card, *edition);
                let step = if self.holders.contains_key(&key) {
                    KeyStep::Resold
                } else {
                    KeyStep::Bought
                };
                self.key(key, step, Some(*to), Some(*order));
            }
            Fact::KeyLost { card, edition } => self.key((*card, *edition), KeyStep::Lost, None, None),
            Fact::KeyListed { card, edition, .. } => {
                self.offers.insert((*card, *edition));
            }
            Fact::KeyUnlisted { card, edition } => {
                self.offers.remove(&(*card, *edition));
            }
            Fact::Sold(sold) => {
                let Some(known) = self.cards.get_mut(&sold.card) else {
                    return;
                };
                if sold.price > 0 {
                    known.sold += 1;
                    known.volume = known.volume.saturating_add(sold.price);
                }
                let creator = known.card.creator;
                let mut resale = false;
                for step in self.steps.entry((sold.card, sold.edition)).or_default() {
                    if step.3 == Some(sold.order) {
                        step.4 = Some(sold.price);
                        resale = step.1 == KeyStep::Resold;
                    }
                }
                if sold.price == 0 {
                    return;
                }
                let figures = self.figures.entry(creator).or_default();
                if resale {
                    figures.resales += 1;
                    figures.resold = figures.resold.saturating_add(sold.price);
                } else {
                    figures.sales += 1;
                    figures.revenue = figures.revenue.saturating_add(sold.price);
                }
                if sold.seller == creator {
                    figures.earned = figures.earned.saturating_add(sold.paid);
                }
                for (account, amount) in &sold.shares {
                    if *account == creator {
                        figures.earned = figures.earned.saturating_add(*amount);
                    }
                }
            }
            Fact::SeederLives { seeder, until } => {
                self.until.insert(*seeder, *until);
            }
            Fact::SeatTaken {
                card,
                seeder,
                coverage,
            } => {
                self.seats.insert((*card, *seeder), coverage.0);
            }
            Fact::SeatLeft { card, seeder } => {
                self.seats.remove(&(*card, *seeder));
            }
            Fact::BytesPaid { card, amount } => {
                if let Some(known) = self.cards.get_mut(card) {
                    known.paid = known.paid.saturating_add(*amount);
                    let figures = self.figures.entry(known.card.creator).or_default();
                    figures.bytes_paid = figures.bytes_paid.saturating_add(*amount);
                }
            }
            Fact::HoldingPaid { card, amount } => {
                if let Some(known) = self.cards.get_mut(card) {
                    known.rewarded = known.rewarded.saturating_add(*amount);
                }
            }
            Fact::CreatorPaid { creator, amount } => {
                let figures = self.figures.entry(*creator).or_default();
                figures.delivery = figures.delivery.saturating_add(*amount);
            }
        }
    }

    fn key(&mut self, key: (u64, u64), step: KeyStep, to: Option<Account>, order: Option<u64>) {
        match to {
            Some(to) => self.holders.insert(key, to),
            None => self.holders.remove(&key),
        };
        self.steps
            .entry(key)
            .or_default()
            .push((self.number, step, to, order, None));
    }

    pub(crate) fn live_seats(&self, card: u64) -> Vec<u64> {
        let seats = self.seats.iter().filter(|((on, _), _)| *on == card);
        seats
            .filter(|((_, seeder), _)| self.until.get(seeder).is_some_and(|until| *until >= self.number))
            .map(|(_, coverage)| *coverage)
            .collect()
    }

    pub(crate) fn for_sale(&self, known: &Known) -> bool {
        let card = &known.card;
        let new_keys = card.listed && card.editions.is_none_or(|most| card.keys_made < most);
        let offered = self.offers.iter().any(|(of, _)| *of == card.card);
        card.access == Access::Keyed && !card.retired && !card.frozen && (new_keys || offered)
    }

    pub(crate) fn owns(&self, account: &Account, card: u64) -> bool {
        self.holders
            .iter()
            .any(|((of, _), holder)| *of == card && holder == account)
    }

    /// All cards that match, in order.
    pub(crate) fn search(&self, search: &Search) -> Vec<u64> {
        let mut asked = words(&search.words);
        let last = if search
            .words
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
        {
            asked.pop()
        } else {
            None
        };
        asked.sort();
        asked.dedup();
        let terms: Vec<(String, bool)> = asked
            .into_iter()
            .map(|word| (word, false))
            .chain(last.map(|word| (word, true)))
            .collect();
        let mut found: Vec<&Known> = self
            .cards
            .values()
            .filter(|known| self.fits(search, known) && says_all(known, &terms))
            .collect();
        let sort = match search.sort {
            None | Some(Sort::Relevance) if terms.is_empty() => Sort::New,
            None => Sort::Relevance,
            Some(sort) => sort,
        };
        let money = |known: &Known| known.volume.saturating_add(known.paid);
        found.sort_by(|a, b| {
            let newer = b.card.card.cmp(&a.card.card);
            match sort {
                Sort::New => newer,
                Sort::Relevance => self
                    .score(b, &terms)
                    .total_cmp(&self.score(a, &terms))
                    .then(newer),
                Sort::Popular => money(b).cmp(&money(a)).then(newer),
                Sort::Cheapest => a.card.price.cmp(&b.card.price).then(newer.reverse()),
                Sort::Dearest => b.card.price.cmp(&a.card.price).then(newer),
            }
        });
        found.into_iter().map(|known| known.card.card).collect()
    }

    fn fits(&self, search: &Search, known: &Known) -> bool {
        let (facets, card) = (&search.facets, &known.card);
        let tags: Vec<String> = tags_of(card);
        let has = |tag: String| tags.contains(&tag.to_lowercase());
        let owned = facets.owned_by.iter().any(|owner| self.owns(owner, card.card));
        let of_kind = facets.kind.is_none_or(|kind| kind == card.kind);
        let of_creator = facets.creator.is_none_or(|creator| creator == card.creator);
        of_kind
            && of_creator
            && facets.tags.iter().all(|tag| has(tag.clone()))
            && facets
                .language
                .iter()
                .all(|language| has(format!("lang:{language}")))
            && facets
                .licence
                .iter()
                .all(|licence| has(format!("licence:{licence}")))
            && within(facets.price, Some(card.price))
            && within(facets.size, Some(card.size))
            && within(facets.minutes, number(&tags, "minutes:"))
            && within(facets.year, number(&tags, "year:"))
            && (!facets.for_sale || self.for_sale(known))
            && (!facets.alive || !self.live_seats(card.card).is_empty())
            && (if facets.owned_by.is_empty() {
                !card.retired
            } else {
                owned
            })
    }

    fn score(&self, known: &Known, terms: &[(String, bool)]) -> f64 {
        let cards = self.cards.len() as f64;
        let total: usize = self
            .cards
            .values()
            .map(|known| parts(known).iter().map(Vec::len).sum::<usize>())
            .sum();
        let len: usize = parts(known).iter().map(Vec::len).sum();
        let longer = 0.25 + 0.75 * len as f64 / (total as f64 / cards).max(1.0);
        let mut score = 0.0;
        for term in terms {
            let having = self.cards.values().filter(|known| says(known, term)).count() as f64;
            let rarity = (1.0 + (cards - having + 0.5) / (having + 0.5)).ln();
            let mut count = 0.0;
            for (part, weight) in parts(known).iter().zip([8.0, 4.0, 1.0]) {
                let exact = part.iter().filter(|word| **word == term.0).count() as f64;
                let begun = part.iter().filter(|word| is(word, term)).count() as f64 - exact;
                count += weight * (exact + begun / 2.0);
            }
            score += rarity * count * 2.2 / (count + 1.2 * longer);
        }
        score
    }
}

pub(crate) fn tags_of(card: &CardFact) -> Vec<String> {
    card.tags
        .iter()
        .map(|tag| String::from_utf8_lossy(tag).to_lowercase())
        .collect()
}

fn number(tags: &[String], name: &str) -> Option<u32> {
    tags.iter()
        .filter_map(|tag| tag.strip_prefix(name)?.parse().ok())
        .min()
}

fn within<T: PartialOrd + Copy>(range: Range<T>, value: Option<T>) -> bool {
    let at_least = range
        .min
        .is_none_or(|min| value.is_some_and(|value| value >= min));
    at_least
        && range
            .max
            .is_none_or(|max| value.is_some_and(|value| value <= max))
}

fn parts(known: &Known) -> [Vec<String>; 3] {
    let tags: Vec<String> = known
        .card
        .tags
        .iter()
        .map(|tag| String::from_utf8_lossy(tag).into_owned())
        .collect();
    [
        words(&String::from_utf8_lossy(&known.card.title)),
        words(&tags.join(" ")),
        words(std::str::from_utf8(&known.card.preview).unwrap_or_default()),
    ]
}

fn is(word: &str, (asked, prefix): &(String, bool)) -> bool {
    if *prefix {
        word.starts_with(asked.as_str())
    } else {
        word == asked
    }
}

fn says(known: &Known, term: &(String, bool)) -> bool {
    parts(known).iter().flatten().any(|word| is(word, term))
}

fn says_all(known: &Known, terms: &[(String, bool)]) -> bool {
    terms.iter().all(|term| says(known, term))
}
