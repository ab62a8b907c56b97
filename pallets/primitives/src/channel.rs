//! Pools, sessions, lanes, lines and vouchers: how delivered bytes are paid for. docs/spec/payment-voucher.md.
//!
//! **A voucher has no nonce: what it promises is cumulative, and that is its order.** Per line the largest amount that was ever
//! signed is owed, and what was paid of it is on chain, so an older voucher and a replay are worth nothing. Pools and sessions
//! are numbered and no number is used twice, so a voucher outlives neither.

use crate::{card::CardId, Balance, BlockNumber};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Sequential number of a pool.
pub type PoolId = u64;
/// Number of a session within its pool, from 0; never used twice.
pub type SessionId = u32;

/// Most lines of a voucher: the cards that one peer serves to one reader within minutes. More cards take more vouchers.
pub const MAX_LINES: u32 = 16;
/// Most lines of a lane, over all its vouchers. Beyond that a session ends, or the reader takes another.
pub const MAX_LINES_PER_LANE: u32 = 256;
/// Most vouchers of one `redeem`: a block has room for several such calls.
pub const MAX_VOUCHERS: u32 = 64;
/// Most lines of one `redeem`, over all its vouchers: with [`MAX_LINES`] in each it would take a third of a block, and no call takes
/// more than a quarter.
pub const MAX_REDEEMED_LINES: u32 = 640;
/// Most lanes of one `open_lanes`: a fetch uses about twenty peers.
pub const MAX_LANES: u32 = 64;
/// Rows in one answer of the runtime API.
pub const CHANNEL_ROWS_PER_PAGE: u32 = 64;

/// What every voucher's bytes begin with, after their length: so that they are nothing else, whatever signs them.
pub const VOUCHER_TAG: [u8; 32] = *b"hashcard/payment-voucher/1\0\0\0\0\0\0";
/// Bytes of a voucher before its lines: length, tag, genesis, pool, session, payee, number of lines.
const HEAD_LEN: usize = 2 + 32 + 32 + 8 + 4 + 32 + 1;
/// Bytes of a line: card, cumulative amount.
const LINE_LEN: usize = 8 + 16;
/// Longest signed bytes of a voucher.
pub const MAX_VOUCHER_BYTES: usize = HEAD_LEN + MAX_LINES as usize * LINE_LEN;

/// The key that signs a session's vouchers. Never the key of a wallet.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
)]
pub enum SessionKey {
    /// Ed25519 (RFC 8032).
    Ed25519([u8; 32]),
    /// Schnorr over Ristretto255, with the signing context `substrate`.
    Sr25519([u8; 32]),
}

/// What a session has promised to one payee for one card, ever, in the chain's smallest unit.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct VoucherLine {
    /// For bytes of which card.
    pub card: CardId,
    /// All that was promised so far.
    pub cumulative: Balance,
}

/// The lines of a voucher.
pub type VoucherLines = BoundedVec<VoucherLine, ConstU32<MAX_LINES>>;

/// What a session promises to a payee. Lines are in ascending order of cards, none twice, at least one.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Voucher<AccountId> {
    /// Whose money.
    pub pool: PoolId,
    /// Which of the pool's sessions signs.
    pub session: SessionId,
    /// Who is paid, whoever submits it.
    pub payee: AccountId,
    /// How much, for which cards.
    pub lines: VoucherLines,
}

impl<AccountId: Clone + Into<[u8; 32]>> Voucher<AccountId> {
    /// The bytes that a session's key signs, on the chain with this genesis. Their length is at least 135, so they are never a
    /// digest that could be a transaction's.
    pub fn signed_bytes(&self, genesis: &[u8; 32]) -> Vec<u8> {
        let following = HEAD_LEN - 2 + self.lines.len() * LINE_LEN;
        let mut bytes = Vec::with_capacity(following + 2);
        bytes.extend((following as u16).to_le_bytes());
        bytes.extend(VOUCHER_TAG);
        bytes.extend(genesis);
        bytes.extend(self.pool.to_le_bytes());
        bytes.extend(self.session.to_le_bytes());
        bytes.extend(self.payee.clone().into());
        bytes.push(self.lines.len() as u8);
        for line in &self.lines {
            bytes.extend(line.card.to_le_bytes());
            bytes.extend(line.cumulative.to_le_bytes());
        }
        bytes
    }

    /// Whether its lines have the one spelling that is valid.
    pub fn is_well_formed(&self) -> bool {
        !self.lines.is_empty() && self.lines.windows(2).all(|pair| pair[0].card < pair[1].card)
    }
}

/// A voucher and its signature.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SignedVoucher<AccountId> {
    /// What is promised.
    pub voucher: Voucher<AccountId>,
    /// By the session's key, over [`Voucher::signed_bytes`].
    pub signature: [u8; 64],
}

/// The vouchers of one `redeem`.
pub type Vouchers<AccountId> = BoundedVec<SignedVoucher<AccountId>, ConstU32<MAX_VOUCHERS>>;

/// A lane to open, or to add to.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct LaneOpening<AccountId> {
    /// Towards whom.
    pub payee: AccountId,
    /// Money of the pool that nobody else can be paid from now on; charged to the session's cap.
    pub reserve: Balance,
    /// Cards that it gets room for, beside those it has room for; the pool's owner pays a deposit for each.
    pub lines: u16,
}

/// The lanes of one `open_lanes`.
pub type LaneOpenings<AccountId> = BoundedVec<LaneOpening<AccountId>, ConstU32<MAX_LANES>>;

/// Why one voucher of a `redeem` was not paid. The others are judged without it.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum VoucherRefusal {
    /// No line, a line twice, or lines out of order.
    Malformed,
    /// There is no such pool, or it is closed and its window over.
    UnknownPool,
    /// The pool has no such session.
    UnknownSession,
    /// The session's last block is over.
    SessionExpired,
    /// The session has no lane towards this payee.
    NoLane,
    /// The session's key did not sign these bytes for this chain.
    BadSignature,
    /// No card ever had this number.
    UnknownCard {
        /// The number.
        card: CardId,
    },
    /// The lane has no room for another card.
    NoRoomForLine,
    /// It promises nothing that was not paid before.
    NothingDue,
    /// Something is due, and neither lane nor pool has money for any of it.
    NothingLeft,
}

/// What a voucher would be paid in this block, or was.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct VoucherPayment {
    /// All that leaves the pool: the payee's, the creators' and the network's parts together.
    pub paid: Balance,
    /// The payee's part.
    pub to_payee: Balance,
    /// What is due beyond `paid` and has no money behind it now.
    pub shortfall: Balance,
}

/// A pool as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct PoolView<AccountId> {
    /// Its number.
    pub id: PoolId,
    /// Whose money it is.
    pub owner: AccountId,
    /// Money that is not reserved for any lane.
    pub unreserved: Balance,
    /// Money that is.
    pub reserved: Balance,
    /// Last block in which vouchers are redeemed; `None` while it is open.
    pub closes_at: Option<BlockNumber>,
    /// Sessions that have a row.
    pub sessions: u32,
    /// Number of the next session.
    pub next_session: SessionId,
}

/// A session as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SessionView {
    /// Its number.
    pub id: SessionId,
    /// What signs its vouchers.
    pub key: SessionKey,
    /// Most money that it spends.
    pub cap: Balance,
    /// Reserves of its lanes, and what was paid beyond them.
    pub charged: Balance,
    /// Last block in which its vouchers are redeemed.
    pub expires_at: BlockNumber,
    /// Lanes that have a row.
    pub lanes: u32,
}

/// A lane as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LaneView<AccountId> {
    /// Towards whom.
    pub payee: AccountId,
    /// What is left of its reserve.
    pub reserve: Balance,
    /// All that was redeemed.
    pub redeemed: Balance,
    /// Cards that it has room for.
    pub room: u16,
    /// What was redeemed for each card, ascending.
    pub lines: Vec<VoucherLine>,
}

/// All that a payee has to know before it trusts a session: one answer, at one block.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CreditView<AccountId> {
    /// The pool.
    pub pool: PoolView<AccountId>,
    /// The session.
    pub session: SessionView,
    /// The lane towards the payee, if it is open.
    pub lane: Option<LaneView<AccountId>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher(lines: &[(CardId, Balance)]) -> Voucher<[u8; 32]> {
        let lines = lines.iter().map(|(card, cumulative)| VoucherLine {
            card: *card,
            cumulative: *cumulative,
        });
        Voucher {
            pool: 7,
            session: 3,
            payee: [9; 32],
            lines: BoundedVec::try_from(lines.collect::<Vec<_>>()).expect("few enough"),
        }
    }

    #[test]
    fn signed_bytes_begin_with_their_length_and_tag() {
        let bytes = voucher(&[(1, 2), (3, 4)]).signed_bytes(&[5; 32]);
        let following = u16::from_le_bytes([bytes[0], bytes[1]]) as usize;
        assert_eq!(following, bytes.len() - 2);
        assert_eq!(bytes[2..34], VOUCHER_TAG);
        assert_eq!(bytes[34..66], [5; 32]);
    }

    #[test]
    fn every_field_changes_the_signed_bytes() {
        let one = voucher(&[(1, 2)]);
        let bytes = one.signed_bytes(&[5; 32]);
        let others = [
            Voucher {
                pool: 8,
                ..one.clone()
            },
            Voucher {
                session: 4,
                ..one.clone()
            },
            Voucher {
                payee: [8; 32],
                ..one.clone()
            },
            voucher(&[(2, 2)]),
            voucher(&[(1, 3)]),
            voucher(&[(1, 2), (2, 0)]),
        ];
        for other in others {
            assert_ne!(other.signed_bytes(&[5; 32]), bytes, "{other:?}");
        }
        assert_ne!(one.signed_bytes(&[6; 32]), bytes);
    }

    #[test]
    fn the_longest_voucher_is_as_long_as_said_and_none_is_short() {
        let lines: Vec<_> = (0..MAX_LINES).map(|n| (CardId::from(n), 1)).collect();
        assert_eq!(voucher(&lines).signed_bytes(&[0; 32]).len(), MAX_VOUCHER_BYTES);
        assert!(voucher(&[(0, 0)]).signed_bytes(&[0; 32]).len() >= 135);
    }

    #[test]
    fn lines_have_one_spelling() {
        assert!(voucher(&[(1, 0), (2, 0)]).is_well_formed());
        assert!(!voucher(&[]).is_well_formed());
        assert!(!voucher(&[(2, 0), (1, 0)]).is_well_formed());
        assert!(!voucher(&[(1, 0), (1, 1)]).is_well_formed());
    }
}
