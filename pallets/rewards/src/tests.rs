//! One file for each verb, one for attackers, one for what holds under any sequence of calls. Arithmetic and challenges have
//! theirs beside them.

mod attackers;
mod collect;
mod credits;
mod emission;
mod endow;
mod eras;
mod prove;
mod sequences;
mod views;

use crate::{mock::*, ClearedCards, Eras, Event, HoldReason, Pallet, Running};
use blake3::{
    hazmat::{left_subtree_len, merge_subtrees_non_root, HasherExt, Mode},
    Hasher,
};
use frame_support::{
    assert_ok,
    dispatch::DispatchResultWithPostInfo,
    traits::fungible::{InspectHold, Mutate},
};
use hashcard_primitives::{
    blob::{leaf_count, ContentRoot, CHUNK_LEN, LEAF_LEN},
    coverage::Coverage,
    reward::{CollectedClaims, EraIndex, PossessionProof, PossessionProofs},
    roles::{BurntFees, SeatStanding},
    Balance, BlockNumber, CardId,
};
use sp_runtime::AccountId32;
use std::sync::OnceLock;

/// Three whole chunks and one of two leaves: four buckets.
const BLOB_LEN: u64 = 3 * CHUNK_LEN + LEAF_LEN + 200;
const ALL: Coverage = Coverage(0b1111);

/// Runs a test on a new chain, and then checks what must hold after any call.
fn on_chain(test: impl FnOnce()) {
    on_chain_of(ACCOUNTS, test);
}

/// The same with fewer accounts.
fn on_chain_of(accounts: u8, test: impl FnOnce()) {
    test_ext_of(accounts).execute_with(|| {
        FakeAuthor::set(Some(AUTHOR));
        test();
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

fn by(account: &AccountId32) -> RuntimeOrigin {
    RuntimeOrigin::signed(account.clone())
}

fn blob() -> &'static [u8] {
    static BLOB: OnceLock<Vec<u8>> = OnceLock::new();
    BLOB.get_or_init(|| (0..BLOB_LEN).map(|at| (at * 7 + at / 251) as u8).collect())
}

fn root() -> ContentRoot {
    static ROOT: OnceLock<ContentRoot> = OnceLock::new();
    *ROOT.get_or_init(|| ContentRoot(*blake3::hash(blob()).as_bytes()))
}

/// Chaining value of a subtree of bytes that begin at `offset`. Adds to each leaf's path what lies beside it on the way.
fn subtree(data: &[u8], offset: u64, paths: &mut [Vec<[u8; 32]>]) -> [u8; 32] {
    if paths.len() == 1 {
        return Hasher::new()
            .set_input_offset(offset)
            .update(data)
            .finalize_non_root();
    }
    let left = left_subtree_len(data.len() as u64);
    let (l, r) = data.split_at(left as usize);
    let (paths_l, paths_r) = paths.split_at_mut((left / LEAF_LEN) as usize);
    let (l, r) = (subtree(l, offset, paths_l), subtree(r, offset + left, paths_r));
    paths_l.iter_mut().for_each(|path| path.push(r));
    paths_r.iter_mut().for_each(|path| path.push(l));
    merge_subtrees_non_root(&l, &r, Mode::Hash)
}

/// Siblings of every leaf of [`blob`], from the leaf upward.
fn paths() -> &'static [Vec<[u8; 32]>] {
    static PATHS: OnceLock<Vec<Vec<[u8; 32]>>> = OnceLock::new();
    PATHS.get_or_init(|| {
        let mut paths = vec![Vec::new(); leaf_count(BLOB_LEN) as usize];
        subtree(blob(), 0, &mut paths);
        paths
    })
}

/// Shows a leaf of [`blob`].
fn shown(card: CardId, leaf: u64) -> PossessionProof {
    let start = (leaf * LEAF_LEN) as usize;
    let end = (start + LEAF_LEN as usize).min(blob().len());
    PossessionProof {
        card,
        leaf: blob()[start..end].to_vec().try_into().unwrap(),
        path: paths()[leaf as usize].clone().try_into().unwrap(),
    }
}

/// Publishes a card of [`blob`].
fn publish() -> CardId {
    FakeCards::publish(Some((root(), BLOB_LEN)))
}

/// Takes a seat in this block.
fn join(card: CardId, seeder: &AccountId32, bond: Balance, coverage: Coverage) {
    let now = System::block_number();
    let seat = SeatStanding {
        coverage,
        bond,
        joined_at: now,
        covered_at: now,
    };
    FakeSeats::put(card, seeder, seat);
}

/// Says that less or more is held, from this block on.
fn cover(card: CardId, seeder: &AccountId32, coverage: Coverage) {
    use hashcard_primitives::roles::SeatLookup;
    let seat = FakeSeats::seat(card, seeder).unwrap();
    let covered_at = System::block_number();
    FakeSeats::put(
        card,
        seeder,
        SeatStanding {
            coverage,
            covered_at,
            ..seat
        },
    );
}

fn burn(fee: Balance) {
    use frame_support::traits::tokens::{Fortitude, Precision, Preservation};
    assert_ok!(Balances::burn_from(
        &PAYER,
        fee,
        Preservation::Preserve,
        Precision::Exact,
        Fortitude::Polite
    ));
}

/// The fee of a sale burns.
fn sold(card: CardId, fee: Balance) {
    burn(fee);
    Rewards::of_sale(card, fee);
}

/// The fee of a delivery burns.
fn delivered(card: CardId, payee: &AccountId32, fee: Balance) {
    burn(fee);
    Rewards::of_delivery(card, payee, fee);
}

fn pass(blocks: BlockNumber) {
    (0..blocks).for_each(|_| next_block());
}

/// Goes to the first block of the next era.
fn next_era() {
    let era = Running::<Test>::get().index;
    while Running::<Test>::get().index == era {
        next_block();
    }
}

fn running() -> EraIndex {
    Running::<Test>::get().index
}

fn proofs(list: Vec<PossessionProof>) -> PossessionProofs {
    list.try_into().unwrap()
}

/// What the seeder is asked for, shown.
fn answer(card: CardId, seeder: &AccountId32) -> PossessionProof {
    let challenge = Rewards::challenge(card, seeder.clone()).expect("there is something to prove");
    shown(card, challenge.leaf)
}

/// Proves one card for the era before the running one.
fn try_prove(seeder: &AccountId32, proof: PossessionProof) -> DispatchResultWithPostInfo {
    Rewards::prove(by(seeder), running() - 1, proofs(vec![proof]))
}

#[track_caller]
fn prove(card: CardId, seeder: &AccountId32) {
    assert_ok!(try_prove(seeder, answer(card, seeder)));
}

fn try_collect(seeder: &AccountId32, list: &[(EraIndex, CardId)]) -> DispatchResultWithPostInfo {
    let claims: CollectedClaims = list.to_vec().try_into().unwrap();
    Rewards::collect(by(&PAYER), seeder.clone(), claims)
}

/// Collects one claim, and answers what it brought.
#[track_caller]
fn collect(seeder: &AccountId32, era: EraIndex, card: CardId) -> Balance {
    let (before, deposit) = (wealth(seeder), deposited(seeder));
    assert_ok!(try_collect(seeder, &[(era, card)]));
    assert!(deposited(seeder) < deposit);
    wealth(seeder) - before
}

/// All that an account has.
fn wealth(account: &AccountId32) -> Balance {
    use frame_support::traits::fungible::Inspect;
    Balances::total_balance(account)
}

fn deposited(account: &AccountId32) -> Balance {
    Balances::balance_on_hold(&HoldReason::Deposit.into(), account)
}

fn kept() -> Balance {
    Balances::balance_on_hold(&HoldReason::Endowment.into(), &Pallet::<Test>::account_id())
}

fn cards(list: &[CardId]) -> ClearedCards {
    list.to_vec().try_into().unwrap()
}

/// Events of this pallet, oldest first.
fn events() -> Vec<Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Rewards(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}

#[track_caller]
fn assert_event(event: Event<Test>) {
    System::assert_has_event(event.into());
}

/// What is minted for an era at most.
fn granted(era: EraIndex) -> Balance {
    Eras::<Test>::get(era).unwrap().granted
}
