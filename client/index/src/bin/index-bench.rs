//! `index-bench [--cards N] [--questions N] [--folder DIR] [--keep yes]`: how large an index of synthetic cards is, how fast it follows, and
//! how fast it answers. Run by `scripts/bench index`.
//!
//! **Chance is seeded and skewed as a feed is**: words, tags, creators and sales follow Zipf's law, so there are words that a
//! tenth of all cards say, and words that one does. Questions draw their words from titles of cards, so common words are
//! asked for most, and each facet by itself, so that every combination comes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hashcard_index::facts::{Account, Block, BlockFacts, CardFact, Fact};
use hashcard_index::search::{Facets, Range, Search, Sort};
use hashcard_index::{Finality, Index};
use hashcard_primitives::card::{Access, Kind};
use hashcard_primitives::coverage::Coverage;

/// Cards published in one synthetic block: about as many as fill one.
const CARDS_PER_BLOCK: u64 = 200;
/// Words that titles are made of.
const VOCABULARY: usize = 50_000;
/// Tags that are in use.
const TAGS: usize = 5_000;
/// Smallest units of a CARD.
const CARD: u128 = 1_000_000_000_000;
const KINDS: [Kind; 9] = [
    Kind::Post,
    Kind::Film,
    Kind::Music,
    Kind::Book,
    Kind::Picture,
    Kind::Software,
    Kind::Site,
    Kind::Dataset,
    Kind::Other,
];
const SORTS: [Sort; 5] = [
    Sort::Relevance,
    Sort::New,
    Sort::Popular,
    Sort::Cheapest,
    Sort::Dearest,
];

fn main() -> ExitCode {
    match Asked::of(std::env::args().skip(1)).and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("index-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Asked {
    cards: u64,
    questions: usize,
    folder: PathBuf,
    keep: bool,
}

impl Asked {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut asked = Self {
            cards: 1_000_000,
            questions: 2_000,
            folder: std::env::temp_dir().join("hashcard-index-bench"),
            keep: false,
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or(format!("{name} needs a value"))?;
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|_| format!("{name} needs a number, not {value}"))
            };
            match name.as_str() {
                "--cards" => asked.cards = number()?.max(1),
                "--questions" => {
                    asked.questions = usize::try_from(number()?.max(1)).map_err(|e| e.to_string())?
                }
                "--keep" => asked.keep = value == "yes",
                "--folder" => asked.folder = PathBuf::from(value),
                _ => return Err(format!("unknown option {name}")),
            }
        }
        Ok(asked)
    }
}

fn run(asked: &Asked) -> Result<(), String> {
    if !asked.keep {
        let _ = std::fs::remove_dir_all(&asked.folder);
    }
    let path = asked.folder.join("index.db");
    let index = Index::open(&path, [7; 32]).map_err(|e| e.to_string())?;
    let mut chance = Chance::new();
    println!("cards                {}", asked.cards);
    if index.standing().map_err(|e| e.to_string())?.is_none() {
        let blocks = follow(&index, &mut chance, asked.cards)?;
        fork(&index, &mut chance, blocks)?;
    }
    let size = index.size().map_err(|e| e.to_string())?;
    println!(
        "index size           {} MiB, {} bytes per card",
        size.bytes >> 20,
        size.bytes / size.cards.max(1)
    );
    println!("file size            {} MiB", on_disk(&path) >> 20);
    lists(&index, &mut chance)?;
    search(&index, &mut chance, asked.questions)?;
    drop(index);
    if asked.keep {
        return Ok(());
    }
    std::fs::remove_dir_all(&asked.folder).map_err(|e| e.to_string())
}

/// Publishes, sells, seats and pays until there are so many cards.
fn follow(index: &Index, chance: &mut Chance, cards: u64) -> Result<u32, String> {
    index
        .begin(
            Block {
                number: 0,
                hash: hash(0, 0),
            },
            &[],
        )
        .map_err(|e| e.to_string())?;
    let (mut number, mut next, mut facts) = (0, 0, 0u64);
    let mut spent = Duration::ZERO;
    while next < cards {
        number += 1;
        let until = cards.min(next + CARDS_PER_BLOCK);
        let block = chance.block(number, next..until);
        next = until;
        facts += block.facts.len() as u64;
        let began = Instant::now();
        index.apply(&block, Finality::Final).map_err(|e| e.to_string())?;
        spent += began.elapsed();
    }
    let seconds = spent.as_secs_f64();
    println!(
        "following            {:.0} facts/s, {:.0} cards/s, {:.0} blocks/s ({number} blocks in {seconds:.1} s)",
        facts as f64 / seconds,
        cards as f64 / seconds,
        f64::from(number) / seconds
    );
    Ok(number)
}

/// How long a full block takes that is tentative, taken back, and final after all.
fn fork(index: &Index, chance: &mut Chance, last: u32) -> Result<(), String> {
    let first = u64::from(last) * CARDS_PER_BLOCK + 1;
    let block = chance.block(last + 1, first..first + CARDS_PER_BLOCK);
    for (what, work) in [
        (
            "tentative block",
            &(|| index.apply(&block, Finality::Tentative).map(|_| ())) as &dyn Fn() -> _,
        ),
        ("taken back", &|| index.take_back()),
        ("final block", &|| {
            index.apply(&block, Finality::Final).map(|_| ())
        }),
    ] {
        let began = Instant::now();
        work().map_err(|e| e.to_string())?;
        println!("{what:<20} {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

fn lists(index: &Index, chance: &mut Chance) -> Result<(), String> {
    let mut time = |name: &str, work: &mut dyn FnMut(&mut Chance) -> hashcard_index::Result<usize>| {
        let mut spent = Vec::new();
        for _ in 0..50 {
            let began = Instant::now();
            work(chance).map_err(|e| e.to_string())?;
            spent.push(began.elapsed());
        }
        println!("{name:<20} {}", percentiles(&mut spent));
        Ok::<(), String>(())
    };
    time("under-seeded", &mut |_| {
        index.under_seeded(20).map(|list| list.rows.len())
    })?;
    time("profitable", &mut |_| {
        index.profitable(20).map(|list| list.rows.len())
    })?;
    time("recommended", &mut |chance| {
        let who = account(chance.zipf(20_000));
        index.recommended(&[who], 20).map(|list| list.rows.len())
    })?;
    time("creator", &mut |chance| {
        index.figures(&account(chance.zipf(20_000))).map(|_| 1)
    })?;
    time("suggestions", &mut |chance| {
        let word = word(chance.zipf(VOCABULARY));
        let beginning: String = word.chars().take(2).collect();
        index.suggest(&beginning, 10).map(|_| 1)
    })
}

fn search(index: &Index, chance: &mut Chance, questions: usize) -> Result<(), String> {
    let mut all = Vec::new();
    let mut slow: Vec<(Duration, String)> = Vec::new();
    let mut by_sort: Vec<Vec<Duration>> = vec![Vec::new(); SORTS.len()];
    let (mut empty, mut next_pages) = (0, Vec::new());
    // What the first questions find cold is the disk's business.
    for at in 0..questions + 50 {
        let question = chance.question(at);
        let began = Instant::now();
        let page = index.search(&question).map_err(|e| e.to_string())?;
        let spent = began.elapsed();
        if at < 50 {
            continue;
        }
        all.push(spent);
        by_sort[at % SORTS.len()].push(spent);
        slow.push((spent, format!("{question:?}")));
        empty += usize::from(page.hits.is_empty());
        if let Some(next) = page.next {
            let began = Instant::now();
            index
                .search(&Search {
                    after: Some(next),
                    ..question
                })
                .map_err(|e| e.to_string())?;
            next_pages.push(began.elapsed());
        }
    }
    println!(
        "search               {}, {empty} of {questions} found nothing",
        percentiles(&mut all)
    );
    for (sort, spent) in SORTS.iter().zip(&mut by_sort) {
        println!(
            "  by {:<16} {}",
            format!("{sort:?}").to_lowercase(),
            percentiles(spent)
        );
    }
    println!("  next page          {}", percentiles(&mut next_pages));
    let workers = 2;
    let began = Instant::now();
    let shared = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    let mut chance = Chance::new();
                    chance.state ^= 0x5bd1_e995 * (worker + 1);
                    let mut spent = Vec::new();
                    for at in 0..questions / 2 {
                        let question = chance.question(at);
                        let began = Instant::now();
                        index.search(&question).map_err(|e| e.to_string())?;
                        spent.push(began.elapsed());
                    }
                    Ok::<_, String>(spent)
                })
            })
            .collect();
        hands
            .into_iter()
            .map(|hand| hand.join().map_err(|_| "a worker failed".to_owned())?)
            .collect::<Result<Vec<_>, _>>()
    })?;
    let mut shared: Vec<Duration> = shared.into_iter().flatten().collect();
    let rate = shared.len() as f64 / began.elapsed().as_secs_f64();
    println!(
        "search, two at once  {}, {rate:.0} questions/s",
        percentiles(&mut shared)
    );
    slow.sort_by_key(|one| std::cmp::Reverse(one.0));
    for (spent, question) in slow.iter().take(5) {
        println!(
            "slowest              {:.1} ms {question}",
            spent.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

fn percentiles(spent: &mut [Duration]) -> String {
    spent.sort();
    let at = |share: usize| {
        let found = spent.get((spent.len() * share / 100).min(spent.len().saturating_sub(1)));
        found.copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    format!(
        "p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, most {:.1} ms",
        at(50),
        at(95),
        at(99),
        at(100)
    )
}

fn on_disk(path: &Path) -> u64 {
    let folder = path
        .parent()
        .into_iter()
        .flat_map(std::fs::read_dir)
        .flatten()
        .flatten();
    folder
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum()
}

/// SplitMix64 (Steele, Lea and Flood): the same figures on every machine.
struct Chance {
    state: u64,
}

impl Chance {
    fn new() -> Self {
        Self { state: 42 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap_or_default()
    }

    fn whether(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A number below `most`, the n-th of which comes about 1/n as often as the first.
    fn zipf(&mut self, most: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let number = ((most as f64 + 1.0).powf(unit) - 1.0) as usize;
        number.min(most.saturating_sub(1))
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn title(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| word(self.zipf(VOCABULARY))).collect();
        words.join(" ")
    }

    fn block(&mut self, number: u32, cards: std::ops::Range<u64>) -> BlockFacts {
        let mut facts = Vec::new();
        for card in cards.clone() {
            facts.push(self.card(card, number));
            for edition in 0..self.zipf(12) as u64 {
                let (to, order) = (account(self.zipf(20_000)), card << 8 | edition);
                facts.push(Fact::KeyDelivered {
                    card,
                    edition: edition + 1,
                    to,
                    order,
                });
                let price = CARD * self.zipf(1_000) as u128;
                facts.push(Fact::Sold(Box::new(hashcard_index::facts::Sold {
                    order,
                    card,
                    edition: edition + 1,
                    buyer: to,
                    seller: account(1),
                    price,
                    paid: price,
                    shares: Vec::new(),
                })));
            }
            if self.whether(30) {
                for _ in 0..1 + self.zipf(4) {
                    let seeder = account(1_000_000 + self.zipf(2_000));
                    let coverage = Coverage(self.next());
                    facts.push(Fact::SeederLives {
                        seeder,
                        until: number + 28_800,
                    });
                    facts.push(Fact::SeatTaken {
                        card,
                        seeder,
                        coverage,
                    });
                }
            }
        }
        // Old cards are paid for, too.
        for _ in 0..20 {
            let card = cards
                .end
                .saturating_sub(1 + self.zipf(usize::try_from(cards.end).unwrap_or(usize::MAX)) as u64);
            let amount = CARD / 100 * self.zipf(1_000) as u128;
            facts.push(Fact::BytesPaid { card, amount });
        }
        BlockFacts {
            number,
            hash: hash(number, 0),
            parent: hash(number - 1, 0),
            facts,
        }
    }

    fn card(&mut self, card: u64, number: u32) -> Fact {
        let access = if self.whether(60) {
            Access::Keyed
        } else if self.whether(50) {
            Access::Open
        } else {
            Access::Inline
        };
        let mut tags: Vec<Vec<u8>> = (0..self.below(4))
            .map(|_| tag(self.zipf(TAGS)).into_bytes())
            .collect();
        if self.whether(70) {
            let language = self.one(&["en", "en", "en", "zh", "es", "de", "fr", "ru", "hi", "ar"]);
            tags.push(format!("lang:{language}").into_bytes());
        }
        if self.whether(40) {
            let licence = self.one(&["cc-by-4.0", "cc0", "all-rights-reserved", "mit"]);
            tags.push(format!("licence:{licence}").into_bytes());
        }
        if self.whether(50) {
            tags.push(format!("year:{}", 2026 - self.zipf(80)).into_bytes());
        }
        if self.whether(30) {
            tags.push(format!("minutes:{}", 1 + self.zipf(600)).into_bytes());
        }
        let inline = access == Access::Inline;
        let size = if inline {
            200 + self.below(2_000) as u64
        } else {
            (1u64 << (10 + self.below(24))) | (self.next() % 1_024)
        };
        let words = 3 + self.below(6);
        let preview = if inline { 40 } else { 6 };
        Fact::Card(Box::new(CardFact {
            card,
            creator: account(self.zipf(20_000)),
            kind: self.one(&KINDS),
            access,
            title: self.title(words).into_bytes(),
            tags,
            preview: self.title(preview).into_bytes(),
            blob_len: (!inline).then_some(size + 300),
            size,
            published_at: number,
            price: if access == Access::Keyed {
                CARD / 10 * self.zipf(5_000) as u128
            } else {
                0
            },
            editions: None,
            keys_made: 0,
            listed: access == Access::Keyed && self.whether(90),
            retired: self.whether(1),
            frozen: false,
        }))
    }

    fn question(&mut self, at: usize) -> Search {
        let mut words = if self.whether(85) {
            let count = 1 + self.below(3);
            self.title(count)
        } else {
            String::new()
        };
        // Half of the words are typed to the end, some are just begun.
        match self.below(4) {
            0 | 1 => words.push(' '),
            2 if words.len() > 2 => words.truncate(words.len() - 2),
            _ => {}
        }
        let money = |chance: &mut Self| CARD / 10 * chance.zipf(5_000) as u128;
        let bytes = |chance: &mut Self| 1u64 << (10 + chance.below(24));
        let facets = Facets {
            kind: if self.whether(30) {
                Some(self.one(&KINDS))
            } else {
                None
            },
            creator: if self.whether(10) {
                Some(account(self.zipf(20_000)))
            } else {
                None
            },
            tags: if self.whether(20) {
                vec![tag(self.zipf(TAGS))]
            } else {
                Vec::new()
            },
            language: if self.whether(20) {
                Some("en".to_owned())
            } else {
                None
            },
            licence: if self.whether(10) {
                Some("cc0".to_owned())
            } else {
                None
            },
            price: self.range(20, money),
            size: self.range(15, bytes),
            minutes: self.range(10, |chance| 1 + chance.below(600) as u32),
            year: self.range(15, |chance| 2026 - chance.zipf(80) as u32),
            for_sale: self.whether(20),
            owned_by: if self.whether(10) {
                vec![account(self.zipf(20_000))]
            } else {
                Vec::new()
            },
            alive: self.whether(20),
        };
        Search {
            words,
            facets,
            sort: Some(SORTS[at % SORTS.len()]),
            limit: 20,
            after: None,
        }
    }

    fn range<T: Ord>(&mut self, percent: usize, value: impl Fn(&mut Self) -> T) -> Range<T> {
        if !self.whether(percent) {
            return Range { min: None, max: None };
        }
        let (a, b) = (value(self), value(self));
        let (low, high) = if a < b { (a, b) } else { (b, a) };
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

fn hash(number: u32, fork: u8) -> [u8; 32] {
    let mut hash = [fork; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}

fn account(number: usize) -> Account {
    let mut account = [9; 32];
    account[..8].copy_from_slice(&(number as u64).to_be_bytes());
    account
}

/// The n-th word: short ones first, as in a language.
fn word(number: usize) -> String {
    syllables(
        number,
        &[
            "ka", "ro", "mi", "te", "su", "lo", "ne", "va", "di", "po", "ga", "re", "shi", "um", "el", "ta",
        ],
    )
}

fn tag(number: usize) -> String {
    format!(
        "t-{}",
        syllables(number, &["ab", "or", "in", "et", "us", "ol", "en", "av"])
    )
}

fn syllables(number: usize, all: &[&str]) -> String {
    let mut rest = number + all.len();
    let mut word = String::new();
    while rest > 0 {
        word.push_str(all[rest % all.len()]);
        rest /= all.len();
    }
    word
}
