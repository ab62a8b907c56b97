//! People with pools, people who deliver, and the cards that they deliver. Each step is sent to the chain, and to the
//! books, and both must say the same.

use crate::{
    books::{pair_of, Books, Card, Effect, Pool, Session},
    steps::{Promise, Step, Who, Wrong},
};
use frame_support::assert_ok;
use hashcard_primitives::{
    card::Listing,
    channel::{
        LaneOpening, PoolId, SessionId, SessionKey, SignedVoucher, Voucher, VoucherLine, VoucherPayment,
        VoucherRefusal, Vouchers,
    },
};
use hashcard_runtime::{
    constants::money::{CARD, EXISTENTIAL_DEPOSIT},
    AccountId, Channels, Runtime, RuntimeCall, RuntimeEvent, System,
};
use hashcard_runtime_tests::{
    account,
    content::{listing, Sealed},
    go_to, sign, GENESIS,
};
use pallet_channels::{Call, Event};
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use sp_runtime::MultiAddress;

/// Those who have money.
pub const PEOPLE: [Sr25519Keyring; 5] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
];
/// Owns nothing here, and can pay for anything.
pub const BANK: Sr25519Keyring = Sr25519Keyring::AliceStash;
/// Those who are paid: people, creators among them, and two who have no account.
const PAYEES: usize = PEOPLE.len() + 2;
/// By whom, and the creator's share of deliveries.
const CARDS: [(usize, u32); 4] = [(2, 100_000), (3, 0), (4, 1_000_000), (2, 333_333)];
/// A card that is retired before the first step, so that nothing of it is left.
const GONE: usize = 1;

pub fn person(who: usize) -> AccountId {
    account(PEOPLE[who % PEOPLE.len()])
}

fn payee(who: usize) -> AccountId {
    match who % PAYEES {
        known if known < PEOPLE.len() => person(known),
        unborn => AccountId::new([0xC0 + unborn as u8; 32]),
    }
}

/// The chain's people, and their books.
#[derive(Clone, Default)]
pub struct Street {
    pub books: Books,
    last: Vec<(SignedVoucher<AccountId>, bool)>,
}

/// What a step did.
#[derive(Default)]
pub struct Done {
    pub name: &'static str,
    pub taken: bool,
    pub effect: Effect,
}

fn send(who: &AccountId, call: impl Into<RuntimeCall>) -> bool {
    match sign(who, call) {
        Ok(()) => true,
        // Everybody here can pay for what he does; a refusal is the pallet's own.
        Err(error) => {
            assert!(
                !matches!(error, sp_runtime::DispatchError::Token(_)),
                "nobody is short of money: {error:?}"
            );
            false
        }
    }
}

/// Whether chain and books agree, and took it.
fn agree(chain: bool, books: bool, what: &str) -> bool {
    assert_eq!(chain, books, "{what}: the chain said {chain}, the books {books}");
    chain
}

impl Street {
    /// What is there before the first step: four cards with different shares, one of them gone; a pool with a session and
    /// lanes to two payees.
    pub fn opened() -> Self {
        let mut street = Self::default();
        send_strangers_home();
        for (number, (by, delivery_share)) in CARDS.into_iter().enumerate() {
            let said = Listing {
                delivery_share,
                ..listing(0, None)
            };
            let content = Sealed::new(&person(by), 900 + number as u64, false);
            let card = content.publish_as(said).expect("it can be published");
            assert_eq!(card as usize, street.books.cards.len());
            street.books.cards.push(Card {
                creator: Some(person(by)),
                share: delivery_share.into(),
            });
        }
        let retire = pallet_cards::Call::<Runtime>::retire { card: GONE as u64 };
        assert_ok!(sign(&person(CARDS[GONE].0), retire));
        street.books.cards[GONE].creator = None;
        for step in [
            Step::Open {
                by: 0,
                amount: 5 * CARD,
            },
            Step::AddSession {
                pool: 0,
                by: Who::Owner,
                cap: 4 * CARD,
                blocks: 40,
            },
            Step::OpenLanes {
                pool: 0,
                session: 0,
                by: Who::Owner,
                lanes: vec![(1, CARD, 3), (6, 0, 4)],
            },
        ] {
            assert!(street.take(&step).taken, "{step:?}");
        }
        street
    }

    /// Mostly a pool that is there, at times one that is gone or never was.
    fn pool(&self, pick: usize) -> usize {
        let alive = |pool: &usize| self.books.pools[*pool].rows_left() > 0;
        let live: Vec<_> = (0..self.books.pools.len()).filter(alive).collect();
        if pick == 23 || live.is_empty() {
            return pick % (self.books.pools.len() + 1);
        }
        live[pick % live.len()]
    }

    /// Mostly a pool whose window is over, if there is one.
    fn pool_to_withdraw(&self, pick: usize) -> usize {
        let now = System::block_number();
        let waits = |pool: &usize| {
            let row = &self.books.pools[*pool];
            row.rows_left() > 0 && row.is_over(now)
        };
        let over: Vec<_> = (0..self.books.pools.len()).filter(waits).collect();
        match over.is_empty() || pick.is_multiple_of(4) {
            true => self.pool(pick),
            false => over[pick % over.len()],
        }
    }

    /// Mostly a session that can be ended, if there is one.
    fn session_to_end(&self, pool: usize, session: usize) -> (usize, usize) {
        let now = System::block_number();
        let expired = |row: &Session| row.rows_left() > 0 && now > row.expires_at;
        let pools = self.books.pools.iter().enumerate();
        let pools = pools.filter(|(_, row)| row.rows_left() > 0 && !row.is_over(now));
        let ended: Vec<_> = pools
            .flat_map(|(pool, row)| {
                let sessions = row.sessions.iter().enumerate();
                sessions
                    .filter(|(_, row)| expired(row))
                    .map(move |(session, _)| (pool, session))
            })
            .collect();
        if ended.is_empty() || pool.is_multiple_of(4) {
            let pool = self.pool(pool);
            return (pool, self.session(pool, session));
        }
        ended[session % ended.len()]
    }

    /// Mostly somebody who has a lane.
    fn payee_of(session: Option<&Session>, pick: usize) -> AccountId {
        let lanes: Vec<_> = session.into_iter().flat_map(|row| row.lanes.keys()).collect();
        match lanes.is_empty() || pick.is_multiple_of(8) {
            true => payee(pick),
            false => lanes[pick % lanes.len()].clone(),
        }
    }

    fn session(&self, pool: usize, pick: usize) -> usize {
        let sessions = self.books.pools.get(pool).map_or(0, |pool| pool.sessions.len());
        pick % (sessions + usize::from(pick == 23)).max(1)
    }

    fn actor(&self, who: Who, pool: usize) -> AccountId {
        match (who, self.books.pools.get(pool)) {
            (Who::Owner, Some(pool)) => pool.owner.clone(),
            (Who::Owner, None) => person(0),
            (Who::Anybody(who), _) => person(who),
        }
    }

    /// Whether the owner of a pool that is open acts.
    fn may_add(&self, pool: usize, by: &AccountId) -> bool {
        self.books
            .pools
            .get(pool)
            .is_some_and(|row| row.rows_left() > 0 && row.closes_at.is_none() && row.owner == *by)
    }

    /// Takes a step on the chain and in the books.
    pub fn take(&mut self, step: &Step) -> Done {
        match step {
            Step::Open { by, amount } => self.open(*by, *amount),
            Step::TopUp { pool, by, amount } => self.top_up(self.pool(*pool), *by, *amount),
            Step::AddSession {
                pool,
                by,
                cap,
                blocks,
            } => self.add_session(self.pool(*pool), *by, *cap, *blocks),
            Step::OpenLanes {
                pool,
                session,
                by,
                lanes,
            } => {
                let pool = self.pool(*pool);
                self.open_lanes(pool, self.session(pool, *session), *by, lanes)
            }
            Step::Redeem { by, promises } => {
                self.last = promises.iter().map(|promise| self.sign(promise)).collect();
                self.redeem("redeem", *by)
            }
            Step::RedeemAgain { by } => self.redeem("redeem again", *by),
            Step::Close { pool, by } => self.close(self.pool(*pool), *by),
            Step::Withdraw { pool, by, limit } => self.withdraw(self.pool_to_withdraw(*pool), *by, *limit),
            Step::EndSession {
                pool,
                session,
                by,
                limit,
            } => {
                let (pool, session) = self.session_to_end(*pool, *session);
                self.end_session(pool, session, *by, *limit)
            }
            Step::ClaimUnclaimed { payee, by, endow } => claim_unclaimed(*payee, *by, *endow),
            Step::Wait { blocks } => {
                go_to(System::block_number() + blocks);
                done("wait", true)
            }
        }
    }

    fn open(&mut self, by: usize, deposit: u128) -> Done {
        let taken = send(&person(by), Call::open_pool { deposit });
        agree(taken, deposit > 0, "open_pool");
        self.books.pools.push(Pool {
            owner: person(by),
            unreserved: deposit,
            put_in: deposit,
            closes_at: None,
            sessions: Vec::new(),
            freed: 0,
            returned: false,
        });
        done("open_pool", taken)
    }

    fn top_up(&mut self, pool: usize, by: Who, amount: u128) -> Done {
        let by = self.actor(by, pool);
        let may = self.may_add(pool, &by) && amount > 0;
        let call = Call::top_up {
            pool: pool as PoolId,
            amount,
        };
        let taken = agree(send(&by, call), may, "top_up");
        if taken {
            self.books.pools[pool].unreserved += amount;
            self.books.pools[pool].put_in += amount;
        }
        done("top_up", taken)
    }

    fn add_session(&mut self, pool: usize, by: Who, cap: u128, blocks: u32) -> Done {
        let by = self.actor(by, pool);
        let expires_at = System::block_number() + blocks;
        let number = self.books.pools.get(pool).map_or(0, |row| row.sessions.len());
        let pair = pair_of(pool as PoolId, number as SessionId);
        let call = Call::add_session {
            pool: pool as PoolId,
            key: SessionKey::Ed25519(pair.public().0),
            cap,
            expires_at,
        };
        let may = self.may_add(pool, &by) && blocks > 0;
        let taken = agree(send(&by, call), may, "add_session");
        if taken {
            self.books.pools[pool].sessions.push(Session {
                cap,
                charged: 0,
                expires_at,
                lanes: Default::default(),
                freed: 0,
                returned: 0,
            });
        }
        done("add_session", taken)
    }

    fn open_lanes(&mut self, pool: usize, session: usize, by: Who, lanes: &[(usize, u128, u16)]) -> Done {
        let by = self.actor(by, pool);
        let lanes: Vec<_> = lanes
            .iter()
            .map(|(who, reserve, lines)| (payee(*who), *reserve, *lines))
            .collect();
        let opening = |(payee, reserve, lines): &(AccountId, u128, u16)| LaneOpening {
            payee: payee.clone(),
            reserve: *reserve,
            lines: *lines,
        };
        let openings: Vec<_> = lanes.iter().map(opening).collect();
        let call = Call::open_lanes {
            pool: pool as PoolId,
            session: session as SessionId,
            openings: openings.try_into().expect("few"),
        };
        let may = self
            .books
            .open_lanes(pool, session, &by, &lanes, System::block_number());
        done("open_lanes", agree(send(&by, call), may, "open_lanes"))
    }

    /// A voucher, and whether its signature is good.
    fn sign(&self, promise: &Promise) -> (SignedVoucher<AccountId>, bool) {
        let pool = self.pool(promise.pool);
        let session = self.session(pool, promise.session);
        let known = self
            .books
            .pools
            .get(pool)
            .and_then(|row| row.sessions.get(session));
        let to = Self::payee_of(known, promise.payee);
        let paid = |card: usize| {
            let lane = known.and_then(|known| known.lanes.get(&to))?;
            lane.paid.get(&(card as u64)).copied()
        };
        let raises = promise.raises.iter().enumerate();
        let mut lines: Vec<_> = raises
            .filter_map(|(card, raise)| {
                Some(VoucherLine {
                    card: card as u64,
                    cumulative: paid(card).unwrap_or(0).saturating_add((*raise)?),
                })
            })
            .collect();
        match promise.wrong {
            Wrong::UnknownCard => lines.push(VoucherLine {
                card: CARDS.len() as u64,
                cumulative: 5,
            }),
            Wrong::Disorder => lines.reverse(),
            _ => {}
        }
        let (mut pool, mut session) = (pool as PoolId, session as SessionId);
        match promise.wrong {
            Wrong::NoSession => session = SessionId::MAX,
            Wrong::NoPool => pool = PoolId::MAX,
            _ => {}
        }
        let voucher = Voucher {
            pool,
            session,
            payee: to,
            lines: lines.try_into().expect("few"),
        };
        let mut meant = voucher.clone();
        let mut genesis = GENESIS;
        match promise.wrong {
            Wrong::OtherChain => genesis[31] ^= 1,
            Wrong::OtherPool => meant.pool ^= 1,
            Wrong::OtherPayee => meant.payee = AccountId::new([0xEE; 32]),
            _ => {}
        }
        let signer = match promise.wrong {
            Wrong::OtherKey => pair_of(voucher.pool, voucher.session.wrapping_add(1)),
            _ => pair_of(voucher.pool, voucher.session),
        };
        let mut signature = signer.sign(&meant.signed_bytes(&genesis)).0;
        if promise.wrong == Wrong::Forged {
            signature[40] ^= 4;
        }
        let is_signed = !matches!(
            promise.wrong,
            Wrong::Forged | Wrong::OtherChain | Wrong::OtherPool | Wrong::OtherPayee | Wrong::OtherKey
        );
        (SignedVoucher { voucher, signature }, is_signed)
    }

    /// Sends the last vouchers. What the chain quoted, what it did, and what the books say must be one.
    fn redeem(&mut self, name: &'static str, by: usize) -> Done {
        let list: Vec<_> = self.last.iter().map(|(signed, _)| signed.clone()).collect();
        let vouchers: Vouchers<AccountId> = list.try_into().expect("few");
        let quoted = Channels::quote(vouchers.clone());
        let mut effect = Effect::default();
        let now = System::block_number();
        let mut expected = Vec::new();
        let mut as_quoted = self.books.clone();
        let mut by_payees = Vec::new();
        for (signed, is_signed) in &self.last {
            let (voucher, payee) = (&signed.voucher, &signed.voucher.payee);
            let nothing = &mut Effect::default();
            by_payees.push(as_quoted.redeem(voucher, *is_signed, payee, now, nothing));
            expected.push(
                self.books
                    .redeem(voucher, *is_signed, &person(by), now, &mut effect),
            );
        }
        assert_eq!(quoted, by_payees, "the quote of {:?}", self.last);
        System::reset_events();
        let call = Call::redeem { vouchers };
        let taken = agree(send(&person(by), call), !self.last.is_empty(), "redeem");
        if taken {
            assert_eq!(told(), expected, "what became of {:?}", self.last);
        }
        let paid = expected.iter().any(Result::is_ok);
        Done {
            name: if paid { "redeem and pay" } else { name },
            taken,
            effect,
        }
    }

    fn close(&mut self, pool: usize, by: Who) -> Done {
        let by = self.actor(by, pool);
        let may = self.may_add(pool, &by);
        let call = Call::<Runtime>::close_pool { pool: pool as PoolId };
        let taken = agree(send(&by, call), may, "close_pool");
        if taken {
            let closes_at = System::block_number() + Channels::closing_window();
            self.books.pools[pool].closes_at = Some(closes_at);
        }
        done("close_pool", taken)
    }

    pub fn withdraw(&mut self, pool: usize, by: usize, limit: u32) -> Done {
        let now = System::block_number();
        let row = self.books.pools.get(pool);
        let may = row.is_some_and(|row| row.rows_left() > 0 && row.is_over(now));
        let call = Call::<Runtime>::withdraw {
            pool: pool as PoolId,
            limit,
        };
        let may = may && (1..=512).contains(&limit);
        let taken = agree(send(&person(by), call), may, "withdraw");
        if taken {
            let row = &mut self.books.pools[pool];
            row.freed += limit.min(row.rows_left());
            row.returned = true;
            let left = Channels::pool(pool as PoolId).is_some();
            assert_eq!(left, row.rows_left() > 0, "a pool goes with its last row");
        }
        done("withdraw", taken)
    }

    fn end_session(&mut self, pool: usize, session: usize, by: usize, limit: u32) -> Done {
        let now = System::block_number();
        let may = self.books.pools.get(pool).is_some_and(|row| {
            let spent = row.sessions.get(session);
            let ended = spent.is_some_and(|spent| spent.rows_left() > 0 && now > spent.expires_at);
            ended && row.rows_left() > 0 && !row.is_over(now)
        });
        let call = Call::<Runtime>::end_session {
            pool: pool as PoolId,
            session: session as SessionId,
            limit,
        };
        let may = may && (1..=512).contains(&limit);
        System::reset_events();
        let taken = agree(send(&person(by), call), may, "end_session");
        if taken {
            let row = &mut self.books.pools[pool];
            let spent = &mut row.sessions[session];
            spent.freed += limit.min(spent.rows_left());
            // Lanes go in no particular order, so the chain says which reserves returned; in the end it is all.
            let back: u128 = reserves_returned();
            spent.returned += back;
            row.unreserved += back;
            let all = spent.rows_left() == 0;
            assert!(!all || spent.reserved() == 0, "an ended session keeps nothing");
        }
        done("end_session", taken)
    }
}

/// Whoever has an account, or gets one by it, can take what waits for him.
fn claim_unclaimed(pick: usize, by: usize, endow: bool) -> Done {
    let mut waiting: Vec<AccountId> = pallet_channels::Unclaimed::<Runtime>::iter_keys().collect();
    waiting.sort_unstable();
    let waits = !waiting.is_empty();
    let account = match waits {
        true => waiting.swap_remove(pick % waiting.len()),
        false => payee(pick),
    };
    let by = person(by);
    let mut effect = Effect::default();
    if endow && waits {
        let call = pallet_balances::Call::transfer_keep_alive {
            dest: MultiAddress::Id(account.clone()),
            value: CARD,
        };
        assert_ok!(sign(&by, call));
        effect.add(&by, -(CARD as i128));
        effect.add(&account, CARD as i128);
    }
    // Several small amounts make an account when together they are what one needs.
    let amount = pallet_channels::Unclaimed::<Runtime>::get(&account).unwrap_or_default();
    let has_one = System::account_exists(&account) || amount >= EXISTENTIAL_DEPOSIT;
    let call = Call::<Runtime>::claim_unclaimed { account };
    // Who has no account still cannot take it: then the chain refuses with the currency's own error.
    let taken = agree(sign(&by, call).is_ok(), waits && has_one, "claim_unclaimed");
    Done {
        name: "claim_unclaimed",
        taken,
        effect,
    }
}

fn done(name: &'static str, taken: bool) -> Done {
    Done {
        name,
        taken,
        effect: Effect::default(),
    }
}

fn channel_events() -> Vec<Event<Runtime>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Channels(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}

/// What the chain said of each voucher.
fn told() -> Vec<Result<VoucherPayment, VoucherRefusal>> {
    let of = |event| match event {
        Event::Redeemed {
            paid,
            to_payee,
            shortfall,
            ..
        } => Some(Ok(VoucherPayment {
            paid,
            to_payee,
            shortfall,
        })),
        Event::VoucherRefused { refusal, .. } => Some(Err(refusal)),
        _ => None,
    };
    channel_events().into_iter().filter_map(of).collect()
}

fn reserves_returned() -> u128 {
    let of = |event| match event {
        Event::SessionEnded { reserves, .. } => reserves,
        _ => 0,
    };
    channel_events().into_iter().map(of).sum()
}

/// Empties the accounts of a development chain that do not trade: every invariant looks at every account.
fn send_strangers_home() {
    let bank = account(BANK);
    let stays = |who: &AccountId| *who == bank || (0..PEOPLE.len()).any(|number| person(number) == *who);
    for who in Sr25519Keyring::iter().map(account).filter(|who| !stays(who)) {
        let call = pallet_balances::Call::transfer_all {
            dest: MultiAddress::Id(bank.clone()),
            keep_alive: false,
        };
        assert_ok!(sign(&who, call));
    }
}
