//! What questions and empty blocks cost as cards and seats become more: time through the wasm, bytes of the proof that a light client
//! gets, and by how much both grow with every tenfold.

use std::time::Duration;

use codec::{Decode, Encode};
use hashcard_primitives::{
    card::CardView,
    channel::CreditView,
    feed::{Feed, FeedPage, FeedQuery},
    key::KeyView,
    seeder::SeatPage,
};
use hashcard_runtime::{AccountId, System};
use hashcard_runtime_tests::{
    blocks,
    load::{Crowd, SEATS_PER_CARD},
};

use crate::{
    machine::{Machine, Trie},
    report::{Cell, Report, Table},
    Options,
};

/// Times that each question is asked; the median counts.
const ASKED: usize = 21;
/// Parts of the largest chain at which all of it is asked.
const SIZES: [u32; 3] = [100, 10, 1];

/// A question, with its arguments.
struct Question {
    name: &'static str,
    method: &'static str,
    arguments: Vec<u8>,
    /// Whether an answer says something.
    says: fn(&[u8]) -> bool,
}

/// At one size.
struct Asked {
    took: Duration,
    proof: usize,
}

/// What a size is called, and all that was measured at it.
struct Size {
    cards: u32,
    questions: Vec<Asked>,
    empty_block: Asked,
    rows_read: usize,
    rows_written: usize,
}

/// Measures, and adds a table.
pub fn measure(options: &Options, code: &[u8], report: &mut Report) -> Result<(), String> {
    let machine = Machine::new(code.to_vec());
    let mut crowd = Crowd::small();
    let mut sizes = Vec::new();
    for part in SIZES {
        let cards = options.cards / part;
        eprintln!("chain-bench: {cards} cards with {SEATS_PER_CARD} seats each");
        crowd.grow(cards);
        sizes.push(at_this_size(&machine, &mut crowd)?);
    }
    report.tables.push(table(&crowd, &sizes));
    Ok(())
}

fn questions(crowd: &Crowd) -> Vec<Question> {
    let newest = u64::from(crowd.cards()) - 1;
    let page: FeedQuery<AccountId> = FeedQuery {
        feed: Feed::All,
        kind: None,
        creator: None,
        tag: None,
        max_price: None,
        since: None,
        cursor: None,
        limit: 20,
    };
    vec![
        Question {
            name: "card by id",
            method: "CardsApi_card",
            arguments: (newest / 2).encode(),
            says: |answer| is_some::<CardView<AccountId>>(answer),
        },
        Question {
            name: "newest feed page, 20 cards",
            method: "CardsApi_feed",
            arguments: page.encode(),
            says: |answer| decoded::<FeedPage<AccountId>>(answer).is_some_and(|page| !page.cards.is_empty()),
        },
        Question {
            name: "seats of a card, 10",
            method: "SeedersApi_seats",
            arguments: (newest, 0u32).encode(),
            says: |answer| decoded::<SeatPage<AccountId>>(answer).is_some_and(|page| !page.seats.is_empty()),
        },
        Question {
            name: "holder of a key",
            method: "KeysApi_key",
            arguments: crowd.sold.encode(),
            says: |answer| is_some::<KeyView<AccountId>>(answer),
        },
        Question {
            name: "session and lane",
            method: "ChannelsApi_credit",
            arguments: (crowd.pool, 0u32, &crowd.payee).encode(),
            says: |answer| is_some::<CreditView<AccountId>>(answer),
        },
    ]
}

fn decoded<T: Decode>(mut answer: &[u8]) -> Option<T> {
    T::decode(&mut answer).ok()
}

fn is_some<T: Decode>(answer: &[u8]) -> bool {
    decoded::<Option<T>>(answer).flatten().is_some()
}

fn at_this_size(machine: &Machine, crowd: &mut Crowd) -> Result<Size, String> {
    let asked = |question: Question, trie: &Trie| {
        let (method, arguments) = (question.method, &question.arguments);
        let (answer, _) = machine.ask(trie, method, arguments)?;
        if !(question.says)(&answer) {
            return Err(format!("{}: the answer says nothing", question.name));
        }
        let took = median(|| machine.ask(trie, method, arguments).map(|(_, took)| took))?;
        let proof = machine.proof_len(trie, method, arguments)?;
        Ok(Asked { took, proof })
    };
    let to_ask = questions(crowd);
    let cards = crowd.cards();
    let trie = crowd.world().trie();
    let questions: Result<_, String> = to_ask.into_iter().map(|question| asked(question, trie)).collect();
    let questions = questions?;

    // A real block, after which the next one is built.
    let (_, touched) = crowd.world().touched(blocks::next);
    let place = crowd.world().execute_with(crate::throughput::next_place);
    crowd.world().commit();
    let trie = crowd.world().trie();
    let block = machine.build(trie, &place, &[])?.block;
    let empty_block = Asked {
        took: median(|| machine.import(trie, &block))?,
        proof: machine.proof_len(trie, "Core_execute_block", &block)?,
    };
    // Where it would have gone on.
    crowd
        .world()
        .execute_with(|| blocks::begin(System::block_number() + 1));
    crowd.world().commit();
    Ok(Size {
        cards,
        questions,
        empty_block,
        rows_read: touched.read.len(),
        rows_written: touched.written.len(),
    })
}

fn median(run: impl Fn() -> Result<Duration, String>) -> Result<Duration, String> {
    let mut times = (0..ASKED).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[ASKED / 2])
}

fn table(crowd: &Crowd, sizes: &[Size]) -> Table {
    let names = questions(crowd).into_iter().map(|question| question.name);
    let micros = |asked: &Asked| asked.took.as_secs_f64() * 1e6;
    let row = |name: &str, of: &dyn Fn(&Size) -> f64, digits: usize| {
        let figures: Vec<_> = sizes.iter().map(of).collect();
        let slope = (figures[figures.len() - 1] - figures[0]) / (figures.len() - 1) as f64;
        let mut row = vec![Cell::text(name)];
        row.extend(figures.into_iter().map(|figure| Cell::Number(figure, digits)));
        row.push(Cell::Number(slope, 1));
        row
    };
    let mut rows = Vec::new();
    for (at, name) in names.enumerate() {
        rows.push(row(
            &format!("{name}: us"),
            &|size| micros(&size.questions[at]),
            0,
        ));
        rows.push(row(
            &format!("{name}: proof bytes"),
            &|size| size.questions[at].proof as f64,
            0,
        ));
    }
    rows.push(row("an empty block: us", &|size| micros(&size.empty_block), 0));
    rows.push(row(
        "an empty block: proof bytes",
        &|size| size.empty_block.proof as f64,
        0,
    ));
    rows.push(row("an empty block: rows read", &|size| size.rows_read as f64, 0));
    rows.push(row(
        "an empty block: rows written",
        &|size| size.rows_written as f64,
        0,
    ));
    let numbers: Vec<_> = sizes.iter().map(|size| size.cards.to_string()).collect();
    Table {
        name: "questions",
        title: format!(
            "What questions and empty blocks cost with {} cards, each with {SEATS_PER_CARD} seats",
            numbers.join(", ")
        ),
        columns: vec![
            ("what", "what"),
            ("small", "a hundredth"),
            ("middle", "a tenth"),
            ("large", "all"),
            ("per_tenfold", "more for every tenfold"),
        ],
        rows,
        notes: vec![
            "a trie becomes deeper by a part of a level with every tenfold; what would grow with the number of rows would become ten \
             times as much"
                .to_owned(),
        ],
    }
}
