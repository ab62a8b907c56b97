use super::asked::{CARDS_PER_SESSION, KNOWN, STRANGERS, STRANGERS_PER_PEER};
use super::*;
use crate::error::Code;
use crate::pay::price::{Asking, Offered};
use crate::pay::vouchers::Kept;
use codec::Encode;
use ed25519_zebra::{SigningKey, VerificationKey};
use hashcard_primitives::channel::{LaneView, PoolView, SessionView, VoucherLine};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

const GENESIS: [u8; 32] = [9; 32];
const PAYEE: Account = [8; 32];
const ROOT: ContentRoot = ContentRoot([7; 32]);
const CARD: CardId = 5;
/// One unit for a byte, so that amounts are bytes.
const PRICE: Balance = 1 << 20;
const PAYER: SessionRef = SessionRef { pool: 1, session: 2 };
const PEER: &[u8] = b"a peer";
const HEAD: At = At {
    number: 100,
    hash: [1; 32],
};

const NEXT: At = At {
    number: 101,
    hash: [2; 32],
};

/// A chain with a session, and as many others as are asked for.
struct Told {
    view: Option<CreditView<Account>>,
    asked: Arc<AtomicUsize>,
}

impl Witness for Told {
    fn head(&self) -> Result<At, EngineError> {
        Ok(HEAD)
    }

    fn credit(
        &self,
        _: At,
        payer: SessionRef,
        payee: Account,
    ) -> Result<Option<CreditView<Account>>, EngineError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        assert_eq!(payee, PAYEE);
        Ok(self.view.clone().filter(|_| payer == PAYER))
    }

    fn has_card(&self, _: At, card: CardId) -> Result<bool, EngineError> {
        Ok(card < 10)
    }
}

fn signer() -> SigningKey {
    SigningKey::from([4; 32])
}

fn key_of(signer: &SigningKey) -> SessionKey {
    SessionKey::Ed25519(VerificationKey::from(signer).into())
}

fn view(reserve: Balance, lines: &[(CardId, Balance)]) -> CreditView<Account> {
    let lines: Vec<VoucherLine> = lines
        .iter()
        .map(|&(card, cumulative)| VoucherLine { card, cumulative })
        .collect();
    CreditView {
        pool: PoolView {
            id: PAYER.pool,
            owner: [3; 32],
            unreserved: 0,
            reserved: reserve,
            closes_at: None,
            sessions: 1,
            next_session: 3,
        },
        session: SessionView {
            id: PAYER.session,
            key: key_of(&signer()),
            cap: reserve,
            charged: reserve,
            expires_at: 10_000,
            lanes: 1,
        },
        lane: Some(LaneView {
            payee: PAYEE,
            reserve,
            redeemed: 0,
            room: 16,
            lines,
        }),
    }
}

struct Stage {
    folder: tempfile::TempDir,
    asked: Arc<AtomicUsize>,
    /// Rows of the lane.
    rows: Vec<(CardId, Balance)>,
}

impl Stage {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            asked: Arc::default(),
            rows: Vec::new(),
        }
    }

    /// With a row for the card, so that the reserve counts for it.
    fn with_row() -> Self {
        Self {
            rows: vec![(CARD, 1)],
            ..Self::new()
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vouchers")
    }

    /// A process that serves. Dropping it is a crash.
    fn cashier(&self) -> Cashier {
        let shelf = Shelf::new(Asking { price: PRICE, min: 0 });
        let offered = Offered {
            card: CARD,
            blob_len: 1 << 30,
            seated: None,
        };
        shelf.fill(BTreeMap::from([(ROOT, offered)]));
        let witness = Told {
            view: Some(view(1 << 40, &self.rows)),
            asked: self.asked.clone(),
        };
        let vouchers = Vouchers::read(&self.path(), GENESIS, PAYEE).unwrap();
        let limits = limits(0, 600);
        Cashier::new(
            GENESIS,
            PAYEE,
            vouchers,
            Arc::new(shelf),
            Box::new(witness),
            limits,
            true,
        )
        .unwrap()
    }
}

fn hello() -> Hello {
    Hello {
        genesis: GENESIS,
        payer: PAYER,
        key: key_of(&signer()),
        payee: PAYEE,
        card: CARD,
        root: ROOT,
    }
}

fn greet(cashier: &Cashier, hello: &Hello) -> Result<Terms, Decline> {
    let signature = signer().sign(&hello.signed_bytes(PEER).unwrap());
    cashier.greeted(PEER, hello, &signature.to_bytes())
}

fn promise(lines: &[(CardId, Balance)]) -> Promise {
    let lines: Vec<VoucherLine> = lines
        .iter()
        .map(|&(card, cumulative)| VoucherLine { card, cumulative })
        .collect();
    let lines = VoucherLines::try_from(lines).unwrap();
    let bytes = hello().voucher(lines.clone()).signed_bytes(&GENESIS);
    Promise {
        lines,
        signature: signer().sign(&bytes).to_bytes(),
    }
}

fn vouch(cashier: &Cashier, lines: &[(CardId, Balance)]) -> Result<VoucherLines, Decline> {
    cashier.vouched(PEER, &hello(), promise(lines))
}

/// Bytes that are served until a voucher is due.
fn serve(cashier: &Cashier) -> u64 {
    let chunks = (0..1_000).take_while(
        |chunk| matches!(cashier.may_serve(PEER, &ROOT, *chunk), Serving::Serve(charge) if charge.owed > 0),
    );
    chunks.count() as u64 * CHUNK_LEN
}

#[test]
fn who_pays_from_a_session_of_the_finalised_chain_is_told_the_terms() {
    let stage = Stage::new();
    let terms = greet(&stage.cashier(), &hello()).unwrap();
    assert_eq!((terms.price_per_mib, terms.window), (PRICE, MIN_WINDOW));
    assert_eq!((terms.vouched, terms.earned, terms.free_bytes), (0, 0, 0));
}

#[test]
fn a_greeting_that_is_wrong_anywhere_is_refused() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    let other_key = SigningKey::from([5; 32]);
    let right = hello();
    for (hello, decline) in [
        (
            Hello {
                genesis: [0; 32],
                ..right
            },
            Decline::WRONG_CHAIN,
        ),
        (
            Hello {
                payee: [0; 32],
                ..right
            },
            Decline::NOT_PAYEE,
        ),
        (Hello { card: 6, ..right }, Decline::UNKNOWN_CARD),
        (
            Hello {
                root: ContentRoot([0; 32]),
                ..right
            },
            Decline::UNKNOWN_CARD,
        ),
        (
            Hello {
                payer: SessionRef { pool: 1, session: 9 },
                ..right
            },
            Decline::UNKNOWN_SESSION,
        ),
        (
            Hello {
                key: key_of(&other_key),
                ..right
            },
            Decline::BAD_SIGNATURE,
        ),
    ] {
        assert_eq!(greet(&cashier, &hello), Err(decline), "{hello:?}");
    }
    // Signed by a key that is not the session's.
    let hello = Hello {
        key: key_of(&other_key),
        ..right
    };
    let signature = other_key.sign(&hello.signed_bytes(PEER).unwrap()).to_bytes();
    assert_eq!(
        cashier.greeted(PEER, &hello, &signature),
        Err(Decline::UNKNOWN_SESSION)
    );
}

#[test]
fn a_greeting_is_worth_nothing_to_another_peer() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    let signature = signer().sign(&hello().signed_bytes(PEER).unwrap()).to_bytes();
    assert_eq!(
        cashier.greeted(b"another", &hello(), &signature),
        Err(Decline::BAD_SIGNATURE)
    );
    assert!(cashier.greeted(PEER, &hello(), &signature).is_ok());
}

#[test]
fn one_window_is_served_and_a_voucher_lets_it_go_on() {
    let stage = Stage::with_row();
    let cashier = stage.cashier();
    assert_eq!(serve(&cashier), 0);
    greet(&cashier, &hello()).unwrap();
    assert_eq!(serve(&cashier), MIN_WINDOW);
    let amount = Balance::from(MIN_WINDOW);
    assert_eq!(vouch(&cashier, &[(CARD, amount)]).unwrap()[0].cumulative, amount);
    assert_eq!(serve(&cashier), MIN_WINDOW);
}

#[test]
fn a_voucher_is_on_disk_before_it_is_accepted() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    let vouchers = Vouchers::read(&stage.path(), GENESIS, PAYEE).unwrap();
    let kept: Vec<&Kept> = vouchers.all().collect();
    assert_eq!(kept[0].voucher, hello().signed_voucher(promise(&[(CARD, 100)])));
    assert_eq!((kept.len(), kept[0].block), (1, HEAD.number));
}

#[test]
fn a_voucher_that_cannot_be_stored_does_not_count() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    serve(&cashier);
    // A folder where the file was: nothing can be written.
    std::fs::remove_file(stage.path()).unwrap();
    std::fs::create_dir(stage.path()).unwrap();
    let amount = Balance::from(MIN_WINDOW);
    assert_eq!(vouch(&cashier, &[(CARD, amount)]), Err(Decline::NOT_NOW));
    assert_eq!((cashier.pending(PAYER), serve(&cashier)), (0, 0));
}

#[test]
fn a_voucher_with_a_wrong_signature_or_for_no_card_is_refused_and_not_kept() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    let forged = Promise {
        signature: promise(&[(CARD, 99)]).signature,
        ..promise(&[(CARD, 100)])
    };
    assert_eq!(
        cashier.vouched(PEER, &hello(), forged),
        Err(Decline::BAD_SIGNATURE)
    );
    assert_eq!(vouch(&cashier, &[(CARD, 1), (10, 1)]), Err(Decline::UNKNOWN_CARD));
    assert_eq!(cashier.pending(PAYER), 0);
    assert!(vouch(&cashier, &[(CARD, 1), (9, 1)]).is_ok());
}

#[test]
fn a_voucher_that_promises_nothing_new_is_answered_with_the_best() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    let len = stage.path().metadata().unwrap().len();
    assert_eq!(vouch(&cashier, &[(CARD, 60)]).unwrap()[0].cumulative, 100);
    assert_eq!(stage.path().metadata().unwrap().len(), len);
}

#[test]
fn after_a_crash_vouchers_are_there_and_what_they_promise_counts_as_earned() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    serve(&cashier);
    let amount = 3 * Balance::from(MIN_WINDOW);
    vouch(&cashier, &[(CARD, amount)]).unwrap();
    drop(cashier);

    let cashier = stage.cashier();
    assert_eq!(cashier.pending(PAYER), amount);
    let terms = greet(&cashier, &hello()).unwrap();
    assert_eq!((terms.vouched, terms.earned), (amount, amount));
    // Bytes that were served are remembered as of the voucher.
    assert_eq!(cashier.lines(PAYER)[&CARD].bytes, MIN_WINDOW);
}

#[test]
fn after_an_orderly_end_what_was_earned_is_known_exactly_and_once() {
    let stage = Stage::with_row();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    let served = serve(&cashier);
    vouch(&cashier, &[(CARD, 3 * Balance::from(MIN_WINDOW))]).unwrap();
    cashier.close().unwrap();
    drop(cashier);

    let cashier = stage.cashier();
    let terms = greet(&cashier, &hello()).unwrap();
    assert_eq!(terms.earned, Balance::from(served));
    let more = serve(&cashier);
    assert_eq!(more, 3 * MIN_WINDOW);
    assert_eq!(cashier.lines(PAYER)[&CARD].bytes, served + more);
    // A crash now does not bring the old amount back.
    drop(cashier);
    let terms = greet(&stage.cashier(), &hello()).unwrap();
    assert_eq!(terms.earned, 3 * Balance::from(MIN_WINDOW));
}

#[test]
fn a_session_that_is_over_leaves_its_sums_and_its_vouchers_go() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    let served = serve(&cashier);
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    let paid = view(0, &[(CARD, 100)]);
    assert!(cashier.heard(PAYER, Some(&paid), HEAD).unwrap());
    assert_eq!(cashier.pending(PAYER), 0);
    let later = At {
        number: 10_001,
        ..HEAD
    };
    assert!(!cashier.heard(PAYER, Some(&paid), later).unwrap());
    assert!(cashier.sessions().is_empty());
    let past = Past {
        bytes: served,
        redeemed: 100,
    };
    assert_eq!(cashier.past(), BTreeMap::from([(CARD, past)]));
    drop(cashier);
    let cashier = stage.cashier();
    assert!(cashier.sessions().is_empty());
    assert_eq!(cashier.past()[&CARD], past);
}

#[test]
fn a_node_that_lags_behind_loses_no_voucher() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    let before = At {
        number: HEAD.number - 1,
        ..HEAD
    };
    assert!(cashier.heard(PAYER, None, before).unwrap());
    assert_eq!(cashier.pending(PAYER), 100);
    assert!(!cashier.heard(PAYER, None, HEAD).unwrap());
    assert_eq!(cashier.pending(PAYER), 0);
}

fn greet_as(cashier: &Cashier, peer: &[u8], hello: &Hello) -> Result<Terms, Decline> {
    let signature = signer().sign(&hello.signed_bytes(peer).unwrap());
    cashier.greeted(peer, hello, &signature.to_bytes())
}

fn unknown(session: u32) -> Hello {
    let payer = SessionRef { pool: 1, session };
    Hello { payer, ..hello() }
}

#[test]
fn the_chain_is_asked_once_for_a_session_in_a_block() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    for _ in 0..10 {
        greet(&cashier, &hello()).unwrap();
    }
    assert_eq!(stage.asked.load(Ordering::Relaxed), 1);
    cashier.head_is(NEXT);
    greet(&cashier, &hello()).unwrap();
    assert_eq!(stage.asked.load(Ordering::Relaxed), 2);
}

#[test]
fn a_peer_that_greets_with_sessions_that_do_not_exist_shuts_out_itself_and_nobody_else() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    let mut declined = Vec::new();
    for session in 10..1_000 {
        declined.push(greet_as(&cashier, b"a stranger", &unknown(session)).unwrap_err());
    }
    let (asked, rest) = declined.split_at(STRANGERS_PER_PEER);
    assert!(asked.iter().all(|decline| *decline == Decline::UNKNOWN_SESSION));
    assert!(rest.iter().all(|decline| *decline == Decline::NOT_NOW));
    assert_eq!(stage.asked.load(Ordering::Relaxed), STRANGERS_PER_PEER);
    greet(&cashier, &hello()).unwrap();
    cashier.head_is(NEXT);
    assert_eq!(
        greet_as(&cashier, b"a stranger", &unknown(9)).unwrap_err(),
        Decline::UNKNOWN_SESSION
    );
}

#[test]
fn however_many_strangers_greet_a_session_with_books_is_greeted_and_the_chain_not_asked_without_end() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    cashier.head_is(NEXT);
    for peer in 0..2 * STRANGERS as u32 {
        let name: [u8; 4] = u32::to_le_bytes(peer);
        let declined = greet_as(&cashier, &name, &unknown(10 + peer)).unwrap_err();
        assert!([Decline::UNKNOWN_SESSION, Decline::NOT_NOW].contains(&declined));
    }
    assert_eq!(stage.asked.load(Ordering::Relaxed), 1 + STRANGERS);
    greet(&cashier, &hello()).unwrap();
    assert_eq!(stage.asked.load(Ordering::Relaxed), 2 + STRANGERS);
    // Cards have questions of their own.
    vouch(&cashier, &[(CARD, 1), (9, 1)]).unwrap();
}

#[test]
fn a_session_that_was_heard_of_is_answered_from_that_when_no_question_is_left() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    cashier.head_is(NEXT);
    let credit = Credit::new(&view(1, &[]), HEAD.number);
    for session in 10..10 + KNOWN as u32 {
        let payer = SessionRef { pool: 1, session };
        cashier.note(payer, &credit, key_of(&SigningKey::from([6; 32])));
        assert_eq!(greet(&cashier, &unknown(session)), Err(Decline::UNKNOWN_SESSION));
    }
    assert_eq!(stage.asked.load(Ordering::Relaxed), 1 + KNOWN);
    assert_eq!(greet(&cashier, &hello()).unwrap().price_per_mib, PRICE);
    // The key that was heard is the one that must have signed.
    let payer = SessionRef {
        pool: 1,
        session: 10 + KNOWN as u32,
    };
    cashier.note(payer, &credit, key_of(&SigningKey::from([6; 32])));
    assert_eq!(
        greet(&cashier, &Hello { payer, ..hello() }),
        Err(Decline::UNKNOWN_SESSION)
    );
    assert_eq!(stage.asked.load(Ordering::Relaxed), 1 + KNOWN);
}

#[test]
fn a_session_has_a_few_questions_about_cards_in_a_block() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    for card in 10..10 + CARDS_PER_SESSION as u64 {
        assert_eq!(vouch(&cashier, &[(card, 1)]), Err(Decline::UNKNOWN_CARD));
    }
    assert_eq!(vouch(&cashier, &[(9, 1)]), Err(Decline::NOT_NOW));
    cashier.head_is(NEXT);
    vouch(&cashier, &[(9, 1)]).unwrap();
}

#[test]
fn the_worth_of_a_voucher_is_what_is_due_and_no_more_than_there_is() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(6, 1)]).unwrap();
    vouch(&cashier, &[(CARD, 900)]).unwrap();
    cashier
        .heard(PAYER, Some(&view(500, &[(CARD, 600)])), HEAD)
        .unwrap();
    let worth = |cashier: &Cashier| -> Vec<Balance> {
        cashier.due(PAYER).into_iter().map(|(_, worth)| worth).collect()
    };
    assert_eq!(worth(&cashier), [300, 1]);
    cashier
        .heard(PAYER, Some(&view(50, &[(CARD, 600)])), NEXT)
        .unwrap();
    assert_eq!(worth(&cashier), [50, 1]);
    drop(cashier);
    // Of a session that was not heard of yet nobody knows.
    assert_eq!(worth(&stage.cashier()), [900, 1]);
}

#[test]
fn a_voucher_of_a_unit_more_costs_no_write_before_it_is_due() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    let chunk = Balance::from(CHUNK_LEN);
    vouch(&cashier, &[(CARD, chunk)]).unwrap();
    let len = stage.path().metadata().unwrap().len();
    for more in 1..100 {
        let best = vouch(&cashier, &[(CARD, chunk + more)]).unwrap();
        assert_eq!(best[0].cumulative, chunk, "what is stored is told");
    }
    assert_eq!(stage.path().metadata().unwrap().len(), len);
    // Once more was served than is stored, a promise that settles it is stored at once.
    serve(&cashier);
    let earned = cashier.lines(PAYER)[&CARD].earned;
    assert_eq!(
        vouch(&cashier, &[(CARD, earned - 1)]).unwrap()[0].cumulative,
        earned - 1
    );
    assert_eq!(vouch(&cashier, &[(CARD, earned)]).unwrap()[0].cumulative, earned);
    assert!(stage.path().metadata().unwrap().len() > len);
}

#[test]
fn small_steps_are_stored_together_with_the_next_head_and_in_the_end() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    vouch(&cashier, &[(CARD, 103)]).unwrap();
    vouch(&cashier, &[(CARD, 105)]).unwrap();
    assert_eq!(cashier.pending(PAYER), 100);
    cashier.store_held().unwrap();
    assert_eq!(cashier.pending(PAYER), 105);
    let len = stage.path().metadata().unwrap().len();
    cashier.store_held().unwrap();
    assert_eq!(
        stage.path().metadata().unwrap().len(),
        len,
        "there was nothing more"
    );
    vouch(&cashier, &[(CARD, 107)]).unwrap();
    cashier.close().unwrap();
    drop(cashier);
    assert_eq!(stage.cashier().pending(PAYER), 107);
}

#[test]
fn a_payer_that_alternates_between_cards_has_no_more_held_than_a_few() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    for card in 0..10 {
        vouch(&cashier, &[(card, 10)]).unwrap();
    }
    let len = stage.path().metadata().unwrap().len();
    for more in 1..10 {
        for card in 0..10 {
            vouch(&cashier, &[(card, 10 + more)]).unwrap();
        }
    }
    assert_eq!(stage.path().metadata().unwrap().len(), len);
    cashier.store_held().unwrap();
    let lines = cashier.lines(PAYER);
    let stored: Vec<Balance> = lines.values().map(|line| line.vouched).collect();
    assert_eq!(stored, [19, 19, 19, 19, 10, 10, 10, 10, 10, 10]);
}

#[test]
fn vouchers_that_wait_for_the_disk_are_written_together() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    let voucher = |card| hello().signed_voucher(promise(&[(card, 7)]));
    let len = stage.path().metadata().unwrap().len();
    let busy = cashier.vouchers.lock().unwrap();
    std::thread::scope(|scope| {
        let storing: Vec<_> = (0..8)
            .map(|card| {
                let (cashier, kept) = (&cashier, cashier.kept(voucher(card), PAYER));
                scope.spawn(move || cashier.store(kept))
            })
            .collect();
        while cashier.queue.lock().unwrap().waiting() < 8 {
            std::thread::yield_now();
        }
        drop(busy);
        assert!(storing.into_iter().all(|one| one.join().unwrap() == Ok(())));
    });
    assert!(cashier.queue.lock().unwrap().is_empty());
    assert_eq!(cashier.pending(PAYER), 56);
    assert_eq!(
        Vouchers::read(&stage.path(), GENESIS, PAYEE)
            .unwrap()
            .all()
            .count(),
        8
    );
    // One record for all: length, number of its kind and of vouchers, the vouchers, checksum.
    let alone = cashier.kept(voucher(0), PAYER).encoded_size() as u64;
    let grown = stage.path().metadata().unwrap().len() - len;
    assert_eq!(grown, 4 + 1 + 1 + 8 * alone + 8);
}

#[test]
fn what_is_not_offered_is_served_as_far_as_it_is_free() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    let other = ContentRoot([1; 32]);
    assert!(matches!(cashier.may_serve(PEER, &other, 0), Serving::Due { .. }));
    cashier
        .books
        .lock()
        .unwrap()
        .clone_from(&Payee::new(limits(CHUNK_LEN, 600)));
    let Serving::Serve(charge) = cashier.may_serve(PEER, &other, 0) else {
        panic!("not free");
    };
    assert_eq!((charge.free, charge.owed), (CHUNK_LEN, 0));
    cashier.not_served(PEER, &other, 0, charge);
    assert!(matches!(cashier.may_serve(PEER, &other, 0), Serving::Serve(_)));
    assert!(matches!(cashier.may_serve(PEER, &other, 1), Serving::Due { .. }));
}

#[test]
fn the_margin_leaves_time_in_the_shortest_closing_window() {
    assert_eq!(limits(0, 20).margin, 3);
    assert_eq!(limits(0, 1).margin, 1);
    assert_eq!(limits(0, 1_000_000).margin, MAX_MARGIN);
}

#[test]
fn a_damaged_file_of_vouchers_stops_the_start() {
    let stage = Stage::new();
    let cashier = stage.cashier();
    greet(&cashier, &hello()).unwrap();
    vouch(&cashier, &[(CARD, 100)]).unwrap();
    let mut bytes = std::fs::read(stage.path()).unwrap();
    bytes[6] ^= 1;
    std::fs::write(stage.path(), bytes).unwrap();
    let read = Vouchers::read(&stage.path(), GENESIS, PAYEE);
    assert_eq!(read.err().map(|error| error.code), Some(Code::Damaged));
}
