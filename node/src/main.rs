//! The Hashcard chain's node. It knows blocks and nothing of content: the sidecar is another process.

// `sc_cli::Error` is large, and it is theirs; a node makes one once, on its way out.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run()
}
