//! Every call of every pallet of ours, at its largest arguments.

use codec::Decode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{GetCallIndex, GetCallName, PalletInfoAccess},
};
use hashcard_primitives::{
    card::{Source, Tag, MAX_SOURCE, MAX_SOURCES, MAX_TAG, MAX_TAGS},
    channel::{
        LaneOpening, SignedVoucher, Voucher, VoucherLine, MAX_LANES, MAX_LINES, MAX_REDEEMED_LINES,
        MAX_VOUCHERS,
    },
    coverage::Coverage,
    reward::{Leaf, PossessionProof, MAX_COLLECTED, MAX_PROOFS},
    seeder::{Delta, MAX_DELTAS},
};
use hashcard_runtime::{
    AccountId, Cards, Channels, Keys, Rewards, Runtime, RuntimeCall, Seeders, Social, Validators,
};
use hashcard_runtime_tests::{
    content::{listing, Sealed},
    load::{signed, ACTS},
    on_dev,
    transactions::Person,
};
use scale_info::{TypeDef, TypeInfo};
use std::collections::BTreeMap;

/// Largest part of a block that one call may take.
const LARGEST_PART: f64 = 0.25;
/// More zeros than any call's arguments have bytes.
const ZEROS: usize = 4_096;

/// A call of ours, by pallet and name.
type Named = (&'static str, &'static str);

/// Every call of a pallet with arguments that are all zero: as good as any where the weight asks for no length.
fn plain<P: PalletInfoAccess, C: GetCallName + GetCallIndex>() -> Vec<(Named, RuntimeCall)> {
    let calls = C::get_call_names().iter().zip(C::get_call_indices());
    calls
        .map(|(name, index)| {
            let mut bytes = vec![P::index() as u8, *index];
            bytes.resize(ZEROS, 0);
            let call = RuntimeCall::decode(&mut bytes.as_slice());
            let call = call.unwrap_or_else(|error| panic!("{}.{name} of zeros: {error}", P::name()));
            ((P::name(), *name), call)
        })
        .collect()
}

/// Calls with a list among their arguments, as the types say.
fn with_lists<P: PalletInfoAccess, C: TypeInfo + 'static>() -> Vec<Named> {
    let TypeDef::Variant(calls) = C::type_info().type_def else {
        panic!("the calls of a pallet are variants");
    };
    let takes_a_list = |call: &&scale_info::Variant| call.fields.iter().any(|field| is_list(&field.ty));
    let found = calls.variants.iter().filter(takes_a_list);
    found.map(|call| (P::name(), call.name)).collect()
}

fn is_list(ty: &scale_info::MetaType) -> bool {
    match ty.type_info().type_def {
        TypeDef::Sequence(_) => true,
        TypeDef::Composite(fields) => match fields.fields.as_slice() {
            [only] => is_list(&only.ty),
            _ => false,
        },
        _ => false,
    }
}

fn nobody() -> AccountId {
    AccountId::new([7; 32])
}

fn vouchers(count: u32, lines: u32) -> RuntimeCall {
    let line = |card: u32| VoucherLine {
        card: card.into(),
        cumulative: 1,
    };
    let lines: Vec<_> = (0..lines).map(line).collect();
    let voucher = Voucher {
        pool: 0,
        session: 0,
        payee: nobody(),
        lines: lines.try_into().expect("no more than a voucher has"),
    };
    let one = SignedVoucher {
        voucher,
        signature: [0; 64],
    };
    pallet_channels::Call::<Runtime>::redeem {
        vouchers: vec![one; count as usize]
            .try_into()
            .expect("no more than a call has"),
    }
    .into()
}

fn deltas(delta: fn(u64) -> Delta) -> RuntimeCall {
    let deltas: Vec<_> = (0..u64::from(MAX_DELTAS)).map(delta).collect();
    pallet_seeders::Call::<Runtime>::apply {
        deltas: deltas.try_into().expect("as many as a call has"),
    }
    .into()
}

/// Calls whose weight asks for a length, at the largest: each in every way that may be the dearest.
fn largest() -> Vec<(Named, RuntimeCall)> {
    let account = nobody();
    let mut said = listing(1, None);
    let tag = |number: u32| -> Tag {
        let mut tag = vec![b'a'; MAX_TAG as usize];
        tag[0] += number as u8;
        tag.try_into().expect("as long as a tag")
    };
    said.tags = (0..MAX_TAGS)
        .map(tag)
        .collect::<Vec<_>>()
        .try_into()
        .expect("as many as a card has");
    let source: Source = vec![b'a'; MAX_SOURCE as usize]
        .try_into()
        .expect("as long as a source");
    let proof = PossessionProof {
        card: 0,
        leaf: Leaf::truncate_from(vec![0; 1_024]),
        path: vec![[0; 32]; 34].try_into().expect("as long as a path"),
    };
    let opening = LaneOpening {
        payee: nobody(),
        reserve: 1,
        lines: 1,
    };
    let seeds = |cards: Vec<u64>| -> pallet_seeders::ClearedCards {
        cards.try_into().expect("as many as a call clears")
    };
    vec![
        (
            ("Cards", "publish"),
            Sealed::new(&account, 1, false).publish_call_as(said),
        ),
        (
            ("Cards", "add_sources"),
            pallet_cards::Call::<Runtime>::add_sources {
                card: 0,
                sources: vec![source; MAX_SOURCES as usize]
                    .try_into()
                    .expect("as many as a card has"),
            }
            .into(),
        ),
        (
            ("Seeders", "register"),
            pallet_seeders::Call::<Runtime>::register {
                peer: Default::default(),
                addresses: Default::default(),
            }
            .into(),
        ),
        (
            ("Seeders", "apply"),
            deltas(|card| Delta::Join {
                card,
                coverage: Coverage(1),
                price_per_mib: Some(1),
                bond: 1,
            }),
        ),
        (("Seeders", "apply"), deltas(|card| Delta::Leave { card })),
        (
            ("Seeders", "apply"),
            deltas(|card| Delta::Cover {
                card,
                coverage: Coverage(1),
            }),
        ),
        (
            ("Seeders", "clear"),
            pallet_seeders::Call::<Runtime>::clear {
                seeder: nobody(),
                cards: seeds((0..u64::from(pallet_seeders::MAX_CLEARED)).collect()),
            }
            .into(),
        ),
        (
            ("Seeders", "forget"),
            pallet_seeders::Call::<Runtime>::forget {
                seeder: nobody(),
                cards: seeds((0..u64::from(pallet_seeders::MAX_CLEARED)).collect()),
            }
            .into(),
        ),
        (
            ("Channels", "open_lanes"),
            pallet_channels::Call::<Runtime>::open_lanes {
                pool: 0,
                session: 0,
                openings: vec![opening; MAX_LANES as usize]
                    .try_into()
                    .expect("as many as a call opens"),
            }
            .into(),
        ),
        (("Channels", "redeem"), vouchers(MAX_VOUCHERS, 1)),
        (
            ("Channels", "redeem"),
            vouchers(MAX_REDEEMED_LINES / MAX_LINES, MAX_LINES),
        ),
        // It is refused, and weighs before that.
        (("Channels", "redeem"), vouchers(MAX_VOUCHERS, MAX_LINES)),
        (
            ("Channels", "withdraw"),
            pallet_channels::Call::<Runtime>::withdraw {
                pool: 0,
                limit: u32::MAX,
            }
            .into(),
        ),
        (
            ("Channels", "end_session"),
            pallet_channels::Call::<Runtime>::end_session {
                pool: 0,
                session: 0,
                limit: u32::MAX,
            }
            .into(),
        ),
        (
            ("Rewards", "prove"),
            pallet_rewards::Call::<Runtime>::prove {
                era: 0,
                proofs: vec![proof; MAX_PROOFS as usize]
                    .try_into()
                    .expect("as many as a call makes"),
            }
            .into(),
        ),
        (
            ("Rewards", "collect"),
            pallet_rewards::Call::<Runtime>::collect {
                seeder: nobody(),
                claims: vec![(0, 0); MAX_COLLECTED as usize]
                    .try_into()
                    .expect("as many as a call collects"),
            }
            .into(),
        ),
        (
            ("Rewards", "clear_credits"),
            pallet_rewards::Call::<Runtime>::clear_credits {
                cards: (0..u64::from(pallet_rewards::MAX_CLEARED))
                    .collect::<Vec<_>>()
                    .try_into()
                    .expect("as many as a call clears"),
            }
            .into(),
        ),
    ]
}

#[test]
fn no_call_takes_more_than_a_quarter_of_a_block() {
    let mut calls: Vec<(Named, RuntimeCall)> = Vec::new();
    let mut lists: Vec<Named> = Vec::new();
    macro_rules! pallets {
        ($($pallet:ident: $crate_:ident),+) => {
            $(
                calls.extend(plain::<$pallet, $crate_::Call<Runtime>>());
                lists.extend(with_lists::<$pallet, $crate_::Call<Runtime>>());
            )+
        };
    }
    pallets!(
        Cards: pallet_cards, Seeders: pallet_seeders, Keys: pallet_keys, Channels: pallet_channels,
        Rewards: pallet_rewards, Social: pallet_social, Validators: pallet_validators
    );
    let largest = largest();
    for named in &lists {
        assert!(
            largest.iter().any(|(at_its_largest, _)| at_its_largest == named),
            "{named:?} takes a list: say here how long it can be"
        );
    }
    calls.extend(largest);

    let weights = <Runtime as frame_system::Config>::BlockWeights::get();
    let base = weights.get(DispatchClass::Normal).base_extrinsic.ref_time() + weight_of_extensions();
    let mut parts = BTreeMap::<Named, f64>::new();
    for (named, call) in calls {
        let info = call.get_dispatch_info();
        let part =
            info.call_weight.ref_time().saturating_add(base) as f64 / weights.max_block.ref_time() as f64;
        assert!(
            part > 0.0 && info.call_weight.ref_time() > 0,
            "{named:?} weighs something"
        );
        let dearest = parts.entry(named).or_default();
        *dearest = dearest.max(part);
    }
    let too_much: Vec<_> = parts.iter().filter(|(_, part)| **part > LARGEST_PART).collect();
    assert!(too_much.is_empty(), "parts of a block: {too_much:?}");
}

/// What every signed transaction weighs beside its call.
fn weight_of_extensions() -> u64 {
    on_dev(|| {
        let call = pallet_social::Call::<Runtime>::unreact { card: 0 };
        let signed = Person::rich(0).signs(0, call.into());
        signed.get_dispatch_info().extension_weight.ref_time()
    })
}

#[test]
fn the_dearest_stages_are_within_what_one_transaction_may_weigh() {
    let weights = <Runtime as frame_system::Config>::BlockWeights::get();
    let most = weights
        .get(DispatchClass::Normal)
        .max_extrinsic
        .expect("ordinary transactions have a limit");
    for act in &ACTS {
        let (mut world, sent) = act.staged(1);
        let transaction = world.execute_with(|| signed(sent)).remove(0);
        let weight = transaction.get_dispatch_info().total_weight();
        assert!(weight.all_lte(most), "{}: {weight:?} of {most:?}", act.name);
    }
}
