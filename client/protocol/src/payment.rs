//! What is said on the stream of payments, byte by byte. docs/spec/payment-protocol.md, "Messages".
//!
//! **Nothing here is checked but spelling**: neither signatures, nor who may be paid, nor how much. Each message of the payer
//! is answered exactly once, under its number, as on the stream of chunks; and it is another stream, so that a voucher never
//! waits behind a slice.

use crate::limits::*;
use crate::messages::{DecodeError, EncodeError};
use crate::wire::{header, Reader, Writer};
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{
    PoolId, SessionId, SessionKey, SignedVoucher, Voucher, VoucherLine, VoucherLines, MAX_LINES,
};
use hashcard_primitives::Balance;

const HELLO: u8 = 0x10;
const VOUCHER: u8 = 0x11;

const TERMS: u8 = 0x91;
const ACCEPTED: u8 = 0x92;
const REFUSED: u8 = 0xff;

const ED25519: u8 = 0;
const SR25519: u8 = 1;

/// An account, as it stands in a voucher's signed bytes.
pub type Account = [u8; 32];

/// What the signed bytes of a greeting begin with, after their length: they are nothing else, whatever signs them.
pub const HELLO_TAG: [u8; 32] = *b"hashcard/payment-hello/1\0\0\0\0\0\0\0\0";

/// A session of a pool: who pays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SessionRef {
    /// Whose money.
    pub pool: PoolId,
    /// Which of the pool's sessions.
    pub session: SessionId,
}

/// Who pays, whom, and for what. The payment stream speaks of nothing else from then on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hello {
    /// The chain on which the money is.
    pub genesis: [u8; 32],
    /// Who pays.
    pub payer: SessionRef,
    /// What signs for him; as the chain says.
    pub key: SessionKey,
    /// Who is paid, as the payer knows him from the seat.
    pub payee: Account,
    /// The card whose bytes are paid for.
    pub card: CardId,
    /// The root of that card, as it is named on the stream of chunks.
    pub root: ContentRoot,
}

/// What a payee asks for. Amounts are in the chain's smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Price of 2²⁰ bytes of the blob. 0: nothing is owed.
    pub price_per_mib: Balance,
    /// Bytes that this peer still has free.
    pub free_bytes: u64,
    /// Bytes that are served beyond those that are vouched for.
    pub window: u64,
    /// What the best voucher promises for this card.
    pub vouched: Balance,
    /// What was earned of that by serving.
    pub earned: Balance,
}

/// The lines of a voucher and its signature; pool, session and payee are those of the greeting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    /// How much, for which cards.
    pub lines: VoucherLines,
    /// By the session's key, over the bytes of `hashcard_primitives::channel::Voucher::signed_bytes`.
    pub signature: [u8; 64],
}

/// From a payer to a payee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToPayee {
    /// The first message, once. Answered by `Terms` or `Refused`.
    Hello {
        /// Who pays.
        hello: Hello,
        /// By the session's key, over [`Hello::signed_bytes`].
        signature: [u8; 64],
    },
    /// A promise. Answered by `Accepted` or `Refused`.
    Voucher(Promise),
}

/// From a payee to a payer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToPayer {
    /// What the payee asks for.
    Terms(Terms),
    /// The voucher is stored for good, or one that is as good was stored before.
    Accepted {
        /// For each card of the voucher, the most that was ever promised.
        best: VoucherLines,
    },
    /// It was not taken.
    Refused(Decline),
}

/// Why a payee does not take what he was sent. Codes that are not listed may be given by later versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decline(pub u8);

impl Decline {
    /// No such kind of message in this version.
    pub const UNKNOWN_KIND: Self = Self(1);
    /// Another version of the messages.
    pub const UNKNOWN_VERSION: Self = Self(2);
    /// Another chain.
    pub const WRONG_CHAIN: Self = Self(3);
    /// Somebody else is to be paid here.
    pub const NOT_PAYEE: Self = Self(4);
    /// That card, or that root of it, is not served here.
    pub const UNKNOWN_CARD: Self = Self(5);
    /// There is no such pool or session at the finalised head, or it has another key.
    pub const UNKNOWN_SESSION: Self = Self(6);
    /// The pool is closed, or the session over, or either too soon to be redeemed for certain.
    pub const ENDING: Self = Self(7);
    /// Nothing is left behind the session.
    pub const NO_MONEY: Self = Self(8);
    /// The session's key did not sign these bytes.
    pub const BAD_SIGNATURE: Self = Self(9);
    /// The terms are not those that were told any more: greet again.
    pub const TERMS_CHANGED: Self = Self(10);
    /// The books of the payee are full.
    pub const TOO_MANY: Self = Self(11);
    /// The payee cannot look it up, or cannot store it, now.
    pub const NOT_NOW: Self = Self(12);
    /// The lane has no room for one of the cards.
    pub const NO_ROOM: Self = Self(13);
    /// More is promised beyond what was served than any window is.
    pub const TOO_MUCH: Self = Self(14);

    /// For people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::UNKNOWN_KIND | Self::UNKNOWN_VERSION => "it does not understand this version of payments",
            Self::WRONG_CHAIN => "it is paid on another chain",
            Self::NOT_PAYEE => "its seat is another account's",
            Self::UNKNOWN_CARD => "it does not serve that card",
            Self::UNKNOWN_SESSION => "it finds no such pool or session in the finalised chain",
            Self::ENDING => "the pool is closed, or the session ends too soon",
            Self::NO_MONEY => "nothing is left in the pool for it",
            Self::BAD_SIGNATURE => "it says that the session's key did not sign",
            Self::TERMS_CHANGED => "its terms have changed",
            Self::TOO_MANY => "it keeps accounts for too many others",
            Self::NO_ROOM => "the lane towards it has no room for another card",
            Self::TOO_MUCH => "it was promised more than it can have served",
            Self::NOT_NOW => "it cannot take payments now",
            _ => "it refuses payment for a reason of a later version",
        }
    }
}

impl Hello {
    /// The bytes that a session's key signs to show that the peer with the id `peer` pays from it: what another peer saw of a
    /// session, on chain or on its own streams, gives it no credit. `peer` is the binary peer id, at most 255 bytes; what is
    /// longer has no signed bytes.
    pub fn signed_bytes(&self, peer: &[u8]) -> Option<Vec<u8>> {
        let peer_len = u8::try_from(peer.len()).ok()?;
        let mut fields = Vec::with_capacity(256);
        fields.extend(HELLO_TAG);
        fields.extend(self.genesis);
        fields.extend(self.payer.pool.to_le_bytes());
        fields.extend(self.payer.session.to_le_bytes());
        fields.extend(self.payee);
        fields.extend(self.card.to_le_bytes());
        fields.extend(self.root.0);
        fields.push(peer_len);
        fields.extend(peer);
        let following = u16::try_from(fields.len()).ok()?;
        Some([&following.to_le_bytes()[..], &fields].concat())
    }

    /// The voucher that these lines are of.
    pub fn voucher(&self, lines: VoucherLines) -> Voucher<Account> {
        Voucher {
            pool: self.payer.pool,
            session: self.payer.session,
            payee: self.payee,
            lines,
        }
    }

    /// What goes to the chain of a promise made on this stream.
    pub fn signed_voucher(&self, promise: Promise) -> SignedVoucher<Account> {
        SignedVoucher {
            voucher: self.voucher(promise.lines),
            signature: promise.signature,
        }
    }
}

impl ToPayee {
    /// The bytes of this message under number `id`, prefix included. The only place that builds them.
    pub fn frame(&self, id: u32) -> Result<Vec<u8>, EncodeError> {
        let mut body = Writer::new();
        match self {
            ToPayee::Hello { hello, signature } => {
                let (kind, key) = match &hello.key {
                    SessionKey::Ed25519(key) => (ED25519, key),
                    SessionKey::Sr25519(key) => (SR25519, key),
                };
                body.header(HELLO, id)
                    .bytes(&hello.genesis)
                    .u64(hello.payer.pool)
                    .u32(hello.payer.session)
                    .bytes(&[kind])
                    .bytes(key)
                    .bytes(&hello.payee)
                    .u64(hello.card)
                    .bytes(&hello.root.0)
                    .bytes(signature);
            }
            ToPayee::Voucher(Promise { lines, signature }) => {
                body.header(VOUCHER, id);
                write_lines(&mut body, lines)?;
                body.bytes(signature);
            }
        }
        body.finish(MAX_PAYMENT_BODY)
    }

    /// Number and message of a body.
    pub fn decode(body: &[u8]) -> Result<(u32, Self), DecodeError> {
        let (kind, id, mut fields) = header(body)?;
        let message = match kind {
            HELLO => {
                let genesis = fields.array()?;
                let (pool, session) = (fields.u64()?, fields.u32()?);
                let [kind] = fields.array()?;
                let key = fields.array()?;
                let key = match kind {
                    ED25519 => SessionKey::Ed25519(key),
                    SR25519 => SessionKey::Sr25519(key),
                    other => {
                        return Err(DecodeError::OutOfRange {
                            field: "key_kind",
                            value: u64::from(other),
                            max: u64::from(SR25519),
                        })
                    }
                };
                let hello = Hello {
                    genesis,
                    payer: SessionRef { pool, session },
                    key,
                    payee: fields.array()?,
                    card: fields.u64()?,
                    root: ContentRoot(fields.array()?),
                };
                ToPayee::Hello {
                    hello,
                    signature: fields.array()?,
                }
            }
            VOUCHER => ToPayee::Voucher(Promise {
                lines: read_lines(&mut fields)?,
                signature: fields.array()?,
            }),
            _ => return Err(DecodeError::UnknownKind { id, kind }),
        };
        fields.end()?;
        Ok((id, message))
    }
}

impl ToPayer {
    /// The bytes of this answer to message `id`, prefix included. The only place that builds them.
    pub fn frame(&self, id: u32) -> Result<Vec<u8>, EncodeError> {
        let mut body = Writer::new();
        match self {
            ToPayer::Terms(terms) => {
                body.header(TERMS, id)
                    .u128(terms.price_per_mib)
                    .u64(terms.free_bytes)
                    .u64(terms.window)
                    .u128(terms.vouched)
                    .u128(terms.earned);
            }
            ToPayer::Accepted { best } => {
                body.header(ACCEPTED, id);
                write_lines(&mut body, best)?;
            }
            ToPayer::Refused(Decline(code)) => {
                body.header(REFUSED, id).bytes(&[*code]);
            }
        }
        body.finish(MAX_PAYMENT_BODY)
    }

    /// Number and answer of a body.
    pub fn decode(body: &[u8]) -> Result<(u32, Self), DecodeError> {
        let (kind, id, mut fields) = header(body)?;
        let message = match kind {
            TERMS => ToPayer::Terms(Terms {
                price_per_mib: fields.u128()?,
                free_bytes: fields.u64()?,
                window: fields.u64()?,
                vouched: fields.u128()?,
                earned: fields.u128()?,
            }),
            ACCEPTED => ToPayer::Accepted {
                best: read_lines(&mut fields)?,
            },
            REFUSED => {
                let [code] = fields.array()?;
                ToPayer::Refused(Decline(code))
            }
            _ => return Err(DecodeError::UnknownKind { id, kind }),
        };
        fields.end()?;
        Ok((id, message))
    }
}

fn write_lines(body: &mut Writer, lines: &VoucherLines) -> Result<(), EncodeError> {
    check_order(lines).map_err(EncodeError)?;
    let count = u8::try_from(lines.len()).expect("a voucher has at most sixteen lines; qed");
    body.bytes(&[count]);
    for line in lines {
        body.u64(line.card).u128(line.cumulative);
    }
    Ok(())
}

fn read_lines(fields: &mut Reader<'_>) -> Result<VoucherLines, DecodeError> {
    let [count] = fields.array()?;
    let mut lines = VoucherLines::default();
    for _ in 0..count {
        let line = VoucherLine {
            card: fields.u64()?,
            cumulative: fields.u128()?,
        };
        lines.try_push(line).map_err(|_| DecodeError::OutOfRange {
            field: "lines",
            value: u64::from(count),
            max: u64::from(MAX_LINES),
        })?;
    }
    check_order(&lines)?;
    Ok(lines)
}

fn check_order(lines: &VoucherLines) -> Result<(), DecodeError> {
    let ordered = !lines.is_empty() && lines.windows(2).all(|pair| pair[0].card < pair[1].card);
    ordered.then_some(()).ok_or(DecodeError::Lines)
}
