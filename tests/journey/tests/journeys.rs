//! Every journey, one file per promise. What each proves, and how long it takes, is in tests/README.md.

mod attach;
mod bad_input;
mod cli;
mod crash;
mod expiry;
mod false_key;
mod happy;
mod restart;
