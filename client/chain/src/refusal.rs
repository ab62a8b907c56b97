//! What to do about each error of the chain: a sentence for people, next to the name for programs.

use crate::ChainError;

/// What is advised about an error that is not in the table.
const UNKNOWN_REMEDY: &str = "This program does not know that error; a newer one may.";

/// The error for a call that the chain executed and refused. `detail` is the first byte of the error's own data: for
/// some, which part of the call was at fault.
pub(crate) fn of(call: &'static str, pallet: &str, error: &str, detail: u8) -> ChainError {
    if matches!(
        (call, pallet, error),
        (_, "Token", "FundsUnavailable")
            | (_, "Balances", "InsufficientBalance")
            // How pallet-balances 51 refuses a transfer of more than there is.
            | ("balances.transfer", "Arithmetic", "Underflow")
    ) {
        return ChainError::InsufficientFunds {
            call,
            needed: None,
            free: None,
        };
    }
    let mut remedy = remedy(pallet, error).unwrap_or(UNKNOWN_REMEDY).to_owned();
    if names_a_part(pallet, error) {
        remedy.push_str(&format!(
            " It is about number {detail} of the list, counted from 0."
        ));
    }
    ChainError::Refused {
        call,
        pallet: pallet.to_owned(),
        error: error.to_owned(),
        remedy,
    }
}

/// Errors that carry the position of a delta, a lane, a proof, or a claim.
fn names_a_part(pallet: &str, error: &str) -> bool {
    match pallet {
        "Seeders" => matches!(
            error,
            "UnknownCard"
                | "NotSeedable"
                | "EmptyCoverage"
                | "CoverageDoesNotFit"
                | "BondTooLow"
                | "AlreadySeated"
                | "NotSeated"
                | "SeatTooYoung"
                | "CardFull"
                | "TooManySeats"
                | "NotRemembered"
                | "StillProvable"
        ),
        "Channels" => matches!(
            error,
            "PayeeIsOwner" | "NoRoom" | "NothingAdded" | "TooMuchRoom" | "CapExceeded" | "PoolTooSmall"
        ),
        "Rewards" => matches!(
            error,
            "AlreadyProven"
                | "UnknownCard"
                | "NoBlob"
                | "NotSeated"
                | "SeatTooYoung"
                | "NothingToShare"
                | "WrongLeaf"
                | "StillProvable"
                | "UnknownClaim"
                | "NoCredit"
        ),
        _ => false,
    }
}

/// The table. A test holds it against the errors that the committed metadata declares.
pub(crate) fn remedy(pallet: &str, error: &str) -> Option<&'static str> {
    match pallet {
        "Cards" => cards(error),
        "Seeders" => seeders(error),
        "Keys" => keys(error),
        "Channels" => channels(error),
        "Rewards" => rewards(error),
        "Social" => social(error),
        "Validators" => validators(error),
        "Session" => session(error),
        "Council" => council(error),
        "Decisions" => decisions(error),
        "Treasury" => treasury(error),
        "Preimage" => preimage(error),
        "Balances" => balances(error),
        "Token" => token(error),
        "System" => system(error),
        // Sums are checked: more was asked for than there is.
        "Arithmetic" => Some("The amount is more than there is; choose a smaller one."),
        _ => None,
    }
}

fn channels(error: &str) -> Option<&'static str> {
    Some(match error {
        "UnknownPool" => "Look at your pools: hashcard pool show",
        "UnknownSession" => "The session is over, or was never added; pay from another.",
        "NotOwner" => "Only the owner of a pool does this; use a pool of your own.",
        "AmountIsZero" => "Name an amount.",
        "PoolCloses" => "The pool is closing; open another: hashcard pool open AMOUNT",
        "ExpiresInThePast" => "Name a later block.",
        "SessionExpired" => "The session is over; pay from another.",
        "SessionLives" => "Wait until the session's last block is over.",
        "NoOpenings" => "Name a lane.",
        "PayeeIsOwner" => "Nobody pays himself: pay from a pool of another account.",
        "NoRoom" => "A lane begins with room for one card at least.",
        "NothingAdded" => "The lane is open; add reserve or room to it.",
        "TooMuchRoom" => "The lane has room for as many cards as it can have; use another session.",
        "CapExceeded" => "The session may not spend that much; use another with a higher cap.",
        "PoolTooSmall" => "The pool has too little left: hashcard pool top-up AMOUNT",
        "NoVouchers" => "There is nothing to redeem.",
        "TooManyLines" => "Redeem some of the vouchers later: together they are about too many cards.",
        "PoolIsOpen" => "Close the pool first: hashcard pool close",
        "WindowOpen" => "Payees may still redeem; wait until the pool's closing window is over.",
        "PoolIsOver" => "The pool's window is over; take back what is left: hashcard pool withdraw",
        "LimitOutOfRange" => "Free between 1 and 512 rows at a time.",
        "NothingUnclaimed" => "Nothing waits for this account.",
        _ => return None,
    })
}

fn rewards(error: &str) -> Option<&'static str> {
    Some(match error {
        "EmissionOutOfBounds" => "Stay within the bounds of the emission; a credit is less than its fee.",
        "NothingGiven" => "Name something to act on.",
        "AlreadyEnlisted" => "The account is enlisted; nothing is to be done.",
        "NotEnlisted" => "Enlist first: hashcard seed --price P does it.",
        "CreditPending" => "Collect what deliveries have earned first: hashcard earn --claim",
        "NothingToCollect" => "What deliveries earn can be collected when their era is over; wait.",
        "NotProvable" => "Only the era before the running one can be proven; ask for the challenge again.",
        "AlreadyProven" => "The seat is proven for this era; nothing is to be done.",
        "UnknownCard" => "The card does not exist; check its number.",
        "NoBlob" => "The card has no blob, so nothing of it can be proven.",
        "NotSeated" => "Take a seat on the card, and keep it alive: hashcard seed",
        "SeatTooYoung" => {
            "The seat or its coverage is younger than two epochs before the era's end; prove the next era."
        }
        "NothingToShare" => "Neither sales nor endowments gave this card's seats enough in that era.",
        "WrongLeaf" => "Ask for the challenge again, and verify the blob: hashcard store verify",
        "StillProvable" => "Wait until the era after that of the claim is over.",
        "UnknownClaim" => "There is no such claim: it was never proven, or is collected.",
        "NoCredit" => "The card has no credit from sales.",
        "CannotBeEndowed" => {
            "Only a card with a blob, which is not withdrawn, can be endowed; check its number."
        }
        "EndowmentTooSmall" => "Give at least 1 CARD.",
        "BadRate" => {
            "Give at most the amount for a block, and so much that it lasts a year at most: --per-block P"
        }
        "TooManyEndowments" => "The card has as many endowments as it may have; wait until one is spent.",
        "UnknownEndowment" => "Look at those that the card has: hashcard endow CARD",
        "NotFunder" => "Only who endowed the card ends it; use his account.",
        "EndowmentEnding" => {
            "It gives for one more era, which can be claimed in the next; end it again after that."
        }
        _ => return None,
    })
}

fn social(error: &str) -> Option<&'static str> {
    Some(match error {
        "UnknownCard" => "The card does not exist, or was withdrawn; check its number.",
        "SameReaction" => "You reacted so already; react otherwise, or take it back: hashcard unreact CARD",
        "NoReaction" => "There is no reaction of yours to this card.",
        "FollowsHimself" => "Nobody follows himself; name somebody else.",
        "AlreadyFollows" => "You follow this account already: hashcard following",
        "DoesNotFollow" => "You do not follow this account; see whom you follow: hashcard following",
        "TooManyFollowed" => {
            "You follow as many as an account may; follow somebody no longer: hashcard unfollow ADDRESS"
        }
        _ => return None,
    })
}

fn validators(error: &str) -> Option<&'static str> {
    Some(match error {
        "NoKeys" => "Name session keys first: hashcard validator set-keys",
        "AlreadyBonded" => {
            "Add to the bond: hashcard validator bond-more AMOUNT, or come back: hashcard validator rejoin"
        }
        "NotBonded" => "Make a bond first: hashcard validator bond AMOUNT",
        "BondTooLow" => "Bond at least as much as a candidate must: hashcard validator status",
        "RankingFull" => {
            "Every candidate's bond is at least as high; bond more than the lowest: hashcard validator status"
        }
        "AmountIsZero" => "Name an amount above 0.",
        "RestTooLow" => "What is left would be less than a candidate must have; unbond less, or --all.",
        "TooFewCandidates" => "Without you there would be too few; wait until another has bonded.",
        "TooManyParts" => {
            "Withdraw what is due first: hashcard validator withdraw; or unbond later in a session in which you unbonded."
        }
        "NothingDue" => "Nothing can be withdrawn yet; see when: hashcard validator status",
        "StillServes" => "The account is in this session's set or the next one's; wait until it is not.",
        "AlreadyCandidate" => "The account is a candidate; nothing is to be done.",
        "NotCandidate" => "The account is no candidate; nothing is to be done.",
        "Barred" => {
            "It signed twice in a session about which more can be reported; wait until that is over: hashcard validator status"
        }
        "StillBonded" => {
            "Let the whole bond wait and take it first: hashcard validator unbond --all, and later hashcard validator withdraw"
        }
        "CountOutOfRange" => {
            "Name 1 to as many validators as there may be, and no more of them as the fewest."
        }
        "CountBeyondDecision" => {
            "Name no fewer validators than the fewest now; as the fewest no more than there are candidates, and no fewer than four or than now."
        }
        _ => return None,
    })
}

/// Of pallet-session 50.
fn session(error: &str) -> Option<&'static str> {
    Some(match error {
        "InvalidProof" => {
            "The keys were not made for this account; have its own node make them: hashcard validator set-keys --rotate"
        }
        "NoAssociatedValidatorId" | "NoAccount" => "The account does not exist yet; send it some money.",
        "DuplicatedKey" => {
            "Another account has one of these keys; have the node make new ones: hashcard validator set-keys --rotate"
        }
        "NoKeys" => "The account has no session keys; nothing is to be done.",
        _ => return None,
    })
}

fn cards(error: &str) -> Option<&'static str> {
    Some(match error {
        "BadTitle" => "Give a title of one line of text without control characters.",
        "BadTag" => "Tags are words without control characters.",
        "TagTwice" => "Name each tag once.",
        "RoyaltyTooHigh" => "Ask for a royalty of at most half.",
        "DeliveryShareTooHigh" => "The creator's share of deliveries is at most the whole.",
        "CreatorCollaborates" => "Name the others only: the creator has what they leave.",
        "CollaboratorWithoutShare" => "Give each collaborator more than nothing, or leave him out.",
        "CollaboratorTwice" => "Name each collaborator once.",
        "CollaboratorsShareTooHigh" => "The collaborators share at most the whole.",
        "NoEditions" => "Allow at least one edition, or unlist the card.",
        "UnknownParent" => "The card that this one replies to does not exist; check its number.",
        "UnknownPredecessor" => "The older version does not exist; check its number.",
        "NotYourPredecessor" => "Only a card of your own can be superseded; publish this one on its own.",
        "AlreadySuperseded" => "Supersede the newest version instead.",
        "EmptyInline" => "A post needs text.",
        "OnlyKeyedSells" => "Only sealed content has a price; seal it, or publish it for free.",
        "NotAFooter" => "The content was packed by another program or is damaged; pack it again.",
        "AnotherChain" => "The content was packed for another chain; pack it again for this one.",
        "AnotherCreator" => {
            "The content was packed for another account; pack it again with the one that publishes."
        }
        "LeafNotProven" => "The content changed after it was packed; pack it again.",
        "RootTaken" => "This content is published already; look the card up by its root.",
        "CardProofMissing" => "Sealed content is published with a proof of its secret; pack it again.",
        "CardProofUnexpected" => "Open content is published without a proof.",
        "CardProofInvalid" => "The proof was made for other content or another account; pack it again.",
        "UnknownCard" => "There is no card of this number; check it.",
        "NotCreator" => "Only the creator may do this; use his account.",
        "NotKeyed" => "Only a card with keys has terms.",
        "EditionsBelowKeysMade" => "More keys exist already; allow at least as many editions.",
        "TooManyRevisions" => "The terms cannot be revised any more; publish a new version.",
        "CardRetired" => "The card was withdrawn.",
        "NotRetired" => "Retire the card first.",
        "StillNeeded" => "Wait until no key and no order depends on the card.",
        "NoBlob" => "A post has no sources.",
        "NoSources" => "Name at least one source.",
        "BadSource" => "A source is a link that begins with https://, http:// or magnet:?.",
        "SourceTwice" => "This source is listed already.",
        "AlreadyReported" => "You have reported this card before.",
        "NotReported" => "You have not reported this card.",
        _ => return None,
    })
}

fn seeders(error: &str) -> Option<&'static str> {
    Some(match error {
        "BadPeerId" => "The node's identity is not of a kind that can be registered; make a new one.",
        "EmptyAddress" => "Leave empty addresses out.",
        "NotRegistered" => "Register as a seeder first.",
        "StillSeated" => "Leave all seats first.",
        "NoDeltas" => "There is nothing to change.",
        "UnknownCard" => "There is no such card; check its number.",
        "NotSeedable" => "This card has nothing to seed, or was withdrawn.",
        "EmptyCoverage" => "Fetch a part of the content first, or leave the seat.",
        "CoverageDoesNotFit" => {
            "The coverage names parts that the content does not have; check the files again."
        }
        "BondTooLow" => "Bond more for this seat.",
        "AlreadySeated" => "You have this seat already; change its coverage instead.",
        "NotSeated" => "There is no such seat.",
        "CardFull" => {
            "Every seat of this card is bonded at least as high; bond more, or seed something else."
        }
        "TooManySeats" => "Leave some seats first.",
        "NoCards" => "Name at least one card.",
        "SeatTooYoung" => "A seat can be left once it is as old as a seat lives without a heartbeat; wait.",
        "StillLive" => "The seeder still gives signs of life; wait until his seats expire.",
        "NotRemembered" => "No displaced seat of this seeder on this card is remembered.",
        "StillProvable" => {
            "The displaced seat can still be proven, so only its seeder has it forgotten; wait."
        }
        _ => return None,
    })
}

fn keys(error: &str) -> Option<&'static str> {
    Some(match error {
        "UnknownCard" => "There is no card of this number; check it.",
        "NotKeyed" => "This content is open: fetch it without a key.",
        "Retired" => "The creator withdrew this card; no more keys are sold.",
        "NotListed" => "It is not for sale at present; look again, or offer for it.",
        "CardFrozen" => {
            "A false key of this card was proven, so no key of it is sold; a paid order can be refunded."
        }
        "PriceChanged" => "The price is another one now; look at it and decide again.",
        "TermsChanged" => "The terms are others now; look at them and decide again.",
        "SoldOut" => "Every edition is sold or ordered.",
        "OwnCard" => "It is your own card; mint a key instead.",
        "OrderAlreadyOpen" => {
            "You have an order or an offer for this card already; wait for it, or take the offer back."
        }
        "UnknownEncryptionKey" => "Register this encryption key first.",
        "TooManyEncryptionKeys" => "Use one of the encryption keys that are registered.",
        "InvalidPoint" => "A key or capsule is damaged; make it again.",
        "InvalidProof" => {
            "The proof was made for another occasion; make it again from the chain's present state."
        }
        "UnknownOrder" => "There is no such order: it was settled, refunded, or never made.",
        "NotCreator" => "Only the creator of the card may do this; use his account.",
        "NotSeller" => "Only the seller of an order delivers it.",
        "AlreadyDelivered" => "The key of this order was delivered before.",
        "NotDelivered" => "The key is not delivered yet.",
        "DeadlinePassed" => "The time to deliver is over; the buyer can be refunded.",
        "DeadlineNotPassed" => "The seller still has time; wait for the deadline.",
        "WindowOpen" => "Wait until the settlement window is over.",
        "UnknownKey" => "The card has no key of this edition.",
        "NotHolder" => "Only the holder of a key may do this.",
        "KeyIsTrue" => "The key opens what the card commits to, so there is nothing to report.",
        "AlreadyFrozen" => "A false key of this card was proven before.",
        "NothingUnclaimed" => "Nothing waits for this account.",
        "NotFrozen" => "Keys of this card are sound as far as anybody has proven; only those of a frozen card are given up.",
        "KeyEngaged" => "An order about this key is not settled; wait until it is settled or expired.",
        "KeyListed" => "The key is listed for sale; take the listing back first.",
        "PriceIsZero" => "A key is sold for something; to let it go for nothing, give it away.",
        "KeyChanged" => "The key is not as you saw it any more; look at it and decide again.",
        "BuyerIsSeller" => "You would deal with yourself; nothing is to be done.",
        "UnknownOffer" => "There is no such offer: it was accepted, withdrawn, or never made.",
        "InvalidUntil" => "An offer ends in the future, and at most 30 days ahead; choose another end.",
        "OfferOver" => "The offer's last block is past; its maker may make another.",
        "OfferStands" => "Only its maker takes an offer back before it is over.",
        "OtherKeyWanted" => "The offer is for another key; name that one.",
        "AlreadyLocked" => "Somebody has committed to deliver this order; leave it to him.",
        "LockMismatch" => "It is not the delivery that was committed to; make that one again.",
        "NotEntitled" => "This account may not deliver this order; its creator appoints clerks.",
        "NotYourTurn" => "Another clerk has the first blocks of this order; wait until his turn is over.",
        "AlreadyClerk" => "The account is a clerk of this card; dismiss it first to appoint it anew.",
        "UnknownClerk" => "The account is no clerk of this card.",
        "TooManyClerks" => "The card has as many clerks as it may have; dismiss one.",
        "CreatorIsNoClerk" => "The creator delivers without being a clerk.",
        "CommissionTooHigh" => "Promise a smaller commission.",
        "DiscountTooHigh" => "The discount is at most the whole price.",
        "SupersedesNothing" => "The card is not a newer version of another.",
        "NoUpgrade" => "Its creator lets nobody claim this version; buy it at its price.",
        "AlreadyClaimed" => "This key has claimed a newer version; use another, or buy at the price.",
        "SameKey" => "The capsule is under this encryption key already; name another.",
        "EncryptionKeyInUse" => "A key, an order or an offer needs this encryption key; try when they are gone.",
        _ => return None,
    })
}

fn council(error: &str) -> Option<&'static str> {
    Some(match error {
        "NotMember" => "Only members of the council do this; use a member's account.",
        "DuplicateProposal" => "The same motion is open; vote on that one.",
        "ProposalMissing" => "There is no such motion: it is closed, or was never made.",
        "WrongIndex" => "The motion has another index; look at it again.",
        "DuplicateVote" => "You voted so already.",
        "AlreadyInitialized" => "The council has its first members already.",
        "TooEarly" => "Too few have voted; wait for them, or for the motion's last block.",
        "TooManyProposals" => "As many motions are open as may be; close some first.",
        "WrongProposalWeight" => "Name a higher bound for the motion's weight.",
        "WrongProposalLength" => "Name a higher bound for the motion's length.",
        "PrimeAccountNotMember" => "The account is no member of the council.",
        "ProposalActive" => "The motion is open; wait until it is closed.",
        _ => return None,
    })
}

fn decisions(error: &str) -> Option<&'static str> {
    Some(match error {
        "NotEnoughVotes" => "Make the motion again with a higher threshold; this one needs more votes.",
        "CallTooLong" => "The call is too long, or does not say how long it is; decide in several steps.",
        "CallMissing" => "Send the call's bytes first (preimage.notePreimage), then close the motion.",
        "NotACall" => "The bytes are no call of this runtime; encode it anew.",
        "CallTooHeavy" => "No block can bear this call; decide in several steps.",
        "NotAMember" => "Only members of the council object; ask one of them.",
        "AlreadyObjected" => "You objected before, and too few do; convince other members.",
        "UnknownDecision" => {
            "No such decision waits: its notice is over, it is called off, or was never made."
        }
        "TooFewMembers" => "A council has at least three members; name more.",
        "MemberTwice" => "Name each member once.",
        _ => return None,
    })
}

fn treasury(error: &str) -> Option<&'static str> {
    Some(match error {
        "InvalidIndex" => "The treasury has promised nothing of this number; it may be paid already.",
        "TooManyApprovals" | "ProposalNotApproved" => "The treasury pays by spends; look for one of those.",
        "InsufficientPermission" => "The treasury has less than that; decide on a smaller amount.",
        "FailedToConvertBalance" => "The treasury has no such money.",
        "SpendExpired" => "The time to fetch this payment is over; the council may decide on it again.",
        "EarlyPayout" => "The payment can be fetched later; wait for its block.",
        "AlreadyAttempted" => "The payment was fetched before.",
        "PayoutError" => "The treasury has too little at present; try later.",
        "NotAttempted" => "Nobody has fetched the payment yet.",
        "Inconclusive" => "The payment is under way; try later.",
        _ => return None,
    })
}

fn preimage(error: &str) -> Option<&'static str> {
    Some(match error {
        "TooBig" => "The chain keeps at most 4 MiB; send less.",
        "AlreadyNoted" => "The chain has these bytes already; nothing is to be done.",
        "NotAuthorized" => "Only who sent these bytes takes them back; use his account.",
        "NotNoted" => "The chain does not have these bytes.",
        "Requested" => "A decision needs these bytes; wait until it is enacted or called off.",
        "NotRequested" => "Nothing needs these bytes.",
        "TooMany" => "Name fewer at once.",
        "TooFew" => "Name at least one.",
        _ => return None,
    })
}

fn balances(error: &str) -> Option<&'static str> {
    Some(match error {
        "VestingBalance" | "LiquidityRestrictions" => "A part of the money is locked; use less.",
        "InsufficientBalance" => "Add money, or use less.",
        "ExistentialDeposit" => {
            "The receiver's account does not exist yet; send at least the existential deposit."
        }
        "Expendability" => "The account would fall below the existential deposit; leave a little.",
        "ExistingVestingSchedule" => "There is such a schedule already.",
        "DeadAccount" => "The receiver's account does not exist yet; send at least the existential deposit.",
        "TooManyReserves" | "TooManyHolds" | "TooManyFreezes" => {
            "Money of this account is set aside for too many reasons; end some."
        }
        "IssuanceDeactivated" => "The supply cannot be changed now.",
        "DeltaZero" => "The amount is zero.",
        _ => return None,
    })
}

/// Errors of money that belong to no pallet.
fn token(error: &str) -> Option<&'static str> {
    Some(match error {
        "FundsUnavailable" => "Add money, or use less.",
        "OnlyProvider" | "NotExpendable" => {
            "The account would fall below the existential deposit; leave a little."
        }
        "BelowMinimum" => "The amount is below the existential deposit; send more.",
        "CannotCreate" => "The receiver's account cannot be created with this amount; send more.",
        "CannotCreateHold" => "The account is too small to set money aside; add some.",
        "Frozen" => "A part of the money is locked; use less.",
        "UnknownAsset" | "Unsupported" | "Blocked" => "The receiver cannot take this money.",
        _ => return None,
    })
}

/// Errors of the runtime as a whole.
fn system(error: &str) -> Option<&'static str> {
    Some(match error {
        "BadOrigin" | "RootNotAllowed" => "This account may not do that; use another.",
        "CallFiltered" => "The chain does not allow this call.",
        "CannotLookup" => "The account cannot be found.",
        "ConsumerRemaining" | "NoProviders" | "TooManyConsumers" => {
            "The account is too small for this; add money."
        }
        "Exhausted" => "Send it in smaller parts.",
        "Unavailable" => "Try later.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::committed;

    #[test]
    fn every_error_of_the_pallets_that_are_called_has_a_remedy() {
        for name in [
            "Cards",
            "Seeders",
            "Keys",
            "Channels",
            "Rewards",
            "Social",
            "Validators",
            "Session",
            "Council",
            "Decisions",
            "Treasury",
            "Preimage",
            "Balances",
        ] {
            let metadata = committed();
            let pallet = metadata.pallet_by_name(name).unwrap();
            let errors = pallet.error_variants().unwrap();
            assert!(!errors.is_empty());
            for error in errors {
                assert!(
                    remedy(name, &error.name).is_some(),
                    "{name}.{} has no remedy",
                    error.name
                );
            }
        }
    }

    #[test]
    fn errors_that_carry_a_position_are_those_that_the_metadata_says() {
        let metadata = committed();
        for pallet in metadata.pallets() {
            for error in pallet.error_variants().unwrap_or_default() {
                let carries =
                    matches!(pallet.name(), "Seeders" | "Channels" | "Rewards") && !error.fields.is_empty();
                assert_eq!(
                    names_a_part(pallet.name(), &error.name),
                    carries,
                    "{}.{}",
                    pallet.name(),
                    error.name
                );
            }
        }
    }

    #[test]
    fn too_little_money_is_an_error_of_its_own() {
        for (call, pallet, error) in [
            ("cards.publish", "Token", "FundsUnavailable"),
            ("cards.publish", "Balances", "InsufficientBalance"),
            ("balances.transfer", "Arithmetic", "Underflow"),
        ] {
            assert!(
                matches!(of(call, pallet, error, 0), ChainError::InsufficientFunds { call: said, .. } if said == call)
            );
        }
        assert!(matches!(
            of("keys.settle", "Arithmetic", "Underflow", 0),
            ChainError::Refused { .. }
        ));
    }

    #[test]
    fn a_refusal_names_the_delta_at_fault() {
        let ChainError::Refused { error, remedy, .. } = of("seeders.apply", "Seeders", "BondTooLow", 7)
        else {
            panic!("refused")
        };
        assert!(error == "BondTooLow" && remedy.contains("number 7"));
        let ChainError::Refused { remedy, .. } = of("x", "Unheard", "Of", 7) else {
            panic!("refused")
        };
        assert_eq!(remedy, UNKNOWN_REMEDY);
    }
}
