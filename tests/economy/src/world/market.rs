//! Sales and deliveries, divided as the pallets divide them. Each unit of fee burns, and becomes credit once.

use super::World;
use crate::{books::Who, constants::money::NETWORK_FEE, transactions::Transaction, Balance};
use hashcard_primitives::{reward::HORIZON, CardId};
use pallet_rewards::{arithmetic::credit, EraCredit};

impl World {
    /// A first sale, settled. Fees of transactions are not in it.
    pub fn sell(&mut self, card: CardId, buyer: Who, price: Balance) {
        let shares = pallet_keys::division::Shares {
            network_fee: NETWORK_FEE,
            royalty: None,
            commission: None,
            collaborators: &[],
        };
        let division = pallet_keys::division::divide(price, &shares);
        let creator = self.card(card).creator;
        self.books.burn(buyer, division.burnt);
        self.books.transfer(buyer, creator, division.creator);
        let credit = credit(division.burnt, self.emission.credit_share);
        self.running.sale_credit += credit;
        *self.sales.entry((card, self.running.index)).or_default() += credit;
    }

    /// The transactions that a sale takes: the buyer's order, the creator's delivery. Settlement is free of charge.
    pub fn pay_for_sale(&mut self, card: CardId, buyer: Who) {
        let creator = self.card(card).creator;
        self.pay(buyer, Transaction::Buy);
        self.pay(creator, Transaction::Fulfil);
    }

    /// A line of a voucher is redeemed. Fees of transactions are not in it.
    pub fn deliver(&mut self, card: CardId, payer: Who, payee: Who, amount: Balance) {
        let row = self.card(card);
        let (creator, share) = (row.creator, row.delivery_share);
        // As pallet-channels does: a creator who delivers keeps his part as payee.
        let share = if creator == payee { 0 } else { share };
        let division = pallet_channels::division::divide(amount, NETWORK_FEE, share);
        self.books.burn(payer, division.burnt);
        self.books.transfer(payer, creator, division.creator);
        self.books.transfer(payer, payee, division.payee);
        self.credit_delivery(payee, credit(division.burnt, self.emission.credit_share));
    }

    fn credit_delivery(&mut self, payee: Who, credit: Balance) {
        let running = self.running.index;
        let Some(credits) = self.earners.get_mut(&payee) else {
            return;
        };
        if credit == 0 {
            return;
        }
        credits.retain(|one| one.era + HORIZON >= running);
        match credits.last_mut() {
            Some(last) if last.era == running => last.credit += credit,
            _ => credits.push(EraCredit { era: running, credit }),
        }
        self.running.delivery_credit += credit;
    }
}
