//! The Hashcard chain's node. It knows blocks and nothing of content: the sidecar is another process.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run()
}
