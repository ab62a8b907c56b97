//! A false key is proven in public. **The proof reveals what was in the capsule**, which is why it is only ever made for
//! a key that was found not to open its content: revealing a true one would give the content to everybody.

use hashcard_chain::{Account, Included, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{Edition, KeyView};
use hashcard_proofs::{prove_false_key, EncodedPoint, FalseKeyContext};
use rand::rngs::OsRng;

use crate::amount::Amount;
use crate::capsule::{self, capsule_of, held_keys, sealed_with, secret_of, Inside};
use crate::command::Outcome;
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::wallet::AccountName;

/// Reports a key that the account holds.
pub async fn report_false_key(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    edition: Option<Edition>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let then = engine.chain().await?.at_finalized().await?;
    let view = known_card(&then, card).await?;
    let mut keys = held_keys(&then, actor.account, card).await?;
    keys.retain(|key| edition.is_none_or(|edition| edition == key.edition));
    let key = keys.first().ok_or_else(|| {
        EngineError::new(
            Code::NoKey,
            format!("the account {} holds no such key of card {card}", actor.address()),
            "see what you hold: hashcard keys",
        )
    })?;
    let sent = report(engine, &actor, &view, key, events).await?;
    Ok(Outcome::FalseKeyReported {
        card,
        edition: key.edition,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Proves that the key does not open its content; refuses when it does.
pub async fn report(
    engine: &Engine,
    actor: &Actor,
    card: &CardView<Account>,
    key: &KeyView<Account>,
    events: &Events,
) -> Result<Included<()>, EngineError> {
    let chain = engine.chain().await?;
    let genesis = chain.genesis();
    let wallet = engine.wallet().await?;
    if let Inside::Sound(_) = capsule::open(wallet, &genesis, actor, key, card)? {
        return Err(EngineError::new(
            Code::KeyIsSound,
            format!("key {} of card {} opens its content", key.edition, card.id),
            "there is nothing to report; if the content is not what was promised, the chain cannot know",
        ));
    }
    let blob = card
        .card
        .blob
        .as_ref()
        .ok_or_else(|| EngineError::bad_input("the card has no blob", "check its number"))?;
    let (_, commitments) = sealed_with(card)?;
    let content_commitment = EncodedPoint(commitments.content);
    let context = FalseKeyContext {
        genesis: &genesis,
        card: card.id,
        root: &blob.root.0,
        blob_len: blob.len,
        key_commitment: &commitments.key,
        content_commitment: &content_commitment,
        edition: key.edition,
        account: &actor.account,
        key_index: key.key_index,
    };
    let secret = secret_of(wallet, &genesis, actor, key)?;
    let (opened, proof) =
        prove_false_key(&context, &secret, &capsule_of(key), &mut OsRng).map_err(|error| {
            EngineError::new(
                Code::HostileAnswer,
                error.to_string(),
                "name another node: --node URL",
            )
        })?;
    let reporting = chain.report_false_key(
        &actor.signer,
        card.id,
        key.edition,
        opened.0,
        proof.0,
        Wait::Finalized,
    );
    engine.send("report_false_key", actor, events, reporting).await
}
