//! Whether a voucher is paid, and how much for which line. **Judging writes nothing**: what is refused leaves no trace,
//! and every refusal is found before the first unit moves.

use crate::{
    division::allot,
    rows::{card_key, session_key},
    Config, Lane, Lanes, Lines, Pallet, Pool, Pools, Session, Sessions,
};
use alloc::vec::Vec;
use frame_support::ensure;
use hashcard_primitives::{
    channel::{SessionKey, SignedVoucher, Voucher, VoucherRefusal},
    roles::CardLookup,
    Balance, CardId,
};
use sp_core::{ed25519, sr25519};
use sp_runtime::{traits::Zero, AccountId32};

/// What is due for a line, and what is paid of it.
pub(crate) struct JudgedLine {
    pub(crate) card: CardId,
    /// Paid before; `None` if the line has no row.
    pub(crate) redeemed: Option<Balance>,
    /// To be paid now.
    pub(crate) paid: Balance,
}

/// A voucher that is to be paid, with the rows that it is paid from, as they are before.
pub(crate) struct Judged {
    pub(crate) pool: Pool,
    pub(crate) session: Session,
    pub(crate) lane: Lane,
    /// What of the lane's reserve may be spent on it.
    pub(crate) from_reserve: Balance,
    /// Lines for which something is paid.
    pub(crate) lines: Vec<JudgedLine>,
    /// Sum of what is paid.
    pub(crate) paid: Balance,
    /// Due beyond that.
    pub(crate) shortfall: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn genesis_hash() -> [u8; 32] {
        frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero())
            .into()
    }

    /// Judges a voucher in this block, on the chain with this genesis, as `submitter` sends it.
    ///
    /// What is cheap to refuse is refused before the signature is looked at.
    pub(crate) fn judge(
        signed: &SignedVoucher<AccountId32>,
        genesis: &[u8; 32],
        submitter: &AccountId32,
    ) -> Result<Judged, VoucherRefusal> {
        let voucher = &signed.voucher;
        ensure!(voucher.is_well_formed(), VoucherRefusal::Malformed);
        let now = Self::now();
        let pool = Pools::<T>::get(voucher.pool)
            .filter(|pool| !pool.is_over(now))
            .ok_or(VoucherRefusal::UnknownPool)?;
        let session = Sessions::<T>::get(voucher.pool, session_key(voucher.session))
            .ok_or(VoucherRefusal::UnknownSession)?;
        ensure!(now <= session.expires_at, VoucherRefusal::SessionExpired);
        let lane =
            Lanes::<T>::get((voucher.pool, voucher.session, &voucher.payee)).ok_or(VoucherRefusal::NoLane)?;
        for line in &voucher.lines {
            ensure!(
                T::Cards::was_published(line.card),
                VoucherRefusal::UnknownCard { card: line.card }
            );
        }
        ensure!(
            is_signed(&session.key, &voucher.signed_bytes(genesis), &signed.signature),
            VoucherRefusal::BadSignature
        );
        // The reserve is the payee's to use. Otherwise the payer spends it behind his back on a card of his own, whose creator's
        // part comes back to him.
        let from_reserve = match *submitter == voucher.payee {
            true => lane.reserve,
            false => 0,
        };
        Self::fund(voucher, pool, session, lane, from_reserve)
    }

    /// Finds the money for a voucher that is good: the lane's reserve first, then what the pool has unreserved and the
    /// session may still spend.
    fn fund(
        voucher: &Voucher<AccountId32>,
        pool: Pool,
        session: Session,
        lane: Lane,
        from_reserve: Balance,
    ) -> Result<Judged, VoucherRefusal> {
        let mut lines = Vec::with_capacity(voucher.lines.len());
        let mut dues = Vec::with_capacity(voucher.lines.len());
        for line in &voucher.lines {
            let key = (voucher.pool, voucher.session, &voucher.payee, card_key(line.card));
            let redeemed = Lines::<T>::get(key);
            let due = line.cumulative.saturating_sub(redeemed.unwrap_or(0));
            if due > 0 {
                dues.push(due);
                lines.push(JudgedLine {
                    card: line.card,
                    redeemed,
                    paid: 0,
                });
            }
        }
        ensure!(!lines.is_empty(), VoucherRefusal::NothingDue);
        let new = lines.iter().filter(|line| line.redeemed.is_none()).count();
        ensure!(
            usize::from(lane.lines).saturating_add(new) <= usize::from(lane.room),
            VoucherRefusal::NoRoomForLine
        );
        let beyond = pool.unreserved.min(session.cap.saturating_sub(session.charged));
        let payable = from_reserve.saturating_add(beyond);
        ensure!(payable > 0, VoucherRefusal::NothingLeft);

        let allotment = allot(&dues, payable);
        for (line, paid) in lines.iter_mut().zip(allotment.paid) {
            line.paid = paid;
        }
        lines.retain(|line| line.paid > 0);
        Ok(Judged {
            pool,
            session,
            lane,
            from_reserve,
            lines,
            paid: allotment.sum,
            shortfall: allotment.shortfall,
        })
    }
}

/// Whether the holder of a session's key signed these bytes. Ed25519 by the rules of ZIP 215, as everywhere on this
/// chain; sr25519 with the signing context `substrate`.
fn is_signed(key: &SessionKey, bytes: &[u8], signature: &[u8; 64]) -> bool {
    match key {
        SessionKey::Ed25519(key) => sp_io::crypto::ed25519_verify(
            &ed25519::Signature::from_raw(*signature),
            bytes,
            &ed25519::Public::from_raw(*key),
        ),
        SessionKey::Sr25519(key) => sp_io::crypto::sr25519_verify(
            &sr25519::Signature::from_raw(*signature),
            bytes,
            &sr25519::Public::from_raw(*key),
        ),
    }
}
