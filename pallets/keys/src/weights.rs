//! What each call costs. The runtime brings numbers measured by `benchmarking.rs`.

use frame_support::weights::Weight;

/// One weight for each call, at its worst case.
pub trait WeightInfo {
    /// A proof of possession and a deposit.
    fn register_key() -> Weight;
    /// A mint proof, an item and a deposit.
    fn mint() -> Weight;
    /// Two holds and the rows of an order; the key is registered already.
    fn buy() -> Weight;
    /// A mint proof, an item, and the end of a free order.
    fn fulfil_primary() -> Weight;
    /// A transfer proof, an item that moves, and two stakes and a deposit that go back.
    fn fulfil_resale() -> Weight;
    /// The refund of a resale that nobody delivered, with both stakes.
    fn expire_resale() -> Weight;
    /// The refund of a locked claim that nobody delivered.
    fn expire_claim() -> Weight;
    /// The refund of a delivered claim of a frozen card.
    fn expire_delivered() -> Weight;
    /// A payment to a clerk and all collaborators, all of which is left unclaimed.
    fn settle() -> Weight;
    /// A false-key proof and the refund of the reporter.
    fn report_false_key() -> Weight;
    /// One transfer.
    fn claim_unclaimed() -> Weight;
    /// The end of a gift whose holder waits for another key of the card.
    fn discard_key() -> Weight;
    /// One deposit.
    fn remove_key() -> Weight;
    /// Two holds.
    fn list() -> Weight;
    /// Two holds that go back.
    fn unlist() -> Weight;
    /// Two holds and the rows of an order; the encryption key is registered already.
    fn buy_listed() -> Weight;
    /// Two holds and the rows of an offer; the encryption key is registered already.
    fn offer() -> Weight;
    /// The refund of an offer.
    fn withdraw_offer() -> Weight;
    /// The end of a listing and the rows of an order.
    fn accept() -> Weight;
    /// Two holds, after a look at every clerk.
    fn lock() -> Weight;
    /// A transfer proof, an item, the end of a free order and of another's lock.
    fn fulfil_for() -> Weight;
    /// A mint proof and a deposit.
    fn appoint_clerk() -> Weight;
    /// The last of all clerks goes.
    fn dismiss_clerk() -> Weight;
    /// One deposit.
    fn set_clerk_terms() -> Weight;
    /// A transfer proof and an item that moves.
    fn gift() -> Weight;
    /// A transfer proof.
    fn rewrap() -> Weight;
    /// One deposit.
    fn set_upgrade() -> Weight;
    /// As `buy`, and the old key.
    fn claim() -> Weight;
}

/// For mocks. They charge no fees, so any weight will do; **a runtime must not use it**.
impl WeightInfo for () {
    fn register_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn mint() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn buy() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn fulfil_primary() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn fulfil_resale() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn expire_resale() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn expire_claim() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn expire_delivered() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn settle() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn report_false_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn claim_unclaimed() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn discard_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn remove_key() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn list() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn unlist() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn buy_listed() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn offer() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn withdraw_offer() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn accept() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn lock() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn fulfil_for() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn appoint_clerk() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn dismiss_clerk() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn set_clerk_terms() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn gift() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn rewrap() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn set_upgrade() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn claim() -> Weight {
        Weight::from_parts(1, 0)
    }
}
