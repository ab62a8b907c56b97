//! What is to come, and what came, for people. **What claims will bring is an upper bound until their era's window is over**: each
//! other seat that proves takes a part.

use hashcard_chain::{Account, Chain, ChainAt};
use hashcard_primitives::reward::{ClaimView, EraView};
use hashcard_primitives::Balance;

use super::books;
use crate::amount::Amount;
use crate::command::{CollectedRewards, DeliveryRewards, PendingRewards, RewardClaim, Rewards};
use crate::engine::{waiting_for_disk, Engine};
use crate::error::EngineError;

/// Most claims in one answer: at some 150 bytes each they fit a line of the home's socket beside the rest. Sums are of all.
const MAX_CLAIMS: usize = 2_000;

/// What an account's seats and deliveries are to be rewarded with, and what this home collected.
pub async fn shown(
    engine: &Engine,
    chain: &Chain,
    then: &ChainAt,
    account: Account,
) -> Result<Rewards, EngineError> {
    let era = then.era().await?;
    let deliveries = then.delivery_earnings(account).await?;
    let claims = then.claims(account).await?;
    let path = engine.home().rewards(&chain.genesis(), &account)?;
    let collected = waiting_for_disk(move || books::read(&path)).await?;
    let deliveries = deliveries.map(|earnings| DeliveryRewards {
        running: Amount(earnings.running),
        collectable: Amount(earnings.collectable),
        expires_in: earnings.expires_in,
    });
    Ok(of_answers(&era, deliveries, &claims, collected, MAX_CLAIMS))
}

fn of_answers(
    era: &EraView,
    deliveries: Option<DeliveryRewards>,
    claims: &[ClaimView],
    collected: CollectedRewards,
    most: usize,
) -> Rewards {
    let sum = |due_only: bool, part: fn(&ClaimView) -> Balance| {
        let counted = claims
            .iter()
            .filter(|claim| !due_only || claim.collectable_from <= era.era);
        counted.map(part).fold(0, Balance::saturating_add)
    };
    let of_claims = sum(true, |claim| {
        claim.from_sales.saturating_add(claim.from_endowments)
    });
    let of_deliveries = deliveries
        .as_ref()
        .map_or(0, |deliveries| deliveries.collectable.0);
    Rewards {
        era: era.era,
        ends_at_earliest: era.ends_at_earliest,
        ends_at_latest: era.ends_at_latest,
        deliveries,
        pending: PendingRewards {
            claims: claims.len() as u64,
            from_sales: Amount(sum(false, |claim| claim.from_sales)),
            from_endowments: Amount(sum(false, |claim| claim.from_endowments)),
            deposits: Amount(sum(false, |claim| claim.deposit)),
        },
        collectable: Amount(of_claims.saturating_add(of_deliveries)),
        claims: claims
            .iter()
            .take(most)
            .map(|claim| RewardClaim {
                era: claim.era,
                card: claim.card,
                from_sales: Amount(claim.from_sales),
                from_endowments: Amount(claim.from_endowments),
                deposit: Amount(claim.deposit),
                collectable_from: claim.collectable_from,
            })
            .collect(),
        collected,
        more: claims.len() > most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::card::CardId;
    use hashcard_primitives::reward::EraIndex;

    fn era(era: EraIndex) -> EraView {
        EraView {
            era,
            started_at: 101,
            era_blocks: 20,
            blocks_with_room: 4,
            ends_at_earliest: 120,
            ends_at_latest: 180,
            pot: 0,
            delivery_credit: 0,
            sale_credit: 0,
        }
    }

    fn claim(era: EraIndex, card: CardId) -> ClaimView {
        ClaimView {
            era,
            card,
            collectable_from: era + 2,
            from_sales: 10,
            from_endowments: 3,
            deposit: 5,
        }
    }

    #[test]
    fn sums_are_of_all_claims_and_only_those_whose_era_has_come_can_be_collected() {
        let claims = [claim(3, 7), claim(4, 7), claim(4, 9)];
        let deliveries = DeliveryRewards {
            running: Amount(100),
            collectable: Amount(20),
            expires_in: Some(33),
        };
        let rewards = of_answers(&era(5), Some(deliveries), &claims, Default::default(), 2);
        assert_eq!(rewards.collectable, Amount(13 + 20));
        assert_eq!(
            rewards.pending,
            PendingRewards {
                claims: 3,
                from_sales: Amount(30),
                from_endowments: Amount(9),
                deposits: Amount(15),
            }
        );
        assert_eq!((rewards.claims.len(), rewards.more), (2, true));
        let none = of_answers(&era(5), None, &[], Default::default(), 2);
        assert_eq!((none.collectable, none.more), (Amount(0), false));
    }
}
