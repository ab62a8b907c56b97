//! What can happen. Calls may fail: what must hold, holds all the same.

use super::*;
use crate::OpenOrderOf;

/// Cards that there are.
const CARDS: u64 = 6;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Register {
        who: usize,
        honest: bool,
    },
    RemoveKey {
        who: usize,
        index: KeyIndex,
    },
    Mint {
        card: u64,
        to: usize,
    },
    Buy {
        card: u64,
        who: usize,
        stale: bool,
    },
    Fulfil {
        pick: usize,
        lie: Option<Lie>,
    },
    FulfilFor {
        pick: usize,
        by: usize,
        with: Option<usize>,
    },
    Lock {
        pick: usize,
        by: usize,
        with: Option<usize>,
        honest: bool,
    },
    Expire {
        pick: usize,
        by: usize,
    },
    Settle {
        pick: usize,
        by: usize,
    },
    Report {
        pick: usize,
        by: Option<usize>,
    },
    Discard {
        pick: usize,
        by: Option<usize>,
    },
    Claim {
        who: usize,
    },
    Wait {
        blocks: u32,
    },
    Revise {
        card: u64,
        price: Balance,
        editions: Option<u32>,
        listed: bool,
    },
    Retire {
        card: u64,
    },
    Empty {
        who: usize,
        into: usize,
    },
    List {
        pick: usize,
        by: Option<usize>,
        price: Balance,
    },
    Unlist {
        pick: usize,
        by: Option<usize>,
    },
    BuyListed {
        pick: usize,
        who: usize,
    },
    Offer {
        card: u64,
        who: usize,
        pick: Option<usize>,
        price: Balance,
    },
    Withdraw {
        pick: usize,
        by: Option<usize>,
    },
    Accept {
        offer: usize,
        pick: usize,
        by: Option<usize>,
    },
    Appoint {
        card: u64,
        who: usize,
    },
    Dismiss {
        pick: usize,
        by: usize,
    },
    Promise {
        card: u64,
        commission: u32,
        any_holder: bool,
    },
    Gift {
        pick: usize,
        to: usize,
    },
    Rewrap {
        pick: usize,
        index: KeyIndex,
    },
    SetUpgrade {
        card: u64,
        discount: u32,
    },
    ClaimVersion {
        who: usize,
        with: Edition,
    },
    /// Several calls that make one another possible, so that later stages are reached often.
    Sale {
        card: u64,
        who: usize,
        settle: bool,
    },
    Resale {
        pick: usize,
        to: usize,
        price: Balance,
        by_offer: bool,
        settle: bool,
    },
    Delivery {
        card: u64,
        who: usize,
        clerk: usize,
        commission: u32,
        lock: bool,
    },
    Version {
        pick: usize,
        discount: u32,
        settle: bool,
    },
    Overdue,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Lie {
    Price,
    Order,
    Edition,
    Submitter,
    Content,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![3 => early_step(), 2 => trade_step(), 2 => clerk_step(), 2 => whole_step()]
}

fn who() -> impl Strategy<Value = usize> {
    0..EVERYBODY.len()
}

fn card() -> impl Strategy<Value = u64> {
    0..CARDS
}

fn pick() -> impl Strategy<Value = usize> {
    0..64usize
}

/// Mostly the one who may.
fn perhaps_another() -> impl Strategy<Value = Option<usize>> {
    prop::option::weighted(0.15, who())
}

fn early_step() -> impl Strategy<Value = Step> {
    let lie = prop_oneof![
        Just(Lie::Price),
        Just(Lie::Order),
        Just(Lie::Edition),
        Just(Lie::Submitter),
        Just(Lie::Content)
    ];
    prop_oneof![
        2 => (who(), prop::bool::weighted(0.9)).prop_map(|(who, honest)| Step::Register { who, honest }),
        2 => (card(), who()).prop_map(|(card, to)| Step::Mint { card, to }),
        8 => (card(), who(), prop::bool::weighted(0.1))
            .prop_map(|(card, who, stale)| Step::Buy { card, who, stale }),
        10 => (pick(), prop::option::weighted(0.15, lie)).prop_map(|(pick, lie)| Step::Fulfil { pick, lie }),
        3 => (pick(), who()).prop_map(|(pick, by)| Step::Expire { pick, by }),
        6 => (pick(), who()).prop_map(|(pick, by)| Step::Settle { pick, by }),
        1 => (pick(), perhaps_another()).prop_map(|(pick, by)| Step::Report { pick, by }),
        1 => (pick(), perhaps_another()).prop_map(|(pick, by)| Step::Discard { pick, by }),
        2 => who().prop_map(|who| Step::Claim { who }),
        6 => (1..SETTLEMENT_WINDOW).prop_map(|blocks| Step::Wait { blocks }),
        1 => (card(), 0..300u128, prop::option::weighted(0.3, 0..9u32), prop::bool::weighted(0.9))
            .prop_map(|(card, price, editions, listed)| Step::Revise { card, price, editions, listed }),
        1 => (card(), prop::bool::weighted(0.2)).prop_map(|(card, retire)| match retire {
            true => Step::Retire { card },
            false => Step::Wait { blocks: 1 },
        }),
        1 => (who(), who()).prop_map(|(who, into)| Step::Empty { who, into }),
    ]
}

fn trade_step() -> impl Strategy<Value = Step> {
    let price = prop_oneof![0..3u128, 50..2_000u128];
    prop_oneof![
        8 => (pick(), perhaps_another(), price.clone())
            .prop_map(|(pick, by, price)| Step::List { pick, by, price }),
        2 => (pick(), perhaps_another()).prop_map(|(pick, by)| Step::Unlist { pick, by }),
        8 => (pick(), who()).prop_map(|(pick, who)| Step::BuyListed { pick, who }),
        6 => (card(), who(), prop::option::of(pick()), price)
            .prop_map(|(card, who, pick, price)| Step::Offer { card, who, pick, price }),
        2 => (pick(), perhaps_another()).prop_map(|(pick, by)| Step::Withdraw { pick, by }),
        6 => (pick(), pick(), perhaps_another())
            .prop_map(|(offer, pick, by)| Step::Accept { offer, pick, by }),
        3 => (pick(), who()).prop_map(|(pick, to)| Step::Gift { pick, to }),
        2 => (pick(), 0..4u32).prop_map(|(pick, index)| Step::Rewrap { pick, index }),
        2 => (who(), 0..4u32).prop_map(|(who, index)| Step::RemoveKey { who, index }),
    ]
}

fn clerk_step() -> impl Strategy<Value = Step> {
    let with = || prop::option::of(pick());
    prop_oneof![
        4 => (card(), who()).prop_map(|(card, who)| Step::Appoint { card, who }),
        2 => (pick(), who()).prop_map(|(pick, by)| Step::Dismiss { pick, by }),
        3 => (card(), prop_oneof![Just(0), 1..250_000u32], any::<bool>())
            .prop_map(|(card, commission, any_holder)| Step::Promise { card, commission, any_holder }),
        8 => (pick(), who(), with()).prop_map(|(pick, by, with)| Step::FulfilFor { pick, by, with }),
        5 => (pick(), who(), with(), prop::bool::weighted(0.7))
            .prop_map(|(pick, by, with, honest)| Step::Lock { pick, by, with, honest }),
        3 => (card(), prop_oneof![Just(0), Just(1_000_000), 1..1_000_001u32])
            .prop_map(|(card, discount)| Step::SetUpgrade { card, discount }),
        4 => (who(), 1..4u64).prop_map(|(who, with)| Step::ClaimVersion { who, with }),
    ]
}

fn whole_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (card(), who(), any::<bool>()).prop_map(|(card, who, settle)| Step::Sale { card, who, settle }),
        3 => (pick(), who(), 1..2_000u128, any::<bool>(), any::<bool>()).prop_map(
            |(pick, to, price, by_offer, settle)| Step::Resale { pick, to, price, by_offer, settle }
        ),
        2 => (pick(), prop_oneof![Just(1_000_000), 1..1_000_001u32], any::<bool>())
            .prop_map(|(pick, discount, settle)| Step::Version { pick, discount, settle }),
        1 => Just(Step::Overdue),
        2 => (card(), who(), who(), 1..200_001u32, any::<bool>()).prop_map(
            |(card, who, clerk, commission, lock)| Step::Delivery { card, who, clerk, commission, lock }
        ),
    ]
}

/// The `pick`-th of what there is, counted round.
fn nth<T: Ord>(all: impl Iterator<Item = T>, pick: usize) -> Option<T> {
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    (!all.is_empty()).then(|| all.swap_remove(pick % all.len()))
}

fn some_key(pick: usize) -> Option<(CardId, Edition)> {
    nth(
        Keys::<Test>::iter().map(|(card, edition, _)| (card, edition)),
        pick,
    )
}

fn some_order(pick: usize) -> Option<OrderId> {
    nth(Orders::<Test>::iter_keys(), pick)
}

fn some_offer(pick: usize) -> Option<OrderId> {
    nth(Offers::<Test>::iter_keys(), pick)
}

fn holder(card: CardId, edition: Edition) -> AccountId32 {
    Pallet::<Test>::key(card, edition).expect("it was listed").holder
}

/// Does one step, or nothing where it has no object.
pub(super) fn take(step: Step) {
    // What a step has no object for is left out.
    let _ = try_take(step);
}

fn try_take(step: Step) -> Option<()> {
    let who = |number: usize| EVERYBODY[number].clone();
    match step {
        Step::Register { who: number, honest } => {
            let (key, proof) = next_key::<Test>(&who(number));
            let signer = if honest { who(number) } else { STRANGER };
            let _ = send(&signer, Call::register_key { key, proof });
        }
        Step::RemoveKey { who: number, index } => {
            let needed = EncryptionKeys::<Test>::get(who(number), index).map(|row| row.uses > 0);
            let sent = send(&who(number), Call::remove_key { index });
            assert_eq!(sent.is_ok(), needed == Some(false));
        }
        Step::Mint { card, to } => {
            let (to, creator) = (who(to), FakeCards::card(card)?.creator);
            let key_index = first_key(&to)?;
            let handover = Handover::gift::<Test>(card, &to, key_index);
            let (capsule, proof) = handover.prove(&content(card));
            let mint = Call::mint {
                card,
                to,
                key_index,
                capsule,
                proof,
            };
            let _ = send(&creator, mint);
        }
        Step::Buy {
            card,
            who: number,
            stale,
        } => {
            let terms = FakeCards::terms(card)?;
            let purchase = Call::buy {
                card,
                price: terms.price,
                terms_version: if stale { u32::MAX } else { terms.version },
                key: choice(&who(number)),
            };
            let sent = send(&who(number), purchase);
            assert!(!stale || sent.is_err());
        }
        Step::Fulfil { pick, lie } => deliver(some_order(pick)?, lie),
        Step::FulfilFor { pick, by, with } => {
            let order = some_order(pick)?;
            let source = source_of(order, &who(by), with)?;
            let _ = send(&who(by), delivery_by(&who(by), order, source));
        }
        Step::Lock {
            pick,
            by,
            with,
            honest,
        } => {
            let order = some_order(pick)?;
            let seller = Pallet::<Test>::order(order)?.seller;
            let (by, mut lock) = match source_of(order, &who(by), with) {
                Some(source) => (who(by), lock_by_clerk(&who(by), order, source)),
                None => (seller, lock_by_seller(order)),
            };
            if let (false, Call::lock { commitment, .. }) = (honest, &mut lock) {
                *commitment = [7; 32];
            }
            let _ = send(&by, lock);
        }
        Step::Expire { pick, by } => {
            let order = some_order(pick)?;
            let _ = send(&who(by), Call::expire { order });
        }
        Step::Settle { pick, by } => {
            let order = some_order(pick)?;
            let _ = send(&who(by), Call::settle { order });
        }
        Step::Report { pick, by } => {
            let (card, edition) = some_key(pick)?;
            report(card, edition, by.map(who));
        }
        Step::Discard { pick, by } => {
            let (card, edition) = some_key(pick)?;
            discard(card, edition, by.map(who));
        }
        Step::Claim { who: number } => {
            let _ = send(&who(number), Call::claim_unclaimed {});
        }
        Step::Wait { blocks } => wait(blocks),
        Step::Revise {
            card,
            price,
            editions,
            listed,
        } => FakeCards::revise(card, |terms| {
            *terms = Terms {
                price,
                editions,
                listed,
                version: terms.version,
            };
        }),
        Step::Retire { card } => FakeCards::retire(card),
        Step::Empty { who: number, into } => {
            let origin = RuntimeOrigin::signed(who(number));
            let _ = Balances::transfer_all(origin, who(into), false);
        }
        Step::List { pick, by, price } => {
            let (card, edition) = some_key(pick)?;
            let by = by.map(who).unwrap_or_else(|| holder(card, edition));
            let sent = send(&by, Call::list { card, edition, price });
            assert!(sent.is_err() || (by == holder(card, edition) && price > 0));
        }
        Step::Unlist { pick, by } => {
            let (card, edition) = nth(
                Listings::<Test>::iter().map(|(card, edition, _)| (card, edition)),
                pick,
            )?;
            let holder = holder(card, edition);
            let by = by.map(who).unwrap_or_else(|| holder.clone());
            let sent = send(&by, Call::unlist { card, edition });
            assert_eq!(sent.is_ok(), by == holder);
        }
        Step::BuyListed { pick, who: number } => {
            let (card, edition) = nth(
                Listings::<Test>::iter().map(|(card, edition, _)| (card, edition)),
                pick,
            )?;
            let listing = Pallet::<Test>::listing(card, edition)?;
            let purchase = Call::buy_listed {
                card,
                edition,
                price: listing.price,
                sequence: listing.sequence,
                key: choice(&who(number)),
            };
            let _ = send(&who(number), purchase);
        }
        Step::Offer {
            card,
            who: number,
            pick,
            price,
        } => {
            let (card, edition) = match pick {
                Some(pick) => some_key(pick).map(|(card, edition)| (card, Some(edition)))?,
                None => (card, None),
            };
            let offer = Call::offer {
                card,
                edition,
                price,
                until: System::block_number() + OFFER_BLOCKS,
                key: choice(&who(number)),
            };
            let _ = send(&who(number), offer);
        }
        Step::Withdraw { pick, by } => {
            let offer = some_offer(pick)?;
            let row = Offers::<Test>::get(offer)?;
            let by = by.map(who).unwrap_or_else(|| row.buyer.clone());
            let over = System::block_number() > row.until || Frozen::<Test>::contains_key(row.card);
            let sent = send(&by, Call::withdraw_offer { offer });
            assert_eq!(sent.is_ok(), over || by == row.buyer);
        }
        Step::Accept { offer, pick, by } => {
            let offer = some_offer(offer)?;
            let card = Offers::<Test>::get(offer)?.card;
            let edition = nth(Keys::<Test>::iter_key_prefix(card), pick)?;
            let by = by.map(who).unwrap_or_else(|| holder(card, edition));
            let sent = send(&by, Call::accept { offer, edition });
            assert!(sent.is_err() || by == holder(card, edition));
        }
        Step::Appoint { card, who: number } => {
            let (account, creator) = (who(number), FakeCards::card(card)?.creator);
            let key_index = first_key(&account)?;
            let handover = Handover::appointment::<Test>(card, &account, key_index);
            let (capsule, proof) = handover.prove(&content(card));
            let appoint = Call::appoint_clerk {
                card,
                account,
                key_index,
                capsule,
                proof,
            };
            let _ = send(&creator, appoint);
        }
        Step::Dismiss { pick, by } => {
            let (card, account) = nth(
                ClerkCapsules::<Test>::iter().map(|(card, account, _)| (card, account)),
                pick,
            )?;
            let creator = FakeCards::card(card)?.creator;
            let entitled = who(by) == creator || who(by) == account;
            let sent = send(&who(by), Call::dismiss_clerk { card, account });
            assert_eq!(sent.is_ok(), entitled);
        }
        Step::Promise {
            card,
            commission,
            any_holder,
        } => {
            let promise = Call::set_clerk_terms {
                card,
                commission,
                any_holder,
            };
            let _ = send(&FakeCards::card(card)?.creator, promise);
        }
        Step::Gift { pick, to } => {
            let (card, edition) = some_key(pick)?;
            let (to, holder) = (who(to), holder(card, edition));
            let key_index = first_key(&to)?;
            let handover = Handover::given::<Test>(card, edition, &to, key_index);
            let (capsule, proof) = handover.prove(&content(card));
            let gift = Call::gift {
                card,
                edition,
                to,
                key_index,
                capsule,
                proof,
            };
            let _ = send(&holder, gift);
        }
        Step::Rewrap { pick, index } => {
            let (card, edition) = some_key(pick)?;
            let holder = holder(card, edition);
            EncryptionKeys::<Test>::get(&holder, index)?;
            let handover = Handover::given::<Test>(card, edition, &holder, index);
            let (capsule, proof) = handover.prove(&content(card));
            let rewrap = Call::rewrap {
                card,
                edition,
                key_index: index,
                capsule,
                proof,
            };
            let _ = send(&holder, rewrap);
        }
        Step::SetUpgrade { card, discount } => {
            let upgrade = Call::set_upgrade { card, discount };
            let sent = send(&FakeCards::card(card)?.creator, upgrade);
            assert!(discount != 0 || sent.is_ok());
        }
        Step::ClaimVersion { who: number, with } => {
            let newer = CARDS - 1;
            let (terms, discount) = (FakeCards::terms(newer)?, Pallet::<Test>::upgrade(newer)?);
            let claim = Call::claim {
                card: newer,
                with,
                price: terms.price * Balance::from(1_000_000 - discount) / 1_000_000,
                terms_version: terms.version,
                key: choice(&who(number)),
            };
            let _ = send(&who(number), claim);
        }
        Step::Sale {
            card,
            who: number,
            settle,
        } => {
            let order = next_order(|| {
                take(Step::Buy {
                    card,
                    who: number,
                    stale: false,
                })
            })?;
            deliver(order, None);
            settle_if(settle, order);
        }
        Step::Resale {
            pick,
            to,
            price,
            by_offer,
            settle,
        } => {
            let (card, edition) = some_key(pick)?;
            let seller = holder(card, edition);
            let order = next_order(|| {
                if by_offer {
                    let _ = try_offer_with(&who(to), card, price);
                } else if send(&seller, Call::list { card, edition, price }).is_ok() {
                    let listing = Pallet::<Test>::listing(card, edition).expect("it was just listed");
                    let purchase = Call::buy_listed {
                        card,
                        edition,
                        price,
                        sequence: listing.sequence,
                        key: choice(&who(to)),
                    };
                    let _ = send(&who(to), purchase);
                }
            })?;
            if by_offer {
                send(
                    &seller,
                    Call::accept {
                        offer: order,
                        edition,
                    },
                )
                .ok()?;
            }
            deliver(order, None);
            settle_if(settle, order);
        }
        Step::Delivery {
            card,
            who: number,
            clerk,
            commission,
            lock,
        } => {
            take(Step::Promise {
                card,
                commission,
                any_holder: true,
            });
            take(Step::Appoint { card, who: clerk });
            let order = next_order(|| {
                take(Step::Buy {
                    card,
                    who: number,
                    stale: false,
                })
            })?;
            wait(hashcard_primitives::key::CLERK_TURN + 1);
            let source = source_of(order, &who(clerk), None)?;
            if lock {
                let _ = send(&who(clerk), lock_by_clerk(&who(clerk), order, source));
            }
            let _ = send(&who(clerk), delivery_by(&who(clerk), order, source));
            settle_if(true, order);
        }
        Step::Version {
            pick,
            discount,
            settle,
        } => {
            let (newer, older) = (CARDS - 1, 0);
            let with = nth(Keys::<Test>::iter_key_prefix(older), pick)?;
            take(Step::SetUpgrade {
                card: newer,
                discount,
            });
            let number = EVERYBODY.iter().position(|who| *who == holder(older, with))?;
            let order = next_order(|| take(Step::ClaimVersion { who: number, with }))?;
            if settle {
                deliver(order, None);
                settle_if(true, order);
            }
        }
        Step::Overdue => {
            wait(LOCK_WINDOW + 1);
            for order in Orders::<Test>::iter_keys().collect::<Vec<_>>() {
                let _ = send(&STRANGER, Call::expire { order });
            }
        }
    }
    Some(())
}

/// The order or offer that something made, if it did.
fn next_order(make: impl FnOnce()) -> Option<OrderId> {
    let id = NextOrderId::<Test>::get();
    make();
    (NextOrderId::<Test>::get() > id).then_some(id)
}

fn try_offer_with(who: &AccountId32, card: CardId, price: Balance) -> DispatchResultWithPostInfo {
    let offer = Call::offer {
        card,
        edition: None,
        price,
        until: System::block_number() + OFFER_BLOCKS,
        key: choice(who),
    };
    send(who, offer)
}

fn settle_if(settle: bool, order: OrderId) {
    if settle {
        wait(SETTLEMENT_WINDOW);
        let _ = send(&STRANGER, Call::settle { order });
    }
}

/// The lowest index that an account has a key under.
fn first_key(who: &AccountId32) -> Option<KeyIndex> {
    EncryptionKeys::<Test>::iter_key_prefix(who).min()
}

fn choice(who: &AccountId32) -> KeyChoice {
    match first_key(who) {
        Some(index) => KeyChoice::Registered(index),
        None => fresh_key::<Test>(who),
    }
}

/// What an account could deliver an order from, entitled or not: an appointment, or some key of the card.
fn source_of(order: OrderId, by: &AccountId32, with: Option<usize>) -> Option<ClerkSource> {
    let card = Orders::<Test>::get(order)?.card;
    match with {
        None => ClerkCapsules::<Test>::contains_key(card, by).then_some(ClerkSource::Appointed),
        Some(pick) => nth(Keys::<Test>::iter_key_prefix(card), pick).map(ClerkSource::Holder),
    }
}

fn deliver(order: OrderId, lie: Option<Lie>) {
    if !Orders::<Test>::contains_key(order) {
        return;
    }
    let handover = Handover::of_order::<Test>(order);
    let seller = handover.submitter.clone();
    let mut secret = content(handover.card);
    let mut proven = handover;
    match lie {
        None => {}
        Some(Lie::Price) => proven.price += 1,
        Some(Lie::Order) => proven.order += 1,
        Some(Lie::Edition) => proven.edition += 1,
        Some(Lie::Submitter) => proven.submitter = AccountId32::new([99; 32]),
        Some(Lie::Content) => secret = content(99),
    }
    let (capsule, proof) = proven.prove(&secret);
    let fulfil = Call::fulfil {
        order,
        capsule,
        proof,
    };
    let sent = send(&seller, fulfil);
    assert!(lie.is_none() || sent.is_err());
}

fn report(card: CardId, edition: Edition, by: Option<AccountId32>) {
    let holder = holder(card, edition);
    let by = by.unwrap_or_else(|| holder.clone());
    let was_frozen = Frozen::<Test>::contains_key(card);
    let sent = send(&by, report_of(card, edition, &by));
    let lying = FakeCards::card(card).is_some_and(|row| row.creator == CHEAT);
    assert_eq!(sent.is_ok(), lying && by == holder && !was_frozen);
    if sent.is_ok() {
        assert!(OpenOrderOf::<Test>::get(by, card).is_none());
    }
}

pub(super) fn discard(card: CardId, edition: Edition, by: Option<AccountId32>) {
    let holder = holder(card, edition);
    let by = by.unwrap_or_else(|| holder.clone());
    let engaged = Keys::<Test>::get(card, edition).is_some_and(|record| record.order.is_some());
    let sent = send(&by, Call::discard_key { card, edition });
    let frozen = Frozen::<Test>::contains_key(card);
    assert_eq!(sent.is_ok(), frozen && by == holder && !engaged);
    assert_eq!(sent.is_err(), Keys::<Test>::contains_key(card, edition));
}
