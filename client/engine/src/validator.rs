//! A validator's money and keys. **What is bonded answers for every signature of the session keys**, also while it waits after it was
//! unbonded; so what a call puts at stake, and for how long, is said before it is sent.
//!
//! The keys themselves are made by the validator's own node, and never pass through here.

use hashcard_chain::{
    account_of, address_of, Account, Chain, ChainAt, ChainError, Included, ProvenSessionKeys, SessionKeys,
    Wait,
};
use hashcard_primitives::lengths::Lengths;
use hashcard_primitives::validator::{CandidateView, Standing};
use hashcard_primitives::Balance;

use crate::amount::Amount;
use crate::command::{Event, NewKeys, Outcome, Validator};
use crate::engine::{Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::money::ensure_enough;
use crate::notation::{bytes_of, hex};
use crate::wallet::AccountName;

mod status;

pub use status::status_of;

/// Sessions until what is decided now is done: that which runs, and the next, which is planned.
const SESSIONS_AHEAD: u32 = 2;

/// Carries out what a validator asks for.
pub async fn carry_out(
    engine: &Engine,
    account: &AccountName,
    what: Validator,
    events: &Events,
) -> Result<Outcome, EngineError> {
    if let Validator::Status {
        address: Some(address),
    } = &what
    {
        return status_of(engine.chain().await?, address).await;
    }
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let asked = Asked {
        engine,
        chain,
        actor: &actor,
        events,
    };
    match what {
        Validator::Status { .. } => status::status(chain, actor.account).await,
        Validator::Bond { amount, keys } => asked.bond(amount, keys).await,
        Validator::BondMore { amount } => asked.bond_more(amount).await,
        Validator::Unbond { amount } => asked.unbond(amount).await,
        Validator::Withdraw { address } => asked.withdraw(address.as_deref()).await,
        Validator::Pause => asked.pause().await,
        Validator::Rejoin => asked.rejoin().await,
        Validator::SetKeys { keys } => asked.set_keys(keys).await,
        Validator::RetireKeys => asked.retire_keys().await,
    }
}

struct Asked<'a> {
    engine: &'a Engine,
    chain: &'a Chain,
    actor: &'a Actor,
    events: &'a Events,
}

impl Asked<'_> {
    async fn bond(&self, amount: Amount, keys: Option<NewKeys>) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let least = Amount(chain.min_validator_bond().await?);
        ensure_a_bond(amount, least)?;
        let then = chain.at_best().await?;
        ensure_may_bond(then.candidate(actor.account).await?.as_ref())?;
        let keys = keys.map(Wanted::read).transpose()?;
        if keys.is_none() && then.session_keys(actor.account).await?.is_none() {
            return Err(EngineError::bad_input(
                format!("the account {} has no session keys", actor.address()),
                "through the validator's own node add --rotate; or name keys that it made: --keys HEX --proof HEX",
            ));
        }
        ensure_enough(chain, actor, amount).await?;
        self.say_at_stake(&then, amount, amount).await?;
        if let Some(keys) = keys {
            self.name_keys(&then, keys).await?;
        }
        let bonding = chain.bond(&actor.signer, amount.0, Wait::Finalized);
        let sent = self.engine.send("bond", actor, self.events, bonding).await?;
        Ok(Outcome::Bonded {
            address: actor.address(),
            bond: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn bond_more(&self, amount: Amount) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        ensure_some(amount)?;
        let then = chain.at_best().await?;
        let bond = self.own_bond(&then).await?;
        ensure_enough(chain, actor, amount).await?;
        let sum = Amount(bond.0.saturating_add(amount.0));
        self.say_at_stake(&then, amount, sum).await?;
        let bonding = chain.bond_more(&actor.signer, amount.0, Wait::Finalized);
        let sent = self.engine.send("bond_more", actor, self.events, bonding).await?;
        Ok(Outcome::BondedMore {
            address: actor.address(),
            amount,
            bond: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn unbond(&self, amount: Option<Amount>) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let least = Amount(chain.min_validator_bond().await?);
        let then = chain.at_best().await?;
        let bond = self.own_bond(&then).await?;
        let (amount, rest) = split(bond, amount, least)?;
        let lengths = then.lengths().await?;
        let sessions = lengths.unbonding_sessions;
        let leaving = Event::Leaving {
            amount,
            rest,
            sessions,
            seconds: seconds_of(sessions, &lengths),
        };
        self.events.say(leaving).await;
        let unbonding = chain.unbond(&actor.signer, amount.0, Wait::Finalized);
        let sent = self.engine.send("unbond", actor, self.events, unbonding).await?;
        Ok(Outcome::Unbonded {
            address: actor.address(),
            amount: Amount(sent.value.amount),
            bond: Amount(sent.value.bond),
            due: sent.value.due,
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn withdraw(&self, address: Option<&str>) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let whose = address.map_or(Ok(actor.account), account_of)?;
        let then = chain.at_best().await?;
        let session = then.validator_set().await?.session;
        ensure_due(whose, then.candidate(whose).await?.as_ref(), session)?;
        let withdrawing = chain.withdraw_bond(&actor.signer, whose, Wait::Finalized);
        let sent = self
            .engine
            .send("withdraw", actor, self.events, withdrawing)
            .await?;
        Ok(Outcome::BondWithdrawn {
            address: address_of(&whose),
            amount: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn pause(&self) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let then = chain.at_best().await?;
        let bond = self.own_bond(&then).await?;
        let seconds = seconds_of(SESSIONS_AHEAD, &then.lengths().await?);
        self.events.say(Event::Resting { bond, seconds }).await;
        let pausing = chain.pause(&actor.signer, Wait::Finalized);
        let sent = self.engine.send("pause", actor, self.events, pausing).await?;
        Ok(Outcome::Paused {
            address: actor.address(),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn rejoin(&self) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let then = chain.at_best().await?;
        let bond = self.own_bond(&then).await?;
        self.say_at_stake(&then, Amount(0), bond).await?;
        let rejoining = chain.rejoin(&actor.signer, Wait::Finalized);
        let sent = self.engine.send("rejoin", actor, self.events, rejoining).await?;
        Ok(Outcome::Rejoined {
            address: actor.address(),
            bond: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn set_keys(&self, keys: NewKeys) -> Result<Outcome, EngineError> {
        let keys = Wanted::read(keys)?;
        let then = self.chain.at_best().await?;
        let (named, sent) = self.name_keys(&then, keys).await?;
        Ok(Outcome::SessionKeysSet {
            address: self.actor.address(),
            session_keys: keys_text(&named),
            deposit: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn retire_keys(&self) -> Result<Outcome, EngineError> {
        let (chain, actor) = (self.chain, self.actor);
        let retiring = chain.retire_session_keys(&actor.signer, Wait::Finalized);
        let sent = self
            .engine
            .send("retire_keys", actor, self.events, retiring)
            .await?;
        Ok(Outcome::SessionKeysRetired {
            address: actor.address(),
            deposit: Amount(sent.value),
            fee: Amount(sent.fee),
            block: sent.at.number,
        })
    }

    async fn name_keys(
        &self,
        then: &ChainAt,
        wanted: Wanted,
    ) -> Result<(SessionKeys, Included<Balance>), EngineError> {
        let proven = match wanted {
            Wanted::Made(proven) => proven,
            Wanted::FromTheNode => self.made_by_the_node().await?,
        };
        let named = Event::KeysNamed {
            session_keys: keys_text(&proven.keys),
            seconds: seconds_of(SESSIONS_AHEAD, &then.lengths().await?),
        };
        self.events.say(named).await;
        let setting = self
            .chain
            .set_session_keys(&self.actor.signer, proven, Wait::Finalized);
        let sent = self
            .engine
            .send("set_keys", self.actor, self.events, setting)
            .await?;
        Ok((proven.keys, sent))
    }

    async fn made_by_the_node(&self) -> Result<ProvenSessionKeys, EngineError> {
        let made = self.chain.make_session_keys(self.actor.account).await;
        made.map_err(|error| match error {
            ChainError::NodeRefused { reason, .. } => EngineError::new(
                Code::Failed,
                format!("{} makes no session keys: {reason}", self.chain.url()),
                "ask the validator's own node, on its machine or through ssh -L 9944:localhost:9944: --node ws://127.0.0.1:9944; or bring keys: --keys HEX --proof HEX",
            ),
            other => other.into(),
        })
    }

    async fn own_bond(&self, then: &ChainAt) -> Result<Amount, EngineError> {
        let view = then.candidate(self.actor.account).await?;
        match view.map(|view| view.bond).filter(|bond| *bond > 0) {
            Some(bond) => Ok(Amount(bond)),
            None => Err(EngineError::not_found(
                format!("the account {} has no bond", self.actor.address()),
                "make one: hashcard validator bond AMOUNT",
            )),
        }
    }

    async fn say_at_stake(&self, then: &ChainAt, amount: Amount, bond: Amount) -> Result<(), EngineError> {
        let lengths = then.lengths().await?;
        let sessions = lengths.unbonding_sessions;
        let at_stake = Event::AtStake {
            amount,
            bond,
            sessions,
            seconds: seconds_of(sessions, &lengths),
        };
        self.events.say(at_stake).await;
        Ok(())
    }
}

/// Session keys that are to be named.
enum Wanted {
    FromTheNode,
    Made(ProvenSessionKeys),
}

impl Wanted {
    fn read(keys: NewKeys) -> Result<Self, EngineError> {
        let NewKeys::Made { keys, proof } = keys else {
            return Ok(Self::FromTheNode);
        };
        let digits = |what: &str, bytes: usize| {
            EngineError::bad_input(
                format!(
                    "{what} has {} hexadecimal digits, and this has not",
                    bytes.saturating_mul(2)
                ),
                "copy both from what author_rotateKeysWithOwner of the validator's node answers",
            )
        };
        let keys: [u8; SessionKeys::LEN] =
            bytes_of(&keys).ok_or_else(|| digits("a pair of session keys", SessionKeys::LEN))?;
        let proof = bytes_of(&proof).ok_or_else(|| digits("its proof", ProvenSessionKeys::PROOF_LEN))?;
        Ok(Self::Made(ProvenSessionKeys {
            keys: SessionKeys::from_bytes(&keys),
            proof,
        }))
    }
}

/// As nodes take and give them.
fn keys_text(keys: &SessionKeys) -> String {
    format!("0x{}", hex(&keys.to_bytes()))
}

fn seconds_of(sessions: u32, lengths: &Lengths) -> u64 {
    let millis = lengths.epoch_slots.saturating_mul(lengths.slot_millis);
    u64::from(sessions).saturating_mul(millis) / 1_000
}

fn ensure_some(amount: Amount) -> Result<(), EngineError> {
    if amount.0 > 0 {
        return Ok(());
    }
    Err(EngineError::bad_input(
        "nothing is to be moved",
        "give an amount above 0",
    ))
}

fn ensure_a_bond(amount: Amount, least: Amount) -> Result<(), EngineError> {
    if amount >= least {
        return Ok(());
    }
    Err(EngineError::bad_input(
        format!("{amount} is no bond: a candidate has at least {least} at stake"),
        "bond that much or more: hashcard validator bond AMOUNT",
    ))
}

fn ensure_may_bond(view: Option<&CandidateView<Account>>) -> Result<(), EngineError> {
    let Some(view) = view else { return Ok(()) };
    if let Standing::Barred { until } = view.standing {
        return Err(EngineError::new(
            Code::Refused,
            format!("the account signed twice, and may be no candidate before session {until}"),
            "wait until then; see hashcard validator status",
        ));
    }
    if view.bond > 0 {
        return Err(EngineError::new(
            Code::Refused,
            format!("the account has a bond of {}", Amount(view.bond)),
            "add to it: hashcard validator bond-more AMOUNT, or come back: hashcard validator rejoin",
        ));
    }
    Ok(())
}

/// What leaves a bond and what stays: nothing, or as much as a candidate must have.
fn split(bond: Amount, amount: Option<Amount>, least: Amount) -> Result<(Amount, Amount), EngineError> {
    let amount = Amount(amount.map_or(bond.0, |amount| amount.0.min(bond.0)));
    ensure_some(amount)?;
    let rest = Amount(bond.0.saturating_sub(amount.0));
    if rest.0 == 0 || rest >= least {
        return Ok((amount, rest));
    }
    Err(EngineError::bad_input(
        format!("{rest} would be left, and a candidate has at least {least} at stake"),
        "unbond less, or all of it: hashcard validator unbond --all",
    ))
}

fn ensure_due(
    whose: Account,
    view: Option<&CandidateView<Account>>,
    session: u32,
) -> Result<(), EngineError> {
    let waiting = view.map(|view| view.waiting.as_slice()).unwrap_or_default();
    let Some(first) = waiting.iter().map(|part| part.due).min() else {
        return Err(EngineError::not_found(
            format!("nothing of {} waits to be withdrawn", address_of(&whose)),
            "unbond first: hashcard validator unbond AMOUNT",
        ));
    };
    if first <= session {
        return Ok(());
    }
    Err(EngineError::new(
        Code::Refused,
        format!("nothing can be withdrawn before session {first}, and this is session {session}"),
        "withdraw then; until that session it answers for what your keys signed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::validator::WaitingPart;

    fn view(bond: Balance, standing: Standing, due: &[u32]) -> CandidateView<Account> {
        CandidateView {
            account: [1; 32],
            bond,
            standing,
            validates: false,
            planned: false,
            disabled: false,
            waiting: due
                .iter()
                .map(|due| WaitingPart { amount: 1, due: *due })
                .collect(),
        }
    }

    #[test]
    fn a_bond_leaves_as_a_whole_or_down_to_the_least() {
        let split = |amount: Option<u128>| split(Amount(100), amount.map(Amount), Amount(60));
        assert_eq!(split(Some(40)).unwrap(), (Amount(40), Amount(60)));
        assert_eq!(split(None).unwrap(), (Amount(100), Amount(0)));
        assert_eq!(split(Some(500)).unwrap(), (Amount(100), Amount(0)));
        for amount in [0, 41, 99] {
            assert_eq!(split(Some(amount)).unwrap_err().code, Code::BadInput);
        }
    }

    #[test]
    fn whoever_has_a_bond_or_is_barred_makes_none() {
        assert!(ensure_may_bond(None).is_ok());
        assert!(ensure_may_bond(Some(&view(0, Standing::Leaving, &[9]))).is_ok());
        let bonded = ensure_may_bond(Some(&view(5, Standing::Resting, &[]))).unwrap_err();
        assert!(bonded.remedy.contains("rejoin"), "{}", bonded.remedy);
        let barred = ensure_may_bond(Some(&view(0, Standing::Barred { until: 12 }, &[]))).unwrap_err();
        assert!(barred.message.contains("session 12"), "{}", barred.message);
    }

    #[test]
    fn what_waits_is_given_from_its_session_on() {
        let due = |session| ensure_due([1; 32], Some(&view(0, Standing::Leaving, &[9, 12])), session);
        assert!(due(9).is_ok());
        let early = due(8).unwrap_err();
        assert_eq!(
            (early.code, early.message.contains("session 9")),
            (Code::Refused, true)
        );
        assert_eq!(ensure_due([1; 32], None, 9).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn keys_come_whole_and_with_their_proof() {
        let made = |keys: usize, proof: usize| {
            Wanted::read(NewKeys::Made {
                keys: format!("0x{}", "0a".repeat(keys)),
                proof: "0b".repeat(proof),
            })
        };
        let Ok(Wanted::Made(proven)) = made(64, 128) else {
            panic!("refused")
        };
        assert_eq!((proven.keys.grandpa, proven.proof[127]), ([10; 32], 11));
        for (keys, proof) in [(63, 128), (64, 127), (0, 0), (128, 64)] {
            assert!(made(keys, proof).is_err());
        }
    }

    #[test]
    fn sessions_take_as_long_as_genesis_says() {
        let lengths = Lengths {
            slot_millis: 3_000,
            epoch_slots: 20,
            order_deadline_blocks: 10,
            settlement_window_blocks: 5,
            seat_lifetime_blocks: 100,
            lock_window_blocks: 10,
            closing_window_blocks: 10,
            era_blocks: 20,
            unbonding_sessions: 4,
            notice_blocks: 20,
        };
        assert_eq!(seconds_of(4, &lengths), 240);
    }
}
