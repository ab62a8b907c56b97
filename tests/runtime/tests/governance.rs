//! What the council can do where sudo has no key, and what it cannot: on the preset `local`, whose council has five members.

#[path = "governance/council.rs"]
mod council;
#[path = "governance/forbidden.rs"]
mod forbidden;
#[path = "governance/objections.rs"]
mod objections;
#[path = "governance/parameters.rs"]
mod parameters;
#[path = "governance/scheduler.rs"]
mod scheduler;
#[path = "governance/treasury.rs"]
mod treasury;
#[path = "governance/upgrade.rs"]
mod upgrade;

use hashcard_runtime_tests::{blocks, council::end_sudo, on_preset};

/// Block 1 of the preset `local`, and nobody is Root.
fn on_local<R>(test: impl FnOnce() -> R) -> R {
    on_preset(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET, || {
        blocks::begin_first();
        end_sudo();
        test()
    })
}
