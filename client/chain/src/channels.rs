//! Pools, sessions, lanes and vouchers: pallet Channels.

use crate::{
    metadata::{
        channels::events::{
            PoolCloses, PoolOpened, Redeemed, SessionAdded, SessionEnded, VoucherRefused, Withdrawn,
        },
        runtime_types::{
            bounded_collections::bounded_vec::BoundedVec,
            hashcard_primitives::channel::{
                LaneOpening as OpeningArgument, SignedVoucher as VoucherArgument, Voucher as PromiseArgument,
                VoucherLine as LineArgument,
            },
            hashcard_runtime::RuntimeCall,
            pallet_channels::pallet::Call,
        },
        tx,
    },
    pages::{at_most, consistent, endless, MAX_PAGES},
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    channel::{
        CreditView, LaneOpening, LaneView, PoolId, PoolView, SessionId, SessionKey, SessionView,
        SignedVoucher, VoucherPayment, VoucherRefusal, Vouchers, CHANNEL_ROWS_PER_PAGE, MAX_LANES,
        MAX_LINES_PER_LANE, MAX_VOUCHERS,
    },
    Balance, BlockNumber,
};
use subxt::utils::{AccountId32, Static};

/// What happened to each voucher of a redemption, in their order.
pub type Fates = Vec<core::result::Result<VoucherPayment, VoucherRefusal>>;

/// What a freeing of rows did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed {
    /// Money that returned: to the owner, or from an ended session's lanes to the pool.
    pub money: Balance,
    /// Deposits that returned to the owner.
    pub deposits: Balance,
    /// Whether rows are left; then call again.
    pub rows_left: bool,
}

impl ChainAt {
    /// A pool that has a row.
    pub async fn pool(&self, id: PoolId) -> Result<Option<PoolView<Account>>> {
        const METHOD: &str = "ChannelsApi_pool";
        let pool: Option<PoolView<Account>> = self.chain.runtime_call(self.hash, METHOD, (id,)).await?;
        let same = pool.as_ref().is_none_or(|pool| pool.id == id);
        consistent(METHOD, same, "it is another pool")?;
        Ok(pool)
    }

    /// All pools of an account that have a row, by number.
    pub async fn pools_of(&self, owner: Account) -> Result<Vec<PoolView<Account>>> {
        const METHOD: &str = "ChannelsApi_pools_of";
        let mut pools: Vec<PoolView<Account>> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = pools.last().map(|pool| pool.id);
            let page: Vec<PoolView<Account>> =
                self.chain.runtime_call(self.hash, METHOD, (owner, after)).await?;
            at_most(METHOD, &page, CHANNEL_ROWS_PER_PAGE as usize)?;
            let own = page.iter().all(|pool| pool.owner == owner);
            consistent(METHOD, own, "a pool of somebody else")?;
            let rises = after
                .into_iter()
                .chain(page.iter().map(|pool| pool.id))
                .is_sorted_by(|a, b| a < b);
            consistent(METHOD, rises, "its pools are not in order")?;
            let is_last = page.len() < CHANNEL_ROWS_PER_PAGE as usize;
            pools.extend(page);
            if is_last {
                return Ok(pools);
            }
        }
        Err(endless(METHOD))
    }

    /// All sessions of a pool that have a row, by number.
    pub async fn sessions(&self, pool: PoolId) -> Result<Vec<SessionView>> {
        const METHOD: &str = "ChannelsApi_sessions";
        let mut sessions: Vec<SessionView> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = sessions.last().map(|session| session.id);
            let page: Vec<SessionView> = self.chain.runtime_call(self.hash, METHOD, (pool, after)).await?;
            at_most(METHOD, &page, CHANNEL_ROWS_PER_PAGE as usize)?;
            let rises = after
                .into_iter()
                .chain(page.iter().map(|session| session.id))
                .is_sorted_by(|a, b| a < b);
            consistent(METHOD, rises, "its sessions are not in order")?;
            let is_last = page.len() < CHANNEL_ROWS_PER_PAGE as usize;
            sessions.extend(page);
            if is_last {
                return Ok(sessions);
            }
        }
        Err(endless(METHOD))
    }

    /// All lanes of a session that have a row.
    pub async fn lanes(&self, pool: PoolId, session: SessionId) -> Result<Vec<LaneView<Account>>> {
        const METHOD: &str = "ChannelsApi_lanes";
        let mut lanes: Vec<LaneView<Account>> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = lanes.last().map(|lane| lane.payee);
            let page: Vec<LaneView<Account>> = self
                .chain
                .runtime_call(self.hash, METHOD, (pool, session, after))
                .await?;
            at_most(METHOD, &page, CHANNEL_ROWS_PER_PAGE as usize)?;
            for lane in &page {
                lines_are_bounded(METHOD, lane)?;
            }
            let is_last = page.len() < CHANNEL_ROWS_PER_PAGE as usize;
            lanes.extend(page);
            if is_last {
                return Ok(lanes);
            }
        }
        Err(endless(METHOD))
    }

    /// What stands behind a session's vouchers to a payee.
    pub async fn credit(
        &self,
        pool: PoolId,
        session: SessionId,
        payee: Account,
    ) -> Result<Option<CreditView<Account>>> {
        const METHOD: &str = "ChannelsApi_credit";
        let credit: Option<CreditView<Account>> = self
            .chain
            .runtime_call(self.hash, METHOD, (pool, session, payee))
            .await?;
        if let Some(credit) = &credit {
            let same = credit.pool.id == pool && credit.session.id == session;
            consistent(METHOD, same, "it is about another session")?;
            if let Some(lane) = &credit.lane {
                consistent(METHOD, lane.payee == payee, "a lane towards somebody else")?;
                lines_are_bounded(METHOD, lane)?;
            }
        }
        Ok(credit)
    }

    /// What these vouchers would be paid in this block, one after the other, if their payees sent them.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is asked.
    pub async fn quote(&self, vouchers: Vec<SignedVoucher<Account>>) -> Result<Fates> {
        const METHOD: &str = "ChannelsApi_quote";
        let count = vouchers.len();
        let vouchers = Vouchers::try_from(vouchers)
            .map_err(|_| too_many("the list of vouchers", count, MAX_VOUCHERS))?;
        let fates: Fates = self.chain.runtime_call(self.hash, METHOD, (vouchers,)).await?;
        consistent(METHOD, fates.len() == count, "it is about other vouchers")?;
        Ok(fates)
    }
}

fn lines_are_bounded(method: &'static str, lane: &LaneView<Account>) -> Result<()> {
    at_most(method, &lane.lines, MAX_LINES_PER_LANE as usize)
}

fn too_many(what: &'static str, len: usize, max: u32) -> ChainError {
    let max = max as usize;
    ChainError::TooLong { what, len, max }
}

/// Calls.
impl Chain {
    /// Puts money into a pool of its own; the pool's number.
    pub async fn open_pool(&self, signer: &Signer, deposit: Balance, wait: Wait) -> Result<Included<PoolId>> {
        let call = tx().channels().open_pool(deposit);
        let done = self.transact(signer, "channels.open_pool", call, wait).await?;
        done.with(|opened: PoolOpened| opened.pool)
    }

    /// Adds money to a pool.
    pub async fn top_up(
        &self,
        signer: &Signer,
        pool: PoolId,
        amount: Balance,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().channels().top_up(pool, amount);
        Ok(self
            .transact(signer, "channels.top_up", call, wait)
            .await?
            .included())
    }

    /// Lets a key spend up to `cap` of a pool until a block; the session's number.
    pub async fn add_session(
        &self,
        signer: &Signer,
        pool: PoolId,
        key: SessionKey,
        cap: Balance,
        expires_at: BlockNumber,
        wait: Wait,
    ) -> Result<Included<SessionId>> {
        let call = tx().channels().add_session(pool, Static(key), cap, expires_at);
        let done = self.transact(signer, "channels.add_session", call, wait).await?;
        done.with(|added: SessionAdded| added.session)
    }

    /// Opens lanes, or adds to them, and has vouchers redeemed after that, all in one transaction. The openings are all or nothing; a
    /// voucher that is refused is only refused, and not told.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn open_lanes(
        &self,
        signer: &Signer,
        pool: PoolId,
        session: SessionId,
        openings: Vec<LaneOpening<Account>>,
        vouchers: Vec<SignedVoucher<Account>>,
        wait: Wait,
    ) -> Result<Included<()>> {
        const NAME: &str = "channels.open_lanes";
        if openings.len() > MAX_LANES as usize {
            return Err(too_many("the list of lanes", openings.len(), MAX_LANES));
        }
        if vouchers.len() > MAX_VOUCHERS as usize {
            return Err(too_many("the list of vouchers", vouchers.len(), MAX_VOUCHERS));
        }
        let openings = openings.into_iter().map(|opening| OpeningArgument {
            payee: AccountId32(opening.payee),
            reserve: opening.reserve,
            lines: opening.lines,
        });
        let openings = BoundedVec(openings.collect());
        let vouchers = BoundedVec(vouchers.into_iter().map(voucher_argument).collect::<Vec<_>>());
        let done = match vouchers.0.is_empty() {
            true => {
                let call = tx().channels().open_lanes(pool, session, openings);
                self.transact(signer, NAME, call, wait).await?
            }
            false => {
                let open = Call::open_lanes {
                    pool,
                    session,
                    openings,
                };
                let redeem = Call::redeem { vouchers };
                let calls = [open, redeem].map(RuntimeCall::Channels);
                let call = tx().utility().batch_all(calls.into());
                self.transact(signer, NAME, call, wait).await?
            }
        };
        Ok(done.included())
    }

    /// Has vouchers paid to their payees, each judged alone; what happened to each.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction. A refused voucher is none.
    pub async fn redeem(
        &self,
        signer: &Signer,
        vouchers: Vec<SignedVoucher<Account>>,
        wait: Wait,
    ) -> Result<Included<Fates>> {
        let count = vouchers.len();
        if count > MAX_VOUCHERS as usize {
            return Err(too_many("the list of vouchers", count, MAX_VOUCHERS));
        }
        let call = tx()
            .channels()
            .redeem(BoundedVec(vouchers.into_iter().map(voucher_argument).collect()));
        let done = self.transact(signer, "channels.redeem", call, wait).await?;
        let refused = done.every(|refused: VoucherRefused| (refused.at, refused.refusal.0))?;
        let paid = done.every(|paid: Redeemed| VoucherPayment {
            paid: paid.paid,
            to_payee: paid.to_payee,
            shortfall: paid.shortfall,
        })?;
        let fates = fates(count, refused, paid).ok_or_else(|| {
            ChainError::hostile("System.Events", "a redemption that does not say what happened")
        })?;
        Ok(done.included().map(|()| fates))
    }

    /// What it would cost to have these vouchers paid, at the best block.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is asked.
    pub async fn redeem_fee(
        &self,
        signer: &Signer,
        vouchers: Vec<SignedVoucher<Account>>,
    ) -> Result<Balance> {
        if vouchers.len() > MAX_VOUCHERS as usize {
            return Err(too_many("the list of vouchers", vouchers.len(), MAX_VOUCHERS));
        }
        let call = tx()
            .channels()
            .redeem(BoundedVec(vouchers.into_iter().map(voucher_argument).collect()));
        self.fee_of_call(signer, "channels.redeem", &call).await
    }

    /// Begins a pool's closing window; the last block in which vouchers are redeemed.
    pub async fn close_pool(
        &self,
        signer: &Signer,
        pool: PoolId,
        wait: Wait,
    ) -> Result<Included<BlockNumber>> {
        let call = tx().channels().close_pool(pool);
        let done = self.transact(signer, "channels.close_pool", call, wait).await?;
        done.with(|closes: PoolCloses| closes.closes_at)
    }

    /// Returns the money of a pool whose window is over, and frees up to `limit` of its rows.
    pub async fn withdraw(
        &self,
        signer: &Signer,
        pool: PoolId,
        limit: u32,
        wait: Wait,
    ) -> Result<Included<Freed>> {
        let call = tx().channels().withdraw(pool, limit);
        let done = self.transact(signer, "channels.withdraw", call, wait).await?;
        done.with(|freed: Withdrawn| Freed {
            money: freed.amount,
            deposits: freed.deposits,
            rows_left: freed.rows_left,
        })
    }

    /// Frees up to `limit` rows of an expired session.
    pub async fn end_session(
        &self,
        signer: &Signer,
        pool: PoolId,
        session: SessionId,
        limit: u32,
        wait: Wait,
    ) -> Result<Included<Freed>> {
        let call = tx().channels().end_session(pool, session, limit);
        let done = self.transact(signer, "channels.end_session", call, wait).await?;
        done.with(|freed: SessionEnded| Freed {
            money: freed.reserves,
            deposits: freed.deposits,
            rows_left: freed.rows_left,
        })
    }
}

fn voucher_argument(signed: SignedVoucher<Account>) -> VoucherArgument<AccountId32> {
    let SignedVoucher { voucher, signature } = signed;
    let lines = voucher.lines.into_iter().map(|line| LineArgument {
        card: line.card,
        cumulative: line.cumulative,
    });
    VoucherArgument {
        voucher: PromiseArgument {
            pool: voucher.pool,
            session: voucher.session,
            payee: AccountId32(voucher.payee),
            lines: BoundedVec(lines.collect()),
        },
        signature,
    }
}

/// Puts together what the events say: refusals name their voucher, and payments come in the order of the others.
fn fates(count: usize, refused: Vec<(u8, VoucherRefusal)>, paid: Vec<VoucherPayment>) -> Option<Fates> {
    let mut fates: Vec<Option<_>> = vec![None; count];
    for (at, refusal) in refused {
        let fate = fates.get_mut(usize::from(at))?;
        *fate = Some(Err(refusal));
    }
    let mut paid = paid.into_iter();
    let fates = fates.into_iter().map(|fate| fate.or_else(|| paid.next().map(Ok)));
    let fates: Option<Fates> = fates.collect();
    fates.filter(|_| paid.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAID: VoucherPayment = VoucherPayment {
        paid: 5,
        to_payee: 4,
        shortfall: 0,
    };

    #[test]
    fn each_voucher_has_the_fate_that_the_events_tell() {
        let none = VoucherRefusal::NothingDue;
        assert_eq!(fates(2, vec![], vec![PAID, PAID]), Some(vec![Ok(PAID), Ok(PAID)]));
        assert_eq!(
            fates(3, vec![(1, none)], vec![PAID, PAID]),
            Some(vec![Ok(PAID), Err(none), Ok(PAID)])
        );
        assert_eq!(fates(1, vec![(0, none)], vec![]), Some(vec![Err(none)]));
    }

    #[test]
    fn events_that_do_not_fit_the_vouchers_are_not_believed() {
        let none = VoucherRefusal::NothingDue;
        assert_eq!(fates(2, vec![], vec![PAID]), None);
        assert_eq!(fates(1, vec![], vec![PAID, PAID]), None);
        assert_eq!(fates(1, vec![(1, none)], vec![]), None);
    }

    #[tokio::test]
    async fn the_fee_of_a_redemption_is_known_before_anything_is_sent() {
        use crate::testing::{signer, FakeChain, FEE};
        let fake = FakeChain::new();
        let chain = fake.dial().await.unwrap();
        let alice = signer("//Alice");
        assert_eq!(chain.redeem_fee(&alice, vec![]).await.unwrap(), FEE);
        assert!(fake.state().handed_over.is_empty());
    }
}
