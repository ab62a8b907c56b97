//! Payments for bytes: the books of both sides, on disk and on chain.
//!
//! **What is promised is written down before it counts**: a payer's promise before it is sent, a payee's voucher before anything
//! is served upon it. So a crash costs at most one window with each partner, and never a voucher. Who owes what is decided in
//! `hashcard_protocol::ledger`; here are files, keys and the chain.

pub mod price;
pub mod redeem;
pub mod signature;
pub mod till;
pub mod vouchers;
