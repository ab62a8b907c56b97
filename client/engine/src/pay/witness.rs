//! What a payee asks the chain about strangers, as a question of its own so that books can be tested without a chain.

use hashcard_chain::{At, Chain};
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::CreditView;
use hashcard_protocol::payment::{Account, SessionRef};

use crate::error::EngineError;

/// What the chain says. Called on threads that may block.
pub trait Witness: Send + Sync + 'static {
    /// The finalised head.
    fn head(&self) -> Result<At, EngineError>;

    /// What stands behind a session's vouchers to `payee`, at a block.
    fn credit(
        &self,
        at: At,
        payer: SessionRef,
        payee: Account,
    ) -> Result<Option<CreditView<Account>>, EngineError>;

    /// Whether there is a card with this number, at a block.
    fn has_card(&self, at: At, card: CardId) -> Result<bool, EngineError>;
}

/// The chain behind a node.
pub struct Node {
    chain: Chain,
    runtime: tokio::runtime::Handle,
}

impl Node {
    /// From within a runtime.
    pub fn new(chain: Chain) -> Self {
        Self {
            chain,
            runtime: tokio::runtime::Handle::current(),
        }
    }
}

impl Witness for Node {
    fn head(&self) -> Result<At, EngineError> {
        Ok(self.runtime.block_on(self.chain.finalized())?)
    }

    fn credit(
        &self,
        at: At,
        payer: SessionRef,
        payee: Account,
    ) -> Result<Option<CreditView<Account>>, EngineError> {
        let then = self.chain.at(at);
        let asking = then.credit(payer.pool, payer.session, payee);
        Ok(self.runtime.block_on(asking)?)
    }

    fn has_card(&self, at: At, card: CardId) -> Result<bool, EngineError> {
        let then = self.chain.at(at);
        Ok(self.runtime.block_on(then.card(card))?.is_some())
    }
}
