//! The product: `publish → discover → buy → fetch → seed`, one file per verb.
//!
//! **A command is a value, and so is what comes of it** ([`command`]). Who runs it is decided in [`perform`]: this
//! process, if it can own the home, or the daemon that owns it, through the home's socket ([`attach`]). What a person
//! sees of it is not decided here.
//!
//! | file | what it answers |
//! | --- | --- |
//! | [`wallet`] | who am I, and what can I open |
//! | [`home`] | where is what I keep, and who may touch it |
//! | `publish` | how a file becomes a card |
//! | `discover` | what is there |
//! | `search`, `follow` | which of it do I want, found here |
//! | `buy`, `report` | how money becomes a key, and what happens when it is false |
//! | `fetch`, `open` | how a blob comes here, and who may open it |
//! | [`seed`], `fulfil` | what a daemon does all day |
//! | `pay`, `earn` | how bytes are paid for |
//! | `rewards`, `endow` | what holding and delivering earn beside that |
//! | `resell`, `gift` | how a key passes on |
//! | [`clerk`] | who delivers while the creator sleeps |
//! | `deliver`, `encryption_keys`, `holding` | how a capsule is made, for which key, of which key |
//! | `library`, `history` | what do I hold, and what did I do |
//! | `social` | what do I think of a card, and whom do I follow |
//! | `validator` | what is at stake for making blocks |
//! | `recover` | what do my words still have |
//! | `pay` | how delivered bytes are paid for |
//! | `inventory` | what lies in the store |
//! | `checkpoint` | where a light client begins |

pub mod amount;
pub mod attach;
pub mod clerk;
pub mod command;
mod engine;
pub mod error;
pub mod events;
pub mod home;
pub mod notation;
pub mod seed;
pub mod wallet;

mod buy;
mod capsule;
mod checkpoint;
mod deliver;
mod discover;
mod earn;
mod encryption_keys;
mod endow;
mod fetch;
mod follow;
mod fulfil;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gift;
mod history;
mod holding;
mod inventory;
mod library;
mod money;
mod open;
mod pay;
mod perform;
mod publish;
mod recover;
mod report;
mod resell;
mod rewards;
mod search;
mod social;
mod swarm;
mod terms;
mod validator;

pub use engine::{Engine, DEFAULT_NODE};
pub use error::{Code, EngineError};
pub use fulfil::Policy;
pub use hashcard_chain::SS58_PREFIX;
pub use pay::price::Asking;
pub use pay::signature::is_signed;
pub use pay::till::FREE_PER_PEER;
pub use perform::{perform, Settings};
