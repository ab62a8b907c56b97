//! Candidates, sessions and reports on the joined pallets: who makes blocks, and what two signatures for one slot or one round
//! cost. Reports hold real signatures and go the way that a node's own transactions go.

use codec::{Decode, Encode};
use frame_support::{
    assert_ok,
    storage::{with_transaction, TransactionOutcome},
    traits::{fungible::Inspect, KeyOwnerProofSystem},
};
use hashcard_primitives::{
    api::{runtime_decl_for_lengths_api::LengthsApi, runtime_decl_for_validators_api::ValidatorsApi},
    validator::Standing,
};
use hashcard_runtime::{
    constants::money::{CARD, MIN_VALIDATOR_BOND},
    AccountId, Babe, Balance, Balances, Executive, Grandpa, Header, Historical, Runtime, RuntimeCall,
    RuntimeOrigin, Session, SessionKeys, System, UncheckedExtrinsic, Validators,
};
use hashcard_runtime_tests::{account, blocks, check_invariants, on_dev, on_preset, sign};
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_core::{proof_of_possession::ProofOfPossessionGenerator, Pair, H256};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve},
};
use sp_runtime::{
    generic::DigestItem,
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    DispatchError,
};
use sp_session::MembershipProof;

const LOCAL: &str = sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
/// Blocks of a session of the preset `local`.
const SESSION: u32 = 100;
/// What one equivocation of four validators costs: (3 · 1 / 4)².
const COST: Balance = MIN_VALIDATOR_BOND * 5_625 / 10_000;

fn keys(babe: Sr25519Keyring, grandpa: Ed25519Keyring) -> SessionKeys {
    SessionKeys {
        babe: babe.public().into(),
        grandpa: grandpa.public().into(),
    }
}

fn set_keys(who: &AccountId, babe: Sr25519Keyring, grandpa: Ed25519Keyring) -> Result<(), DispatchError> {
    let owner = who.encode();
    let proof = (
        babe.pair().generate_proof_of_possession(&owner),
        grandpa.pair().generate_proof_of_possession(&owner),
    );
    let call = pallet_session::Call::<Runtime>::set_keys {
        keys: keys(babe, grandpa),
        proof: proof.encode(),
    };
    sign(who, call)
}

/// Passes blocks until this many sessions have ended.
fn pass_sessions(count: u32) {
    let last = Session::current_index() + count;
    while Session::current_index() < last {
        blocks::next();
    }
}

fn held(who: &AccountId) -> Balance {
    Validators::on_hold(who)
}

fn wealth(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

fn unbond(who: &AccountId) -> Result<(), DispatchError> {
    sign(
        who,
        pallet_validators::Call::<Runtime>::unbond { amount: Balance::MAX },
    )
}

fn withdraw(who: &AccountId) -> Result<(), DispatchError> {
    sign(
        &account(Bob),
        pallet_validators::Call::<Runtime>::withdraw { who: who.clone() },
    )
}

fn is_candidate(who: &AccountId) -> bool {
    pallet_validators::ranking::contains(&pallet_validators::Ranking::<Runtime>::get(), who)
}

fn disabled() -> Vec<AccountId> {
    let set = Session::validators();
    Session::disabled_validators()
        .into_iter()
        .map(|index| set[index as usize].clone())
        .collect()
}

#[test]
fn the_validators_of_every_preset_are_bonded_beside_what_they_have_to_spend() {
    let bonds = || [Alice, Bob, Charlie, Dave, Eve].map(|who| held(&account(who)));
    const BOND: Balance = MIN_VALIDATOR_BOND;
    assert_eq!(on_dev(bonds), [BOND, 0, 0, 0, 0]);
    assert_eq!(on_preset(LOCAL, bonds), [BOND, BOND, BOND, BOND, 0]);
    let free = on_dev(|| Balances::free_balance(account(Alice)));
    assert_eq!(free, 1_000_000 * CARD);
}

#[test]
fn a_set_that_does_not_change_goes_on_through_sessions_without_a_new_authority_set() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        let (set, set_id) = (Session::validators(), Grandpa::current_set_id());
        pass_sessions(3);
        assert_eq!((Session::validators(), Grandpa::current_set_id()), (set, set_id));
    });
}

#[test]
fn who_bonds_and_sets_keys_makes_blocks_within_two_sessions() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        let eve = account(Eve);
        let bond = || {
            sign(
                &eve,
                pallet_validators::Call::<Runtime>::bond {
                    amount: MIN_VALIDATOR_BOND,
                },
            )
        };
        let no_keys = pallet_validators::Error::<Runtime>::NoKeys;
        assert_eq!(bond(), Err(no_keys.into()), "keys come first");
        assert_ok!(set_keys(&eve, Eve, Ed25519Keyring::Eve));
        assert_ok!(bond());
        pass_sessions(2);
        assert_eq!(Session::validators().len(), 5);
        let before = wealth(&eve);
        blocks::pass(5);
        assert!(wealth(&eve) > before, "authors are rewarded");
        assert_eq!(Grandpa::grandpa_authorities().len(), 5);
    });
}

#[test]
fn keys_whose_secret_the_signer_does_not_have_are_refused() {
    on_preset(LOCAL, || {
        let stolen = set_keys(&account(Eve), Eve, Ed25519Keyring::Alice);
        let taken = pallet_session::Error::<Runtime>::DuplicatedKey;
        assert_eq!(stolen, Err(taken.into()));
        let call = pallet_session::Call::<Runtime>::set_keys {
            keys: keys(Eve, Ed25519Keyring::Eve),
            proof: vec![0; 128],
        };
        let invalid = pallet_session::Error::<Runtime>::InvalidProof;
        assert_eq!(sign(&account(Eve), call), Err(invalid.into()));
    });
}

#[test]
fn who_leaves_has_his_bond_after_the_unbonding_time_and_not_before() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        let dave = account(Dave);
        assert_ok!(unbond(&dave));
        let early = Err(pallet_validators::Error::<Runtime>::NothingDue.into());
        for _ in 0..Validators::unbonding_sessions() {
            assert_eq!(withdraw(&dave), early);
            assert_eq!(held(&dave), MIN_VALIDATOR_BOND);
            pass_sessions(1);
        }
        let free = Balances::free_balance(&dave);
        assert_ok!(withdraw(&dave));
        assert_eq!(Balances::free_balance(&dave), free + MIN_VALIDATOR_BOND);
        assert_eq!(Session::validators().len(), 3);
        assert_ok!(sign(&dave, pallet_validators::Call::<Runtime>::retire_keys {}));
        assert!(Session::load_keys(&dave).is_none());
    });
}

/// A proof that somebody has a key in the running set.
fn babe_membership(who: Sr25519Keyring) -> MembershipProof {
    Historical::prove((sp_consensus_babe::KEY_TYPE, who.public())).expect("he is in the set")
}

/// Two sealed headers of this block's slot, which differ in their transactions.
fn two_blocks(who: Sr25519Keyring) -> sp_consensus_babe::EquivocationProof<Header> {
    let slot = blocks::slot_of(System::block_number()).into();
    let authorities = Babe::authorities();
    let place = authorities
        .iter()
        .position(|(key, _)| key.encode() == who.public().encode());
    let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: place.expect("he is in the set") as u32,
        slot,
    });
    let header = |transactions: u8| {
        let mut header = Header::new(
            System::block_number(),
            H256([transactions; 32]),
            H256::zero(),
            System::parent_hash(),
            Default::default(),
        );
        header
            .digest_mut()
            .push(DigestItem::babe_pre_digest(claim.clone()));
        let seal = who.pair().sign(header.hash().as_ref()).into();
        header.digest_mut().push(DigestItem::babe_seal(seal));
        header
    };
    sp_consensus_babe::EquivocationProof {
        offender: who.public().into(),
        slot,
        first_header: header(1),
        second_header: header(2),
    }
}

fn babe_report(who: Sr25519Keyring, member: MembershipProof) -> RuntimeCall {
    RuntimeCall::Babe(pallet_babe::Call::report_equivocation_unsigned {
        equivocation_proof: Box::new(two_blocks(who)),
        key_owner_proof: member,
    })
}

/// Two prevotes of one round, for different blocks. The type of a vote has no name here, so it is built from its bytes.
fn two_votes(who: Ed25519Keyring, round: u64) -> sp_consensus_grandpa::EquivocationProof<H256, u32> {
    const PREVOTE: u8 = 0;
    let set_id = Grandpa::current_set_id();
    let vote = |target: u8| {
        let vote = (H256([target; 32]), u32::from(target));
        let signed = sp_consensus_grandpa::localized_payload(round, set_id, &(PREVOTE, vote));
        (vote, who.sign(&signed))
    };
    let bytes = (set_id, PREVOTE, round, who.public(), vote(1), vote(2)).encode();
    Decode::decode(&mut &bytes[..]).expect("that is its layout")
}

fn grandpa_report(who: Ed25519Keyring) -> RuntimeCall {
    grandpa_report_of(who, 7, Session::current_index())
}

/// A vote knows its set alone. The proof of an unchanged set is that of each of its sessions, so whoever reports names one.
fn grandpa_report_of(who: Ed25519Keyring, round: u64, session: u32) -> RuntimeCall {
    let key = (sp_consensus_grandpa::KEY_TYPE, who.public());
    let member = Historical::prove(key).expect("he is in the set");
    RuntimeCall::Grandpa(pallet_grandpa::Call::report_equivocation_unsigned {
        equivocation_proof: Box::new(two_votes(who, round)),
        key_owner_proof: MembershipProof { session, ..member },
    })
}

/// What a node's pool thinks of a report.
fn judged(source: TransactionSource, report: &RuntimeCall) -> Result<(), TransactionValidityError> {
    with_transaction(|| {
        let report = UncheckedExtrinsic::new_bare(report.clone());
        let judged = Executive::validate_transaction(source, report, System::parent_hash());
        TransactionOutcome::Rollback(Ok::<_, DispatchError>(judged.map(|_| ())))
    })
    .expect("a rollback succeeds")
}

/// Puts a report into the running block, as its author does.
fn include(report: RuntimeCall) -> Result<Result<(), DispatchError>, TransactionValidityError> {
    Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(report))
}

/// Reports, and checks that it cost this validator what it should, and nobody else anything.
fn report_and_check(who: &AccountId, report: RuntimeCall) {
    let issued = Balances::total_issuance();
    assert_eq!(
        judged(TransactionSource::External, &report),
        Err(InvalidTransaction::Call.into()),
        "no stranger's node passes it on"
    );
    assert_eq!(judged(TransactionSource::Local, &report), Ok(()));
    assert_eq!(include(report.clone()), Ok(Ok(())));

    assert_eq!(held(who), MIN_VALIDATOR_BOND - COST);
    assert_eq!(Balances::total_issuance(), issued - COST, "it burnt");
    assert_eq!(disabled(), std::slice::from_ref(who));
    assert!(!is_candidate(who));
    let stale = Err(InvalidTransaction::Stale.into());
    assert_eq!(judged(TransactionSource::Local, &report), stale);
    assert_eq!(include(report), Err(InvalidTransaction::Stale.into()));
    assert_eq!(
        held(who),
        MIN_VALIDATOR_BOND - COST,
        "a report made twice costs once"
    );

    pass_sessions(1);
    assert_eq!(
        disabled(),
        std::slice::from_ref(who),
        "the next session was planned with him"
    );
    check_invariants();
    pass_sessions(1);
    assert_eq!((Session::validators().len(), disabled()), (3, vec![]));
}

#[test]
fn two_blocks_for_one_slot_are_slashed_and_their_author_disabled() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(SESSION + SESSION / 2);
        let report = babe_report(Dave, babe_membership(Dave));
        report_and_check(&account(Dave), report);
    });
}

#[test]
fn two_votes_in_one_round_are_slashed_and_their_voter_disabled() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(SESSION + SESSION / 2);
        report_and_check(&account(Dave), grandpa_report(Ed25519Keyring::Dave));
    });
}

#[test]
fn two_votes_that_are_said_to_be_old_cost_once_and_bar_as_long_as_others() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        pass_sessions(3);
        let (dave, now) = (account(Dave), Session::current_index());
        let longevity = Validators::report_longevity();
        let oldest = now - longevity;
        assert_eq!(
            include(grandpa_report_of(Ed25519Keyring::Dave, 7, oldest)),
            Ok(Ok(()))
        );
        assert_eq!(held(&dave), MIN_VALIDATOR_BOND - COST);
        pass_sessions(1);
        assert_eq!(
            include(grandpa_report_of(Ed25519Keyring::Dave, 8, oldest + 1)),
            Ok(Ok(()))
        );
        assert_eq!(held(&dave), MIN_VALIDATOR_BOND - COST);
        let until = now + 1 + longevity + 1;
        let standing = Runtime::candidate(dave).map(|dave| dave.standing);
        assert_eq!(standing, Some(Standing::Barred { until }));
        check_invariants();
    });
}

#[test]
fn votes_that_were_withheld_are_of_no_session_after_the_punishment_and_cost_nothing_more() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        pass_sessions(3);
        let (dave, set) = (account(Dave), Session::validators());
        // He serves on, for there is nobody in his place.
        assert_ok!(Validators::set_validator_count(RuntimeOrigin::root(), 16, 4));
        let (punished, set_id) = (Session::current_index(), Grandpa::current_set_id());
        let key = (sp_consensus_grandpa::KEY_TYPE, Ed25519Keyring::Dave.public());
        let withheld: Vec<_> = (8..11)
            .map(|round| two_votes(Ed25519Keyring::Dave, round))
            .collect();
        assert_eq!(include(grandpa_report(Ed25519Keyring::Dave)), Ok(Ok(())));
        assert_eq!(held(&dave), MIN_VALIDATOR_BOND - COST);
        pass_sessions(2);
        assert_eq!(
            (Session::validators(), Grandpa::current_set_id()),
            (set, set_id + 1)
        );
        let report = |votes: &sp_consensus_grandpa::EquivocationProof<H256, u32>, session| {
            let member = Historical::prove(key).expect("he is in the set");
            include(RuntimeCall::Grandpa(
                pallet_grandpa::Call::report_equivocation_unsigned {
                    equivocation_proof: Box::new(votes.clone()),
                    key_owner_proof: MembershipProof { session, ..member },
                },
            ))
        };
        let none_of_its_sessions = Ok(Err(
            pallet_grandpa::Error::<Runtime>::InvalidEquivocationProof.into()
        ));
        assert_eq!(report(&withheld[0], punished + 2), none_of_its_sessions);
        for (votes, session) in withheld[1..].iter().zip(punished..=punished + 1) {
            assert_eq!(report(votes, session), Ok(Ok(())), "session {session}");
            assert_eq!(held(&dave), MIN_VALIDATOR_BOND - COST);
        }
        check_invariants();
    });
}

#[test]
fn an_offender_makes_blocks_again_in_a_set_that_went_on_when_the_bar_is_over() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(5);
        let (dave, set) = (account(Dave), Session::validators());
        assert_ok!(Validators::set_validator_count(RuntimeOrigin::root(), 16, 4));
        assert_eq!(include(grandpa_report(Ed25519Keyring::Dave)), Ok(Ok(())));
        pass_sessions(Validators::report_longevity() + 1);
        assert_eq!(
            (Session::validators(), disabled()),
            (set.clone(), vec![dave.clone()])
        );
        pass_sessions(1);
        assert_eq!((Session::validators(), disabled()), (set, vec![]));
        blocks::pass(SESSION / 2);
        assert!(pallet_validators::Authored::<Runtime>::contains_key(&dave));
        check_invariants();
    });
}

#[test]
fn both_in_one_session_cost_as_much_as_one() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(5);
        assert_eq!(include(babe_report(Dave, babe_membership(Dave))), Ok(Ok(())));
        assert_eq!(include(grandpa_report(Ed25519Keyring::Dave)), Ok(Ok(())));
        assert_eq!(held(&account(Dave)), MIN_VALIDATOR_BOND - COST);
    });
}

#[test]
fn who_equivocated_and_left_is_slashed_while_it_can_be_reported_and_not_after() {
    for (sessions, expected) in [(2, MIN_VALIDATOR_BOND - COST), (3, MIN_VALIDATOR_BOND)] {
        on_preset(LOCAL, || {
            blocks::begin_first();
            blocks::pass(5);
            let dave = account(Dave);
            let report = babe_report(Dave, babe_membership(Dave));
            assert_ok!(unbond(&dave));
            assert_eq!(Validators::report_longevity(), 2);
            pass_sessions(sessions);
            let _ = include(report);
            assert_eq!(held(&dave), expected);
        });
    }
}

#[test]
fn what_is_no_equivocation_is_refused_and_its_sender_pays() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(5);
        let signed = |proof| pallet_babe::Call::<Runtime>::report_equivocation {
            equivocation_proof: Box::new(proof),
            key_owner_proof: babe_membership(Dave),
        };
        let no_fault = pallet_babe::Error::<Runtime>::InvalidEquivocationProof;
        let mut same = two_blocks(Dave);
        same.second_header = same.first_header.clone();
        assert_eq!(sign(&account(Bob), signed(same)), Err(no_fault.into()));
        // Somebody else's signature under Dave's name.
        let mut forged = two_blocks(Dave);
        let seal = Eve.pair().sign(b"anything").into();
        forged.second_header.digest_mut().pop();
        forged
            .second_header
            .digest_mut()
            .push(DigestItem::babe_seal(seal));
        let no_fault = pallet_babe::Error::<Runtime>::InvalidEquivocationProof;
        assert_eq!(sign(&account(Bob), signed(forged)), Err(no_fault.into()));
        // A proof about another's key.
        let mut other = babe_report(Dave, babe_membership(Bob));
        assert_eq!(
            judged(TransactionSource::Local, &other),
            Err(InvalidTransaction::BadProof.into())
        );
        if let RuntimeCall::Babe(pallet_babe::Call::report_equivocation_unsigned {
            key_owner_proof, ..
        }) = &mut other
        {
            *key_owner_proof = babe_membership(Dave);
        }
        assert_eq!(judged(TransactionSource::Local, &other), Ok(()));
        assert_eq!(held(&account(Dave)), MIN_VALIDATOR_BOND);
    });
}

#[test]
fn candidates_and_the_set_are_told_with_their_numbers() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        let told = Runtime::validator_set();
        assert_eq!((told.validators.len(), told.planned.len()), (4, 4));
        assert_eq!((told.validator_count, told.least_validators), (16, 3));
        let page = Runtime::candidates(0);
        assert_eq!((page.candidates.len(), page.next), (4, None));
        let dave = Runtime::candidate(account(Dave)).expect("he is bonded");
        assert_eq!(
            (dave.bond, dave.standing),
            (MIN_VALIDATOR_BOND, Standing::Candidate)
        );
        assert_eq!(Runtime::candidate(account(Eve)), None);
        assert_eq!(
            Runtime::lengths().unbonding_sessions,
            Validators::unbonding_sessions()
        );
    });
    assert_eq!(on_dev(|| Runtime::validator_set().least_validators), 1);
}

/// The chain as it was before there were candidates.
fn never_had_candidates() {
    use frame_support::traits::{fungible::hold::Mutate as MutateHold, tokens::Precision::Exact};
    for who in Session::validators() {
        let reason = pallet_validators::HoldReason::Bond.into();
        <Balances as MutateHold<AccountId>>::release(&reason, &who, MIN_VALIDATOR_BOND, Exact)
            .expect("it is on hold");
        pallet_validators::Ledgers::<Runtime>::remove(&who);
    }
    pallet_validators::Ranking::<Runtime>::kill();
    pallet_validators::ValidatorCount::<Runtime>::kill();
    pallet_validators::LeastValidators::<Runtime>::kill();
    pallet_validators::UnbondingSessions::<Runtime>::kill();
    pallet_validators::SessionStart::<Runtime>::kill();
    let _ = pallet_session::historical::HistoricalSessions::<Runtime>::clear(u32::MAX, None);
}

#[test]
fn a_chain_that_had_no_candidates_keeps_its_set_through_the_upgrade_and_slashes_from_then_on() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        blocks::pass(SESSION / 2);
        never_had_candidates();
        let set = Session::validators();
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        check_invariants();
        pass_sessions(3);
        assert_eq!(Session::validators(), set);
        assert_eq!(held(&account(Dave)), MIN_VALIDATOR_BOND);
        // Of a session that is over by then.
        let report = babe_report(Dave, babe_membership(Dave));
        pass_sessions(1);
        assert_eq!(include(report), Ok(Ok(())));
        assert_eq!(held(&account(Dave)), MIN_VALIDATOR_BOND - COST);
    });
}

#[test]
fn an_upgrade_changes_nothing_of_candidates_that_there_are() {
    on_preset(LOCAL, || {
        blocks::begin_first();
        let told = || {
            (
                Runtime::validator_set(),
                Runtime::candidates(0),
                Runtime::lengths(),
            )
        };
        let before = told();
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        assert_eq!(told(), before);
    });
}

#[test]
fn a_delegate_who_may_move_no_money_puts_none_at_stake_either() {
    use frame_support::traits::InstanceFilter;
    use hashcard_runtime::configs::ProxyType::NonTransfer;
    use pallet_validators::Call;
    let may = |call: Call<Runtime>| NonTransfer.filter(&RuntimeCall::from(call));
    assert!(!may(Call::bond { amount: 1 }) && !may(Call::bond_more { amount: 1 }));
    assert!(may(Call::pause {}) && may(Call::unbond { amount: 1 }) && may(Call::rejoin {}));
}
