//! Books for both sides, around the real ledgers. Signatures are not this crate's business: here one is the key, twice.

use super::*;
use hashcard_primitives::channel::{SessionKey, VoucherLines};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::{
    Charge, Credit, Judged, Payee, PayeeLimits, Payer, PayerAction, PayerLimits, Serving,
};
use hashcard_protocol::limits::{MAX_WINDOW, ROW_AMOUNT};
use hashcard_protocol::payment::{Account, Decline, Hello, Promise, SessionRef, Terms};
use std::time::Instant;

pub const CARD: u64 = 5;
pub const SESSION: SessionRef = SessionRef { pool: 1, session: 2 };
/// One unit for a byte, so that amounts are bytes.
pub const PRICE: Balance = 1 << 20;
pub const MIB: u64 = 1 << 20;
const GENESIS: [u8; 32] = [9; 32];
const KEY: [u8; 32] = [4; 32];
const SIGNATURE: [u8; 64] = [4; 64];

/// The account of a seeder, in these tests.
pub fn account(peer: &[u8]) -> Account {
    *peer.last_chunk().expect("a peer id has more than 32 bytes")
}

pub fn hello(payee: &[u8]) -> Hello {
    Hello {
        genesis: GENESIS,
        payer: SESSION,
        key: SessionKey::Ed25519(KEY),
        payee: account(payee),
        card: CARD,
        root: ROOT,
    }
}

pub fn promise(amount: u64) -> Promise {
    let line = hashcard_primitives::channel::VoucherLine {
        card: CARD,
        cumulative: Balance::from(amount),
    };
    Promise {
        lines: VoucherLines::try_from(vec![line]).unwrap(),
        signature: SIGNATURE,
    }
}

/// A payee whose payer has a pool full of money and a lane with a row for the card.
pub struct Books {
    pub ledger: Mutex<Payee<Vec<u8>>>,
    blob_len: u64,
    price: Balance,
    started: Instant,
    /// Whom it takes payments for; unset: for whoever is named.
    pub payee: Mutex<Option<Account>>,
    /// Told when a greeting has been left.
    pub left: mpsc::UnboundedSender<()>,
}

impl Books {
    pub fn new(blob_len: u64, price: Balance, free: u64) -> (Arc<Self>, mpsc::UnboundedReceiver<()>) {
        let mut ledger = Payee::new(PayeeLimits {
            free_per_peer: free,
            free_per_day: u64::MAX,
            window: MIB,
            max_window: MIB,
            margin: 10,
            redeem_at: Balance::MAX,
            redeem_after: Duration::MAX,
            dust: 0,
        });
        let credit = Credit {
            reserve: 1 << 60,
            redeemed: [(CARD, ROW_AMOUNT)].into(),
            room: Some(9),
            ends_at: 1000,
            ..Credit::default()
        };
        ledger.credit(SESSION, credit).unwrap();
        let (left, was_left) = mpsc::unbounded_channel();
        let books = Self {
            ledger: Mutex::new(ledger),
            blob_len,
            price,
            started: Instant::now(),
            payee: Mutex::default(),
            left,
        };
        (Arc::new(books), was_left)
    }

    /// Earned and vouched, for the only card.
    pub fn amounts(&self) -> (u64, u64) {
        let lines = self.ledger.lock().unwrap().lines(SESSION);
        let line = lines.get(&CARD).copied().unwrap_or_default();
        (line.earned as u64, line.vouched as u64)
    }
}

impl Till for Books {
    fn may_serve(&self, peer: &[u8], _: &ContentRoot, chunk: u64) -> Serving {
        let bytes = chunk_len(self.blob_len, chunk);
        let mut ledger = self.ledger.lock().unwrap();
        ledger.may_serve(&peer.to_vec(), CARD, self.price, bytes, self.started.elapsed())
    }

    fn not_served(&self, peer: &[u8], _: &ContentRoot, _: u64, charge: Charge) {
        self.ledger
            .lock()
            .unwrap()
            .not_served(&peer.to_vec(), CARD, charge);
    }

    fn greeted(&self, peer: &[u8], hello: &Hello, signature: &[u8; 64]) -> Result<Terms, Decline> {
        if hello.genesis != GENESIS {
            return Err(Decline::WRONG_CHAIN);
        }
        if self
            .payee
            .lock()
            .unwrap()
            .is_some_and(|payee| payee != hello.payee)
        {
            return Err(Decline::NOT_PAYEE);
        }
        if *signature != SIGNATURE {
            return Err(Decline::BAD_SIGNATURE);
        }
        let mut ledger = self.ledger.lock().unwrap();
        let now = self.started.elapsed();
        ledger.greet(peer.to_vec(), hello.payer, hello.card, self.price, now)
    }

    fn vouched(&self, _: &[u8], hello: &Hello, promise: Promise) -> Result<VoucherLines, Decline> {
        let mut ledger = self.ledger.lock().unwrap();
        let lines = promise.lines.clone();
        if let Judged::Store { .. } = ledger.judge(hello.payer, &lines)? {
            if promise.signature != SIGNATURE {
                return Err(Decline::BAD_SIGNATURE);
            }
            ledger.stored(hello.signed_voucher(promise), self.started.elapsed());
        }
        Ok(ledger.best(hello.payer, &lines))
    }

    fn left(&self, peer: &[u8], hello: &Hello) {
        self.ledger.lock().unwrap().left(&peer.to_vec(), hello.card);
        // A test that has ended does not listen.
        let _ = self.left.send(());
    }
}

/// A payer, and all that it was told.
pub struct Wallet {
    pub ledger: Mutex<Payer>,
    /// Promises after which nothing more is signed, and everything asked for all the same.
    pub honest_for: u32,
    signed: Mutex<u32>,
    pub told: Mutex<Vec<(Vec<u8>, PurseEvent)>>,
    pub on_unwanted: Box<dyn Fn() + Send + Sync>,
    /// Accounts that it greets before the right one.
    pub strangers: Mutex<Vec<Account>>,
    started: Instant,
}

impl Wallet {
    pub fn new(max_price_per_mib: Balance) -> Self {
        Self {
            ledger: Mutex::new(Payer::new(PayerLimits {
                max_price_per_mib,
                budget: Balance::MAX,
                max_window: MAX_WINDOW,
            })),
            honest_for: u32::MAX,
            signed: Mutex::new(0),
            told: Mutex::default(),
            on_unwanted: Box::new(|| ()),
            strangers: Mutex::default(),
            started: Instant::now(),
        }
    }

    /// Owed and promised to a seeder.
    pub fn amounts(&self, peer: &[u8]) -> (u64, u64) {
        let record = self.ledger.lock().unwrap().record(&account(peer), CARD);
        (record.owed as u64, record.promised as u64)
    }

    pub fn heard(&self, peer: &[u8], what: impl Fn(&PurseEvent) -> bool) -> usize {
        let told = self.told.lock().unwrap();
        told.iter()
            .filter(|(of, event)| of == peer && what(event))
            .count()
    }
}

impl Purse for Wallet {
    fn told(&self, peer: &[u8], event: PurseEvent) -> PurseReply {
        self.told.lock().unwrap().push((peer.to_vec(), event.clone()));
        let (payee, now) = (account(peer), self.started.elapsed());
        let mut ledger = self.ledger.lock().unwrap();
        let mut reply = PurseReply {
            greeting: None,
            promise: None,
            allowed: Allowed::UpTo(0),
        };
        let refused = match event {
            PurseEvent::Connected | PurseEvent::Declined(Decline::NOT_PAYEE) => {
                let stranger = self.strangers.lock().unwrap().pop();
                let right = hello(peer);
                let payee = stranger.unwrap_or(right.payee);
                reply.greeting = Some(Greeting {
                    hello: Hello { payee, ..right },
                    signature: SIGNATURE,
                });
                return reply;
            }
            PurseEvent::TakesNoPayment => {
                reply.allowed = Allowed::Anything;
                return reply;
            }
            PurseEvent::Terms(terms) => ledger.terms(payee, CARD, &terms).err().map(|why| why.to_string()),
            PurseEvent::Accepted { best } => ledger
                .accepted(payee, &best, now)
                .err()
                .map(|why| why.to_string()),
            PurseEvent::Declined(decline) => Some(decline.reason().to_string()),
            PurseEvent::Due { vouched, .. } => {
                ledger.due(payee, CARD, vouched);
                None
            }
            PurseEvent::Verified {
                bytes, missing, late, ..
            } => {
                ledger.missing(CARD, missing);
                match late {
                    false => ledger.verified(payee, CARD, bytes, now),
                    true => ledger.verified_late(payee, CARD, bytes, now),
                }
                None
            }
            PurseEvent::Unwanted { bytes, .. } => {
                ledger.unwanted(payee, CARD, bytes);
                (self.on_unwanted)();
                None
            }
            PurseEvent::Lied => {
                ledger.condemned(payee);
                None
            }
            PurseEvent::Left => {
                ledger.left(payee, CARD);
                None
            }
        };
        if let Some(why) = refused {
            reply.allowed = Allowed::Nothing(why);
            return reply;
        }
        while let Some(action) = ledger.poll_line(payee, CARD, now) {
            let PayerAction::Sign { lines, .. } = action else {
                continue;
            };
            let mut signed = self.signed.lock().unwrap();
            *signed += 1;
            if *signed <= self.honest_for {
                let signature = SIGNATURE;
                reply.promise = Some(Promise { lines, signature });
            }
        }
        reply.allowed = match ledger.limit(&payee, CARD) {
            _ if *self.signed.lock().unwrap() > self.honest_for => Allowed::Anything,
            Some(bytes) => Allowed::UpTo(bytes),
            None => Allowed::Anything,
        };
        reply
    }
}
