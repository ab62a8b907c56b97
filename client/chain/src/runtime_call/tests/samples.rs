//! Arguments and an honest answer of everything that is asked.

use crate::Account;
use codec::Encode;
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{Access, Blob, Card, CardView, Collaborator, KeyCommitments, Kind, Terms},
    channel::{
        CreditView, LaneView, PoolView, SessionKey, SessionView, SignedVoucher, Voucher, VoucherLine,
        VoucherPayment, VoucherRefusal,
    },
    coverage::Coverage,
    feed::{Feed, FeedPage, FeedQuery},
    key::{
        CapsuleBytes, ClerkCapsuleView, ClerksView, KeyPage, KeyView, ListingPage, ListingView, LockView,
        OfferPage, OfferView, OrderPage, OrderState, OrderView, PastSale, PriceHistory, Sale, TurnView,
    },
    lengths::Lengths,
    reward::{ChallengeView, ClaimView, DeliveryEarnings, Emission, EndowmentView, EraView},
    seeder::{SeatPage, SeatView},
    social::{FollowCounts, Reaction, ReactionCounts},
    validator::{CandidatePage, CandidateView, SetView, Standing, WaitingPart},
    BoundedVec,
};

pub(super) const ME: Account = [9; 32];

pub(super) fn card(id: u64) -> CardView<Account> {
    CardView {
        id,
        card: Card {
            creator: ME,
            access: Access::Keyed,
            kind: Kind::Film,
            title: BoundedVec::truncate_from(b"A film".to_vec()),
            tags: BoundedVec::truncate_from(vec![BoundedVec::truncate_from(b"sea".to_vec())]),
            blob: Some(Blob {
                root: ContentRoot([1; 32]),
                len: 1_000,
                content_len: 700,
                suite: Suite::ChaCha20Poly1305,
                free_chunks: 1,
                salt: [2; 32],
                commitments: Some(KeyCommitments {
                    content: [3; 32],
                    key: [4; 32],
                }),
            }),
            in_reply_to: None,
            supersedes: Some(1),
            royalty: 50_000,
            delivery_share: 1,
            collaborators: BoundedVec::truncate_from(vec![Collaborator {
                account: ME,
                share: 1,
            }]),
            published_at: 12,
        },
        terms: Terms {
            price: 5,
            editions: Some(3),
            listed: true,
            version: 2,
        },
        preview: BoundedVec::truncate_from(vec![1; 4096]),
        keys_made: 1,
        retired: false,
        frozen: false,
    }
}

pub(super) fn seat() -> SeatView<Account> {
    SeatView {
        seeder: ME,
        peer: BoundedVec::truncate_from(vec![0, 36]),
        addresses: BoundedVec::truncate_from(vec![BoundedVec::truncate_from(vec![4; 8])]),
        coverage: Coverage(7),
        price_per_mib: Some(1),
        bond: 100,
        expires_at: 50,
    }
}

pub(super) fn pool(id: u64) -> PoolView<Account> {
    PoolView {
        id,
        owner: ME,
        unreserved: 5,
        reserved: 6,
        closes_at: Some(90),
        sessions: 1,
        next_session: 4,
    }
}

pub(super) fn session(id: u32) -> SessionView {
    SessionView {
        id,
        key: SessionKey::Ed25519([7; 32]),
        cap: 10,
        charged: 6,
        expires_at: 80,
        lanes: 1,
    }
}

pub(super) fn lane() -> LaneView<Account> {
    LaneView {
        payee: ME,
        reserve: 6,
        redeemed: 4,
        room: 2,
        lines: vec![VoucherLine {
            card: 7,
            cumulative: 4,
        }],
    }
}

pub(super) fn voucher() -> SignedVoucher<Account> {
    SignedVoucher {
        voucher: Voucher {
            pool: 7,
            session: 3,
            payee: ME,
            lines: BoundedVec::truncate_from(lane().lines),
        },
        signature: [8; 64],
    }
}

pub(super) fn key(card: u64, edition: u64) -> KeyView<Account> {
    KeyView {
        card,
        edition,
        holder: ME,
        capsule: CapsuleBytes {
            r: [1; 32],
            c: [2; 32],
        },
        key_index: 0,
        encryption_key: [3; 32],
        sequence: 0,
        order: Some(3),
        claimed: Some(8),
        listed: Some(6),
    }
}

pub(super) fn order(id: u64) -> OrderView<Account> {
    OrderView {
        id,
        card: 7,
        sale: Sale::Primary,
        buyer: ME,
        seller: ME,
        price: 5,
        key_index: 0,
        encryption_key: [3; 32],
        made_at: 4,
        commission: 50_000,
        claimed_with: Some(1),
        penalty: 1,
        lock: Some(LockView {
            by: ME,
            commitment: [4; 32],
        }),
        delivered_by: Some(ME),
        state: OrderState::Delivered {
            edition: 1,
            settles_at: 9,
        },
    }
}

/// A first sale that waits.
pub(super) fn waiting(id: u64) -> OrderView<Account> {
    OrderView {
        state: OrderState::Waiting { deadline: 9 },
        ..order(id)
    }
}

pub(super) fn listing(edition: u64) -> ListingView<Account> {
    ListingView {
        card: 7,
        edition,
        seller: ME,
        price: 5,
        sequence: 1,
        claimed: Some(8),
        penalty: 1,
        listed_at: 4,
    }
}

pub(super) fn offer(id: u64) -> OfferView<Account> {
    OfferView {
        id,
        card: 7,
        edition: Some(1),
        claimed: None,
        buyer: ME,
        price: 5,
        key_index: 0,
        encryption_key: [3; 32],
        until: 900,
    }
}

pub(super) fn history() -> PriceHistory {
    let sale = |block, price| PastSale {
        block,
        price,
        edition: 1,
        resale: block > 5,
    };
    PriceHistory {
        sold: 3,
        volume: 20,
        last: BoundedVec::truncate_from(vec![sale(5, 7), sale(9, 8)]),
    }
}

pub(super) fn query() -> FeedQuery<Account> {
    FeedQuery {
        feed: Feed::Tag(BoundedVec::truncate_from(b"sea".to_vec())),
        kind: Some(Kind::Film),
        creator: Some(ME),
        tag: None,
        max_price: Some(6),
        since: Some(1),
        cursor: Some(640),
        limit: 20,
    }
}

pub(super) fn era() -> EraView {
    EraView {
        era: 5,
        started_at: 101,
        era_blocks: 20,
        blocks_with_room: 4,
        ends_at_earliest: 120,
        ends_at_latest: 180,
        pot: 800,
        delivery_credit: 3,
        sale_credit: 40,
    }
}

pub(super) fn emission() -> Emission {
    Emission {
        author_per_block: 100,
        treasury_per_block: 10,
        seeders_per_block: 200,
        credit_share: 800_000,
    }
}

pub(super) fn challenge() -> ChallengeView {
    ChallengeView {
        era: 4,
        leaf: 300,
        proven: true,
        weight: 64,
        claimed_weight: 128,
        from_sales: 40,
        from_endowments: 2,
    }
}

pub(super) fn claim(era: u32, card: u64) -> ClaimView {
    ClaimView {
        era,
        card,
        collectable_from: era + 2,
        from_sales: 20,
        from_endowments: 1,
        deposit: 9,
    }
}

pub(super) fn endowment(id: u64) -> EndowmentView<Account> {
    EndowmentView {
        id,
        funder: ME,
        per_block: 1,
        left: 50,
        first_era: 2,
        last_era: Some(6),
    }
}

pub(super) fn candidate(account: Account, bond: u128) -> CandidateView<Account> {
    CandidateView {
        account,
        bond,
        standing: Standing::Barred { until: 9 },
        validates: true,
        planned: false,
        disabled: true,
        waiting: vec![WaitingPart { amount: 3, due: 9 }],
    }
}

pub(super) fn validator_set() -> SetView<Account> {
    SetView {
        session: 5,
        validators: vec![ME],
        planned: vec![ME, [1; 32]],
        disabled: vec![ME],
        validator_count: 16,
        least_validators: 1,
    }
}

/// Arguments and an answer of every runtime API that is called.
pub(super) fn samples() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let lengths = Lengths {
        slot_millis: 3_000,
        epoch_slots: 20,
        order_deadline_blocks: 10,
        settlement_window_blocks: 5,
        seat_lifetime_blocks: 100,
        lock_window_blocks: 50,
        closing_window_blocks: 20,
        era_blocks: 30,
        unbonding_sessions: 4,
        notice_blocks: 20,
    };
    let orders = OrderPage {
        orders: vec![order(3)],
        next: Some(4u64),
    };
    let offers = OfferPage {
        offers: vec![offer(3)],
        next: Some(4u64),
    };
    vec![
        ("CardsApi_card", (7u64,).encode(), Some(card(7)).encode()),
        (
            "CardsApi_cards_by_root",
            (ContentRoot([1; 32]),).encode(),
            vec![7u64].encode(),
        ),
        (
            "CardsApi_feed",
            (query(),).encode(),
            FeedPage {
                cards: vec![card(7)],
                next: Some(600),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats",
            (7u64, 0u32).encode(),
            SeatPage {
                seats: vec![seat()],
                next: Some(1),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats_of",
            (ME, Some(7u64)).encode(),
            vec![8u64].encode(),
        ),
        ("ChannelsApi_pool", (7u64,).encode(), Some(pool(7)).encode()),
        (
            "ChannelsApi_pools_of",
            (ME, Some(6u64)).encode(),
            vec![pool(7)].encode(),
        ),
        (
            "ChannelsApi_sessions",
            (7u64, Some(2u32)).encode(),
            vec![session(3)].encode(),
        ),
        (
            "ChannelsApi_lanes",
            (7u64, 3u32, Some(ME)).encode(),
            vec![lane()].encode(),
        ),
        (
            "ChannelsApi_credit",
            (7u64, 3u32, ME).encode(),
            Some(CreditView {
                pool: pool(7),
                session: session(3),
                lane: Some(lane()),
            })
            .encode(),
        ),
        (
            "ChannelsApi_quote",
            (vec![voucher()],).encode(),
            vec![Err::<VoucherPayment, _>(VoucherRefusal::UnknownCard { card: 9 })].encode(),
        ),
        ("KeysApi_key", (7u64, 1u64).encode(), Some(key(7, 1)).encode()),
        (
            "KeysApi_keys_of",
            (ME, Some(1u128), 64u32).encode(),
            KeyPage {
                keys: vec![key(7, 1)],
                next: Some(5u128),
            }
            .encode(),
        ),
        ("KeysApi_order", (3u64,).encode(), Some(order(3)).encode()),
        (
            "KeysApi_orders_of_seller",
            (ME, 0u64, 64u32).encode(),
            orders.encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            (ME, 0u64, 64u32).encode(),
            orders.encode(),
        ),
        (
            "KeysApi_encryption_key",
            (ME, 0u32).encode(),
            Some([3u8; 32]).encode(),
        ),
        ("KeysApi_encryption_keys", (ME,).encode(), 1u32.encode()),
        ("CardsApi_superseded_by", (7u64,).encode(), Some(8u64).encode()),
        (
            "KeysApi_orders_of_card",
            (7u64, 3u64, 64u32).encode(),
            OrderPage {
                orders: vec![waiting(3)],
                next: Some(4u64),
            }
            .encode(),
        ),
        (
            "KeysApi_turn",
            (3u64,).encode(),
            Some(TurnView { clerk: ME, until: 12 }).encode(),
        ),
        (
            "KeysApi_listing",
            (7u64, 1u64).encode(),
            Some(listing(1)).encode(),
        ),
        (
            "KeysApi_listings",
            (7u64, Some(1u64), 64u32).encode(),
            ListingPage {
                listings: vec![listing(2)],
                next: Some(2u64),
            }
            .encode(),
        ),
        (
            "KeysApi_listings_of",
            (ME, Some(1u128), 64u32).encode(),
            ListingPage {
                listings: vec![listing(1)],
                next: Some(5u128),
            }
            .encode(),
        ),
        ("KeysApi_offer", (3u64,).encode(), Some(offer(3)).encode()),
        (
            "KeysApi_offers_of_card",
            (7u64, 0u64, 64u32).encode(),
            offers.encode(),
        ),
        (
            "KeysApi_offers_of_buyer",
            (ME, 0u64, 64u32).encode(),
            offers.encode(),
        ),
        (
            "KeysApi_price_history",
            (7u64,).encode(),
            Some(history()).encode(),
        ),
        (
            "KeysApi_clerks",
            (7u64,).encode(),
            ClerksView {
                commission: 50_000,
                any_holder: true,
                accounts: vec![ME],
            }
            .encode(),
        ),
        (
            "KeysApi_clerk_capsule",
            (7u64, ME).encode(),
            Some(ClerkCapsuleView {
                capsule: key(7, 1).capsule,
                key_index: 0,
                encryption_key: [3; 32],
            })
            .encode(),
        ),
        (
            "KeysApi_clerk_cards",
            (ME, Some(7u64), 64u32).encode(),
            vec![8u64].encode(),
        ),
        ("KeysApi_upgrade", (7u64,).encode(), Some(500_000u32).encode()),
        ("RewardsApi_era", ().encode(), era().encode()),
        ("RewardsApi_emission", ().encode(), emission().encode()),
        (
            "RewardsApi_challenge",
            (7u64, ME).encode(),
            Some(challenge()).encode(),
        ),
        (
            "RewardsApi_claims",
            (ME, Some((3u32, 7u64))).encode(),
            vec![claim(4, 7)].encode(),
        ),
        (
            "RewardsApi_delivery_earnings",
            (ME,).encode(),
            Some(DeliveryEarnings {
                running: 3,
                collectable: 2,
                expires_in: Some(31),
            })
            .encode(),
        ),
        (
            "RewardsApi_endowments",
            (7u64,).encode(),
            vec![endowment(1)].encode(),
        ),
        (
            "SocialApi_reactions",
            (7u64,).encode(),
            ReactionCounts([1, 2, 3, 4, 5, 6]).encode(),
        ),
        (
            "SocialApi_reaction",
            (7u64, ME).encode(),
            Some(Reaction::Wonder).encode(),
        ),
        (
            "SocialApi_reactions_of",
            (ME, Some(6u64)).encode(),
            vec![(7u64, Reaction::Like)].encode(),
        ),
        (
            "SocialApi_follow_counts",
            (ME,).encode(),
            FollowCounts {
                followers: 1,
                following: 2,
            }
            .encode(),
        ),
        ("SocialApi_follows", (ME, [1u8; 32]).encode(), true.encode()),
        (
            "SocialApi_following",
            (ME, Some([1u8; 32])).encode(),
            vec![[2u8; 32]].encode(),
        ),
        (
            "ValidatorsApi_validator_set",
            ().encode(),
            validator_set().encode(),
        ),
        (
            "ValidatorsApi_candidates",
            (0u32,).encode(),
            CandidatePage {
                candidates: vec![candidate(ME, 5)],
                next: Some(1),
            }
            .encode(),
        ),
        (
            "ValidatorsApi_candidate",
            (ME,).encode(),
            Some(candidate(ME, 5)).encode(),
        ),
        ("LengthsApi_lengths", ().encode(), lengths.encode()),
        ("AccountNonceApi_account_nonce", (ME,).encode(), 5u32.encode()),
    ]
}
