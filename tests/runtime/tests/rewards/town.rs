//! People who hold and serve bytes, and what they may try. Each step is sent to the chain, and to the books, and both must say
//! the same.

use crate::{
    acts::{self, Till},
    books::{Books, Effect, Shown},
    steps::{Step, Wrong},
};
use frame_support::assert_ok;
use hashcard_primitives::{
    card::CardId,
    coverage::Coverage,
    reward::{Emission, EraIndex, PossessionProof},
    roles::SeatLookup,
    seeder::Delta,
};
use hashcard_runtime::{
    configs::TreasuryAccount,
    constants::{
        money::CARD,
        rewards::{FIRST_EMISSION, MOST_EMISSION},
    },
    AccountId, Keys, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Seeders, System,
};
use hashcard_runtime_tests::{
    account, blocks,
    content::{buy, Sealed},
    sign,
};
use pallet_rewards::Call;
use sp_keyring::Sr25519Keyring::{self, Alice, AliceStash, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{traits::Dispatchable, DispatchResult};
use std::{collections::BTreeMap, sync::Arc};

/// Those who take seats, deliver and endow.
pub const SEEDERS: [Sr25519Keyring; 4] = [Bob, Charlie, Dave, Eve];
/// Publishes all cards, and makes all blocks.
const AUTHOR: Sr25519Keyring = Alice;
/// Buys keys.
const BUYER: Sr25519Keyring = Ferdie;
/// Pays for deliveries.
const READER: Sr25519Keyring = AliceStash;
/// Prices, and lengths of contents: sales that matter, that exceed an era's pot, and on a card whose seats may nearly all be
/// taken.
const CARDS: [(u128, u64); 3] = [(10 * CARD + 77, 0), (700 * CARD, 600_000), (40 * CARD, 0)];
/// The last of them.
pub const CROWDED: usize = 2;
/// Of the 256 places of a card.
const TAKEN_PLACES: u32 = 254;

pub fn seeder(who: usize) -> AccountId {
    account(SEEDERS[who % SEEDERS.len()])
}

/// Everybody whose money a step may change.
pub fn parties() -> Vec<AccountId> {
    let people = SEEDERS.into_iter().chain([AUTHOR, BUYER, READER]).map(account);
    people
        .chain([TreasuryAccount::get(), Rewards::account_id()])
        .collect()
}

#[derive(Clone)]
pub struct Town {
    pub books: Books,
    cards: Vec<(CardId, Arc<Sealed>)>,
    till: Till,
    /// Delivered orders by card.
    orders: BTreeMap<CardId, u64>,
}

/// What a step did.
pub struct Done {
    pub name: &'static str,
    pub taken: bool,
    pub effect: Effect,
}

fn done(name: &'static str, taken: bool) -> Done {
    Done {
        name,
        taken,
        effect: Effect::default(),
    }
}

/// Whether chain and books agree, and took it.
fn agree(name: &'static str, chain: DispatchResult, books: Option<Effect>) -> Done {
    assert_eq!(
        chain.is_ok(),
        books.is_some(),
        "{name}: the chain said {chain:?}, the books {books:?}"
    );
    Done {
        name,
        taken: chain.is_ok(),
        effect: books.unwrap_or_default(),
    }
}

fn plain(taken: bool) -> Option<Effect> {
    taken.then(Effect::default)
}

impl Town {
    /// Three cards with many places.
    pub fn quiet() -> Self {
        Self::opened(0)
    }

    /// The same with a card that has two places left. Every invariant looks at every account, so lives are dear here.
    pub fn crowded() -> Self {
        Self::opened(TAKEN_PLACES)
    }

    /// Four seeders with seats that are old enough to prove for the running era, of which a block is left, and which sales and
    /// a delivery have brought more than its pot.
    fn opened(strangers: u32) -> Self {
        blocks::begin_first();
        let mut cards = Vec::new();
        for (number, (price, content_len)) in CARDS.into_iter().enumerate() {
            let content = Sealed::of_length(&account(AUTHOR), 700 + number as u64, false, content_len);
            let card = content.publish(price, None).expect("it can be published");
            cards.push((card, Arc::new(content)));
        }
        let payees: Vec<_> = (0..SEEDERS.len()).map(seeder).collect();
        let mut town = Self {
            books: Books::new(FIRST_EMISSION, Rewards::account_id()),
            cards,
            till: Till::open(&account(READER), 900_000 * CARD, &payees),
            orders: BTreeMap::new(),
        };
        town.crowd(strangers);
        payees.iter().for_each(acts::register);
        for (who, card, coverage, bond) in [
            (0, 0, 1, 2 * CARD),
            (1, 0, 1, CARD / 2),
            (0, 1, 0b111, 30 * CARD),
            (2, 1, 0b101, 3 * CARD),
            (3, CROWDED, 1, CARD),
            (2, CROWDED, 1, 2 * CARD),
        ] {
            let join = Step::Join {
                who,
                card,
                coverage,
                bond,
            };
            assert!(town.take(&join).taken, "{join:?}");
        }
        let (card, to) = (0, 0);
        let amount = 50 * CARD;
        for step in [
            Step::Enlist(0),
            Step::Enlist(1),
            Step::Pass(38),
            Step::Heartbeat { mask: 0b1111 },
            Step::Sell { card: 0 },
            Step::Sell { card: 1 },
            Step::Pass(12),
            Step::Settle { card: 0 },
            Step::Settle { card: 1 },
            Step::Deliver { card, to, amount },
            Step::Pass(9),
            Step::Heartbeat { mask: 0b1111 },
        ] {
            assert!(town.take(&step).taken, "{step:?}");
        }
        town
    }

    /// Strangers with higher bonds take nearly all places of a card.
    fn crowd(&self, strangers: u32) {
        let (card, _) = self.cards[CROWDED];
        for number in 0..strangers {
            let mut bytes = [0xC5; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            let stranger = AccountId::new(bytes);
            let endow = pallet_balances::Call::<Runtime>::transfer_keep_alive {
                dest: stranger.clone().into(),
                value: 100 * CARD,
            };
            assert_ok!(sign(&account(READER), endow));
            acts::register(&stranger);
            assert_ok!(acts::join(&stranger, card, Coverage(1), 50 * CARD));
        }
    }

    fn card(&self, pick: usize) -> CardId {
        self.cards[pick % self.cards.len()].0
    }

    /// Mostly a card whose sale can be settled, if there is one.
    fn card_to_settle(&self, pick: usize) -> CardId {
        let now = System::block_number();
        let due = self
            .orders
            .iter()
            .filter(|(_, order)| now >= acts::settles_at(**order));
        let due: Vec<_> = due.map(|(card, _)| *card).collect();
        match due.is_empty() || pick.is_multiple_of(6) {
            true => self.card(pick),
            false => due[pick % due.len()],
        }
    }

    /// Somebody who has a claim, if anybody has.
    fn claimant(&self, pick: usize) -> AccountId {
        let claims = self.books.shares.values();
        let claimants: Vec<_> = claims.flat_map(|shares| shares.claims.keys()).collect();
        match claimants.is_empty() {
            true => seeder(pick),
            false => claimants[pick % claimants.len()].clone(),
        }
    }

    fn content(&self, card: CardId) -> &Sealed {
        let found = self.cards.iter().find(|(id, _)| *id == card);
        &found.expect("it was published here").1
    }

    /// Takes a step on the chain and in the books.
    pub fn take(&mut self, step: &Step) -> Done {
        match *step {
            Step::Pass(blocks) => self.pass("pass", blocks, true),
            Step::Fill(blocks) => self.pass("fill", blocks, false),
            Step::Sell { card } => self.sell(self.card(card)),
            Step::Settle { card } => self.settle(self.card_to_settle(card)),
            Step::Deliver { card, to, amount } => self.deliver(self.card(card), &seeder(to), amount),
            Step::Enlist(who) => {
                let taken = self.books.enlist(&seeder(who));
                agree(
                    "enlist",
                    acts::do_call(&seeder(who), Call::enlist {}),
                    plain(taken),
                )
            }
            Step::Delist(who) => {
                let taken = self.books.delist(&seeder(who));
                agree(
                    "delist",
                    acts::do_call(&seeder(who), Call::delist {}),
                    plain(taken),
                )
            }
            Step::CollectDeliveries(who) => {
                let said = Rewards::delivery_earnings(seeder(who)).map(|earned| earned.collectable);
                let effect = self.books.collect_deliveries(&seeder(who));
                if let Some(effect) = &effect {
                    assert_eq!(said, Some(effect.minted), "the chain said what it would bring");
                }
                let call = Call::collect_deliveries {};
                agree("collect_deliveries", acts::do_call(&seeder(who), call), effect)
            }
            Step::Join {
                who,
                card,
                coverage,
                bond,
            } => self.join(&seeder(who), self.card(card), coverage, bond),
            Step::Cover { who, card, coverage } => {
                let card = self.card(card);
                let coverage = Coverage(coverage);
                let taken = acts::apply(&seeder(who), Delta::Cover { card, coverage }).is_ok();
                done("cover", taken)
            }
            Step::Leave { who, card } => {
                let card = self.card(card);
                done("leave", acts::apply(&seeder(who), Delta::Leave { card }).is_ok())
            }
            Step::Forget { who, by } => forget(who, by),
            Step::Heartbeat { mask } => {
                let alive = (0..SEEDERS.len()).filter(|who| mask >> who & 1 == 1);
                alive.map(seeder).for_each(|who| acts::heartbeat(&who));
                done("heartbeat", true)
            }
            Step::Prove { who, cards, wrong } => self.prove(&seeder(who), cards, wrong),
            Step::Collect { who, by, from, most } => {
                let who = self.claimant(who);
                let claims = self.claims_of(&who, from, most);
                self.collect(&seeder(by), &who, &claims)
            }
            Step::Endow {
                who,
                card,
                amount,
                per_block,
            } => {
                let (funder, card) = (seeder(who), self.card(card));
                let effect = self.books.endow(&funder, card, amount, per_block);
                agree("endow", acts::endow(&funder, card, amount, per_block), effect)
            }
            Step::EndEndowment { who, pick } => {
                let ids: Vec<_> = self.books.endowments.keys().copied().collect();
                let id = match ids.is_empty() {
                    true => pick as u64,
                    false => ids[pick % ids.len()],
                };
                self.end_endowment(&seeder(who), id)
            }
            Step::ClearCredits { card } => self.clear_credits(self.card(card)),
            Step::SetEmission { seeders, share } => self.set_emission(seeders, share),
        }
    }

    fn pass(&mut self, name: &'static str, blocks: u32, had_room: bool) -> Done {
        let mut effect = Effect::default();
        let (author, treasury) = (account(AUTHOR), TreasuryAccount::get());
        for _ in 0..blocks {
            let number = System::block_number();
            match had_room {
                true => blocks::next(),
                false => blocks::next_after_full(),
            }
            self.books
                .block(number, had_room, &author, &treasury, &mut effect);
            assert_eq!(Rewards::era().era, self.books.running(), "after block {number}");
        }
        Done {
            name,
            taken: true,
            effect,
        }
    }

    /// A key is bought and delivered. Nothing moves before the sale is settled.
    fn sell(&mut self, card: CardId) -> Done {
        if self.orders.contains_key(&card) {
            return done("sell", false);
        }
        let content = self.content(card);
        let price = CARDS[card as usize].0;
        let order = buy(&account(BUYER), card, price).expect("it is for sale");
        assert_ok!(content.fulfil(order));
        self.orders.insert(card, order);
        done("sell", true)
    }

    fn settle(&mut self, card: CardId) -> Done {
        let Some(order) = self.orders.get(&card).copied() else {
            return done("settle", false);
        };
        let due = System::block_number() >= acts::settles_at(order);
        let effect = due.then(|| {
            let price = CARDS[card as usize].0;
            let mut effect = Effect::default();
            effect.burn(&account(BUYER), price / 100);
            effect.pay(&account(BUYER), &account(AUTHOR), price - price / 100);
            self.books.sale(card, price / 100);
            self.orders.remove(&card);
            effect
        });
        let settled = agree("settle", acts::settle(&seeder(0), order), effect);
        assert_eq!(settled.taken, Keys::order(order).is_none());
        settled
    }

    /// Bytes are delivered, and paid at once. The creator of every card here asks for a tenth.
    fn deliver(&mut self, card: CardId, payee: &AccountId, amount: u128) -> Done {
        if self.till.left_for(payee) < amount {
            return done("deliver", false);
        }
        let reader = self.till.owner().clone();
        let voucher = self.till.promise(payee, card, amount);
        let (fee, to_creator) = (amount / 100, amount / 10);
        let mut effect = Effect::default();
        effect.burn(&reader, fee);
        effect.pay(&reader, &account(AUTHOR), to_creator);
        effect.pay(&reader, payee, amount - fee - to_creator);
        self.books.delivery(payee, fee);
        agree("deliver", acts::redeem(payee, voucher), Some(effect))
    }

    /// Seats have tests of their own; here it counts only who has one.
    fn join(&mut self, who: &AccountId, card: CardId, coverage: u64, bond: u128) -> Done {
        let all = Coverage::all(self.content(card).blob_len()).0;
        let coverage = Coverage(match coverage & all {
            0 => all,
            some => some,
        });
        let seated = |card| -> usize {
            let of = |who| Seeders::seat(card, &seeder(who)).is_some();
            (0..SEEDERS.len()).filter(|who| of(*who)).count()
        };
        let before = seated(card);
        let taken = acts::join(who, card, coverage, bond).is_ok();
        match taken && seated(card) == before {
            true => done("displace", true),
            false => done("join", taken),
        }
    }

    /// What the books think of a seeder's seats on a card.
    fn weight(&self, who: &AccountId, card: CardId) -> u128 {
        let blob_len = self.content(card).blob_len();
        let live = Seeders::seat(card, who).map(|seat| (seat, None));
        let lost = Seeders::displaced(card, who).map(|(seat, at)| (seat, Some(at)));
        let weights = [live, lost].into_iter().flatten();
        weights
            .map(|(seat, at)| self.books.weight(&seat, at, blob_len))
            .max()
            .unwrap_or(0)
    }

    /// The leaf that the chain asks for, and what the books say that it would be about.
    fn shown(&self, who: &AccountId, card: CardId, wrong: Wrong) -> (PossessionProof, Shown) {
        let weight = self.weight(who, card);
        let challenge = Rewards::challenge(card, who.clone());
        let shares = self.books.shares_of(card).filter(|_| weight > 0);
        let said = challenge.map(|said| {
            let claimed = said.claimed_weight;
            (
                said.weight,
                said.proven,
                said.from_sales,
                said.from_endowments,
                claimed,
            )
        });
        let expected = shares.map(|shares| {
            let claimed = shares.claims.values().sum::<u128>();
            let proven = shares.claims.contains_key(who);
            (weight, proven, shares.from_sales, shares.from_endowments, claimed)
        });
        assert_eq!(said, expected, "what {who} has to show of card {card}");

        let mut leaf = challenge.map_or(0, |challenge| challenge.leaf);
        if wrong == Wrong::OtherLeaf {
            leaf ^= 1;
        }
        let mut proof = self.content(card).show(card, leaf);
        if wrong == Wrong::OtherByte {
            proof.leaf[100] ^= 0x10;
        }
        let is_right = !matches!(wrong, Wrong::OtherLeaf | Wrong::OtherByte);
        let shown = Shown {
            card,
            weight,
            is_right,
        };
        (proof, shown)
    }

    fn prove(&mut self, who: &AccountId, cards: u8, wrong: Wrong) -> Done {
        let chosen = self.cards.iter().map(|(card, _)| *card);
        let chosen = chosen.filter(|card| cards >> card & 1 == 1);
        // An honest seeder shows what he is asked for; a few try what they are not.
        let asked = |card: &CardId| {
            let challenge = Rewards::challenge(*card, who.clone());
            challenge.is_some_and(|challenge| !challenge.proven)
        };
        let mut chosen: Vec<_> = match cards % 4 {
            0 => chosen.collect(),
            _ => chosen.filter(asked).collect(),
        };
        if wrong == Wrong::Twice {
            chosen.extend(chosen.first().copied());
        }
        let (proofs, shown): (Vec<_>, Vec<_>) = chosen
            .into_iter()
            .map(|card| self.shown(who, card, wrong))
            .unzip();
        let Some(mut era) = self.books.running().checked_sub(1) else {
            return done("prove", false);
        };
        if wrong == Wrong::OtherEra {
            era += 1;
        }
        let taken = self.books.prove(who, era, &shown);
        agree("prove", acts::prove(who, era, proofs), plain(taken))
    }

    /// Some of a seeder's claims, whether they can be collected or not.
    fn claims_of(&self, who: &AccountId, from: usize, most: usize) -> Vec<(EraIndex, CardId)> {
        let claims = self.books.shares.iter();
        let claims = claims.filter(|(_, shares)| shares.claims.contains_key(who));
        let mut claims: Vec<_> = claims.map(|(claim, _)| *claim).collect();
        if from == 11 {
            claims.push((0, self.card(0)));
        }
        let skipped = from % claims.len().max(1) / 2;
        claims.into_iter().skip(skipped).take(most).collect()
    }

    pub fn collect(&mut self, by: &AccountId, who: &AccountId, claims: &[(EraIndex, CardId)]) -> Done {
        let effect = self.books.collect(who, claims);
        agree("collect", acts::collect(by, who, claims), effect)
    }

    pub fn end_endowment(&mut self, who: &AccountId, id: u64) -> Done {
        let card = self.books.endowments.get(&id).map_or(0, |one| one.card);
        let effect = self.books.end_endowment(who, id);
        let call = Call::end_endowment { card, endowment: id };
        agree("end_endowment", acts::do_call(who, call), effect)
    }

    pub fn clear_credits(&mut self, card: CardId) -> Done {
        let taken = self.books.clear_credits(card);
        let cards = vec![card].try_into().expect("one");
        let call = Call::clear_credits { cards };
        agree("clear_credits", acts::do_call(&seeder(0), call), plain(taken))
    }

    fn set_emission(&mut self, seeders_per_block: u128, credit_share: u32) -> Done {
        let emission = Emission {
            seeders_per_block,
            credit_share,
            ..self.books.emission
        };
        let may = seeders_per_block <= MOST_EMISSION.seeders_per_block
            && credit_share <= MOST_EMISSION.credit_share;
        if may {
            self.books.emission = emission;
        }
        let call = RuntimeCall::from(Call::<Runtime>::set_emission { emission });
        let chain = call.dispatch(RuntimeOrigin::root());
        agree(
            "set_emission",
            chain.map(|_| ()).map_err(|failed| failed.error),
            plain(may),
        )
    }

    /// How many sales wait to be settled.
    pub fn unsettled(&self) -> usize {
        self.orders.len()
    }
}

/// Has a seat forgotten that was taken from somebody: he may at once, others when it proves nothing any more.
fn forget(pick: usize, by: usize) -> Done {
    let lost: Vec<_> = pallet_seeders::Displaced::<Runtime>::iter_keys().collect();
    let Some((who, card)) = lost.get(pick % lost.len().max(1)) else {
        return done("forget", false);
    };
    let by = match by % 2 {
        0 => who.clone(),
        _ => seeder(by),
    };
    let call = pallet_seeders::Call::<Runtime>::forget {
        seeder: who.clone(),
        cards: vec![CardId::from_be_bytes(*card)].try_into().expect("one"),
    };
    done("forget", sign(&by, call).is_ok())
}
