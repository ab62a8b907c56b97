//! What a block has room for, and what it costs to fill it: no call is too large for a block, an empty block is as cheap on a grown
//! chain as on a new one, and nobody makes state grow for less than it is worth.

#[path = "load/acts.rs"]
mod acts;
#[path = "load/hooks.rs"]
mod hooks;
#[path = "load/spam.rs"]
mod spam;
#[path = "load/weights.rs"]
mod weights;
