//! Whatever calls carry and runtime APIs answer: a value that is accepted is written as the bytes it was read from, and none
//! takes more memory than its bytes could fill.
#![no_main]

use codec::{Decode, DecodeAll, Encode};
use hashcard_primitives::{
    card::{CardView, Listing, Sources},
    channel::{
        CreditView, LaneOpenings, LaneView, PoolView, SessionView, VoucherPayment, VoucherRefusal, Vouchers,
    },
    feed::{FeedPage, FeedQuery},
    figures::ChainFigures,
    key::{
        ClerkCapsuleView, ClerksView, KeyPage, KeyView, ListingPage, OfferPage, OrderPage, PriceHistory,
        TurnView,
    },
    lengths::Lengths,
    reward::{
        ChallengeView, ClaimView, CollectedClaims, DeliveryEarnings, Emission, EndowmentView, EraView,
        PossessionProofs,
    },
    seeder::{Addresses, Deltas, PeerId, SeatPage},
    social::{FollowCounts, Reaction, ReactionCounts},
    validator::{CandidatePage, CandidateView, SetView},
};
use libfuzzer_sys::fuzz_target;

type Account = [u8; 32];
type Read = fn(&[u8]);

fn read<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::decode_all(&mut &bytes[..]) {
        assert_eq!(value.encode(), bytes, "{}", std::any::type_name::<T>());
    }
}

const READS: &[Read] = &[
    // Answers.
    read::<Option<CardView<Account>>>,
    read::<Vec<u64>>,
    read::<FeedPage<Account>>,
    read::<Sources>,
    read::<SeatPage<Account>>,
    read::<Option<KeyView<Account>>>,
    read::<KeyPage<Account>>,
    read::<OrderPage<Account>>,
    read::<Option<TurnView<Account>>>,
    read::<ListingPage<Account, u64>>,
    read::<ListingPage<Account, u128>>,
    read::<OfferPage<Account>>,
    read::<Option<PriceHistory>>,
    read::<ClerksView<Account>>,
    read::<Option<ClerkCapsuleView>>,
    read::<Option<PoolView<Account>>>,
    read::<Vec<SessionView>>,
    read::<Vec<LaneView<Account>>>,
    read::<Option<CreditView<Account>>>,
    read::<Vec<Result<VoucherPayment, VoucherRefusal>>>,
    read::<EraView>,
    read::<Emission>,
    read::<Option<ChallengeView>>,
    read::<Vec<ClaimView>>,
    read::<Option<DeliveryEarnings>>,
    read::<Vec<EndowmentView<Account>>>,
    read::<ReactionCounts>,
    read::<Vec<(u64, Reaction)>>,
    read::<FollowCounts>,
    read::<SetView<Account>>,
    read::<CandidatePage<Account>>,
    read::<Option<CandidateView<Account>>>,
    read::<Lengths>,
    read::<ChainFigures>,
    // Arguments.
    read::<Listing>,
    read::<FeedQuery<Account>>,
    read::<Deltas>,
    read::<PeerId>,
    read::<Addresses>,
    read::<Vouchers<Account>>,
    read::<LaneOpenings<Account>>,
    read::<PossessionProofs>,
    read::<CollectedClaims>,
];

// The first byte says which.
fuzz_target!(|data: &[u8]| {
    if let Some((which, bytes)) = data.split_first() {
        READS[usize::from(*which) % READS.len()](bytes);
    }
});
