use super::*;
use crate::{
    metadata::{committed, keys::events::OrderPlaced},
    testing::{event, failure, fee_paid, success, FEE},
};
use codec::{Compact, Encode};
use hashcard_primitives::key::Sale;

const AT: At = At {
    number: 5,
    hash: [5; 32],
};

fn list(events: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Compact(events.len() as u32).encode();
    bytes.extend(events.concat());
    bytes
}

fn read_bytes(bytes: Vec<u8>, index: u32) -> Result<Executed> {
    read(
        "keys.buy",
        AT,
        index,
        crate::events::whole(Hashcard::offline(H256::zero(), 0, 0).events().from_bytes(bytes))?,
    )
}

fn placed(index: u32, order: u64) -> Vec<u8> {
    event(
        index,
        "Keys",
        "OrderPlaced",
        (
            (order, 7u64, Sale::Primary),
            ([1u8; 32], [2u8; 32], 500u128),
            (0u32, None::<u64>, 99u32),
        ),
    )
}

#[test]
fn only_the_events_of_the_transaction_count() {
    let bytes = list(&[
        placed(0, 1),
        failure(0, "Keys", "SoldOut", 0),
        placed(1, 2),
        fee_paid(1),
        success(1),
        placed(2, 3),
        success(2),
    ]);
    let executed = read_bytes(bytes, 1).unwrap();
    let order = executed.with(|placed: OrderPlaced| placed.order).unwrap();
    assert_eq!((order.value, order.fee, order.at), (2, FEE, AT));
}

#[test]
fn a_call_that_was_free_in_the_end_cost_nothing() {
    assert_eq!(read_bytes(list(&[success(0)]), 0).unwrap().included().fee, 0);
}

#[test]
fn every_error_of_every_pallet_is_told_by_its_name() {
    let metadata = committed();
    for pallet in metadata.pallets() {
        for variant in pallet.error_variants().unwrap_or_default() {
            let bytes = list(&[fee_paid(0), failure(0, pallet.name(), &variant.name, 3)]);
            match read_bytes(bytes, 0).err().unwrap() {
                ChainError::Refused { pallet: p, error, .. } => {
                    assert_eq!((p.as_str(), &error), (pallet.name(), &variant.name));
                }
                ChainError::InsufficientFunds { .. } => {
                    assert_eq!(
                        (pallet.name(), variant.name.as_str()),
                        ("Balances", "InsufficientBalance")
                    );
                }
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn errors_of_no_pallet_are_told_by_name_too() {
    let info = (Compact(7u64), Compact(0u64), 0u8, 0u8);
    let failed = |error: &[u8]| {
        let mut fields = error.to_vec();
        fields.extend(info.encode());
        struct Raw(Vec<u8>);
        impl Encode for Raw {
            fn encode(&self) -> Vec<u8> {
                self.0.clone()
            }
        }
        read_bytes(list(&[event(0, "System", "ExtrinsicFailed", Raw(fields))]), 0)
            .err()
            .unwrap()
    };
    // sp_runtime::DispatchError: BadOrigin is 2, Token is 7; TokenError: FundsUnavailable is 0, Frozen is 5.
    assert!(matches!(failed(&[2]), ChainError::Refused { pallet, error, .. }
        if pallet == "System" && error == "BadOrigin"));
    assert!(
        matches!(failed(&[7, 5]), ChainError::Refused { pallet, error, .. }
        if pallet == "Token" && error == "Frozen")
    );
    assert!(matches!(failed(&[7, 0]), ChainError::InsufficientFunds { .. }));
}

#[test]
fn events_that_are_cut_off_left_over_or_garbage_are_refused() {
    let good = list(&[placed(0, 1), fee_paid(0), success(0)]);
    assert!(read_bytes(good.clone(), 0).is_ok());
    for len in 0..good.len() {
        assert!(read_bytes(good[..len].to_vec(), 0).is_err(), "cut at {len}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert!(read_bytes(longer, 0).is_err());
    let mut endless = Compact(u32::MAX).encode();
    endless.extend(&good[1..]);
    assert!(read_bytes(endless, 0).is_err());
    for seed in 0..=255u8 {
        let garbage: Vec<u8> = (0..64)
            .map(|i: u8| i.wrapping_mul(seed).wrapping_add(seed))
            .collect();
        assert!(read_bytes(garbage, 0).is_err());
    }
}

#[test]
fn a_block_that_does_not_tell_how_the_transaction_ended_is_not_believed() {
    assert!(matches!(
        read_bytes(list(&[placed(0, 1)]), 0),
        Err(ChainError::HostileAnswer { .. })
    ));
    let executed = read_bytes(list(&[success(0)]), 0).unwrap();
    assert!(matches!(
        executed.with(|placed: OrderPlaced| placed.order),
        Err(ChainError::HostileAnswer { .. })
    ));
}

#[test]
fn bytes_of_a_block_are_read_in_either_form() {
    let read = |json: &str| {
        serde_json::from_str::<Extrinsic>(json)
            .map(|extrinsic| extrinsic.0)
            .ok()
    };
    assert_eq!(read(r#""0x0102ff""#), Some(vec![1, 2, 255]));
    assert_eq!(read("[1, 2, 255]"), Some(vec![1, 2, 255]));
    for bad in [
        r#""0x012""#,
        r#""0xzz""#,
        "[256]",
        "[-1]",
        "[[1]]",
        "7",
        "null",
        "{}",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}
