//! Pays what `judge.rs` says. Whoever gets several parts of one voucher gets them in one transfer.

use crate::{
    division::divide,
    judge::Judged,
    rows::{card_key, session_key},
    weights::lines_of,
    Config, Error, Event, Lanes, Lines, Pallet, Pools, Sessions,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    channel::{SignedVoucher, Voucher, VoucherPayment, VoucherRefusal, Vouchers, MAX_REDEEMED_LINES},
    roles::{BurntFees, CardLookup},
    Balance,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

/// How a voucher's money is split, over all its lines.
#[derive(Default)]
struct Split {
    burnt: Balance,
    /// Each creator once.
    creators: Vec<(AccountId32, Balance)>,
    to_payee: Balance,
}

impl<T: Config> Pallet<T> {
    /// A refused voucher does not fail the call, so that nobody can spoil the others by slipping one in.
    pub(crate) fn do_redeem(submitter: &AccountId32, vouchers: Vouchers<AccountId32>) -> DispatchResult {
        ensure!(!vouchers.is_empty(), Error::<T>::NoVouchers);
        ensure!(
            lines_of(&vouchers) <= MAX_REDEEMED_LINES,
            Error::<T>::TooManyLines
        );
        let genesis = Self::genesis_hash();
        for (at, voucher) in (0..=u8::MAX).zip(&vouchers) {
            if let Err(refusal) = Self::redeem_one(voucher, &genesis, submitter)? {
                Self::deposit_event(Event::VoucherRefused { at, refusal });
            }
        }
        Ok(())
    }

    /// Judges a voucher and pays it. A refused one changes nothing.
    ///
    /// Errors: the invariants do not hold; then no money moves at all.
    pub(crate) fn redeem_one(
        signed: &SignedVoucher<AccountId32>,
        genesis: &[u8; 32],
        submitter: &AccountId32,
    ) -> Result<Result<VoucherPayment, VoucherRefusal>, DispatchError> {
        match Self::judge(signed, genesis, submitter) {
            Ok(judged) => Ok(Ok(Self::settle(&signed.voucher, judged)?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn settle(voucher: &Voucher<AccountId32>, mut judged: Judged) -> Result<VoucherPayment, DispatchError> {
        Self::charge(voucher, &mut judged)?;
        let split = Self::split(voucher, &judged)?;
        let (pool, session, payee) = (voucher.pool, voucher.session, &voucher.payee);
        let owner = &judged.pool.owner;
        Self::burn(owner, split.burnt)?;
        for (creator, amount) in split.creators {
            Self::pay(owner, &creator, amount)?;
            Self::deposit_event(Event::CreatorPaid {
                pool,
                payee: payee.clone(),
                creator,
                amount,
            });
        }
        Self::pay(owner, payee, split.to_payee)?;
        let (paid, shortfall, to_payee) = (judged.paid, judged.shortfall, split.to_payee);
        Self::deposit_event(Event::Redeemed {
            pool,
            session,
            payee: payee.clone(),
            paid,
            to_payee,
            burnt: split.burnt,
            shortfall,
        });
        Ok(VoucherPayment {
            paid,
            to_payee,
            shortfall,
        })
    }

    /// Writes the rows: money that is paid is no longer the pool's, and its lines remember it.
    fn charge(voucher: &Voucher<AccountId32>, judged: &mut Judged) -> DispatchResult {
        let (id, number, payee) = (voucher.pool, voucher.session, &voucher.payee);
        let Judged {
            pool,
            session,
            lane,
            from_reserve,
            lines,
            paid,
            ..
        } = judged;
        let reserved = (*from_reserve).min(*paid);
        let beyond = paid.saturating_sub(reserved);
        lane.reserve = lane.reserve.saturating_sub(reserved);
        pool.reserved = pool
            .reserved
            .checked_sub(reserved)
            .ok_or(ArithmeticError::Underflow)?;
        pool.unreserved = pool
            .unreserved
            .checked_sub(beyond)
            .ok_or(ArithmeticError::Underflow)?;
        session.charged = session
            .charged
            .checked_add(beyond)
            .ok_or(ArithmeticError::Overflow)?;
        lane.redeemed = lane
            .redeemed
            .checked_add(*paid)
            .ok_or(ArithmeticError::Overflow)?;
        for line in lines {
            let sum = line
                .redeemed
                .unwrap_or(0)
                .checked_add(line.paid)
                .ok_or(ArithmeticError::Overflow)?;
            Lines::<T>::insert((id, number, payee, card_key(line.card)), sum);
            if line.redeemed.is_none() {
                lane.lines = lane.lines.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            }
        }
        Pools::<T>::insert(id, &*pool);
        Sessions::<T>::insert(id, session_key(number), *session);
        Lanes::<T>::insert((id, number, payee), *lane);
        Ok(())
    }

    /// Divides each line by its card, and tells who counts burnt fees.
    fn split(voucher: &Voucher<AccountId32>, judged: &Judged) -> Result<Split, DispatchError> {
        let mut split = Split::default();
        let sum = |a: Balance, b: Balance| a.checked_add(b).ok_or(ArithmeticError::Overflow);
        let network_fee = T::NetworkFee::get();
        for line in &judged.lines {
            // A card of which nothing is left has no creator to pay; what he delivers of his own is his anyway.
            let card = T::Cards::card(line.card).filter(|card| card.creator != voucher.payee);
            let share = card.as_ref().map_or(0, |card| card.delivery_share);
            let division = divide(line.paid, network_fee, share);
            split.burnt = sum(split.burnt, division.burnt)?;
            split.to_payee = sum(split.to_payee, division.payee)?;
            if division.burnt > 0 {
                T::Fees::of_delivery(line.card, &voucher.payee, division.burnt);
            }
            if let Some(card) = card.filter(|_| division.creator > 0) {
                match split.creators.iter_mut().find(|(who, _)| *who == card.creator) {
                    Some((_, amount)) => *amount = sum(*amount, division.creator)?,
                    None => split.creators.push((card.creator, division.creator)),
                }
            }
        }
        Ok(split)
    }
}
