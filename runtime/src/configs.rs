//! One file per topic: the types that join the pallets.

mod accounts;
mod consensus;
mod fees;
mod nfts;
mod system;

pub use consensus::GENESIS_EPOCH_CONFIG;
pub use nfts::CreatorCollection;
