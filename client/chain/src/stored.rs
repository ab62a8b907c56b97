//! Rows of state that no runtime API gives, read strictly at one block. `runtime.rs` compares their types with the committed ones.

use crate::{extrinsic::Hashcard, runtime_call::decode_strictly, Account, ChainAt, ChainError, Result};
use codec::Decode;
use subxt::{
    config::substrate::H256,
    rpcs::{client::rpc_params, methods::legacy::Bytes},
    storage::Address,
    utils::AccountId32,
};

/// What is read: pallet and entry, joined by a point.
pub(crate) struct Row {
    name: &'static str,
    key: Vec<u8>,
}

impl Row {
    /// The row of an account in a map of accounts.
    pub(crate) fn of_account<A>(name: &'static str, address: A, account: Account) -> Result<Self>
    where
        A: Address<KeyParts = (AccountId32,)>,
    {
        let hostile = |error: String| ChainError::hostile(name, error);
        let client = Hashcard::offline(H256::zero(), 0, 0);
        let entry = client
            .storage()
            .entry(address)
            .map_err(|e| hostile(e.to_string()))?;
        let key = entry
            .fetch_key((AccountId32(account),))
            .map_err(|e| hostile(e.to_string()))?;
        Ok(Self { name, key })
    }

    #[cfg(test)]
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The only row of an entry that is no map.
    pub(crate) fn single(name: &'static str, pallet: &str, entry: &str) -> Result<Self> {
        let client = Hashcard::offline(H256::zero(), 0, 0);
        let entry = client.storage().entry((pallet, entry));
        let entry = entry.map_err(|error| ChainError::hostile(name, error))?;
        Ok(Self {
            name,
            key: entry.key_prefix().to_vec(),
        })
    }
}

impl ChainAt {
    /// The row, if it is there.
    ///
    /// Errors: those of the link; [`ChainError::HostileAnswer`] for bytes that are no such row.
    pub(crate) async fn stored<T: Decode>(&self, row: Row) -> Result<Option<T>> {
        let params = rpc_params![format!("0x{}", hex::encode(row.key)), H256(self.hash)];
        let answer: Option<Bytes> = self.chain.link().ask("state_getStorage", params).await?;
        answer
            .map(|bytes| decode_strictly(row.name, &bytes.0))
            .transpose()
    }
}
