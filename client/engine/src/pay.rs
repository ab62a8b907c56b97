//! Payment for bytes, both sides. **What was promised is on disk before a voucher leaves, and what was received before it is
//! answered**: a promise that was forgotten is owed all the same. docs/spec/payment-protocol.md.

pub(crate) mod journal;
pub(crate) mod lanes;
pub(crate) mod order;
pub(crate) mod pool;
pub(crate) mod purse;
pub(crate) mod session;
