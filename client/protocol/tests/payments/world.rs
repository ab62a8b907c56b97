//! One payer, some payees, one chain. Bytes take the time that a link needs; messages take half a round trip; promises and
//! lanes cross the same ledgers that the product uses. A transaction is in the next block, and both sides see it when that block is
//! final. The order of simultaneous events is the order in which they were made.

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, Voucher, VoucherLine, VoucherLines};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::*;
use hashcard_protocol::limits::*;
use hashcard_protocol::payment::{Account, SessionRef, Terms};
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

#[path = "lane.rs"]
mod lane;

use lane::Lane;

/// One unit for a byte.
pub const PRICE: Balance = 1 << 20;
pub const CARD: CardId = 5;
/// Another card of the payer's; nobody serves it.
const ANOTHER: CardId = 6;
/// Cards that are there to fill a lane.
const JUNK: CardId = 1000;
const SESSION: SessionRef = SessionRef { pool: 1, session: 1 };
const BLOCK: Duration = Duration::from_secs(3);
/// Blocks from one to the next that finality lags behind it: with its own, a transaction takes 18 seconds to be seen.
const LAG: usize = 5;
/// Blocks of a closing window.
const CLOSING: u32 = 60;
const PIPELINE: u64 = MAX_PIPELINE as u64;
/// What the payee's ledger calls blocks; far away.
const ENDS_AT: u32 = 1_000_000;
const MARGIN: u32 = 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayerManner {
    Honest,
    /// After so many vouchers it signs nothing more, and asks without end.
    StopsAfter(u32),
    /// Opens no lane, and promises everybody the same money.
    Overspends,
    /// Makes no rows, and when the payee's first redemption is under way fills the lane's room before it.
    FillsRoom,
    /// After so many vouchers each has a line for another card, and when a redemption is under way the room for that is filled.
    MixesAfter(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayeeManner {
    Honest,
    GarbageAfter(u64),
    /// Takes vouchers and serves nothing more.
    RefusesAfter(u64),
    /// Dies when it is to store this voucher, and is back a second later with what it had stored.
    DiesAtVoucher(u32),
    /// Tells its terms and never serves.
    Silent,
}

/// What is on chain when the fetch begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// Nothing.
    Bare,
    /// A lane with room and reserve.
    Lane,
    /// And a row.
    Row,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    pub unreserved: Balance,
    pub start: Start,
    /// Bytes that lanes are there for at the start, if there is money.
    pub prepared: u64,
    /// Whether the payer makes the rows, or leaves that to the payees.
    pub payer_makes_rows: bool,
    /// When the pool is closed: nothing is opened from then on, and all is over some blocks later.
    pub closes_at: Option<Duration>,
}

#[derive(Clone, Debug)]
pub struct Scenario {
    pub seed: u64,
    pub chunks: u64,
    pub round_trip: Duration,
    pub storing: Duration,
    /// Of each payee, bytes per second.
    pub rates: Vec<u64>,
    pub free_bytes: u64,
    pub price: Balance,
    pub payer: PayerManner,
    pub payees: Vec<PayeeManner>,
    pub chain: Chain,
    pub ends_at: Duration,
}

/// What one payee and the payer lost to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Redeemed beyond what was verified.
    pub payer: Balance,
    /// Served beyond what was redeemed.
    pub payee: Balance,
    /// The window that the payer gave this payee in the end.
    pub payers_window: Balance,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Most that was locked in lanes towards payees that served nothing.
    pub locked_for_nothing: Balance,
    pub first_at: Option<Duration>,
    pub done_at: Option<Duration>,
    pub losses: Vec<Loss>,
}

enum Event {
    /// The payer is connected and told the terms.
    Greeted(usize),
    Asked(usize, u64),
    Due(usize, u64, Balance),
    Sent(usize, u64),
    Came(usize, u64, bool),
    Voucher(usize, u64, SignedVoucher<Account>),
    Stored(usize, u64, SignedVoucher<Account>),
    Accepted(usize, u64, VoucherLines),
    LaneOpened(usize, Balance, u16),
    RowsMade(usize, VoucherLines),
    Redeemed(usize, Vec<SignedVoucher<Account>>),
    Returns(usize),
    Retry(usize),
    Block,
}

struct Link {
    account: Account,
    /// Counts connections; what belongs to a former one is lost.
    epoch: u64,
    books: Payee<u8>,
    /// What outlives the payee's process.
    disk: Vec<SignedVoucher<Account>>,
    sending: bool,
    queue: Vec<(u64, Charge)>,
    served: u64,
    /// Worth of what was sent beyond the free bytes.
    worth: Balance,
    vouchers_seen: u32,
    dead: bool,
    /// The payer's side.
    outstanding: u64,
    received: u64,
    verified: u64,
    resting: bool,
    condemned: bool,
    /// On chain.
    lane: Option<Lane>,
    /// The lane as the payer knows it.
    told: Option<Lane>,
    redeeming_until: u32,
    widest: u64,
}

/// What a block says.
#[derive(Clone)]
struct Block {
    height: u32,
    unreserved: Balance,
    ends_at: u32,
    lanes: Vec<Option<Lane>>,
}

pub struct World {
    scenario: Scenario,
    now: Duration,
    made: u64,
    events: BTreeMap<u64, Event>,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    payer: Payer,
    links: Vec<Link>,
    unreserved: Balance,
    /// The last blocks, the oldest is final.
    blocks: VecDeque<Block>,
    /// Chunks that nobody was asked for, and that are not verified.
    open: u64,
    missing: u64,
    signed: u32,
    rng: ChaCha8Rng,
    outcome: Outcome,
}

impl World {
    pub fn new(scenario: Scenario) -> Self {
        let limits = limits(scenario.free_bytes);
        let links = (0..scenario.payees.len()).map(|at| Link {
            account: [at as u8 + 1; 32],
            epoch: 0,
            books: Payee::new(limits),
            disk: Vec::new(),
            sending: false,
            queue: Vec::new(),
            served: 0,
            worth: 0,
            vouchers_seen: 0,
            dead: false,
            outstanding: 0,
            received: 0,
            verified: 0,
            resting: false,
            condemned: false,
            lane: None,
            told: None,
            redeeming_until: 0,
            widest: 0,
        });
        let mut world = Self {
            links: links.collect(),
            payer: Payer::new(PayerLimits {
                max_price_per_mib: PRICE,
                budget: Balance::MAX,
                max_window: MAX_WINDOW,
            }),
            now: Duration::ZERO,
            made: 0,
            events: BTreeMap::new(),
            queue: BinaryHeap::new(),
            unreserved: scenario.chain.unreserved,
            blocks: VecDeque::new(),
            open: scenario.chunks,
            missing: scenario.chunks,
            signed: 0,
            rng: ChaCha8Rng::seed_from_u64(scenario.seed),
            outcome: Outcome::default(),
            scenario,
        };
        world.payer.missing(CARD, world.missing * CHUNK_LEN);
        let start = world.scenario.chain.start;
        if start != Start::Bare && world.scenario.payer != PayerManner::Overspends {
            let share = cost(PRICE, world.scenario.chain.prepared)
                .min(world.unreserved / world.links.len() as Balance);
            // A malicious payer has room to fill as he likes.
            let room = if world.scenario.payer == PayerManner::Honest {
                1
            } else {
                2
            };
            for at in 0..world.links.len() {
                world.open_lane(at, share, room);
                if start == Start::Row {
                    world.make_rows(at, &[CARD]);
                }
            }
        }
        for _ in 0..=LAG {
            world.seal();
        }
        for at in 0..world.links.len() {
            world.tell_lane(at);
        }
        for at in 0..world.links.len() {
            let after = world.half_way();
            world.after(after, Event::Greeted(at));
        }
        world.after(BLOCK, Event::Block);
        world
    }

    pub fn run(mut self) -> Outcome {
        while let Some(Reverse((at, number))) = self.queue.pop() {
            if at > self.scenario.ends_at || self.outcome.done_at.is_some() {
                break;
            }
            self.now = at;
            let event = self.events.remove(&number).expect("each is made once");
            self.happen(event);
        }
        self.settle();
        self.outcome
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Greeted(at) => self.greeted(at),
            Event::Asked(at, epoch) => self.asked(at, epoch),
            Event::Due(at, epoch, vouched) => {
                if self.is_now(at, epoch) {
                    self.payer.due(self.links[at].account, CARD, vouched);
                    self.links[at].outstanding -= 1;
                    self.open += 1;
                    if !std::mem::replace(&mut self.links[at].resting, true) {
                        self.after(PAYMENT_REST, Event::Retry(at));
                    }
                }
            }
            Event::Sent(at, epoch) => self.sent(at, epoch),
            Event::Came(at, epoch, garbage) => self.came(at, epoch, garbage),
            Event::Voucher(at, epoch, voucher) => self.voucher(at, epoch, voucher),
            Event::Stored(at, epoch, voucher) => self.stored(at, epoch, voucher),
            Event::Accepted(at, epoch, best) => {
                if self.is_now(at, epoch) {
                    let account = self.links[at].account;
                    // A payer that signs for another card does so behind the back of its books.
                    let best: Vec<_> = best.into_iter().filter(|line| line.card == CARD).collect();
                    self.payer
                        .accepted(account, &best, self.now)
                        .expect("payees here do not claim");
                    self.links[at].resting = false;
                }
            }
            Event::LaneOpened(at, reserve, room) => self.open_lane(at, reserve, room),
            Event::RowsMade(at, lines) => {
                let cards: Vec<CardId> = lines.iter().map(|line| line.card).collect();
                self.make_rows(at, &cards);
            }
            Event::Redeemed(at, vouchers) => self.redeem(at, &vouchers),
            Event::Returns(at) => {
                self.links[at].dead = false;
                let after = self.half_way();
                self.after(after, Event::Greeted(at));
            }
            Event::Retry(at) => self.links[at].resting = false,
            Event::Block => {
                self.seal();
                for at in 0..self.links.len() {
                    self.tell_credit(at);
                    self.tell_lane(at);
                    self.send_redemption(at);
                }
                self.after(BLOCK, Event::Block);
            }
        }
        for at in 0..self.links.len() {
            self.act(at);
        }
    }

    /// What the payer does about one payee after an event.
    fn act(&mut self, at: usize) {
        if self.links[at].dead || self.links[at].condemned {
            return;
        }
        let (account, epoch) = (self.links[at].account, self.links[at].epoch);
        self.links[at].widest = self.links[at].widest.max(self.payer.window(&account, CARD));
        while let Some(action) = self.payer.poll_line(account, CARD, self.now) {
            match action {
                PayerAction::Sign { payee, lines } => {
                    self.signed += 1;
                    if matches!(self.scenario.payer, PayerManner::StopsAfter(most) if self.signed > most) {
                        continue;
                    }
                    let voucher = voucher(payee, self.mix(lines));
                    let after = self.half_way();
                    self.after(after, Event::Voucher(at, epoch, voucher));
                }
                PayerAction::OpenLane { reserve, lines, .. } => {
                    if self.scenario.payer != PayerManner::Overspends {
                        let wait = self.next_block();
                        self.after(wait, Event::LaneOpened(at, reserve, lines));
                    }
                }
                PayerAction::MakeRows { lines, .. } => {
                    let makes = self.scenario.chain.payer_makes_rows;
                    if makes && self.scenario.payer != PayerManner::FillsRoom {
                        let wait = self.next_block();
                        self.after(wait, Event::RowsMade(at, lines));
                    }
                }
            }
        }
        while self.may_ask(at) {
            self.links[at].outstanding += 1;
            self.open -= 1;
            let after = self.half_way();
            self.after(after, Event::Asked(at, epoch));
        }
    }

    fn may_ask(&self, at: usize) -> bool {
        let link = &self.links[at];
        let obeys = !matches!(self.scenario.payer, PayerManner::StopsAfter(_));
        let paid = match self.payer.limit(&link.account, CARD) {
            Some(limit) if obeys => limit >= link.received + (link.outstanding + 1) * CHUNK_LEN,
            _ => true,
        };
        self.open > 0 && !link.resting && paid && link.outstanding < PIPELINE && link.epoch > 0
    }

    fn greeted(&mut self, at: usize) {
        self.tell_credit(at);
        let (price, now) = (self.scenario.price, self.now);
        let link = &mut self.links[at];
        // A pool that is closed is not served, and the payer goes elsewhere.
        let Ok(terms) = link.books.greet(0, SESSION, CARD, price, now) else {
            return;
        };
        let terms = Terms { ..terms };
        link.epoch += 1;
        (link.outstanding, link.received, link.resting) = (0, 0, false);
        if self.payer.terms(link.account, CARD, &terms).is_err() {
            link.condemned = true;
        }
    }

    fn asked(&mut self, at: usize, epoch: u64) {
        if !self.is_now(at, epoch) || self.scenario.payees[at] == PayeeManner::Silent {
            return;
        }
        let (price, now) = (self.scenario.price, self.now);
        let after = self.half_way();
        let link = &mut self.links[at];
        let refuses =
            matches!(self.scenario.payees[at], PayeeManner::RefusesAfter(most) if link.served >= most);
        let serving = link.books.may_serve(&0, CARD, price, CHUNK_LEN, now);
        match serving {
            Serving::Serve(charge) if !refuses => {
                link.queue.push((epoch, charge));
                self.send(at);
            }
            Serving::Serve(charge) => {
                link.books.not_served(&0, CARD, charge);
                self.after(after, Event::Due(at, epoch, 0));
            }
            Serving::Due { vouched, .. } => self.after(after, Event::Due(at, epoch, vouched)),
        }
    }

    fn send(&mut self, at: usize) {
        let link = &mut self.links[at];
        if link.sending || link.queue.is_empty() {
            return;
        }
        link.sending = true;
        let (epoch, charge) = link.queue.remove(0);
        link.worth += cost(self.scenario.price, charge.owed);
        link.served += 1;
        let took = Duration::from_secs_f64(CHUNK_LEN as f64 / self.scenario.rates[at] as f64);
        self.after(took, Event::Sent(at, epoch));
    }

    fn sent(&mut self, at: usize, epoch: u64) {
        self.links[at].sending = false;
        let most = self.links[at].served;
        let garbage = matches!(self.scenario.payees[at], PayeeManner::GarbageAfter(good) if most > good);
        let after = self.half_way();
        self.after(after, Event::Came(at, epoch, garbage));
        self.send(at);
    }

    fn came(&mut self, at: usize, epoch: u64, garbage: bool) {
        if !self.is_now(at, epoch) || self.links[at].condemned {
            return;
        }
        let account = self.links[at].account;
        self.links[at].outstanding -= 1;
        self.links[at].received += CHUNK_LEN;
        if garbage {
            self.payer.condemned(account);
            self.links[at].condemned = true;
            self.open += self.links[at].outstanding + 1;
            return;
        }
        self.links[at].verified += CHUNK_LEN;
        self.missing -= 1;
        self.payer.missing(CARD, self.missing * CHUNK_LEN);
        self.payer.verified(account, CARD, CHUNK_LEN, self.now);
        self.outcome.first_at.get_or_insert(self.now);
        if self.missing == 0 {
            self.outcome.done_at = Some(self.now);
        }
    }

    fn voucher(&mut self, at: usize, epoch: u64, voucher: SignedVoucher<Account>) {
        if !self.is_now(at, epoch) {
            return;
        }
        let link = &mut self.links[at];
        link.vouchers_seen += 1;
        if self.scenario.payees[at] == PayeeManner::DiesAtVoucher(link.vouchers_seen) {
            return self.die(at);
        }
        if link.books.judge(SESSION, &voucher.voucher.lines).is_ok() {
            let storing = self.scenario.storing;
            self.after(storing, Event::Stored(at, epoch, voucher));
        }
    }

    fn stored(&mut self, at: usize, epoch: u64, voucher: SignedVoucher<Account>) {
        if !self.is_now(at, epoch) {
            return;
        }
        let link = &mut self.links[at];
        let lines = voucher.voucher.lines.clone();
        link.disk.push(voucher.clone());
        link.books.stored(voucher, self.now);
        let best = link.books.best(SESSION, &lines);
        let after = self.half_way();
        self.after(after, Event::Accepted(at, epoch, best));
    }

    fn die(&mut self, at: usize) {
        let account = self.links[at].account;
        self.payer.left(account, CARD);
        let link = &mut self.links[at];
        self.open += link.outstanding;
        (link.dead, link.outstanding, link.sending) = (true, 0, false);
        link.epoch += 1;
        link.queue.clear();
        // What was free today is forgotten too, so nothing is.
        let mut limits = limits(0);
        limits.free_per_day = 0;
        link.books = Payee::new(limits);
        for voucher in &link.disk {
            assert!(link.books.restore(voucher.clone(), self.now));
        }
        self.after(Duration::from_secs(1), Event::Returns(at));
    }

    fn open_lane(&mut self, at: usize, reserve: Balance, room: u16) {
        if self.is_closed() {
            return;
        }
        let reserve = reserve.min(self.unreserved);
        self.unreserved -= reserve;
        self.links[at].lane.get_or_insert_default().add(reserve, room);
        let nothing_came = |link: &&Link| link.verified == 0;
        let lanes = self.links.iter().filter(nothing_came).flat_map(|link| &link.lane);
        let locked = lanes.map(|lane| lane.reserve).sum();
        self.outcome.locked_for_nothing = self.outcome.locked_for_nothing.max(locked);
    }

    /// A unit for each, so that they have rows.
    fn make_rows(&mut self, at: usize, cards: &[CardId]) {
        let unreserved = &mut self.unreserved;
        if let Some(lane) = &mut self.links[at].lane {
            let lines: Vec<_> = cards.iter().map(|card| (*card, 1)).collect();
            lane.redeem(&lines, unreserved);
        }
    }

    /// Fills a lane's room with cards that the payee never heard of.
    fn fill_room(&mut self, at: usize) {
        let room = self.links[at].lane.as_ref().map_or(0, |lane| lane.room);
        for junk in 0..room {
            self.make_rows(at, &[JUNK + CardId::from(junk)]);
        }
    }

    /// What a payee sends at a new finalised head, unless it waits for what it sent.
    fn send_redemption(&mut self, at: usize) {
        let (height, now) = (self.height(), self.now);
        let link = &mut self.links[at];
        let finalised = self.blocks.front().map_or(0, |block| block.height);
        if link.dead || height < link.redeeming_until || link.books.redeemable(finalised, now).is_empty() {
            return;
        }
        link.redeeming_until = height + LAG as u32 + 1;
        let vouchers = link.books.unredeemed(SESSION);
        self.after(BLOCK, Event::Redeemed(at, vouchers));
    }

    fn redeem(&mut self, at: usize, vouchers: &[SignedVoucher<Account>]) {
        if self.height() > self.ends_at() {
            return;
        }
        let rows = self.links[at].lane.iter().flat_map(|lane| &lane.rows);
        let front_runs = match self.scenario.payer {
            PayerManner::FillsRoom => true,
            PayerManner::MixesAfter(_) => rows.clone().any(|(card, _)| *card == CARD),
            _ => false,
        };
        if front_runs {
            self.fill_room(at);
        }
        let unreserved = &mut self.unreserved;
        if let Some(lane) = &mut self.links[at].lane {
            for voucher in vouchers {
                let lines = voucher.voucher.lines.iter();
                let lines: Vec<_> = lines.map(|line| (line.card, line.cumulative)).collect();
                lane.redeem(&lines, unreserved);
            }
        }
    }

    /// A block is made.
    fn seal(&mut self) {
        let block = Block {
            height: self.height(),
            unreserved: self.unreserved,
            ends_at: self.ends_at(),
            lanes: self.links.iter().map(|link| link.lane.clone()).collect(),
        };
        self.blocks.push_back(block);
        if self.blocks.len() > LAG + 1 {
            self.blocks.pop_front();
        }
    }

    fn tell_credit(&mut self, at: usize) {
        let Some(block) = self.blocks.front() else {
            return;
        };
        let lane = block.lanes[at].clone();
        let credit = Credit {
            at: block.height,
            reserve: lane.as_ref().map_or(0, |lane| lane.reserve),
            shared: block.unreserved,
            redeemed: lane.as_ref().map(|lane| lane.rows.clone()).unwrap_or_default(),
            room: lane.map(|lane| lane.room),
            ends_at: block.ends_at,
        };
        let evicted = self.links[at].books.credit(SESSION, credit);
        assert_eq!(evicted, Ok(None), "there is room for one");
    }

    /// The payer is told of a lane when it has changed.
    fn tell_lane(&mut self, at: usize) {
        let lane = self.blocks.front().and_then(|block| block.lanes[at].clone());
        if lane == self.links[at].told {
            return;
        }
        self.links[at].told.clone_from(&lane);
        let lane = lane.unwrap_or_default();
        let state = LaneState {
            reserve: lane.reserve,
            redeemed: lane.rows.values().sum(),
            room: lane.room,
            cards: lane.rows.into_keys().collect(),
        };
        self.payer.lane(self.links[at].account, state);
    }

    /// After all: who can be paid is, while there is money, in the order of the payees. A lane that was never opened is not.
    fn settle(&mut self) {
        if self.scenario.payer == PayerManner::Overspends {
            // The worst for those who come last, with lanes for all.
            for link in &mut self.links {
                link.lane.get_or_insert_default().add(0, 1);
            }
        }
        // Once for all that is payable, and once more for what others' lines kept from it.
        for _ in 0..2 {
            for at in 0..self.links.len() {
                self.blocks.clear();
                self.seal();
                self.tell_credit(at);
                let vouchers = self.links[at].books.unredeemed(SESSION);
                self.redeem(at, &vouchers);
            }
        }
        let price = self.scenario.price;
        let free = self.scenario.free_bytes;
        for link in &self.links {
            let verified = cost(price, link.verified.saturating_sub(free));
            let redeemed = link.lane.as_ref().map_or(0, |lane| lane.rows.values().sum());
            self.outcome.losses.push(Loss {
                payer: redeemed.saturating_sub(verified),
                payee: link.worth.saturating_sub(redeemed),
                payers_window: cost(price, link.widest),
            });
        }
    }

    fn is_closed(&self) -> bool {
        self.scenario.chain.closes_at.is_some_and(|at| self.now >= at)
    }

    fn height(&self) -> u32 {
        (self.now.as_secs() / BLOCK.as_secs()) as u32
    }

    fn ends_at(&self) -> u32 {
        match self.scenario.chain.closes_at {
            Some(at) if self.is_closed() => (at.as_secs() / BLOCK.as_secs()) as u32 + CLOSING,
            _ => ENDS_AT,
        }
    }

    /// How long until the next block has what is sent now.
    fn next_block(&self) -> Duration {
        BLOCK - Duration::from_nanos((self.now.as_nanos() % BLOCK.as_nanos()) as u64)
    }

    /// The lines that are signed instead of these.
    fn mix(&self, lines: VoucherLines) -> VoucherLines {
        if !matches!(self.scenario.payer, PayerManner::MixesAfter(first) if self.signed > first) {
            return lines;
        }
        let another = VoucherLine {
            card: ANOTHER,
            cumulative: 1,
        };
        VoucherLines::truncate_from(lines.into_iter().chain([another]).collect())
    }

    fn is_now(&self, at: usize, epoch: u64) -> bool {
        self.links[at].epoch == epoch && !self.links[at].dead
    }

    /// Half a round trip and some chance.
    fn half_way(&mut self) -> Duration {
        let most = (self.scenario.round_trip.as_micros() as u64 / 50).max(1);
        self.scenario.round_trip / 2 + Duration::from_micros(self.rng.next_u64() % most)
    }

    fn after(&mut self, wait: Duration, event: Event) {
        self.made += 1;
        self.events.insert(self.made, event);
        self.queue.push(Reverse((self.now + wait, self.made)));
    }
}

fn limits(free_per_peer: u64) -> PayeeLimits {
    PayeeLimits {
        free_per_peer,
        free_per_day: u64::MAX,
        window: MIN_WINDOW,
        // So that the bound of the loss is one number.
        max_window: MIN_WINDOW,
        margin: MARGIN,
        redeem_at: 64 * PRICE,
        redeem_after: Duration::from_secs(60),
        dust: CHUNK_LEN.into(),
    }
}

fn voucher(payee: Account, lines: VoucherLines) -> SignedVoucher<Account> {
    let voucher = Voucher {
        pool: SESSION.pool,
        session: SESSION.session,
        payee,
        lines,
    };
    SignedVoucher {
        voucher,
        signature: [0; 64],
    }
}
