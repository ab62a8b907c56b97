//! Why a transaction is not taken, asked of the runtime before anybody is handed it.
//!
//! **A node's pool asks this same question, and answers with what the runtime says.** A light client hands transactions to strangers,
//! who drop in silence what they do not take; so here the answer is put into the pool's words (see [`crate::pool`]), and everything
//! behind it is one.

use crate::{
    extrinsic::{Raw, Signed},
    link::Submission,
    pool, Chain, Result,
};
use codec::Decode;
use subxt::config::substrate::H256;

/// What is asked, of the runtime at the best block.
const METHOD: &str = "TaggedTransactionQueue_validate_transaction";
/// `TransactionSource::External`: it came from outside of the node.
const EXTERNAL: u8 = 2;

/// sp-runtime 49, `transaction_validity.rs`. What makes a transaction valid is read, so that nothing is left over, and not used.
#[derive(Decode)]
struct Valid {
    _priority: u64,
    _requires: Vec<Vec<u8>>,
    _provides: Vec<Vec<u8>>,
    _longevity: u64,
    _propagate: bool,
}

#[derive(Decode, Debug, Clone, Copy, PartialEq, Eq)]
enum NotValid {
    Invalid(Invalid),
    Unknown(Unknown),
}

#[derive(Decode, Debug, Clone, Copy, PartialEq, Eq)]
enum Invalid {
    Call,
    Payment,
    Future,
    Stale,
    BadProof,
    AncientBirthBlock,
    ExhaustsResources,
    Custom(u8),
    BadMandatory,
    MandatoryValidation,
    BadSigner,
    IndeterminateImplicit,
    UnknownOrigin,
}

#[derive(Decode, Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    CannotLookup,
    NoUnsignedValidator,
    Custom(u8),
}

impl NotValid {
    /// Code and sentence of a node's pool.
    fn as_the_pool_says(self) -> (i32, String) {
        let sentence = match self {
            Self::Invalid(Invalid::Call) => "Transaction call is not expected",
            Self::Invalid(Invalid::Payment) => "Inability to pay some fees (e.g. account balance too low)",
            Self::Invalid(Invalid::Future) => "Transaction will be valid in the future",
            Self::Invalid(Invalid::Stale) => "Transaction is outdated",
            Self::Invalid(Invalid::BadProof) => "Transaction has a bad signature",
            Self::Invalid(Invalid::AncientBirthBlock) => "Transaction has an ancient birth block",
            Self::Invalid(Invalid::ExhaustsResources) => "Transaction would exhaust the block limits",
            Self::Invalid(Invalid::BadMandatory) => {
                "A call was labelled as mandatory, but resulted in an Error."
            }
            Self::Invalid(Invalid::MandatoryValidation) => {
                "Transaction dispatch is mandatory; transactions must not be validated."
            }
            Self::Invalid(Invalid::BadSigner) => "Invalid signing address",
            Self::Invalid(Invalid::IndeterminateImplicit) => "The implicit data was unable to be calculated",
            Self::Invalid(Invalid::UnknownOrigin) => "The transaction extension did not authorize any origin",
            Self::Unknown(Unknown::CannotLookup) => {
                "Could not lookup information required to validate the transaction"
            }
            Self::Unknown(Unknown::NoUnsignedValidator) => {
                "Could not find an unsigned validator for the unsigned transaction"
            }
            Self::Invalid(Invalid::Custom(number)) => {
                return (
                    pool::INVALID,
                    format!("Invalid Transaction: Custom error: {number}"),
                );
            }
            Self::Unknown(Unknown::Custom(number)) => {
                return (
                    pool::UNKNOWN_VALIDITY,
                    format!("Unknown Transaction Validity: Custom error: {number}"),
                );
            }
        };
        match self {
            Self::Invalid(_) => (pool::INVALID, format!("Invalid Transaction: {sentence}")),
            Self::Unknown(_) => (
                pool::UNKNOWN_VALIDITY,
                format!("Unknown Transaction Validity: {sentence}"),
            ),
        }
    }
}

impl Chain {
    /// Hands a transaction over, once, and learns why if it is not taken.
    pub(crate) async fn hand_over(&self, signed: &Signed) -> Submission {
        if !self.link().tells_why_not() {
            match self.not_valid(signed).await {
                Ok(None) => {}
                Ok(Some(why)) => {
                    let (code, reason) = why.as_the_pool_says();
                    return Submission::Answered { code, reason };
                }
                // Nothing left this process.
                Err(error) => return Submission::Unsent(error),
            }
        }
        self.link().submit(&signed.bytes).await
    }

    /// Why the best block's successor would not take it; `None` if it would.
    async fn not_valid(&self, signed: &Signed) -> Result<Option<NotValid>> {
        let best = self.at_best().await?.hash;
        let args = (EXTERNAL, Raw(&signed.bytes), H256(best));
        let answer: core::result::Result<Valid, NotValid> = self.runtime_call(best, METHOD, args).await?;
        Ok(answer.err())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        metadata::committed,
        pool::{verdict, Verdict},
        testing::{signer, FakeChain},
        BuyKey, ChainError, Wait,
    };
    use codec::Encode;
    use scale_info::TypeDef;

    /// The variants of an enum of the committed metadata, in the order of their numbers.
    fn variants(path: &[&str]) -> Vec<(u8, String)> {
        let metadata = committed();
        let found = metadata
            .types()
            .types
            .iter()
            .find(|ty| ty.ty.path.segments == path);
        let TypeDef::Variant(variants) = &found.unwrap().ty.type_def else {
            panic!("an enum")
        };
        variants
            .variants
            .iter()
            .map(|variant| (variant.index, variant.name.clone()))
            .collect()
    }

    #[test]
    fn the_reasons_are_those_of_the_runtime_and_the_pool_s_words_for_them_are_understood() {
        let told: Vec<(u8, String)> = (0..=12)
            .map(|index| {
                let mut bytes = vec![0, index];
                bytes.extend((index == 7).then_some(9));
                let NotValid::Invalid(reason) = NotValid::decode(&mut &bytes[..]).unwrap() else {
                    panic!("{index}")
                };
                let name = format!("{reason:?}");
                (index, name.split('(').next().unwrap_or_default().to_owned())
            })
            .collect();
        let path = ["sp_runtime", "transaction_validity", "InvalidTransaction"];
        assert_eq!(told, variants(&path));
        for (reason, expected) in [
            (Invalid::Payment, Verdict::CannotPay),
            (Invalid::Stale, Verdict::NumberTaken),
            (Invalid::BadProof, Verdict::Outdated),
            (Invalid::AncientBirthBlock, Verdict::Outdated),
        ] {
            let (code, words) = NotValid::Invalid(reason).as_the_pool_says();
            assert_eq!(verdict(code, &words), expected, "{reason:?}");
        }
        let (code, words) = NotValid::Invalid(Invalid::ExhaustsResources).as_the_pool_says();
        assert!(matches!(
            verdict(code, &words),
            Verdict::Refused {
                error: "ExhaustsResources",
                ..
            }
        ));
    }

    /// A light client's chain, and what its runtime says of every transaction.
    async fn saying(answer: Vec<u8>) -> (FakeChain, Chain) {
        let fake = FakeChain::new();
        fake.state().is_light = true;
        fake.state().answers.insert(METHOD.to_owned(), [answer].into());
        let chain = fake.connect().await;
        (fake, chain)
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_runtime_refuses_is_told_as_a_node_would_and_reaches_nobody() {
        let alice = signer("//Alice");
        let (fake, chain) = saying(vec![1, 0, 1]).await;
        let bought = chain.buy(&alice, 7, 500, 3, BuyKey::Registered(0), Wait::Best);
        assert!(matches!(
            bought.await,
            Err(ChainError::InsufficientFunds { needed: Some(_), .. })
        ));
        assert!(fake.state().handed_over.is_empty());

        let (fake, chain) = saying(vec![1, 0, 6]).await;
        let bought = chain.buy(&alice, 7, 500, 3, BuyKey::Registered(0), Wait::Best);
        let Err(ChainError::Refused { error, .. }) = bought.await else {
            panic!("refused")
        };
        assert_eq!(error, "ExhaustsResources");
        assert!(fake.state().handed_over.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_runtime_takes_is_handed_over_once_and_followed() {
        let valid = (0u8, 1u64, Vec::<Vec<u8>>::new(), vec![vec![1u8]], 64u64, true);
        let (fake, chain) = saying(valid.encode()).await;
        let alice = signer("//Alice");
        chain.transfer(&alice, [7; 32], 5, Wait::Finalized).await.unwrap();
        let handed_over = fake.state().handed_over.clone();
        assert_eq!(handed_over.len(), 1);
        assert_eq!(fake.state().inclusions(&handed_over[0]), 1);
    }
}
