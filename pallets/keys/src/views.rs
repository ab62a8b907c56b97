//! What the runtime API answers. Each answer is a page of at most [`MAX_PAGE`] rows and reads no more than that.

use crate::{
    CardsByClerk, ClerkCapsules, Clerks, Config, EncryptionKeyNumbers, EncryptionKeys, Frozen, Histories,
    HoldReason, InOrder, ItemInOrder, Keys, Listings, ListingsBySeller, LockWindow, NextOrderId, Offers,
    OffersByBuyer, OffersByCard, Order, OrderDeadline, Orders, OrdersByBuyer, OrdersByCard, OrdersBySeller,
    Pallet, SettlementWindow, Tallies, TermsOfClerks, Upgrades, MIN_LOCK_WINDOW, MIN_ORDER_DEADLINE,
    MIN_SETTLEMENT_WINDOW,
};
use alloc::vec::Vec;
use hashcard_primitives::{
    card::CardId,
    figures::KeyFigures,
    key::{
        card_and_edition, item_id, CapsuleBytes, ClerkCapsuleView, ClerksView, Edition, ItemId, KeyIndex,
        KeyPage, KeyView, ListingPage, ListingView, LockView, OfferPage, OfferView, OrderId, OrderPage,
        OrderView, PriceHistory, TurnView,
    },
    roles::{CardDependents, CardLookup, KeyItems},
    BlockNumber,
};
use hashcard_proofs::Capsule;
use sp_runtime::AccountId32;

/// Most rows of one answer.
pub const MAX_PAGE: u32 = 64;

impl<T: Config> Pallet<T> {
    /// Blocks that a seller has to fulfil an order, at least [`MIN_ORDER_DEADLINE`].
    pub fn order_deadline() -> BlockNumber {
        OrderDeadline::<T>::get().max(MIN_ORDER_DEADLINE)
    }

    /// Blocks between delivery and payment, at least [`MIN_SETTLEMENT_WINDOW`].
    pub fn settlement_window() -> BlockNumber {
        SettlementWindow::<T>::get().max(MIN_SETTLEMENT_WINDOW)
    }

    /// Blocks that a lock gives, at least [`MIN_LOCK_WINDOW`].
    pub fn lock_window() -> BlockNumber {
        LockWindow::<T>::get().max(MIN_LOCK_WINDOW)
    }

    /// Whether items may be moved or burnt at this moment: only inside this pallet's own doing so. The runtime's lock
    /// on items asks this.
    pub fn items_unlocked() -> bool {
        crate::ItemsUnlocked::<T>::get()
    }

    /// Keys and their market in numbers.
    pub fn figures() -> KeyFigures {
        KeyFigures {
            // The first order has number 1.
            orders_made: NextOrderId::<T>::get().saturating_sub(1),
            unclaimed: Self::held(HoldReason::Unclaimed, &Self::account_id()),
        }
    }

    /// A key: its holder and its capsule.
    pub fn key(card: CardId, edition: Edition) -> Option<KeyView<AccountId32>> {
        let record = Keys::<T>::get(card, edition)?;
        let creator = T::Cards::card(card)?.creator;
        let holder = T::Items::owner(&creator, item_id(card, edition))?;
        Some(KeyView {
            card,
            edition,
            holder,
            capsule: bytes_of(record.capsule),
            key_index: record.key_index,
            encryption_key: record.encryption_key.0,
            sequence: record.sequence,
            order: record.order,
            claimed: record.claimed,
            listed: Listings::<T>::get(card, edition).map(|listing| listing.price),
        })
    }

    /// Keys of an account in the order of its items, after item `after`, at most `limit`.
    pub fn keys_of(holder: AccountId32, after: Option<ItemId>, limit: u32) -> KeyPage<AccountId32> {
        let most = limit.min(MAX_PAGE).saturating_add(1);
        let (items, next) = page_after(T::Items::owned(&holder, after, most).into_iter(), limit);
        let keys = items
            .into_iter()
            .map(card_and_edition)
            .filter_map(|(card, edition)| Self::key(card, edition))
            .collect();
        KeyPage { keys, next }
    }

    /// An order that is neither settled nor refunded.
    pub fn order(id: OrderId) -> Option<OrderView<AccountId32>> {
        Orders::<T>::get(id).map(|order| order_view(id, order))
    }

    /// Orders of a seller, oldest first, from number `from` on, at most `limit`.
    pub fn orders_of_seller(seller: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32> {
        let ids = match from.checked_sub(1) {
            None => OrdersBySeller::<T>::iter_key_prefix(&seller),
            Some(before) => OrdersBySeller::<T>::iter_key_prefix_from(
                &seller,
                OrdersBySeller::<T>::hashed_key_for(&seller, InOrder::from(before)),
            ),
        };
        Self::order_page(ids, limit)
    }

    /// Orders of a buyer, likewise.
    pub fn orders_of_buyer(buyer: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32> {
        let ids = match from.checked_sub(1) {
            None => OrdersByBuyer::<T>::iter_key_prefix(&buyer),
            Some(before) => OrdersByBuyer::<T>::iter_key_prefix_from(
                &buyer,
                OrdersByBuyer::<T>::hashed_key_for(&buyer, InOrder::from(before)),
            ),
        };
        Self::order_page(ids, limit)
    }

    /// Primary orders of a card that wait for delivery, likewise.
    pub fn orders_of_card(card: CardId, from: OrderId, limit: u32) -> OrderPage<AccountId32> {
        let ids = match from.checked_sub(1) {
            None => OrdersByCard::<T>::iter_key_prefix(card),
            Some(before) => OrdersByCard::<T>::iter_key_prefix_from(
                card,
                OrdersByCard::<T>::hashed_key_for(card, InOrder::from(before)),
            ),
        };
        Self::order_page(ids, limit)
    }

    /// The clerk who alone may deliver a waiting order now.
    pub fn turn(order: OrderId) -> Option<TurnView<AccountId32>> {
        let row = Orders::<T>::get(order)?;
        row.engages().is_none().then_some(())?;
        let (clerk, until) = Self::turn_of(order, &row)?;
        Some(TurnView { clerk, until })
    }

    /// A key's listing.
    pub fn listing(card: CardId, edition: Edition) -> Option<ListingView<AccountId32>> {
        let listing = Listings::<T>::get(card, edition)?;
        let record = Keys::<T>::get(card, edition)?;
        Some(ListingView {
            card,
            edition,
            seller: listing.seller,
            price: listing.price,
            sequence: record.sequence,
            claimed: record.claimed,
            penalty: listing.penalty,
            listed_at: listing.listed_at,
        })
    }

    /// Listed keys of a card, after edition `after` in the order of the trie, at most `limit`.
    pub fn listings(card: CardId, after: Option<Edition>, limit: u32) -> ListingPage<AccountId32, Edition> {
        let editions = match after {
            None => Listings::<T>::iter_key_prefix(card),
            Some(after) => {
                Listings::<T>::iter_key_prefix_from(card, Listings::<T>::hashed_key_for(card, after))
            }
        };
        let (editions, next) = page_after(editions, limit);
        let listings = editions
            .into_iter()
            .filter_map(|edition| Self::listing(card, edition))
            .collect();
        ListingPage { listings, next }
    }

    /// Listed keys of a holder by card and edition, after item `after`, at most `limit`.
    pub fn listings_of(
        seller: AccountId32,
        after: Option<ItemId>,
        limit: u32,
    ) -> ListingPage<AccountId32, ItemId> {
        let items = match after {
            None => ListingsBySeller::<T>::iter_key_prefix(&seller),
            Some(after) => ListingsBySeller::<T>::iter_key_prefix_from(
                &seller,
                ListingsBySeller::<T>::hashed_key_for(&seller, ItemInOrder::from(after)),
            ),
        };
        let (items, next) = page_after(items.map(ItemInOrder::card_and_edition), limit);
        let listings = items
            .into_iter()
            .filter_map(|(card, edition)| Self::listing(card, edition))
            .collect();
        ListingPage {
            listings,
            next: next.map(|(card, edition)| item_id(card, edition)),
        }
    }

    /// An offer that nobody has accepted.
    pub fn offer_view(id: OrderId) -> Option<OfferView<AccountId32>> {
        let offer = Offers::<T>::get(id)?;
        Some(OfferView {
            id,
            card: offer.card,
            edition: offer.edition,
            claimed: offer.claimed,
            buyer: offer.buyer,
            price: offer.price,
            key_index: offer.key_index,
            encryption_key: offer.encryption_key.0,
            until: offer.until,
        })
    }

    /// Offers for keys of a card, oldest first, from number `from` on, at most `limit`.
    pub fn offers_of_card(card: CardId, from: OrderId, limit: u32) -> OfferPage<AccountId32> {
        let ids = match from.checked_sub(1) {
            None => OffersByCard::<T>::iter_key_prefix(card),
            Some(before) => OffersByCard::<T>::iter_key_prefix_from(
                card,
                OffersByCard::<T>::hashed_key_for(card, InOrder::from(before)),
            ),
        };
        Self::offer_page(ids, limit)
    }

    /// Offers of a buyer, likewise.
    pub fn offers_of_buyer(buyer: AccountId32, from: OrderId, limit: u32) -> OfferPage<AccountId32> {
        let ids = match from.checked_sub(1) {
            None => OffersByBuyer::<T>::iter_key_prefix(&buyer),
            Some(before) => OffersByBuyer::<T>::iter_key_prefix_from(
                &buyer,
                OffersByBuyer::<T>::hashed_key_for(&buyer, InOrder::from(before)),
            ),
        };
        Self::offer_page(ids, limit)
    }

    /// What keys of a card were sold for.
    pub fn price_history(card: CardId) -> Option<PriceHistory> {
        Histories::<T>::try_get(card).ok()
    }

    /// Who delivers the primary sales of a card besides its creator.
    pub fn clerks(card: CardId) -> ClerksView<AccountId32> {
        let terms = TermsOfClerks::<T>::get(card);
        ClerksView {
            commission: terms.map_or(0, |terms| terms.commission),
            any_holder: terms.is_some_and(|terms| terms.any_holder),
            accounts: Clerks::<T>::get(card).into_inner(),
        }
    }

    /// The capsule of an appointed clerk.
    pub fn clerk_capsule(card: CardId, account: AccountId32) -> Option<ClerkCapsuleView> {
        let row = ClerkCapsules::<T>::get(card, account)?;
        Some(ClerkCapsuleView {
            capsule: bytes_of(row.capsule),
            key_index: row.key_index,
            encryption_key: row.encryption_key.0,
        })
    }

    /// Cards that an account is an appointed clerk of, in order, after card `after`, at most `limit`.
    pub fn clerk_cards(account: AccountId32, after: Option<CardId>, limit: u32) -> Vec<CardId> {
        let cards = match after {
            None => CardsByClerk::<T>::iter_key_prefix(&account),
            Some(after) => CardsByClerk::<T>::iter_key_prefix_from(
                &account,
                CardsByClerk::<T>::hashed_key_for(&account, InOrder::from(after)),
            ),
        };
        cards
            .take(limit.min(MAX_PAGE) as usize)
            .map(CardId::from)
            .collect()
    }

    /// Parts per million that holders of the superseded card save on a key of this one.
    pub fn upgrade(card: CardId) -> Option<u32> {
        Upgrades::<T>::get(card).map(|upgrade| upgrade.discount)
    }

    /// A registered encryption key.
    pub fn encryption_key(account: AccountId32, index: KeyIndex) -> Option<[u8; 32]> {
        EncryptionKeys::<T>::get(account, index).map(|registered| registered.key.0)
    }

    /// The index that an account's next encryption key will have.
    pub fn encryption_keys(account: AccountId32) -> KeyIndex {
        EncryptionKeyNumbers::<T>::get(account).next
    }

    fn order_page(ids: impl Iterator<Item = InOrder>, limit: u32) -> OrderPage<AccountId32> {
        let (ids, next) = page_from(ids, limit);
        OrderPage {
            orders: ids.into_iter().filter_map(Self::order).collect(),
            next,
        }
    }

    fn offer_page(ids: impl Iterator<Item = InOrder>, limit: u32) -> OfferPage<AccountId32> {
        let (ids, next) = page_from(ids, limit);
        OfferPage {
            offers: ids.into_iter().filter_map(Self::offer_view).collect(),
            next,
        }
    }
}

/// A page, and the number from which the next one begins.
fn page_from(ids: impl Iterator<Item = InOrder>, limit: u32) -> (Vec<OrderId>, Option<OrderId>) {
    let limit = limit.min(MAX_PAGE) as usize;
    let mut ids: Vec<OrderId> = ids.take(limit.saturating_add(1)).map(OrderId::from).collect();
    let next = if ids.len() > limit { ids.pop() } else { None };
    (ids, next)
}

/// A page, and its last row if there is more: the next one begins after it.
fn page_after<Row: Copy>(rows: impl Iterator<Item = Row>, limit: u32) -> (Vec<Row>, Option<Row>) {
    let limit = limit.min(MAX_PAGE) as usize;
    let mut rows: Vec<Row> = rows.take(limit.saturating_add(1)).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().copied() } else { None };
    (rows, next)
}

fn bytes_of(capsule: Capsule) -> CapsuleBytes {
    CapsuleBytes {
        r: capsule.r.0,
        c: capsule.c.0,
    }
}

impl<T: Config> CardDependents for Pallet<T> {
    fn keys_made(card: CardId) -> u32 {
        Tallies::<T>::get(card).made
    }

    fn editions_bound(card: CardId) -> u32 {
        let tally = Tallies::<T>::get(card);
        tally.made.saturating_add(tally.locked)
    }

    fn depends_on(card: CardId) -> bool {
        let tally = Tallies::<T>::get(card);
        let promised = Clerks::<T>::contains_key(card)
            || TermsOfClerks::<T>::contains_key(card)
            || Upgrades::<T>::contains_key(card);
        tally.waiting > 0 || tally.live > 0 || promised
    }

    fn is_frozen(card: CardId) -> bool {
        Frozen::<T>::contains_key(card)
    }
}

fn order_view(id: OrderId, order: Order) -> OrderView<AccountId32> {
    OrderView {
        id,
        card: order.card,
        sale: order.sale,
        buyer: order.buyer,
        seller: order.seller,
        price: order.price,
        key_index: order.key_index,
        encryption_key: order.encryption_key.0,
        made_at: order.made_at,
        commission: order.commission,
        claimed_with: order.claimed_with,
        penalty: order.penalty,
        lock: order.lock.map(|lock| LockView {
            by: lock.by,
            commitment: lock.commitment,
        }),
        delivered_by: order.delivered_by,
        state: order.state,
    }
}
