//! One file for each thing that can be done, one for what vouchers are refused for, one for what holds under any sequence
//! of calls, and the frozen vectors.

mod escrow;
mod freeing;
mod genesis;
mod lanes;
mod pools;
mod properties;
mod query;
mod redeem;
mod refusals;
mod sessions;
mod vectors;

use crate::{mock::*, Event, HoldReason};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use frame_system::RawOrigin;
use hashcard_primitives::{
    channel::{
        LaneOpening, LaneOpenings, SessionId, SessionKey, SignedVoucher, Voucher, VoucherLine,
        VoucherRefusal, Vouchers,
    },
    Balance, CardId,
};
use sp_core::{ed25519, sr25519, Pair};
use sp_runtime::AccountId32;

/// Money of the pool that most tests pay from.
const MONEY: Balance = 1_000_000;
/// Last block of the session that most tests pay from.
const EXPIRES_AT: u32 = 50;
/// A card of `CREATOR`'s, of which he has a tenth of what is paid for deliveries.
const FILM: CardId = 7;
const TENTH: u32 = 100_000;

fn by(account: AccountId32) -> RuntimeOrigin {
    RawOrigin::Signed(account).into()
}

/// An account that nobody endowed.
fn someone(number: u16) -> AccountId32 {
    let mut account = [0x50; 32];
    account[..2].copy_from_slice(&number.to_le_bytes());
    AccountId32::new(account)
}

fn pair() -> ed25519::Pair {
    ed25519::Pair::from_seed(&[7; 32])
}

fn key() -> SessionKey {
    SessionKey::Ed25519(pair().public().0)
}

fn openings(list: &[(AccountId32, Balance, u16)]) -> LaneOpenings<AccountId32> {
    let opening = |(payee, reserve, lines): &(AccountId32, Balance, u16)| LaneOpening {
        payee: payee.clone(),
        reserve: *reserve,
        lines: *lines,
    };
    list.iter().map(opening).collect::<Vec<_>>().try_into().unwrap()
}

fn open_lane(payee: &AccountId32, reserve: Balance, lines: u16) {
    assert_ok!(Channels::open_lanes(
        by(OWNER),
        0,
        0,
        openings(&[(payee.clone(), reserve, lines)])
    ));
}

/// Pool 0 with session 0 of [`key`], whose cap is all its money, and [`FILM`].
fn opened() {
    FakeCards::publish(FILM, CREATOR, TENTH);
    assert_ok!(Channels::open_pool(by(OWNER), MONEY));
    assert_ok!(Channels::add_session(by(OWNER), 0, key(), MONEY, EXPIRES_AT));
}

/// The same with a lane towards `PAYEE` that has nothing in reserve and room for four lines.
fn with_lane() {
    opened();
    open_lane(&PAYEE, 0, 4);
}

fn voucher(payee: &AccountId32, lines: &[(CardId, Balance)]) -> Voucher<AccountId32> {
    let line = |(card, cumulative): &(CardId, Balance)| VoucherLine {
        card: *card,
        cumulative: *cumulative,
    };
    Voucher {
        pool: 0,
        session: 0,
        payee: payee.clone(),
        lines: lines.iter().map(line).collect::<Vec<_>>().try_into().unwrap(),
    }
}

fn signed(voucher: Voucher<AccountId32>) -> SignedVoucher<AccountId32> {
    let signature = pair().sign(&voucher.signed_bytes(&GENESIS)).0;
    SignedVoucher { voucher, signature }
}

/// A voucher for [`FILM`] to `PAYEE`.
fn promise(cumulative: Balance) -> SignedVoucher<AccountId32> {
    signed(voucher(&PAYEE, &[(FILM, cumulative)]))
}

fn batch(vouchers: &[SignedVoucher<AccountId32>]) -> Vouchers<AccountId32> {
    vouchers.to_vec().try_into().unwrap()
}

fn redeem(vouchers: &[SignedVoucher<AccountId32>]) {
    let payee = vouchers[0].voucher.payee.clone();
    assert_ok!(Channels::redeem(by(payee), batch(vouchers)));
}

fn held(reason: HoldReason, who: &AccountId32) -> Balance {
    Balances::balance_on_hold(&reason.into(), who)
}

fn free(who: &AccountId32) -> Balance {
    Balances::free_balance(who)
}

fn go_to(block: u32) {
    System::set_block_number(block);
}

/// Events of this pallet, oldest first.
fn events() -> Vec<Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Channels(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}

fn last_event() -> Event<Test> {
    events().pop().expect("an event was deposited")
}

/// All state but events, which a refused voucher does leave.
fn state() -> Vec<u8> {
    System::reset_events();
    sp_io::storage::root(sp_runtime::StateVersion::V1)
}

/// What the last redeemed voucher was paid: all, the payee's, burnt, short.
fn last_payment() -> (Balance, Balance, Balance, Balance) {
    match last_event() {
        Event::Redeemed {
            paid,
            to_payee,
            burnt,
            shortfall,
            ..
        } => (paid, to_payee, burnt, shortfall),
        other => panic!("no payment: {other:?}"),
    }
}

/// Fails unless this voucher alone is refused for this reason, and the refusal changes not one byte of state.
fn assert_voucher_refused(voucher: SignedVoucher<AccountId32>, refusal: VoucherRefusal) {
    let before = state();
    redeem(&[voucher]);
    assert_eq!(events(), [Event::VoucherRefused { at: 0, refusal }]);
    assert!(state() == before, "a refused voucher changed state");
}
