//! Blocks and questions by chance, from small worlds in which everything meets everything.

use hashcard_primitives::card::{Access, Kind};
use hashcard_primitives::coverage::Coverage;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::facts::{Account, CardFact, Fact, Sold};
use crate::search::{Facets, Range, Search, Sort};

const WORDS: [&str; 16] = [
    "film", "filmed", "Über", "uber", "night", "nights", "a", "the", "river", "東京", "rain", "ran", "r2",
    "été", "x", "music",
];
const TAGS: [&str; 9] = [
    "short",
    "Short",
    "news",
    "lang:en",
    "lang:De",
    "licence:cc-by",
    "year:1999",
    "year:2004",
    "minutes:90",
];
const PRICES: [u128; 7] = [0, 1, 5, 6, 1 << 40, (1 << 70) + 3, u128::MAX];
const SIZES: [u64; 6] = [0, 1, 1_000, 1_001, 5_000_000, 1 << 40];
const KINDS: [Kind; 3] = [Kind::Film, Kind::Music, Kind::Post];
/// Accounts of this world, from 1.
pub(crate) const ACCOUNTS: u8 = 5;

pub(crate) struct Chance {
    rng: ChaCha8Rng,
    /// Cards that are there, as they are.
    cards: Vec<CardFact>,
    next_card: u64,
    /// Keys that are there.
    keys: Vec<(u64, u64)>,
    /// Deliveries that are not settled.
    orders: Vec<(u64, u64, u64, Account, Account)>,
    next_order: u64,
    number: u32,
}

pub(crate) fn account(number: u8) -> Account {
    [number; 32]
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            cards: Vec::new(),
            next_card: 0,
            keys: Vec::new(),
            orders: Vec::new(),
            next_order: 0,
            number: 0,
        }
    }

    fn below(&mut self, most: usize) -> usize {
        (self.rng.next_u32() as usize) % most
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len());
        all[at].clone()
    }

    fn whether(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn anybody(&mut self) -> Account {
        account(1 + self.below(ACCOUNTS.into()) as u8)
    }

    fn text(&mut self, most: usize) -> String {
        let count = self.below(most + 1);
        let words: Vec<&str> = (0..count).map(|_| self.one(&WORDS)).collect();
        words.join(" ")
    }

    /// The facts of the next block.
    pub(crate) fn block(&mut self) -> Vec<Fact> {
        self.number += 1;
        let count = self.below(8);
        (0..count).flat_map(|_| self.fact()).collect()
    }

    pub(crate) fn blocks(&mut self, count: usize) -> Vec<Vec<Fact>> {
        (0..count).map(|_| self.block()).collect()
    }

    fn fact(&mut self) -> Vec<Fact> {
        if self.cards.len() < 4 || self.whether(4) {
            return vec![self.publish()];
        }
        let at = self.below(self.cards.len());
        let card = self.cards[at].card;
        let who = self.anybody();
        match self.below(15) {
            0 => vec![self.revise(at)],
            1 if self.whether(3) => {
                self.cards.remove(at);
                self.keys.retain(|key| key.0 != card);
                self.orders.retain(|order| order.1 != card);
                vec![Fact::CardGone { card }]
            }
            2 => vec![self.make_key(at, None)],
            3 | 4 => vec![self.make_key(at, Some(()))],
            5 if !self.keys.is_empty() => {
                let (card, edition) = self.one(&self.keys.clone());
                if self.whether(2) {
                    return vec![Fact::KeyGiven {
                        card,
                        edition,
                        to: who,
                    }];
                }
                let order = self.order(card, edition, who);
                vec![Fact::KeyDelivered {
                    card,
                    edition,
                    to: who,
                    order,
                }]
            }
            6 if self.whether(3) && !self.keys.is_empty() => {
                let at = self.below(self.keys.len());
                let (card, edition) = self.keys.remove(at);
                self.orders.retain(|order| (order.1, order.2) != (card, edition));
                vec![Fact::KeyLost { card, edition }]
            }
            7 if !self.keys.is_empty() => {
                let (card, edition) = self.one(&self.keys.clone());
                let price = self.one(&PRICES);
                vec![Fact::KeyListed { card, edition, price }]
            }
            8 if !self.keys.is_empty() => {
                let (card, edition) = self.one(&self.keys.clone());
                vec![Fact::KeyUnlisted { card, edition }]
            }
            9 if !self.orders.is_empty() => {
                let at = self.below(self.orders.len());
                let (order, card, edition, buyer, seller) = self.orders.remove(at);
                let price = self.one(&PRICES) / 4;
                let sharer = self.anybody();
                vec![Fact::Sold(Box::new(Sold {
                    order,
                    card,
                    edition,
                    buyer,
                    seller,
                    price,
                    paid: price / 2,
                    shares: vec![(sharer, price / 4)],
                }))]
            }
            10 => {
                let until = self.number + self.below(4) as u32;
                vec![Fact::SeederLives { seeder: who, until }]
            }
            11 => {
                let until = self.number + self.below(6) as u32;
                let coverage = Coverage(self.rng.next_u64());
                vec![
                    Fact::SeederLives { seeder: who, until },
                    Fact::SeatTaken {
                        card,
                        seeder: who,
                        coverage,
                    },
                ]
            }
            12 => vec![Fact::SeatLeft { card, seeder: who }],
            13 => {
                let amount = self.one(&PRICES) / 16;
                vec![Fact::HoldingPaid { card, amount }]
            }
            _ => {
                let amount = self.one(&PRICES) / 8;
                vec![
                    Fact::BytesPaid { card, amount },
                    Fact::CreatorPaid {
                        creator: who,
                        amount: amount / 10,
                    },
                ]
            }
        }
    }

    fn publish(&mut self) -> Fact {
        let access = self.one(&[
            Access::Open,
            Access::Keyed,
            Access::Keyed,
            Access::Keyed,
            Access::Inline,
        ]);
        let keyed = access == Access::Keyed;
        let blob = access != Access::Inline;
        let mut tags: Vec<Vec<u8>> = (0..self.below(4))
            .map(|_| self.one(&TAGS).as_bytes().to_vec())
            .collect();
        tags.sort();
        tags.dedup();
        let preview = if self.whether(8) {
            vec![0xFF, 0xFE]
        } else {
            self.text(9).into_bytes()
        };
        let card = CardFact {
            card: self.next_card,
            creator: self.anybody(),
            kind: self.one(&KINDS),
            access,
            title: self.text(4).into_bytes(),
            tags,
            preview,
            blob_len: if blob { Some(1 + self.one(&SIZES)) } else { None },
            size: self.one(&SIZES),
            published_at: self.number,
            price: if keyed { self.one(&PRICES) } else { 0 },
            editions: if keyed && self.whether(2) {
                Some(self.below(4) as u32)
            } else {
                None
            },
            keys_made: 0,
            listed: keyed && !self.whether(4),
            retired: false,
            frozen: false,
        };
        self.next_card += 1 + u64::from(self.whether(5));
        self.cards.push(card.clone());
        Fact::Card(Box::new(card))
    }

    fn revise(&mut self, at: usize) -> Fact {
        let (price, listed) = (self.one(&PRICES), !self.whether(3));
        let (retires, freezes) = (self.whether(6), self.whether(8));
        let card = &mut self.cards[at];
        if card.access == Access::Keyed {
            card.price = price;
            card.listed = listed;
            card.frozen |= freezes;
        }
        card.retired |= retires;
        Fact::Card(Box::new(card.clone()))
    }

    fn make_key(&mut self, at: usize, sold: Option<()>) -> Fact {
        let (card, creator) = (self.cards[at].card, self.cards[at].creator);
        let edition = u64::from(self.cards[at].keys_made) + 1;
        self.cards[at].keys_made += 1;
        let to = self.anybody();
        self.keys.push((card, edition));
        match sold {
            None => Fact::KeyMade { card, edition, to },
            Some(()) => {
                let order = self.order(card, edition, to);
                if let Some(order) = self.orders.last_mut() {
                    order.4 = creator;
                }
                Fact::KeyDelivered {
                    card,
                    edition,
                    to,
                    order,
                }
            }
        }
    }

    fn order(&mut self, card: u64, edition: u64, buyer: Account) -> u64 {
        let seller = self.anybody();
        self.next_order += 1;
        self.orders.push((self.next_order, card, edition, buyer, seller));
        self.next_order
    }

    /// A question about this world.
    pub(crate) fn question(&mut self) -> Search {
        let words = match self.below(5) {
            0 => String::new(),
            1 => "r".to_owned(),
            2 => "fil".to_owned(),
            _ => {
                let end = if self.whether(2) { " " } else { "" };
                format!("{}{end}", self.text(2))
            }
        };
        let facets = Facets {
            kind: if self.whether(4) {
                Some(self.one(&KINDS))
            } else {
                None
            },
            creator: if self.whether(5) {
                Some(self.anybody())
            } else {
                None
            },
            tags: if self.whether(5) {
                vec![self.one(&TAGS).to_owned()]
            } else {
                Vec::new()
            },
            language: if self.whether(9) {
                Some("en".to_owned())
            } else {
                None
            },
            licence: if self.whether(9) {
                Some("CC-BY".to_owned())
            } else {
                None
            },
            price: self.range(&PRICES),
            size: self.range(&SIZES),
            minutes: self.range(&[1, 90, 91]),
            year: self.range(&[1998, 1999, 2004, 2005]),
            for_sale: self.whether(5),
            owned_by: if self.whether(5) {
                vec![self.anybody(), account(200)]
            } else {
                Vec::new()
            },
            alive: self.whether(5),
        };
        let sort = self.one(&[
            None,
            Some(Sort::Relevance),
            Some(Sort::New),
            Some(Sort::Popular),
            Some(Sort::Cheapest),
            Some(Sort::Dearest),
        ]);
        Search {
            words,
            facets,
            sort,
            limit: 1 + self.below(5) as u32,
            after: None,
        }
    }

    fn range<T: Copy + PartialOrd>(&mut self, all: &[T]) -> Range<T> {
        if !self.whether(4) {
            return Range::default();
        }
        let (a, b) = (self.one(all), self.one(all));
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        match self.below(3) {
            0 => Range {
                min: Some(low),
                max: None,
            },
            1 => Range {
                min: None,
                max: Some(high),
            },
            _ => Range {
                min: Some(low),
                max: Some(high),
            },
        }
    }
}
