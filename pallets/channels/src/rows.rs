//! What storage keeps.
//!
//! Each row remembers the deposit that was taken for it, so that the prices of rows and bytes can change without making
//! anybody's deposit wrong.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hashcard_primitives::{
    channel::{PoolId, SessionId, SessionKey},
    Balance, BlockNumber, CardId,
};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// A deposit of money, on hold on its owner's account.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    /// Whose money.
    pub owner: AccountId32,
    /// Money that is not reserved for any lane.
    pub unreserved: Balance,
    /// Money that is: the sum of its lanes' reserves, until the pool is over and its money returned.
    pub reserved: Balance,
    /// On hold for all its rows: its own, its sessions', its lanes'.
    pub row_deposits: Balance,
    /// Last block in which vouchers are redeemed; `None` while it is open.
    pub closes_at: Option<BlockNumber>,
    /// Sessions that have a row.
    pub sessions: u32,
    /// Number of the next session.
    pub next_session: SessionId,
}

impl Pool {
    /// Whether its closing window is over in this block.
    pub fn is_over(&self, now: BlockNumber) -> bool {
        self.closes_at.is_some_and(|last| now > last)
    }
}

/// A key that spends a part of a pool for a while.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Session {
    /// What signs its vouchers.
    pub key: SessionKey,
    /// Most money that it spends.
    pub cap: Balance,
    /// Reserves that its lanes were opened with, and what was paid beyond them.
    pub charged: Balance,
    /// Last block in which its vouchers are redeemed.
    pub expires_at: BlockNumber,
    /// Lanes that have a row.
    pub lanes: u32,
    /// On hold for this row.
    pub deposit: Balance,
}

/// What a session has for one payee.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct Lane {
    /// Money that nobody else can be paid.
    pub reserve: Balance,
    /// All that was redeemed.
    pub redeemed: Balance,
    /// Lines that it may have.
    pub room: u16,
    /// Lines that have a row.
    pub lines: u16,
    /// On hold for this row, and for the rows of as many lines as it has room for.
    pub deposit: Balance,
}

/// A pool number whose bytes sort as its value does.
pub type PoolKey = [u8; 8];
/// A session number whose bytes sort as its value does.
pub type SessionRowKey = [u8; 4];
/// A card number whose bytes sort as its value does.
pub type CardKey = [u8; 8];

pub(crate) const fn pool_key(pool: PoolId) -> PoolKey {
    pool.to_be_bytes()
}

pub(crate) const fn pool_of_key(key: PoolKey) -> PoolId {
    PoolId::from_be_bytes(key)
}

pub(crate) const fn session_key(session: SessionId) -> SessionRowKey {
    session.to_be_bytes()
}

pub(crate) const fn session_of_key(key: SessionRowKey) -> SessionId {
    SessionId::from_be_bytes(key)
}

pub(crate) const fn card_key(card: CardId) -> CardKey {
    card.to_be_bytes()
}

pub(crate) const fn card_of_key(key: CardKey) -> CardId {
    CardId::from_be_bytes(key)
}
