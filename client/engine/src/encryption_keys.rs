//! Under which key an account receives capsules. **Every one follows from the wallet's words and its index**, so none is
//! kept anywhere, and one that is registered and does not follow is another wallet's.

use hashcard_chain::{Account, BuyKey, Chain, ChainAt, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, KeyIndex, KeyView};
use hashcard_proofs::{prove_possession, PossessionContext};
use rand::rngs::OsRng;
use tokio::sync::MutexGuard;

use crate::amount::Amount;
use crate::capsule::held_keys;
use crate::command::{Outcome, OwnKeyShown};
use crate::deliver::{Maker, Receiver};
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::holding::{ensure_free, free_key};
use crate::wallet::{AccountName, Wallet};

/// Encryption keys of one account that are looked through, newest first.
const MAX_KEYS_LOOKED_AT: u32 = 16;

/// A key for a capsule to come. While it is being registered nobody else of this process registers one.
pub struct Chosen<'a> {
    /// What the call is told.
    pub key: BuyKey,
    _turn: Option<MutexGuard<'a, ()>>,
}

/// The newest encryption key of the account that is this wallet's, or a new one to register with the call.
pub async fn choose<'a>(engine: &'a Engine, actor: &Actor) -> Result<Chosen<'a>, EngineError> {
    let (wallet, chain) = (engine.wallet().await?, engine.chain().await?);
    let turn = engine.registering.lock().await;
    // At the best block: a registration that is not final yet counts for the index of the next one.
    let now = chain.at_best().await?;
    Ok(match newest_own(wallet, chain, &now, actor).await? {
        Some(index) => Chosen {
            key: BuyKey::Registered(index),
            _turn: None,
        },
        None => {
            let next = now.next_key_index(actor.account).await?;
            Chosen {
                key: new_key(wallet, &chain.genesis(), &actor.account, next),
                _turn: Some(turn),
            }
        }
    })
}

/// Registers an encryption key, so that others can give this account something. One that is there is enough, unless
/// `another` is wanted.
pub async fn register(
    engine: &Engine,
    account: &AccountName,
    another: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let own = newest_own(engine.wallet().await?, chain, &chain.at(at), &actor).await?;
    if let Some(index) = own.filter(|_| !another) {
        return Ok(Outcome::KeyRegistered {
            key_index: index,
            already_registered: true,
            fee: None,
            block: at.number,
        });
    }
    let (key_index, fee, block) = register_new(engine, &actor, events).await?;
    Ok(Outcome::KeyRegistered {
        key_index,
        already_registered: false,
        fee: Some(fee),
        block,
    })
}

/// Moves a key to the account's newest encryption key, or to a new one if it is there already.
pub async fn rotate(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    edition: Option<Edition>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let key = match edition {
        Some(_) => free_key(&then, &actor, card, edition).await?,
        None => oldest_wrapped(&then, &actor, card).await?,
    };
    let newest = newest_own(engine.wallet().await?, chain, &then, &actor).await?;
    let index = match newest.filter(|index| *index > key.key_index) {
        Some(index) => index,
        None => register_new(engine, &actor, events).await?.0,
    };
    let then = chain.at_finalized().await?;
    let view = known_card(&then, card).await?;
    let genesis = chain.genesis();
    let wallet = engine.wallet().await?;
    let receiver = Receiver {
        account: actor.account,
        key_index: index,
        encryption_key: wallet
            .encryption_secret(&genesis, &actor.account, index)
            .public()
            .0,
    };
    let maker = Maker {
        wallet,
        genesis,
        actor: &actor,
        card: &view,
    };
    let proven = maker.rewrap(&key, receiver)?;
    let sending = chain.rewrap(&actor.signer, card, key.edition, index, proven, Wait::Finalized);
    let sent = engine.send("rewrap", &actor, events, sending).await?;
    Ok(Outcome::KeyRotated {
        card,
        edition: key.edition,
        key_index: index,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// The free key that has been under its encryption key for longest.
async fn oldest_wrapped(
    then: &ChainAt,
    actor: &Actor,
    card: CardId,
) -> Result<KeyView<Account>, EngineError> {
    let keys = held_keys(then, actor.account, card).await?;
    let free = keys.into_iter().filter(|key| ensure_free(key).is_ok());
    match free.min_by_key(|key| (key.key_index, key.edition)) {
        Some(key) => Ok(key),
        // Says why there is none.
        None => free_key(then, actor, card, None).await,
    }
}

/// Takes an encryption key back, with its deposit.
pub async fn remove(
    engine: &Engine,
    account: &AccountName,
    index: KeyIndex,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let removing = chain.remove_key(&actor.signer, index, Wait::Finalized);
    let sent = engine.send("remove_key", &actor, events, removing).await?;
    Ok(Outcome::KeyRemoved {
        key_index: index,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// The account's newest encryption keys, newest first.
pub async fn of_account(
    wallet: &Wallet,
    chain: &Chain,
    then: &ChainAt,
    actor: &Actor,
) -> Result<Vec<OwnKeyShown>, EngineError> {
    let mut keys = Vec::new();
    for index in newest_indices(then.next_key_index(actor.account).await?) {
        if let Some(registered) = then.encryption_key(actor.account, index).await? {
            keys.push(OwnKeyShown {
                key_index: index,
                mine: own(wallet, chain, actor, index) == registered,
            });
        }
    }
    Ok(keys)
}

/// The newest encryption key of somebody else, to encrypt to.
pub async fn receiver(then: &ChainAt, account: Account, address: &str) -> Result<Receiver, EngineError> {
    for index in newest_indices(then.next_key_index(account).await?) {
        if let Some(encryption_key) = then.encryption_key(account, index).await? {
            return Ok(Receiver {
                account,
                key_index: index,
                encryption_key,
            });
        }
    }
    Err(EngineError::not_found(
        format!("{address} has registered no encryption key, so nothing can be encrypted for it"),
        "ask its owner to run once: hashcard keys register",
    ))
}

async fn register_new(
    engine: &Engine,
    actor: &Actor,
    events: &Events,
) -> Result<(KeyIndex, Amount, u32), EngineError> {
    let chain = engine.chain().await?;
    let wallet = engine.wallet().await?;
    let _turn = engine.registering.lock().await;
    let next = chain.at_best().await?.next_key_index(actor.account).await?;
    let (key, proof) = proven_key(wallet, &chain.genesis(), &actor.account, next);
    let sending = chain.register_key(&actor.signer, key, proof, Wait::Finalized);
    let sent = engine.send("register_key", actor, events, sending).await?;
    if sent.value != next {
        return Err(EngineError::new(
            Code::HostileAnswer,
            format!(
                "encryption key {next} was registered, and the node says it is {}",
                sent.value
            ),
            "name another node: --node URL",
        ));
    }
    Ok((sent.value, Amount(sent.fee), sent.at.number))
}

async fn newest_own(
    wallet: &Wallet,
    chain: &Chain,
    then: &ChainAt,
    actor: &Actor,
) -> Result<Option<KeyIndex>, EngineError> {
    for index in newest_indices(then.next_key_index(actor.account).await?) {
        let registered = then.encryption_key(actor.account, index).await?;
        if registered == Some(own(wallet, chain, actor, index)) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn newest_indices(next: KeyIndex) -> impl Iterator<Item = KeyIndex> {
    (next.saturating_sub(MAX_KEYS_LOOKED_AT)..next).rev()
}

fn own(wallet: &Wallet, chain: &Chain, actor: &Actor, index: KeyIndex) -> [u8; 32] {
    wallet
        .encryption_secret(&chain.genesis(), &actor.account, index)
        .public()
        .0
}

fn new_key(wallet: &Wallet, genesis: &[u8; 32], account: &Account, index: KeyIndex) -> BuyKey {
    let (key, proof) = proven_key(wallet, genesis, account, index);
    BuyKey::Register { key, proof }
}

fn proven_key(
    wallet: &Wallet,
    genesis: &[u8; 32],
    account: &Account,
    index: KeyIndex,
) -> ([u8; 32], [u8; 64]) {
    let secret = wallet.encryption_secret(genesis, account, index);
    let context = PossessionContext {
        genesis,
        account,
        index,
    };
    (
        secret.public().0,
        prove_possession(&context, &secret, &mut OsRng).0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{actor, GENESIS};
    use hashcard_proofs::{verify_possession, EncodedPoint, ShortProof};

    #[test]
    fn a_new_encryption_key_comes_with_the_proof_that_the_chain_checks() {
        let wallet = Wallet::generate().unwrap();
        let account = actor(&wallet).account;
        let BuyKey::Register { key, proof } = new_key(&wallet, &GENESIS, &account, 3) else {
            panic!("registered")
        };
        let context = PossessionContext {
            genesis: &GENESIS,
            account: &account,
            index: 3,
        };
        assert_eq!(
            verify_possession(&context, &EncodedPoint(key), &ShortProof(proof)),
            Ok(())
        );
        let other = PossessionContext { index: 4, ..context };
        assert!(verify_possession(&other, &EncodedPoint(key), &ShortProof(proof)).is_err());
    }

    #[test]
    fn the_newest_keys_are_looked_at_first_and_not_all_of_them() {
        assert_eq!(newest_indices(0).count(), 0);
        assert_eq!(newest_indices(3).collect::<Vec<_>>(), [2, 1, 0]);
        let many: Vec<_> = newest_indices(KeyIndex::MAX).collect();
        assert_eq!(many.len(), MAX_KEYS_LOOKED_AT as usize);
        assert_eq!(many[0], KeyIndex::MAX - 1);
    }
}
