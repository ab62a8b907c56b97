//! What a block did to cards, keys, seats, payments and rewards, read from its events.
//!
//! **Every event of the block must decode**: one that is left over or cut off is a lie, and the whole block is refused. Events
//! that say nothing about these things are passed over. What an event does not tell (a title, a seller's terms) is asked of
//! the runtime at the same block.

use crate::{
    at::{at_of, Header},
    extrinsic::Hashcard,
    metadata::{cards, channels, keys, rewards, seeders},
    Account, At, Chain, ChainAt, ChainError, Result,
};
use codec::Decode;
use hashcard_primitives::{
    card::CardId,
    channel::{PoolId, SessionId},
    coverage::Coverage,
    key::{Edition, OrderId},
    Balance, BlockNumber,
};
use subxt::{
    config::substrate::H256,
    events::{DecodeAsEvent, Event, Events},
    rpcs::{client::rpc_params, methods::legacy::Bytes},
};

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The block.
    pub at: At,
    /// Hash of its parent.
    pub parent: [u8; 32],
    /// What it did, in order.
    pub happenings: Vec<Happening>,
}

/// One thing that a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A card, or how many of its keys there are, is not what it was; [`ChainAt::card`] tells.
    CardChanged {
        /// Which.
        card: CardId,
    },
    /// A creator gave a new key away.
    KeyMinted {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// To whom.
        to: Account,
    },
    /// A key was delivered to a buyer.
    OrderFulfilled {
        /// For which order.
        order: OrderId,
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// To whom.
        buyer: Account,
    },
    /// A holder gave his key away.
    KeyGiven {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// To whom.
        to: Account,
    },
    /// A key was destroyed.
    KeyDestroyed {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
    },
    /// A holder sells his key.
    KeyListed {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
        /// For how much.
        price: Balance,
    },
    /// A key is not for sale any more.
    KeyUnlisted {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
    },
    /// A seller was paid. What others got of the price came before it, as [`Self::SharePaid`].
    OrderSettled {
        /// For which order.
        order: OrderId,
        /// Of which card.
        card: CardId,
        /// Which key.
        edition: Edition,
        /// Who paid.
        buyer: Account,
        /// Who sold.
        seller: Account,
        /// What the buyer paid.
        price: Balance,
        /// What the seller got.
        paid: Balance,
    },
    /// Somebody else than the seller was paid out of a price.
    SharePaid {
        /// For which order.
        order: OrderId,
        /// Who.
        account: Account,
        /// How much.
        amount: Balance,
    },
    /// A seeder has a seat, or says that he holds something else than before. It was a sign of life.
    Seated {
        /// On which card.
        card: CardId,
        /// Who.
        seeder: Account,
        /// What he says he holds.
        coverage: Coverage,
    },
    /// A seeder has a seat no more.
    Unseated {
        /// On which card.
        card: CardId,
        /// Who.
        seeder: Account,
        /// Whether he gave it up himself, which is a sign of life.
        by_himself: bool,
    },
    /// A seeder renewed all his seats.
    Heartbeat {
        /// Who.
        seeder: Account,
        /// Last block in which they count.
        expires_at: BlockNumber,
    },
    /// Money left a pool for delivered bytes. Lines of the lane tell for which cards.
    Redeemed {
        /// Which pool.
        pool: PoolId,
        /// Which session.
        session: SessionId,
        /// Who delivered.
        payee: Account,
        /// How much, all parts together.
        paid: Balance,
    },
    /// A creator had his share of such money.
    CreatorPaid {
        /// Who.
        creator: Account,
        /// How much.
        amount: Balance,
    },
    /// A seeder was rewarded for holding a card in an era.
    HoldingPaid {
        /// Which card.
        card: CardId,
        /// Who held it.
        seeder: Account,
        /// Minted, out of sales.
        from_sales: Balance,
        /// Moved, out of endowments.
        from_endowments: Balance,
    },
}

impl Chain {
    /// The block of the best chain with this number, if the node has it. One that is not above the finalised head is final.
    ///
    /// A light client finds genesis, and of the others those that are final and not more than 200 blocks below the finalised head:
    /// the states of older ones are kept by few.
    pub async fn block_at(&self, number: BlockNumber) -> Result<Option<At>> {
        if !self.link().knows_numbers() {
            return self.ancestor(number).await;
        }
        match self.canonical_hash(Some(number)).await? {
            Some(hash) => self.header(hash.0).await,
            None => Ok(None),
        }
    }

    /// What a block did. The node must still have its state: without an archive, the last 256 blocks.
    ///
    /// Errors: [`ChainError::NodeRefused`] when the node has not, or does not have the block.
    pub async fn happened(&self, hash: [u8; 32]) -> Result<Happened> {
        const METHOD: &str = "chain_getHeader";
        let header: Option<Header> = self.link().ask(METHOD, rpc_params![H256(hash)]).await?;
        let header = header.ok_or_else(|| ChainError::NodeRefused {
            method: METHOD.to_owned(),
            reason: format!("it does not have block 0x{}", hex::encode(hash)),
        })?;
        let at = at_of(&header)?;
        if at.hash != hash {
            return Err(ChainError::hostile(METHOD, "the header has another hash"));
        }
        let bytes = self.value_at(hash, "System", "Events").await?;
        let bytes = bytes.ok_or_else(|| ChainError::hostile("System.Events", "a block without any"))?;
        let events = self.events(bytes).await?;
        Ok(Happened {
            at,
            parent: header.parent_hash.0,
            happenings: happenings(&events)?,
        })
    }

    /// The bytes of a value in storage after a block.
    async fn value_at(&self, hash: [u8; 32], pallet: &str, value: &str) -> Result<Option<Vec<u8>>> {
        let client = Hashcard::offline(self.link().genesis(), 0, 0);
        let entry = client.storage().entry((pallet, value));
        let key = entry
            .expect("a test reads both values of the committed metadata; qed")
            .key_prefix();
        let params = rpc_params![format!("0x{}", hex::encode(key)), H256(hash)];
        let bytes: Option<Bytes> = self.link().ask("state_getStorage", params).await?;
        Ok(bytes.map(|bytes| bytes.0))
    }
}

impl ChainAt {
    /// The number that the next card will have: all cards have lower ones.
    pub async fn next_card(&self) -> Result<CardId> {
        match self.chain.value_at(self.hash, "Cards", "NextCardId").await? {
            Some(bytes) => CardId::decode(&mut &bytes[..])
                .map_err(|error| ChainError::hostile("Cards.NextCardId", error)),
            None => Ok(0),
        }
    }
}

fn happenings(events: &Events<Hashcard>) -> Result<Vec<Happening>> {
    let mut all = Vec::new();
    for event in events.iter() {
        let event = event.map_err(|e| ChainError::hostile("System.Events", e))?;
        match event.pallet_name() {
            "Cards" => of_cards(&event, &mut all)?,
            "Keys" => of_keys(&event, &mut all)?,
            "Seeders" => of_seeders(&event, &mut all)?,
            "Channels" => of_channels(&event, &mut all)?,
            "Rewards" => of_rewards(&event, &mut all)?,
            _ => {}
        }
    }
    Ok(all)
}

fn of_cards(event: &Event<'_, Hashcard>, all: &mut Vec<Happening>) -> Result<()> {
    let card = match event.event_name() {
        "Published" => fields::<cards::events::Published>(event)?.card,
        "TermsRevised" => fields::<cards::events::TermsRevised>(event)?.card,
        "Retired" => fields::<cards::events::Retired>(event)?.card,
        "Cleared" => fields::<cards::events::Cleared>(event)?.card,
        _ => return Ok(()),
    };
    all.push(Happening::CardChanged { card });
    Ok(())
}

fn of_keys(event: &Event<'_, Hashcard>, all: &mut Vec<Happening>) -> Result<()> {
    match event.event_name() {
        "KeyMinted" => {
            let keys::events::KeyMinted {
                card, edition, to, ..
            } = fields(event)?;
            all.extend([
                Happening::CardChanged { card },
                Happening::KeyMinted {
                    card,
                    edition,
                    to: to.0,
                },
            ]);
        }
        "OrderPlaced" => {
            let keys::events::OrderPlaced { card, .. } = fields(event)?;
            all.push(Happening::CardChanged { card });
        }
        "OrderFulfilled" => {
            let keys::events::OrderFulfilled {
                order,
                card,
                edition,
                buyer,
                ..
            } = fields(event)?;
            let fulfilled = Happening::OrderFulfilled {
                order,
                card,
                edition,
                buyer: buyer.0,
            };
            all.extend([Happening::CardChanged { card }, fulfilled]);
        }
        "OrderSettled" => {
            let keys::events::OrderSettled {
                order,
                card,
                edition,
                buyer,
                seller,
                price,
                paid,
                ..
            } = fields(event)?;
            let (buyer, seller) = (buyer.0, seller.0);
            all.push(Happening::OrderSettled {
                order,
                card,
                edition,
                buyer,
                seller,
                price,
                paid,
            });
        }
        "OrderRefunded" => {
            let keys::events::OrderRefunded { card, edition, .. } = fields(event)?;
            all.push(Happening::CardChanged { card });
            all.extend(edition.map(|edition| Happening::KeyDestroyed { card, edition }));
        }
        "CardFrozen" => {
            let keys::events::CardFrozen { card, .. } = fields(event)?;
            all.push(Happening::CardChanged { card });
        }
        "KeyDiscarded" => {
            let keys::events::KeyDiscarded { card, edition, .. } = fields(event)?;
            all.extend([
                Happening::CardChanged { card },
                Happening::KeyDestroyed { card, edition },
            ]);
        }
        "KeyListed" => {
            let keys::events::KeyListed {
                card, edition, price, ..
            } = fields(event)?;
            all.push(Happening::KeyListed { card, edition, price });
        }
        "KeyUnlisted" => {
            let keys::events::KeyUnlisted { card, edition, .. } = fields(event)?;
            all.push(Happening::KeyUnlisted { card, edition });
        }
        "KeyGiven" => {
            let keys::events::KeyGiven {
                card, edition, to, ..
            } = fields(event)?;
            all.push(Happening::KeyGiven {
                card,
                edition,
                to: to.0,
            });
        }
        "SharePaid" => {
            let keys::events::SharePaid {
                order,
                account,
                amount,
                ..
            } = fields(event)?;
            all.push(Happening::SharePaid {
                order,
                account: account.0,
                amount,
            });
        }
        _ => {}
    }
    Ok(())
}

fn of_seeders(event: &Event<'_, Hashcard>, all: &mut Vec<Happening>) -> Result<()> {
    match event.event_name() {
        "Joined" => {
            let seeders::events::Joined {
                card,
                seeder,
                coverage,
                ..
            } = fields(event)?;
            let coverage = Coverage(coverage.0);
            all.push(Happening::Seated {
                card,
                seeder: seeder.0,
                coverage,
            });
        }
        "Covered" => {
            let seeders::events::Covered {
                card,
                seeder,
                coverage,
            } = fields(event)?;
            let coverage = Coverage(coverage.0);
            all.push(Happening::Seated {
                card,
                seeder: seeder.0,
                coverage,
            });
        }
        "Left" => {
            let seeders::events::Left { card, seeder } = fields(event)?;
            all.push(Happening::Unseated {
                card,
                seeder: seeder.0,
                by_himself: true,
            });
        }
        "Displaced" => {
            let seeders::events::Displaced { card, seeder, .. } = fields(event)?;
            all.push(Happening::Unseated {
                card,
                seeder: seeder.0,
                by_himself: false,
            });
        }
        "Cleared" => {
            let seeders::events::Cleared { seeder, cards } = fields(event)?;
            let left = |card| Happening::Unseated {
                card,
                seeder: seeder.0,
                by_himself: false,
            };
            all.extend(cards.0.into_iter().map(left));
        }
        "Heartbeat" => {
            let seeders::events::Heartbeat { seeder, expires_at } = fields(event)?;
            all.push(Happening::Heartbeat {
                seeder: seeder.0,
                expires_at,
            });
        }
        _ => {}
    }
    Ok(())
}

fn of_channels(event: &Event<'_, Hashcard>, all: &mut Vec<Happening>) -> Result<()> {
    match event.event_name() {
        "Redeemed" => {
            let channels::events::Redeemed {
                pool,
                session,
                payee,
                paid,
                ..
            } = fields(event)?;
            all.push(Happening::Redeemed {
                pool,
                session,
                payee: payee.0,
                paid,
            });
        }
        "CreatorPaid" => {
            let channels::events::CreatorPaid { creator, amount, .. } = fields(event)?;
            all.push(Happening::CreatorPaid {
                creator: creator.0,
                amount,
            });
        }
        _ => {}
    }
    Ok(())
}

fn of_rewards(event: &Event<'_, Hashcard>, all: &mut Vec<Happening>) -> Result<()> {
    if event.event_name() == "Collected" {
        let rewards::events::Collected {
            card,
            seeder,
            minted,
            endowed,
            ..
        } = fields(event)?;
        all.push(Happening::HoldingPaid {
            card,
            seeder: seeder.0,
            from_sales: minted,
            from_endowments: endowed,
        });
    }
    Ok(())
}

/// The fields of an event whose pallet and name are known.
fn fields<E: DecodeAsEvent>(event: &Event<'_, Hashcard>) -> Result<E> {
    let name = event.event_name();
    match event.decode_fields_as::<E>() {
        Some(Ok(fields)) => Ok(fields),
        Some(Err(error)) => Err(ChainError::hostile("System.Events", error)),
        None => Err(ChainError::hostile(
            "System.Events",
            format!("{name} is of another pallet"),
        )),
    }
}

#[cfg(test)]
mod tests;
