//! Money: pallet Balances.

use crate::{
    extrinsic::{Raw, Signed},
    metadata::tx,
    stored::Row,
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use codec::{Compact, Decode, Encode};
use hashcard_primitives::Balance;
use subxt::utils::{AccountId32, MultiAddress};

/// What an account has, in 10⁻¹² CARD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// What can be spent or set aside; the last of it, the existential deposit, keeps the account alive.
    pub free: Balance,
    /// What is set aside: orders, bonds, deposits.
    pub held: Balance,
}

/// frame-system's and pallet-balances' record of an account (frame-system 49 `AccountInfo`, pallet-balances 51
/// `AccountData`).
#[derive(Decode, Encode)]
struct AccountRecord {
    nonce: u32,
    consumers: u32,
    providers: u32,
    sufficients: u32,
    free: Balance,
    reserved: Balance,
    frozen: Balance,
    flags: u128,
}

impl ChainAt {
    /// What an account has; nothing, if the chain does not know it.
    pub async fn balance(&self, account: Account) -> Result<Money> {
        let row = Row::of_account(
            "System.Account",
            crate::metadata::storage().system().account(),
            account,
        )?;
        let record: Option<AccountRecord> = self.stored(row).await?;
        Ok(record.map_or_else(Money::default, |record| Money {
            free: record.free,
            held: record.reserved,
        }))
    }
}

impl Chain {
    /// What an account has, at the finalised head.
    pub async fn balance(&self, account: Account) -> Result<Money> {
        self.at_finalized().await?.balance(account).await
    }

    /// Sends money. Refused if the sender's account would fall below the existential deposit.
    pub async fn transfer(
        &self,
        signer: &Signer,
        to: Account,
        amount: Balance,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx()
            .balances()
            .transfer_keep_alive(MultiAddress::Id(AccountId32(to)), amount);
        Ok(self
            .transact(signer, "balances.transfer", call, wait)
            .await?
            .included())
    }

    /// What a signed transaction would cost at the best block.
    pub(crate) async fn fee_of(&self, signed: &Signed) -> Result<Balance> {
        // Weight in two parts, class, fee (pallet-transaction-payment 50, `RuntimeDispatchInfo`).
        type Info = (Compact<u64>, Compact<u64>, u8, Balance);
        let len = u32::try_from(signed.bytes.len()).unwrap_or(u32::MAX);
        let best = self.at_best().await?.hash;
        let args = (Raw(&signed.bytes), len);
        let (_, _, _, fee): Info = self
            .runtime_call(best, "TransactionPaymentApi_query_info", args)
            .await?;
        Ok(fee)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{metadata::committed, testing::FakeChain, ChainError};
    use subxt::ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};

    /// The key of //Alice's account, as every Substrate tool computes it.
    const ALICE_KEY: &str = "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9\
                             de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    fn record() -> AccountRecord {
        AccountRecord {
            nonce: 1,
            consumers: 0,
            providers: 1,
            sufficients: 0,
            free: 70,
            reserved: 30,
            frozen: 5,
            flags: 1 << 127,
        }
    }

    #[test]
    fn the_record_is_the_one_that_the_runtime_stores() {
        let metadata = committed();
        let ty = metadata.pallet_by_name("System").unwrap().storage().unwrap();
        let ty = ty.entry_by_name("Account").unwrap().value_ty();
        let bytes = record().encode();
        let mut rest = &bytes[..];
        decode_with_visitor(&mut rest, ty, metadata.types(), IgnoreVisitor::new()).unwrap();
        assert!(rest.is_empty());
    }

    #[tokio::test]
    async fn free_and_held_money_are_told_apart() {
        let fake = FakeChain::new();
        let chain = fake.dial().await.unwrap();
        let alice = crate::testing::signer("//Alice").account();
        assert_eq!(chain.balance(alice).await.unwrap(), Money::default());
        let key = hex::decode(ALICE_KEY).unwrap();
        fake.state().storage.insert(key.clone(), record().encode());
        assert_eq!(chain.balance(alice).await.unwrap(), Money { free: 70, held: 30 });
        for bytes in [vec![], vec![0; 79], vec![0; 81], vec![0; 1 << 20]] {
            fake.state().storage.insert(key.clone(), bytes);
            assert!(matches!(
                chain.balance(alice).await,
                Err(ChainError::HostileAnswer { .. })
            ));
        }
    }
}
