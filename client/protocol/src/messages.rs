//! What peers say to each other, byte by byte. docs/spec/swarm-protocol.md, "Messages".
//!
//! A requester numbers its requests; each but `Cancel` is answered exactly once, under its number, in any order. So
//! neither side needs to guess what is still on its way. A message has one spelling: decoding accepts exactly what
//! [`Request::frame`] and [`Answer::frame`] build, and nothing is left over.

use crate::bitfield::{check_page, BitfieldError};
use crate::limits::*;
use crate::wire::{below, header, within, Writer};
use core::time::Duration;
use hashcard_primitives::blob::{ContentRoot, MAX_BLOB_LEN};
use hashcard_primitives::Balance;

const HAVE: u8 = 0x01;
const CHUNK: u8 = 0x02;
const CANCEL: u8 = 0x03;

const HOLDING: u8 = 0x81;
const UNKNOWN: u8 = 0x82;
const SLICE: u8 = 0x83;
const NOT_HELD: u8 = 0x84;
const BUSY: u8 = 0x85;
const CANCELLED: u8 = 0x86;
const PAYMENT_DUE: u8 = 0x90;
const REFUSED: u8 = 0xff;

/// From a requester to a holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// Which chunks do you hold? Answered by `Holding`, `Unknown` or `Busy`.
    Have {
        /// The blob.
        root: ContentRoot,
        /// Which [`PAGE_CHUNKS`] of its chunks; below [`MAX_PAGES`].
        page: u64,
    },
    /// Send a chunk with its proof. Answered by `Slice`, `NotHeld`, `Busy`, `PaymentDue` or `Cancelled`.
    Chunk {
        /// The blob.
        root: ContentRoot,
        /// Index of the chunk; below [`MAX_CHUNKS`].
        chunk: u64,
    },
    /// Do not bother to answer the request of this number, if it still waits. Not answered itself.
    Cancel,
}

/// From a holder to a requester.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A page of the chunks held.
    Holding {
        /// Length of the blob, bytes.
        blob_len: u64,
        /// The page that was asked for.
        page: u64,
        /// Its bits, as [`crate::Bitfield::page`] gives them.
        bits: Vec<u8>,
    },
    /// Nothing is known of this blob.
    Unknown,
    /// The chunk and its proof, at most [`MAX_SLICE_LEN`] bytes; not yet verified.
    Slice {
        /// As `hashcard_format::verify_slice` reads it.
        bytes: Vec<u8>,
    },
    /// The chunk is not held.
    NotHeld,
    /// Too much to do; at most [`MAX_RETRY`].
    Busy {
        /// How long to rest before asking again; whole milliseconds.
        retry_after: Duration,
    },
    /// The request was cancelled in time.
    Cancelled,
    /// The chunk is served once both are so, for the card that the requester named on its payment stream.
    PaymentDue {
        /// A voucher promises at least this much for the card, ever.
        vouched: Balance,
        /// The lane's reserve, and what was redeemed from it, are together at least this much.
        secured: Balance,
    },
    /// The request was not understood.
    Refused(Refusal),
}

/// Why a request was refused. Codes that are not listed may be given by later versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal(pub u8);

impl Refusal {
    /// No such kind of request in this version.
    pub const UNKNOWN_KIND: Self = Self(1);
    /// Another version of the messages.
    pub const UNKNOWN_VERSION: Self = Self(2);
}

/// Why bytes are not a message.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// The length prefix is beyond what this side accepts.
    #[error("a message of {len} bytes was announced, at most {max} are accepted here")]
    TooLong {
        /// Length that was announced.
        len: u64,
        /// Longest body accepted.
        max: usize,
    },
    /// Too short for a header, or the fields do not fill the body.
    #[error("a message of kind {kind:#04x} does not have {found} bytes")]
    Length {
        /// Kind of message, 0 when there was none.
        kind: u8,
        /// Bytes of the body.
        found: usize,
    },
    /// A field is out of its range.
    #[error("the {field} of a message is {value}, at most {max} is possible")]
    OutOfRange {
        /// Name of the field in the specification.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// The bits of `Holding` are not those of the page it names.
    #[error("the bits of a holding do not fit")]
    Bits(#[source] BitfieldError),
    /// The lines of a voucher are not in ascending order of cards, or one is there twice.
    #[error("the lines of a voucher are out of order")]
    Lines,
    /// A kind of this version that nobody knows. Not a breach: it is to be refused under this number.
    #[error("messages of kind {kind:#04x} are not known in this version")]
    UnknownKind {
        /// Number of the message.
        id: u32,
        /// Its kind.
        kind: u8,
    },
    /// Another version. Not a breach: it is to be refused under this number.
    #[error("a message of version {version}, this is version {VERSION}")]
    UnknownVersion {
        /// Number of the message.
        id: u32,
        /// Its version.
        version: u8,
    },
}

impl DecodeError {
    /// How to answer what a later version would understand; `None` for a breach, which ends the connection.
    pub fn refusal(self) -> Option<(u32, Refusal)> {
        match self {
            DecodeError::UnknownKind { id, .. } => Some((id, Refusal::UNKNOWN_KIND)),
            DecodeError::UnknownVersion { id, .. } => Some((id, Refusal::UNKNOWN_VERSION)),
            _ => None,
        }
    }
}

/// The message would be longer than a peer accepts, or says what no peer would believe.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
#[error("building a message of the swarm: {0}")]
pub struct EncodeError(#[source] pub(crate) DecodeError);

/// Length of the body that follows this prefix.
pub fn body_len(prefix: [u8; PREFIX_LEN], max: usize) -> Result<usize, DecodeError> {
    let len = u32::from_le_bytes(prefix);
    match usize::try_from(len) {
        Ok(body) if body <= max => Ok(body),
        _ => Err(DecodeError::TooLong {
            len: u64::from(len),
            max,
        }),
    }
}

impl Request {
    /// The bytes of this request under number `id`, prefix included. The only place that builds them.
    pub fn frame(&self, id: u32) -> Result<Vec<u8>, EncodeError> {
        let mut body = Writer::new();
        match self {
            Request::Have { root, page } => {
                let page = within("page", *page, MAX_PAGES - 1).map_err(EncodeError)?;
                body.header(HAVE, id).bytes(&root.0).u32(page);
            }
            Request::Chunk { root, chunk } => {
                let chunk = within("chunk", *chunk, MAX_CHUNKS - 1).map_err(EncodeError)?;
                body.header(CHUNK, id).bytes(&root.0).u32(chunk);
            }
            Request::Cancel => {
                body.header(CANCEL, id);
            }
        }
        body.finish(MAX_REQUEST_BODY)
    }

    /// Number and request of a body.
    pub fn decode(body: &[u8]) -> Result<(u32, Self), DecodeError> {
        let (kind, id, mut fields) = header(body)?;
        let request = match kind {
            HAVE => {
                let root = ContentRoot(fields.array()?);
                Request::Have {
                    root,
                    page: below("page", fields.u32()?, MAX_PAGES - 1)?,
                }
            }
            CHUNK => {
                let root = ContentRoot(fields.array()?);
                Request::Chunk {
                    root,
                    chunk: below("chunk", fields.u32()?, MAX_CHUNKS - 1)?,
                }
            }
            CANCEL => Request::Cancel,
            _ => return Err(DecodeError::UnknownKind { id, kind }),
        };
        fields.end()?;
        Ok((id, request))
    }
}

impl Answer {
    /// The bytes of this answer to request `id`, prefix included. The only place that builds them.
    pub fn frame(&self, id: u32) -> Result<Vec<u8>, EncodeError> {
        let mut body = Writer::new();
        match self {
            Answer::Holding { blob_len, page, bits } => {
                check_page(*blob_len, *page, bits)
                    .map_err(|source| EncodeError(DecodeError::Bits(source)))?;
                let page = within("page", *page, MAX_PAGES - 1).map_err(EncodeError)?;
                body.header(HOLDING, id)
                    .bytes(&blob_len.to_le_bytes())
                    .u32(page)
                    .bytes(bits);
            }
            Answer::Unknown => {
                body.header(UNKNOWN, id);
            }
            Answer::Slice { bytes } => {
                body.reserve(bytes.len());
                body.header(SLICE, id).bytes(bytes);
            }
            Answer::NotHeld => {
                body.header(NOT_HELD, id);
            }
            Answer::Busy { retry_after } => {
                let wanted = retry_after.min(&MAX_RETRY).as_millis();
                let millis = u32::try_from(wanted).expect("MAX_RETRY is far below 2^32 milliseconds; qed");
                body.header(BUSY, id).u32(millis);
            }
            Answer::Cancelled => {
                body.header(CANCELLED, id);
            }
            Answer::PaymentDue { vouched, secured } => {
                body.header(PAYMENT_DUE, id).u128(*vouched).u128(*secured);
            }
            Answer::Refused(Refusal(code)) => {
                body.header(REFUSED, id).bytes(&[*code]);
            }
        }
        body.finish(MAX_ANSWER_BODY)
    }

    /// Number and answer of a body.
    pub fn decode(mut body: Vec<u8>) -> Result<(u32, Self), DecodeError> {
        if body.len() > MAX_ANSWER_BODY {
            return Err(DecodeError::TooLong {
                len: body.len() as u64,
                max: MAX_ANSWER_BODY,
            });
        }
        let (kind, id, mut fields) = header(&body)?;
        let answer = match kind {
            HOLDING => {
                let blob_len = u64::from_le_bytes(fields.array()?);
                if blob_len > MAX_BLOB_LEN {
                    return Err(DecodeError::OutOfRange {
                        field: "blob_len",
                        value: blob_len,
                        max: MAX_BLOB_LEN,
                    });
                }
                let page = below("page", fields.u32()?, MAX_PAGES - 1)?;
                let bits = fields.rest();
                check_page(blob_len, page, bits).map_err(DecodeError::Bits)?;
                return Ok((
                    id,
                    Answer::Holding {
                        blob_len,
                        page,
                        bits: bits.to_vec(),
                    },
                ));
            }
            SLICE => {
                body.drain(..HEADER_LEN);
                return Ok((id, Answer::Slice { bytes: body }));
            }
            UNKNOWN => Answer::Unknown,
            NOT_HELD => Answer::NotHeld,
            BUSY => {
                let millis = below("retry_after", fields.u32()?, MAX_RETRY.as_millis() as u64)?;
                Answer::Busy {
                    retry_after: Duration::from_millis(millis),
                }
            }
            CANCELLED => Answer::Cancelled,
            PAYMENT_DUE => Answer::PaymentDue {
                vouched: fields.u128()?,
                secured: fields.u128()?,
            },
            REFUSED => Answer::Refused(Refusal(u8::from_le_bytes(fields.array()?))),
            _ => return Err(DecodeError::UnknownKind { id, kind }),
        };
        fields.end()?;
        Ok((id, answer))
    }
}
