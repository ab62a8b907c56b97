//! Who validates, who would, and how one account stands. All of it is about one final block.

use hashcard_chain::{account_of, address_of, Account, Chain, SilentValidator};
use hashcard_primitives::validator::{CandidateView, Standing};

use super::{keys_text, seconds_of};
use crate::amount::Amount;
use crate::command::{AccountStanding, CandidateShown, Outcome, ValidatorStatus, WaitingShown};
use crate::error::EngineError;

/// Blocks that chance owes each member of a set before its absence is silence (pallet Validators, `PATIENCE`).
const PATIENCE: u32 = 24;

/// How the account of an address stands.
pub async fn status_of(chain: &Chain, address: &str) -> Result<Outcome, EngineError> {
    status(chain, account_of(address)?).await
}

/// How an account stands.
pub(super) async fn status(chain: &Chain, account: Account) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let set = then.validator_set().await?;
    let silent = then.silent_validators().await?;
    let lengths = then.lengths().await?;
    let session_keys = then.session_keys(account).await?;
    let node_has_keys = match session_keys {
        // A node that is not the validator's own does not say.
        Some(keys) => chain.has_session_keys(keys).await.ok(),
        None => None,
    };
    let view = then.candidate(account).await?;
    let candidates = then.candidates().await?;
    let all = |accounts: &[Account]| accounts.iter().map(address_of).collect::<Vec<_>>();
    let members = u32::try_from(set.validators.len()).unwrap_or(u32::MAX);
    let (standing, barred_until) = named(view.as_ref().map(|view| view.standing));
    let waiting = view
        .iter()
        .flat_map(|view| &view.waiting)
        .map(|part| WaitingShown {
            amount: Amount(part.amount),
            due: part.due,
        });
    Ok(Outcome::ValidatorStatus(Box::new(ValidatorStatus {
        session: set.session,
        era: then.era().await?.era,
        validators: all(&set.validators),
        planned: all(&set.planned),
        disabled: all(&set.disabled),
        validator_count: set.validator_count,
        least_validators: set.least_validators,
        min_bond: Amount(chain.min_validator_bond().await?),
        unbonding_sessions: lengths.unbonding_sessions,
        session_seconds: seconds_of(1, &lengths),
        author_per_block: Amount(then.emission().await?.author_per_block),
        candidates: candidates.iter().map(|one| shown(one, &silent)).collect(),
        account: AccountStanding {
            address: address_of(&account),
            standing: standing.to_owned(),
            bond: Amount(view.as_ref().map_or(0, |view| view.bond)),
            validates: set.validators.contains(&account),
            planned: set.planned.contains(&account),
            disabled: set.disabled.contains(&account),
            barred_until,
            waiting: waiting.collect(),
            silent_blocks: silence_of(&account, &silent),
            patience_blocks: PATIENCE.saturating_mul(members),
            made_a_block: then.made_a_block(account).await?,
            session_keys: session_keys.as_ref().map(keys_text),
            node_has_keys,
        },
        block: at.number,
    })))
}

fn shown(one: &CandidateView<Account>, silent: &[SilentValidator]) -> CandidateShown {
    CandidateShown {
        address: address_of(&one.account),
        bond: Amount(one.bond),
        validates: one.validates,
        planned: one.planned,
        disabled: one.disabled,
        silent_blocks: silence_of(&one.account, silent),
    }
}

fn silence_of(account: &Account, silent: &[SilentValidator]) -> u32 {
    let found = silent.iter().find(|one| one.account == *account);
    found.map_or(0, |one| one.blocks)
}

fn named(standing: Option<Standing>) -> (&'static str, Option<u32>) {
    match standing {
        None => ("none", None),
        Some(Standing::Candidate) => ("candidate", None),
        Some(Standing::Resting) => ("resting", None),
        Some(Standing::Barred { until }) => ("barred", Some(until)),
        Some(Standing::Leaving) => ("leaving", None),
    }
}
