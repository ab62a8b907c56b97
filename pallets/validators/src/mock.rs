//! This pallet with system, balances, offences, and the real pallet-session with its historical part: sessions rotate as they
//! do on the chain, but when a test says so.

use crate as pallet_validators;
use codec::Encode;
use frame_support::{
    construct_runtime, derive_impl, ord_parameter_types, parameter_types,
    traits::{ConstU128, ConstU32, EitherOfDiverse},
};
use frame_system::{EnsureRoot, EnsureSignedBy, RawOrigin};
use hashcard_primitives::Balance;
use pallet_session::historical as pallet_historical;
use sp_runtime::{
    impl_opaque_keys,
    testing::UintAuthorityId,
    traits::{ConvertInto, IdentityLookup},
    AccountId32, BuildStorage, Perbill, RuntimeAppPublic,
};
use sp_staking::{
    offence::{Kind, Offence, OffenceError, ReportOffence},
    SessionIndex,
};

pub(crate) const EXISTENTIAL_DEPOSIT: Balance = 10;
pub(crate) const KEY_DEPOSIT: Balance = 50;
pub(crate) const MIN_BOND: Balance = 1_000;
pub(crate) const REPORT_COST: Balance = 7;
pub(crate) const MAX_CANDIDATES: u32 = 6;
pub(crate) const MAX_VALIDATORS: u32 = 5;
/// Validators that genesis asks for, and has.
pub(crate) const COUNT: u8 = 4;
pub(crate) const UNBONDING: SessionIndex = 6;
/// What every account starts with, beside its bond of genesis.
pub(crate) const WEALTH: Balance = 1_000_000;
/// What each validator of genesis bonds.
pub(crate) const BOND: Balance = 10_000;
/// Whose account decides about numbers as governance does.
pub(crate) const COUNCIL: u8 = 20;
/// Blocks of a session in which a validator of four that makes none is silent for too long.
pub(crate) const LONG: u32 = 100;
/// Blocks of one in which that is chance.
pub(crate) const SHORT: u32 = 50;

type Block = frame_system::mocking::MockBlockU32<Test>;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Validators: pallet_validators,
        Historical: pallet_historical,
        Session: pallet_session,
        Offences: pallet_offences,
    }
);

impl_opaque_keys! {
    pub struct MockKeys {
        pub only: UintAuthorityId,
    }
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

/// Sessions end when a test says so.
pub struct Never;

impl pallet_session::ShouldEndSession<u32> for Never {
    fn should_end_session(_: u32) -> bool {
        false
    }
}

/// A validator needs no description beside his account.
pub struct NoDescription;

impl sp_runtime::traits::Convert<AccountId32, Option<()>> for NoDescription {
    fn convert(_: AccountId32) -> Option<()> {
        Some(())
    }
}

parameter_types! {
    pub const KeyDeposit: Balance = KEY_DEPOSIT;
}

impl pallet_session::Config for Test {
    type Currency = Balances;
    type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
    type KeyDeposit = KeyDeposit;
    type Keys = MockKeys;
    type NextSessionRotation = ();
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = pallet_session::TestSessionHandler;
    type SessionManager = pallet_historical::NoteHistoricalRoot<Self, Validators>;
    type ShouldEndSession = Never;
    type ValidatorId = AccountId32;
    type ValidatorIdOf = ConvertInto;
    type WeightInfo = ();
}

impl pallet_historical::Config for Test {
    type FullIdentification = ();
    type FullIdentificationOf = NoDescription;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Test {
    type IdentificationTuple = (AccountId32, ());
    type OnOffenceHandler = Validators;
    type RuntimeEvent = RuntimeEvent;
}

ord_parameter_types! {
    /// Decides about numbers, and is not Root.
    pub const Council: AccountId32 = AccountId32::new([COUNCIL; 32]);
}

impl pallet_validators::Config for Test {
    type Currency = Balances;
    type Governance = EitherOfDiverse<EnsureRoot<AccountId32>, EnsureSignedBy<Council, AccountId32>>;
    type MaxCandidates = ConstU32<MAX_CANDIDATES>;
    type MaxValidators = ConstU32<MAX_VALIDATORS>;
    type MinBond = ConstU128<MIN_BOND>;
    type ReportCost = ConstU128<REPORT_COST>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Session = crate::InPalletSession<Test>;
    type WeightInfo = ();
}

/// Accounts 1 to 4 validate from genesis on.
pub(crate) fn account(number: u8) -> AccountId32 {
    AccountId32::new([number; 32])
}

fn keys(number: u8) -> MockKeys {
    MockKeys {
        only: UintAuthorityId(number.into()),
    }
}

/// Registers keys as everybody does.
pub(crate) fn set_keys(number: u8) {
    let who = account(number);
    let proof = keys(number).only.sign(&who.encode()).expect("a test key signs");
    Session::set_keys(RawOrigin::Signed(who).into(), keys(number), (proof,).encode())
        .expect("the proof is right");
}

/// A fault of one validator, whose cost grows with the number of those who did the same in the same slot: a tenth each.
pub(crate) struct Fault {
    pub who: AccountId32,
    pub session: SessionIndex,
    pub slot: u64,
    pub tenths: u32,
}

impl Offence<(AccountId32, ())> for Fault {
    const ID: Kind = *b"test:doublesign_";
    type Slot = u64;

    fn offenders(&self) -> Vec<(AccountId32, ())> {
        vec![(self.who.clone(), ())]
    }
    fn session_index(&self) -> SessionIndex {
        self.session
    }
    fn validator_set_count(&self) -> u32 {
        COUNT.into()
    }
    fn slot(&self) -> u64 {
        self.slot
    }
    fn slash_fraction(&self, offenders: u32) -> Perbill {
        Perbill::from_percent((10 * self.tenths * offenders).min(100))
    }
}

/// Reports a fault that costs `tenths` tenths of a bond when nobody else did the same.
pub(crate) fn report(number: u8, session: SessionIndex, slot: u64, tenths: u32) -> Result<(), OffenceError> {
    let fault = Fault {
        who: account(number),
        session,
        slot,
        tenths,
    };
    <crate::CountedReports<Test, Offences> as ReportOffence<_, _, _>>::report_offence(vec![], fault)
}

/// Ends the running session after this many blocks, of which each of these made one.
pub(crate) fn end_session(blocks: u32, authors: &[u8]) {
    use pallet_authorship::EventHandler;
    for number in authors {
        <Validators as EventHandler<AccountId32, u32>>::note_author(account(*number));
    }
    System::set_block_number(System::block_number() + blocks);
    Session::rotate_session();
}

/// Ends sessions in which everybody who validates makes blocks.
pub(crate) fn pass_sessions(count: u32) {
    use pallet_authorship::EventHandler;
    for _ in 0..count {
        for who in Session::validators() {
            <Validators as EventHandler<AccountId32, u32>>::note_author(who);
        }
        end_session(LONG, &[]);
    }
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("system genesis");
    let bonded = |number: u8| if (1..=COUNT).contains(&number) { BOND } else { 0 };
    pallet_balances::GenesisConfig::<Test> {
        balances: (1..=20)
            .map(|number| (account(number), WEALTH + bonded(number)))
            .collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances genesis");
    pallet_validators::GenesisConfig::<Test> {
        candidates: (1..=COUNT).map(|number| (account(number), BOND)).collect(),
        validator_count: COUNT.into(),
        // Tests that need more say so.
        least_validators: 1,
        unbonding_sessions: UNBONDING,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("validators genesis");
    pallet_session::GenesisConfig::<Test> {
        keys: (1..=COUNT)
            .map(|number| (account(number), account(number), keys(number)))
            .collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("session genesis");
    let mut chain = sp_io::TestExternalities::new(storage);
    chain.execute_with(|| System::set_block_number(1));
    chain
}

/// Runs a test at block 1, then checks every invariant, and that each unit is on somebody's account.
pub(crate) fn chain(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        check();
    });
}

/// Every invariant, and that each unit is on somebody's account.
pub(crate) fn check() {
    Validators::do_try_state().expect("every invariant holds");
    let on_accounts: Balance = frame_system::Account::<Test>::iter_values()
        .map(|account| account.data.free + account.data.reserved)
        .sum();
    assert_eq!(on_accounts, Balances::total_issuance());
}
