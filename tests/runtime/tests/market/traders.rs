//! The people, their cards, and what they remember between steps.

use crate::{effect::Effect, steps::Step, steps::Who};
use frame_support::assert_ok;
use hashcard_primitives::{
    card::{CardId, Collaborator, Collaborators, Listing},
    key::{Edition, KeyIndex, KeyView, OrderId, OrderView},
};
use hashcard_proofs::{prove_possession, Capsule, LongProof, PossessionContext};
use hashcard_runtime::{constants::money::CARD, AccountId, Balance, Cards, Keys, Runtime, RuntimeCall};
use hashcard_runtime_tests::{
    account,
    content::{encryption_secret, listing, Sealed},
    sign, GENESIS,
};
use pallet_keys::KeyChoice;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{DispatchError, MultiAddress};
use std::{collections::BTreeMap, rc::Rc};

/// Everybody may do everything; Eve's cards commit to false keys.
pub const PEOPLE: [Sr25519Keyring; 8] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
    Sr25519Keyring::One,
    Sr25519Keyring::Two,
];
const CHEAT: usize = 4;
/// Trades nothing, and can pay for anything.
pub const BANK: Sr25519Keyring = Sr25519Keyring::AliceStash;

/// Shares of people and of accounts that do not exist, which small payments cannot bring into being.
const BANDS: [&[(u8, u32)]; 4] = [
    &[],
    &[(2, 300_000), (0xC0, 1)],
    &[(0xC1, 1_000_000)],
    &[(0xC0, 125_000), (0xC1, 125_000), (3, 333_333), (5, 7)],
];

/// A delivery that somebody has locked, if he has one.
#[derive(Clone)]
pub struct Locked {
    pub by: AccountId,
    pub delivery: Option<(Capsule, LongProof)>,
}

/// What the traders know beyond the chain.
#[derive(Clone, Default)]
pub struct Market {
    pub contents: BTreeMap<CardId, Rc<Sealed>>,
    pub locked: BTreeMap<OrderId, Locked>,
    published: u64,
}

pub fn person(who: usize) -> AccountId {
    account(PEOPLE[who % PEOPLE.len()])
}

/// The `pick`-th of what there is, counted round.
pub fn nth<T>(mut all: Vec<T>, pick: usize) -> Option<T> {
    (!all.is_empty()).then(|| all.swap_remove(pick % all.len()))
}

pub fn send(who: &AccountId, call: impl Into<RuntimeCall>) -> Result<(), DispatchError> {
    sign(who, call)
}

/// Fails unless the chain refused.
pub fn must_refuse<E: core::fmt::Debug>(result: &Result<(), E>, why: &str) {
    assert!(result.is_err(), "the chain took what it must refuse: {why}");
}

/// Fails unless the chain took it, or the account could not pay.
pub fn must_take(result: &Result<(), DispatchError>, what: &str) {
    let excused = matches!(result, Ok(()) | Err(DispatchError::Token(_)));
    assert!(excused, "the chain refused what it must take: {what}: {result:?}");
}

pub fn is_frozen(card: CardId) -> bool {
    Cards::card_view(card).is_some_and(|view| view.frozen)
}

/// Every key, by card and edition.
pub fn keys() -> Vec<KeyView<AccountId>> {
    let mut places: Vec<(CardId, Edition)> = pallet_keys::Keys::<Runtime>::iter_keys().collect();
    places.sort_unstable();
    let view = |(card, edition)| Keys::key(card, edition).expect("every key has one holder");
    places.into_iter().map(view).collect()
}

pub fn some_key(pick: usize) -> Option<KeyView<AccountId>> {
    nth(keys(), pick)
}

pub fn orders() -> Vec<OrderView<AccountId>> {
    let mut ids: Vec<OrderId> = pallet_keys::Orders::<Runtime>::iter_keys().collect();
    ids.sort_unstable();
    ids.into_iter().filter_map(Keys::order).collect()
}

pub fn offers() -> Vec<OrderId> {
    let mut ids: Vec<OrderId> = pallet_keys::Offers::<Runtime>::iter_keys().collect();
    ids.sort_unstable();
    ids
}

pub fn listings() -> Vec<(CardId, Edition)> {
    let mut places: Vec<(CardId, Edition)> = pallet_keys::Listings::<Runtime>::iter_keys().collect();
    places.sort_unstable();
    places
}

/// Indices of the encryption keys that an account has registered and not removed.
pub fn indices(who: &AccountId) -> Vec<KeyIndex> {
    let mut all: Vec<_> = pallet_keys::EncryptionKeys::<Runtime>::iter_key_prefix(who).collect();
    all.sort_unstable();
    all
}

/// An encryption key that the account does not have yet.
pub fn new_key(who: &AccountId) -> KeyChoice {
    let index = Keys::encryption_keys(who.clone());
    let secret = encryption_secret(who, index);
    let context = PossessionContext {
        genesis: &GENESIS,
        account: who.as_ref(),
        index,
    };
    let proof = prove_possession(&context, &secret, &mut ChaCha20Rng::seed_from_u64(2));
    KeyChoice::Register(secret.public(), proof)
}

/// Under which key a buyer wants his capsule: his last one, or a new one.
pub fn choice(who: &AccountId, fresh: bool) -> KeyChoice {
    match indices(who).last() {
        Some(index) if !fresh => KeyChoice::Registered(*index),
        _ => new_key(who),
    }
}

/// The rightful one, or whoever tries.
pub fn actor(who: Who, rightful: &AccountId) -> AccountId {
    match who {
        Who::Rightful => rightful.clone(),
        Who::Anybody(who) => person(who),
    }
}

/// Empties the accounts of a development chain that do not trade: every invariant looks at every account.
fn send_strangers_home() {
    let bank = account(BANK);
    let trades = |who: &AccountId| *who == bank || (0..PEOPLE.len()).any(|number| person(number) == *who);
    for who in Sr25519Keyring::iter().map(account).filter(|who| !trades(who)) {
        let call = pallet_balances::Call::transfer_all {
            dest: MultiAddress::Id(bank.clone()),
            keep_alive: false,
        };
        assert_ok!(send(&who, call));
    }
}

fn band(number: usize) -> Collaborators<[u8; 32]> {
    let shares = BANDS[number % BANDS.len()]
        .iter()
        .map(|(who, share)| Collaborator {
            account: match *who {
                who @ 0..=7 => person(who.into()).into(),
                unborn => [unborn; 32],
            },
            share: *share,
        });
    shares.collect::<Vec<_>>().try_into().expect("a band is small")
}

impl Market {
    /// What is there before the first step: everybody with two encryption keys; a film with a band, cheap copies in
    /// three editions, a free one, a lie, and a new version of the film, which its holders may claim. Some people have
    /// keys already, one of them is for sale, and the film has a clerk.
    pub fn opened() -> Self {
        let mut market = Self::default();
        send_strangers_home();
        for who in (0..2 * PEOPLE.len()).map(|number| number % PEOPLE.len()) {
            let KeyChoice::Register(key, proof) = new_key(&person(who)) else {
                continue;
            };
            assert_ok!(send(&person(who), pallet_keys::Call::register_key { key, proof }));
        }
        for (by, price, editions, number, supersedes) in [
            (0, 10 * CARD, None, 1, None),
            (0, 101, Some(3), 3, None),
            (1, 0, None, 0, None),
            (CHEAT, CARD, None, 2, None),
            (0, 20 * CARD, None, 0, Some(0)),
        ] {
            let said = Listing {
                collaborators: band(number),
                supersedes,
                ..listing(price, editions)
            };
            assert_ok!(market.publish_as(by, said));
        }
        for (card, to) in [(0, 1), (0, 2), (0, 3), (1, 5), (3, 6), (3, 7)] {
            assert!(market.mint(card, to).is_some_and(|effect| effect.done));
        }
        let listed = pallet_keys::Call::list {
            card: 0,
            edition: 1,
            price: CARD,
        };
        assert_ok!(send(&person(1), listed));
        assert!(market.appoint(0, 6).is_some_and(|effect| effect.done));
        for (card, any_holder) in [(0, true), (1, false), (2, true), (4, true)] {
            assert!(market.clerk_terms(card, 50_000, any_holder).done);
        }
        assert!(market.upgrade(4, 400_000).done);
        market
    }

    fn publish_as(&mut self, by: usize, said: Listing) -> Result<(), DispatchError> {
        self.published += 1;
        let content = Sealed::new(&person(by), self.published, by % PEOPLE.len() == CHEAT);
        let card = content.publish_as(said)?;
        self.contents.insert(card, Rc::new(content));
        Ok(())
    }

    pub fn publish(
        &mut self,
        by: usize,
        price: Balance,
        editions: Option<u32>,
        royalty: u32,
        number: usize,
        supersedes: Option<usize>,
    ) -> Effect {
        let said = Listing {
            royalty,
            collaborators: band(number),
            supersedes: supersedes.map(|card| self.card(card)),
            ..listing(price, editions)
        };
        let result = self.publish_as(by, said);
        Effect::of("publish", &result)
    }

    /// The `pick`-th card, counted round.
    pub fn card(&self, pick: usize) -> CardId {
        let cards: Vec<_> = self.contents.keys().copied().collect();
        cards[pick % cards.len()]
    }

    pub fn content(&self, card: CardId) -> &Sealed {
        &self.contents[&card]
    }

    /// Takes a step and says what it may have changed; `None` where there was nothing to do.
    pub fn take(&mut self, step: Step) -> Option<Effect> {
        match step {
            Step::Publish {
                by,
                price,
                editions,
                royalty,
                band,
                supersedes,
            } => Some(self.publish(by, price, editions, royalty, band, supersedes)),
            Step::Revise {
                card,
                price,
                editions,
            } => Some(self.revise(card, price, editions)),
            Step::Retire { card } => self.retire(card),
            Step::Mint { card, to } => self.mint(card, to),
            Step::Appoint { card, who } => self.appoint(card, who),
            Step::Dismiss { card, who, by } => Some(self.dismiss(card, who, by)),
            Step::ClerkTerms {
                card,
                commission,
                any_holder,
            } => Some(self.clerk_terms(card, commission, any_holder)),
            Step::Upgrade { card, discount } => Some(self.upgrade(card, discount)),
            Step::Buy { card, by, fresh } => Some(self.buy(card, by, fresh)),
            Step::Fulfil { order, wrong } => self.fulfil(order, wrong),
            Step::FulfilFor {
                order,
                by,
                as_holder,
                wrong,
            } => self.fulfil_for(order, by, as_holder, wrong),
            Step::Lock {
                order,
                by,
                as_holder,
                empty,
            } => self.lock(order, by, as_holder, empty),
            Step::Expire { order } => self.expire(order),
            Step::Settle { order } => self.settle(order),
            Step::List { key, by, price } => self.list(key, by, price),
            Step::Unlist { listing, by } => self.unlist(listing, by),
            Step::BuyListed {
                listing,
                by,
                fresh,
                stale,
            } => self.buy_listed(listing, by, fresh, stale),
            Step::Offer {
                card,
                by,
                price,
                named,
                blocks,
            } => Some(self.offer(card, by, price, named, blocks)),
            Step::Withdraw { offer, by } => self.withdraw(offer, by),
            Step::Accept { offer, key } => self.accept(offer, key),
            Step::Gift { key, to, wrong } => self.gift(key, to, wrong),
            Step::Rewrap { key, index, wrong } => self.rewrap(key, index, wrong),
            Step::Claim { key, fresh } => self.claim(key, fresh),
            Step::Report { key } => self.report(key),
            Step::Discard { key } => self.discard(key),
            Step::Register { who } => self.register(who),
            Step::Remove { who, index } => self.remove(who, index),
            Step::ClaimUnclaimed { who } => Some(self.claim_unclaimed(who)),
            Step::Empty { who, into } => Some(self.empty(who, into)),
            Step::Wait { blocks } => {
                hashcard_runtime_tests::go_to(hashcard_runtime::System::block_number() + blocks);
                None
            }
        }
    }
}
