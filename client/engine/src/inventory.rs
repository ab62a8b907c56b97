//! What lies in the store, for its owner.

use hashcard_primitives::blob::ContentRoot;
use hashcard_store::BlobInfo;

use crate::command::{BlobShown, Event, Outcome, VerifiedBlob};
use crate::engine::{waiting_for_disk, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::notation::{root_name, CardOrRoot};

/// All blobs.
pub async fn list(engine: &Engine) -> Result<Outcome, EngineError> {
    let store = engine.store().await?.clone();
    let (infos, used_bytes) = waiting_for_disk(move || Ok((store.list()?, store.used_bytes()))).await?;
    let shown = |info: BlobInfo| BlobShown {
        card: engine
            .home()
            .notes(|notes| notes.blob(info.root).map(|note| note.card)),
        root: root_name(info.root),
        label: info.label,
        len: info.len,
        chunks: info.chunks,
        held: info.held,
        complete: info.complete,
        damaged: info.damaged,
        bytes_on_disk: info.bytes_on_disk,
    };
    Ok(Outcome::Store {
        blobs: infos.into_iter().map(shown).collect(),
        used_bytes,
    })
}

/// Reads one blob, or all, from end to end.
pub async fn verify(engine: &Engine, what: Option<String>, events: &Events) -> Result<Outcome, EngineError> {
    let infos = listed(engine).await?;
    let roots = match what {
        Some(what) => vec![find(engine, &infos, &what)?.root],
        None => infos.iter().map(|info| info.root).collect(),
    };
    let mut blobs = Vec::new();
    for root in roots {
        let (store, said) = (engine.store().await?.clone(), events.clone());
        let report = waiting_for_disk(move || {
            let mut progress = |done, total| {
                said.progress(Event::Verifying {
                    root: root_name(root),
                    done,
                    total,
                })
            };
            Ok(store.verify(root, &mut progress)?)
        })
        .await?;
        blobs.push(VerifiedBlob {
            root: root_name(root),
            checked: report.checked,
            rotten: report.rotten.count(),
            outboard_rebuilt: report.outboard_rebuilt,
        });
    }
    engine.holdings_changed();
    Ok(Outcome::Verified { blobs })
}

/// Removes a blob. The card stays, and what was opened of it.
pub async fn remove(engine: &Engine, what: String) -> Result<Outcome, EngineError> {
    let infos = listed(engine).await?;
    let info = find(engine, &infos, &what)?;
    let (root, bytes_freed) = (info.root, info.bytes_on_disk);
    let store = engine.store().await?.clone();
    waiting_for_disk(move || Ok(store.remove(root)?)).await?;
    engine.home().amend(|notes| notes.forget_blob(root))?;
    engine.holdings_changed();
    Ok(Outcome::Removed {
        root: root_name(root),
        bytes_freed,
    })
}

async fn listed(engine: &Engine) -> Result<Vec<BlobInfo>, EngineError> {
    let store = engine.store().await?.clone();
    waiting_for_disk(move || Ok(store.list()?)).await
}

/// The blob that a number or a root means.
fn find<'a>(engine: &Engine, infos: &'a [BlobInfo], what: &str) -> Result<&'a BlobInfo, EngineError> {
    let root: Option<ContentRoot> = match what.parse()? {
        CardOrRoot::Root(root) => Some(root),
        CardOrRoot::Card(card) => engine.home().notes(|notes| {
            notes
                .blobs()
                .find(|(_, note)| note.card == card)
                .map(|(root, _)| root)
        }),
    };
    infos.iter().find(|info| Some(info.root) == root).ok_or_else(|| {
        EngineError::not_found(
            format!("the store has no blob of {what}"),
            "see what it has: hashcard store list",
        )
    })
}
