//! The life of a transaction: signed, handed over, followed until its fate is known.
//!
//! **The same bytes are sent again, never the same call anew.** Once a transaction may have left this process, it is
//! looked for in the blocks, and only if it is in none and can still be included, its own bytes are handed over again.
//! A block takes them once, by their number, so no loss of a connection makes anything happen twice.
//!
//! ```text
//! sign ─▶ hand over ─▶ watch ──in a block──▶ outcome
//!   ▲        │           │ silence, loss, refusal by the pool
//!   └─refused┘           ▼
//!  (never taken)       locate ──in a block──▶ outcome
//!                        │ absent, era over ─▶ Dropped
//!                        │ its number used by another ─▶ Dropped
//!                        └ absent ─▶ hand the same bytes over ─▶ watch
//! ```

use crate::{
    at::{At, Wait},
    extrinsic::{sign, Signed, LIFETIME},
    lanes::UnderWay,
    link::{Statuses, Submission},
    outcome::Executed,
    pool::{self, Verdict},
    runtime::{incompatible, spec_version_at},
    Chain, ChainError, Result, Signer,
};
use hashcard_primitives::Balance;
use std::{collections::HashSet, time::Duration};
use subxt::{
    config::substrate::H256,
    rpcs::{client::rpc_params, methods::legacy::TransactionStatus},
    transactions::Payload,
    utils::AccountId32,
};
use tokio::time::{sleep, timeout, Instant};

/// Times that a call is signed anew because the node never took it: other programs may use the same account.
const MAX_SIGNINGS: usize = 8;
/// Pause before signing anew: about the time in which a pool learns of a new block.
const RESIGN_PAUSE: Duration = Duration::from_millis(500);
/// How long a subscription may be silent before the blocks are searched: a few slots.
const SILENCE: Duration = Duration::from_secs(15);
/// Pause between two searches: one slot.
const SEARCH_PAUSE: Duration = Duration::from_secs(3);
/// How long a transaction is followed. Its era lasts about three minutes; the rest is for a chain that stalls.
const PURSUIT: Duration = Duration::from_secs(10 * 60);
/// How long the node may be away while a transaction is followed.
const OUTAGE: Duration = Duration::from_secs(2 * 60);
/// Most blocks that finality may be behind before the best block is taken as the birth of a transaction instead: half
/// of its life. A birth that is not final makes the transaction invalid on forks, which is the lesser evil then.
const MAX_FINALITY_LAG: u32 = LIFETIME / 2;

/// A transaction that the node has, or may have.
struct Sent {
    call: &'static str,
    account: [u8; 32],
    signed: Signed,
    statuses: Option<Statuses>,
    under_way: UnderWay,
    /// Blocks that were searched in vain.
    searched: HashSet<H256>,
    /// Whether the chain was upgraded before a block took it.
    outlived: bool,
}

/// Where a transaction is.
enum Place {
    InBlock {
        at: At,
        index: u32,
        is_final: bool,
    },
    /// Another transaction of the account has its number.
    Replaced {
        is_final: bool,
    },
    /// In no block yet. `expired` once no block can take it any more.
    Absent {
        expired: bool,
    },
    /// In no block, and for good: a final block's runtime is another than the one that it was signed for.
    Outlived,
}

impl Chain {
    /// Signs and sends a call, and waits for it. `name` is how errors call it, as in `keys.buy`.
    pub(crate) async fn transact<Call: Payload>(
        &self,
        signer: &Signer,
        name: &'static str,
        call: Call,
        wait: Wait,
    ) -> Result<Executed> {
        loop {
            let mut sent = self.send(signer, name, &call).await?;
            let fate = self.follow(&mut sent, wait).await;
            // It is in no block and can be in none, so this does nothing twice. Upgrades are days apart.
            if !(sent.outlived && matches!(fate, Err(ChainError::Dropped { .. }))) {
                return fate;
            }
            tracing::info!(call = name, hash = ?sent.signed.hash, "the chain was upgraded; signing for its new runtime");
        }
    }

    /// What a call would cost. What is signed to find out is a transaction that no block can take: its number is never reached.
    pub(crate) async fn fee_of_call<Call: Payload>(
        &self,
        signer: &Signer,
        name: &'static str,
        call: &Call,
    ) -> Result<Balance> {
        let runtime = self.runtime().await?;
        let (birth, genesis) = (self.birth().await?, self.link().genesis());
        let signed = sign(name, call, signer, u32::MAX, birth, genesis, &runtime)?;
        self.fee_of(&signed).await
    }

    /// Signs until the node takes it. Each signing has a new number or birth; those before it were refused.
    async fn send<Call: Payload>(&self, signer: &Signer, call: &'static str, payload: &Call) -> Result<Sent> {
        let account = signer.account();
        let lane = self.lanes().of(account);
        let turn = lane.turn().await;
        let mut refusal = String::new();
        for _ in 0..MAX_SIGNINGS {
            let runtime = self.runtime().await?;
            if let Some(reason) = runtime.no_transactions {
                return Err(incompatible(self.url(), reason, runtime.spec_version));
            }
            if runtime.lacks.contains(call) {
                return Err(self.not_yet(call, runtime.spec_version));
            }
            let birth = self.birth().await?;
            let number = turn.number(self.next_number(account).await?);
            let signed = sign(
                call,
                payload,
                signer,
                number,
                birth,
                self.link().genesis(),
                &runtime,
            )?;
            let statuses = match self.hand_over(&signed).await {
                Submission::Watched(statuses) => Some(statuses),
                Submission::Lost(reason) => {
                    tracing::info!(call, hash = ?signed.hash, reason, "looking whether the transaction arrived");
                    None
                }
                Submission::Unsent(error) => return Err(error),
                Submission::Answered { code, reason } => match pool::verdict(code, &reason) {
                    Verdict::Known => None,
                    Verdict::NumberTaken | Verdict::Outdated => {
                        refusal = reason;
                        sleep(RESIGN_PAUSE).await;
                        continue;
                    }
                    Verdict::CannotPay => return Err(self.cannot_pay(call, &signed, account).await),
                    Verdict::Refused { error, remedy } => return Err(pool::refused(call, error, remedy)),
                },
            };
            let under_way = turn.taken(number);
            return Ok(Sent {
                call,
                account,
                signed,
                statuses,
                under_way,
                searched: HashSet::new(),
                outlived: false,
            });
        }
        Err(ChainError::Refused {
            call,
            pallet: pool::NAME.to_owned(),
            error: "NumberTaken".to_owned(),
            remedy: format!("Another program keeps sending from this account ({refusal}); stop it, or wait."),
        })
    }

    /// Waits until the fate of a transaction is known.
    ///
    /// From here on the transaction may be in a block, so every error that does not tell its fate becomes
    /// [`ChainError::Unknown`].
    async fn follow(&self, sent: &mut Sent, wait: Wait) -> Result<Executed> {
        let began = Instant::now();
        let mut last_contact = began;
        loop {
            let mut seen_in = None;
            if let Some(statuses) = &mut sent.statuses {
                match watch(statuses, wait).await {
                    Watched::InBlock(hash) => seen_in = Some(hash),
                    Watched::Silent => {}
                    Watched::Ended => sent.statuses = None,
                }
            }
            let looked = match seen_in {
                Some(hash) => self.outcome_in(sent.call, &sent.signed, hash).await,
                None => self.step(sent, wait).await,
            };
            match looked {
                Ok(Some(executed)) => return Ok(executed),
                Ok(None) => last_contact = Instant::now(),
                Err(ChainError::NodeDown { .. }) if last_contact.elapsed() <= OUTAGE => {}
                Err(
                    fate @ (ChainError::Refused { .. }
                    | ChainError::InsufficientFunds { .. }
                    | ChainError::Dropped { .. }),
                ) => return Err(fate),
                Err(other) => return Err(sent.unknown(other.to_string())),
            }
            if began.elapsed() > PURSUIT {
                return Err(sent.unknown("the chain does not advance".to_owned()));
            }
            if sent.statuses.is_none() {
                sleep(SEARCH_PAUSE).await;
            }
        }
    }

    /// Reads the outcome from a block that the pool named; `None` if the block does not hold the transaction.
    async fn outcome_in(&self, call: &'static str, signed: &Signed, hash: H256) -> Result<Option<Executed>> {
        match self.find_in_block(hash, signed).await? {
            Some((at, index)) => self.outcome(call, at, index).await.map(Some),
            None => Ok(None),
        }
    }

    /// Looks once where the transaction is, and hands it over again if that is right. `None`: look again later.
    async fn step(&self, sent: &mut Sent, wait: Wait) -> Result<Option<Executed>> {
        let dropped = |sent: &Sent, reason: &str| {
            sent.under_way.gave_up();
            let hash = format!("{:?}", sent.signed.hash);
            Err(ChainError::Dropped {
                call: sent.call,
                hash,
                reason: reason.to_owned(),
            })
        };
        match self.locate(sent).await? {
            Place::InBlock { at, index, is_final } if is_final || wait == Wait::Best => {
                return self.outcome(sent.call, at, index).await.map(Some);
            }
            Place::InBlock { .. } | Place::Replaced { is_final: false } => return Ok(None),
            Place::Replaced { is_final: true } => {
                return dropped(sent, "another transaction of the account took its place");
            }
            Place::Absent { expired: true } => return dropped(sent, "no block took it while it was valid"),
            Place::Outlived => {
                sent.outlived = true;
                return dropped(sent, "the chain was upgraded before a block took it");
            }
            Place::Absent { expired: false } if sent.statuses.is_some() => return Ok(None),
            Place::Absent { expired: false } => {}
        }
        match self.hand_over(&sent.signed).await {
            Submission::Watched(statuses) => sent.statuses = Some(statuses),
            Submission::Lost(_) | Submission::Unsent(_) => {}
            Submission::Answered { code, reason } => match pool::verdict(code, &reason) {
                // It is on its way, or the next look finds out why not.
                Verdict::Known | Verdict::NumberTaken | Verdict::Outdated => {}
                Verdict::CannotPay => {
                    sent.under_way.gave_up();
                    return Err(self.cannot_pay(sent.call, &sent.signed, sent.account).await);
                }
                Verdict::Refused { error, remedy } => {
                    sent.under_way.gave_up();
                    return Err(pool::refused(sent.call, error, remedy));
                }
            },
        }
        Ok(None)
    }

    async fn locate(&self, sent: &mut Sent) -> Result<Place> {
        let (best, finalized) = (self.best().await?, self.finalized().await?);
        let Signed {
            nonce,
            birth,
            valid_until,
            spec_version,
            ..
        } = sent.signed;
        if self.at(best).nonce(sent.account).await? <= nonce {
            // Versions only rise. Neither this final block's chain has it, nor can what follows on it.
            let outlived = spec_version_at(self.link(), finalized.hash).await? > spec_version
                && self.at(finalized).nonce(sent.account).await? <= nonce;
            return Ok(match outlived {
                true => Place::Outlived,
                false => Place::Absent {
                    expired: finalized.number > valid_until,
                },
            });
        }
        let first = birth.number.saturating_add(1);
        let known = match self.link().knows_numbers() {
            true => None,
            false => Some(self.hashes_back_to(first, best).await?),
        };
        for number in first..=best.number.min(valid_until) {
            let hash = match &known {
                None => self.canonical_hash(Some(number)).await?,
                Some(known) => known.get(&number).copied(),
            };
            let Some(hash) = hash else {
                break;
            };
            if sent.searched.contains(&hash) {
                continue;
            }
            if let Some((at, index)) = self.find_in_block(hash, &sent.signed).await? {
                return Ok(Place::InBlock {
                    at,
                    index,
                    is_final: at.number <= finalized.number,
                });
            }
            // A node that invents blocks for ever costs it more than us, and no memory here.
            if sent.searched.len() < MAX_SEARCHED {
                sent.searched.insert(hash);
            }
        }
        Ok(Place::Replaced {
            is_final: self.at(finalized).nonce(sent.account).await? > nonce,
        })
    }

    /// The block that a new transaction names as its birth.
    async fn birth(&self) -> Result<At> {
        let (best, finalized) = (self.best().await?, self.finalized().await?);
        let lag = best.number.saturating_sub(finalized.number);
        Ok(if lag > MAX_FINALITY_LAG { best } else { finalized })
    }

    /// The account's next number, with the pool's transactions counted.
    async fn next_number(&self, account: [u8; 32]) -> Result<u32> {
        self.link()
            .ask("system_accountNextIndex", rpc_params![AccountId32(account)])
            .await
    }

    async fn cannot_pay(&self, call: &'static str, signed: &Signed, account: [u8; 32]) -> ChainError {
        // Both only improve the message.
        let needed = self.fee_of(signed).await.ok();
        let free = match self.at_best().await {
            Ok(best) => best.balance(account).await.ok().map(|money| money.free),
            Err(_) => None,
        };
        ChainError::InsufficientFunds { call, needed, free }
    }
}

/// Blocks of one transaction's life on a few forks.
const MAX_SEARCHED: usize = 4 * LIFETIME as usize;

impl Sent {
    fn unknown(&self, reason: String) -> ChainError {
        ChainError::Unknown {
            call: self.call,
            hash: format!("{:?}", self.signed.hash),
            valid_until: self.signed.valid_until,
            reason,
        }
    }
}

enum Watched {
    /// A block holds it, as final as was asked for.
    InBlock(H256),
    /// Nothing was heard for a while.
    Silent,
    /// Nothing more will be heard.
    Ended,
}

async fn watch(statuses: &mut Statuses, wait: Wait) -> Watched {
    loop {
        let status = match timeout(SILENCE, statuses.next()).await {
            Ok(Some(Ok(status))) => status,
            Ok(Some(Err(_)) | None) => return Watched::Ended,
            Err(_) => return Watched::Silent,
        };
        match status {
            TransactionStatus::InBlock(hash) if wait == Wait::Best => return Watched::InBlock(hash),
            TransactionStatus::Finalized(hash) => return Watched::InBlock(hash),
            TransactionStatus::Future
            | TransactionStatus::Ready
            | TransactionStatus::Broadcast(_)
            | TransactionStatus::InBlock(_)
            | TransactionStatus::Retracted(_) => {}
            TransactionStatus::FinalityTimeout(_)
            | TransactionStatus::Usurped(_)
            | TransactionStatus::Dropped
            | TransactionStatus::Invalid => return Watched::Ended,
        }
    }
}

#[cfg(test)]
mod tests;
