//! Signatures of session keys, verified by the chain's rules and no others: a stricter payee would refuse what the chain pays,
//! a laxer one accept what it does not. docs/spec/payment-voucher.md, "Signed bytes".

use hashcard_primitives::channel::SessionKey;

/// The signing context of sr25519 everywhere on this chain.
const CONTEXT: &[u8] = b"substrate";

/// Whether the key signed these bytes.
pub fn is_signed(key: &SessionKey, bytes: &[u8], signature: &[u8; 64]) -> bool {
    match key {
        SessionKey::Ed25519(key) => ed25519_zebra::VerificationKey::try_from(*key)
            .and_then(|key| key.verify(&ed25519_zebra::Signature::from(*signature), bytes))
            .is_ok(),
        SessionKey::Sr25519(key) => {
            let key = schnorrkel::PublicKey::from_bytes(key);
            let signature = schnorrkel::Signature::from_bytes(signature);
            match (key, signature) {
                (Ok(key), Ok(signature)) => key.verify_simple(CONTEXT, bytes, &signature).is_ok(),
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::bytes32;
    use hashcard_primitives::channel::{Voucher, VoucherLine, VoucherLines};
    use serde_json::Value;

    fn text<'a>(value: &'a Value, field: &str) -> &'a str {
        value[field].as_str().unwrap()
    }

    fn signature_of(vector: &Value) -> [u8; 64] {
        let digits = text(vector, "signature");
        let halves = [&digits[..64], &digits[64..]].map(|half| bytes32(half).unwrap());
        halves.concat().try_into().unwrap()
    }

    /// Key, signed bytes and signature of a vector; `None` for one that is no voucher at all.
    fn parts(vector: &Value) -> Option<(SessionKey, Vec<u8>, [u8; 64])> {
        let public = bytes32(text(&vector["key"], "public")).unwrap();
        let key = match text(&vector["key"], "scheme") {
            "ed25519" => SessionKey::Ed25519(public),
            _ => SessionKey::Sr25519(public),
        };
        let voucher = &vector["voucher"];
        let lines: Vec<VoucherLine> = voucher["lines"]
            .as_array()?
            .iter()
            .map(|line| VoucherLine {
                card: line[0].as_str().unwrap().parse().unwrap(),
                cumulative: line[1].as_str().unwrap().parse().unwrap(),
            })
            .collect();
        let voucher = Voucher {
            pool: text(voucher, "pool").parse().unwrap(),
            session: text(voucher, "session").parse().unwrap(),
            payee: bytes32(text(voucher, "payee")).unwrap(),
            lines: VoucherLines::try_from(lines).ok()?,
        };
        if !voucher.is_well_formed() {
            return None;
        }
        let bytes = voucher.signed_bytes(&bytes32(text(vector, "genesis")).unwrap());
        Some((key, bytes, signature_of(vector)))
    }

    #[test]
    fn what_the_vectors_say_is_paid_is_signed_and_what_they_refuse_is_not() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/pay");
        let (mut paid, mut refused) = (0, 0);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let vector: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let signed =
                parts(&vector).is_some_and(|(key, bytes, signature)| is_signed(&key, &bytes, &signature));
            let expected = text(&vector, "expect") == "pay";
            assert_eq!(signed, expected, "{}", path.display());
            *(if expected { &mut paid } else { &mut refused }) += 1;
        }
        assert!(paid >= 8 && refused >= 20, "{paid} {refused}");
    }
}
