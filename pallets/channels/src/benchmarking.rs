//! Worst cases: every voucher in a lane of its own, every line new and of another creator, payees whose accounts cannot
//! take their parts and whose credit of the fee is as costly as it can be, rows freed one by one.
//!
//! The host's keystore signs, since a runtime cannot. A line is paid a million units: enough for a creator whose share is
//! the smallest, and on the real chain too little for a payee who has no account.

use super::*;
use crate::rows::{card_key, session_key};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Get};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use hashcard_primitives::{
    blob::ContentRoot,
    card::Terms,
    channel::{
        LaneOpening, LaneOpenings, PoolId, SessionId, SessionKey, SignedVoucher, Voucher, VoucherLine,
        VoucherLines, Vouchers, MAX_LANES, MAX_LINES, MAX_REDEEMED_LINES, MAX_VOUCHERS,
    },
    roles::{BurntFees, CardLookup},
    Balance, BlockNumber, CardId,
};
use sp_core::crypto::KeyTypeId;
use sp_runtime::AccountId32;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"pays");
const BLOB_LEN: u64 = 1 << 30;
/// What each line is paid.
const PAID: Balance = 1_000_000;
/// Last block of every session.
const EXPIRES_AT: BlockNumber = 1_000;
/// Lines beyond the first of as many vouchers as a call has.
const MORE_LINES: u32 = MAX_REDEEMED_LINES - MAX_VOUCHERS;

#[derive(Clone, Copy)]
enum Scheme {
    Ed25519,
    Sr25519,
}

impl Scheme {
    fn new_key(self) -> SessionKey {
        match self {
            Scheme::Ed25519 => SessionKey::Ed25519(sp_io::crypto::ed25519_generate(KEY_TYPE, None).0),
            Scheme::Sr25519 => SessionKey::Sr25519(sp_io::crypto::sr25519_generate(KEY_TYPE, None).0),
        }
    }
}

fn sign(key: &SessionKey, bytes: &[u8]) -> [u8; 64] {
    let signature = match key {
        SessionKey::Ed25519(key) => {
            let key = sp_core::ed25519::Public::from_raw(*key);
            sp_io::crypto::ed25519_sign(KEY_TYPE, &key, bytes).map(|signature| signature.0)
        }
        SessionKey::Sr25519(key) => {
            let key = sp_core::sr25519::Public::from_raw(*key);
            sp_io::crypto::sr25519_sign(KEY_TYPE, &key, bytes).map(|signature| signature.0)
        }
    };
    signature.expect("the host keeps the key that it just made; qed")
}

/// An account with money for everything that a benchmark does.
fn owner<T: Config>() -> AccountId32 {
    let owner: AccountId32 = whitelisted_caller();
    let rows: Balance = 1 << 16;
    let deposits = T::DepositBase::get()
        .saturating_add(T::DepositPerByte::get().saturating_mul(256))
        .saturating_mul(rows);
    let amount = money()
        .saturating_mul(2)
        .saturating_add(deposits)
        .saturating_add(1 << 50);
    T::Currency::mint_into(&owner, amount).expect("issuance is far from its end; qed");
    owner
}

/// All that a benchmark pays.
fn money() -> Balance {
    PAID.saturating_mul(1 << 16)
}

fn payee(index: u32) -> AccountId32 {
    account("payee", index, 0)
}

/// A pool of all the money, with a session.
fn pool<T: Config>(owner: &AccountId32, scheme: Scheme) -> (PoolId, SessionKey) {
    let pool = NextPool::<T>::get();
    Pallet::<T>::do_open_pool(owner.clone(), money()).expect("the owner was endowed; qed");
    let key = scheme.new_key();
    add_session::<T>(owner, pool, key);
    (pool, key)
}

fn add_session<T: Config>(owner: &AccountId32, pool: PoolId, key: SessionKey) {
    Pallet::<T>::do_add_session(owner, pool, key, money(), EXPIRES_AT).expect("the owner was endowed; qed");
}

fn openings(first: u32, n: u32, lines: u16) -> LaneOpenings<AccountId32> {
    let opening = |index| LaneOpening {
        payee: payee(index),
        reserve: 1,
        lines,
    };
    LaneOpenings::truncate_from((first..first.saturating_add(n)).map(opening).collect())
}

/// Opens `n` lanes with a unit in reserve each.
fn open_lanes<T: Config>(owner: &AccountId32, pool: PoolId, session: SessionId, n: u32, lines: u16) {
    for first in (0..n).step_by(MAX_LANES as usize) {
        let more = openings(first, MAX_LANES.min(n.saturating_sub(first)), lines);
        Pallet::<T>::do_open_lanes(owner, pool, session, more).expect("pool and cap have room; qed");
    }
}

/// Cards of different creators.
fn cards<T: Config>(n: u32) -> Vec<CardId> {
    let terms = Terms {
        price: 0,
        editions: None,
        listed: true,
        version: 0,
    };
    let card = |index: u32| {
        let mut root = [0; 32];
        root[..4].copy_from_slice(&index.to_le_bytes());
        let creator = account("creator", index, 0);
        T::Cards::benchmark_card(creator, ContentRoot(root), BLOB_LEN, None, terms)
    };
    (0..n).map(card).collect()
}

/// `v` vouchers to as many payees, with a line each and `more` lines beyond, spread over them.
fn vouchers<T: Config>(scheme: Scheme, v: u32, more: u32) -> Vouchers<AccountId32> {
    let owner = owner::<T>();
    let (pool, key) = pool::<T>(&owner, scheme);
    open_lanes::<T>(&owner, pool, 0, v, MAX_LINES as u16);
    let cards = cards::<T>(v.saturating_add(more));
    let genesis = Pallet::<T>::genesis_hash();
    let mut cards = cards.into_iter();
    let mut left = more;
    let mut list = Vec::new();
    for index in 0..v {
        let vouchers_left = v.saturating_sub(index);
        let lines = left.div_ceil(vouchers_left);
        left = left.saturating_sub(lines);
        let lines = cards.by_ref().take(lines.saturating_add(1) as usize);
        let lines = lines.map(|card| VoucherLine {
            card,
            cumulative: PAID,
        });
        let voucher = Voucher {
            pool,
            session: 0,
            payee: payee(index),
            lines: VoucherLines::truncate_from(lines.collect()),
        };
        let signature = sign(&key, &voucher.signed_bytes(&genesis));
        T::Fees::benchmark_crediting(Some(&voucher.payee));
        list.push(SignedVoucher { voucher, signature });
    }
    Vouchers::truncate_from(list)
}

fn assert_all_paid<T: Config>(vouchers: &Vouchers<AccountId32>) {
    for SignedVoucher { voucher, .. } in vouchers {
        for line in &voucher.lines {
            let key = (voucher.pool, voucher.session, &voucher.payee, card_key(line.card));
            assert_eq!(Lines::<T>::get(key), Some(PAID));
        }
    }
}

fn go_to<T: Config>(block: BlockNumber) {
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(block));
}

/// Closes a pool and lets its window pass.
fn close<T: Config>(owner: &AccountId32, pool: PoolId) {
    Pallet::<T>::do_close_pool(owner, pool).expect("the pool is open; qed");
    go_to::<T>(
        Pallet::<T>::now()
            .saturating_add(Pallet::<T>::closing_window())
            .saturating_add(1),
    );
}

#[benchmarks(where BlockNumberFor<T>: From<BlockNumber>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn open_pool() {
        let caller = owner::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), money());

        assert_eq!(NextPool::<T>::get(), 1);
    }

    #[benchmark]
    fn top_up() {
        let caller = owner::<T>();
        let (pool, _) = pool::<T>(&caller, Scheme::Ed25519);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), pool, 7);

        assert_eq!(Pools::<T>::get(pool).map(|row| row.unreserved), Some(money() + 7));
    }

    #[benchmark]
    fn add_session() {
        let caller = owner::<T>();
        let (pool, key) = pool::<T>(&caller, Scheme::Sr25519);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), pool, key, money(), EXPIRES_AT);

        assert_eq!(Pools::<T>::get(pool).map(|row| row.sessions), Some(2));
    }

    #[benchmark]
    fn open_lanes(n: Linear<1, { MAX_LANES }>) {
        let caller = owner::<T>();
        let (pool, _) = pool::<T>(&caller, Scheme::Ed25519);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), pool, 0, openings(0, n, 256));

        assert_eq!(
            Sessions::<T>::get(pool, session_key(0)).map(|row| row.lanes),
            Some(n)
        );
    }

    #[benchmark]
    fn redeem_ed25519(v: Linear<1, { MAX_VOUCHERS }>) {
        let vouchers = vouchers::<T>(Scheme::Ed25519, v, 0);

        #[extrinsic_call]
        redeem(RawOrigin::Signed(account("sender", 0, 0)), vouchers.clone());

        assert_all_paid::<T>(&vouchers);
    }

    #[benchmark]
    fn redeem_sr25519(v: Linear<1, { MAX_VOUCHERS }>) {
        let vouchers = vouchers::<T>(Scheme::Sr25519, v, 0);

        #[extrinsic_call]
        redeem(RawOrigin::Signed(account("sender", 0, 0)), vouchers.clone());

        assert_all_paid::<T>(&vouchers);
    }

    #[benchmark]
    fn redeem_lines(l: Linear<0, { MORE_LINES }>) {
        let vouchers = vouchers::<T>(Scheme::Sr25519, MAX_VOUCHERS, l);

        #[extrinsic_call]
        redeem(RawOrigin::Signed(account("sender", 0, 0)), vouchers.clone());

        assert_all_paid::<T>(&vouchers);
    }

    #[benchmark]
    fn close_pool() {
        let caller = owner::<T>();
        let (pool, _) = pool::<T>(&caller, Scheme::Ed25519);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), pool);

        assert!(Pools::<T>::get(pool).is_some_and(|row| row.closes_at.is_some()));
    }

    #[benchmark]
    fn withdraw_lanes(r: Linear<1, MAX_FREED>) {
        let owner = owner::<T>();
        let (pool, _) = pool::<T>(&owner, Scheme::Ed25519);
        super::open_lanes::<T>(&owner, pool, 0, r, 1);
        close::<T>(&owner, pool);

        #[extrinsic_call]
        withdraw(RawOrigin::Signed(account("anybody", 0, 0)), pool, r);

        assert_eq!(Lanes::<T>::iter_prefix((pool, 0)).count(), 0);
    }

    #[benchmark]
    fn withdraw_sessions(r: Linear<1, MAX_FREED>) {
        let owner = owner::<T>();
        let (pool, key) = pool::<T>(&owner, Scheme::Ed25519);
        for _ in 1..r {
            super::add_session::<T>(&owner, pool, key);
        }
        close::<T>(&owner, pool);

        #[extrinsic_call]
        withdraw(RawOrigin::Signed(account("anybody", 0, 0)), pool, r);

        assert_eq!(Sessions::<T>::iter_prefix(pool).count(), 0);
    }

    #[benchmark]
    fn end_session(r: Linear<1, MAX_FREED>) {
        let owner = owner::<T>();
        let (pool, _) = pool::<T>(&owner, Scheme::Ed25519);
        super::open_lanes::<T>(&owner, pool, 0, r, 1);
        go_to::<T>(EXPIRES_AT + 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(account("anybody", 0, 0)), pool, 0, r);

        assert_eq!(Lanes::<T>::iter_prefix((pool, 0)).count(), 0);
    }

    #[benchmark]
    fn claim_unclaimed() {
        let (owner, payee) = (owner::<T>(), payee(0));
        pool::<T>(&owner, Scheme::Ed25519);
        Pallet::<T>::pay(&owner, &payee, 1).expect("the pool has money; qed");
        assert!(Unclaimed::<T>::contains_key(&payee));
        let alive = T::Currency::mint_into(&payee, money().saturating_add(1 << 50));
        alive.expect("issuance is far from its end; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(account("anybody", 0, 0)), payee.clone());

        assert!(!Unclaimed::<T>::contains_key(&payee));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
