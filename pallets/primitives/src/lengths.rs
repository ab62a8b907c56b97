//! Lengths of time in which presets differ. Written at genesis only; clients ask for them by runtime API.

use crate::BlockNumber;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// All of them, in the unit that each name says.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Lengths {
    /// Milliseconds of a slot.
    pub slot_millis: u64,
    /// Slots of an epoch, which is also a session.
    pub epoch_slots: u64,
    /// Blocks that a seller has to fulfil an order.
    pub order_deadline_blocks: BlockNumber,
    /// Blocks between delivery of a key and payment of its seller.
    pub settlement_window_blocks: BlockNumber,
    /// Blocks that seats live after a heartbeat.
    pub seat_lifetime_blocks: BlockNumber,
    /// Blocks that a lock gives to whoever committed to a delivery.
    pub lock_window_blocks: BlockNumber,
    /// Blocks in which a pool that closes still pays.
    pub closing_window_blocks: BlockNumber,
    /// Blocks with room for proofs that make an era.
    pub era_blocks: BlockNumber,
    /// Sessions between leaving the set and having the bond back.
    pub unbonding_sessions: u32,
    /// Blocks between what the council decides and its enactment.
    pub notice_blocks: BlockNumber,
}
