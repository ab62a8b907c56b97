//! What transactions cost. **Rounded from the runtime's measured weights**, so that a new measurement does not change every
//! figure of the document; a test keeps them near those weights. Fees are those of an empty chain, the lowest there are.

use crate::{constants::money, Balance};

/// A transaction that somebody pays for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transaction {
    /// An inline card with a preview of so many bytes.
    PublishInline {
        preview: u32,
    },
    Retire,
    Buy,
    Fulfil,
    Register,
    /// One seat.
    Join,
    Heartbeat,
    OpenPool,
    AddSession,
    OpenLanes {
        lanes: u32,
    },
    ClosePool,
    Withdraw {
        rows: u32,
    },
    /// Vouchers of one line.
    Redeem {
        vouchers: u32,
    },
    Enlist,
    CollectDeliveries,
    Endow,
    EndEndowment,
}

/// Signature, address, nonce, era, tip and metadata hash.
const SIGNED_BYTES: u32 = 110;

impl Transaction {
    /// Microseconds: execution, and the database where it stands.
    pub const fn micros(self) -> u32 {
        use Transaction::*;
        match self {
            PublishInline { .. } => 1_000,
            Retire => 2_250,
            Buy => 900,
            Fulfil => 1_900,
            Register => 420,
            Join => 1_270,
            Heartbeat => 200,
            OpenPool => 450,
            AddSession => 350,
            OpenLanes { lanes } => 370 + 70 * lanes,
            ClosePool => 200,
            Withdraw { rows } => 350 + 90 * rows,
            Redeem { vouchers } => 560 + 560 * vouchers,
            Enlist => 300,
            CollectDeliveries => 2_000,
            Endow => 750,
            EndEndowment => 540,
        }
    }

    /// Bytes on the wire.
    pub const fn bytes(self) -> u32 {
        use Transaction::*;
        let call = match self {
            PublishInline { preview } => 100 + preview,
            Buy => 60,
            Fulfil => 200,
            Register => 120,
            Join => 50,
            AddSession => 65,
            OpenLanes { lanes } => 20 + 50 * lanes,
            Redeem { vouchers } => 5 + 135 * vouchers,
            Endow => 45,
            Retire
            | Heartbeat
            | OpenPool
            | ClosePool
            | Withdraw { .. }
            | Enlist
            | CollectDeliveries
            | EndEndowment => 20,
        };
        SIGNED_BYTES + call
    }

    /// Fee on an empty chain.
    pub const fn fee(self) -> Balance {
        let time = self.micros() as Balance * money::FEE_PER_SECOND / 1_000_000;
        time + self.bytes() as Balance * money::FEE_PER_BYTE
    }
}
