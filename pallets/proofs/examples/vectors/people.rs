//! The people, the content and the honest proofs of every vector. Every secret and every identifier is the hash
//! of a name, and every proof has its own seeded generator, so adding a vector changes no other.

use crate::case::{Case, Use};
use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar,
};
use hashcard_proofs::{Capsule, ContentSecret, EncodedPoint, EncryptionSecret, TransferUse};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, Error, RngCore, SeedableRng};

pub struct Account {
    pub id: [u8; 32],
    pub seed: [u8; 32],
    pub index: u32,
    pub secret: EncryptionSecret,
    /// The secret's scalar, derived here a second time.
    pub x: Scalar,
}

impl Account {
    pub fn named(name: &str, index: u32) -> Self {
        let (id, seed) = (
            hash_of(&format!("account {name}")),
            hash_of(&format!("seed {name}")),
        );
        let mut hasher = blake3::Hasher::new_derive_key("hashcard 2026-11 enc-key v1");
        hasher
            .update(&seed)
            .update(&genesis())
            .update(&id)
            .update(&index.to_le_bytes());
        let mut wide = [0; 64];
        hasher.finalize_xof().fill(&mut wide);
        let x = Scalar::from_bytes_mod_order_wide(&wide);
        let secret = EncryptionSecret::derive(&seed, &genesis(), &id, index);
        assert_eq!(secret.public(), encode(&(G * x)));
        Self {
            id,
            seed,
            index,
            secret,
            x,
        }
    }

    pub fn key(&self) -> RistrettoPoint {
        G * self.x
    }
}

pub fn creator() -> Account {
    Account::named("creator", 0)
}

pub fn alice() -> Account {
    Account::named("alice", 1)
}

pub fn bob() -> Account {
    Account::named("bob", 2)
}

pub fn clerk() -> Account {
    Account::named("clerk", 0)
}

pub fn genesis() -> [u8; 32] {
    hash_of("genesis")
}

pub fn salt() -> [u8; 32] {
    hash_of("salt")
}

/// `s` of the content that most vectors are about.
pub fn content_scalar() -> Scalar {
    scalar_of("content secret")
}

pub fn content_secret() -> ContentSecret {
    ContentSecret::from_canonical_bytes(content_scalar().as_bytes()).expect("reduced and not zero")
}

pub fn content_point() -> RistrettoPoint {
    G * content_scalar()
}

pub fn hash_of(name: &str) -> [u8; 32] {
    *blake3::hash(name.as_bytes()).as_bytes()
}

pub fn scalar_of(name: &str) -> Scalar {
    let mut wide = [0; 64];
    blake3::Hasher::new()
        .update(name.as_bytes())
        .finalize_xof()
        .fill(&mut wide);
    Scalar::from_bytes_mod_order_wide(&wide)
}

pub fn encode(point: &RistrettoPoint) -> EncodedPoint {
    EncodedPoint(point.compress().0)
}

/// `(r·G, point + r·key)`.
pub fn capsule(point: RistrettoPoint, key: RistrettoPoint, r: Scalar) -> Capsule {
    Capsule {
        r: encode(&(G * r)),
        c: encode(&(point + key * r)),
    }
}

/// The capsule that Alice holds where a vector starts from one.
pub fn alices_capsule() -> Capsule {
    capsule(content_point(), alice().key(), scalar_of("r of alice"))
}

/// The capsule that the clerk was given.
pub fn clerks_capsule() -> Capsule {
    capsule(content_point(), clerk().key(), scalar_of("r of clerk"))
}

/// Remembers what a prover draws, so that another implementation can make the same proof.
pub struct Recorded {
    source: ChaCha20Rng,
    pub draws: Vec<Vec<u8>>,
}

impl Recorded {
    pub fn named(name: &str) -> Self {
        Self {
            source: ChaCha20Rng::from_seed(hash_of(name)),
            draws: Vec::new(),
        }
    }
}

impl RngCore for Recorded {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.source.fill_bytes(dest);
        self.draws.push(dest.to_vec());
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Recorded {}

// --- contexts

/// A case with every field of its context set and nothing else; numbers are ordinary, or the largest of their width.
pub fn about(
    case_use: Use,
    from: &Account,
    to: &Account,
    submitter: &Account,
    largest_numbers: bool,
) -> Case {
    let mut case = Case {
        case_use,
        context: Vec::new(),
        statement: Vec::new(),
        proof: Vec::new(),
    };
    for &(label, width) in case_use.fields() {
        let number: u128 = match label {
            "card" => 7,
            "blob-length" => 734_003_200,
            "edition" => 3,
            "order" => 41,
            "price" => 2_500_000_000_000,
            "sequence" => 2,
            "from-key-index" if case_use == Use::Mint => 0,
            "from-key-index" => from.index.into(),
            "to-key-index" => to.index.into(),
            "key-index" => from.index.into(),
            _ => 0,
        };
        let bytes = match label {
            "genesis" => genesis().to_vec(),
            "root" => hash_of("root").to_vec(),
            "salt" => salt().to_vec(),
            "key-commitment" => content_secret().point().key_commitment(&salt()).to_vec(),
            "content-commitment" => content_secret().commitment().0.to_vec(),
            "creator" | "account" | "from" => from.id.to_vec(),
            "to" => to.id.to_vec(),
            "submitter" => submitter.id.to_vec(),
            _ if largest_numbers => vec![0xff; width],
            _ => number.to_le_bytes()[..width].to_vec(),
        };
        case.context.push((label, bytes));
    }
    case
}

pub fn possession() -> Case {
    about(Use::Possession, &alice(), &alice(), &alice(), false)
}

pub fn card() -> Case {
    about(Use::Card, &creator(), &creator(), &creator(), false)
}

pub fn mint() -> Case {
    about(Use::Mint, &creator(), &alice(), &creator(), false)
}

pub fn transfer(transfer_use: TransferUse) -> Case {
    match transfer_use {
        TransferUse::Transfer => about(Use::Transfer(transfer_use), &alice(), &bob(), &alice(), false),
        TransferUse::Fulfil => about(Use::Transfer(transfer_use), &clerk(), &bob(), &clerk(), false),
        TransferUse::Rewrap => about(
            Use::Transfer(transfer_use),
            &alice(),
            &Account::named("alice", 5),
            &alice(),
            false,
        ),
    }
}

/// A mint for a clerk.
pub fn appointment() -> Case {
    let mut case = about(Use::Mint, &creator(), &clerk(), &creator(), false);
    set_numbers(&mut case, &["edition", "order", "price", "sequence"], 0);
    case
}

/// A delivery from the capsule of an appointment.
pub fn fulfil_as_appointed() -> Case {
    let mut case = transfer(TransferUse::Fulfil);
    set_numbers(&mut case, &["edition", "sequence"], 0);
    case
}

/// A transfer without a sale.
pub fn gift() -> Case {
    let mut case = transfer(TransferUse::Transfer);
    set_numbers(&mut case, &["order", "price"], 0);
    case
}

fn set_numbers(case: &mut Case, labels: &[&'static str], number: u128) {
    for &label in labels {
        let width = case.get(label).len();
        case.set(label, &number.to_le_bytes()[..width]);
    }
}

pub fn false_key() -> Case {
    let mut case = about(Use::FalseKey, &alice(), &alice(), &alice(), false);
    case.set("key-commitment", hash_of("a commitment to something else"));
    case
}

// --- honest proofs, which most refused vectors start from

pub fn honest_possession() -> Case {
    let mut case = possession();
    case.prove_possession(&alice().secret, &mut Recorded::named("possession"));
    case
}

pub fn honest_card() -> Case {
    let mut case = card();
    case.prove_card(&content_secret(), &mut Recorded::named("card"));
    case
}

pub fn honest_mint() -> Case {
    let mut case = mint();
    case.prove_mint(
        &content_secret(),
        &alice().secret.public(),
        &mut Recorded::named("mint"),
    );
    case
}

pub fn honest_transfer() -> Case {
    let mut case = transfer(TransferUse::Transfer);
    let rng = &mut Recorded::named("transfer");
    case.prove_transfer(&alice().secret, &bob().secret.public(), &alices_capsule(), rng);
    case
}

pub fn honest_appointment() -> Case {
    let mut case = appointment();
    let rng = &mut Recorded::named("appointment");
    case.prove_mint(&content_secret(), &clerk().secret.public(), rng);
    case
}

pub fn honest_fulfil() -> Case {
    let mut case = transfer(TransferUse::Fulfil);
    let rng = &mut Recorded::named("fulfil");
    case.prove_transfer(&clerk().secret, &bob().secret.public(), &clerks_capsule(), rng);
    case
}

pub fn honest_fulfil_as_appointed() -> Case {
    let mut case = fulfil_as_appointed();
    let rng = &mut Recorded::named("fulfil-as-appointed-clerk");
    case.prove_transfer(&clerk().secret, &bob().secret.public(), &clerks_capsule(), rng);
    case
}

pub fn honest_false_key() -> Case {
    let mut case = false_key();
    case.prove_false_key(
        &alice().secret,
        &alices_capsule(),
        &mut Recorded::named("false key"),
    );
    case
}
