//! Candidates and validators, and the keys that they sign blocks with: pallets Validators and Session.
//!
//! **A session key is made on the machine that uses it, and proves there for which account.** So keys come here with their proof,
//! from a validator's own node ([`Chain::make_session_keys`]) or from whoever asked it; no secret passes through this crate.

use crate::{
    metadata::{
        runtime_types::{hashcard_runtime, sp_consensus_babe, sp_consensus_grandpa},
        storage, tx,
        validators::events,
    },
    pages::{at_most, consistent},
    stored::Row,
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use codec::{Decode, Encode};
use hashcard_primitives::{
    validator::{CandidatePage, CandidateView, SessionIndex, SetView, CANDIDATES_PER_PAGE},
    Balance, BlockNumber,
};
use serde::Deserialize;
use subxt::{
    rpcs::{client::rpc_params, methods::legacy::Bytes},
    utils::AccountId32,
};

/// Most candidates (the runtime's `MaxCandidates` of pallet Validators).
const MAX_CANDIDATES: u32 = 200;
/// Most validators (the runtime's `MaxAuthorities`).
const MAX_VALIDATORS: usize = 100;

/// What a validator's node signs with, both public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SessionKeys {
    /// Blocks: sr25519.
    pub babe: [u8; 32],
    /// Votes on what is final: Ed25519.
    pub grandpa: [u8; 32],
}

impl SessionKeys {
    /// Bytes of both.
    pub const LEN: usize = 64;

    /// The keys, one after the other, as nodes give them.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let (babe, grandpa) = bytes.split_at(Self::LEN / 2);
        let mut keys = Self {
            babe: [0; 32],
            grandpa: [0; 32],
        };
        keys.babe.copy_from_slice(babe);
        keys.grandpa.copy_from_slice(grandpa);
        keys
    }

    /// One after the other.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..Self::LEN / 2].copy_from_slice(&self.babe);
        bytes[Self::LEN / 2..].copy_from_slice(&self.grandpa);
        bytes
    }
}

/// Session keys, and what shows that who has their secrets meant them for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenSessionKeys {
    /// The keys.
    pub keys: SessionKeys,
    /// A signature by each, in their order.
    pub proof: [u8; Self::PROOF_LEN],
}

impl ProvenSessionKeys {
    /// Bytes of the proof: 64 of each signature.
    pub const PROOF_LEN: usize = 128;
}

/// A part of a bond that waits from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbonded {
    /// How much.
    pub amount: Balance,
    /// What the bond is now.
    pub bond: Balance,
    /// First session in which the amount can be withdrawn.
    pub due: SessionIndex,
}

/// A validator that made no block in the sessions that ended last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, Encode)]
pub struct SilentValidator {
    /// Who.
    pub account: Account,
    /// Blocks of those sessions, whoever made them.
    pub blocks: BlockNumber,
}

/// What a node answers that made keys (sc-rpc-api 0.60, `GeneratedSessionKeys`).
#[derive(Deserialize)]
struct MadeKeys {
    keys: Bytes,
    proof: Option<Bytes>,
}

impl ChainAt {
    /// Who validates now and next.
    pub async fn validator_set(&self) -> Result<SetView<Account>> {
        const METHOD: &str = "ValidatorsApi_validator_set";
        let set: SetView<Account> = self.chain.runtime_call(self.hash, METHOD, ()).await?;
        consistent(METHOD, !set.validators.is_empty(), "nobody validates")?;
        let members = set.disabled.iter().all(|who| set.validators.contains(who));
        consistent(METHOD, members, "somebody is disabled who does not validate")?;
        let in_order = (1..=set.validator_count).contains(&set.least_validators);
        consistent(METHOD, in_order, "it needs more validators than it may have")?;
        Ok(set)
    }

    /// All candidates, highest bond first.
    pub async fn candidates(&self) -> Result<Vec<CandidateView<Account>>> {
        const METHOD: &str = "ValidatorsApi_candidates";
        let mut candidates = Vec::new();
        for page in 0..=MAX_CANDIDATES.div_ceil(CANDIDATES_PER_PAGE) {
            let answer: CandidatePage<Account> = self.chain.runtime_call(self.hash, METHOD, (page,)).await?;
            at_most(METHOD, &answer.candidates, CANDIDATES_PER_PAGE as usize)?;
            candidates.extend(answer.candidates);
            match answer.next {
                None => break,
                Some(next) => consistent(
                    METHOD,
                    page.checked_add(1) == Some(next),
                    "a page leads elsewhere",
                )?,
            }
        }
        at_most(METHOD, &candidates, MAX_CANDIDATES as usize)?;
        let falls = candidates.is_sorted_by(|a, b| a.bond >= b.bond);
        consistent(METHOD, falls, "they are not ranked by bond")?;
        Ok(candidates)
    }

    /// An account that has something at stake, or is barred.
    pub async fn candidate(&self, account: Account) -> Result<Option<CandidateView<Account>>> {
        const METHOD: &str = "ValidatorsApi_candidate";
        let found: Option<CandidateView<Account>> =
            self.chain.runtime_call(self.hash, METHOD, (account,)).await?;
        let same = found.as_ref().is_none_or(|view| view.account == account);
        consistent(METHOD, same, "it is another account")?;
        Ok(found)
    }

    /// The session keys that speak for an account.
    pub async fn session_keys(&self, account: Account) -> Result<Option<SessionKeys>> {
        let row = Row::of_account("Session.NextKeys", storage().session().next_keys(), account)?;
        self.stored(row).await
    }

    /// Validators that made no block in the sessions that ended last.
    pub async fn silent_validators(&self) -> Result<Vec<SilentValidator>> {
        const ROW: &str = "Validators.Silences";
        let silent: Option<Vec<SilentValidator>> =
            self.stored(Row::single(ROW, "Validators", "Silences")?).await?;
        let silent = silent.unwrap_or_default();
        at_most(ROW, &silent, MAX_VALIDATORS)?;
        Ok(silent)
    }

    /// Whether an account made a block in the running session.
    pub async fn made_a_block(&self, account: Account) -> Result<bool> {
        let row = Row::of_account("Validators.Authored", storage().validators().authored(), account)?;
        let made: Option<()> = self.stored(row).await?;
        Ok(made.is_some())
    }
}

/// What a validator's own node does, and no other allows.
impl Chain {
    /// Has the node make new session keys for an account, in its keystore. Those that were there stay there.
    pub async fn make_session_keys(&self, owner: Account) -> Result<ProvenSessionKeys> {
        const METHOD: &str = "author_rotateKeysWithOwner";
        let owner = format!("0x{}", hex::encode(owner));
        let made: MadeKeys = self.link().ask(METHOD, rpc_params![owner]).await?;
        let other = |what: &str| ChainError::hostile(METHOD, format!("{what} of another length"));
        let keys: [u8; SessionKeys::LEN] = made.keys.0.try_into().map_err(|_| other("keys"))?;
        let proof = made.proof.map(|proof| proof.0).unwrap_or_default();
        Ok(ProvenSessionKeys {
            keys: SessionKeys::from_bytes(&keys),
            proof: proof.try_into().map_err(|_| other("a proof"))?,
        })
    }

    /// Whether the node has the secrets of these keys.
    pub async fn has_session_keys(&self, keys: SessionKeys) -> Result<bool> {
        let keys = format!("0x{}", hex::encode(keys.to_bytes()));
        self.link().ask("author_hasSessionKeys", rpc_params![keys]).await
    }
}

/// Calls.
impl Chain {
    /// Says which session keys speak for the signer; what was put on hold for them, nothing where there were others.
    pub async fn set_session_keys(
        &self,
        signer: &Signer,
        keys: ProvenSessionKeys,
        wait: Wait,
    ) -> Result<Included<Balance>> {
        let ProvenSessionKeys { keys, proof } = keys;
        let keys = hashcard_runtime::SessionKeys {
            babe: sp_consensus_babe::app::Public(keys.babe),
            grandpa: sp_consensus_grandpa::app::Public(keys.grandpa),
        };
        let call = tx().session().set_keys(keys, proof.to_vec());
        let done = self.transact(signer, "session.set_keys", call, wait).await?;
        let deposit = done.held_on(signer.account())?;
        Ok(done.included().map(|()| deposit))
    }

    /// Makes the signer a candidate; his bond.
    pub async fn bond(&self, signer: &Signer, amount: Balance, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().validators().bond(amount);
        let done = self.transact(signer, "validators.bond", call, wait).await?;
        done.with(|bonded: events::Bonded| bonded.bond)
    }

    /// Adds to the signer's bond; what it is then.
    pub async fn bond_more(&self, signer: &Signer, amount: Balance, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().validators().bond_more(amount);
        let done = self.transact(signer, "validators.bond_more", call, wait).await?;
        done.with(|bonded: events::BondedMore| bonded.bond)
    }

    /// Lets a part of the signer's bond wait, or all of it if it is less.
    pub async fn unbond(&self, signer: &Signer, amount: Balance, wait: Wait) -> Result<Included<Unbonded>> {
        let call = tx().validators().unbond(amount);
        let done = self.transact(signer, "validators.unbond", call, wait).await?;
        done.with(|unbonded: events::Unbonded| Unbonded {
            amount: unbonded.amount,
            bond: unbonded.bond,
            due: unbonded.due,
        })
    }

    /// Gives an account what it unbonded and has waited for; how much.
    pub async fn withdraw_bond(
        &self,
        signer: &Signer,
        account: Account,
        wait: Wait,
    ) -> Result<Included<Balance>> {
        let call = tx().validators().withdraw(AccountId32(account));
        let done = self.transact(signer, "validators.withdraw", call, wait).await?;
        done.with(|withdrawn: events::Withdrawn| withdrawn.amount)
    }

    /// Takes the signer off the ranking; his bond stays.
    pub async fn pause(&self, signer: &Signer, wait: Wait) -> Result<Included<()>> {
        let call = tx().validators().pause();
        let done = self.transact(signer, "validators.pause", call, wait).await?;
        done.with(|_: events::Paused| ())
    }

    /// Ranks the signer again; with which bond.
    pub async fn rejoin(&self, signer: &Signer, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().validators().rejoin();
        let done = self.transact(signer, "validators.rejoin", call, wait).await?;
        done.with(|rejoined: events::Rejoined| rejoined.bond)
    }

    /// Gives the signer's session keys up; the deposit that came back.
    pub async fn retire_session_keys(&self, signer: &Signer, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().validators().retire_keys();
        let done = self
            .transact(signer, "validators.retire_keys", call, wait)
            .await?;
        let deposit = done.released_to(signer.account())?;
        done.with(|_: events::KeysRetired| deposit)
    }
}

#[cfg(test)]
mod tests;
