//! What comes to the chain's door and is not as it should be is refused there, by its name. The node lives on, the pool stays empty, and
//! nobody is charged.

use codec::{Compact, Encode};
use hashcard_journey_tests::envelope::{bare, general, hash_of, submit, Envelope};
use hashcard_journey_tests::{ensure, Failure, Stage, Told};
use serde_json::json;
use subxt_signer::sr25519::Keypair;
use subxt_signer::SecretUri;

/// Indices of the runtime: a pallet, and a call of it.
const REMARK: [u8; 2] = [0, 0];
const SET_TIME: [u8; 2] = [1, 0];
const TRANSFER: [u8; 2] = [10, 3];
/// Units that are sent: less than a fee, more than nothing.
const SENT: u128 = 1_000_000_000;
/// More than a block has room for, less than a node hears in one request.
const TOO_LONG: usize = 4 << 20;
/// In hexadecimal more than the 15 MiB of one request.
const TOO_LONG_TO_HEAR: usize = 8 << 20;
/// A development chain has a few dozen.
const MOST_ACCOUNTS: u32 = 500;
/// A length that nothing here has.
const CLAIMED: u32 = 1 << 30;

/// The refusals, as every node of the SDK words them.
const FORMAT: &str = "Could not decode `OpaqueExtrinsic";
const VERIFICATION: &str = "\"code\":1002";
const BAD_SIGNATURE: &str = "Transaction has a bad signature";
const OUTDATED: &str = "Transaction is outdated";
const KNOWN: &str = "Transaction Already Imported";
const ANCIENT: &str = "Transaction has an ancient birth block";
const CANNOT_PAY: &str = "Inability to pay some fees";
const NO_ROOM: &str = "Transaction would exhaust the block limits";
const UNSIGNED: &str = "Transaction call is not expected";
const ONLY_AUTHORS: &str = "Transaction dispatch is mandatory; transactions must not be validated.";
const NO_SENDER: &str = "The transaction extension did not authorize any origin";

fn person(path: &str) -> Told<Keypair> {
    let uri: SecretUri = path
        .parse()
        .map_err(|error| Failure::new(format!("{path}: {error}")))?;
    Keypair::from_uri(&uri).map_err(|error| Failure::new(format!("{path}: {error}")))
}

fn transfer(to: &Keypair) -> Vec<u8> {
    let mut call = TRANSFER.to_vec();
    // `MultiAddress::Id`.
    call.push(0);
    call.extend_from_slice(&to.public_key().0);
    Compact(SENT).encode_to(&mut call);
    call
}

fn remark(len: usize) -> Vec<u8> {
    (REMARK, vec![0u8; len]).encode()
}

/// An era of so many blocks that begins with a block of this number or at the same place after it: `sp_runtime::generic::Era`.
fn mortal(period: u64, phase: u64) -> Vec<u8> {
    let quantum = (period >> 12).max(1);
    let low = (period.trailing_zeros() as u16).saturating_sub(1).clamp(1, 15);
    let era = low | ((phase / quantum) << 4) as u16;
    era.to_le_bytes().to_vec()
}

/// The account's row, as its bytes; null for one that is not there.
async fn account(stage: &Stage, who: &Keypair) -> Told<serde_json::Value> {
    use subxt::ext::frame_decode::storage::encode_storage_key_prefix;
    let prefix = format!(
        "0x{}",
        hex::encode(encode_storage_key_prefix("System", "Account"))
    );
    let keys = stage
        .node
        .ask("state_getKeysPaged", json!([prefix, MOST_ACCOUNTS]))
        .await?;
    // Each key ends with the account's id.
    let id = hex::encode(who.public_key().0);
    let is_his = |key: &&serde_json::Value| key.as_str().is_some_and(|key| key.ends_with(&id));
    match keys.as_array().into_iter().flatten().find(is_his) {
        Some(key) => stage.node.ask("state_getStorage", json!([key])).await,
        None => Ok(serde_json::Value::Null),
    }
}

async fn refused(stage: &Stage, what: &str, transaction: &[u8], with: &str) -> Told {
    refused_by_one_of(stage, what, transaction, &[with]).await
}

async fn refused_by_one_of(stage: &Stage, what: &str, transaction: &[u8], names: &[&str]) -> Told {
    match submit(&stage.node, transaction).await {
        Ok(hash) => Err(Failure::new(format!("{what} was taken: {hash}"))),
        Err(refusal) => ensure(
            names.iter().any(|name| refusal.to_string().contains(name)),
            || {
                format!(
                    "{what} was refused otherwise than by {}: {refusal}",
                    names.join(" or ")
                )
            },
        ),
    }
}

pub async fn what_is_malformed_oversized_replayed_or_meant_for_another_chain_is_refused_by_name_and_costs_nobody(
) -> Told {
    let stage = Stage::open().await?;
    let (eve, bob, poor) = (person("//Eve")?, person("//Bob")?, person("//Nobody//has//it")?);
    let right = Envelope::right(&stage.node, &eve).await?;
    let (eves, bobs) = (account(&stage, &eve).await?, account(&stage, &bob).await?);
    let good = right.seal(&eve, &transfer(&bob));

    // Malformed.
    refused(&stage, "nothing", &[], FORMAT).await?;
    refused(&stage, "noise", &[0xA5; 120], FORMAT).await?;
    refused(&stage, "a transaction cut short", &good[..good.len() - 9], FORMAT).await?;
    let mut claims = Compact(CLAIMED).encode();
    claims.extend_from_slice(&good[2..]);
    refused(&stage, "a length that is not there", &claims, FORMAT).await?;
    for (what, call) in [
        ("a pallet that is not there", vec![255, 0]),
        ("a call that is not there", vec![TRANSFER[0], 255]),
        ("a call cut short", transfer(&bob)[..20].to_vec()),
        (
            "a call with more behind it",
            [transfer(&bob), vec![0; 7]].concat(),
        ),
        (
            "a list longer than what follows",
            (REMARK, Compact(CLAIMED)).encode(),
        ),
    ] {
        refused(&stage, what, &right.seal(&eve, &call), VERIFICATION).await?;
    }
    let mut format = good.clone();
    format[2] = 0x87;
    refused(&stage, "a format from the future", &format, VERIFICATION).await?;

    // Oversized: more than a block has, and more than a node hears.
    let long = right.seal(&eve, &remark(TOO_LONG));
    refused(&stage, "more than a block has room for", &long, NO_ROOM).await?;
    // The node hangs up; whether it says so first depends on how far it has listened.
    let unheard = submit(&stage.node, &vec![0; TOO_LONG_TO_HEAR]).await;
    ensure(unheard.is_err(), || "more than a node hears was heard".to_owned())?;

    // Without a sender: neither what only authors may say, nor anything else.
    let time = (SET_TIME, Compact(1u64)).encode();
    refused(&stage, "a time stamp of a stranger", &bare(&time), ONLY_AUTHORS).await?;
    refused(&stage, "a call of nobody", &bare(&remark(4)), UNSIGNED).await?;
    refused(
        &stage,
        "a call of a format without signatures",
        &general(&remark(4)),
        NO_SENDER,
    )
    .await?;

    // Signed, but not this.
    let mut tampered = good.clone();
    let last = tampered.len() - 1;
    tampered[last] ^= 1;
    refused(&stage, "another amount than was signed", &tampered, BAD_SIGNATURE).await?;
    let mut stolen = good.clone();
    // Behind length, format and kind of address.
    stolen[4..36].copy_from_slice(&bob.public_key().0);
    refused(&stage, "another's signature", &stolen, BAD_SIGNATURE).await?;
    for (what, wrong) in [
        (
            "for another chain",
            Envelope {
                genesis: [0x42; 32],
                ..right.clone()
            },
        ),
        (
            "for another runtime",
            Envelope {
                spec_version: right.spec_version + 1,
                ..right.clone()
            },
        ),
        (
            "for other calls",
            Envelope {
                transaction_version: right.transaction_version + 1,
                ..right.clone()
            },
        ),
        (
            "of an era of another branch",
            Envelope {
                era: mortal(64, 0),
                era_hash: [0x42; 32],
                ..right.clone()
            },
        ),
    ] {
        refused(&stage, what, &wrong.seal(&eve, &transfer(&bob)), BAD_SIGNATURE).await?;
    }
    // It begins with the last block of a period of 4,096, which is far away.
    let early = Envelope {
        era: mortal(4_096, 4_095),
        ..right.clone()
    };
    refused(
        &stage,
        "an era that has not begun",
        &early.seal(&eve, &transfer(&bob)),
        ANCIENT,
    )
    .await?;
    // Nobody pays for who has nothing.
    let broke = Envelope::right(&stage.node, &poor).await?;
    refused(
        &stage,
        "money of who has none",
        &broke.seal(&poor, &transfer(&bob)),
        CANNOT_PAY,
    )
    .await?;

    // All of this left no trace. The pool is empty, and blocks come.
    stage.node.next_block().await?;
    let pending = stage.node.ask("author_pendingExtrinsics", json!([])).await?;
    ensure(pending == json!([]), || {
        format!("somewhere in the pool: {pending}")
    })?;
    ensure(
        account(&stage, &eve).await? == eves && account(&stage, &bob).await? == bobs,
        || "an account changed by refusals".to_owned(),
    )?;

    // The good one is taken, once.
    let head = stage.node.best().await?;
    let era_hash = stage.node.ask("chain_getBlockHash", json!([head])).await?;
    let dying = Envelope {
        nonce: right.nonce + 1,
        era: mortal(4, u64::from(head) % 4),
        era_hash: hash_of(&era_hash)?,
        ..right.clone()
    };
    submit(&stage.node, &good).await?;
    while account(&stage, &bob).await? == bobs {
        stage.node.next_block().await?;
    }
    let (eves, bobs) = (account(&stage, &eve).await?, account(&stage, &bob).await?);
    // The pool knows a transaction until its block is final; from then on the chain does.
    refused_by_one_of(&stage, "the same again", &good, &[OUTDATED, KNOWN]).await?;
    while stage.node.best().await? < head + 4 {
        stage.node.next_block().await?;
    }
    // Its era is over: another block begins one at that place now, and that is not what was signed.
    refused(
        &stage,
        "an era that is over",
        &dying.seal(&eve, &transfer(&bob)),
        BAD_SIGNATURE,
    )
    .await?;
    stage.node.next_block().await?;
    ensure(
        account(&stage, &eve).await? == eves && account(&stage, &bob).await? == bobs,
        || "a replay moved money".to_owned(),
    )
}
