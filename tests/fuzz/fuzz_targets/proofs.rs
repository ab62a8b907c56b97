//! Points, capsules and proofs are anybody's bytes: a verifier answers, whatever they are, and never with yes.
#![no_main]

use hashcard_proofs::{
    verify_card, verify_false_key, verify_mint, verify_possession, verify_transfer, Capsule, CardContext,
    DeliveryContext, EncodedPoint, FalseKeyContext, LongProof, PossessionContext, ShortProof, TransferUse,
};
use libfuzzer_sys::fuzz_target;

/// What a call carries, cut from the input.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
}

fuzz_target!(|data: &[u8]| {
    let _ = check(data);
});

fn check(data: &[u8]) -> Option<()> {
    let mut bytes = Bytes(data);
    let [key, other] = [bytes.take()?, bytes.take()?].map(EncodedPoint);
    let short = ShortProof(bytes.take()?);
    let possession = PossessionContext {
        genesis: &[1; 32],
        account: &[2; 32],
        index: 0,
    };
    assert!(verify_possession(&possession, &key, &short).is_err());
    let card = CardContext {
        genesis: &[1; 32],
        creator: &[2; 32],
        root: &[3; 32],
        blob_len: 200,
        salt: &[4; 32],
        key_commitment: &[5; 32],
    };
    assert!(verify_card(&card, &key, &short).is_err());

    let capsule = |bytes: &mut Bytes| {
        Some(Capsule {
            r: EncodedPoint(bytes.take()?),
            c: EncodedPoint(bytes.take()?),
        })
    };
    let (old, new) = (capsule(&mut bytes)?, capsule(&mut bytes)?);
    let long = LongProof(bytes.take()?);
    let context = DeliveryContext {
        genesis: &[1; 32],
        card: 1,
        root: &[3; 32],
        blob_len: 200,
        key_commitment: &[4; 32],
        content_commitment: &other,
        edition: 1,
        order: 1,
        price: 1,
        sequence: 0,
        from: &[2; 32],
        to: &[5; 32],
        submitter: &[2; 32],
        from_key_index: 0,
        to_key_index: 0,
    };
    assert!(verify_mint(&context, &key, &new, &long).is_err());
    for transfer_use in [TransferUse::Transfer, TransferUse::Fulfil, TransferUse::Rewrap] {
        assert!(verify_transfer(transfer_use, &context, &key, &other, &old, &new, &long).is_err());
    }
    let report = FalseKeyContext {
        genesis: &[1; 32],
        card: 1,
        root: &[3; 32],
        blob_len: 200,
        key_commitment: &[4; 32],
        content_commitment: &other,
        edition: 1,
        account: &[2; 32],
        key_index: 0,
    };
    assert!(verify_false_key(&report, &key, &old, &new.r, &short).is_err());
    Some(())
}
