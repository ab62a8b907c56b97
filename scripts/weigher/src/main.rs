//! `frame-omni-bencher`'s pallet benchmark, over our own compiled dependencies: the same library, without the
//! relay chain's database and its bindings, which take longer to compile than everything else together.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use hashcard_runtime::Block;
use sp_runtime::traits::HashingFor;

fn main() -> sc_cli::Result<()> {
    PalletCmd::parse().run_with_spec::<HashingFor<Block>, ()>(None)
}
