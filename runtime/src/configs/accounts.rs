//! Ways to act: batches, delegates, shared accounts, and sudo, which has a key only in test presets.

use crate::{constants::money, *};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

parameter_types! {
    pub const ProxyDepositBase: Balance = money::deposit(1, 8);
    pub const ProxyDepositFactor: Balance = money::deposit(0, 33);
    pub const AnnouncementDepositBase: Balance = money::deposit(1, 16);
    pub const AnnouncementDepositFactor: Balance = money::deposit(0, 68);
    pub const MultisigDepositBase: Balance = money::deposit(1, 88);
    pub const MultisigDepositFactor: Balance = money::deposit(0, 32);
}

/// What a delegate may do. A sidecar needs [`ProxyType::Content`] and no more; note that buying is spending, and
/// that a delegate could buy from an accomplice.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Everything but moving money, which trading in keys does too.
    NonTransfer,
    /// Cards, seats, keys, channels, rewards and reactions, purchases and endowments included.
    Content,
    /// Motions, votes, objections, and the calls that they are about: so that a member's own key can stay where it is safe.
    Council,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            ProxyType::Any => true,
            ProxyType::NonTransfer => {
                // A vote can move the treasury's money.
                !matches!(
                    call,
                    RuntimeCall::Balances(_)
                        | RuntimeCall::Council(_)
                        | RuntimeCall::Decisions(_)
                        | RuntimeCall::Sudo(_)
                ) && !spends_or_gives_away(call)
            }
            ProxyType::Content => {
                matches!(
                    call,
                    RuntimeCall::Cards(_)
                        | RuntimeCall::Seeders(_)
                        | RuntimeCall::Keys(_)
                        | RuntimeCall::Channels(_)
                        | RuntimeCall::Rewards(_)
                        | RuntimeCall::Social(_)
                )
            }
            ProxyType::Council => {
                matches!(
                    call,
                    RuntimeCall::Council(_)
                        | RuntimeCall::Decisions(decisions::Call::object { .. })
                        | RuntimeCall::Preimage(_)
                )
            }
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        self == other || matches!(self, ProxyType::Any)
    }
}

/// Calls by which money or a key goes to somebody else, at once or later: a delegate could deal with an accomplice.
fn spends_or_gives_away(call: &RuntimeCall) -> bool {
    match call {
        RuntimeCall::Keys(call) => trades(call),
        RuntimeCall::Channels(call) => promises(call),
        // Seeders get it, and an accomplice may be one.
        RuntimeCall::Rewards(call) => matches!(call, pallet_rewards::Call::endow { .. }),
        // A bond burns when whoever has the session keys, who may be the delegate, signs twice.
        RuntimeCall::Session(call) => matches!(call, pallet_session::Call::set_keys { .. }),
        RuntimeCall::Validators(call) => matches!(
            call,
            pallet_validators::Call::bond { .. } | pallet_validators::Call::bond_more { .. }
        ),
        _ => false,
    }
}

/// Whether money or a key goes to somebody else.
fn trades(call: &pallet_keys::Call<Runtime>) -> bool {
    use pallet_keys::Call::*;
    matches!(
        call,
        accept { .. }
            | buy { .. }
            | buy_listed { .. }
            | claim { .. }
            | gift { .. }
            | list { .. }
            | lock { .. }
            | offer { .. }
            | set_clerk_terms { .. }
            | set_upgrade { .. }
    )
}

/// Whether it lets somebody spend: a session's key, or a payee. What pays, closes and frees is for everybody's good.
fn promises(call: &pallet_channels::Call<Runtime>) -> bool {
    use pallet_channels::Call::*;
    matches!(
        call,
        open_pool { .. } | top_up { .. } | add_session { .. } | open_lanes { .. }
    )
}

impl pallet_sudo::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_proxy::Config for Runtime {
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = System;
    type CallHasher = BlakeTwo256;
    type Currency = Balances;
    // A person has a handful of devices; a company a few dozen.
    type MaxPending = ConstU32<32>;
    type MaxProxies = ConstU32<32>;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type ProxyType = ProxyType;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
    type BlockNumberProvider = System;
    type Currency = Balances;
    type DepositBase = MultisigDepositBase;
    type DepositFactor = MultisigDepositFactor;
    type MaxSignatories = ConstU32<100>;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}
