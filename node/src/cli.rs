//! The command line.

use sc_cli::RunCmd;

#[derive(Debug, clap::Parser)]
#[command(
    after_help = "Examples:\n  hashcard-node --dev                      one validator, empty chain, gone when stopped\n  hashcard-node --chain local --alice      one of the four validators of a local network\n  hashcard-node export-chain-spec --chain local --raw > local.json"
)]
pub struct Cli {
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    #[command(flatten)]
    pub run: RunCmd,
}

#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Make, insert and inspect keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write the chain spec of `--chain`.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Check a stored block again.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write stored blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Write the state of a block as a chain spec.
    ExportState(sc_cli::ExportStateCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Delete the chain's database.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Go back a number of blocks that are not final.
    Revert(sc_cli::RevertCmd),
}
