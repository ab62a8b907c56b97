//! What the figures of the chain should be, counted by walks over every row.

use hashcard_primitives::{
    api::runtime_decl_for_figures_api::FiguresApi,
    card::Kind,
    figures::{CardFigures, ChainFigures, EndedEraFigures, RewardFigures, ValidatorFigures},
    BoundedVec, ConstU32,
};
use hashcard_runtime::{configs::TreasuryAccount, AccountId, Balance, Runtime, Session};

/// Fails unless the runtime API says what the rows say.
pub fn check_figures() {
    let said = Runtime::figures();
    assert_eq!(said, walked(&said), "figures on the left, rows on the right");
    let highest_card = pallet_cards::Cards::<Runtime>::iter_keys().max();
    assert!(
        said.cards.published >= highest_card.map_or(0, |card| card + 1),
        "published"
    );
    let orders = pallet_keys::Orders::<Runtime>::iter_keys();
    let highest_order = orders.chain(pallet_keys::Offers::<Runtime>::iter_keys()).max();
    assert!(said.keys.orders_made >= highest_order.unwrap_or(0), "orders made");
    let highest_pool = pallet_channels::Pools::<Runtime>::iter_keys().max();
    assert!(
        said.channels.pools_opened >= highest_pool.map_or(0, |pool| pool + 1),
        "pools opened"
    );
}

/// The figures as rows have them. How much was ever made no row tells; a block's weight is no row's either.
fn walked(said: &ChainFigures) -> ChainFigures {
    let mut figures = said.clone();
    figures.money.issued = frame_system::Account::<Runtime>::iter_values()
        .map(|account| account.data.free + account.data.reserved)
        .sum();
    figures.money.treasury = wealth(&TreasuryAccount::get());
    figures.cards = CardFigures {
        in_feed: in_feed(),
        ..said.cards.clone()
    };
    figures.keys.unclaimed = pallet_keys::Unclaimed::<Runtime>::iter_values().sum();
    figures.channels.unclaimed = pallet_channels::Unclaimed::<Runtime>::iter_values().sum();
    figures.rewards = rewards(&said.rewards);
    figures.validators = validators(&said.validators);
    figures
}

fn wealth(who: &AccountId) -> Balance {
    let account = frame_system::Account::<Runtime>::get(who).data;
    account.free + account.reserved
}

fn in_feed() -> BoundedVec<(Kind, u64), ConstU32<{ Kind::ALL.len() as u32 }>> {
    let mut counts = Kind::ALL.map(|kind| (kind, 0));
    for (id, card) in pallet_cards::Cards::<Runtime>::iter() {
        let retired = !pallet_cards::TermsOf::<Runtime>::contains_key(id);
        if card.in_reply_to.is_none() && !retired {
            let count = counts.iter_mut().find(|(kind, _)| *kind == card.kind);
            count.expect("every kind is named").1 += 1;
        }
    }
    counts
        .to_vec()
        .try_into()
        .expect("there are as many counts as kinds")
}

fn rewards(said: &RewardFigures) -> RewardFigures {
    let ended = pallet_rewards::Eras::<Runtime>::iter().max_by_key(|(index, _)| *index);
    let era = ended.as_ref().map_or(0, |(index, _)| index + 1);
    let deliveries = pallet_rewards::Earners::<Runtime>::iter_values().flat_map(|earner| earner.credits);
    let delivery_credit = deliveries
        .filter(|one| one.era == era)
        .map(|one| one.credit)
        .sum();
    let sale_credit = pallet_rewards::CardCredits::<Runtime>::iter_values()
        .map(|row| row.of(era))
        .sum();
    let left: Balance = pallet_rewards::Endowments::<Runtime>::iter_values()
        .flatten()
        .map(|one| one.left)
        .sum();
    let shared: Balance = pallet_rewards::SharesOf::<Runtime>::iter_values()
        .map(|shares| shares.from_endowments)
        .sum();
    RewardFigures {
        era,
        delivery_credit,
        sale_credit,
        era_started_at: ended
            .as_ref()
            .map_or(said.era_started_at, |(_, era)| era.ended_at + 1),
        last: ended.map(|(_, era)| EndedEraFigures {
            pot: era.pot,
            granted: era.granted,
            credit: era.delivery_credit + era.sale_credit,
        }),
        endowed: left + shared,
        ..*said
    }
}

fn validators(said: &ValidatorFigures) -> ValidatorFigures {
    let ranks = pallet_validators::Ranking::<Runtime>::get();
    let bond_of = |who: &AccountId| pallet_validators::Ledgers::<Runtime>::get(who).map(|row| row.bond);
    let set = Session::validators();
    ValidatorFigures {
        session: Session::current_index(),
        validators: set.len() as u32,
        disabled: (0..set.len() as u32)
            .filter(|index| Session::disabled_validators().contains(index))
            .count() as u32,
        silent: pallet_validators::Silences::<Runtime>::get().len() as u32,
        planned: pallet_session::QueuedKeys::<Runtime>::get().len() as u32,
        candidates: ranks.len() as u32,
        bonded: ranks.iter().filter_map(|rank| bond_of(&rank.who)).sum(),
        ..*said
    }
}
