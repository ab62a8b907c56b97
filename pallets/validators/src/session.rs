//! [`RunningSession`], played by pallet-session and its historical part.

use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::traits::ValidatorRegistration;
use frame_system::RawOrigin;
use hashcard_primitives::roles::RunningSession;
use pallet_session::{historical, Pallet as Session, QueuedKeys};
use sp_runtime::{AccountId32, DispatchResult, Perbill};
use sp_staking::{offence::OffenceSeverity, SessionIndex};

/// Most sessions that are forgotten at once. One is, when a session begins; more only after a long time in which none was.
const MOST_FORGOTTEN: SessionIndex = 64;

/// The adapter of a runtime `T`.
pub struct InPalletSession<T>(PhantomData<T>);

impl<T> RunningSession for InPalletSession<T>
where
    T: historical::Config
        + pallet_session::Config<ValidatorId = AccountId32>
        + frame_system::Config<AccountId = AccountId32>,
{
    fn index() -> SessionIndex {
        Session::<T>::current_index()
    }

    fn validators() -> Vec<AccountId32> {
        Session::<T>::validators()
    }

    fn planned() -> Vec<AccountId32> {
        QueuedKeys::<T>::get().into_iter().map(|(who, _)| who).collect()
    }

    fn disabled() -> Vec<AccountId32> {
        let set = Session::<T>::validators();
        let member = |index: u32| set.get(index as usize).cloned();
        Session::<T>::disabled_validators()
            .into_iter()
            .filter_map(member)
            .collect()
    }

    fn serves(who: &AccountId32) -> bool {
        Session::<T>::validators().contains(who) || QueuedKeys::<T>::get().iter().any(|(next, _)| next == who)
    }

    fn has_keys(who: &AccountId32) -> bool {
        Session::<T>::is_registered(who)
    }

    /// When the next session is planned, the queued keys are those of the one that just began. Its record is what the next
    /// session gets if nothing is announced; a chain whose set was never recorded announces it once.
    fn is_set(validators: &[AccountId32]) -> bool {
        let queued = QueuedKeys::<T>::get();
        historical::HistoricalSessions::<T>::contains_key(Self::index())
            && queued.len() == validators.len()
            && queued.iter().zip(validators).all(|((who, keys), validator)| {
                who == validator && Session::<T>::load_keys(who).as_ref() == Some(keys)
            })
    }

    fn disable(who: &AccountId32, severity: Perbill) {
        Session::<T>::report_offence(who.clone(), OffenceSeverity(severity));
    }

    fn enable(who: &AccountId32) {
        if let Some(index) = Session::<T>::validator_id_to_index(who) {
            Session::<T>::reenable_index(index);
        }
    }

    fn forget_before(session: SessionIndex) {
        // A chain that forgot nothing so far has a range from its first session on.
        let Some((oldest, _)) = historical::StoredRange::<T>::get() else {
            return;
        };
        if oldest < session {
            historical::Pallet::<T>::prune_up_to(session.min(oldest.saturating_add(MOST_FORGOTTEN)));
        }
    }

    fn retire_keys(who: &AccountId32) -> DispatchResult {
        Session::<T>::purge_keys(RawOrigin::Signed(who.clone()).into())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_keys(who: &AccountId32) {
        use codec::Decode;
        use frame_support::traits::{fungible::hold::Mutate, Get};
        use pallet_session::SessionInterface;
        // Each key is the account's bytes, as many of them as it takes.
        let bytes = AsRef::<[u8; 32]>::as_ref(who).repeat(8);
        let keys =
            <T as pallet_session::Config>::Keys::decode(&mut &bytes[..]).expect("any bytes are keys; qed");
        <Session<T> as SessionInterface>::set_keys(who, keys).expect("accounts differ, so keys do; qed");
        // Once for the deposit, once for what must be left beside it.
        for _ in 0..2 {
            Session::<T>::ensure_can_pay_key_deposit(who).expect("issuance is far from its end; qed");
        }
        let deposit = <T as pallet_session::Config>::KeyDeposit::get();
        <T as pallet_session::Config>::Currency::hold(&pallet_session::HoldReason::Keys.into(), who, deposit)
            .expect("he was just given it; qed");
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_set(validators: &[AccountId32]) {
        validators.iter().for_each(Self::benchmark_keys);
        pallet_session::Validators::<T>::put(validators.to_vec());
    }
}
