//! What the runtime API answers. Each answer is a page of at most [`MAX_PAGE`] rows and reads no more than that.

use crate::{
    Config, EncryptionKeys, Frozen, InOrder, Keys, NextKeyIndex, Order, OrderDeadline, Orders, OrdersByBuyer,
    OrdersBySeller, Pallet, SettlementWindow, Tallies, MIN_ORDER_DEADLINE, MIN_SETTLEMENT_WINDOW,
};
use alloc::vec::Vec;
use hashcard_primitives::{
    card::CardId,
    key::{
        card_and_edition, item_id, CapsuleBytes, Edition, ItemId, KeyIndex, KeyPage, KeyView, OrderId,
        OrderPage, OrderView,
    },
    roles::{CardDependents, CardLookup, KeyItems},
    BlockNumber,
};
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

    /// Whether items may be burnt at this moment: only inside this pallet's own burn. The runtime's lock on
    /// items asks this.
    pub fn items_unlocked() -> bool {
        crate::ItemsUnlocked::<T>::get()
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
            capsule: CapsuleBytes {
                r: record.capsule.r.0,
                c: record.capsule.c.0,
            },
            key_index: record.key_index,
            encryption_key: record.encryption_key.0,
            sequence: record.sequence,
        })
    }

    /// Keys of an account in the order of its items, after item `after`, at most `limit`.
    pub fn keys_of(holder: AccountId32, after: Option<ItemId>, limit: u32) -> KeyPage<AccountId32> {
        let limit = limit.min(MAX_PAGE);
        let mut items = T::Items::owned(&holder, after, limit.saturating_add(1));
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = if more { items.last().copied() } else { None };
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

    /// A registered encryption key.
    pub fn encryption_key(account: AccountId32, index: KeyIndex) -> Option<[u8; 32]> {
        EncryptionKeys::<T>::get(account, index).map(|registered| registered.key.0)
    }

    /// How many encryption keys an account has registered: the index of its next.
    pub fn encryption_keys(account: AccountId32) -> KeyIndex {
        NextKeyIndex::<T>::get(account)
    }

    fn order_page(ids: impl Iterator<Item = InOrder>, limit: u32) -> OrderPage<AccountId32> {
        let limit = limit.min(MAX_PAGE) as usize;
        let mut ids: Vec<OrderId> = ids.take(limit.saturating_add(1)).map(OrderId::from).collect();
        let next = if ids.len() > limit { ids.pop() } else { None };
        OrderPage {
            orders: ids.into_iter().filter_map(Self::order).collect(),
            next,
        }
    }
}

impl<T: Config> CardDependents for Pallet<T> {
    fn keys_made(card: CardId) -> u32 {
        Tallies::<T>::get(card).made
    }

    fn depends_on(card: CardId) -> bool {
        let tally = Tallies::<T>::get(card);
        tally.waiting > 0 || tally.live > 0
    }

    fn is_frozen(card: CardId) -> bool {
        Frozen::<T>::contains_key(card)
    }
}

fn order_view(id: OrderId, order: Order) -> OrderView<AccountId32> {
    OrderView {
        id,
        card: order.card,
        buyer: order.buyer,
        seller: order.seller,
        price: order.price,
        key_index: order.key_index,
        encryption_key: order.encryption_key.0,
        state: order.state,
    }
}
