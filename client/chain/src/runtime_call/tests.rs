use super::*;
use crate::{
    at::{At, ChainAt},
    metadata::committed,
    runtime::APIS,
    testing::FakeChain,
    Account,
};
use hashcard_primitives::{
    blob::ContentRoot,
    channel::{CreditView, LaneView, PoolView, VoucherPayment, VoucherRefusal},
    feed::FeedPage,
    key::{
        ClerksView, KeyPage, KeyView, ListingPage, ListingView, OfferPage, OrderPage, OrderView,
        PriceHistory, Sale, MAX_CLERKS,
    },
    reward::{ChallengeView, ClaimView, Emission, EraView},
    seeder::SeatPage,
    social::Reaction,
    validator::{CandidatePage, SetView},
};
use samples::{
    candidate, card, challenge, claim, emission, endowment, era, history, key, lane, listing, offer, order,
    pool, query, samples, seat, session, validator_set, voucher, waiting, ME,
};
use std::collections::VecDeque;
use subxt::ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};

mod samples;

#[test]
fn arguments_and_answers_have_the_runtimes_own_encoding() {
    let metadata = committed();
    let mut called = Vec::new();
    for (name, args, answer) in samples() {
        let (api, method) = name.split_once('_').unwrap();
        called.push((api, method));
        let method = metadata
            .runtime_api_trait_by_name(api)
            .unwrap()
            .method_by_name(method)
            .unwrap();
        let mut args = &args[..];
        for input in method.inputs() {
            decode_with_visitor(&mut args, input.id, metadata.types(), IgnoreVisitor::new()).expect(name);
        }
        assert!(args.is_empty(), "{name} takes less");
        let mut answer = &answer[..];
        decode_with_visitor(
            &mut answer,
            method.output_ty(),
            metadata.types(),
            IgnoreVisitor::new(),
        )
        .expect(name);
        assert!(answer.is_empty(), "{name} answers less");
    }
    for (api, methods) in APIS {
        assert!(
            methods.iter().all(|method| called.contains(&(*api, *method))),
            "{api} has no sample"
        );
    }
}

/// A chain that answers `method` with these bytes, one after the other, the last one for ever.
async fn answering(method: &str, answers: &[Vec<u8>]) -> (FakeChain, ChainAt) {
    let fake = FakeChain::new();
    fake.state()
        .answers
        .insert(method.to_owned(), VecDeque::from(answers.to_vec()));
    let chain = fake.dial().await.unwrap();
    let at = chain.at(At {
        number: 1,
        hash: chain.best().await.unwrap().hash,
    });
    (fake, at)
}

/// Asks by name, as a user of the crate would; whether the answer was taken.
async fn ask(at: &ChainAt, name: &str) -> Result<()> {
    match name {
        "CardsApi_card" => at.card(7).await.map(drop),
        "CardsApi_cards_by_root" => at.cards_by_root(ContentRoot([1; 32])).await.map(drop),
        "CardsApi_feed" => at.feed(query()).await.map(drop),
        "SeedersApi_seats" => at.seats(7).await.map(drop),
        "SeedersApi_seats_of" => at.seats_of(ME).await.map(drop),
        "KeysApi_key" => at.key(7, 1).await.map(drop),
        "KeysApi_keys_of" => at.keys_of(ME).await.map(drop),
        "KeysApi_order" => at.order(3).await.map(drop),
        "KeysApi_orders_of_seller" => at.orders_of_seller(ME).await.map(drop),
        "KeysApi_orders_of_buyer" => at.orders_of_buyer(ME).await.map(drop),
        "KeysApi_encryption_key" => at.encryption_key(ME, 0).await.map(drop),
        "KeysApi_encryption_keys" => at.next_key_index(ME).await.map(drop),
        "CardsApi_superseded_by" => at.superseded_by(7).await.map(drop),
        "KeysApi_orders_of_card" => at.orders_of_card(7, 3).await.map(drop),
        "KeysApi_turn" => at.turn(3).await.map(drop),
        "KeysApi_listing" => at.listing(7, 1).await.map(drop),
        "KeysApi_listings" => at.listings(7, None).await.map(drop),
        "KeysApi_listings_of" => at.listings_of(ME).await.map(drop),
        "KeysApi_offer" => at.offer(3).await.map(drop),
        "KeysApi_offers_of_card" => at.offers_of_card(7, 3).await.map(drop),
        "KeysApi_offers_of_buyer" => at.offers_of_buyer(ME).await.map(drop),
        "KeysApi_price_history" => at.price_history(7).await.map(drop),
        "KeysApi_clerks" => at.clerks(7).await.map(drop),
        "KeysApi_clerk_capsule" => at.clerk_capsule(7, ME).await.map(drop),
        "KeysApi_clerk_cards" => at.clerk_cards(ME).await.map(drop),
        "KeysApi_upgrade" => at.upgrade(7).await.map(drop),
        "ChannelsApi_pool" => at.pool(7).await.map(drop),
        "ChannelsApi_pools_of" => at.pools_of(ME).await.map(drop),
        "ChannelsApi_sessions" => at.sessions(7).await.map(drop),
        "ChannelsApi_lanes" => at.lanes(7, 3).await.map(drop),
        "ChannelsApi_credit" => at.credit(7, 3, ME).await.map(drop),
        "ChannelsApi_quote" => at.quote(vec![voucher()]).await.map(drop),
        "RewardsApi_era" => at.era().await.map(drop),
        "RewardsApi_emission" => at.emission().await.map(drop),
        "RewardsApi_challenge" => at.challenge(7, ME).await.map(drop),
        "RewardsApi_claims" => at.claims(ME).await.map(drop),
        "RewardsApi_delivery_earnings" => at.delivery_earnings(ME).await.map(drop),
        "RewardsApi_endowments" => at.endowments(7).await.map(drop),
        "SocialApi_reactions" => at.reactions(7).await.map(drop),
        "SocialApi_reaction" => at.reaction(7, ME).await.map(drop),
        "SocialApi_reactions_of" => at.reactions_of(ME).await.map(drop),
        "SocialApi_follow_counts" => at.follow_counts(ME).await.map(drop),
        "SocialApi_follows" => at.follows(ME, [1; 32]).await.map(drop),
        "SocialApi_following" => at.following(ME).await.map(drop),
        "ValidatorsApi_validator_set" => at.validator_set().await.map(drop),
        "ValidatorsApi_candidates" => at.candidates().await.map(drop),
        "ValidatorsApi_candidate" => at.candidate(ME).await.map(drop),
        "LengthsApi_lengths" => at.lengths().await.map(drop),
        "AccountNonceApi_account_nonce" => at.nonce(ME).await.map(drop),
        other => panic!("{other}"),
    }
}

fn is_hostile(result: &Result<()>) -> bool {
    matches!(result, Err(ChainError::HostileAnswer { .. }))
}

#[tokio::test]
async fn answers_that_are_cut_off_or_left_over_or_endless_are_refused() {
    for (name, _, answer) in samples() {
        let (fake, at) = answering(name, &[]).await;
        let mut bad: Vec<Vec<u8>> = [0, answer.len() / 2, answer.len() - 1]
            .map(|len| answer[..len].to_vec())
            .into();
        bad.push([&answer[..], &[0]].concat());
        bad.push(vec![0xff; 64]);
        bad.push(vec![0; MAX_ANSWER + 1]);
        // A list of four billion rows that are not there.
        bad.push([&[3u8, 0xff, 0xff, 0xff, 0xff][..], &answer].concat());
        for bytes in bad {
            let len = bytes.len();
            fake.state()
                .answers
                .insert(name.to_owned(), VecDeque::from([bytes]));
            assert!(is_hostile(&ask(&at, name).await), "{name}, {len} bytes");
        }
    }
}

#[tokio::test]
async fn an_honest_answer_is_taken() {
    for (name, _, answer) in samples() {
        // Lists end with a page that leads nowhere.
        let last = match name {
            "SeedersApi_seats" => SeatPage::<Account> {
                seats: vec![],
                next: None,
            }
            .encode(),
            "SeedersApi_seats_of" => Vec::<u64>::new().encode(),
            "ValidatorsApi_candidates" => CandidatePage::<Account> {
                candidates: vec![],
                next: None,
            }
            .encode(),
            "KeysApi_keys_of" => KeyPage::<Account> {
                keys: vec![],
                next: None,
            }
            .encode(),
            "KeysApi_orders_of_seller" | "KeysApi_orders_of_buyer" => OrderPage {
                orders: vec![order(4)],
                next: None,
            }
            .encode(),
            "KeysApi_offers_of_buyer" => OfferPage {
                offers: vec![offer(4)],
                next: None,
            }
            .encode(),
            "KeysApi_listings_of" => ListingPage::<Account, u128> {
                listings: vec![],
                next: None,
            }
            .encode(),
            _ => answer.clone(),
        };
        let first = match name {
            // The page after the last key of this one.
            "KeysApi_keys_of" => {
                let next = Some(hashcard_primitives::key::item_id(7, 1));
                KeyPage {
                    keys: vec![key(7, 1)],
                    next,
                }
                .encode()
            }
            "KeysApi_listings_of" => {
                let next = Some(hashcard_primitives::key::item_id(7, 1));
                ListingPage {
                    listings: vec![listing(1)],
                    next,
                }
                .encode()
            }
            _ => answer,
        };
        let (_, at) = answering(name, &[first, last]).await;
        ask(&at, name).await.expect(name);
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_refused() {
    for (name, answer) in [
        ("CardsApi_card", Some(card(8)).encode()),
        // A newer version has a larger number.
        ("CardsApi_superseded_by", Some(7u64).encode()),
        ("KeysApi_listing", Some(listing(2)).encode()),
        ("KeysApi_offer", Some(offer(4)).encode()),
        ("KeysApi_listings", {
            let elsewhere = ListingView {
                card: 8,
                ..listing(1)
            };
            ListingPage::<Account, u64> {
                listings: vec![elsewhere],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_listings", {
            let for_nothing = ListingView {
                price: 0,
                ..listing(1)
            };
            ListingPage::<Account, u64> {
                listings: vec![for_nothing],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_listings_of", {
            let theirs = ListingView {
                seller: [1; 32],
                ..listing(1)
            };
            ListingPage::<Account, u128> {
                listings: vec![theirs],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_offers_of_card", {
            let mut elsewhere = offer(3);
            elsewhere.card = 8;
            OfferPage {
                offers: vec![elsewhere],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_orders_of_card", {
            // It is delivered, so no work for a clerk.
            OrderPage {
                orders: vec![order(3)],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_orders_of_card", {
            let resale = OrderView {
                sale: Sale::Resale { edition: 1 },
                ..waiting(3)
            };
            OrderPage {
                orders: vec![resale],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_clerks", {
            ClerksView::<Account> {
                commission: 1_000_000,
                any_holder: false,
                accounts: vec![],
            }
            .encode()
        }),
        ("KeysApi_upgrade", Some(1_000_001u32).encode()),
        ("KeysApi_price_history", {
            // The parts are more than the sum.
            Some(PriceHistory {
                volume: 1,
                ..history()
            })
            .encode()
        }),
        ("KeysApi_price_history", {
            let mut turned = history();
            let first = turned.last[0];
            turned.last[0] = turned.last[1];
            turned.last[1] = first;
            Some(turned).encode()
        }),
        ("ChannelsApi_pool", Some(pool(8)).encode()),
        ("ChannelsApi_pools_of", {
            let theirs = PoolView {
                owner: [1; 32],
                ..pool(7)
            };
            vec![theirs].encode()
        }),
        ("ChannelsApi_pools_of", vec![pool(8), pool(7)].encode()),
        ("ChannelsApi_sessions", vec![session(3), session(3)].encode()),
        ("ChannelsApi_credit", {
            Some(CreditView {
                pool: pool(7),
                session: session(4),
                lane: None,
            })
            .encode()
        }),
        ("ChannelsApi_credit", {
            let theirs = LaneView {
                payee: [1; 32],
                ..lane()
            };
            Some(CreditView {
                pool: pool(7),
                session: session(3),
                lane: Some(theirs),
            })
            .encode()
        }),
        // As many answers as vouchers.
        ("ChannelsApi_quote", {
            Vec::<core::result::Result<VoucherPayment, VoucherRefusal>>::new().encode()
        }),
        ("RewardsApi_era", {
            EraView {
                ends_at_earliest: 101,
                ends_at_latest: 100,
                ..era()
            }
            .encode()
        }),
        ("RewardsApi_emission", {
            Emission {
                credit_share: 1_000_000,
                ..emission()
            }
            .encode()
        }),
        ("RewardsApi_challenge", {
            Some(ChallengeView {
                leaf: 1 << 34,
                ..challenge()
            })
            .encode()
        }),
        ("RewardsApi_claims", vec![claim(3, 8), claim(3, 8)].encode()),
        ("RewardsApi_claims", vec![claim(4, 7), claim(3, 8)].encode()),
        ("RewardsApi_claims", {
            let at_once = ClaimView {
                collectable_from: 3,
                ..claim(3, 7)
            };
            vec![at_once].encode()
        }),
        ("RewardsApi_endowments", vec![endowment(2), endowment(1)].encode()),
        (
            "SocialApi_reactions_of",
            vec![(8u64, Reaction::Like), (7, Reaction::Like)].encode(),
        ),
        ("SocialApi_following", vec![ME].encode()),
        ("ValidatorsApi_candidate", Some(candidate([1; 32], 5)).encode()),
        ("ValidatorsApi_candidates", {
            CandidatePage {
                candidates: vec![candidate(ME, 5), candidate([1; 32], 6)],
                next: None,
            }
            .encode()
        }),
        ("ValidatorsApi_validator_set", {
            SetView {
                validators: vec![],
                disabled: vec![],
                ..validator_set()
            }
            .encode()
        }),
        ("ValidatorsApi_validator_set", {
            SetView {
                disabled: vec![[1; 32]],
                ..validator_set()
            }
            .encode()
        }),
        ("ValidatorsApi_validator_set", {
            SetView {
                least_validators: 17,
                ..validator_set()
            }
            .encode()
        }),
        ("KeysApi_key", Some(key(7, 2)).encode()),
        ("KeysApi_order", Some(order(4)).encode()),
        ("KeysApi_keys_of", {
            let theirs = KeyView {
                holder: [1; 32],
                ..key(7, 1)
            };
            KeyPage {
                keys: vec![theirs],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_orders_of_buyer", {
            let theirs = OrderView {
                buyer: [1; 32],
                ..order(3)
            };
            OrderPage {
                orders: vec![theirs],
                next: None,
            }
            .encode()
        }),
    ] {
        let (_, at) = answering(name, &[answer]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
    }
}

#[tokio::test]
async fn pages_that_lead_nowhere_end() {
    let nowhere = [
        (
            "CardsApi_feed",
            FeedPage::<Account> {
                cards: vec![],
                next: Some(640),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats",
            SeatPage::<Account> {
                seats: vec![],
                next: Some(0),
            }
            .encode(),
        ),
        ("SeedersApi_seats_of", (1..=256u64).collect::<Vec<_>>().encode()),
        (
            "SocialApi_reactions_of",
            (1..=256u64)
                .map(|card| (card, Reaction::Like))
                .collect::<Vec<_>>()
                .encode(),
        ),
        ("SocialApi_following", vec![[1u8; 32]; 256].encode()),
        (
            "ValidatorsApi_candidates",
            CandidatePage::<Account> {
                candidates: vec![],
                next: Some(0),
            }
            .encode(),
        ),
        (
            "KeysApi_keys_of",
            KeyPage::<Account> {
                keys: vec![],
                next: Some(1),
            }
            .encode(),
        ),
        (
            "KeysApi_orders_of_seller",
            OrderPage::<Account> {
                orders: vec![],
                next: Some(0),
            }
            .encode(),
        ),
        (
            "KeysApi_offers_of_buyer",
            OfferPage {
                offers: vec![offer(5)],
                next: Some(5u64),
            }
            .encode(),
        ),
        (
            "KeysApi_listings_of",
            ListingPage::<Account, u128> {
                listings: vec![],
                next: Some(1),
            }
            .encode(),
        ),
        ("KeysApi_clerk_cards", (1..=64u64).collect::<Vec<_>>().encode()),
        (
            "RewardsApi_claims",
            (1..=64u64)
                .map(|card| claim(3, card))
                .collect::<Vec<_>>()
                .encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            OrderPage {
                orders: vec![order(5)],
                next: Some(5u64),
            }
            .encode(),
        ),
    ];
    for (name, page) in nowhere {
        let (fake, at) = answering(name, &[page]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
        assert!(fake.state().asked.len() < 10, "{name} was asked too often");
    }
}

#[tokio::test]
async fn pages_with_more_rows_than_asked_for_are_refused() {
    for (name, page) in [
        (
            "CardsApi_feed",
            FeedPage {
                cards: (0..21).map(card).collect(),
                next: None,
            }
            .encode(),
        ),
        ("CardsApi_cards_by_root", vec![1u64; 17].encode()),
        (
            "SeedersApi_seats",
            SeatPage {
                seats: vec![seat(); 65],
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_keys_of",
            KeyPage {
                keys: vec![key(7, 1); 65],
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            OrderPage {
                orders: (0..65).map(order).collect(),
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_offers_of_card",
            OfferPage {
                offers: (3..68).map(offer).collect(),
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_listings",
            ListingPage::<Account, u64> {
                listings: (1..66).map(listing).collect(),
                next: None,
            }
            .encode(),
        ),
        ("KeysApi_clerk_cards", (1..=65u64).collect::<Vec<_>>().encode()),
        (
            "RewardsApi_claims",
            (1..=65u64)
                .map(|card| claim(3, card))
                .collect::<Vec<_>>()
                .encode(),
        ),
        (
            "RewardsApi_endowments",
            (1..=9u64).map(endowment).collect::<Vec<_>>().encode(),
        ),
        ("KeysApi_clerks", {
            ClerksView {
                commission: 0,
                any_holder: false,
                accounts: vec![ME; MAX_CLERKS as usize + 1],
            }
            .encode()
        }),
    ] {
        let (_, at) = answering(name, &[page]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
    }
}

#[tokio::test]
async fn a_method_that_the_runtime_lacks_is_told() {
    let fake = FakeChain::new();
    let chain = fake.dial().await.unwrap();
    assert!(
        matches!(chain.card(7).await, Err(ChainError::NodeRefused { method, .. }) if method == "state_call")
    );
}
