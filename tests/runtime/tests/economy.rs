//! Random lives of a small market on the real runtime. Law: no unit is lost or made.
//!
//! Every unit is at all times on somebody's account; issuance falls only by what settlements burn; nobody's wealth changes but by
//! settlements; and in the end every order ends.

use frame_support::traits::fungible::Inspect;
use hashcard_primitives::key::OrderState;
use hashcard_runtime::{AccountId, Balance, Balances, Keys, Runtime, System};
use hashcard_runtime_tests::{
    account, check_invariants,
    content::{buy, Sealed},
    go_to, on_dev, sign,
};
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring;

/// Who trades: two creators (the second one commits to false keys) and three buyers.
const CREATORS: [Sr25519Keyring; 2] = [Sr25519Keyring::Alice, Sr25519Keyring::Eve];
const BUYERS: [Sr25519Keyring; 3] = [Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave];

#[derive(Clone, Copy, Debug)]
enum Step {
    Publish {
        creator: usize,
        price: Balance,
        editions: Option<u32>,
    },
    Buy {
        buyer: usize,
        card: usize,
    },
    Fulfil {
        order: usize,
    },
    Settle {
        order: usize,
    },
    Expire {
        order: usize,
    },
    Revise {
        card: usize,
        price: Balance,
    },
    Retire {
        card: usize,
    },
    Wait {
        blocks: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    // Prices from nothing over dust to most of what a buyer has.
    let price = prop_oneof![Just(0), 1u128..1_000, 1_000_000_000u128..1_000_000_000_000_000];
    prop_oneof![
        2 => (0..2usize, price.clone(), prop::option::of(1u32..3))
            .prop_map(|(creator, price, editions)| Step::Publish { creator, price, editions }),
        5 => (0..3usize, 0..8usize).prop_map(|(buyer, card)| Step::Buy { buyer, card }),
        5 => (0..16usize).prop_map(|order| Step::Fulfil { order }),
        3 => (0..16usize).prop_map(|order| Step::Settle { order }),
        2 => (0..16usize).prop_map(|order| Step::Expire { order }),
        1 => (0..8usize, price).prop_map(|(card, price)| Step::Revise { card, price }),
        1 => (0..8usize).prop_map(|card| Step::Retire { card }),
        3 => (1u32..15).prop_map(|blocks| Step::Wait { blocks }),
    ]
}

struct Market {
    cards: Vec<(u64, usize, Sealed)>,
    orders: Vec<u64>,
    burnt: Balance,
    published: u64,
}

impl Market {
    /// Takes a step; the chain may refuse it, and then nothing may have changed.
    fn take(&mut self, step: Step) {
        match step {
            Step::Publish {
                creator,
                price,
                editions,
            } => {
                self.published += 1;
                let content = Sealed::new(&account(CREATORS[creator]), self.published, creator == 1);
                if let Ok(card) = content.publish(price, editions) {
                    self.cards.push((card, creator, content));
                }
            }
            Step::Buy { buyer, card } => {
                let Some((card, ..)) = self.cards.get(card) else {
                    return;
                };
                let price = hashcard_runtime::Cards::card_view(*card).map_or(0, |view| view.terms.price);
                if let Ok(order) = buy(&account(BUYERS[buyer]), *card, price) {
                    self.orders.push(order);
                }
            }
            Step::Fulfil { order } => {
                let Some(view) = self.orders.get(order).and_then(|id| Keys::order(*id)) else {
                    return;
                };
                let content = self
                    .cards
                    .iter()
                    .find(|(card, ..)| *card == view.card)
                    .expect("it was bought");
                let _ = content.2.fulfil(view.id);
            }
            Step::Settle { order } => {
                let Some(view) = self.orders.get(order).and_then(|id| Keys::order(*id)) else {
                    return;
                };
                let before = <Balances as Inspect<AccountId>>::total_issuance();
                if sign(
                    &account(BUYERS[0]),
                    pallet_keys::Call::<Runtime>::settle { order: view.id },
                )
                .is_ok()
                {
                    let burnt = before - <Balances as Inspect<AccountId>>::total_issuance();
                    assert_eq!(
                        burnt,
                        view.price / 100,
                        "a settlement burns one hundredth, rounded down"
                    );
                    self.burnt += burnt;
                }
            }
            Step::Expire { order } => {
                let Some(id) = self.orders.get(order) else { return };
                let _ = sign(
                    &account(BUYERS[1]),
                    pallet_keys::Call::<Runtime>::expire { order: *id },
                );
            }
            Step::Revise { card, price } => {
                let Some((card, creator, _)) = self.cards.get(card) else {
                    return;
                };
                let call = pallet_cards::Call::<Runtime>::revise_terms {
                    card: *card,
                    price,
                    editions: None,
                    listed: true,
                };
                let _ = sign(&account(CREATORS[*creator]), call);
            }
            Step::Retire { card } => {
                let Some((card, creator, _)) = self.cards.get(card) else {
                    return;
                };
                let before = <Balances as Inspect<AccountId>>::total_issuance();
                let _ = sign(
                    &account(CREATORS[*creator]),
                    pallet_cards::Call::<Runtime>::retire { card: *card },
                );
                // An early retirement burns a part of its own deposit.
                self.burnt += before - <Balances as Inspect<AccountId>>::total_issuance();
            }
            Step::Wait { blocks } => go_to(System::block_number() + blocks),
        }
    }

    /// Ends every order the ways that are open to anybody.
    fn close(&mut self) {
        go_to(System::block_number() + Keys::order_deadline() + Keys::settlement_window() + 1);
        for id in self.orders.clone() {
            let before = <Balances as Inspect<AccountId>>::total_issuance();
            match Keys::order(id).map(|order| order.state) {
                None => continue,
                Some(OrderState::Waiting { .. }) => sign(
                    &account(BUYERS[2]),
                    pallet_keys::Call::<Runtime>::expire { order: id },
                ),
                Some(OrderState::Delivered { .. }) => sign(
                    &account(BUYERS[2]),
                    pallet_keys::Call::<Runtime>::settle { order: id },
                ),
            }
            .expect("every order can be ended by anybody in the end");
            self.burnt += before - <Balances as Inspect<AccountId>>::total_issuance();
            assert!(Keys::order(id).is_none());
        }
    }
}

fn sum_of_all_accounts() -> Balance {
    frame_system::Account::<Runtime>::iter()
        .map(|(_, account)| account.data.free + account.data.reserved)
        .sum()
}

fn sequences() -> u32 {
    std::env::var("HASHCARD_SEQUENCES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(), ..ProptestConfig::default() })]

    #[test]
    fn no_unit_is_lost_or_made(steps in prop::collection::vec(step(), 1..40)) {
        on_dev(|| {
            let issued = <Balances as Inspect<AccountId>>::total_issuance();
            let mut market = Market { cards: Vec::new(), orders: Vec::new(), burnt: 0, published: 0 };
            for step in steps {
                market.take(step);
                check_invariants();
                let now = <Balances as Inspect<AccountId>>::total_issuance();
                assert_eq!(now, issued - market.burnt, "after {step:?}");
                assert_eq!(now, sum_of_all_accounts(), "after {step:?}");
            }
            market.close();
            assert_eq!(sum_of_all_accounts(), issued - market.burnt);
        });
    }
}
