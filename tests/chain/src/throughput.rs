//! Blocks filled with one thing each, imported in turn with the plain chain's block of transfers.

use std::time::Duration;

use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::Get,
    weights::Weight,
};
use hashcard_runtime::{constants::time::SLOT_MILLIS, Runtime, System, UncheckedExtrinsic};
use hashcard_runtime_tests::{
    blocks,
    load::{signed, Act, Sent, ACTS},
    World,
};
use sp_io::TestExternalities;

use crate::{
    machine::{Built, Machine, Place, Trie},
    peer,
    report::{Cell, Report, Table},
    Options,
};

/// Rows of the table whose figures belong together.
const SALE: [&str; 2] = ["buy", "fulfil"];
/// What the plain chain's figure is called.
const PEER: &str = "plain chain: transfer";

/// A chain in memory, whichever.
enum State {
    Ours(World),
    Peers(TestExternalities),
}

impl State {
    fn trie(&self) -> &Trie {
        match self {
            Self::Ours(world) => world.trie(),
            Self::Peers(chain) => &chain.backend,
        }
    }
}

/// What one chain allows.
#[derive(Clone, Copy)]
struct Limits {
    time: u64,
    len: u32,
    slot_millis: u64,
}

impl Limits {
    fn of<T: frame_system::Config>(slot_millis: u64) -> Self {
        let weights = T::BlockWeights::get().get(DispatchClass::Normal).max_total;
        Self {
            time: weights.unwrap_or(Weight::MAX).ref_time(),
            len: *T::BlockLength::get().max.get(DispatchClass::Normal),
            slot_millis,
        }
    }
}

/// A block of one thing.
struct Filled {
    name: &'static str,
    things: u32,
    built: Built,
    state: State,
    limits: Limits,
    times: Vec<Duration>,
}

impl Filled {
    fn millis(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1_000.0
    }

    fn per_second(&self) -> f64 {
        f64::from(self.built.transactions * self.things) * 1_000.0 / self.limits.slot_millis as f64
    }
}

/// Measures, and adds a table.
pub fn measure(options: &Options, code: &[u8], report: &mut Report) -> Result<(), String> {
    let ours = Machine::new(code.to_vec());
    let peers = peer::code().map(Machine::new);
    let mut blocks = vec![empty(&ours)?];
    for act in &ACTS {
        eprintln!("chain-bench: a block of: {}", act.name);
        let filled = fill(&ours, act, options.most).map_err(|why| format!("{}: {why}", act.name))?;
        blocks.push(filled);
    }
    if let Some(peers) = &peers {
        eprintln!("chain-bench: a block of the plain chain");
        blocks.push(fill_peers(peers, options.most)?);
    }
    for round in 1..=options.rounds {
        eprintln!("chain-bench: import {round} of {}", options.rounds);
        for filled in &mut blocks {
            let machine = match (&filled.state, &peers) {
                (State::Peers(_), Some(peers)) => peers,
                _ => &ours,
            };
            let took = machine.import(filled.state.trie(), &filled.built.block)?;
            filled.times.push(took);
        }
    }
    report.tables.push(table(&blocks, peers.is_some()));
    Ok(())
}

/// The head of the block that comes next. Ends the running one.
pub fn next_place() -> Place {
    blocks::finish();
    let number = System::block_number() + 1;
    Place {
        number,
        digest: blocks::digest_of(number),
        time: UncheckedExtrinsic::new_bare(blocks::time_of(number)).encode(),
    }
}

fn filled(
    machine: &Machine,
    name: &'static str,
    things: u32,
    mut world: World,
    sent: Vec<Sent>,
) -> Result<Filled, String> {
    let (place, transactions) = world.execute_with(|| {
        let transactions: Vec<_> = signed(sent).iter().map(Encode::encode).collect();
        (next_place(), transactions)
    });
    world.commit();
    let built = machine.build(world.trie(), &place, &transactions)?;
    Ok(Filled {
        name,
        things,
        built,
        state: State::Ours(world),
        limits: Limits::of::<Runtime>(SLOT_MILLIS),
        times: Vec::new(),
    })
}

fn empty(machine: &Machine) -> Result<Filled, String> {
    const NOTHING: Act = Act {
        name: "nothing",
        things: 0,
        most: 0,
        stage: |_| Vec::new(),
    };
    let (world, sent) = NOTHING.staged(0);
    filled(machine, NOTHING.name, NOTHING.things, world, sent)
}

fn fill(machine: &Machine, act: &Act, most: u32) -> Result<Filled, String> {
    let (mut world, sent) = act.staged(1);
    let one = world
        .execute_with(|| signed(sent))
        .pop()
        .ok_or("nothing to send")?;
    let weights = <Runtime as frame_system::Config>::BlockWeights::get();
    let base = weights.get(DispatchClass::Normal).base_extrinsic.ref_time();
    let time = one.get_dispatch_info().total_weight().ref_time() + base;
    let limits = Limits::of::<Runtime>(SLOT_MILLIS);
    let by_time = (limits.time / time) as u32;
    let by_len = limits.len / one.encoded_size() as u32;
    let fit = by_time.min(by_len);
    // More than what is reckoned, for what a transaction did not use it gives back.
    let (world, sent) = act.staged((fit + fit / 16 + 2).min(most));
    filled(machine, act.name, act.things, world, sent)
}

fn fill_peers(machine: &Machine, most: u32) -> Result<Filled, String> {
    use hashcard_peer_runtime::{Runtime as Peer, SLOT_MILLIS};
    let (_, _, one) = peer::staged(1)?;
    let limits = Limits::of::<Peer>(SLOT_MILLIS);
    // By the length alone, which is more than fits by weight.
    let most_by_len = limits.len / one[0].len() as u32;
    let (chain, place, transactions) = peer::staged(most_by_len.min(most))?;
    let built = machine.build(&chain.backend, &place, &transactions)?;
    Ok(Filled {
        name: PEER,
        things: 1,
        built,
        state: State::Peers(chain),
        limits,
        times: Vec::new(),
    })
}

fn table(blocks: &[Filled], has_peer: bool) -> Table {
    let named = |name: &str| blocks.iter().find(|filled| filled.name == name);
    let peers_rate = named(PEER).map(Filled::per_second);
    let beside = |rate: f64| match peers_rate {
        Some(peer) if rate > 0.0 => Cell::Number(rate / peer, 3),
        _ => Cell::Nothing,
    };
    let mut rows: Vec<_> = blocks
        .iter()
        .map(|filled| row(filled, beside(filled.per_second())))
        .collect();
    if let [Some(buy), Some(fulfil)] = SALE.map(named) {
        let rate = 1.0 / (1.0 / buy.per_second() + 1.0 / fulfil.per_second());
        let mut row = vec![Cell::Nothing; 12];
        row[0] = Cell::text("buy and fulfil, together");
        row[8] = Cell::Number(rate, 1);
        row[9] = beside(rate);
        rows.push(row);
    }
    let mut notes = vec![
        "a block is full when the next transaction is refused for want of room; `of the weight` and `of the length` are parts of what \
         ordinary transactions may take"
            .to_owned(),
        "import is the execution through the node's wasm over a trie in memory: checks of signatures and the state root are in it, \
         the disk is not; median of the rounds, which take turns"
            .to_owned(),
        "per second is of the block that is full, at the slot time: ours 3 s, of which 1 s is for execution; the plain chain's 6 s and \
         2 s, both a third"
            .to_owned(),
        "state is keys and values of rows, without what the trie adds, and without the block's own events and hashes".to_owned(),
        "`import / weight` is the time that it took beside the time that the runtime reckoned for it: below 1 the weights are on the safe side".to_owned(),
    ];
    if !has_peer {
        notes.push("the plain chain is left out: this program was built without it".to_owned());
    }
    Table {
        name: "blocks",
        title: "What a full block holds".to_owned(),
        columns: vec![
            ("what", "a block of"),
            ("transactions", "transactions"),
            ("things", "things"),
            ("full", "full"),
            ("weight_percent", "of the weight %"),
            ("length_percent", "of the length %"),
            ("import_ms", "import ms"),
            ("slot_percent", "of the slot %"),
            ("per_second", "things a second"),
            ("beside_peer", "plain transfers"),
            ("state_bytes_per_1000", "state bytes per 1,000"),
            ("import_per_weight", "import / weight"),
        ],
        rows,
        notes,
    }
}

fn row(filled: &Filled, beside: Cell) -> Vec<Cell> {
    let Filled {
        name,
        things,
        built,
        limits,
        ..
    } = filled;
    let count = f64::from(built.transactions * things);
    let time = built.weight.get(DispatchClass::Normal).ref_time() as f64;
    let all = built.weight.total().ref_time() as f64 / 1e9;
    let millis = filled.millis();
    vec![
        Cell::text(*name),
        Cell::Number(f64::from(built.transactions), 0),
        Cell::Number(count, 0),
        Cell::text(if built.is_full { "yes" } else { "no" }),
        Cell::Number(time / limits.time as f64 * 100.0, 1),
        Cell::Number(built.len as f64 / f64::from(limits.len) * 100.0, 1),
        Cell::Number(millis, 1),
        Cell::Number(millis / limits.slot_millis as f64 * 100.0, 2),
        Cell::Number(filled.per_second(), 1),
        beside,
        match count > 0.0 {
            true => Cell::Number(built.growth.bytes as f64 / count * 1_000.0, 0),
            false => Cell::Nothing,
        },
        Cell::Number(millis / all, 2),
    ]
}
