//! From what happened in a block to what the index keeps of it.
//!
//! Events name what changed; the state after the block tells what it is now. **What was paid for each card's bytes** is
//! in no event: it is the difference between the lines of a lane after the block and before it. That is exact, because a lane
//! with a redemption in a block is not freed in the same block.

use std::collections::{BTreeMap, BTreeSet};

use hashcard_chain::{Account, Chain, ChainAt, ChainError, Happened, Happening};
use hashcard_index::facts::{BlockFacts, CardFact, Fact, Sold};
use hashcard_primitives::card::{Access, CardId, CardView};
use hashcard_primitives::channel::{PoolId, SessionId};
use hashcard_primitives::{Balance, BlockNumber};

/// A lane towards a payee.
type Lane = (PoolId, SessionId, Account);

/// The facts of a block. `lifetime` is how many blocks seats count after a sign of life.
pub async fn of_block(
    chain: &Chain,
    hash: [u8; 32],
    lifetime: BlockNumber,
) -> Result<BlockFacts, ChainError> {
    let Happened {
        at,
        parent,
        happenings,
    } = chain.happened(hash).await?;
    let then = chain.at(at);
    let mut facts = Vec::new();
    // A card comes before what happened to its keys and seats, as it is after the block.
    let changed: BTreeSet<CardId> = happenings.iter().filter_map(changed_card).collect();
    let mut gone = Vec::new();
    for card in changed {
        match then.card(card).await? {
            Some(view) => facts.push(Fact::Card(Box::new(card_fact(&view)))),
            None => gone.push(Fact::CardGone { card }),
        }
    }
    let mut lanes: BTreeMap<Lane, Balance> = BTreeMap::new();
    for happening in &happenings {
        if let Happening::Redeemed {
            pool,
            session,
            payee,
            paid,
        } = happening
        {
            let sum = lanes.entry((*pool, *session, *payee)).or_default();
            *sum = sum.saturating_add(*paid);
        }
    }
    facts.extend(told(&happenings, at.number.saturating_add(lifetime)));
    if !lanes.is_empty() {
        let before = chain.at(hashcard_chain::At {
            number: at.number.saturating_sub(1),
            hash: parent,
        });
        for (lane, paid) in lanes {
            facts.extend(bytes_paid(&before, &then, lane, paid).await?);
        }
    }
    facts.extend(gone);
    Ok(BlockFacts {
        number: at.number,
        hash: at.hash,
        parent,
        facts,
    })
}

/// Who gives a sign of life in a block.
pub fn signs_of_life(block: &BlockFacts) -> BTreeSet<Account> {
    let seeders = block.facts.iter().filter_map(|fact| match fact {
        Fact::SeederLives { seeder, .. } => Some(*seeder),
        _ => None,
    });
    seeders.collect()
}

/// The block, and all seats that these accounts have after it.
pub async fn with_seats_of(
    chain: &Chain,
    mut block: BlockFacts,
    seeders: Vec<Account>,
) -> Result<BlockFacts, ChainError> {
    let then = chain.at(hashcard_chain::At {
        number: block.number,
        hash: block.hash,
    });
    for seeder in seeders {
        for card in then.seats_of(seeder).await? {
            let seats = then.seats(card).await?;
            let own = seats.iter().find(|seat| seat.seeder == seeder);
            block.facts.extend(own.map(|seat| Fact::SeatTaken {
                card,
                seeder,
                coverage: seat.coverage,
            }));
        }
    }
    Ok(block)
}

/// A card as the index keeps it.
pub fn card_fact(view: &CardView<Account>) -> CardFact {
    let CardView {
        id,
        card,
        terms,
        preview,
        keys_made,
        retired,
        frozen,
    } = view;
    let preview_len = u64::try_from(preview.len()).unwrap_or_default();
    CardFact {
        card: *id,
        creator: card.creator,
        kind: card.kind,
        access: card.access,
        title: card.title.to_vec(),
        tags: card.tags.iter().map(|tag| tag.to_vec()).collect(),
        preview: preview.to_vec(),
        blob_len: card.blob.map(|blob| blob.len),
        size: card.blob.map_or(preview_len, |blob| blob.content_len),
        published_at: card.published_at,
        price: if card.access == Access::Keyed {
            terms.price
        } else {
            0
        },
        editions: terms.editions,
        keys_made: *keys_made,
        listed: card.access == Access::Keyed && terms.listed,
        retired: *retired,
        frozen: *frozen,
    }
}

fn changed_card(happening: &Happening) -> Option<CardId> {
    match happening {
        Happening::CardChanged { card } => Some(*card),
        _ => None,
    }
}

/// What events tell by themselves.
fn told(happenings: &[Happening], lives_until: BlockNumber) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut shares: BTreeMap<u64, Vec<(Account, Balance)>> = BTreeMap::new();
    for happening in happenings {
        let lives = |seeder: &Account| Fact::SeederLives {
            seeder: *seeder,
            until: lives_until,
        };
        match happening {
            Happening::CardChanged { .. } | Happening::Redeemed { .. } => {}
            Happening::KeyMinted { card, edition, to } => {
                facts.push(Fact::KeyMade {
                    card: *card,
                    edition: *edition,
                    to: *to,
                });
            }
            Happening::OrderFulfilled {
                order,
                card,
                edition,
                buyer,
            } => facts.push(Fact::KeyDelivered {
                card: *card,
                edition: *edition,
                to: *buyer,
                order: *order,
            }),
            Happening::KeyGiven { card, edition, to } => {
                facts.push(Fact::KeyGiven {
                    card: *card,
                    edition: *edition,
                    to: *to,
                });
            }
            Happening::KeyDestroyed { card, edition } => {
                facts.push(Fact::KeyLost {
                    card: *card,
                    edition: *edition,
                });
            }
            Happening::KeyListed { card, edition, price } => {
                facts.push(Fact::KeyListed {
                    card: *card,
                    edition: *edition,
                    price: *price,
                });
            }
            Happening::KeyUnlisted { card, edition } => {
                facts.push(Fact::KeyUnlisted {
                    card: *card,
                    edition: *edition,
                });
            }
            Happening::SharePaid {
                order,
                account,
                amount,
            } => {
                shares.entry(*order).or_default().push((*account, *amount));
            }
            Happening::OrderSettled {
                order,
                card,
                edition,
                buyer,
                seller,
                price,
                paid,
            } => {
                facts.push(Fact::Sold(Box::new(Sold {
                    order: *order,
                    card: *card,
                    edition: *edition,
                    buyer: *buyer,
                    seller: *seller,
                    price: *price,
                    paid: *paid,
                    shares: shares.remove(order).unwrap_or_default(),
                })));
            }
            Happening::Seated {
                card,
                seeder,
                coverage,
            } => {
                let taken = Fact::SeatTaken {
                    card: *card,
                    seeder: *seeder,
                    coverage: *coverage,
                };
                facts.extend([lives(seeder), taken]);
            }
            Happening::Unseated {
                card,
                seeder,
                by_himself,
            } => {
                facts.extend(by_himself.then(|| lives(seeder)));
                facts.push(Fact::SeatLeft {
                    card: *card,
                    seeder: *seeder,
                });
            }
            Happening::Heartbeat { seeder, expires_at } => {
                facts.push(Fact::SeederLives {
                    seeder: *seeder,
                    until: *expires_at,
                });
            }
            Happening::HoldingPaid {
                card,
                from_sales,
                from_endowments,
                ..
            } => facts.push(Fact::HoldingPaid {
                card: *card,
                amount: from_sales.saturating_add(*from_endowments),
            }),
            Happening::CreatorPaid { creator, amount } => {
                facts.push(Fact::CreatorPaid {
                    creator: *creator,
                    amount: *amount,
                });
            }
        }
    }
    facts
}

/// For which cards a lane was paid in a block.
async fn bytes_paid(
    before: &ChainAt,
    then: &ChainAt,
    (pool, session, payee): Lane,
    paid: Balance,
) -> Result<Vec<Fact>, ChainError> {
    let lines =
        |credit: Option<hashcard_primitives::channel::CreditView<Account>>| -> BTreeMap<CardId, Balance> {
            let lane = credit.and_then(|credit| credit.lane);
            let lines = lane.into_iter().flat_map(|lane| lane.lines);
            lines.map(|line| (line.card, line.cumulative)).collect()
        };
    let old = lines(before.credit(pool, session, payee).await?);
    let new = lines(then.credit(pool, session, payee).await?);
    let facts = paid_lines(&old, new);
    let sum = facts
        .iter()
        .fold(0, |sum: Balance, (_, amount)| sum.saturating_add(*amount));
    if sum != paid {
        return Err(ChainError::HostileAnswer {
            what: "ChannelsApi_credit".to_owned(),
            reason: format!("lines of pool {pool} rose by {sum} in a block that paid {paid}"),
        });
    }
    Ok(facts
        .into_iter()
        .map(|(card, amount)| Fact::BytesPaid { card, amount })
        .collect())
}

/// By how much each line rose.
fn paid_lines(old: &BTreeMap<CardId, Balance>, new: BTreeMap<CardId, Balance>) -> Vec<(CardId, Balance)> {
    new.into_iter()
        .map(|(card, sum)| {
            (
                card,
                sum.saturating_sub(old.get(&card).copied().unwrap_or_default()),
            )
        })
        .filter(|(_, amount)| *amount > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::coverage::Coverage;

    const ALICE: Account = [1; 32];
    const BOB: Account = [2; 32];

    #[test]
    fn shares_go_with_the_sale_that_they_are_of() {
        let settled = |order| Happening::OrderSettled {
            order,
            card: 7,
            edition: 1,
            buyer: BOB,
            seller: ALICE,
            price: 9,
            paid: 5,
        };
        let share = |order, amount| Happening::SharePaid {
            order,
            account: BOB,
            amount,
        };
        let facts = told(
            &[
                share(1, 2),
                share(1, 1),
                settled(1),
                share(2, 4),
                settled(2),
                settled(3),
            ],
            0,
        );
        let shares: Vec<Vec<Balance>> = facts
            .iter()
            .map(|fact| match fact {
                Fact::Sold(sold) => sold.shares.iter().map(|share| share.1).collect(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(shares, [vec![2, 1], vec![4], vec![]]);
    }

    #[test]
    fn whoever_changes_his_seats_lives_and_who_loses_one_need_not() {
        let seat = Happening::Seated {
            card: 7,
            seeder: ALICE,
            coverage: Coverage(1),
        };
        let leaves = Happening::Unseated {
            card: 7,
            seeder: ALICE,
            by_himself: true,
        };
        let loses = Happening::Unseated {
            card: 7,
            seeder: BOB,
            by_himself: false,
        };
        let lives = Fact::SeederLives {
            seeder: ALICE,
            until: 900,
        };
        assert_eq!(
            told(&[seat, leaves, loses], 900),
            [
                lives.clone(),
                Fact::SeatTaken {
                    card: 7,
                    seeder: ALICE,
                    coverage: Coverage(1)
                },
                lives,
                Fact::SeatLeft {
                    card: 7,
                    seeder: ALICE
                },
                Fact::SeatLeft { card: 7, seeder: BOB },
            ]
        );
        let beat = Happening::Heartbeat {
            seeder: BOB,
            expires_at: 70,
        };
        assert_eq!(
            told(&[beat], 900),
            [Fact::SeederLives {
                seeder: BOB,
                until: 70
            }]
        );
    }

    #[test]
    fn whoever_gives_a_sign_of_life_is_named_once() {
        let lives = |seeder| Fact::SeederLives { seeder, until: 9 };
        let left = Fact::SeatLeft { card: 7, seeder: BOB };
        let block = BlockFacts {
            number: 1,
            hash: [1; 32],
            parent: [0; 32],
            facts: vec![lives(ALICE), left, lives(ALICE)],
        };
        assert_eq!(signs_of_life(&block), BTreeSet::from([ALICE]));
    }

    #[test]
    fn a_reward_for_holding_is_what_was_minted_and_what_endowments_gave() {
        let collected = Happening::HoldingPaid {
            card: 7,
            seeder: BOB,
            from_sales: 9,
            from_endowments: 2,
        };
        let paid = Fact::HoldingPaid { card: 7, amount: 11 };
        assert_eq!(told(&[collected], 0), [paid]);
    }

    #[test]
    fn what_is_paid_for_a_card_is_what_its_line_rose_by() {
        let old = BTreeMap::from([(1, 10), (2, 5)]);
        let new = BTreeMap::from([(1, 10), (2, 8), (3, 4)]);
        assert_eq!(paid_lines(&old, new), [(2, 3), (3, 4)]);
    }
}
