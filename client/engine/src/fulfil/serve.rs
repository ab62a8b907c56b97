//! Answering orders for as long as a daemon runs.

use std::time::Duration;

use futures::StreamExt;

use super::{tell, Sales};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Events;

/// Pause before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// Deals with orders at every block. Never returns.
pub async fn serve(engine: &Engine, sales: &mut Sales, events: &Events) {
    loop {
        if let Err(error) = while_connected(engine, sales, events).await {
            tell(error, events).await;
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

async fn while_connected(engine: &Engine, sales: &mut Sales, events: &Events) -> Result<(), EngineError> {
    let chain = engine.chain().await?;
    let mut blocks = match sales.wants_best_blocks() {
        true => chain.best_blocks().await?,
        false => chain.finalized_blocks().await?,
    };
    while let Some(block) = blocks.next().await {
        block?;
        // Anew each time: an attached command may have used another account.
        let actors = engine.actors().await?;
        sales.look(engine, &actors, events).await?;
    }
    Ok(())
}
