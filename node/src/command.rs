//! What each subcommand does.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    service::{self, Parts},
};
use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Hashcard Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        "The node of the Hashcard chain, a sovereign chain for content".into()
    }

    fn author() -> String {
        "The Hashcard engineers".into()
    }

    fn support_url() -> String {
        "see README.md of the source that this was built from".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(chain_spec::load(id)?))
    }
}

/// Runs what the command line asks for.
pub fn run() -> sc_cli::Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Subcommand::Key(cmd)) => cmd.run(&cli),
        Some(Subcommand::ExportChainSpec(cmd)) => {
            let spec = cli.load_spec(&cmd.chain)?;
            cmd.run(spec)
        }
        Some(Subcommand::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let Parts {
                client,
                import_queue,
                task_manager,
                ..
            } = service::new_parts(&config)?;
            Ok((cmd.run(client, import_queue), task_manager))
        }),
        Some(Subcommand::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let Parts {
                client, task_manager, ..
            } = service::new_parts(&config)?;
            Ok((cmd.run(client, config.database), task_manager))
        }),
        Some(Subcommand::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let Parts {
                client, task_manager, ..
            } = service::new_parts(&config)?;
            Ok((cmd.run(client, config.chain_spec), task_manager))
        }),
        Some(Subcommand::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let Parts {
                client,
                import_queue,
                task_manager,
                ..
            } = service::new_parts(&config)?;
            Ok((cmd.run(client, import_queue), task_manager))
        }),
        Some(Subcommand::PurgeChain(cmd)) => cli
            .create_runner(cmd)?
            .sync_run(|config| cmd.run(config.database)),
        Some(Subcommand::Revert(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let Parts {
                client,
                backend,
                task_manager,
                ..
            } = service::new_parts(&config)?;
            let revert_consensus = Box::new(|client: std::sync::Arc<service::Client>, backend, blocks| {
                sc_consensus_babe::revert(client.clone(), backend, blocks)?;
                sc_consensus_grandpa::revert(client, blocks)?;
                Ok(())
            });
            Ok((cmd.run(client, backend, Some(revert_consensus)), task_manager))
        }),
    }
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    cli.create_runner(&cli.run)?
        .run_node_until_exit(|config| async move {
            match config.network.network_backend {
                NetworkBackendType::Libp2p => service::run::<sc_network::NetworkWorker<_, _>>(config),
                NetworkBackendType::Litep2p => service::run::<sc_network::Litep2pNetworkBackend>(config),
            }
            .map_err(sc_cli::Error::Service)
        })
}
