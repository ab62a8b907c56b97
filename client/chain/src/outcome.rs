//! What a block did with one of its transactions, read from the block's events.

use crate::{
    at::{at_of, At, Header, Included},
    error::quoted,
    extrinsic::{hash_of, Hashcard, Signed},
    metadata::{
        balances::events::{Held, Released},
        runtime_types::sp_runtime::DispatchError,
        system, transaction_payment,
    },
    refusal, Account, Chain, ChainError, Result,
};
use hashcard_primitives::Balance;
use serde::{
    de::{SeqAccess, Visitor},
    Deserialize, Deserializer,
};
use subxt::{
    config::substrate::H256,
    events::{DecodeAsEvent, Event, Events, Phase},
    rpcs::{client::rpc_params, methods::legacy::Bytes},
};

/// A transaction that a block executed with success.
pub(crate) struct Executed {
    call: &'static str,
    at: At,
    fee: Balance,
    index: u32,
    events: Events<Hashcard>,
}

impl Executed {
    /// The call, as errors name it.
    pub(crate) fn call(&self) -> &'static str {
        self.call
    }

    /// Without a value of its own.
    pub(crate) fn included(&self) -> Included<()> {
        Included {
            at: self.at,
            value: (),
            fee: self.fee,
        }
    }

    /// What every event of a kind tells, in order.
    pub(crate) fn every<E: DecodeAsEvent, T>(&self, value: impl Fn(E) -> T) -> Result<Vec<T>> {
        let mut values = Vec::new();
        for event in self.events.iter() {
            let event = event.map_err(|e| ChainError::hostile("System.Events", e))?;
            if event.phase() != Phase::ApplyExtrinsic(self.index) {
                continue;
            }
            if let Some(found) = event.decode_fields_as::<E>() {
                values.push(value(found.map_err(|e| ChainError::hostile("System.Events", e))?));
            }
        }
        Ok(values)
    }

    /// What the transaction put on hold on an account.
    pub(crate) fn held_on(&self, account: Account) -> Result<Balance> {
        let held = self.every(|held: Held| if held.who.0 == account { held.amount } else { 0 })?;
        Ok(held.into_iter().fold(0, Balance::saturating_add))
    }

    /// What it released to an account.
    pub(crate) fn released_to(&self, account: Account) -> Result<Balance> {
        let released = self.every(|released: Released| {
            if released.who.0 == account {
                released.amount
            } else {
                0
            }
        })?;
        Ok(released.into_iter().fold(0, Balance::saturating_add))
    }

    /// With what the call's event tells.
    pub(crate) fn with<E: DecodeAsEvent, T>(&self, value: impl FnOnce(E) -> T) -> Result<Included<T>> {
        for event in self.events.iter() {
            let event = event.map_err(|e| ChainError::hostile("System.Events", e))?;
            if event.phase() != Phase::ApplyExtrinsic(self.index) {
                continue;
            }
            if let Some(found) = event.decode_fields_as::<E>() {
                let found = found.map_err(|e| ChainError::hostile("System.Events", e))?;
                return Ok(self.included().map(|()| value(found)));
            }
        }
        Err(ChainError::hostile(
            "System.Events",
            format!("{} left no event of its success", self.call),
        ))
    }
}

/// A block as the node's RPC gives it; justifications are not read.
#[derive(Deserialize)]
struct SignedBlock {
    block: Block,
}

#[derive(Deserialize)]
struct Block {
    header: Header,
    extrinsics: Vec<Extrinsic>,
}

/// A transaction's bytes: hex from a node that treats them as opaque, a list of numbers from one that decodes them.
struct Extrinsic(Vec<u8>);

impl<'de> Deserialize<'de> for Extrinsic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes in hex or as numbers")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> core::result::Result<Vec<u8>, E> {
                hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> core::result::Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = numbers.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_any(Either).map(Extrinsic)
    }
}

impl Chain {
    /// Where in a block the transaction stands: the block and its index. `None` when the block does not hold it.
    pub(crate) async fn find_in_block(&self, hash: H256, signed: &Signed) -> Result<Option<(At, u32)>> {
        const METHOD: &str = "chain_getBlock";
        let block: Option<SignedBlock> = self.link().ask(METHOD, rpc_params![hash]).await?;
        let Some(SignedBlock { block }) = block else {
            let reason = format!("it does not have block {hash:?}");
            return Err(ChainError::NodeRefused {
                method: METHOD.to_owned(),
                reason,
            });
        };
        let at = at_of(&block.header)?;
        if at.hash != hash.0 {
            return Err(ChainError::hostile(METHOD, "the block has another hash"));
        }
        let index = block
            .extrinsics
            .iter()
            .position(|extrinsic| hash_of(&extrinsic.0) == signed.hash);
        let index = index
            .map(u32::try_from)
            .transpose()
            .map_err(|e| ChainError::hostile(METHOD, e))?;
        Ok(index.map(|index| (at, index)))
    }

    /// What the block did with its transaction `index`.
    ///
    /// Errors: [`ChainError::Refused`] and [`ChainError::InsufficientFunds`] when it failed.
    pub(crate) async fn outcome(&self, call: &'static str, at: At, index: u32) -> Result<Executed> {
        let client = Hashcard::offline(self.link().genesis(), 0, 0);
        let key = client
            .storage()
            .entry(("System", "Events"))
            .expect("the committed metadata has System.Events, as a test reads; qed")
            .key_prefix();
        let params = rpc_params![format!("0x{}", hex::encode(key)), H256(at.hash)];
        let bytes: Option<Bytes> = self.link().ask("state_getStorage", params).await?;
        let events = self
            .events(bytes.map(|bytes| bytes.0).unwrap_or_default())
            .await?;
        read(call, at, index, events)
    }
}

fn read(call: &'static str, at: At, index: u32, events: Events<Hashcard>) -> Result<Executed> {
    let hostile = |reason: String| ChainError::hostile("System.Events", reason);
    let (mut fee, mut verdict) = (None, None);
    for event in events.iter() {
        let event = event.map_err(|e| hostile(e.to_string()))?;
        if event.phase() != Phase::ApplyExtrinsic(index) {
            continue;
        }
        if let Some(paid) = decoded::<transaction_payment::events::TransactionFeePaid>(&event)? {
            fee = Some(paid.actual_fee);
        } else if event.is::<system::events::ExtrinsicSuccess>() {
            verdict = Some(Ok(()));
        } else if let Some(failed) = decoded::<system::events::ExtrinsicFailed>(&event)? {
            verdict = Some(Err(failed.dispatch_error));
        }
    }
    match verdict {
        Some(Ok(())) => Ok(Executed {
            call,
            at,
            fee: fee.unwrap_or_default(),
            index,
            events,
        }),
        Some(Err(error)) => Err(refused(call, &error)),
        None => Err(hostile("they do not tell how the transaction ended".into())),
    }
}

fn decoded<E: DecodeAsEvent>(event: &Event<'_, Hashcard>) -> Result<Option<E>> {
    event
        .decode_fields_as::<E>()
        .transpose()
        .map_err(|e| ChainError::hostile("System.Events", quoted(e)))
}

fn refused(call: &'static str, error: &DispatchError) -> ChainError {
    let metadata = crate::metadata::committed();
    let DispatchError::Module(module) = error else {
        // Names of variants, as in `Token(FundsUnavailable)`.
        let name = format!("{error:?}");
        let (pallet, error) = match name.split_once('(') {
            Some((kind, inner)) => (kind.to_owned(), inner.trim_end_matches(')').to_owned()),
            None => ("System".to_owned(), name),
        };
        return refusal::of(call, &pallet, &error, 0);
    };
    let [variant, detail, ..] = module.error;
    let pallet = metadata.pallet_by_error_index(module.index);
    let names = pallet.and_then(|pallet| {
        let error = pallet.error_variant_by_index(variant)?;
        Some((pallet.name().to_owned(), error.name.clone()))
    });
    let (pallet, error) =
        names.unwrap_or_else(|| (format!("pallet {}", module.index), format!("error {variant}")));
    refusal::of(call, &pallet, &error, detail)
}

#[cfg(test)]
mod tests;
