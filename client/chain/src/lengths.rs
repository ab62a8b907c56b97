//! The lengths that genesis set.
//!
//! **The answer grew once**: runtimes before spec version 4 have no candidates and no council, so they end before the two lengths of
//! those. Such a length is zero here.

use crate::{Chain, ChainAt, Result};
use codec::{Decode, Error, Input};
use hashcard_primitives::lengths::Lengths;

/// How many lengths every runtime tells.
pub(crate) const FIRST: usize = 8;

/// Lengths of any runtime.
struct Told(Lengths);

impl Decode for Told {
    fn decode<I: Input>(input: &mut I) -> core::result::Result<Self, Error> {
        let (slot_millis, epoch_slots, order_deadline_blocks, settlement_window_blocks) =
            Decode::decode(input)?;
        let (seat_lifetime_blocks, lock_window_blocks, closing_window_blocks, era_blocks) =
            Decode::decode(input)?;
        let (unbonding_sessions, notice_blocks) = match input.remaining_len()? {
            Some(0) => (0, 0),
            _ => Decode::decode(input)?,
        };
        Ok(Told(Lengths {
            slot_millis,
            epoch_slots,
            order_deadline_blocks,
            settlement_window_blocks,
            seat_lifetime_blocks,
            lock_window_blocks,
            closing_window_blocks,
            era_blocks,
            unbonding_sessions,
            notice_blocks,
        }))
    }
}

impl ChainAt {
    /// The lengths that genesis set.
    pub async fn lengths(&self) -> Result<Lengths> {
        let Told(lengths) = self
            .chain
            .runtime_call(self.hash, "LengthsApi_lengths", ())
            .await?;
        Ok(lengths)
    }
}

impl Chain {
    /// The lengths that genesis set.
    pub async fn lengths(&self) -> Result<Lengths> {
        self.at_finalized().await?.lengths().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{DecodeAll, Encode};

    #[test]
    fn an_answer_of_an_older_runtime_is_whole_without_the_last_two_and_no_shorter() {
        let lengths = Lengths {
            slot_millis: 3_000,
            epoch_slots: 100,
            order_deadline_blocks: 1,
            settlement_window_blocks: 2,
            seat_lifetime_blocks: 3,
            lock_window_blocks: 4,
            closing_window_blocks: 5,
            era_blocks: 6,
            unbonding_sessions: 7,
            notice_blocks: 8,
        };
        let (bytes, read) = (lengths.encode(), |bytes: &[u8]| {
            Told::decode_all(&mut &bytes[..]).ok().map(|told| told.0)
        });
        assert_eq!(read(&bytes), Some(lengths));
        let older = Lengths {
            unbonding_sessions: 0,
            notice_blocks: 0,
            ..lengths
        };
        assert_eq!(read(&bytes[..bytes.len() - 8]), Some(older));
        for missing in [1, 4, 7, 9, bytes.len()] {
            assert_eq!(read(&bytes[..bytes.len() - missing]), None, "{missing}");
        }
    }
}
