//! Who is paid out of a price, to the unit.

use super::*;
use crate::Share;
use hashcard_primitives::card::Collaborator;

/// Fee 25, royalty 10 %, commission 20 % are of this.
const PRICE: Balance = 1_010;
const FEE: Balance = 25;

fn collaborate(card: CardId, with: &[(AccountId32, u32)]) {
    FakeCards::amend(card, |row| {
        for (account, share) in with {
            row.collaborators.force_push(Collaborator {
                account: account.clone(),
                share: *share,
            });
        }
    });
}

#[track_caller]
fn settle_in_time(order: OrderId) {
    wait(SETTLEMENT_WINDOW);
    assert_ok!(send(&STRANGER, Call::settle { order }));
}

#[test]
fn collaborators_share_the_creators_money_of_a_sale() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        collaborate(card, &[(OTHER, 500_000), (CHEAT, 1)]);
        let order = delivered(&BUYER, card);
        let issued = Balances::total_issuance();
        settle_in_time(order);
        // Half of 985 is 492.5, and a millionth of it is nothing.
        assert_event(Event::SharePaid {
            order,
            account: OTHER,
            share: Share::Collaboration,
            amount: 492,
        });
        assert_eq!(wealth(&OTHER), WEALTH + 492);
        assert_eq!(wealth(&CHEAT), WEALTH);
        assert_eq!(wealth(&CREATOR), WEALTH + PRICE - FEE - 492);
        assert_eq!(wealth(&BUYER), WEALTH - PRICE);
        assert_eq!(Balances::total_issuance(), issued - FEE);
    });
}

#[test]
fn a_resale_pays_fee_royalty_collaborators_and_seller() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        FakeCards::amend(card, |row| row.royalty = 100_000);
        collaborate(card, &[(CHEAT, 250_000)]);
        let edition = sold(&BUYER, card);
        let before = [&CREATOR, &CHEAT, &BUYER, &OTHER].map(wealth);
        let issued = Balances::total_issuance();
        let order = resold(&BUYER, &OTHER, card, edition, PRICE);
        fulfil(order);
        settle_in_time(order);
        // Royalty 101, of which a quarter is the collaborator's.
        let royalty = 101 - 25;
        let paid = PRICE - FEE - 101;
        assert_event(Event::SharePaid {
            order,
            account: CREATOR,
            share: Share::Royalty,
            amount: royalty,
        });
        assert_event(Event::SharePaid {
            order,
            account: CHEAT,
            share: Share::Collaboration,
            amount: 25,
        });
        assert_event(Event::OrderSettled {
            order,
            card,
            edition,
            buyer: OTHER,
            seller: BUYER,
            price: PRICE,
            paid,
            fee: FEE,
        });
        let after = [&CREATOR, &CHEAT, &BUYER, &OTHER].map(wealth);
        let [creator, collaborator, seller, buyer] = before;
        assert_eq!(
            after,
            [creator + royalty, collaborator + 25, seller + paid, buyer - PRICE]
        );
        assert_eq!(Balances::total_issuance(), issued - FEE);
    });
}

#[test]
fn a_creator_cannot_resell_past_his_collaborators() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        FakeCards::amend(card, |row| row.royalty = 0);
        collaborate(card, &[(OTHER, 500_000)]);
        mint(card, &CREATOR);
        let order = resold(&CREATOR, &BUYER, card, 1, PRICE);
        fulfil(order);
        settle_in_time(order);
        assert_eq!(wealth(&OTHER), WEALTH + 492);
        assert_eq!(wealth(&CREATOR), WEALTH + PRICE - FEE - 492);
    });
}

#[test]
fn collaborators_share_what_a_clerk_leaves() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        collaborate(card, &[(CHEAT, 1_000_000)]);
        appoint(card, &OTHER);
        promise(card, 200_000, false);
        let order = buy(&BUYER, card);
        let before = [&CREATOR, &CHEAT, &OTHER].map(wealth);
        assert_ok!(send(&OTHER, delivery_by(&OTHER, order, ClerkSource::Appointed)));
        settle_in_time(order);
        let [creator, collaborator, clerk] = before;
        assert_eq!(
            [&CREATOR, &CHEAT, &OTHER].map(wealth),
            [creator, collaborator + PRICE - FEE - 202, clerk + 202]
        );
    });
}

#[test]
fn shares_that_nobody_can_take_wait_for_their_owners() {
    on_chain(|| {
        let card = publish(&CREATOR, 200, None);
        let nobody = AccountId32::new([77; 32]);
        collaborate(card, &[(PAUPER, 100_000), (nobody.clone(), 200_000)]);
        let order = delivered(&BUYER, card);
        settle_in_time(order);
        // Of 195.
        assert_eq!(Unclaimed::<Test>::get(PAUPER), Some(19));
        assert_eq!(Unclaimed::<Test>::get(nobody), Some(39));
        assert_eq!(wealth(&CREATOR), WEALTH + 195 - 19 - 39);
    });
}

#[test]
fn the_seller_of_a_resale_waits_for_the_settlement_as_a_creator_does() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, edition, PRICE);
        fulfil(order);
        for _ in 0..SETTLEMENT_WINDOW {
            assert!(send(&BUYER, Call::settle { order }).is_err());
            wait(1);
        }
        assert_ok!(send(&BUYER, Call::settle { order }));
        let key = Pallet::<Test>::key(card, edition).unwrap();
        assert_eq!((key.holder, key.order), (OTHER, None));
    });
}
