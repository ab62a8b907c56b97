//! One payee, more sessions than it keeps books of, and a chain: what is gained by leaving and coming back, and whether who is honest
//! finds a place among thousands that are not.
//!
//! `HASHCARD_SEEDS=200 cargo test -p hashcard-protocol --test siege -- --nocapture` runs more of it and prints the worst.

#[path = "payments/lane.rs"]
mod lane;

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, Voucher, VoucherLine, VoucherLines};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::*;
use hashcard_protocol::limits::*;
use hashcard_protocol::payment::{Decline, SessionRef};
use lane::Lane;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::time::Duration;

/// One unit for a byte.
const PRICE: Balance = 1 << 20;
const MIB: Balance = 1 << 20;
const CHUNK: Balance = CHUNK_LEN as Balance;
/// What a payee risks with each.
const WINDOW: Balance = MIN_WINDOW as Balance;
const CARD: CardId = 5;
const NOW: Duration = Duration::from_secs(1000);

fn seeds() -> u64 {
    let seeds = std::env::var("HASHCARD_SEEDS").ok();
    seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(4)
}

fn session(session: u32) -> SessionRef {
    SessionRef { pool: 1, session }
}

#[derive(Default)]
struct Account {
    lane: Option<Lane>,
    served: Balance,
    promised: Balance,
}

impl Account {
    fn paid(&self) -> Balance {
        self.lane.as_ref().map_or(0, |lane| lane.rows.values().sum())
    }

    fn payees_loss(&self) -> Balance {
        self.served.saturating_sub(self.paid())
    }

    fn payers_loss(&self) -> Balance {
        self.paid().saturating_sub(self.served)
    }
}

struct Siege {
    payee: Payee<u32>,
    accounts: BTreeMap<SessionRef, Account>,
    /// What any lane may take beyond its reserve.
    unreserved: Balance,
    height: u32,
    evicted: Vec<SessionRef>,
    rng: ChaCha8Rng,
}

impl Siege {
    fn new(seed: u64) -> Self {
        let limits = PayeeLimits {
            free_per_peer: 0,
            free_per_day: 0,
            window: MIN_WINDOW,
            // So that the bound of the loss is one number.
            max_window: MIN_WINDOW,
            margin: 10,
            redeem_at: 64 * MIB,
            redeem_after: Duration::from_secs(3600),
            dust: CHUNK,
        };
        Self {
            payee: Payee::new(limits),
            accounts: BTreeMap::new(),
            unreserved: 1000 * MIB,
            height: 0,
            evicted: Vec::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    fn roll(&mut self, below: u64) -> u64 {
        self.rng.next_u64() % below
    }

    fn open(&mut self, payer: SessionRef, reserve: Balance) {
        let lane = &mut self.accounts.entry(payer).or_default().lane;
        lane.get_or_insert_default().add(reserve, 1);
    }

    /// A unit for the row.
    fn make_row(&mut self, payer: SessionRef) {
        if let Some(lane) = &mut self.accounts.entry(payer).or_default().lane {
            lane.redeem(&[(CARD, ROW_AMOUNT)], &mut self.unreserved);
        }
    }

    fn credit(&mut self, payer: SessionRef) -> Credit {
        self.height += 1;
        let lane = self.accounts.get(&payer).and_then(|account| account.lane.clone());
        Credit {
            at: self.height,
            reserve: lane.as_ref().map_or(0, |lane| lane.reserve),
            shared: self.unreserved,
            room: lane.as_ref().map(|lane| lane.room),
            redeemed: lane.map(|lane| lane.rows).unwrap_or_default(),
            ends_at: 100_000_000,
        }
    }

    fn come(&mut self, payer: SessionRef) -> Result<(), Decline> {
        let credit = self.credit(payer);
        let evicted = self.payee.credit(payer, credit)?;
        self.evicted.extend(evicted.map(|evicted| evicted.payer));
        self.payee.greet(payer.session, payer, CARD, PRICE, NOW)?;
        Ok(())
    }

    /// Takes what is served, at most so many chunks.
    fn take(&mut self, payer: SessionRef, chunks: u64) -> Balance {
        let mut served = 0;
        for _ in 0..chunks {
            match self.payee.may_serve(&payer.session, CARD, PRICE, CHUNK_LEN, NOW) {
                Serving::Serve(charge) => served += Balance::from(charge.owed),
                Serving::Due { .. } => break,
            }
        }
        self.accounts.entry(payer).or_default().served += served;
        served
    }

    fn promise(&mut self, payer: SessionRef, promised: Balance) {
        let account = self.accounts.entry(payer).or_default();
        account.promised = account.promised.max(promised);
        let lines = vec![VoucherLine {
            card: CARD,
            cumulative: account.promised,
        }];
        let voucher = Voucher {
            pool: payer.pool,
            session: payer.session,
            payee: [7; 32],
            lines: VoucherLines::try_from(lines).unwrap(),
        };
        let voucher = SignedVoucher {
            voucher,
            signature: [0; 64],
        };
        if let Ok(Judged::Store { .. }) = self.payee.judge(payer, &voucher.voucher.lines) {
            self.payee.stored(voucher, NOW);
        }
    }

    fn leave(&mut self, payer: SessionRef) {
        self.payee.left(&payer.session, CARD);
    }

    /// The payee redeems all that it can of a session.
    fn redeem(&mut self, payer: SessionRef) {
        for voucher in self.payee.unredeemed(payer) {
            let lines = voucher.voucher.lines.iter();
            let lines: Vec<_> = lines.map(|line| (line.card, line.cumulative)).collect();
            if let Some(lane) = &mut self.accounts.entry(payer).or_default().lane {
                lane.redeem(&lines, &mut self.unreserved);
            }
        }
        let credit = self.credit(payer);
        self.payee.heard(payer, &credit);
    }

    /// An honest visit: all that is served is paid, and the lane is there before.
    fn honest(&mut self, payer: SessionRef, chunks: u64) {
        self.open(payer, CHUNK * Balance::from(chunks));
        self.make_row(payer);
        self.come(payer).expect("there is a place for who is honest");
        let before = self.accounts[&payer].promised;
        self.promise(payer, before + CHUNK * Balance::from(chunks));
        let served = self.take(payer, chunks);
        assert_eq!(served, CHUNK * Balance::from(chunks));
    }

    /// Largest losses of a payer to the payee, and of the payee to a payer.
    fn worst(&self) -> (Balance, Balance) {
        let accounts = self.accounts.values();
        let losses = accounts.map(|account| (account.payers_loss(), account.payees_loss()));
        losses.fold((0, 0), |worst, loss| (worst.0.max(loss.0), worst.1.max(loss.1)))
    }

    fn report(&self, what: &str) {
        let (payer, payee) = self.worst();
        let share = |loss: Balance| loss as f64 / WINDOW as f64;
        println!(
            "{what}: a payer lost at most {:.2} of a window, the payee at most {:.2} to each of {}; {} gave way",
            share(payer),
            share(payee),
            self.accounts.len(),
            self.evicted.len()
        );
        assert!(payer <= WINDOW && payee <= WINDOW);
    }
}

#[test]
fn who_paid_and_is_put_out_and_returns_is_not_served_again_for_the_same_money() {
    for seed in 0..seeds() {
        let mut siege = Siege::new(seed);
        let thief = session(0);
        let chunks = 8 + siege.roll(100);
        siege.honest(thief, chunks);
        siege.leave(thief);
        siege.redeem(thief);
        assert!(siege.accounts[&thief].payees_loss() == 0);
        let mut newcomer = 1;
        for _ in 0..3 {
            while !siege.evicted.contains(&thief) {
                assert!(newcomer < 100_000, "it stays for ever");
                siege.come(session(newcomer)).unwrap();
                siege.leave(session(newcomer));
                newcomer += 1;
            }
            siege.evicted.clear();
            siege.come(thief).unwrap();
            siege.take(thief, 1000);
            siege.leave(thief);
            // Who owes has more in the books than who does nothing: it is put out by those who owe as much.
            for owing in newcomer..newcomer + MAX_PAYERS as u32 {
                siege.come(session(owing)).unwrap();
                siege.take(session(owing), 1000);
                siege.leave(session(owing));
            }
            newcomer += MAX_PAYERS as u32;
        }
        siege.report(&format!("eviction and return, seed {seed}"));
        assert!(siege.accounts[&thief].payees_loss() > 0);
    }
}

#[test]
fn sessions_that_take_turns_in_the_books_take_one_window_each_and_no_more() {
    for seed in 0..seeds() {
        let mut siege = Siege::new(seed);
        let sessions = MAX_PAYERS as u32 + 200;
        for _ in 0..3 {
            for number in 0..sessions {
                let payer = session(number);
                let chunks = 1 + siege.roll(8);
                siege.come(payer).unwrap();
                siege.take(payer, chunks);
                siege.leave(payer);
            }
        }
        assert!(siege.evicted.len() >= 400);
        siege.report(&format!("{sessions} sessions in turns, seed {seed}"));
    }
}

#[test]
fn a_table_full_of_dust_has_a_place_for_each_honest_newcomer_and_its_money() {
    for seed in 0..seeds() {
        let mut siege = Siege::new(seed);
        for number in 0..MAX_PAYERS as u32 {
            let payer = session(number);
            match siege.roll(4) {
                // A promise of a unit, and no lane.
                0 => {
                    siege.come(payer).unwrap();
                    siege.promise(payer, 1);
                }
                // A lane with next to nothing in it, and a promise of more than there is.
                1 => {
                    siege.open(payer, 1);
                    siege.come(payer).unwrap();
                    siege.promise(payer, 1 << 60);
                }
                // Money, a row and a promise, and nothing served for it.
                2 => {
                    siege.open(payer, 100 * MIB);
                    siege.make_row(payer);
                    siege.come(payer).unwrap();
                    siege.promise(payer, 100 * MIB);
                }
                // A debt.
                _ => {
                    let chunks = 1 + siege.roll(4);
                    siege.come(payer).unwrap();
                    siege.take(payer, chunks);
                }
            }
            siege.leave(payer);
        }
        let first = 1_000_000;
        for number in first..first + 300 {
            let chunks = 5 + siege.roll(40);
            siege.honest(session(number), chunks);
            siege.leave(session(number));
        }
        // Those that are worth something stayed, and all is paid to the unit.
        for number in first..first + 300 {
            siege.redeem(session(number));
            assert_eq!(siege.accounts[&session(number)].payees_loss(), 0);
            assert_eq!(siege.accounts[&session(number)].payers_loss(), 0);
        }
        siege.report(&format!("300 newcomers to a table of dust, seed {seed}"));
        assert_eq!(siege.evicted.len(), 300);
    }
}
