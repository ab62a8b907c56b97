//! Who fetches, and pays out of one pool.

use hashcard_chain::{account_of, Chain, ChainError, Signer, Wait};
use hashcard_journey_tests::{Failure, Home, Stage, Told, DEV_PHRASE};
use hashcard_primitives::channel::{LaneOpening, PoolId};
use hashcard_primitives::Balance;

use crate::fetches::Seller;

/// The account of the development chain that fetches.
const ACCOUNT: &str = "Bob";

/// A reader with an open pool.
pub struct Reader {
    pub home: Home,
    pool: PoolId,
    chain: Chain,
    signer: Signer,
}

impl Reader {
    /// Puts so many CARD into a pool.
    pub async fn open(stage: &Stage, deposit: u64) -> Told<Self> {
        let home = stage.person(ACCOUNT).await?;
        let opened = home.done(&["pool", "open", &deposit.to_string()]).await?;
        let pool = opened["pool"]
            .as_u64()
            .ok_or_else(|| Failure::new(format!("no pool in {opened}")))?;
        Ok(Self {
            home,
            pool,
            chain: Chain::connect(&stage.node.url()).await.map_err(refused)?,
            signer: Signer::from_phrase(DEV_PHRASE, &format!("//{ACCOUNT}")).map_err(refused)?,
        })
    }

    /// Reserves money for a seller in the newest session, so that fetches find the lane open. Final when done.
    pub async fn reserve(&self, seller: &Seller, reserve: Balance) -> Told {
        let address = seller.home.address().await?;
        let opening = LaneOpening {
            payee: account_of(&address).map_err(refused)?,
            reserve,
            lines: 1,
        };
        let then = self.chain.at_finalized().await.map_err(refused)?;
        let sessions = then.sessions(self.pool).await.map_err(refused)?;
        let newest = sessions
            .last()
            .ok_or_else(|| Failure::new(format!("pool {} has no session: nothing was fetched", self.pool)))?;
        let opened = self
            .chain
            .open_lanes(
                &self.signer,
                self.pool,
                newest.id,
                vec![opening],
                vec![],
                Wait::Finalized,
            )
            .await;
        opened.map(drop).map_err(refused)
    }
}

fn refused(error: ChainError) -> Failure {
    Failure::new(error.to_string())
}
