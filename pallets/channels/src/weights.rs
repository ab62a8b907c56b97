//! What each call costs. Measured on the runtime; the generated implementation lives there. The one for `()` is reckoned
//! by hand from rows and signatures, on the safe side, for mocks and for runtimes that have not been measured.
//!
//! A voucher costs a signature and its lane's rows, a line a card and its creator's account; one call has up to 64 and
//! 1,024. So each has its own measure, and [`of_vouchers`] adds them up.

use crate::MAX_FREED;
use frame_support::weights::{
    constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MICROS},
    Weight,
};
use hashcard_primitives::channel::{Vouchers, MAX_REDEEMED_LINES};
use sp_runtime::AccountId32;

/// One function for each call; `redeem` has three, `withdraw` two.
pub trait WeightInfo {
    /// `open_pool`.
    fn open_pool() -> Weight;
    /// `top_up`.
    fn top_up() -> Weight;
    /// `add_session`.
    fn add_session() -> Weight;
    /// `open_lanes` of `n` new lanes.
    fn open_lanes(n: u32) -> Weight;
    /// `redeem` of `v` vouchers of one line each, signed with ed25519, each in a lane of its own.
    fn redeem_ed25519(v: u32) -> Weight;
    /// The same, signed with sr25519.
    fn redeem_sr25519(v: u32) -> Weight;
    /// `redeem` of 64 vouchers of one line each and `l` lines more, each of another creator.
    fn redeem_lines(l: u32) -> Weight;
    /// `close_pool`.
    fn close_pool() -> Weight;
    /// `withdraw` of `r` rows that are lanes.
    fn withdraw_lanes(r: u32) -> Weight;
    /// `withdraw` of `r` rows that are sessions.
    fn withdraw_sessions(r: u32) -> Weight;
    /// `end_session` of `r` rows that are lanes.
    fn end_session(r: u32) -> Weight;
    /// `claim_unclaimed`.
    fn claim_unclaimed() -> Weight;
}

/// The weight of `redeem`.
pub fn of_vouchers<W: WeightInfo>(vouchers: &Vouchers<AccountId32>) -> Weight {
    let count = vouchers.len() as u32;
    // With more it is refused before it looks at any.
    let lines = lines_of(vouchers).min(MAX_REDEEMED_LINES);
    let for_lines = W::redeem_lines(lines.saturating_sub(count)).saturating_sub(W::redeem_lines(0));
    W::redeem_ed25519(count)
        .max(W::redeem_sr25519(count))
        .saturating_add(for_lines)
}

/// Lines of all these together.
pub fn lines_of(vouchers: &Vouchers<AccountId32>) -> u32 {
    vouchers
        .iter()
        .map(|voucher| voucher.voucher.lines.len() as u32)
        .sum()
}

/// The weight of `withdraw`.
pub fn of_withdraw<W: WeightInfo>(limit: u32) -> Weight {
    let rows = rows_at_most(limit);
    W::withdraw_lanes(rows).max(W::withdraw_sessions(rows))
}

/// Rows that a call with this limit can free; it is refused if they are more than it may.
pub fn rows_at_most(limit: u32) -> u32 {
    limit.min(MAX_FREED)
}

/// A verification takes about 50 µs native on the weakest machine that this chain was measured on.
const SIGNATURE_MICROS: u64 = 100;

/// Rows read and written and time between them; each row proven at its largest.
fn of_rows(reads: u64, writes: u64, micros: u64) -> Weight {
    const ROW_PROOF: u64 = 4_096;
    Weight::from_parts(
        micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS),
        reads.saturating_mul(ROW_PROOF),
    )
    .saturating_add(ParityDbWeight::get().reads_writes(reads, writes))
}

/// Rows of each kind counted in `redeem.rs` and `freeing.rs`.
impl WeightInfo for () {
    fn open_pool() -> Weight {
        of_rows(4, 5, 60)
    }
    fn top_up() -> Weight {
        of_rows(3, 3, 50)
    }
    fn add_session() -> Weight {
        of_rows(3, 4, 50)
    }
    fn open_lanes(n: u32) -> Weight {
        of_rows(4, 4, 50).saturating_add(of_rows(1, 1, 10).saturating_mul(n.into()))
    }
    fn redeem_ed25519(v: u32) -> Weight {
        // Pool, session, lane, line, card, accounts and holds of owner, payee, creator and pallet, both unclaimed.
        let each = of_rows(14, 12, SIGNATURE_MICROS.saturating_add(150));
        of_rows(2, 0, 20).saturating_add(each.saturating_mul(v.into()))
    }
    fn redeem_sr25519(v: u32) -> Weight {
        Self::redeem_ed25519(v)
    }
    fn redeem_lines(l: u32) -> Weight {
        // Line, card, the creator's account and what he may leave unclaimed; and what is remembered of the fee.
        let each = of_rows(5, 4, 60);
        Self::redeem_sr25519(64).saturating_add(each.saturating_mul(l.into()))
    }
    fn close_pool() -> Weight {
        of_rows(2, 1, 20)
    }
    fn withdraw_lanes(r: u32) -> Weight {
        of_rows(6, 6, 60).saturating_add(of_rows(3, 1, 15).saturating_mul(r.into()))
    }
    fn withdraw_sessions(r: u32) -> Weight {
        Self::withdraw_lanes(r)
    }
    fn end_session(r: u32) -> Weight {
        Self::withdraw_lanes(r)
    }
    fn claim_unclaimed() -> Weight {
        of_rows(5, 5, 80)
    }
}
