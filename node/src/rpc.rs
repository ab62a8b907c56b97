//! RPC beside the standard set: nonces, fees, BABE, GRANDPA, checkpoints. None of our own: clients use runtime APIs,
//! which light clients have too.

use crate::service::{Backend, Client, FullPool, SelectChain};
use hashcard_runtime::{opaque::Block, BlockNumber, Hash};
use jsonrpsee::RpcModule;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use std::sync::Arc;

/// What GRANDPA's methods need.
pub struct GrandpaDeps {
    pub voter_state: SharedVoterState,
    pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    pub justifications: GrandpaJustificationStream<Block>,
    pub finality_proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

/// What all methods need.
pub struct Deps {
    pub client: Arc<Client>,
    pub pool: Arc<FullPool>,
    pub select_chain: SelectChain,
    pub chain_spec: Box<dyn sc_chain_spec::ChainSpec>,
    pub keystore: KeystorePtr,
    pub babe_worker: BabeWorkerHandle<Block>,
    pub grandpa: GrandpaDeps,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// All of them.
pub fn create(deps: Deps, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, Error> {
    use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
    use sc_consensus_babe_rpc::{Babe, BabeApiServer};
    use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
    use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
    use substrate_frame_rpc_system::{System, SystemApiServer};

    let Deps {
        client,
        pool,
        select_chain,
        chain_spec,
        keystore,
        babe_worker,
        grandpa,
    } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(Babe::new(client.clone(), babe_worker.clone(), keystore, select_chain).into_rpc())?;
    module.merge(
        Grandpa::new(
            executor,
            grandpa.authority_set.clone(),
            grandpa.voter_state,
            grandpa.justifications,
            grandpa.finality_proofs,
        )
        .into_rpc(),
    )?;
    module.merge(SyncState::new(chain_spec, client, grandpa.authority_set, babe_worker)?.into_rpc())?;
    Ok(module)
}
