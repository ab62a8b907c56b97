//! The rules of rewards, written a second time: what must happen is said before anybody looks at what did.

use hashcard_primitives::{
    card::CardId,
    coverage::Coverage,
    reward::{Emission, EndowmentId, EraIndex},
    roles::SeatStanding,
};
use hashcard_runtime::{
    constants::money::{CARD, MILLICARD},
    AccountId,
};
use std::collections::BTreeMap;

/// Blocks of an era, and of an epoch, on this network.
pub const ERA: u32 = 20;
const EPOCH: u32 = 20;
/// An era with full blocks ends at the latest after so many.
const LONGEST_ERA: u32 = 80;
/// Most endowments of a card.
const PLACES: usize = 8;

/// Who has more or less after a step, what is new, and what is gone for ever.
#[derive(Clone, Default, Debug)]
pub struct Effect {
    pub wealth: BTreeMap<AccountId, i128>,
    pub minted: u128,
    pub burnt: u128,
}

impl Effect {
    fn add(&mut self, who: &AccountId, amount: i128) {
        *self.wealth.entry(who.clone()).or_default() += amount;
    }

    pub fn mint(&mut self, who: &AccountId, amount: u128) {
        self.minted += amount;
        self.add(who, amount as i128);
    }

    pub fn burn(&mut self, who: &AccountId, amount: u128) {
        self.burnt += amount;
        self.add(who, -(amount as i128));
    }

    pub fn pay(&mut self, from: &AccountId, to: &AccountId, amount: u128) {
        self.add(from, -(amount as i128));
        self.add(to, amount as i128);
    }
}

#[derive(Clone, Default)]
pub struct Era {
    pub first: u32,
    last: u32,
    with_room: u32,
    pub pot: u128,
    credits: u128,
    /// φ of all fees that burnt in it, whoever they gave credit to.
    pub most: u128,
    /// Minted for it so far.
    pub minted: u128,
    settled_by: u32,
}

impl Era {
    fn worth(&self, credit: u128) -> u128 {
        match self.credits <= self.pot {
            true => credit,
            false => self.pot * credit / self.credits,
        }
    }

    fn blocks(&self) -> u32 {
        self.last - self.first + 1
    }
}

#[derive(Clone, Default)]
pub struct Shares {
    pub from_sales: u128,
    pub from_endowments: u128,
    /// Weights of claims that are not collected.
    pub claims: BTreeMap<AccountId, u128>,
}

#[derive(Clone)]
pub struct Endowment {
    pub card: CardId,
    pub funder: AccountId,
    per_block: u128,
    pub left: u128,
    first: EraIndex,
    last: Option<EraIndex>,
}

/// A leaf that somebody shows.
pub struct Shown {
    pub card: CardId,
    /// What his seat weighs; 0 when it gives no right.
    pub weight: u128,
    /// Whether it is the leaf that he is asked for.
    pub is_right: bool,
}

#[derive(Clone)]
pub struct Books {
    pub emission: Emission,
    /// By number; the last one runs.
    pub eras: Vec<Era>,
    pub earners: BTreeMap<AccountId, BTreeMap<EraIndex, u128>>,
    sales: BTreeMap<(CardId, EraIndex), u128>,
    last_sale: BTreeMap<CardId, EraIndex>,
    pub shares: BTreeMap<(EraIndex, CardId), Shares>,
    pub endowments: BTreeMap<EndowmentId, Endowment>,
    next_endowment: EndowmentId,
    keeper: AccountId,
}

impl Books {
    pub fn new(emission: Emission, keeper: AccountId) -> Self {
        let first = Era {
            first: 1,
            ..Era::default()
        };
        Self {
            emission,
            eras: vec![first],
            earners: BTreeMap::new(),
            sales: BTreeMap::new(),
            last_sale: BTreeMap::new(),
            shares: BTreeMap::new(),
            endowments: BTreeMap::new(),
            next_endowment: 0,
            keeper,
        }
    }

    pub fn running(&self) -> EraIndex {
        self.eras.len() as EraIndex - 1
    }

    fn era(&mut self) -> &mut Era {
        self.eras.last_mut().expect("an era always runs")
    }

    /// A block ends, and the next one begins with what it mints.
    pub fn block(
        &mut self,
        number: u32,
        had_room: bool,
        author: &AccountId,
        treasury: &AccountId,
        effect: &mut Effect,
    ) {
        let pot = self.emission.seeders_per_block;
        let era = self.era();
        era.pot += pot;
        era.last = number;
        era.with_room += u32::from(had_room);
        if era.with_room == ERA || era.blocks() == LONGEST_ERA {
            // Every slot has a block, so epochs begin with blocks 1, 21, 41 ...
            let epoch_began = number - (number - 1) % EPOCH;
            era.settled_by = number
                .saturating_sub(2 * EPOCH)
                .min(epoch_began.saturating_sub(EPOCH));
            self.eras.push(Era {
                first: number + 1,
                ..Era::default()
            });
        }
        effect.mint(author, self.emission.author_per_block);
        effect.mint(treasury, self.emission.treasury_per_block);
    }

    fn credit(&mut self, fee: u128) -> u128 {
        let credit = fee * u128::from(self.emission.credit_share) / 1_000_000;
        self.era().most += credit;
        credit
    }

    pub fn sale(&mut self, card: CardId, fee: u128) {
        let credit = self.credit(fee);
        if credit > 0 {
            let running = self.running();
            self.era().credits += credit;
            *self.sales.entry((card, running)).or_default() += credit;
            self.last_sale.insert(card, running);
        }
    }

    pub fn delivery(&mut self, payee: &AccountId, fee: u128) {
        let (credit, running) = (self.credit(fee), self.running());
        if let Some(credits) = self.earners.get_mut(payee).filter(|_| credit > 0) {
            *credits.entry(running).or_default() += credit;
            self.era().credits += credit;
        }
    }

    pub fn enlist(&mut self, who: &AccountId) -> bool {
        let is_new = !self.earners.contains_key(who);
        self.earners.entry(who.clone()).or_default();
        is_new
    }

    pub fn delist(&mut self, who: &AccountId) -> bool {
        let may = self.earners.get(who).is_some_and(BTreeMap::is_empty);
        if may {
            self.earners.remove(who);
        }
        may
    }

    pub fn collect_deliveries(&mut self, who: &AccountId) -> Option<Effect> {
        let running = self.running();
        let credits = self.earners.get_mut(who)?;
        let rest = credits.split_off(&running);
        let ended = std::mem::replace(credits, rest);
        let mut effect = Effect::default();
        for (era, credit) in &ended {
            let era = &mut self.eras[*era as usize];
            let worth = era.worth(*credit);
            era.minted += worth;
            effect.mint(who, worth);
        }
        (!ended.is_empty()).then_some(effect)
    }

    /// What a seat weighs in the era before the running one.
    pub fn weight(&self, seat: &SeatStanding, displaced_at: Option<u32>, blob_len: u64) -> u128 {
        let Some(era) = self.eras.iter().rev().nth(1) else {
            return 0;
        };
        let too_young = seat.joined_at.max(seat.covered_at) > era.settled_by;
        if too_young || displaced_at.is_some_and(|at| at <= era.first) {
            return 0;
        }
        let stood = (era.first..=era.last)
            .filter(|block| seat.joined_at <= *block && displaced_at.is_none_or(|at| *block < at))
            .count() as u128;
        let buckets = Coverage::all(blob_len).0.count_ones();
        let held = (0..buckets)
            .filter(|bucket| seat.coverage.0 >> bucket & 1 == 1)
            .count();
        let parts = 64 * held as u128 / u128::from(buckets);
        seat.bond.min(10 * CARD) * parts * stood / u128::from(era.blocks())
    }

    /// What each endowment of a card gives for an era.
    fn given(&self, card: CardId, era: EraIndex, from_sales: u128) -> Vec<(EndowmentId, u128)> {
        let blocks = u128::from(self.eras[era as usize].blocks());
        let promises: Vec<_> = self
            .endowments
            .iter()
            .filter(|(_, one)| {
                one.card == card && one.first <= era && one.last.is_none_or(|last| era <= last)
            })
            .map(|(id, one)| (*id, (one.per_block * blocks).min(one.left)))
            .collect();
        let mut promised: u128 = promises.iter().map(|(_, promise)| promise).sum();
        let mut left = promised.saturating_sub(from_sales);
        promises
            .into_iter()
            .map(|(id, promise)| {
                let given = share_of(left, promise, promised);
                left -= given;
                promised -= promise;
                (id, given)
            })
            .collect()
    }

    /// What the claims of a card for the era before the running one share, or would.
    pub fn shares_of(&self, card: CardId) -> Option<Shares> {
        let era = self.running().checked_sub(1)?;
        if let Some(shares) = self.shares.get(&(era, card)) {
            return Some(shares.clone());
        }
        let credit = self.sales.get(&(card, era)).copied().unwrap_or(0);
        let from_sales = self.eras[era as usize].worth(credit);
        let given = self.given(card, era, from_sales);
        let from_endowments = given.iter().map(|(_, given)| given).sum();
        (from_sales + from_endowments >= MILLICARD).then_some(Shares {
            from_sales,
            from_endowments,
            claims: BTreeMap::new(),
        })
    }

    /// Whether proofs are heard; if so they are booked.
    pub fn prove(&mut self, seeder: &AccountId, era: EraIndex, shown: &[Shown]) -> bool {
        if shown.is_empty() || era + 1 != self.running() {
            return false;
        }
        let mut new = self.clone();
        for one in shown {
            let Some(mut shares) = new.shares_of(one.card).filter(|_| one.weight > 0 && one.is_right) else {
                return false;
            };
            if shares.claims.insert(seeder.clone(), one.weight).is_some() {
                return false;
            }
            if !new.shares.contains_key(&(era, one.card)) {
                for (id, given) in new.given(one.card, era, shares.from_sales) {
                    new.endowments.get_mut(&id).expect("it gives").left -= given;
                }
                new.sales.remove(&(one.card, era));
                if new.last_sale.get(&one.card) == Some(&era) {
                    new.last_sale.remove(&one.card);
                }
            }
            new.shares.insert((era, one.card), shares);
        }
        *self = new;
        true
    }

    /// What the collection of claims brings, if it is taken.
    pub fn collect(&mut self, seeder: &AccountId, claims: &[(EraIndex, CardId)]) -> Option<Effect> {
        let mut new = self.clone();
        let mut effect = Effect::default();
        for (era, card) in claims {
            let shares = new
                .shares
                .get_mut(&(*era, *card))
                .filter(|_| era + 2 <= self.running())?;
            let all: u128 = shares.claims.values().sum();
            let weight = shares.claims.remove(seeder)?;
            let minted = share_of(shares.from_sales, weight, all);
            let endowed = share_of(shares.from_endowments, weight, all);
            shares.from_sales -= minted;
            shares.from_endowments -= endowed;
            if shares.claims.is_empty() {
                assert_eq!(
                    (shares.from_sales, shares.from_endowments),
                    (0, 0),
                    "the last one takes the rest"
                );
                new.shares.remove(&(*era, *card));
            }
            new.eras[*era as usize].minted += minted;
            effect.mint(seeder, minted);
            effect.pay(&self.keeper, seeder, endowed);
        }
        *self = new;
        (!claims.is_empty()).then_some(effect)
    }

    pub fn endow(
        &mut self,
        funder: &AccountId,
        card: CardId,
        amount: u128,
        per_block: u128,
    ) -> Option<Effect> {
        let lasts_a_year_at_most = per_block.saturating_mul(365 * 28_800) >= amount;
        if amount < CARD || per_block == 0 || per_block > amount || !lasts_a_year_at_most {
            return None;
        }
        let mut effect = Effect::default();
        let of_card = |one: &&EndowmentId| self.endowments[*one].card == card;
        let ids: Vec<_> = self.endowments.keys().filter(of_card).copied().collect();
        if ids.len() == PLACES {
            let spent = ids.into_iter().find(|id| self.endowments[id].left == 0)?;
            self.endowments.remove(&spent);
        }
        let endowment = Endowment {
            card,
            funder: funder.clone(),
            per_block,
            left: amount,
            first: self.running(),
            last: None,
        };
        self.endowments.insert(self.next_endowment, endowment);
        self.next_endowment += 1;
        effect.pay(funder, &self.keeper, amount);
        Some(effect)
    }

    pub fn end_endowment(&mut self, who: &AccountId, id: EndowmentId) -> Option<Effect> {
        let (running, keeper) = (self.running(), self.keeper.clone());
        let one = self.endowments.get_mut(&id)?;
        let mut effect = Effect::default();
        match one.last {
            _ if one.left == 0 => {}
            None => {
                one.last = (one.funder == *who).then_some(running + 1);
                return one.last.map(|_| effect);
            }
            Some(last) if last + 1 >= running => return None,
            Some(_) => {}
        }
        effect.pay(&keeper, &one.funder, one.left);
        self.endowments.remove(&id);
        Some(effect)
    }

    pub fn clear_credits(&mut self, card: CardId) -> bool {
        let running = self.running();
        let may = self.last_sale.get(&card).is_some_and(|last| last + 1 < running);
        if may {
            self.last_sale.remove(&card);
        }
        may
    }

    /// Cards with a row of credit.
    pub fn credited(&self) -> Vec<CardId> {
        self.last_sale.keys().copied().collect()
    }
}

/// The share of one of those who weigh `all` together; the last one's is everything.
fn share_of(amount: u128, weight: u128, all: u128) -> u128 {
    match weight == all {
        true => amount,
        false => amount * weight / all,
    }
}
