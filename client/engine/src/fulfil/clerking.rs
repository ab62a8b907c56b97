//! Which orders of other people's cards are this daemon's to answer. **It waits for its turn**: in the first blocks of an
//! order only the clerk whose turn it is answers, and the others after him one by one, so that they do not all pay fees for
//! one commission.

use std::collections::{BTreeSet, HashMap};

use hashcard_chain::{Account, At, Chain, ChainAt};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{KeyView, OrderId, OrderState, OrderView, CLERK_TURN};
use hashcard_primitives::BlockNumber;

use super::delivery::By;
use super::todo::MIN_BLOCKS_LEFT;
use crate::capsule::{held_keys, Held};
use crate::engine::Actor;
use crate::error::EngineError;

/// How often the posts are looked for anew, in blocks: half a minute.
const LOOK_AROUND_EVERY: BlockNumber = 10;
/// Most posts that are kept. Whoever appoints a clerk need not ask him, but pays a deposit for it.
const MAX_POSTS: usize = 4_096;
/// Most posts of one account that are looked at in one block, in turns, so that those of strangers crowd out none.
const POSTS_AT_ONCE: usize = 256;
/// Blocks between one clerk and the next once the turn is over: time for a delivery to be in a block that the next one
/// sees.
const BETWEEN_CLERKS: BlockNumber = 2;
/// Places in the queue behind the appointed clerks, for holders whom the terms let deliver. Nobody knows how many they are.
const HOLDERS_PLACES: u64 = 4;

/// A card of somebody else whose sales an account may deliver.
struct Post {
    actor: Account,
    card: CardId,
    /// Place among the appointed clerks.
    place: Option<u64>,
    /// How many those are.
    clerks: u64,
    any_holder: bool,
}

/// The posts of a daemon's accounts.
#[derive(Default)]
pub(super) struct Clerking {
    posts: Vec<Post>,
    looked_at: Option<BlockNumber>,
    /// Where the next round of posts begins.
    next_post: usize,
    /// What was locked, by whom, and what it is to be delivered with: a clerk who is dismissed meanwhile, or whose key is
    /// sold, still owes it, and may deliver it.
    promised: HashMap<OrderId, (Account, By)>,
    /// What was delivered, by whom, and is not settled: while the creator sleeps nobody else has a reason to settle it.
    delivered: HashMap<OrderId, Account>,
}

impl Clerking {
    /// Whether it is time to look for posts again.
    pub(super) fn is_stale(&self, at: At) -> bool {
        self.looked_at
            .is_none_or(|block| at.number >= block.saturating_add(LOOK_AROUND_EVERY))
    }

    /// Cards of all posts.
    pub(super) fn cards(&self) -> Vec<CardId> {
        let mut cards: Vec<CardId> = self.posts.iter().map(|post| post.card).collect();
        cards.sort_unstable();
        cards.dedup();
        cards
    }

    /// Looks for posts: where the accounts are appointed, and where a key that they hold is enough.
    pub(super) async fn look_around(
        &mut self,
        chain: &Chain,
        actors: &[Actor],
        at: At,
    ) -> Result<(), EngineError> {
        let then = chain.at(at);
        let mut posts = Vec::new();
        for actor in actors {
            let mut creators = BTreeSet::new();
            let mut cards = then.clerk_cards(actor.account).await?;
            cards.extend(then.keys_of(actor.account).await?.iter().map(|key| key.card));
            cards.sort_unstable();
            cards.dedup();
            for card in cards {
                if posts.len() >= MAX_POSTS {
                    break;
                }
                let clerks = then.clerks(card).await?;
                let place = clerks.accounts.iter().position(|one| *one == actor.account);
                if place.is_some() || clerks.any_holder {
                    creators.extend(then.card(card).await?.map(|view| view.card.creator));
                    posts.push(Post {
                        actor: actor.account,
                        card,
                        place: place.map(|place| place as u64),
                        clerks: clerks.accounts.len() as u64,
                        any_holder: clerks.any_holder,
                    });
                }
            }
            // Those of an earlier run, too.
            for creator in creators {
                for order in then.orders_of_seller(creator).await? {
                    if order.delivered_by == Some(actor.account) {
                        self.delivered.insert(order.id, actor.account);
                    }
                }
            }
        }
        self.posts = posts;
        self.looked_at = Some(at.number);
        Ok(())
    }

    /// Remembers that an account has locked an order.
    pub(super) fn promise(&mut self, order: OrderId, by: Account, with: By) {
        self.promised.insert(order, (by, with));
    }

    /// Remembers that an account has delivered an order for its creator.
    pub(super) fn has_delivered(&mut self, order: OrderId, by: Account) {
        self.delivered.insert(order, by);
    }

    /// Orders that an account has delivered and that are not settled.
    pub(super) async fn unsettled(
        &mut self,
        chain: &Chain,
        actor: &Actor,
        at: At,
    ) -> Result<Vec<OrderView<Account>>, EngineError> {
        let then = chain.at(at);
        let mut unsettled = Vec::new();
        let delivered: Vec<OrderId> = self
            .delivered
            .iter()
            .filter(|(_, by)| **by == actor.account)
            .map(|(order, _)| *order)
            .collect();
        for id in delivered {
            match then.order(id).await? {
                // Until the delivery is final it is not seen here.
                Some(order) if order.delivered_by == Some(actor.account) => {
                    // Of a frozen card nothing is settled any more.
                    if !then.card(order.card).await?.is_some_and(|view| view.frozen) {
                        unsettled.push(order);
                    }
                }
                Some(_) => {}
                None => {
                    self.delivered.remove(&id);
                }
            }
        }
        Ok(unsettled)
    }

    /// Orders that an account may answer now, and with what.
    pub(super) async fn work(
        &mut self,
        chain: &Chain,
        actor: &Actor,
        at: At,
        now: BlockNumber,
    ) -> Result<Vec<(OrderView<Account>, By)>, EngineError> {
        let then = chain.at(at);
        let mut work = self.owed(&then, actor).await?;
        let own: Vec<&Post> = self
            .posts
            .iter()
            .filter(|post| post.actor == actor.account)
            .collect();
        let round = round_of(own.len(), self.next_post);
        for post in round.filter_map(|place| own.get(place)) {
            // The oldest page is enough: what is answered makes place for the rest.
            for order in then.orders_of_card(post.card, 0).await?.orders {
                let is_foreign = order.buyer != actor.account && order.seller != actor.account;
                let is_locked = order.lock.as_ref().is_some_and(|lock| lock.by == actor.account);
                let is_owed = is_locked && self.promised.contains_key(&order.id);
                if !is_foreign || is_owed || !post.is_due(&then, &order, actor, now).await? {
                    continue;
                }
                match post.means(&then, actor).await? {
                    Some(by) => work.push((order, by)),
                    None => break,
                }
            }
        }
        self.next_post = self.next_post.wrapping_add(POSTS_AT_ONCE);
        Ok(work)
    }

    /// Orders that the account has locked and not delivered.
    async fn owed(
        &mut self,
        then: &ChainAt,
        actor: &Actor,
    ) -> Result<Vec<(OrderView<Account>, By)>, EngineError> {
        let mut owed = Vec::new();
        let promised: Vec<(OrderId, By)> = self
            .promised
            .iter()
            .filter(|(_, (by, _))| *by == actor.account)
            .map(|(order, (_, with))| (*order, with.clone()))
            .collect();
        for (id, with) in promised {
            match then.order(id).await? {
                Some(order) if matches!(order.state, OrderState::Waiting { .. }) => {
                    // Until the lock is final it is not seen here.
                    if order.lock.as_ref().is_some_and(|lock| lock.by == actor.account) {
                        owed.push((order, with));
                    }
                }
                _ => {
                    self.promised.remove(&id);
                }
            }
        }
        Ok(owed)
    }
}

impl Post {
    /// Whether it is this account's time to answer.
    async fn is_due(
        &self,
        then: &ChainAt,
        order: &OrderView<Account>,
        actor: &Actor,
        now: BlockNumber,
    ) -> Result<bool, EngineError> {
        let OrderState::Waiting { deadline } = order.state else {
            return Ok(false);
        };
        if let Some(lock) = &order.lock {
            return Ok(lock.by == actor.account);
        }
        if let Some(turn) = then.turn(order.id).await? {
            if turn.clerk == actor.account {
                return Ok(true);
            }
            if now <= turn.until {
                return Ok(false);
            }
        }
        let begins = self.begins(order.id, order.made_at);
        Ok(now >= begins || deadline.saturating_sub(now) <= MIN_BLOCKS_LEFT + BETWEEN_CLERKS)
    }

    /// The block from which it answers an order that its clerk left alone.
    fn begins(&self, order: OrderId, made_at: BlockNumber) -> BlockNumber {
        let turn = if self.clerks > 0 { CLERK_TURN + 1 } else { 0 };
        let place = match self.place {
            Some(place) => place.wrapping_add(order) % self.clerks.max(1),
            None => self
                .clerks
                .saturating_add(scattered(&self.actor, order) % HOLDERS_PLACES),
        };
        let behind = u32::try_from(place)
            .unwrap_or(u32::MAX)
            .saturating_mul(BETWEEN_CLERKS);
        made_at.saturating_add(turn).saturating_add(behind)
    }

    /// With what it answers; `None` when it has nothing after all.
    async fn means(&self, then: &ChainAt, actor: &Actor) -> Result<Option<By>, EngineError> {
        if self.place.is_some() {
            if let Some(view) = then.clerk_capsule(self.card, actor.account).await? {
                return Ok(Some(By::Clerk(Held::clerkship(self.card, actor.account, &view))));
            }
        }
        if !self.any_holder {
            return Ok(None);
        }
        let keys = held_keys(then, actor.account, self.card).await?;
        let settled: Option<KeyView<Account>> = keys.into_iter().find(|key| key.order.is_none());
        Ok(settled.map(By::AnyHolder))
    }
}

/// Places of this round among `count` posts: all of them, or as many as one round has.
fn round_of(count: usize, from: usize) -> impl Iterator<Item = usize> {
    let from = from.checked_rem(count).unwrap_or(0);
    (from..count).chain(0..from).take(POSTS_AT_ONCE)
}

/// A number that differs from account to account and from order to order.
fn scattered(account: &Account, order: OrderId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *account;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]).wrapping_add(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(place: Option<u64>, clerks: u64) -> Post {
        Post {
            actor: [9; 32],
            card: 7,
            place,
            clerks,
            any_holder: place.is_none(),
        }
    }

    #[test]
    fn clerks_begin_one_after_another_when_the_turn_is_over() {
        let mut begins: Vec<BlockNumber> = (0..3).map(|place| post(Some(place), 3).begins(12, 100)).collect();
        begins.sort_unstable();
        let first = 100 + CLERK_TURN + 1;
        assert_eq!(
            begins,
            [first, first + BETWEEN_CLERKS, first + 2 * BETWEEN_CLERKS]
        );
        // Not the same one each time.
        assert_ne!(post(Some(0), 3).begins(12, 100), post(Some(0), 3).begins(13, 100));
    }

    #[test]
    fn a_holder_begins_behind_the_clerks_and_at_once_where_there_are_none() {
        let behind_all = 100 + CLERK_TURN + 1 + 3 * BETWEEN_CLERKS;
        assert!(post(None, 3).begins(12, 100) >= behind_all);
        let alone = post(None, 0).begins(12, 100);
        assert!(alone < 100 + HOLDERS_PLACES as u32 * BETWEEN_CLERKS);
    }

    #[test]
    fn every_post_is_looked_at_within_a_few_rounds() {
        assert_eq!(round_of(0, 7).count(), 0);
        assert_eq!(round_of(3, 7).collect::<Vec<_>>(), [1, 2, 0]);
        let mut seen = std::collections::HashSet::new();
        for round in 0..3 {
            let places: Vec<usize> = round_of(600, round * POSTS_AT_ONCE).collect();
            assert_eq!(places.len(), POSTS_AT_ONCE);
            seen.extend(places);
        }
        assert_eq!(seen.len(), 600);
    }

    #[test]
    fn posts_are_looked_for_again_after_a_while() {
        let at = |number| At {
            number,
            hash: [0; 32],
        };
        let mut clerking = Clerking::default();
        assert!(clerking.is_stale(at(5)));
        clerking.looked_at = Some(5);
        assert!(!clerking.is_stale(at(14)));
        assert!(clerking.is_stale(at(15)));
    }
}
