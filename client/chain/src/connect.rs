//! Opening a chain, and what its handle holds.

use crate::{
    ancestry::Ancestry,
    lanes::Lanes,
    light,
    link::{Dial, Link, WebSocket},
    runtime::{Known, Runtime, MADE_FOR},
    ChainError, Result,
};
use hashcard_primitives::Balance;
use std::sync::Arc;

/// A chain, through one node. Cheap to clone: clones share the connection, and the order of each account's
/// transactions.
#[derive(Clone)]
pub struct Chain {
    inner: Arc<Inner>,
}

struct Inner {
    link: Arc<Link>,
    runtime: Known,
    lanes: Lanes,
    ancestry: Ancestry,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Connects to the node at `url` (`ws://` or `wss://`), once; later losses of the connection are mended for about
    /// half a minute at a time. `light:` and a file name a raw chain specification: the network itself is asked then, and every
    /// answer proven.
    ///
    /// Errors: [`BadUrl`](crate::ChainError::BadUrl), [`NodeDown`](crate::ChainError::NodeDown),
    /// [`WrongChain`](crate::ChainError::WrongChain) for a chain that is not a Hashcard chain,
    /// [`Incompatible`](crate::ChainError::Incompatible) for a runtime that this program cannot query.
    pub async fn connect(url: &str) -> Result<Chain> {
        match url.starts_with(light::SCHEME) {
            true => Chain::over(url, light::Network::join(url)?).await,
            false => Chain::over(url, WebSocket::new(url)?).await,
        }
    }

    pub(crate) async fn over(url: &str, dialler: impl Dial) -> Result<Chain> {
        let link = Arc::new(Link::open(url, dialler).await?);
        let chain = Chain {
            inner: Arc::new(Inner {
                link,
                runtime: Known::default(),
                lanes: Lanes::default(),
                ancestry: Ancestry::default(),
            }),
        };
        chain.runtime().await?;
        Ok(chain)
    }

    /// Hash of block 0: which chain it is.
    pub fn genesis(&self) -> [u8; 32] {
        self.link().genesis().0
    }

    /// Where its node is.
    pub fn url(&self) -> &str {
        self.link().url()
    }

    /// Least bond of a seat, as the runtime at the best block says.
    pub async fn min_seat_bond(&self) -> Result<Balance> {
        Ok(self.runtime().await?.min_seat_bond)
    }

    /// Least bond of a candidate for the set of validators, as the runtime at the best block says.
    pub async fn min_validator_bond(&self) -> Result<Balance> {
        let runtime = self.runtime().await?;
        let not_yet = || self.not_yet("Validators.MinBond", runtime.spec_version);
        runtime.min_validator_bond.ok_or_else(not_yet)
    }

    pub(crate) async fn runtime(&self) -> Result<Runtime> {
        self.inner.runtime.current(self.link()).await
    }

    /// Whether the runtime that was looked at last does not have this.
    pub(crate) async fn lacked(&self, what: &str) -> bool {
        self.inner.runtime.lacked(what).await
    }

    pub(crate) fn not_yet(&self, what: &str, spec_version: u32) -> ChainError {
        ChainError::NotYet {
            url: self.url().to_owned(),
            what: what.to_owned(),
            spec_version,
            made_for: *MADE_FOR,
        }
    }

    pub(crate) fn link(&self) -> &Link {
        &self.inner.link
    }

    pub(crate) fn shared_link(&self) -> Arc<Link> {
        self.inner.link.clone()
    }

    pub(crate) fn ancestry(&self) -> &Ancestry {
        &self.inner.ancestry
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.inner.lanes
    }
}
