//! Enlisting, proving, collecting, endowing: the calls of pallet-rewards, over its own rows and arithmetic.

use super::{
    seats::{Endowed, Seat},
    World,
};
use crate::{
    assumptions::HEARTBEATS,
    books::Who,
    deposits,
    parameters::{BOND_CAP, LEAST_SHARE, MIN_ENDOWMENT},
    transactions::Transaction,
    Balance,
};
use hashcard_primitives::{
    blob::{CHUNK_LEN, LEAF_LEN},
    coverage::Coverage,
    reward::{EndowmentId, EraIndex},
    CardId,
};
use pallet_rewards::{
    arithmetic::{blocks_stood, flow, weight, Stream},
    challenge::challenged_leaf,
    Claim, Shares,
};

/// Why a claim is not heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    AlreadyProven,
    NotSeated,
    TooYoung,
    NothingToShare,
    /// The leaf that he is asked for is not among those that he can reach.
    CannotShow,
}

impl World {
    /// Has an account rewarded for deliveries.
    pub fn enlist(&mut self, who: Who) {
        self.pay(who, Transaction::Enlist);
        self.books.hold(who, deposits::earner());
        self.earners.insert(who, Vec::new());
    }

    /// An era's heartbeats.
    pub fn heartbeats(&mut self, who: Who) {
        self.pay_times(who, Transaction::Heartbeat, HEARTBEATS);
    }

    /// Mints what ended eras owe an account for deliveries; how much.
    pub fn collect_deliveries(&mut self, who: Who) -> Balance {
        let running = self.running.index;
        let Some(credits) = self.earners.get_mut(&who) else {
            return 0;
        };
        let of_ended: Vec<_> = credits.iter().filter(|one| one.era < running).copied().collect();
        if of_ended.is_empty() {
            return 0;
        }
        credits.retain(|one| one.era == running);
        let mut minted: Balance = 0;
        for one in of_ended {
            let Some(ended) = self.ended.get_mut(&one.era) else {
                continue;
            };
            let worth = ended.worth(one.credit);
            ended.granted += worth;
            assert!(ended.granted <= ended.pot, "an era's rewards are within its pot");
            minted += worth;
        }
        self.pay(who, Transaction::CollectDeliveries);
        self.books.mint(who, minted);
        minted
    }

    fn right(&self, who: Who, card: CardId, era: EraIndex) -> Result<(Seat, Balance), Refusal> {
        let (row, ended) = (self.card(card), &self.ended[&era]);
        let displaced = row.displaced.iter().rev();
        let displaced = displaced.filter(|seat| seat.displaced_at.is_some_and(|at| at > ended.started_at));
        let seats: Vec<_> = row
            .seats
            .iter()
            .chain(displaced)
            .filter(|seat| seat.seeder == who)
            .collect();
        if seats.is_empty() {
            return Err(Refusal::NotSeated);
        }
        let weigh = |seat: &Seat| {
            let stood = blocks_stood(
                ended.started_at,
                ended.ended_at,
                seat.joined_at,
                seat.displaced_at,
            );
            weight(
                seat.bond,
                BOND_CAP,
                seat.coverage,
                row.blob_len,
                stood,
                ended.blocks(),
            )
        };
        let old_enough = seats
            .into_iter()
            .filter(|seat| seat.joined_at <= ended.settled_by);
        let weighed = old_enough.map(|seat| (*seat, weigh(seat)));
        let best = weighed.max_by_key(|(_, weight)| *weight);
        best.filter(|(_, weight)| *weight > 0).ok_or(Refusal::TooYoung)
    }

    /// Claims a share of the era before the running one. Free of charge.
    pub fn prove(&mut self, who: Who, card: CardId) -> Result<(), Refusal> {
        let era = self.running.index - 1;
        if self.claims.contains_key(&(who, era, card)) {
            return Err(Refusal::AlreadyProven);
        }
        let (seat, weight) = self.right(who, card, era)?;
        let mut shares = match self.shares.get(&(card, era)) {
            Some(shares) => *shares,
            None => self.shares_to_be(card, era),
        };
        if shares.claims == 0 && shares.from_sales + shares.from_endowments < LEAST_SHARE {
            return Err(Refusal::NothingToShare);
        }
        let blob_len = self.card(card).blob_len;
        if !can_show(&self.ended[&era].seed, card, &seat, blob_len) {
            return Err(Refusal::CannotShow);
        }
        if shares.claims == 0 {
            self.fix(card, era, &shares);
        }
        shares.weight += weight;
        shares.claims += 1;
        self.shares.insert((card, era), shares);
        let deposit = deposits::claim();
        self.books.hold(who, deposit);
        self.claims.insert((who, era, card), Claim { weight, deposit });
        Ok(())
    }

    fn streams(&self, card: CardId, era: EraIndex) -> Vec<Stream> {
        let endowments = self.card(card).endowments.iter();
        let stream = |one: &Endowed| {
            let gives = one.first_era <= era && one.last_era.is_none_or(|last| era <= last);
            Stream {
                per_block: if gives { one.per_block } else { 0 },
                left: one.left,
            }
        };
        endowments.map(stream).collect()
    }

    fn shares_to_be(&self, card: CardId, era: EraIndex) -> Shares {
        let ended = &self.ended[&era];
        let from_sales = ended.worth(self.sales.get(&(card, era)).copied().unwrap_or(0));
        let flows = flow(&self.streams(card, era), ended.blocks(), from_sales);
        Shares {
            from_sales,
            from_endowments: flows.into_iter().sum(),
            weight: 0,
            claims: 0,
        }
    }

    fn fix(&mut self, card: CardId, era: EraIndex, shares: &Shares) {
        let streams = self.streams(card, era);
        let ended = self
            .ended
            .get_mut(&era)
            .expect("provable eras are not forgotten; qed");
        ended.granted += shares.from_sales;
        assert!(ended.granted <= ended.pot, "an era's rewards are within its pot");
        let flows = flow(&streams, ended.blocks(), shares.from_sales);
        self.sales.remove(&(card, era));
        for (one, given) in self.card_mut(card).endowments.iter_mut().zip(flows) {
            one.left -= given;
        }
    }

    /// Every seat of a card, displaced ones too, claims what it can; how many claims were heard.
    pub fn prove_all(&mut self, card: CardId) -> u32 {
        let row = self.card(card);
        let seeders: Vec<_> = row
            .seats
            .iter()
            .chain(&row.displaced)
            .map(|seat| seat.seeder)
            .collect();
        let heard = seeders.into_iter().filter(|who| self.prove(*who, card).is_ok());
        u32::try_from(heard.count()).expect("few seats; qed")
    }

    /// Pays every claim that can be paid. Free of charge.
    pub fn collect_all(&mut self) {
        let running = self.running.index;
        let due: Vec<_> = self
            .claims
            .keys()
            .filter(|(_, era, _)| era + 2 <= running)
            .copied()
            .collect();
        for key in due {
            let (who, era, card) = key;
            let claim = self.claims.remove(&key).expect("it was just there; qed");
            let shares = self
                .shares
                .get_mut(&(card, era))
                .expect("a claim has something to share; qed");
            let (minted, endowed) = shares.take(claim.weight);
            self.books.release(who, claim.deposit);
            self.books.mint(who, minted);
            self.books.transfer(self.keeper, who, endowed);
        }
    }

    /// Two eras pass in which every claim on these cards is made and paid.
    pub fn wind_down(&mut self, cards: &[CardId]) {
        for _ in 0..2 {
            self.end_era();
            for card in cards {
                self.prove_all(*card);
            }
            self.collect_all();
        }
        self.end_era();
        self.collect_all();
    }

    /// Gives money to seeders of a card.
    pub fn endow(&mut self, card: CardId, funder: Who, amount: Balance, per_block: Balance) -> EndowmentId {
        assert!(
            amount >= MIN_ENDOWMENT && per_block > 0,
            "an endowment below the least is refused"
        );
        self.pay(funder, Transaction::Endow);
        self.books.hold(funder, deposits::endowment());
        self.books.transfer(funder, self.keeper, amount);
        let first_era = self.running.index;
        let endowments = &mut self.card_mut(card).endowments;
        let id = endowments.len() as EndowmentId;
        endowments.push(Endowed {
            id,
            funder,
            per_block,
            left: amount,
            first_era,
            last_era: None,
        });
        id
    }

    /// Lets an endowment end with the next era.
    pub fn end_endowment(&mut self, card: CardId, id: EndowmentId) {
        let last = self.running.index + 1;
        let endowments = &mut self.card_mut(card).endowments;
        let one = endowments
            .iter_mut()
            .find(|one| one.id == id)
            .expect("it was made; qed");
        one.last_era = Some(last);
        let funder = one.funder;
        self.pay(funder, Transaction::EndEndowment);
    }

    /// Returns the rest of an ended endowment, once its last era cannot be claimed for.
    pub fn return_endowment(&mut self, card: CardId, id: EndowmentId) -> Balance {
        let running = self.running.index;
        let endowments = &mut self.card_mut(card).endowments;
        let place = endowments
            .iter()
            .position(|one| one.id == id)
            .expect("it was made; qed");
        let one = endowments.remove(place);
        assert!(
            one.last_era.is_some_and(|last| last + 1 < running),
            "it still gives"
        );
        self.books.transfer(self.keeper, one.funder, one.left);
        self.books.release(one.funder, deposits::endowment());
        one.left
    }

    /// What is left of an endowment.
    pub fn left_of(&self, card: CardId, id: EndowmentId) -> Balance {
        let mut endowments = self.card(card).endowments.iter();
        endowments.find(|one| one.id == id).map_or(0, |one| one.left)
    }
}

/// Whether a seat's seeder reaches the leaf that an era asks him for.
fn can_show(seed: &[u8; 32], card: CardId, seat: &Seat, blob_len: u64) -> bool {
    let account = seat.seeder.account();
    let leaf = challenged_leaf(seed, card, account.as_ref(), seat.coverage, blob_len);
    leaf.is_some_and(|leaf| holds_leaf(seat.holds, blob_len, leaf))
}

/// Whether a leaf lies in a bucket that is held.
fn holds_leaf(holds: Coverage, blob_len: u64, leaf: u64) -> bool {
    holds.covers(blob_len, leaf / (CHUNK_LEN / LEAF_LEN))
}
