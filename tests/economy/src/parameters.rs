//! What the economy is run with: the runtime's own numbers, and why they are as they are.

use crate::{
    constants::{block, money, rewards, time},
    money::{gain, in_card, with_commas},
    Balance, BlockNumber,
};
use hashcard_primitives::{
    reward::{Emission, HORIZON, MAX_ENDOWMENTS},
    seeder::MAX_SEATS,
};

pub use rewards::{BOND_CAP, LEAST_SHARE, MIN_ENDOWMENT};

/// What blocks mint.
pub const EMISSION: Emission = rewards::FIRST_EMISSION;
/// Blocks of an era: a day.
pub const ERA_BLOCKS: BlockNumber = pallet_rewards::DEFAULT_ERA_BLOCKS;

/// A parameter for the document.
pub struct Parameter {
    pub name: &'static str,
    pub value: String,
    pub reason: &'static str,
}

/// Each parameter with its reason, in the order of the document.
pub fn all() -> Vec<Parameter> {
    let card = |amount: Balance| format!("{} CARD", in_card(gain(amount)));
    let percent = |parts: u32| format!("{}.{:02} %", parts / 10_000, parts % 10_000 / 100);
    let row = |name, value, reason| Parameter { name, value, reason };
    vec![
        row("author, each block", card(EMISSION.author_per_block),
            "2,880 CARD a day for those who keep the chain. Fixed, so that security does not hang on trade; it dilutes holders, and less each year in proportion."),
        row("treasury, each block", card(EMISSION.treasury_per_block),
            "A tenth of the authors' part: 288 CARD a day for work that no fee pays, endowments of what is rare among it."),
        row("seeders' pot, each block", card(EMISSION.seeders_per_block),
            "A ceiling, not a payment: 5,760 CARD a day at most. It is there so that no fault elsewhere mints without end. It binds from a turnover of 720,000 CARD a day on."),
        row("φ, credit for each burnt unit", percent(EMISSION.credit_share),
            "Below one, so that dealing with oneself loses; a fifth is a loss that is seen. Higher pays seeders more, and makes it cheaper to crowd the pot: see wash deliveries."),
        row("most that governance can set", format!("{}, {}, {}; φ {}", card(rewards::MOST_EMISSION.author_per_block), card(rewards::MOST_EMISSION.treasury_per_block),
            card(rewards::MOST_EMISSION.seeders_per_block), percent(rewards::MOST_EMISSION.credit_share)),
            "Author, treasury, pot: ten times, room for a token that is worth a tenth and for no mistake of a digit more."),
        row("era", format!("{} blocks", with_commas(ERA_BLOCKS.into())),
            "A day of 3-second slots: one proof a day for each seat, at an hour that the seeder's machine is on. Full blocks lengthen it up to four times."),
        row("bond that counts at most", card(BOND_CAP),
            "Limits what one seat weighs, so that money alone does not take a card. It binds seats, not people."),
        row("least bond of a seat", card(money::MIN_SEAT_BOND),
            "A list of 256 seats costs 25.6 CARD to crowd with seats that serve nothing."),
        row("seats of a card", MAX_SEATS.to_string(),
            "A list that a light client reads in a few pages. The lowest bond is displaced."),
        row("least share of a card and era", card(LEAST_SHARE),
            "A proof is free of charge, so it must be about something: a card is heard from 0.125 CARD of sales a day on, or with an endowment."),
        row("least endowment", card(MIN_ENDOWMENT),
            "A card has eight places, and taking all of them should give its seeders something."),
        row("longest endowment at its full rate", format!("{} days", rewards::MAX_ENDOWMENT_BLOCKS / time::DAY_BLOCKS),
            "A place is not taken by a promise of nothing."),
        row("endowments of a card", MAX_ENDOWMENTS.to_string(),
            "The first claim of an era pays out of all of them: bounded work."),
        row("horizon", format!("{HORIZON} eras"),
            "Credit of deliveries is collected within four weeks: who is away that long loses it, and the row stays bounded."),
        row("network fee", percent(money::NETWORK_FEE.deconstruct()),
            "Burnt of each sale and each paid delivery. Small beside what markets take; it is all that rewards can be made of."),
        row("existential deposit", card(money::EXISTENTIAL_DEPOSIT),
            "About the deposit of the 100 bytes that an account takes."),
        row("deposit, each row", card(money::DEPOSIT_PER_ROW),
            "A row of a trie costs about 100 bytes of nodes."),
        row("deposit, each byte", card(money::DEPOSIT_PER_BYTE),
            "A gigabyte of state locks 10,000 CARD. It comes back: state is rented by interest alone."),
        row("burnt of a card's deposit when it is retired early", percent(money::EARLY_RETIRE_BURN.deconstruct()),
            "Within a week: so that nobody rents the top of the feed for a fee alone."),
        row("fee, each byte of a transaction", card(money::FEE_PER_BYTE),
            "A block of 5 MiB is full of bytes for about 5 CARD."),
        row("fee, each second of execution", card(money::FEE_PER_SECOND),
            "A transfer pays about 0.2 mCARD. Times a multiplier that rises fivefold in a day of full blocks. Fees go to the block's author, not to the fire."),
        row("a block's execution", format!("{} ms", block::MAX_REF_TIME / 1_000_000_000),
            "A third of a slot."),
        row("slot", format!("{} ms", with_commas(time::SLOT_MILLIS.into())),
            "The shortest that volunteers' machines keep up with."),
    ]
}
