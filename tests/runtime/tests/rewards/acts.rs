//! What people do, as transactions.

use frame_support::assert_ok;
use hashcard_primitives::{
    card::CardId,
    channel::{LaneOpening, PoolId, SessionKey, SignedVoucher, Voucher, VoucherLine, Vouchers},
    coverage::Coverage,
    reward::{EraIndex, PossessionProof},
    seeder::{Delta, PeerId},
    Balance,
};
use hashcard_runtime::{constants::money::CARD, AccountId, Channels, Rewards, Runtime, RuntimeCall, System};
use hashcard_runtime_tests::{blocks, content::Sealed, sign, GENESIS};
use sp_core::{ed25519, Pair};
use sp_runtime::{DispatchError, DispatchResult};
use std::collections::BTreeMap;

/// Says whom to dial, once.
pub fn register(seeder: &AccountId) {
    let mut peer = vec![0x12, 32];
    peer.extend_from_slice(seeder.as_ref());
    let peer: PeerId = peer.try_into().expect("it is as long as a hash");
    let addresses = Default::default();
    assert_ok!(sign(
        seeder,
        pallet_seeders::Call::<Runtime>::register { peer, addresses }
    ));
}

/// One change of a seeder map.
pub fn apply(seeder: &AccountId, delta: Delta) -> DispatchResult {
    let deltas = vec![delta].try_into().expect("one");
    sign(seeder, pallet_seeders::Call::<Runtime>::apply { deltas })
}

/// Takes a seat.
pub fn join(seeder: &AccountId, card: CardId, coverage: Coverage, bond: Balance) -> DispatchResult {
    let price_per_mib = None;
    apply(
        seeder,
        Delta::Join {
            card,
            coverage,
            price_per_mib,
            bond,
        },
    )
}

/// Gives a sign of life.
pub fn heartbeat(seeder: &AccountId) {
    assert_ok!(sign(seeder, pallet_seeders::Call::<Runtime>::heartbeat {}));
}

/// Shows leaves for an era.
pub fn prove(seeder: &AccountId, era: EraIndex, proofs: Vec<PossessionProof>) -> DispatchResult {
    let proofs = proofs.try_into().expect("few");
    sign(seeder, pallet_rewards::Call::<Runtime>::prove { era, proofs })
}

/// The leaf that the chain asks a seeder for.
pub fn answer(content: &Sealed, card: CardId, seeder: &AccountId) -> PossessionProof {
    let challenge = Rewards::challenge(card, seeder.clone()).expect("there is something to prove");
    content.show(card, challenge.leaf)
}

/// Shows that leaf for the era that can be proven.
pub fn prove_honestly(content: &Sealed, card: CardId, seeder: &AccountId) -> DispatchResult {
    let era = Rewards::era().era - 1;
    prove(seeder, era, vec![answer(content, card, seeder)])
}

/// Has claims of a seeder paid.
pub fn collect(by: &AccountId, seeder: &AccountId, claims: &[(EraIndex, CardId)]) -> DispatchResult {
    let call = pallet_rewards::Call::<Runtime>::collect {
        seeder: seeder.clone(),
        claims: claims.to_vec().try_into().expect("few"),
    };
    sign(by, call)
}

/// Endows a card.
pub fn endow(funder: &AccountId, card: CardId, amount: Balance, per_block: Balance) -> DispatchResult {
    let call = pallet_rewards::Call::<Runtime>::endow {
        card,
        amount,
        per_block,
    };
    sign(funder, call)
}

/// A call without arguments of an account's own.
pub fn do_call(who: &AccountId, call: pallet_rewards::Call<Runtime>) -> DispatchResult {
    sign(who, RuntimeCall::from(call))
}

/// Goes to the first block of the next era.
pub fn next_era() {
    let era = Rewards::era().era;
    while Rewards::era().era == era {
        blocks::next();
    }
}

/// Has money with which deliveries are paid, and promised some of it.
#[derive(Clone)]
pub struct Till {
    owner: AccountId,
    pool: PoolId,
    promised: BTreeMap<(AccountId, CardId), Balance>,
}

impl Till {
    /// A pool of so much, with a lane of an equal part of it for each payee.
    pub fn open(owner: &AccountId, deposit: Balance, payees: &[AccountId]) -> Self {
        use pallet_channels::Call;
        let pool = pallet_channels::NextPool::<Runtime>::get();
        let reserve = deposit / payees.len() as Balance;
        let opening = |payee: &AccountId| LaneOpening {
            payee: payee.clone(),
            reserve,
            lines: 16,
        };
        let openings: Vec<_> = payees.iter().map(opening).collect();
        let calls = [
            Call::<Runtime>::open_pool { deposit },
            Call::add_session {
                pool,
                key: SessionKey::Ed25519(pair().public().0),
                cap: deposit,
                expires_at: u32::MAX,
            },
            Call::open_lanes {
                pool,
                session: 0,
                openings: openings.try_into().expect("few"),
            },
        ];
        for call in calls {
            assert_ok!(sign(owner, call));
        }
        Self {
            owner: owner.clone(),
            pool,
            promised: BTreeMap::new(),
        }
    }

    /// Whose money it is.
    pub fn owner(&self) -> &AccountId {
        &self.owner
    }

    /// Promises a payee so much more for bytes of a card.
    pub fn promise(&mut self, payee: &AccountId, card: CardId, more: Balance) -> SignedVoucher<AccountId> {
        let sum = self.promised.entry((payee.clone(), card)).or_default();
        *sum += more;
        let line = VoucherLine {
            card,
            cumulative: *sum,
        };
        let voucher = Voucher {
            pool: self.pool,
            session: 0,
            payee: payee.clone(),
            lines: vec![line].try_into().expect("one"),
        };
        let signature = pair().sign(&voucher.signed_bytes(&GENESIS)).0;
        SignedVoucher { voucher, signature }
    }

    /// What the lane towards a payee has left.
    pub fn left_for(&self, payee: &AccountId) -> Balance {
        let credit = Channels::credit(self.pool, 0, payee.clone()).expect("the pool is open");
        credit.lane.map_or(0, |lane| lane.reserve)
    }
}

fn pair() -> ed25519::Pair {
    ed25519::Pair::from_seed(&[0x71; 32])
}

/// Has one voucher paid.
pub fn redeem(by: &AccountId, voucher: SignedVoucher<AccountId>) -> DispatchResult {
    let vouchers: Vouchers<AccountId> = vec![voucher].try_into().expect("one");
    sign(by, pallet_channels::Call::<Runtime>::redeem { vouchers })
}

/// The end of an order's settlement window.
pub fn settles_at(order: u64) -> u32 {
    use hashcard_primitives::key::OrderState;
    match hashcard_runtime::Keys::order(order)
        .expect("it is not settled")
        .state
    {
        OrderState::Delivered { settles_at, .. } => settles_at,
        OrderState::Waiting { .. } => panic!("order {order} is delivered"),
    }
}

/// Lets the settlement window of an order pass.
pub fn wait_to_settle(order: u64) {
    let settles_at = settles_at(order);
    while System::block_number() < settles_at {
        blocks::next();
    }
}

/// Settles an order.
pub fn settle(by: &AccountId, order: u64) -> DispatchResult {
    sign(by, pallet_keys::Call::<Runtime>::settle { order })
}

/// Sells a key at the card's price and settles the sale; the fee that burnt.
pub fn sell(content: &Sealed, card: CardId, buyer: &AccountId) -> Balance {
    let price = hashcard_runtime::Cards::card_view(card)
        .expect("published")
        .terms
        .price;
    let order = hashcard_runtime_tests::content::buy(buyer, card, price).expect("it is for sale");
    assert_ok!(content.fulfil(order));
    wait_to_settle(order);
    assert_ok!(settle(buyer, order));
    price / 100
}

/// Fails unless this is the error.
#[track_caller]
pub fn assert_refused(result: DispatchResult, error: pallet_rewards::Error<Runtime>) {
    assert_eq!(result, Err(DispatchError::from(error)));
}

/// A price at which the fee of a sale matters.
pub const PRICE: Balance = 10 * CARD;
