//! Networks at block 0. All that differs between them is here.

use crate::{
    constants::{
        money::{CARD, EXISTENTIAL_DEPOSIT, MIN_VALIDATOR_BOND},
        rewards::FIRST_EMISSION,
    },
    *,
};
use alloc::{vec, vec::Vec};
use serde_json::{json, Value};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// The lengths in which networks differ. Units are in the names.
struct Pace {
    epoch_slots: u64,
    order_deadline_blocks: BlockNumber,
    settlement_window_blocks: BlockNumber,
    lock_window_blocks: BlockNumber,
    seat_lifetime_blocks: BlockNumber,
    closing_window_blocks: BlockNumber,
    era_blocks: BlockNumber,
    unbonding_sessions: u32,
    notice_blocks: BlockNumber,
}

/// Most validators of a test network: room for whoever joins one.
const VALIDATOR_COUNT: u32 = 16;

/// Everything passes within a minute or two, so that a person or a test can watch it.
const DEV: Pace = Pace {
    epoch_slots: 20,
    order_deadline_blocks: 20,
    settlement_window_blocks: 10,
    lock_window_blocks: 20,
    seat_lifetime_blocks: 40,
    closing_window_blocks: 20,
    era_blocks: 20,
    unbonding_sessions: pallet_validators::MIN_UNBONDING_SESSIONS,
    notice_blocks: 20,
};
/// A few minutes: long enough for four validators to start and stop within an epoch.
const LOCAL: Pace = Pace {
    epoch_slots: 100,
    order_deadline_blocks: 100,
    settlement_window_blocks: 50,
    lock_window_blocks: 100,
    seat_lifetime_blocks: 200,
    closing_window_blocks: 100,
    era_blocks: 100,
    unbonding_sessions: pallet_validators::MIN_UNBONDING_SESSIONS,
    notice_blocks: 100,
};

/// What a network begins with beside its pace.
struct Founders {
    validators: Vec<(AccountId, SessionKeys)>,
    council: Vec<AccountId>,
    root: AccountId,
}

fn genesis(founders: Founders, pace: &Pace) -> Value {
    let Founders {
        validators,
        council,
        root,
    } = founders;
    // Every well-known development account can pay for anything that a test does.
    let mut endowed: Vec<_> = Sr25519Keyring::iter()
        .map(|k| (k.to_account_id(), 1_000_000 * CARD))
        .collect();
    // Beside what it has to spend.
    for (who, _) in &validators {
        if let Some((_, balance)) = endowed.iter_mut().find(|(account, _)| account == who) {
            *balance += MIN_VALIDATOR_BOND;
        }
    }
    // So that its account exists: else nothing less could be minted into it.
    endowed.push((configs::TreasuryAccount::get(), EXISTENTIAL_DEPOSIT));
    let count = validators.len() as u32;
    let candidates: Vec<_> = validators
        .iter()
        .map(|(who, _)| (who.clone(), MIN_VALIDATOR_BOND))
        .collect();
    let keys: Vec<_> = validators
        .into_iter()
        .map(|(who, keys)| (who.clone(), who, keys))
        .collect();
    json!({
        "balances": { "balances": endowed },
        "babe": { "epochConfig": configs::GENESIS_EPOCH_CONFIG },
        "council": { "members": council },
        "channels": { "closingWindowBlocks": pace.closing_window_blocks },
        "decisions": { "noticeBlocks": pace.notice_blocks },
        "keys": {
            "orderDeadline": pace.order_deadline_blocks,
            "settlementWindow": pace.settlement_window_blocks,
            "lockWindow": pace.lock_window_blocks,
        },
        "lengths": { "epochSlots": pace.epoch_slots },
        "rewards": {
            "eraBlocks": pace.era_blocks,
            "authorPerBlock": FIRST_EMISSION.author_per_block,
            "treasuryPerBlock": FIRST_EMISSION.treasury_per_block,
            "seedersPerBlock": FIRST_EMISSION.seeders_per_block,
            "creditShare": FIRST_EMISSION.credit_share,
        },
        "seeders": { "seatLifetimeBlocks": pace.seat_lifetime_blocks },
        "session": { "keys": keys },
        "sudo": { "key": Some(root) },
        "validators": {
            "candidates": candidates,
            // More than two thirds of those that begin: when so few are left, finality would wait for the one that goes.
            "leastValidators": count - count.saturating_sub(1) / 3,
            "unbondingSessions": pace.unbonding_sessions,
            "validatorCount": VALIDATOR_COUNT,
        },
    })
}

fn validator(account: Sr25519Keyring, grandpa: Ed25519Keyring) -> (AccountId, SessionKeys) {
    let keys = SessionKeys {
        babe: account.public().into(),
        grandpa: grandpa.public().into(),
    };
    (account.to_account_id(), keys)
}

/// One validator, fast. There is no council: Alice is root.
fn dev() -> Value {
    let founders = Founders {
        validators: vec![validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
        council: vec![],
        root: Sr25519Keyring::Alice.to_account_id(),
    };
    genesis(founders, &DEV)
}

/// Four validators: the fewest of whom one may fail. Five members of a council, who govern once Alice has given up sudo.
fn local() -> Value {
    let validators = vec![
        validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
        validator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
        validator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
        validator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
    ];
    let council = [
        Sr25519Keyring::Alice,
        Sr25519Keyring::Bob,
        Sr25519Keyring::Charlie,
        Sr25519Keyring::Dave,
        Sr25519Keyring::Eve,
    ];
    let founders = Founders {
        validators,
        council: council.map(|member| member.to_account_id()).to_vec(),
        root: Sr25519Keyring::Alice.to_account_id(),
    };
    genesis(founders, &LOCAL)
}

/// JSON of a preset; it patches the default genesis.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => dev(),
        LOCAL_TESTNET_RUNTIME_PRESET => local(),
        _ => return None,
    };
    Some(
        serde_json::to_string(&patch)
            .expect("a JSON value always serialises; qed")
            .into_bytes(),
    )
}

/// Names of the presets.
pub fn names() -> Vec<PresetId> {
    vec![DEV_RUNTIME_PRESET.into(), LOCAL_TESTNET_RUNTIME_PRESET.into()]
}
