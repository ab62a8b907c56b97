//! The Hashcard chain's node. It knows blocks and nothing of content: the sidecar is another process.

// `sc_cli::Error` is large, and it is theirs; a node makes one once, on its way out.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod equivocations;
mod figures;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    // Else the RPC and the key commands would neither read nor write addresses as this chain's clients do.
    sp_core::crypto::set_default_ss58_version(hashcard_runtime::constants::SS58_PREFIX.into());
    command::run()
}
