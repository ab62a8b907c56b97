//! Placing an order: what the chain would refuse is said before a fee is paid.

use std::future::Future;

use hashcard_chain::{address_of, Account, ChainAt, ChainError, Included, Wait};
use hashcard_primitives::card::{CardView, WHOLE_SHARE};
use hashcard_primitives::key::{Edition, KeyView, ListingView, OrderId, OrderView};
use hashcard_primitives::Balance;

use super::{offer_in_the_way, Purchase};
use crate::amount::Amount;
use crate::capsule::held_keys;
use crate::command::{Event, Source};
use crate::encryption_keys;
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::holding::ensure_free;
use crate::money;
use crate::resell::{first_listings, Listings};

impl Purchase<'_> {
    /// Places the order. Its block is final when this returns, so its number is, too.
    pub(super) async fn place(
        &mut self,
        from: Source,
        max_price: Option<Amount>,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        let now = self.chain.at_best().await?;
        let offers = now.offers_of_buyer(self.actor.account).await?;
        if let Some(offer) = offers.iter().find(|offer| offer.card == self.card.id) {
            return Err(offer_in_the_way(offer.id, self.card.id));
        }
        match from {
            Source::Creator => self.order_new(max_price, events).await,
            Source::Edition(edition) => {
                let listing = now.listing(self.card.id, edition).await?;
                let listing = listing.ok_or_else(|| not_listed(self.card.id, Some(edition)))?;
                self.order_listed(listing, max_price, events).await
            }
            Source::Cheapest => {
                let listing = cheapest(first_listings(&now, self.card.id).await?, &self.actor.account);
                let listing = listing.ok_or_else(|| not_listed(self.card.id, None))?;
                self.order_listed(listing, max_price, events).await
            }
            Source::Upgrade { with } => self.order_newer(&now, with, max_price, events).await,
        }
    }

    async fn order_new(
        &mut self,
        max_price: Option<Amount>,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        let (card, terms) = (self.card, self.card.terms);
        ensure_for_sale(card, &self.actor.account)?;
        ensure_affordable(card.id, terms.price, max_price)?;
        money::ensure_enough(self.chain, self.actor, Amount(terms.price)).await?;
        self.say_price(terms.price, events).await;
        let chosen = encryption_keys::choose(self.engine, self.actor).await?;
        let signer = &self.actor.signer;
        let placing = self.chain.buy(
            signer,
            card.id,
            terms.price,
            terms.version,
            chosen.key,
            Wait::Finalized,
        );
        self.placed("buy", events, placing).await
    }

    async fn order_listed(
        &mut self,
        listing: ListingView<Account>,
        max_price: Option<Amount>,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        ensure_sound(self.card)?;
        if listing.seller == self.actor.account {
            return Err(EngineError::bad_input(
                format!(
                    "you sell key {} of card {} yourself",
                    listing.edition, listing.card
                ),
                format!("take it back: hashcard resell cancel {}", listing.card),
            ));
        }
        ensure_affordable(listing.card, listing.price, max_price)?;
        money::ensure_enough(self.chain, self.actor, Amount(listing.price)).await?;
        events
            .say(Event::Chosen {
                card: listing.card,
                edition: listing.edition,
                price: Amount(listing.price),
                seller: address_of(&listing.seller),
            })
            .await;
        let chosen = encryption_keys::choose(self.engine, self.actor).await?;
        let placing = self
            .chain
            .buy_listed(&self.actor.signer, &listing, chosen.key, Wait::Finalized);
        self.placed("buy_listed", events, placing).await
    }

    async fn order_newer(
        &mut self,
        now: &ChainAt,
        with: Option<Edition>,
        max_price: Option<Amount>,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        let card = self.card;
        let older = card.card.supersedes.ok_or_else(|| {
            EngineError::bad_input(
                format!("card {} is not a newer version of another", card.id),
                format!("buy it: hashcard buy {}", card.id),
            )
        })?;
        let discount = now.upgrade(card.id).await?.ok_or_else(|| {
            EngineError::new(
                Code::NotForSale,
                format!(
                    "the creator offers no upgrade from card {older} to card {}",
                    card.id
                ),
                format!("buy it at its price: hashcard buy {}", card.id),
            )
        })?;
        ensure_for_sale(card, &self.actor.account)?;
        let keys = held_keys(now, self.actor.account, older).await?;
        let key = claiming_key(keys, with, older)?;
        let price = discounted(card.terms.price, discount);
        ensure_affordable(card.id, price, max_price)?;
        money::ensure_enough(self.chain, self.actor, Amount(price)).await?;
        self.say_price(price, events).await;
        let chosen = encryption_keys::choose(self.engine, self.actor).await?;
        let placing = self.chain.claim(
            &self.actor.signer,
            card,
            key.edition,
            price,
            chosen.key,
            Wait::Finalized,
        );
        self.placed("claim", events, placing).await
    }

    async fn say_price(&self, price: Balance, events: &Events) {
        events
            .say(Event::Price {
                card: self.card.id,
                price: Amount(price),
                version: self.card.terms.version,
            })
            .await;
    }

    async fn placed(
        &mut self,
        call: &str,
        events: &Events,
        placing: impl Future<Output = Result<Included<OrderId>, ChainError>>,
    ) -> Result<OrderView<Account>, EngineError> {
        let placed = self.engine.send(call, self.actor, events, placing).await?;
        self.fee = Some(Amount(placed.fee));
        self.placed_at = Some(placed.at.number);
        self.chain
            .at(placed.at)
            .order(placed.value)
            .await?
            .ok_or_else(|| {
                EngineError::new(
                    Code::HostileAnswer,
                    format!("the node included order {} and does not know it", placed.value),
                    "name another node: --node URL; the order stands",
                )
            })
    }
}

/// The least that somebody else asks; the older listing when two ask the same.
fn cheapest(listings: Listings, buyer: &Account) -> Option<ListingView<Account>> {
    listings
        .rows
        .into_iter()
        .filter(|listing| listing.seller != *buyer)
        .min_by_key(|listing| (listing.price, listing.listed_at, listing.edition))
}

/// The key of the older version that claims the newer one.
fn claiming_key(
    keys: Vec<KeyView<Account>>,
    with: Option<Edition>,
    older: u64,
) -> Result<KeyView<Account>, EngineError> {
    let mut refusal = None;
    for key in keys {
        if with.is_some_and(|with| with != key.edition) {
            continue;
        }
        let usable = match key.claimed {
            Some(newer) => Err(EngineError::new(
                Code::Refused,
                format!(
                    "key {} of card {older} has claimed card {newer} before",
                    key.edition
                ),
                "a key claims one newer version once, whoever holds it",
            )),
            None => ensure_free(&key),
        };
        match usable {
            Ok(()) => return Ok(key),
            Err(error) => {
                refusal.get_or_insert(error);
            }
        }
    }
    Err(refusal.unwrap_or_else(|| {
        EngineError::new(
            Code::NoKey,
            format!("you hold no such key of card {older}, the older version"),
            "see what you hold: hashcard library",
        )
        .with("card", older)
    }))
}

/// What is left of a price after a discount in parts per million, rounded down as the chain does (pallet Keys, `division`).
pub(crate) fn discounted(price: Balance, discount: u32) -> Balance {
    let (whole, share) = (
        Balance::from(WHOLE_SHARE),
        Balance::from(WHOLE_SHARE.saturating_sub(discount)),
    );
    let of_millions = (price / whole).saturating_mul(share);
    let of_rest = (price % whole).saturating_mul(share) / whole;
    of_millions.saturating_add(of_rest)
}

fn not_listed(card: u64, edition: Option<Edition>) -> EngineError {
    let which = edition.map_or_else(|| "no key".to_owned(), |edition| format!("not key {edition}"));
    EngineError::new(
        Code::NotForSale,
        format!("holders sell {which} of card {card}"),
        format!("see what they sell: hashcard resell show {card}; or offer: hashcard resell offer {card}"),
    )
}

fn ensure_sound(card: &CardView<Account>) -> Result<(), EngineError> {
    if card.frozen {
        return Err(EngineError::new(
            Code::Frozen,
            format!(
                "a false key of card {} was proven, and nothing of it is sold any more",
                card.id
            ),
            "look for another: hashcard discover",
        ));
    }
    Ok(())
}

/// Says what the chain would say of a new key, before a fee is paid for it.
fn ensure_for_sale(card: &CardView<Account>, buyer: &Account) -> Result<(), EngineError> {
    let id = card.id;
    ensure_sound(card)?;
    if card.retired {
        return Err(EngineError::new(
            Code::Retired,
            format!("the creator withdrew card {id}"),
            format!("look for another: hashcard discover; or a holder who sells: hashcard resell show {id}"),
        ));
    }
    if card.card.creator == *buyer {
        return Err(EngineError::bad_input(
            format!("card {id} is your own, and a creator needs no key"),
            format!("open it: hashcard fetch {id}"),
        ));
    }
    if !card.terms.listed {
        return Err(EngineError::new(
            Code::NotForSale,
            format!("card {id} is not for sale"),
            format!("ask the creator; or see whether a holder sells: hashcard resell show {id}"),
        ));
    }
    if card.terms.editions.is_some_and(|most| card.keys_made >= most) {
        return Err(EngineError::new(
            Code::SoldOut,
            format!("all {} keys of card {id} are sold", card.keys_made),
            format!("the creator may raise the editions, and holders may sell: hashcard resell show {id}"),
        ));
    }
    Ok(())
}

fn ensure_affordable(card: u64, price: Balance, max_price: Option<Amount>) -> Result<(), EngineError> {
    let price = Amount(price);
    if max_price.is_some_and(|most| price > most) {
        return Err(EngineError::new(
            Code::PriceChanged,
            format!("a key of card {card} costs {price}, more than you want to pay"),
            "give a higher --max-price, or leave it",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{actor, card};
    use crate::wallet::Wallet;
    use hashcard_primitives::key::CapsuleBytes;

    const BUYER: Account = [3; 32];

    fn refusal(change: impl FnOnce(&mut CardView<Account>)) -> Code {
        let mut card = card(&Wallet::generate().unwrap(), false);
        change(&mut card);
        ensure_for_sale(&card, &BUYER).unwrap_err().code
    }

    #[test]
    fn what_cannot_be_bought_is_refused_before_a_fee_is_paid() {
        let wallet = Wallet::generate().unwrap();
        let sound = card(&wallet, false);
        assert!(ensure_for_sale(&sound, &BUYER).is_ok());
        assert_eq!(
            ensure_for_sale(&sound, &actor(&wallet).account).unwrap_err().code,
            Code::BadInput
        );
        assert_eq!(refusal(|card| card.frozen = true), Code::Frozen);
        assert_eq!(refusal(|card| card.retired = true), Code::Retired);
        assert_eq!(refusal(|card| card.terms.listed = false), Code::NotForSale);
        assert_eq!(
            refusal(|card| {
                card.terms.editions = Some(2);
                card.keys_made = 2;
            }),
            Code::SoldOut
        );
    }

    #[test]
    fn what_costs_too_much_is_refused() {
        assert!(ensure_affordable(7, 5, None).is_ok());
        assert!(ensure_affordable(7, 5, Some(Amount(5))).is_ok());
        assert_eq!(
            ensure_affordable(7, 6, Some(Amount(5))).unwrap_err().code,
            Code::PriceChanged
        );
    }

    fn listing(edition: Edition, price: Balance, seller: u8) -> ListingView<Account> {
        ListingView {
            card: 7,
            edition,
            seller: [seller; 32],
            price,
            sequence: 0,
            claimed: None,
            penalty: 0,
            listed_at: 9,
        }
    }

    #[test]
    fn the_cheapest_key_of_somebody_else_is_bought() {
        let buyer = [1; 32];
        let listings = |rows| Listings { rows, more: false };
        let rows = vec![
            listing(1, 4, 2),
            listing(2, 3, 2),
            listing(3, 1, 1),
            listing(4, 3, 5),
        ];
        assert_eq!(cheapest(listings(rows), &buyer).unwrap().edition, 2);
        assert!(cheapest(listings(vec![listing(3, 1, 1)]), &buyer).is_none());
    }

    fn key(edition: Edition) -> KeyView<Account> {
        KeyView {
            card: 6,
            edition,
            holder: BUYER,
            capsule: CapsuleBytes {
                r: [0; 32],
                c: [0; 32],
            },
            key_index: 0,
            encryption_key: [0; 32],
            sequence: 0,
            order: None,
            claimed: None,
            listed: None,
        }
    }

    #[test]
    fn a_key_claims_only_once_and_only_when_it_is_free() {
        let claimed = KeyView {
            claimed: Some(7),
            ..key(1)
        };
        let listed = KeyView {
            listed: Some(5),
            ..key(2)
        };
        let choose = |with| claiming_key(vec![claimed.clone(), listed.clone(), key(3)], with, 6);
        assert_eq!(choose(None).unwrap().edition, 3);
        assert_eq!(choose(Some(1)).unwrap_err().code, Code::Refused);
        assert_eq!(choose(Some(2)).unwrap_err().code, Code::KeyBusy);
        assert_eq!(choose(Some(4)).unwrap_err().code, Code::NoKey);
    }

    /// As pallet Keys computes it: its `division` is tested against an independent formula.
    #[test]
    fn a_discount_is_rounded_down_and_never_overflows() {
        for (price, discount, left) in [
            (5, 0, 5),
            (5, WHOLE_SHARE, 0),
            (5, WHOLE_SHARE + 1, 0),
            (5, 500_000, 2),
            (1_000_000_000_000, 333_333, 666_667_000_000),
            (3, 1, 2),
            (Balance::MAX, 0, Balance::MAX),
        ] {
            assert_eq!(discounted(price, discount), left, "{price} less {discount}");
        }
        assert!(discounted(Balance::MAX, 1) < Balance::MAX);
    }
}
