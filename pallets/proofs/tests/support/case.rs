//! One proof with everything it is about, as labelled bytes, so that a test can change any of them.
//!
//! Labels, order and widths repeat `docs/spec/keys.md`, not the crate: a field that the crate forgot to bind
//! still has bytes here, and changing them must be refused.

// Each test and the vector writer use a part of this.
#![allow(dead_code)]

use hashcard_proofs::{
    prove_card, prove_false_key, prove_mint, prove_possession, prove_transfer, verify_card, verify_false_key,
    verify_mint, verify_possession, verify_transfer, Capsule, CardContext, ContentSecret, DeliveryContext,
    EncodedPoint, EncryptionSecret, FalseKeyContext, LongProof, PossessionContext, ProofError, ShortProof,
    TransferUse,
};
use rand_core::{CryptoRng, RngCore};

/// What a proof is for; decides its context and statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    Possession,
    Card,
    Mint,
    Transfer(TransferUse),
    FalseKey,
}

pub const ALL_USES: [Use; 7] = [
    Use::Possession,
    Use::Card,
    Use::Mint,
    Use::Transfer(TransferUse::Transfer),
    Use::Transfer(TransferUse::Fulfil),
    Use::Transfer(TransferUse::Rewrap),
    Use::FalseKey,
];

const POSSESSION_FIELDS: &[(&str, usize)] = &[("genesis", 32), ("account", 32), ("key-index", 4)];
const CARD_FIELDS: &[(&str, usize)] = &[
    ("genesis", 32),
    ("creator", 32),
    ("root", 32),
    ("blob-length", 8),
    ("salt", 32),
    ("key-commitment", 32),
    ("content-commitment", 32),
];
const DELIVERY_FIELDS: &[(&str, usize)] = &[
    ("genesis", 32),
    ("card", 8),
    ("root", 32),
    ("blob-length", 8),
    ("key-commitment", 32),
    ("content-commitment", 32),
    ("edition", 8),
    ("order", 8),
    ("price", 16),
    ("sequence", 4),
    ("from", 32),
    ("to", 32),
    ("submitter", 32),
    ("from-key-index", 4),
    ("to-key-index", 4),
];
const FALSE_KEY_FIELDS: &[(&str, usize)] = &[
    ("genesis", 32),
    ("card", 8),
    ("root", 32),
    ("blob-length", 8),
    ("key-commitment", 32),
    ("content-commitment", 32),
    ("edition", 8),
    ("account", 32),
    ("key-index", 4),
];

impl Use {
    pub fn tag(self) -> &'static str {
        match self {
            Self::Possession => "possession",
            Self::Card => "card",
            Self::Mint => "mint",
            Self::Transfer(TransferUse::Transfer) => "transfer",
            Self::Transfer(TransferUse::Fulfil) => "fulfil",
            Self::Transfer(TransferUse::Rewrap) => "rewrap",
            Self::FalseKey => "false-key",
        }
    }

    pub fn of_tag(tag: &str) -> Self {
        ALL_USES
            .into_iter()
            .find(|case_use| case_use.tag() == tag)
            .expect("a use of the specification")
    }

    /// Label and width in bytes of each context field, in transcript order.
    pub fn fields(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Possession => POSSESSION_FIELDS,
            Self::Card => CARD_FIELDS,
            Self::Mint | Self::Transfer(_) => DELIVERY_FIELDS,
            Self::FalseKey => FALSE_KEY_FIELDS,
        }
    }

    /// Labels of the statement's points, in transcript order.
    pub fn points(self) -> &'static [&'static str] {
        match self {
            Self::Possession => &["X"],
            Self::Card => &[],
            Self::Mint => &["X-to", "R-new", "C-new"],
            Self::Transfer(_) => &["X-from", "X-to", "R-old", "C-old", "R-new", "C-new"],
            Self::FalseKey => &["X", "R-old", "C-old", "K"],
        }
    }

    /// How many responses follow the challenge.
    pub fn responses(self) -> usize {
        match self {
            Self::Mint | Self::Transfer(_) => 2,
            _ => 1,
        }
    }
}

/// A labelled item; numbers are little-endian at the width of their field.
pub type Item = (&'static str, Vec<u8>);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    pub case_use: Use,
    pub context: Vec<Item>,
    pub statement: Vec<Item>,
    pub proof: Vec<u8>,
}

impl Case {
    /// A context of random fields, and neither statement nor proof.
    pub fn with_random_context(case_use: Use, rng: &mut impl RngCore) -> Self {
        let context = case_use
            .fields()
            .iter()
            .map(|&(label, width)| {
                let mut bytes = vec![0; width];
                rng.fill_bytes(&mut bytes);
                (label, bytes)
            })
            .collect();
        Self {
            case_use,
            context,
            statement: Vec::new(),
            proof: Vec::new(),
        }
    }

    pub fn get(&self, label: &str) -> &[u8] {
        let mut items = self.context.iter().chain(&self.statement);
        &items
            .find(|item| item.0 == label)
            .unwrap_or_else(|| panic!("no {label}"))
            .1
    }

    /// Replaces an item that is there, or adds a point to the statement.
    pub fn set(&mut self, label: &'static str, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref().to_vec();
        match self
            .context
            .iter_mut()
            .chain(&mut self.statement)
            .find(|item| item.0 == label)
        {
            Some(item) => item.1 = bytes,
            None => self.statement.push((label, bytes)),
        }
    }

    pub fn point(&self, label: &str) -> EncodedPoint {
        EncodedPoint(*self.bytes32(label))
    }

    /// Every piece of the case with its name: context, statement, proof.
    pub fn pieces(&mut self) -> impl Iterator<Item = (&'static str, &mut Vec<u8>)> {
        self.context
            .iter_mut()
            .chain(&mut self.statement)
            .map(|(label, bytes)| (*label, bytes))
            .chain([("proof", &mut self.proof)])
    }

    /// Runs the verifier of the crate.
    pub fn verify(&self) -> Result<(), ProofError> {
        let commitment = self.commitment();
        match self.case_use {
            Use::Possession => verify_possession(&self.possession(), &self.point("X"), &self.short_proof()),
            Use::Card => verify_card(&self.card(), &commitment, &self.short_proof()),
            Use::Mint => verify_mint(
                &self.delivery(&commitment),
                &self.point("X-to"),
                &self.new_capsule(),
                &self.long_proof(),
            ),
            Use::Transfer(transfer_use) => verify_transfer(
                transfer_use,
                &self.delivery(&commitment),
                &self.point("X-from"),
                &self.point("X-to"),
                &self.old_capsule(),
                &self.new_capsule(),
                &self.long_proof(),
            ),
            Use::FalseKey => verify_false_key(
                &self.false_key(&commitment),
                &self.point("X"),
                &self.old_capsule(),
                &self.point("K"),
                &self.short_proof(),
            ),
        }
    }

    /// Fills statement and proof with a proof of possession of `secret`'s key.
    pub fn prove_possession(&mut self, secret: &EncryptionSecret, rng: &mut (impl RngCore + CryptoRng)) {
        self.proof = prove_possession(&self.possession(), secret, rng).0.to_vec();
        self.set("X", secret.public().0);
    }

    /// Fills in the commitment and the proof of a card of `secret`.
    pub fn prove_card(&mut self, secret: &ContentSecret, rng: &mut (impl RngCore + CryptoRng)) {
        self.set("content-commitment", secret.commitment().0);
        self.proof = prove_card(&self.card(), secret, rng).0.to_vec();
    }

    /// Fills in commitment, capsule and proof of a mint of `secret` for `to_key`.
    pub fn prove_mint(
        &mut self,
        secret: &ContentSecret,
        to_key: &EncodedPoint,
        rng: &mut (impl RngCore + CryptoRng),
    ) {
        let commitment = secret.commitment();
        self.set("content-commitment", commitment.0);
        let (new, proof) = prove_mint(&self.delivery(&commitment), secret, to_key, rng).unwrap();
        self.set("X-to", to_key.0);
        self.set("R-new", new.r.0);
        self.set("C-new", new.c.0);
        self.proof = proof.0.to_vec();
    }

    /// Fills in keys, capsules and proof of a transfer of `old` from `secret` to `to_key`.
    pub fn prove_transfer(
        &mut self,
        secret: &EncryptionSecret,
        to_key: &EncodedPoint,
        old: &Capsule,
        rng: &mut (impl RngCore + CryptoRng),
    ) {
        let Use::Transfer(transfer_use) = self.case_use else {
            panic!("not a transfer")
        };
        let commitment = self.commitment();
        let context = self.delivery(&commitment);
        let (new, proof) = prove_transfer(transfer_use, &context, secret, to_key, old, rng).unwrap();
        self.set("X-from", secret.public().0);
        self.set("X-to", to_key.0);
        self.set("R-old", old.r.0);
        self.set("C-old", old.c.0);
        self.set("R-new", new.r.0);
        self.set("C-new", new.c.0);
        self.proof = proof.0.to_vec();
    }

    /// Fills in key, capsule, opened point and proof of a report by `secret`.
    pub fn prove_false_key(
        &mut self,
        secret: &EncryptionSecret,
        capsule: &Capsule,
        rng: &mut (impl RngCore + CryptoRng),
    ) {
        let commitment = self.commitment();
        let (opened, proof) = prove_false_key(&self.false_key(&commitment), secret, capsule, rng).unwrap();
        self.set("X", secret.public().0);
        self.set("R-old", capsule.r.0);
        self.set("C-old", capsule.c.0);
        self.set("K", opened.0);
        self.proof = proof.0.to_vec();
    }

    pub fn new_capsule(&self) -> Capsule {
        Capsule {
            r: self.point("R-new"),
            c: self.point("C-new"),
        }
    }

    pub fn old_capsule(&self) -> Capsule {
        Capsule {
            r: self.point("R-old"),
            c: self.point("C-old"),
        }
    }

    fn commitment(&self) -> EncodedPoint {
        match self.case_use {
            Use::Possession => EncodedPoint([0; 32]),
            _ => self.point("content-commitment"),
        }
    }

    fn possession(&self) -> PossessionContext<'_> {
        PossessionContext {
            genesis: self.bytes32("genesis"),
            account: self.bytes32("account"),
            index: self.u32("key-index"),
        }
    }

    fn card(&self) -> CardContext<'_> {
        CardContext {
            genesis: self.bytes32("genesis"),
            creator: self.bytes32("creator"),
            root: self.bytes32("root"),
            blob_len: self.u64("blob-length"),
            salt: self.bytes32("salt"),
            key_commitment: self.bytes32("key-commitment"),
        }
    }

    fn delivery<'a>(&'a self, content_commitment: &'a EncodedPoint) -> DeliveryContext<'a> {
        DeliveryContext {
            genesis: self.bytes32("genesis"),
            card: self.u64("card"),
            root: self.bytes32("root"),
            blob_len: self.u64("blob-length"),
            key_commitment: self.bytes32("key-commitment"),
            content_commitment,
            edition: self.u64("edition"),
            order: self.u64("order"),
            price: u128::from_le_bytes(self.get("price").try_into().unwrap()),
            sequence: self.u32("sequence"),
            from: self.bytes32("from"),
            to: self.bytes32("to"),
            submitter: self.bytes32("submitter"),
            from_key_index: self.u32("from-key-index"),
            to_key_index: self.u32("to-key-index"),
        }
    }

    fn false_key<'a>(&'a self, content_commitment: &'a EncodedPoint) -> FalseKeyContext<'a> {
        FalseKeyContext {
            genesis: self.bytes32("genesis"),
            card: self.u64("card"),
            root: self.bytes32("root"),
            blob_len: self.u64("blob-length"),
            key_commitment: self.bytes32("key-commitment"),
            content_commitment,
            edition: self.u64("edition"),
            account: self.bytes32("account"),
            key_index: self.u32("key-index"),
        }
    }

    fn short_proof(&self) -> ShortProof {
        ShortProof(self.proof.as_slice().try_into().unwrap())
    }

    fn long_proof(&self) -> LongProof {
        LongProof(self.proof.as_slice().try_into().unwrap())
    }

    fn bytes32(&self, label: &str) -> &[u8; 32] {
        self.get(label).try_into().unwrap()
    }

    fn u32(&self, label: &str) -> u32 {
        u32::from_le_bytes(self.get(label).try_into().unwrap())
    }

    fn u64(&self, label: &str) -> u64 {
        u64::from_le_bytes(self.get(label).try_into().unwrap())
    }
}

/// An honest proof of any use about a random content, random keys and a random context.
pub fn honest(case_use: Use, rng: &mut (impl RngCore + CryptoRng)) -> Case {
    let content = ContentSecret::random(rng);
    let (from, to) = (random_encryption_secret(rng), random_encryption_secret(rng));
    let mut minted = Case::with_random_context(Use::Mint, rng);
    minted.prove_mint(&content, &from.public(), rng);
    let held = minted.new_capsule();

    let mut case = Case::with_random_context(case_use, rng);
    if case_use != Use::Possession {
        case.set("content-commitment", content.commitment().0);
    }
    match case_use {
        Use::Possession => case.prove_possession(&from, rng),
        Use::Card => case.prove_card(&content, rng),
        Use::Mint => return minted,
        Use::Transfer(_) => case.prove_transfer(&from, &to.public(), &held, rng),
        Use::FalseKey => case.prove_false_key(&from, &held, rng),
    }
    case
}

pub fn random_encryption_secret(rng: &mut (impl RngCore + CryptoRng)) -> EncryptionSecret {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    EncryptionSecret::derive(&seed, &[0; 32], &[0; 32], 0)
}
