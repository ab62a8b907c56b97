//! The swarm without a network: bytes of messages, and machines that turn events and time into actions.
//!
//! Nothing here reads a clock, a socket, a file or a random number. Time is an argument (a [`core::time::Duration`]
//! since a start that the caller chooses), chance is a seed. So a whole swarm runs in a test, a thousand times
//! faster than real time, and twice with the same result.
//!
//! * [`messages`]: what peers say to each other; docs/spec/swarm-protocol.md.
//! * [`download`]: one blob being fetched from many peers.
//! * [`upload`]: whom to serve next.
//! * [`payment`]: what payer and payee say to each other; docs/spec/payment-protocol.md.
//! * [`ledger`]: who owes whom how much for which bytes, whatever carried them.
//! * [`limits`]: every bound, with its reason.

pub mod bitfield;
pub mod download;
pub mod ledger;
pub mod limits;
pub mod messages;
pub mod payment;
pub mod upload;

mod wire;

pub use bitfield::Bitfield;
pub use download::{Action, Download, DownloadLimits, DropReason, Verdict, WhyStalled};
pub use messages::{Answer, Refusal, Request};
pub use upload::{Upload, UploadLimits};
