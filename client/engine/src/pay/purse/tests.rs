use super::*;
use crate::error::Code;
use crate::events::Events;
use crate::pay::journal::{self, Journal};
use crate::pay::lanes::{keep, OnChain, Pauses};
use crate::pay::session::SessionsInUse;
use ed25519_dalek::{Signature, Verifier};
use hashcard_primitives::channel::VoucherLine;
use std::sync::Arc;

const GENESIS: [u8; 32] = [1; 32];
const OWNER: Account = [2; 32];
const SESSION: SessionRef = SessionRef { pool: 41, session: 3 };
const CARD: CardId = 7;
const MIB: u64 = 1 << 20;
/// One unit for a byte, so that amounts are bytes.
const PRICE: Balance = 1 << 20;
const OWN_PEER: &[u8] = b"me";

/// A home with one session.
struct Home {
    folder: tempfile::TempDir,
    sessions: SessionsInUse,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            sessions: SessionsInUse::default(),
        }
    }

    fn journal(&self) -> Journal {
        let folder = self.folder.path();
        match Journal::open(folder, &GENESIS, SESSION).unwrap() {
            Some(journal) => journal,
            None => Journal::create(folder, &GENESIS, SESSION).unwrap(),
        }
    }

    fn session(&self) -> Session {
        Session {
            payer: SESSION,
            key: SigningKey::from_bytes(&[9; 32]),
            journal: self.journal(),
            lanes: Lanes::new(),
            expires_at: 1_000,
            claim: self.sessions.claim(SESSION, 0).unwrap(),
        }
    }

    /// A purse for so many bytes, with seats of Alice, Bob and others at a price.
    fn purse(&self, budget: Balance, missing: u64) -> Purse {
        self.purse_of(self.session(), budget, missing)
    }

    fn purse_of(&self, session: Session, budget: Balance, missing: u64) -> Purse {
        let limits = PayerLimits {
            max_price_per_mib: PRICE,
            budget,
            max_window: 8 * MIB,
        };
        let wanted = Wanted {
            card: CARD,
            root: ContentRoot([5; 32]),
            missing,
            seats: &[],
            own_peer: OWN_PEER.to_vec(),
        };
        let purse = Purse::new(GENESIS, OWNER, &wanted, limits, session);
        purse.meet(BTreeMap::from([
            (b"alice".to_vec(), vec![seat(10, Some(PRICE))]),
            (b"bob".to_vec(), vec![seat(11, Some(PRICE))]),
            (b"dear".to_vec(), vec![seat(12, Some(PRICE + 1))]),
            (b"free".to_vec(), vec![seat(13, Some(0))]),
            (b"unsaid".to_vec(), vec![seat(14, None)]),
            (b"mine".to_vec(), vec![seat(OWNER[0], Some(PRICE))]),
        ]));
        purse
    }

    /// What the record on disk says of a payee.
    fn promised(&self, payee: u8) -> Balance {
        let lines = journal::read(self.folder.path(), &GENESIS, SESSION)
            .unwrap()
            .unwrap();
        lines.get(&([payee; 32], CARD)).map_or(0, |line| line.promised)
    }
}

fn seat(payee: u8, price: Option<Balance>) -> Seat {
    Seat {
        payee: [payee; 32],
        price,
    }
}

fn terms(price_per_mib: Balance, free_bytes: u64, vouched: Balance, earned: Balance) -> Terms {
    Terms {
        price_per_mib,
        free_bytes,
        window: MIB,
        vouched,
        earned,
    }
}

fn chunk(missing: u64) -> PurseEvent {
    PurseEvent::Verified {
        chunk: 0,
        bytes: CHUNK_LEN,
        missing,
        late: false,
    }
}

fn accepted(cumulative: Balance) -> PurseEvent {
    let line = VoucherLine {
        card: CARD,
        cumulative,
    };
    PurseEvent::Accepted {
        best: VoucherLines::try_from(vec![line]).unwrap(),
    }
}

fn is_nothing(allowed: &Allowed, part: &str) -> bool {
    matches!(allowed, Allowed::Nothing(why) if why.contains(part))
}

/// Fetches as long as the purse lets; the bytes that came.
fn drink(purse: &Purse, peer: &[u8], mut missing: u64, first: PurseReply) -> (u64, PurseReply) {
    let (mut reply, mut came) = (first, 0);
    loop {
        if let Some(promise) = reply.promise.take() {
            let best = accepted(promise.lines[0].cumulative);
            reply = purse.told(peer, best);
            continue;
        }
        let Allowed::UpTo(bytes) = reply.allowed else {
            return (came, reply);
        };
        if came + CHUNK_LEN > bytes || missing == 0 {
            return (came, reply);
        }
        came += CHUNK_LEN;
        missing -= CHUNK_LEN;
        reply = purse.told(peer, chunk(missing));
    }
}

#[test]
fn a_greeting_is_signed_for_this_peer_by_the_sessions_key() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    let greeting = purse.told(b"alice", PurseEvent::Connected).greeting.unwrap();
    let hello = greeting.hello;
    assert_eq!((hello.payer, hello.payee, hello.card), (SESSION, [10; 32], CARD));
    let key = SigningKey::from_bytes(&[9; 32]).verifying_key();
    assert_eq!(hello.key, SessionKey::Ed25519(key.to_bytes()));
    let signature = Signature::from_bytes(&greeting.signature);
    key.verify(&hello.signed_bytes(OWN_PEER).unwrap(), &signature)
        .unwrap();
    assert!(key
        .verify(&hello.signed_bytes(b"other").unwrap(), &signature)
        .is_err());
}

#[test]
fn a_promise_is_on_disk_when_it_leaves_and_signed_for_the_chain() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    let hello = purse
        .told(b"alice", PurseEvent::Connected)
        .greeting
        .unwrap()
        .hello;
    assert_eq!(home.promised(10), 0);
    let promise = purse
        .told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)))
        .promise
        .unwrap();
    let promised = promise.lines[0].cumulative;
    assert_eq!(promised, Balance::from(MIB));
    assert_eq!(home.promised(10), promised);
    assert_eq!(
        (purse.spent(), purse.paid_to(b"alice"), purse.paid_to(b"bob")),
        (promised, promised, 0)
    );
    let key = SigningKey::from_bytes(&[9; 32]).verifying_key();
    let signature = Signature::from_bytes(&promise.signature);
    let voucher = hello.voucher(promise.lines);
    key.verify(&voucher.signed_bytes(&GENESIS), &signature).unwrap();
    assert!(key.verify(&voucher.signed_bytes(&[0; 32]), &signature).is_err());
}

#[test]
fn what_cannot_be_written_down_is_not_promised() {
    let home = Home::new();
    let mut session = home.session();
    session.journal.break_it();
    let purse = home.purse_of(session, 5 * Balance::from(MIB), 4 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    assert_eq!(reply.promise, None);
    assert!(
        is_nothing(&reply.allowed, "could not write"),
        "{:?}",
        reply.allowed
    );
    assert_eq!(home.promised(10), 0);
    assert_eq!(purse.failure().unwrap().code, Code::Disk);
    // And nobody else is greeted.
    assert_eq!(purse.told(b"bob", PurseEvent::Connected).greeting, None);
}

#[test]
fn who_is_free_dear_a_stranger_or_oneself_is_not_greeted_and_may_give_what_it_likes() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    for peer in [&b"free"[..], b"dear", b"mine", b"stranger"] {
        let reply = purse.told(peer, PurseEvent::Connected);
        assert_eq!((reply.greeting, reply.allowed), (None, Allowed::Anything));
    }
    assert_eq!(purse.cheapest_refused(), Some(PRICE + 1));
    assert!(purse.told(b"unsaid", PurseEvent::Connected).greeting.is_some());
    let reply = purse.told(b"unsaid", PurseEvent::TakesNoPayment);
    assert_eq!(reply.allowed, Allowed::Anything);
}

#[test]
fn who_asks_more_than_its_seat_says_is_left() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    purse.meet(BTreeMap::from([(
        b"alice".to_vec(),
        vec![seat(10, Some(PRICE / 2))],
    )]));
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE / 2 + 1, 0, 0, 0)));
    assert!(is_nothing(&reply.allowed, "its seat says"), "{:?}", reply.allowed);
    assert_eq!((reply.promise, purse.spent()), (None, 0));
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE / 2, 0, 0, 0)));
    assert!(reply.promise.is_some());
}

#[test]
fn who_turns_out_too_dear_gives_its_free_bytes_and_no_more() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    purse.told(b"unsaid", PurseEvent::Connected);
    let reply = purse.told(b"unsaid", PurseEvent::Terms(terms(PRICE + 9, MIB, 0, 0)));
    assert_eq!((reply.promise, reply.allowed), (None, Allowed::UpTo(MIB)));
    let reply = purse.told(b"unsaid", chunk(3 * MIB));
    assert_eq!((reply.promise, reply.allowed), (None, Allowed::UpTo(MIB)));
    let due = PurseEvent::Due {
        vouched: 1,
        secured: 0,
    };
    let reply = purse.told(b"unsaid", due);
    assert!(is_nothing(&reply.allowed, "for nothing"), "{:?}", reply.allowed);
    assert_eq!(
        (purse.spent(), purse.cheapest_refused(), purse.has_dealt()),
        (0, Some(PRICE + 9), false)
    );
}

#[test]
fn free_bytes_come_before_the_first_promise() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 8 * MIB, 0, 0)));
    let (came, reply) = drink(&purse, b"alice", 4 * MIB, reply);
    assert_eq!((came, purse.spent(), reply.promise), (4 * MIB, 0, None));
}

#[test]
fn a_whole_blob_costs_its_price_and_what_is_owed_is_written_down_in_the_end() {
    let home = Home::new();
    let purse = home.purse(9 * Balance::from(MIB), 4 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    let (came, _) = drink(&purse, b"alice", 4 * MIB, reply);
    assert_eq!((came, purse.paid_to(b"alice")), (4 * MIB, 4 * Balance::from(MIB)));
    assert!(!purse.is_spent());
    purse.write_down().unwrap();
    let lines = journal::read(home.folder.path(), &GENESIS, SESSION)
        .unwrap()
        .unwrap();
    assert_eq!(lines[&([10; 32], CARD)].owed, 4 * Balance::from(MIB));
}

#[test]
fn a_budget_is_never_passed_over_all_payees() {
    let home = Home::new();
    let budget = 3 * Balance::from(MIB);
    let purse = home.purse(budget, 64 * MIB);
    for peer in [&b"alice"[..], b"bob"] {
        purse.told(peer, PurseEvent::Connected);
        let reply = purse.told(peer, PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
        let (came, last) = drink(&purse, peer, 64 * MIB, reply);
        assert!(Balance::from(came) <= budget);
        assert!(is_nothing(&last.allowed, "budget"), "{:?}", last.allowed);
    }
    assert_eq!(purse.spent(), budget);
    assert_eq!(purse.paid_to(b"alice") + purse.paid_to(b"bob"), budget);
    assert!(purse.is_spent());
}

#[test]
fn promises_of_an_earlier_fetch_are_known_and_not_paid_again() {
    let home = Home::new();
    let purse = home.purse(9 * Balance::from(MIB), 64 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    assert!(reply.promise.is_some());
    let before = purse.spent();
    drop(purse);

    let purse = home.purse(9 * Balance::from(MIB), 64 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, before, 0)));
    // The window is promised already; nothing new is.
    assert_eq!(
        (reply.promise, purse.spent(), purse.paid_to(b"alice")),
        (None, 0, 0)
    );
    assert_eq!(reply.allowed, Allowed::UpTo(MIB));
    // A payee that did not store the promise is sent it again, for nothing more.
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    assert_eq!(reply.promise.unwrap().lines[0].cumulative, before);
    assert_eq!(purse.spent(), 0);
}

#[test]
fn a_payee_that_knows_more_promises_than_the_record_is_left() {
    let home = Home::new();
    let purse = home.purse(9 * Balance::from(MIB), 64 * MIB);
    purse.told(b"alice", PurseEvent::Connected);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 1, 0)));
    assert!(
        is_nothing(&reply.allowed, "another session"),
        "{:?}",
        reply.allowed
    );
    assert_eq!(purse.spent(), 0);
}

#[test]
fn a_liar_and_a_payee_that_declines_are_left_and_why_is_told() {
    let home = Home::new();
    let purse = home.purse(9 * Balance::from(MIB), 64 * MIB);
    for peer in [&b"alice"[..], b"bob"] {
        purse.told(peer, PurseEvent::Connected);
        purse.told(peer, PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    }
    let spent = purse.spent();
    let reply = purse.told(b"alice", PurseEvent::Lied);
    assert!(is_nothing(&reply.allowed, "wrong bytes"));
    assert!(!purse.is_worth_another_try());
    let reply = purse.told(b"bob", PurseEvent::Declined(Decline::UNKNOWN_SESSION));
    assert!(is_nothing(&reply.allowed, "finalised"));
    assert_eq!((reply.promise, purse.spent()), (None, spent));
    assert!(purse.is_worth_another_try() && !purse.is_worth_another_try());
    assert!(purse.refusals().contains("wrong bytes") && purse.refusals().contains("finalised"));
}

fn not_payee() -> PurseEvent {
    PurseEvent::Declined(Decline::NOT_PAYEE)
}

/// The account that a reply greets.
fn greets(reply: &PurseReply) -> Option<u8> {
    reply.greeting.as_ref().map(|greeting| greeting.hello.payee[0])
}

#[test]
fn a_strangers_seat_does_not_keep_a_peer_from_being_paid() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    let seats: Vec<Seat> = (20..23).map(|payee| seat(payee, Some(1))).collect();
    let seats = [seats, vec![seat(10, Some(PRICE))]].concat();
    let meet = || purse.meet(BTreeMap::from([(b"alice".to_vec(), seats.clone())]));
    meet();
    let mut reply = purse.told(b"alice", PurseEvent::Connected);
    for payee in [20, 21, 22] {
        assert_eq!(greets(&reply), Some(payee));
        reply = purse.told(b"alice", not_payee());
        assert_eq!(
            (reply.allowed.clone(), reply.promise.clone()),
            (Allowed::UpTo(0), None)
        );
    }
    assert_eq!(greets(&reply), Some(10));
    assert_eq!(purse.payee_of(b"alice"), None);
    let reply = purse.told(b"alice", PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
    let (came, _) = drink(&purse, b"alice", 4 * MIB, reply);
    assert_eq!((came, purse.paid_to(b"alice")), (4 * MIB, 4 * Balance::from(MIB)));
    assert_eq!(purse.payee_of(b"alice"), Some([10; 32]));
    assert_eq!(
        (home.promised(10), home.promised(20)),
        (4 * Balance::from(MIB), 0)
    );
    // It is the first that is greeted from then on, whatever the order on chain.
    meet();
    purse.told(b"alice", PurseEvent::Left);
    assert_eq!(greets(&purse.told(b"alice", PurseEvent::Connected)), Some(10));
}

#[test]
fn a_peer_that_is_nobodys_payee_is_left_once_all_its_seats_were_tried() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    purse.meet(BTreeMap::from([(
        b"alice".to_vec(),
        vec![seat(20, None), seat(21, None)],
    )]));
    for _ in 0..2 {
        let reply = purse.told(b"alice", PurseEvent::Connected);
        assert!(greets(&reply).is_some());
        assert!(greets(&purse.told(b"alice", not_payee())).is_some());
        let reply = purse.told(b"alice", not_payee());
        assert!(greets(&reply).is_none() && is_nothing(&reply.allowed, "another account"));
        purse.told(b"alice", PurseEvent::Left);
    }
}

#[test]
fn a_strangers_seat_with_a_price_does_not_keep_a_peer_from_giving_for_nothing() {
    let home = Home::new();
    let purse = home.purse(5 * Balance::from(MIB), 4 * MIB);
    purse.meet(BTreeMap::from([(
        b"alice".to_vec(),
        vec![seat(20, Some(1)), seat(10, Some(0))],
    )]));
    assert_eq!(greets(&purse.told(b"alice", PurseEvent::Connected)), Some(20));
    let reply = purse.told(b"alice", not_payee());
    assert_eq!((greets(&reply), reply.allowed), (None, Allowed::UpTo(u64::MAX)));
    let reply = purse.told(b"alice", chunk(3 * MIB));
    assert_eq!((reply.allowed, purse.spent()), (Allowed::UpTo(u64::MAX), 0));
    // And one that is free on chain does not keep it from being paid.
    purse.meet(BTreeMap::from([(
        b"bob".to_vec(),
        vec![seat(20, Some(0)), seat(11, Some(PRICE))],
    )]));
    assert_eq!(greets(&purse.told(b"bob", PurseEvent::Connected)), Some(11));
}

#[test]
fn a_session_is_free_again_when_its_purse_is_gone() {
    let home = Home::new();
    let purse = home.purse(1, MIB);
    assert!(home.sessions.claim(SESSION, 1).is_none());
    drop(purse);
    assert!(home.sessions.claim(SESSION, 1).is_some());
}

const AT_ONCE: Pauses = Pauses {
    gather: Duration::ZERO,
    try_again: Duration::ZERO,
};

/// A chain that opens lanes, or does not.
#[derive(Default)]
struct FakeChain {
    calls: Mutex<Vec<Wishes>>,
    refusing: Mutex<u32>,
    lanes: Mutex<Lanes>,
    spendable: Balance,
    refuses_rows: bool,
}

impl OnChain for FakeChain {
    async fn spendable(&self) -> Result<Balance, EngineError> {
        Ok(self.spendable)
    }

    async fn open(&self, wishes: Wishes) -> Result<(), EngineError> {
        self.calls.lock().unwrap().push(wishes.clone());
        let mut refusing = self.refusing.lock().unwrap();
        if *refusing > 0 {
            *refusing -= 1;
            return Err(EngineError::new(Code::NodeDown, "the node is away", "wait"));
        }
        let mut lanes = self.lanes.lock().unwrap();
        for opening in wishes.openings {
            let lane = lanes.entry(opening.payee).or_default();
            lane.reserve += opening.reserve;
            lane.room += opening.lines;
        }
        for row in wishes.rows.iter().filter(|_| !self.refuses_rows) {
            let lane = lanes.get_mut(&row.voucher.payee).expect("a lane before rows");
            lane.cards.extend(row.voucher.lines.iter().map(|line| line.card));
        }
        Ok(())
    }

    async fn lanes(&self) -> Result<Lanes, EngineError> {
        Ok(self.lanes.lock().unwrap().clone())
    }
}

fn promising(home: &Home, peers: &[&[u8]]) -> Arc<Purse> {
    let purse = home.purse(100 * Balance::from(MIB), 8 * MIB);
    for peer in peers {
        purse.told(peer, PurseEvent::Connected);
        purse.told(peer, PurseEvent::Terms(terms(PRICE, 0, 0, 0)));
        // What delivers nothing gets no lane.
        purse.told(peer, chunk(7 * MIB));
    }
    Arc::new(purse)
}

#[tokio::test]
async fn lanes_that_are_asked_for_together_are_one_call_and_their_state_is_the_chains() {
    let home = Home::new();
    let purse = promising(&home, &[b"alice", b"bob"]);
    let chain = FakeChain {
        spendable: 100 * Balance::from(MIB),
        ..FakeChain::default()
    };
    let (events, _said) = Events::channel();
    purse.close();
    keep(&purse, &chain, AT_ONCE, &events).await;
    let calls = chain.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 1);
    let payees: Vec<Account> = calls[0].openings.iter().map(|opening| opening.payee).collect();
    assert_eq!(payees, [[10; 32], [11; 32]]);
    for opening in &calls[0].openings {
        // What was promised, and what is still missing.
        let promised = home.promised(opening.payee[0]);
        assert_eq!(
            (opening.reserve, opening.lines),
            (promised + 7 * Balance::from(MIB), 1)
        );
    }
    // Each with a row for the card, for a unit.
    for (row, payee) in calls[0].rows.iter().zip(payees) {
        let line = VoucherLine {
            card: CARD,
            cumulative: 1,
        };
        assert_eq!(
            (row.voucher.payee, row.voucher.lines.to_vec()),
            (payee, vec![line])
        );
    }
    assert_eq!(calls[0].rows.len(), 2);
    // What is open is not asked for again.
    purse.told(b"alice", chunk(6 * MIB));
    assert_eq!(purse.wanted_lanes(Duration::ZERO).await, None);
    assert!(purse.failure().is_none());
}

#[tokio::test]
async fn a_row_that_the_chain_refuses_is_not_asked_for_again() {
    let home = Home::new();
    let purse = promising(&home, &[b"alice"]);
    let chain = FakeChain {
        spendable: 100 * Balance::from(MIB),
        refuses_rows: true,
        ..FakeChain::default()
    };
    let (events, _said) = Events::channel();
    purse.close();
    keep(&purse, &chain, AT_ONCE, &events).await;
    assert_eq!(chain.calls.lock().unwrap()[0].rows.len(), 1);
    purse.told(b"alice", chunk(6 * MIB));
    assert_eq!(purse.wanted_lanes(Duration::ZERO).await, None);
}

#[tokio::test]
async fn a_lane_that_was_not_opened_is_asked_for_again() {
    let home = Home::new();
    let purse = promising(&home, &[b"alice"]);
    let chain = Arc::new(FakeChain {
        spendable: 100 * Balance::from(MIB),
        refusing: Mutex::new(1),
        ..FakeChain::default()
    });
    let (events, mut said) = Events::channel();
    let keeping = tokio::spawn({
        let (purse, chain) = (purse.clone(), chain.clone());
        async move { keep(&purse, &*chain, AT_ONCE, &events).await }
    });
    let trouble = said.recv().await.unwrap();
    assert!(matches!(trouble, crate::command::Event::Trouble { .. }));
    while purse.failure().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(purse.failure().unwrap().code, Code::NodeDown);
    // The next event of the payee brings it up again.
    purse.told(b"alice", chunk(7 * MIB));
    while chain.lanes.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    purse.close();
    keeping.await.unwrap();
    assert!(purse.failure().is_none());
    assert_eq!(chain.calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_closed_purse_does_not_wait_for_a_chain_that_refuses() {
    let home = Home::new();
    let purse = promising(&home, &[b"alice"]);
    let chain = FakeChain {
        refusing: Mutex::new(u32::MAX),
        spendable: 1,
        ..FakeChain::default()
    };
    let (events, _said) = Events::channel();
    purse.close();
    keep(
        &purse,
        &chain,
        Pauses {
            try_again: Duration::MAX,
            ..AT_ONCE
        },
        &events,
    )
    .await;
    assert_eq!(chain.calls.lock().unwrap().len(), 1);
    assert_eq!(purse.failure().unwrap().code, Code::NodeDown);
}
