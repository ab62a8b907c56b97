//! Who made a block, as its header says.

use serde_json::Value;

use crate::failure::{Failure, Told};

/// A claim of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Whether the slot was won; else it was assigned.
    pub is_primary: bool,
    /// Place of the author in the set of the block's session.
    pub author: u32,
}

/// What the header of a block, as JSON-RPC gives it, claims: a pre-runtime digest (6) of the engine `BABE`, a compact length below
/// 2¹⁴ in one byte or two, then the kind of claim and the author's place in four bytes, least first (sp-consensus-babe, `PreDigest`).
pub fn claim_of(header: &Value) -> Told<Claim> {
    let claim = header["digest"]["logs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find_map(|log| log.strip_prefix("0x0642414245"))
        .ok_or_else(|| Failure::new(format!("no claim of a slot in {header}")))?;
    let byte = |at: usize| {
        claim
            .get(2 * at..2 * at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .ok_or_else(|| Failure::new(format!("a short claim of a slot: {claim}")))
    };
    let kind = if byte(0)? & 3 == 0 { 1 } else { 2 };
    let place = [byte(kind + 1)?, byte(kind + 2)?, byte(kind + 3)?, byte(kind + 4)?];
    Ok(Claim {
        is_primary: byte(kind)? == 1,
        author: u32::from_le_bytes(place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_slot_that_was_won_is_told_from_one_that_was_assigned_and_its_author_named() {
        let header =
            |claim: &str| json!({"digest": {"logs": ["0x05464f4f", format!("0x0642414245{claim}")]}});
        let claim = |is_primary, author| Claim { is_primary, author };
        assert_eq!(claim_of(&header("340100000000")).unwrap(), claim(true, 0));
        assert_eq!(claim_of(&header("340203000000")).unwrap(), claim(false, 3));
        // A longer claim has a length of two bytes.
        assert_eq!(claim_of(&header("b5010102010000")).unwrap(), claim(true, 258));
        assert_eq!(claim_of(&header("b5010301000000")).unwrap(), claim(false, 1));
        assert!(claim_of(&header("3401000000")).is_err());
        assert!(claim_of(&header("")).is_err());
        assert!(claim_of(&json!({"digest": {"logs": []}})).is_err());
    }
}
