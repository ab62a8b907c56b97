//! The frozen vectors say the same as this pallet, and as the second implementation in Python.

use super::*;
use crate::{NextPool, Pools};
use codec::{Decode, Encode};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/pay")
}

fn files_on_disk() -> BTreeMap<String, String> {
    fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    let bytes = hex::decode(value.as_str().unwrap()).unwrap();
    bytes.try_into().unwrap()
}

fn number<N: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> N {
    value.as_str().unwrap().parse().unwrap()
}

fn key_of(document: &Value) -> SessionKey {
    let public = bytes(&document["key"]["public"]);
    match document["key"]["scheme"].as_str().unwrap() {
        "ed25519" => SessionKey::Ed25519(public),
        "sr25519" => SessionKey::Sr25519(public),
        other => panic!("unknown scheme {other}"),
    }
}

/// The voucher that a vector names, field by field; `None` if its lines are more than a voucher has.
fn named(document: &Value) -> Option<SignedVoucher<AccountId32>> {
    let fields = &document["voucher"];
    let lines = fields["lines"].as_array().unwrap().iter();
    let lines = lines.map(|line| VoucherLine {
        card: number(&line[0]),
        cumulative: number(&line[1]),
    });
    Some(SignedVoucher {
        voucher: Voucher {
            pool: number(&fields["pool"]),
            session: number(&fields["session"]),
            payee: AccountId32::new(bytes(&fields["payee"])),
            lines: lines.collect::<Vec<_>>().try_into().ok()?,
        },
        signature: bytes(&document["signature"]),
    })
}

/// What a chain says of a voucher where pool, session, lane and cards are all as it says.
fn decided(document: &Value, signed: SignedVoucher<AccountId32>) -> Option<VoucherRefusal> {
    let mut refusal = None;
    chain(|| {
        let voucher = &signed.voucher;
        frame_system::BlockHash::<Test>::insert(0, sp_core::H256(bytes(&document["genesis"])));
        NextPool::<Test>::put(voucher.pool);
        assert_ok!(Channels::open_pool(by(OWNER), MONEY));
        Pools::<Test>::mutate(voucher.pool, |pool| {
            pool.as_mut().unwrap().next_session = voucher.session
        });
        let key = key_of(document);
        assert_ok!(Channels::add_session(by(OWNER), voucher.pool, key, MONEY, 9));
        let lane = openings(&[(voucher.payee.clone(), 5, 16)]);
        assert_ok!(Channels::open_lanes(
            by(OWNER),
            voucher.pool,
            voucher.session,
            lane
        ));
        for line in &voucher.lines {
            FakeCards::publish(line.card, CREATOR, TENTH);
        }
        redeem(&[signed]);
        refusal = match last_event() {
            Event::Redeemed { .. } => None,
            Event::VoucherRefused { refusal, .. } => Some(refusal),
            other => panic!("neither paid nor refused: {other:?}"),
        };
    });
    refusal
}

#[test]
fn every_vector_is_decided_as_it_says() {
    let (mut paid, mut refused) = (0, 0);
    for (name, text) in files_on_disk() {
        assert!(
            text.starts_with("{\n  \"expect\": "),
            "{name}: `expect` comes first"
        );
        let document: Value = serde_json::from_str(&text).unwrap();
        let encoded = hex::decode(document["encoded"].as_str().unwrap()).unwrap();
        let decoded = SignedVoucher::<AccountId32>::decode(&mut &encoded[..]).ok();
        assert_eq!(decoded, named(&document), "{name}: fields and encoding");
        let word = match decoded {
            None => Some("does-not-decode"),
            Some(signed) => {
                assert_eq!(signed.encode(), encoded, "{name}: one encoding");
                let signed_bytes = signed.voucher.signed_bytes(&bytes(&document["genesis"]));
                assert_eq!(document["signed-bytes"], hex::encode(signed_bytes), "{name}");
                decided(&document, signed).map(|refusal| match refusal {
                    VoucherRefusal::Malformed => "malformed",
                    VoucherRefusal::BadSignature => "bad-signature",
                    other => panic!("{name}: {other:?} is not the voucher's own fault"),
                })
            }
        };
        assert_eq!(word, document["reason"].as_str(), "{name}");
        match document["expect"].as_str().unwrap() {
            "pay" => paid += 1,
            "refuse" => refused += 1,
            other => panic!("{name}: unknown expectation {other}"),
        }
        assert_eq!(document["expect"] == "pay", word.is_none(), "{name}");
    }
    assert!(paid > 0 && refused > 0, "the vectors are there");
}

#[test]
fn ed25519_signatures_are_made_again_byte_for_byte() {
    let mut made = 0;
    for (name, text) in files_on_disk() {
        let document: Value = serde_json::from_str(&text).unwrap();
        if document["expect"] != "pay" || document["key"]["seed"].is_null() {
            continue;
        }
        let pair = ed25519::Pair::from_seed(&bytes(&document["key"]["seed"]));
        assert_eq!(pair.public().0, bytes(&document["key"]["public"]), "{name}");
        let signed = named(&document).unwrap();
        let bytes = signed.voucher.signed_bytes(&bytes(&document["genesis"]));
        assert_eq!(pair.sign(&bytes).0, signed.signature, "{name}");
        made += 1;
    }
    assert!(made > 0, "some vectors have seeds");
}

#[test]
fn the_second_implementation_agrees_with_every_vector() {
    let (agrees, said) = run_reference(&folder());
    assert!(agrees, "the reference disagrees:\n{said}");
    let expected = format!("{} vectors agree", files_on_disk().len());
    assert!(said.contains(&expected), "it must have read every vector: {said}");
}

#[test]
fn the_second_implementation_notices_a_vector_that_lies() {
    let files = files_on_disk();
    let sound = &files["pay-ed25519-one-line.json"];
    let amount = sound.replace("\"2500000\"", "\"2500001\"");
    let pool = sound.replace("\"pool\": \"41\"", "\"pool\": \"42\"");
    let expectation = sound.replace(
        "\"expect\": \"pay\"",
        "\"expect\": \"refuse\",\n  \"reason\": \"bad-signature\"",
    );
    let forged = &files["refuse-ed25519-by-another-key.json"];
    let paid = forged.replace("\"refuse\",\n  \"reason\": \"bad-signature\"", "\"pay\"");
    let order = files["refuse-lines-out-of-order.json"].replace("\"malformed\"", "\"bad-signature\"");
    let schnorr = files["refuse-sr25519-of-another-card.json"]
        .replace("\"refuse\",\n  \"reason\": \"bad-signature\"", "\"pay\"");

    for (name, text, agrees) in [
        ("sound", sound, true),
        ("another-amount", &amount, false),
        ("another-pool", &pool, false),
        ("refused-though-sound", &expectation, false),
        ("paid-though-forged", &paid, false),
        ("another-reason", &order, false),
        ("paid-though-for-another-card", &schnorr, false),
    ] {
        let folder = std::env::temp_dir().join(format!("pay-vector-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("vector.json"), text).unwrap();
        let (agreed, said) = run_reference(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(agreed, agrees, "{name}: {said}");
    }
}

/// Whether the reference agrees with the vectors in a folder, and what it printed.
fn run_reference(vectors: &Path) -> (bool, String) {
    let run = Command::new("python3")
        .arg(folder().join("reference.py"))
        .arg(vectors)
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    (run.status.success(), String::from_utf8_lossy(&said).into_owned())
}
