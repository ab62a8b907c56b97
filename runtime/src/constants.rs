//! Every number of the economy and of time, with its unit and its reason.
//!
//! What differs between presets is not here: it is written at genesis (see `genesis_presets`) and read
//! by runtime API, so that one blob serves every network.

/// Money, in units of 10⁻¹² CARD.
pub mod money {
    use crate::Balance;
    use sp_runtime::Permill;

    /// One CARD. Twelve decimals, so that a chunk of a cheap film can be priced without fractions.
    pub const CARD: Balance = 1_000_000_000_000;
    /// 10⁻³ CARD.
    pub const MILLICARD: Balance = CARD / 1_000;
    /// 10⁻⁶ CARD.
    pub const MICROCARD: Balance = CARD / 1_000_000;

    /// Least balance of an account: about the deposit of the 100 bytes that it takes in state, so dust
    /// never costs the chain more than it holds.
    pub const EXISTENTIAL_DEPOSIT: Balance = MILLICARD;
    /// Deposit for each byte in state. A card of 500 bytes locks 5 mCARD; a gigabyte locks 10,000 CARD.
    pub const DEPOSIT_PER_BYTE: Balance = 10 * MICROCARD;
    /// Deposit for each row in state beside its bytes: a trie row costs about 100 bytes of nodes.
    pub const DEPOSIT_PER_ROW: Balance = 100 * DEPOSIT_PER_BYTE;

    /// Deposit for `rows` rows that hold `bytes` bytes together.
    pub const fn deposit(rows: u32, bytes: u32) -> Balance {
        rows as Balance * DEPOSIT_PER_ROW + bytes as Balance * DEPOSIT_PER_BYTE
    }

    /// Least bond of a validator: about what one of a full set of a hundred is minted in a year. A part of it goes with every
    /// equivocation, and it waits for days when its owner leaves.
    pub const MIN_VALIDATOR_BOND: Balance = 10_000 * CARD;
    /// What an offender pays for each report of him beyond those that are free: somewhat more than the fee of a report on a set
    /// of a hundred, about 70 ms, which whoever proves an offence does not pay, and twenty times the deposit of its rows.
    pub const REPORT_COST: Balance = 100 * MILLICARD;
    /// Least bond of a seat. A list of 256 seats costs 25.6 CARD to crowd out with seats that serve nothing.
    pub const MIN_SEAT_BOND: Balance = 100 * MILLICARD;
    /// Part of a sale, and of each payment for delivered bytes, that burns. Small beside what markets take; what it funds
    /// are rewards for seeders.
    pub const NETWORK_FEE: Permill = Permill::from_percent(1);
    /// Part of a price that the seller of a resale, and whoever locks an order, stakes on delivering in time. It pays a
    /// buyer for the time that his money was held; small enough that a holder whose machine failed once can bear it.
    pub const DELIVERY_BOND: Permill = Permill::from_percent(5);
    /// A card retired within a week of its publication ...
    pub const EARLY_RETIRE_BLOCKS: u32 = 7 * super::time::DAY_BLOCKS;
    /// ... loses a tenth of its deposit, so that nobody rents the top of the feed for a fee alone.
    pub const EARLY_RETIRE_BURN: Permill = Permill::from_percent(10);

    /// Fee for each byte of a transaction: a publish of 1 KB pays 1 mCARD, a preview of 4 KiB four more.
    pub const FEE_PER_BYTE: Balance = MICROCARD;
    /// Fee for one second of execution. A transfer (about 0.2 ms with its base) pays about 0.2 mCARD.
    pub const FEE_PER_SECOND: Balance = CARD;
}

/// What blocks mint, and what seeders can earn of it. Amounts are in units of 10⁻¹² CARD; a day has 28,800 blocks.
pub mod rewards {
    use super::{
        money::{CARD, MILLICARD},
        time::DAY_BLOCKS,
    };
    use crate::Balance;
    use hashcard_primitives::reward::Emission;

    /// What every network begins with. Governance changes it within [`MOST_EMISSION`].
    ///
    /// Author: 2,880 CARD a day for all validators together, for machines that are on all day. Treasury: a tenth of that.
    /// Seeders: at most twice what authors get, and no more than four fifths of the fees that burn, so that whoever
    /// invents sales or deliveries loses a fifth of each fee.
    pub const FIRST_EMISSION: Emission = Emission {
        author_per_block: 100 * MILLICARD,
        treasury_per_block: 10 * MILLICARD,
        seeders_per_block: 200 * MILLICARD,
        credit_share: 800_000,
    };
    /// The most that governance can make of it: ten times the amounts, which leaves room for a token that is worth a tenth,
    /// and no room for a mistake of a digit more. A credit is never above nine tenths of its fee: below that a tenth is
    /// what keeps self-dealing a loss.
    pub const MOST_EMISSION: Emission = Emission {
        author_per_block: CARD,
        treasury_per_block: 100 * MILLICARD,
        seeders_per_block: 2 * CARD,
        credit_share: 900_000,
    };

    /// What the bond of a seat counts for at most: a hundred times the least one. Above it money buys no weight, so who has
    /// much of it must take several seats, and prove each.
    pub const BOND_CAP: Balance = 10 * CARD;
    /// Least that the claims of a card share before one is heard: what a leaf's bytes would pay in a transaction that is not
    /// refunded (1 KiB at 1 µCARD).
    pub const LEAST_SHARE: Balance = MILLICARD;
    /// Least amount of an endowment: a card has eight places, and taking all of them should give its seeders something.
    pub const MIN_ENDOWMENT: Balance = CARD;
    /// Most blocks that an endowment lasts at its full rate: a year.
    pub const MAX_ENDOWMENT_BLOCKS: u32 = 365 * DAY_BLOCKS;
}

/// The council and what it decides. Who decides what, and why: docs/adr/0011-governance.md.
pub mod governance {
    use super::{
        money::{deposit, CARD, MILLICARD},
        time::DAY_BLOCKS,
    };
    use crate::Balance;
    use sp_runtime::{Perbill, Permill};

    /// Most members: as many as everybody can know by name, and as can meet.
    pub const MAX_MEMBERS: u32 = 21;
    /// Most motions that are voted on at once: about one for each member. All of them are looked at when a member leaves.
    pub const MAX_MOTIONS: u32 = 20;
    /// Blocks in which a motion is voted on, unless enough have: a week, so that a holiday stops nothing.
    pub const MOTION_BLOCKS: u32 = 7 * DAY_BLOCKS;
    /// Longest motion, in bytes: a decision about a call of 128 bytes, which is the longest that is not named by its hash.
    pub const MAX_MOTION_BYTES: u32 = 256;

    /// Deposit for the only open motion: its call, its place in the list, its deposit's row, and everybody's vote.
    pub const MOTION_DEPOSIT: Balance = deposit(3, 32 + MAX_MOTION_BYTES + 32 + 96 + 64 + 32 * MAX_MEMBERS);
    /// Each further one that is open makes the next so many times as dear, up to some 7,600 CARD for the last. So a member who would
    /// take all places, that nobody else can make a motion, needs more than a validator's bond.
    pub const MOTION_RATIO: u32 = 2;

    /// Most decisions that one block enacts: more than may be made in a block, and few enough that reading them costs little.
    pub const MAX_PER_BLOCK: u32 = 50;
    /// Part of a block that they may take. What does not fit waits for the next one.
    pub const BLOCK_RATIO: Perbill = Perbill::from_percent(25);

    /// Blocks in which what the treasury promised can be fetched: a month.
    pub const PAYOUT_BLOCKS: u32 = 30 * DAY_BLOCKS;

    /// The part of sales and deliveries that burns: at least what pays seeders anything, at most what creators would leave for.
    pub const NETWORK_FEE_BOUNDS: (Permill, Permill) = (Permill::from_parts(1_000), Permill::from_percent(5));
    /// What a further report of an equivocation costs the offender: from a tenth of what it takes to a hundred times as much.
    pub const REPORT_COST_BOUNDS: (Balance, Balance) = (10 * MILLICARD, 10 * CARD);
    /// Least that the claims of a card share: for a token that is worth ten times as much, or a hundredth.
    pub const LEAST_SHARE_BOUNDS: (Balance, Balance) = (MILLICARD / 10, 100 * MILLICARD);
    /// Least endowment: at least ten existential deposits, at most what a fan may have.
    pub const MIN_ENDOWMENT_BOUNDS: (Balance, Balance) = (10 * MILLICARD, 100 * CARD);
}

/// Time.
pub mod time {
    /// Milliseconds of a slot: the shortest that volunteers' machines on a wide network keep up with while a
    /// block carries proofs of about a millisecond each.
    pub const SLOT_MILLIS: u64 = 3_000;
    /// Blocks of a day when no slot is empty.
    pub const DAY_BLOCKS: u32 = (24 * 60 * 60 * 1_000 / SLOT_MILLIS) as u32;
    /// Chance that a slot has a primary author: BABE's `c` = 1/4, as the BABE paper's analysis assumes.
    pub const PRIMARY_PROBABILITY: (u64, u64) = (1, 4);
}

/// What a block may hold.
pub mod block {
    use frame_support::weights::constants::WEIGHT_REF_TIME_PER_SECOND;
    use sp_runtime::Perbill;

    /// Execution time of a block: one third of a slot, the proposer's share of it being two thirds.
    pub const MAX_REF_TIME: u64 = WEIGHT_REF_TIME_PER_SECOND;
    /// Part of a block open to ordinary transactions; the rest is for operational ones.
    pub const NORMAL_RATIO: Perbill = Perbill::from_percent(75);
    /// Part of a block that hooks of `on_initialize` are expected to need.
    pub const INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);
    /// Bytes of a block: what a home connection uploads within a slot.
    pub const MAX_LENGTH: u32 = 5 * 1024 * 1024;
    /// Blocks whose hashes are kept for mortal transactions: two hours.
    pub const HASH_COUNT: u32 = 2_400;
}

/// Prefix of SS58 addresses. Not in the public registry, and the one block of free prefixes whose addresses
/// all begin with `hc`, for hash card.
pub const SS58_PREFIX: u16 = 13_936;
