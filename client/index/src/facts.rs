//! What a block says, as far as the index cares. Decoding it is somebody else's work.
//!
//! **Facts about a card are its whole state**, not a change of it: told twice they change nothing, so an index that
//! begins in the middle of a chain and one that began with it agree on every card. Sales and payments are changes, and
//! are counted from the block on in which an index begins.

use hashcard_primitives::card::{Access, CardId, Kind};
use hashcard_primitives::coverage::Coverage;
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::{Balance, BlockNumber};

/// An account.
pub type Account = [u8; 32];

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its height.
    pub number: BlockNumber,
    /// Hash of its header.
    pub hash: [u8; 32],
}

/// All that a block says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockFacts {
    /// Its height.
    pub number: BlockNumber,
    /// Hash of its header.
    pub hash: [u8; 32],
    /// Hash of its parent's header.
    pub parent: [u8; 32],
    /// What happened, in order.
    pub facts: Vec<Fact>,
}

/// One thing that a block says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A card as it is after the block: published, revised, sold, retired, frozen.
    Card(Box<CardFact>),
    /// Nothing is left of a card.
    CardGone {
        /// Which.
        card: CardId,
    },
    /// What keys of a card were sold for before the index began.
    SoldBefore {
        /// Of which card.
        card: CardId,
        /// Settled sales.
        sold: u32,
        /// The sum of their prices.
        volume: Balance,
    },
    /// Somebody holds a key that he did not buy: the creator made it for him, or it was there when the index began.
    KeyMade {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// Who.
        to: Account,
    },
    /// A key was delivered to whoever ordered it: a new one, or one that somebody held.
    KeyDelivered {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// To whom.
        to: Account,
        /// For which order.
        order: OrderId,
    },
    /// A holder gave his key away.
    KeyGiven {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// To whom.
        to: Account,
    },
    /// A key was destroyed.
    KeyLost {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
    },
    /// A holder offers his key for sale.
    KeyListed {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// For how much.
        price: Balance,
    },
    /// A key is not for sale any more.
    KeyUnlisted {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
    },
    /// An order was settled.
    Sold(Box<Sold>),
    /// Seats of this account count up to and including block `until`.
    SeederLives {
        /// Whose.
        seeder: Account,
        /// The last block.
        until: BlockNumber,
    },
    /// A seeder has a seat.
    SeatTaken {
        /// On which card.
        card: CardId,
        /// Who.
        seeder: Account,
        /// What he says he holds.
        coverage: Coverage,
    },
    /// A seat is gone.
    SeatLeft {
        /// On which card.
        card: CardId,
        /// Whose.
        seeder: Account,
    },
    /// Money left pools for bytes of a card.
    BytesPaid {
        /// Of which card.
        card: CardId,
        /// How much, all parts together.
        amount: Balance,
    },
    /// A seeder was rewarded for holding a card: out of sales, and out of endowments.
    HoldingPaid {
        /// Which card.
        card: CardId,
        /// How much, of both together.
        amount: Balance,
    },
    /// A creator had his share of what was paid for bytes.
    CreatorPaid {
        /// Who.
        creator: Account,
        /// How much.
        amount: Balance,
    },
}

/// A card and its terms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFact {
    /// Its number.
    pub card: CardId,
    /// Whose it is.
    pub creator: Account,
    /// What it is.
    pub kind: Kind,
    /// Who can read it.
    pub access: Access,
    /// One line; any bytes, of which UTF-8 is understood.
    pub title: Vec<u8>,
    /// Likewise.
    pub tags: Vec<Vec<u8>>,
    /// Likewise; what is no UTF-8 has no words.
    pub preview: Vec<u8>,
    /// Length of the blob in bytes, if there is one.
    pub blob_len: Option<u64>,
    /// Length of the content in bytes; of an inline card that of its preview.
    pub size: u64,
    /// Block of publication.
    pub published_at: BlockNumber,
    /// Price of a key; 0 where there are none.
    pub price: Balance,
    /// Most keys that may ever exist.
    pub editions: Option<u32>,
    /// Keys made so far.
    pub keys_made: u32,
    /// Whether its creator sells keys.
    pub listed: bool,
    /// Withdrawn by its creator.
    pub retired: bool,
    /// A false key was proven.
    pub frozen: bool,
}

/// A sale that was paid for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sold {
    /// The order.
    pub order: OrderId,
    /// Of which card.
    pub card: CardId,
    /// Which key.
    pub edition: Edition,
    /// Who paid.
    pub buyer: Account,
    /// Who sold.
    pub seller: Account,
    /// What the buyer paid.
    pub price: Balance,
    /// What the seller got.
    pub paid: Balance,
    /// What others got.
    pub shares: Vec<(Account, Balance)>,
}
