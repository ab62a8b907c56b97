//! Who validates, on a network that runs: who signs twice is punished, who comes is let in, and who goes has his money when he can no
//! longer be punished. Sessions have ten slots here, half a minute; all else is the preset's.

use hashcard_chain::Chain;
use hashcard_journey_tests::network::account;
use hashcard_journey_tests::network::genesis::public;
use hashcard_journey_tests::network::operator::Operator;
use hashcard_journey_tests::{ensure, Failure, Network, Plan, Setting, Told};
use hashcard_primitives::validator::Standing;
use serde_json::{json, Value};

/// Slots of a session.
const SESSION_SLOTS: u64 = 10;
/// The least bond, in 10⁻¹² CARD.
const BOND: u128 = 10_000_000_000_000_000;
/// More than the fees of some transactions: one costs a fifth of a thousandth of a CARD.
const FEES: u128 = 1_000_000_000_000;
/// Blocks within which two nodes with one key are found out, and it is final what that costs: each of their slots shows it, and every
/// fourth is theirs.
const FOUND_WITHIN: u32 = 60;
/// The kind of an offence that is two blocks for one slot (pallet-babe 50 `EquivocationOffence`).
const TWO_BLOCKS: &[u8] = b"babe:equivocatio";
/// Blocks in two sessions and one more: a bond in the middle of a session counts from its end.
const TWO_SESSIONS_WITHIN: u32 = 3 * SESSION_SLOTS as u32;
/// Blocks within which somebody of four who authors makes one, and is heard when he votes.
const AUTHORS_WITHIN: u32 = 56;

fn plan(validators: usize) -> Plan {
    Plan {
        epoch_slots: SESSION_SLOTS,
        ..Plan::of(validators)
    }
}

pub async fn a_key_in_two_places_is_slashed_and_disabled() -> Told {
    let folder = tempfile::tempdir()?;
    let mut network = Network::open(folder.path(), plan(4)).await?;
    let start = network.finalize(0, 2).await?;
    let hash = network.hash_at(0, start).await?;
    let before = network.candidate(0, "Dave", &hash).await?;
    let before = before.ok_or_else(|| Failure::new("Dave is no candidate"))?;
    ensure(
        before.bond == BOND && before.validates && !before.disabled,
        || format!("{before:?}"),
    )?;

    // The key for blocks alone: else two votes might be heard of first.
    let again = Setting {
        no_votes: true,
        ..Setting::validator("Dave")
    };
    network.add("Dave-again", &again).await?;
    let observer = Operator::at(&network.member(0).node.url(), "Alice").await?;
    let (height, hash) = slashed(&network, &observer, start).await?;
    // As the block says that they were slashed, so it says that he is disabled, in the session that runs.
    let after = network.candidate(0, "Dave", &hash).await?;
    let after = after.ok_or_else(|| Failure::new("nothing is left of Dave"))?;
    ensure(after.bond < before.bond && after.disabled, || {
        format!("{before:?} and then {after:?}")
    })?;
    ensure(matches!(after.standing, Standing::Barred { .. }), || {
        format!("{after:?}")
    })?;
    let set = network.set(0, &hash).await?;
    ensure(set.disabled == [after.account], || format!("{set:?}"))?;
    // All nodes agree on it, and finality goes on without him.
    network.agree(&[0, 1, 2], height + 3).await.map(drop)
}

/// The first final block after this height in which somebody was slashed, and the offence was two blocks for one slot: height and hash.
/// No report may be refused.
async fn slashed(network: &Network, observer: &Operator, after: u32) -> Told<(u32, Value)> {
    for height in after + 1..=after + FOUND_WITHIN {
        network.finalize(0, height).await?;
        let hash = network.hash_at(0, height).await?;
        let events = observer.events(&hash).await?;
        let named = |name: &str| events.iter().find(|event| event.name == name);
        if let Some(refused) = named("System.ExtrinsicFailed") {
            return Err(Failure::new(format!("a report was refused: {}", refused.fields)));
        }
        if named("Validators.Slashed").is_some() {
            let offence = named("Offences.Offence");
            ensure(
                offence.is_some_and(|offence| offence.bytes.starts_with(TWO_BLOCKS)),
                || format!("slashed for something else: {events:?}"),
            )?;
            return Ok((height, hash));
        }
    }
    Err(Failure::new(format!(
        "nobody was slashed within {FOUND_WITHIN} blocks"
    )))
}

pub async fn who_bonds_and_sets_keys_authors_and_votes_within_two_sessions() -> Told {
    let folder = tempfile::tempdir()?;
    let mut network = Network::open(folder.path(), plan(3)).await?;
    // A validator of nobody yet: its keys are its own.
    let newcomer = Setting {
        validates: true,
        ..Setting::default()
    };
    let at = network.add("Eve", &newcomer).await?;
    let eve = Operator::at(&network.member(0).node.url(), "Eve").await?;

    // Money alone is no seat: a candidate has keys.
    let refused = eve.bond(BOND).await;
    ensure(
        refused
            .as_ref()
            .is_err_and(|failure| failure.to_string().contains("NoKeys")),
        || format!("a bond without keys: {refused:?}"),
    )?;
    let account = public("Eve", "sr25519", "accountId").await?;
    let node = &network.member(at).node;
    let made = node.ask("author_rotateKeysWithOwner", json!([account])).await?;
    eve.set_keys(&made).await?;
    eve.bond(BOND).await?;

    let bonded = network.member(0).node.finalized().await?;
    let session = session_at(&network, bonded).await?;
    let height = in_the_set(&network, "Eve", bonded).await?;
    let joined = session_at(&network, height).await?;
    // Her bond was final in `session`, and may have been in a block of the one before.
    ensure(joined <= session + 2, || {
        format!("she bonded by session {session} and is in the set in {joined}")
    })?;
    network.authored(0, "Eve", height - 1, AUTHORS_WITHIN).await?;
    voted(&network, 4).await
}

/// Waits until a round of votes is seen in which nobody is missing, of so many.
async fn voted(network: &Network, voters: u64) -> Told {
    let mut state = Value::Null;
    for _ in 0..AUTHORS_WITHIN {
        let node = &network.member(0).node;
        state = node.ask("grandpa_roundState", json!([])).await?;
        let background = state["background"].as_array().cloned().unwrap_or_default();
        let all_voted = |round: &Value| {
            let complete = |kind: &str| round[kind]["missing"].as_array().is_some_and(Vec::is_empty);
            round["totalWeight"] == voters && complete("prevotes") && complete("precommits")
        };
        if background.iter().chain([&state["best"]]).any(all_voted) {
            return Ok(());
        }
        network.import(0, 1).await?;
    }
    Err(Failure::new(format!("somebody of {voters} never votes: {state}")))
}

pub async fn who_leaves_has_the_bond_back_after_the_unbonding_time_and_not_before() -> Told {
    let folder = tempfile::tempdir()?;
    let network = Network::open(folder.path(), plan(4)).await?;
    let url = network.member(0).node.url();
    let dave = Operator::at(&url, "Dave").await?;
    let chain = Chain::connect(&url).await.map_err(said)?;
    let before = chain.balance(account("Dave")?).await.map_err(said)?;
    dave.unbond(BOND).await?;
    let height = network.member(0).node.finalized().await?;
    let hash = network.hash_at(0, height).await?;
    let leaving = network.candidate(0, "Dave", &hash).await?;
    let leaving = leaving.ok_or_else(|| Failure::new("nothing waits for Dave"))?;
    let [waits] = leaving.waiting[..] else {
        return Err(Failure::new(format!("{leaving:?}")));
    };
    ensure(
        waits.amount == BOND && leaving.standing == Standing::Leaving,
        || format!("{leaving:?}"),
    )?;

    // In every session until the one in which it is due, he is refused.
    let mut due = waits.due;
    let mut height = height;
    loop {
        let session = session_at(&network, height).await?;
        if session >= due {
            break;
        }
        let refused = dave.withdraw().await;
        let said = refused
            .as_ref()
            .err()
            .map(ToString::to_string)
            .unwrap_or_default();
        let decided = network.member(0).node.finalized().await?;
        let is_early = session_at(&network, decided).await? < due;
        ensure(!is_early || said.contains("NothingDue"), || {
            format!("he asked in session {session}, and it is due in {due}: {refused:?}")
        })?;
        height = network.member(0).node.finalized().await?;
        while session_at(&network, height).await? == session {
            height = network.finalize(0, height + 1).await?;
        }
        // Who serves on is liable for that session too, and it is due later.
        let hash = network.hash_at(0, height).await?;
        if let Some(view) = network.candidate(0, "Dave", &hash).await? {
            ensure(!view.waiting.is_empty(), || format!("{view:?}"))?;
            due = view.waiting.iter().map(|part| part.due).max().unwrap_or(due);
        }
    }
    dave.withdraw().await?;
    let hash = network
        .hash_at(0, network.member(0).node.finalized().await?)
        .await?;
    let after = network.candidate(0, "Dave", &hash).await?;
    ensure(after.is_none(), || format!("something is left: {after:?}"))?;
    let after = chain.balance(account("Dave")?).await.map_err(said)?;
    ensure(
        before.held - after.held == BOND && after.free + FEES > before.free + BOND,
        || format!("he had {before:?} and has {after:?}"),
    )?;
    let set = network.set(0, &hash).await?;
    ensure(set.validators.len() == 3, || format!("{set:?}"))
}

fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

async fn session_at(network: &Network, height: u32) -> Told<u32> {
    let hash = network.hash_at(0, height).await?;
    Ok(network.set(0, &hash).await?.session)
}

/// The first final block after this height in whose session `//Name` validates.
async fn in_the_set(network: &Network, name: &str, after: u32) -> Told<u32> {
    for height in after + 1..=after + TWO_SESSIONS_WITHIN {
        network.finalize(0, height).await?;
        let hash = network.hash_at(0, height).await?;
        let view = network.candidate(0, name, &hash).await?;
        if view.is_some_and(|view| view.validates) {
            return Ok(height);
        }
    }
    Err(Failure::new(format!(
        "{name} is not in the set within {TWO_SESSIONS_WITHIN} blocks"
    )))
}
