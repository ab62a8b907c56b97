//! Candidates and validators: pallet Validators.

use crate::{
    pages::{at_most, consistent},
    Account, ChainAt, Result,
};
use hashcard_primitives::validator::{CandidatePage, CandidateView, SetView, CANDIDATES_PER_PAGE};

/// Most candidates (the runtime's `MaxCandidates` of pallet Validators).
const MAX_CANDIDATES: u32 = 200;

impl ChainAt {
    /// Who validates now and next.
    pub async fn validator_set(&self) -> Result<SetView<Account>> {
        const METHOD: &str = "ValidatorsApi_validator_set";
        let set: SetView<Account> = self.chain.runtime_call(self.hash, METHOD, ()).await?;
        consistent(METHOD, !set.validators.is_empty(), "nobody validates")?;
        let members = set.disabled.iter().all(|who| set.validators.contains(who));
        consistent(METHOD, members, "somebody is disabled who does not validate")?;
        let in_order = (1..=set.validator_count).contains(&set.least_validators);
        consistent(METHOD, in_order, "it needs more validators than it may have")?;
        Ok(set)
    }

    /// All candidates, highest bond first.
    pub async fn candidates(&self) -> Result<Vec<CandidateView<Account>>> {
        const METHOD: &str = "ValidatorsApi_candidates";
        let mut candidates = Vec::new();
        for page in 0..=MAX_CANDIDATES.div_ceil(CANDIDATES_PER_PAGE) {
            let answer: CandidatePage<Account> = self.chain.runtime_call(self.hash, METHOD, (page,)).await?;
            at_most(METHOD, &answer.candidates, CANDIDATES_PER_PAGE as usize)?;
            candidates.extend(answer.candidates);
            match answer.next {
                None => break,
                Some(next) => consistent(
                    METHOD,
                    page.checked_add(1) == Some(next),
                    "a page leads elsewhere",
                )?,
            }
        }
        at_most(METHOD, &candidates, MAX_CANDIDATES as usize)?;
        let falls = candidates.is_sorted_by(|a, b| a.bond >= b.bond);
        consistent(METHOD, falls, "they are not ranked by bond")?;
        Ok(candidates)
    }

    /// An account that has something at stake, or is barred.
    pub async fn candidate(&self, account: Account) -> Result<Option<CandidateView<Account>>> {
        const METHOD: &str = "ValidatorsApi_candidate";
        let found: Option<CandidateView<Account>> =
            self.chain.runtime_call(self.hash, METHOD, (account,)).await?;
        let same = found.as_ref().is_none_or(|view| view.account == account);
        consistent(METHOD, same, "it is another account")?;
        Ok(found)
    }
}
