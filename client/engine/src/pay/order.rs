//! What a fetch may spend, and the purse that it spends it from. **Nothing is paid unless somebody said how much at most**: a
//! price of a MiB, and with it a budget that is named in advance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use hashcard_chain::Account;
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::CardId;
use hashcard_primitives::seeder::SeatView;
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::{cost, PayerLimits};
use hashcard_protocol::limits::{MAX_WINDOW, MIN_WINDOW};

use super::lanes::{self, SessionOnChain};
use super::purse::{Purse, Seat};
use super::session;
use crate::amount::Amount;
use crate::command::{Event, Pay};
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::wallet::AccountName;

/// What may still be spent, over several attempts.
#[derive(Clone, Debug)]
pub struct PayOrder {
    account: AccountName,
    pay: Pay,
    /// Promised so far.
    spent: Balance,
}

/// An order that several fetches spend from, one after another.
pub type SharedOrder = Arc<Mutex<PayOrder>>;

impl PayOrder {
    /// Nothing is spent yet.
    pub fn new(account: AccountName, pay: Pay) -> Self {
        Self {
            account,
            pay,
            spent: 0,
        }
    }

    /// One order for all of these cards when a budget was named for them, else one for each.
    pub fn for_cards(account: &AccountName, pay: Option<Pay>, cards: &[CardId]) -> Vec<Option<SharedOrder>> {
        let order = |pay: &Pay| Arc::new(Mutex::new(Self::new(account.clone(), pay.clone())));
        match pay {
            None => vec![None; cards.len()],
            Some(pay) if pay.budget.is_some() => vec![Some(order(&pay)); cards.len()],
            Some(pay) => cards.iter().map(|_| Some(order(&pay))).collect(),
        }
    }

    /// Highest price of a MiB.
    pub fn max_price(&self) -> Balance {
        self.pay.max_price_per_mib.0
    }

    /// What is left to spend for so many bytes from so many seeders. Without a budget that is what the bytes cost at the
    /// highest price, and for each seeder a first window, which it is promised before it has brought it. That is then the
    /// budget of later attempts, too.
    fn budget(&mut self, missing: u64, seeders: u64) -> Balance {
        let unasked = self.at_most(missing, seeders);
        let budget = *self.pay.budget.get_or_insert(Amount(unasked));
        budget.0.saturating_sub(self.spent)
    }

    fn at_most(&self, missing: u64, seeders: u64) -> Balance {
        let ahead = seeders.saturating_mul(MIN_WINDOW.min(missing));
        cost(self.max_price(), missing.saturating_add(ahead))
    }

    /// Says how much was promised in an attempt.
    pub fn spend(&mut self, promised: Balance) {
        self.spent = self.spent.saturating_add(promised);
    }
}

/// What the order says now; another thread that panicked has not changed it half-way.
pub fn taken(order: &SharedOrder) -> PayOrder {
    order.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Puts an order back after an attempt.
pub fn put_back(shared: &SharedOrder, order: PayOrder) {
    *shared.lock().unwrap_or_else(PoisonError::into_inner) = order;
}

/// What is to be fetched and paid for.
pub struct Wanted<'a> {
    /// Which card.
    pub card: CardId,
    /// Its blob.
    pub root: ContentRoot,
    /// Bytes of it that are missing, at most.
    pub missing: u64,
    /// Who may have them.
    pub seats: &'a [SeatView<Account>],
    /// The peer that this home is.
    pub own_peer: Vec<u8>,
}

/// A fetch that pays.
pub struct PaidFetch {
    /// Its books.
    pub purse: Arc<Purse>,
    actor: Actor,
    /// Last block of its session.
    expires_at: BlockNumber,
}

impl PaidFetch {
    /// Says what it may cost, and gets a session ready; `None` when nobody is to be paid at that price.
    pub async fn begin(
        engine: &Engine,
        order: &mut PayOrder,
        wanted: Wanted<'_>,
        events: &Events,
    ) -> Result<Option<Self>, EngineError> {
        let max_price = order.max_price();
        let payable = wanted.seats.iter().filter(|seat| is_payable(seat, max_price));
        let payable: BTreeSet<&[u8]> = payable.map(|seat| seat.peer.as_slice()).collect();
        let payable = payable.len() as u64;
        if payable == 0 {
            return Ok(None);
        }
        let actor = engine.actor(&order.account).await?;
        let budget = order.budget(wanted.missing, payable);
        if budget == 0 {
            return Err(budget_spent(wanted.card, order));
        }
        let mut turn = engine.session_turn().await;
        let pool = session::pool_to_pay_from(engine, &actor, order.pay.pool).await?;
        let standing = session::standing(engine, &actor, &pool).await?;
        let budget = budget.min(standing.unpromised(&pool));
        if budget == 0 {
            return Err(session::nothing_left(&pool));
        }
        events
            .say(Event::Cost {
                card: wanted.card,
                seeders: payable,
                at_most: Amount(order.at_most(wanted.missing, payable).min(budget)),
                budget: Amount(budget),
            })
            .await;
        let needed = (budget, wanted.missing);
        let session = session::ready(engine, &actor, &pool, &standing, needed, &mut turn, events).await?;
        drop(turn);
        let limits = PayerLimits {
            max_price_per_mib: max_price,
            budget,
            max_window: MAX_WINDOW,
        };
        let genesis = engine.chain().await?.genesis();
        let expires_at = session.expires_at;
        let purse = Purse::new(genesis, actor.account, &wanted, limits, session);
        Ok(Some(Self {
            purse: Arc::new(purse),
            actor,
            expires_at,
        }))
    }

    /// Opens the lanes that the purse asks for, until it is closed and has no more to ask.
    pub async fn keep_lanes(&self, engine: &Engine, events: &Events) {
        let on_chain = SessionOnChain {
            engine,
            actor: &self.actor,
            session: self.purse.session(),
            events,
        };
        lanes::keep(&self.purse, &on_chain, lanes::PAUSES, events).await;
    }

    /// Whether it may have failed because its session ends: then another session may do what this one could not. Nobody can make it
    /// so but the chain, so no payee makes a payer pay for sessions.
    pub async fn ends_soon(&self, engine: &Engine) -> Result<bool, EngineError> {
        session::ends_soon(engine, self.expires_at).await
    }

    /// Writes down what is owed. What was promised, by then, is in the order.
    pub async fn end(&self, order: &mut PayOrder) -> Result<(), EngineError> {
        order.spend(self.purse.spent());
        let purse = self.purse.clone();
        waiting_for_disk(move || purse.write_down()).await
    }
}

fn is_payable(seat: &SeatView<Account>, max_price: Balance) -> bool {
    // A seat without a price says it to whoever greets.
    max_price > 0
        && seat
            .price_per_mib
            .is_none_or(|price| 0 < price && price <= max_price)
}

/// The seats of each peer, the highest bond first. **A seat proves nothing about its peer**: anybody can take one for a peer that is
/// not his, so a peer may have many, and only it can say whose account it takes payments for.
pub fn seats_by_peer(seats: &[SeatView<Account>]) -> BTreeMap<Vec<u8>, Vec<Seat>> {
    let mut by_peer: BTreeMap<Vec<u8>, Vec<Seat>> = BTreeMap::new();
    let mut seats: Vec<&SeatView<Account>> = seats.iter().collect();
    seats.sort_by_key(|seat| Reverse(seat.bond));
    for seat in seats {
        by_peer.entry(seat.peer.to_vec()).or_default().push(Seat {
            payee: seat.seeder,
            price: seat.price_per_mib,
        });
    }
    by_peer
}

/// Why nobody serves the rest: those who have it want more than they get.
pub fn unpaid(
    card: CardId,
    order: Option<&PayOrder>,
    purse: Option<&Purse>,
    seats: &[SeatView<Account>],
) -> EngineError {
    let told = purse.and_then(Purse::cheapest_refused);
    let asked = seats.iter().filter_map(|seat| seat.price_per_mib);
    let max_price = order.map_or(0, PayOrder::max_price);
    let cheapest = asked.filter(|price| *price > max_price).chain(told).min();
    if let (Some(order), Some(purse)) = (order, purse) {
        if let Some(failure) = purse.failure() {
            return failure;
        }
        if purse.is_spent() {
            let mut order = order.clone();
            order.spend(purse.spent());
            return budget_spent(card, &order);
        }
        if purse.has_dealt() || cheapest.is_none() {
            let why = purse.refusals();
            let why = if why.is_empty() {
                String::new()
            } else {
                format!(": {why}")
            };
            return EngineError::new(
                Code::Incomplete,
                format!("nobody serves the rest of card {card} for what is paid{why}"),
                "try again later, or name another pool: --pool N; what came is kept",
            );
        }
    }
    too_dear(card, order, cheapest)
}

fn too_dear(card: CardId, order: Option<&PayOrder>, cheapest: Option<Balance>) -> EngineError {
    let said = match (order, cheapest) {
        (Some(order), Some(cheapest)) => format!(
            "who serves card {card} asks {} for a MiB at least, and at most {} is paid",
            Amount(cheapest),
            order.pay.max_price_per_mib
        ),
        (None, Some(cheapest)) => format!(
            "who serves the rest of card {card} wants to be paid: {} for a MiB at least",
            Amount(cheapest)
        ),
        (_, None) => format!("who serves the rest of card {card} wants to be paid"),
    };
    let price = cheapest.map_or("P".to_owned(), |price| number(Amount(price)));
    EngineError::new(
        Code::TooDear,
        said,
        format!("pay that: hashcard fetch {card} --max-price-per-mib {price}; what came is kept"),
    )
    .with("cheapest", cheapest.map(|price| price.to_string()))
}

/// As it is typed.
fn number(amount: Amount) -> String {
    amount.to_string().replace(" CARD", "")
}

fn budget_spent(card: CardId, order: &PayOrder) -> EngineError {
    let budget = order.pay.budget.unwrap_or_default();
    EngineError::new(
        Code::BudgetSpent,
        format!(
            "card {card} is not complete, and {} of the budget of {budget} are promised",
            Amount(order.spent)
        ),
        "what came is kept; fetch it again to go on, with a larger budget: --budget B",
    )
    .with("budget", budget.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn order(budget: Option<Balance>) -> PayOrder {
        let pay = Pay {
            max_price_per_mib: Amount(1_000),
            budget: budget.map(Amount),
            pool: None,
        };
        PayOrder::new(AccountName::DEFAULT, pay)
    }

    fn seat(price: Option<Balance>) -> SeatView<Account> {
        SeatView {
            seeder: [7; 32],
            peer: Default::default(),
            addresses: Default::default(),
            coverage: Default::default(),
            price_per_mib: price,
            bond: 0,
            expires_at: 0,
        }
    }

    #[test]
    fn a_budget_is_what_is_left_of_what_was_named() {
        let mut order = order(Some(5_000));
        assert_eq!(order.budget(100 * MIB, 3), 5_000);
        order.spend(4_000);
        assert_eq!(order.budget(100 * MIB, 3), 1_000);
        order.spend(4_000);
        assert_eq!(order.budget(100 * MIB, 3), 0);
    }

    #[test]
    fn without_a_budget_it_is_the_price_of_what_is_missing_and_a_window_for_each_seeder() {
        let mut order = order(None);
        assert_eq!(order.budget(10 * MIB, 3), 13_000);
        order.spend(2_000);
        // A second attempt does not begin anew.
        assert_eq!(order.budget(10 * MIB, 30), 11_000);
    }

    #[test]
    fn seats_are_paid_up_to_the_limit_and_never_for_nothing() {
        assert!(is_payable(&seat(Some(1_000)), 1_000));
        assert!(is_payable(&seat(None), 1_000));
        for (price, max) in [(Some(1_001), 1_000), (Some(0), 1_000), (None, 0), (Some(0), 0)] {
            assert!(!is_payable(&seat(price), max), "{price:?} {max}");
        }
    }

    #[test]
    fn a_peer_has_all_its_seats_and_the_highest_bond_comes_first() {
        let of = |seeder: u8, peer: u8, bond| SeatView {
            seeder: [seeder; 32],
            peer: vec![peer].try_into().unwrap(),
            bond,
            ..seat(Some(seeder.into()))
        };
        let by_peer = seats_by_peer(&[of(1, 9, 50), of(2, 8, 70), of(3, 9, 60), of(4, 9, 1)]);
        let payees =
            |peer: u8| -> Vec<u8> { by_peer[&vec![peer]].iter().map(|seat| seat.payee[0]).collect() };
        assert_eq!((payees(9), payees(8)), (vec![3, 1, 4], vec![2]));
        assert_eq!(by_peer[&vec![9]][0].price, Some(3));
    }

    #[test]
    fn who_is_too_dear_is_named_with_the_cheapest_price() {
        let seats = [seat(Some(9_000)), seat(Some(3_000_000_000_000)), seat(None)];
        let error = unpaid(7, Some(&order(None)), None, &seats);
        assert_eq!((error.code, error.exit), (Code::TooDear, 8));
        assert_eq!(error.details["cheapest"], "9000");
        assert!(
            error.remedy.contains("--max-price-per-mib 0.000000009"),
            "{}",
            error.remedy
        );
        let error = unpaid(7, None, None, &[seat(None)]);
        assert_eq!(
            (error.code, error.details["cheapest"].is_null()),
            (Code::TooDear, true)
        );
    }

    #[test]
    fn a_spent_budget_is_an_error_that_keeps_what_came() {
        let mut order = order(Some(5_000));
        order.spend(5_000);
        let error = budget_spent(7, &order);
        assert_eq!((error.code, error.exit), (Code::BudgetSpent, 8));
        assert_eq!(error.details["budget"], "5000");
        assert!(error.remedy.contains("kept"));
    }

    #[test]
    fn a_named_budget_is_for_all_cards_and_a_price_alone_for_each() {
        let pay = |budget| order(budget).pay;
        let shared = PayOrder::for_cards(&AccountName::DEFAULT, Some(pay(Some(5))), &[1, 2]);
        assert!(Arc::ptr_eq(
            shared[0].as_ref().unwrap(),
            shared[1].as_ref().unwrap()
        ));
        let each = PayOrder::for_cards(&AccountName::DEFAULT, Some(pay(None)), &[1, 2]);
        assert!(!Arc::ptr_eq(each[0].as_ref().unwrap(), each[1].as_ref().unwrap()));
        assert!(PayOrder::for_cards(&AccountName::DEFAULT, None, &[1])[0].is_none());
        let mut once = taken(shared[0].as_ref().unwrap());
        once.spend(5);
        put_back(shared[0].as_ref().unwrap(), once);
        assert_eq!(taken(shared[1].as_ref().unwrap()).budget(MIB, 1), 0);
    }
}
