//! What the chain does not decide and a simulation needs all the same. Each figure of a scenario depends on these; the
//! claims, as far as they are about shares of fees, do not.

use crate::{
    constants::money::{CARD, MICROCARD},
    Balance, BlockNumber,
};

/// Price of a MiB: 0.1 CARD for a GiB.
pub const PRICE_PER_MIB: Balance = 100 * MICROCARD;
/// A film.
pub const FILM_MIB: u64 = 1024;
/// Its price.
pub const FILM_PRICE: Balance = 5 * CARD;
/// Its blob, in bytes.
pub const FILM_LEN: u64 = FILM_MIB << 20;
/// Blocks of an epoch: an hour.
pub const EPOCH_BLOCKS: BlockNumber = 1_200;
/// Heartbeats that a seeder sends in an era: one for each lifetime of a seat, as long as genesis says where it says nothing.
pub const HEARTBEATS: u32 = crate::parameters::ERA_BLOCKS / pallet_seeders::DEFAULT_SEAT_LIFETIME_BLOCKS;
/// Seeders that a fetch uses.
pub const PEERS_OF_A_FETCH: u32 = 20;
/// What a seeder serves beyond what the chain stands for: the least window, in MiB.
pub const WINDOW_MIB: u64 = 1;
