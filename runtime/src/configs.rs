//! One file per topic: the types that join the pallets.

mod accounts;
mod consensus;
mod content;
mod fees;
mod governance;
mod nfts;
mod parameters;
mod rewards;
mod system;

pub use accounts::ProxyType;
pub use consensus::GENESIS_EPOCH_CONFIG;
pub use content::KeysInNfts;
pub use governance::HeaviestDecision;
pub use nfts::{CreatorCollection, KEYS_PALLET_ID};
pub use parameters::{dynamic_params, RuntimeParameters};
pub use rewards::TreasuryAccount;
pub use system::ClosedCalls;
