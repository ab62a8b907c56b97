//! Where every unit is, and where a settlement must bring it. The rule is written here a second time.

use hashcard_primitives::{
    card::{Card, WHOLE_SHARE},
    key::{OrderView, Sale},
};
use hashcard_runtime::{AccountId, Balance, Keys, Runtime};
use std::collections::BTreeMap;

/// What each account has, free or held, and what waits for it unclaimed.
pub fn wealth() -> BTreeMap<AccountId, i128> {
    let keeper = Keys::account_id();
    let mut wealth = BTreeMap::new();
    for (who, account) in frame_system::Account::<Runtime>::iter() {
        add(
            &mut wealth,
            &who,
            (account.data.free + account.data.reserved) as i128,
        );
    }
    for (who, owed) in pallet_keys::Unclaimed::<Runtime>::iter() {
        add(&mut wealth, &who, owed as i128);
        add(&mut wealth, &keeper, -(owed as i128));
    }
    wealth.retain(|_, amount| *amount != 0);
    wealth
}

/// Changes somebody's amount.
pub fn add(wealth: &mut BTreeMap<AccountId, i128>, who: &AccountId, amount: i128) {
    *wealth.entry(who.clone()).or_default() += amount;
}

/// What a settlement of this order changes, and what it burns.
pub fn settlement(
    order: &OrderView<AccountId>,
    card: &Card<AccountId>,
) -> (BTreeMap<AccountId, i128>, Balance) {
    let of = |amount: Balance, share: u32| amount * Balance::from(share) / Balance::from(WHOLE_SHARE);
    let burnt = order.price / 100;
    let mut left = order.price - burnt;
    let mut changes = BTreeMap::new();
    add(&mut changes, &order.buyer, -(order.price as i128));
    if let Some(clerk) = &order.delivered_by {
        let commission = of(order.price, order.commission);
        left -= commission;
        add(&mut changes, clerk, commission as i128);
    }
    // A creator who sells a key that he holds sells for himself and his collaborators, as at first.
    let mut creator = match order.sale {
        Sale::Resale { .. } if order.seller != card.creator => of(order.price, card.royalty),
        Sale::Primary | Sale::Resale { .. } => left,
    };
    add(&mut changes, &order.seller, (left - creator) as i128);
    let shared = creator;
    for collaborator in &card.collaborators {
        let part = of(shared, collaborator.share);
        creator -= part;
        add(&mut changes, &collaborator.account, part as i128);
    }
    add(&mut changes, &card.creator, creator as i128);
    (changes, burnt)
}
