//! Journeys of real processes: a node, a creator, seeders, a buyer, each with a home folder of its own, on loopback.
//!
//! **Nothing here waits for time to pass.** It waits for an event of a command, a block of the chain or the end of a
//! process, each within a bound; and every process ends with the journey, whatever happens to it.
//!
//! | file | what it is |
//! | --- | --- |
//! | [`Stage`] | a chain and a folder, for one test |
//! | [`Node`] | the chain: start, kill, start again, wait for blocks |
//! | [`Home`] | a person, and the commands he runs |
//! | [`Run`], [`Ran`], [`Refusal`] | a command: its events, its outcome, its error |
//! | [`harness`] | runs journeys side by side |
//! | [`content`] | things to publish, and whether they came back |
//! | [`fork`] | two validators that can be parted and joined |
//! | [`network`] | any number of validators and full nodes, and what may happen to them |
//! | [`false_creator`] | a creator who publishes a card whose key opens nothing |
//! | [`transcript`] | documents of commands that are run as they stand |
//! | [`envelope`] | transactions put together by hand, so that they can be wrong |
//! | [`delay`] | a long way between two peers |
//! | [`between`] | a peer between a light client and a node, that counts, and may lie |
//! | [`cpu`], [`memory`], [`figures`] | processor time, memory, and what rounds of figures say |
//!
//! Programs beside the tests: `demo` (what `scripts/demo` runs), `bench` (what `scripts/bench` runs) and `liar` (a seeder that lies
//! about one chunk).

pub mod between;
mod binaries;
mod claim;
pub mod content;
pub mod cpu;
pub mod delay;
pub mod envelope;
mod failure;
pub mod false_creator;
pub mod figures;
pub mod fork;
pub mod harness;
mod home;
pub mod liar;
mod lines;
pub mod memory;
pub mod network;
mod node;
mod process;
mod rpc;
mod run;
mod stage;
pub mod transcript;

pub use binaries::binary;
pub use failure::{ensure, Failure, Told};
pub use harness::Journey;
pub use home::{Command, Home, Money, DEV_PHRASE};
pub use lines::Lines;
pub use network::{Network, Plan, Setting};
pub use node::{Launch, Node};
pub use process::{within, Lifetime, Process};
pub use rpc::call as ask_node;
pub use run::{Ran, Refusal, Run};
pub use rustix::process::Signal;
pub use stage::{has_full_seats, until, Stage};
