//! Vouchers that one core signs and verifies, beside a bare Ed25519 signature over 32 bytes. All by the functions that the client
//! calls: the bytes are built anew each time, and the key is decoded anew each time.

use std::hint::black_box;
use std::time::Instant;

use ed25519_dalek::{Signer, SigningKey};
use hashcard_engine::is_signed;
use hashcard_journey_tests::figures::median;
use hashcard_journey_tests::{ensure, Failure, Told};
use hashcard_primitives::channel::{SessionKey, Voucher, VoucherLine, VoucherLines, MAX_LINES};
use subxt_signer::sr25519;

/// Rounds in which every kind has its turn.
const ROUNDS: usize = 15;
/// Times that one thing is done in a round: some tens of milliseconds.
const BATCH: u32 = 500;
const GENESIS: [u8; 32] = [1; 32];
const SECRET: [u8; 32] = [7; 32];

/// Something that is done over and over.
struct Work {
    name: String,
    once: Box<dyn Fn()>,
}

/// Measures and prints.
pub fn print() -> Told {
    let mut all = vec![bare()?];
    for lines in [1, MAX_LINES] {
        all.extend(ed25519(lines)?);
        all.extend(sr25519(lines)?);
    }
    let mut seconds = vec![Vec::new(); all.len()];
    for _ in 0..ROUNDS {
        for (work, seconds) in all.iter().zip(&mut seconds) {
            let began = Instant::now();
            (0..BATCH).for_each(|_| (work.once)());
            seconds.push(began.elapsed().as_secs_f64() / f64::from(BATCH));
        }
    }
    println!(
        "{:<52} {:>9} {:>12}  times the first",
        "one core", "us each", "in a second"
    );
    let peer = median(&seconds[0]);
    for (work, seconds) in all.iter().zip(&seconds) {
        let each = median(seconds);
        println!(
            "{:<52} {:>9.1} {:>12.0}  {:.2}",
            work.name,
            each * 1e6,
            1.0 / each,
            each / peer
        );
    }
    Ok(())
}

/// The peer: what nobody can verify a voucher without.
fn bare() -> Told<Work> {
    let key = SigningKey::from_bytes(&SECRET);
    let public = key.verifying_key().to_bytes();
    let message = [5; 32];
    let signature = ed25519_zebra::Signature::from(key.sign(&message).to_bytes());
    let verify = move || {
        ed25519_zebra::VerificationKey::try_from(black_box(public))
            .and_then(|key| key.verify(&signature, black_box(&message)))
            .is_ok()
    };
    ensure(verify(), || "a bare signature does not verify".to_owned())?;
    Ok(Work {
        name: "verify a bare Ed25519 signature over 32 bytes".to_owned(),
        once: Box::new(move || {
            black_box(verify());
        }),
    })
}

fn ed25519(lines: u32) -> Told<[Work; 2]> {
    let key = SigningKey::from_bytes(&SECRET);
    let public = SessionKey::Ed25519(key.verifying_key().to_bytes());
    works("Ed25519", lines, public, move |bytes| key.sign(bytes).to_bytes())
}

/// The client signs with Ed25519 only; these are vouchers of others.
fn sr25519(lines: u32) -> Told<[Work; 2]> {
    let key = sr25519::Keypair::from_secret_key(SECRET).map_err(|error| Failure::new(error.to_string()))?;
    let public = SessionKey::Sr25519(key.public_key().0);
    works("Sr25519", lines, public, move |bytes| key.sign(bytes).0)
}

fn works(
    scheme: &str,
    lines: u32,
    key: SessionKey,
    sign: impl Fn(&[u8]) -> [u8; 64] + 'static,
) -> Told<[Work; 2]> {
    let voucher = voucher(lines);
    let signature = sign(&voucher.signed_bytes(&GENESIS));
    let signed = voucher.clone();
    let verify = move || {
        let bytes = black_box(&signed).signed_bytes(&GENESIS);
        is_signed(&key, &bytes, &signature)
    };
    ensure(verify(), || format!("a voucher of {scheme} does not verify"))?;
    let plural = if lines == 1 { "line" } else { "lines" };
    Ok([
        Work {
            name: format!("verify a voucher of {lines} {plural}, {scheme}"),
            once: Box::new(move || {
                black_box(verify());
            }),
        },
        Work {
            name: format!("sign a voucher of {lines} {plural}, {scheme}"),
            once: Box::new(move || {
                black_box(sign(&black_box(&voucher).signed_bytes(&GENESIS)));
            }),
        },
    ])
}

/// A voucher of so many lines.
pub fn voucher(lines: u32) -> Voucher<[u8; 32]> {
    let line = |card: u32| VoucherLine {
        card: card.into(),
        cumulative: 1_000_000_000_000,
    };
    Voucher {
        pool: 1,
        session: 1,
        payee: [9; 32],
        lines: VoucherLines::truncate_from((0..lines).map(line).collect()),
    }
}
