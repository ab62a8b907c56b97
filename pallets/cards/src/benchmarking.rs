//! Worst cases: the longest title, tags and preview, the deepest path, and feeds whose newest page has one
//! free row, so that each append rewrites a full page.

use super::*;
use crate::specimen::{Specimen, LARGEST_CONTENT};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Get};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{
        Access, Blob, Card, CardId, Collaborator, Collaborators, KeyCommitments, Kind, Listing, Preview, Tag,
        Tags, Terms, Title, MAX_COLLABORATORS, MAX_PREVIEW, MAX_TAG, MAX_TAGS, MAX_TITLE, WHOLE_SHARE,
    },
    feed::PAGE_ROWS,
    Balance, BoundedVec,
};
use sp_runtime::{traits::Zero, AccountId32};

const TERMS: Terms = Terms {
    price: 1_000,
    editions: Some(u32::MAX),
    listed: true,
    version: 0,
};

/// The largest card that can be stored, without a check of its blob.
pub(crate) fn store_largest<T: Config>(
    creator: AccountId32,
    blob: Option<(ContentRoot, u64, Option<KeyCommitments>)>,
    terms: Terms,
) -> CardId {
    endow::<T>(&creator);
    let listing = largest_listing(MAX_TAGS);
    let access = match &blob {
        None => Access::Inline,
        Some((_, _, None)) => Access::Open,
        Some(_) => Access::Keyed,
    };
    let card = Card {
        creator,
        access,
        kind: listing.kind,
        title: listing.title,
        tags: listing.tags,
        blob: blob.map(|(root, len, commitments)| Blob {
            root,
            len,
            content_len: len,
            suite: if commitments.is_some() {
                Suite::ChaCha20Poly1305
            } else {
                Suite::Plain
            },
            free_chunks: 0,
            salt: [7; 32],
            commitments,
        }),
        in_reply_to: None,
        supersedes: None,
        royalty: listing.royalty,
        delivery_share: listing.delivery_share,
        collaborators: match access {
            Access::Keyed => most_collaborators(AccountId32::new),
            Access::Open | Access::Inline => Collaborators::default(),
        },
        published_at: Pallet::<T>::now(),
    };
    Pallet::<T>::store(card, terms, listing.preview).expect("the creator was endowed; qed")
}

fn endow<T: Config>(account: &AccountId32) {
    let each_byte = T::DepositPerByte::get().saturating_mul(1 << 20);
    let each_row = T::DepositBase::get().saturating_mul(1 << 12);
    let amount: Balance = each_byte.saturating_add(each_row).saturating_add(1 << 40);
    T::Currency::mint_into(account, amount).expect("issuance is far from its end; qed");
}

fn creator<T: Config>() -> AccountId32 {
    let creator: AccountId32 = whitelisted_caller();
    endow::<T>(&creator);
    creator
}

fn largest_listing(tags: u32) -> Listing {
    let tag = |n: u32| -> Tag {
        let mut tag = vec![b't'; MAX_TAG as usize];
        tag[0] = b'a' + n as u8;
        BoundedVec::truncate_from(tag)
    };
    Listing {
        kind: Kind::Film,
        title: Title::truncate_from(vec![b't'; MAX_TITLE as usize]),
        tags: Tags::truncate_from((0..tags).map(tag).collect()),
        preview: Preview::truncate_from(vec![b'p'; MAX_PREVIEW as usize]),
        in_reply_to: None,
        supersedes: None,
        royalty: 1,
        delivery_share: 1,
        price: 0,
        editions: None,
        collaborators: Collaborators::default(),
    }
}

/// As many as there can be, who share all of the money.
fn most_collaborators<A>(account: fn([u8; 32]) -> A) -> Collaborators<A> {
    let collaborator = |n: u8| Collaborator {
        account: account([0xc0 | n; 32]),
        share: WHOLE_SHARE / MAX_COLLABORATORS,
    };
    Collaborators::truncate_from((0..MAX_COLLABORATORS as u8).map(collaborator).collect())
}

/// Leaves one free row in the newest page of every feed that a largest listing of this creator appears in.
fn fill_pages<T: Config>(creator: &AccountId32) {
    for _ in 1..PAGE_ROWS {
        store_largest::<T>(creator.clone(), None, TERMS);
    }
}

fn keyed_card<T: Config>(creator: &AccountId32) -> CardId {
    let commitments = KeyCommitments {
        content: [1; 32],
        key: [2; 32],
    };
    store_largest::<T>(
        creator.clone(),
        Some((ContentRoot([3; 32]), 1 << 30, Some(commitments))),
        TERMS,
    )
}

fn eight_sources(first: u8) -> Sources {
    let source = |n: u8| {
        let mut source = b"https://".to_vec();
        source.resize(MAX_SOURCE as usize, b'a' + first + n);
        BoundedVec::truncate_from(source)
    };
    Sources::truncate_from((0..MAX_SOURCES as u8).map(source).collect())
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn publish_inline(t: Linear<0, { MAX_TAGS }>) {
        let creator = creator::<T>();
        fill_pages::<T>(&creator);
        let id = NextCardId::<T>::get();

        #[extrinsic_call]
        publish(RawOrigin::Signed(creator), largest_listing(t), Content::Inline);

        assert!(TermsOf::<T>::contains_key(id));
    }

    /// Sealed, superseding, with all collaborators, and as long as a blob can be.
    #[benchmark]
    fn publish_blob(t: Linear<0, { MAX_TAGS }>) {
        let creator = creator::<T>();
        fill_pages::<T>(&creator);
        let id = NextCardId::<T>::get();
        let mut genesis = [0; 32];
        genesis.copy_from_slice(frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).as_ref());
        let specimen = Specimen {
            genesis,
            creator: creator.clone(),
            suite: Suite::ChaCha20Poly1305,
            content_len: LARGEST_CONTENT,
            seed: 7,
        };
        let mut listing = largest_listing(t);
        listing.supersedes = id.checked_sub(1);
        listing.collaborators = most_collaborators(|account| account);

        #[extrinsic_call]
        publish(
            RawOrigin::Signed(creator),
            listing,
            Content::Blob(specimen.proof().into()),
        );

        assert!(TermsOf::<T>::contains_key(id));
    }

    #[benchmark]
    fn revise_terms() {
        let creator = creator::<T>();
        let id = keyed_card::<T>(&creator);

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), id, 2_000, Some(u32::MAX), false);

        assert_eq!(TermsOf::<T>::get(id).map(|terms| terms.version), Some(1));
    }

    /// Early, so that it burns too; every page is full, and none is freed.
    #[benchmark]
    fn retire() {
        let creator = creator::<T>();
        fill_pages::<T>(&creator);
        let id = keyed_card::<T>(&creator);
        Pallet::<T>::do_add_sources(&creator, id, eight_sources(0)).expect("the card has a blob; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), id);

        assert!(!TermsOf::<T>::contains_key(id));
    }

    /// The row of a keyed card that stayed behind.
    #[benchmark]
    fn clear() {
        let creator = creator::<T>();
        let id = keyed_card::<T>(&creator);
        let card = Cards::<T>::get(id).expect("it was stored; qed");
        let positions = PositionsOf::<T>::take(id).expect("it is live; qed");
        Pallet::<T>::unlist(&card, &positions);
        TermsOf::<T>::remove(id);
        Previews::<T>::remove(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), id);

        assert!(!Cards::<T>::contains_key(id));
    }

    /// Eight long ones that push out eight others.
    #[benchmark]
    fn add_sources() {
        let creator = creator::<T>();
        let id = keyed_card::<T>(&creator);
        Pallet::<T>::do_add_sources(&creator, id, eight_sources(0)).expect("the card has a blob; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), id, eight_sources(8));

        assert_eq!(SourcesOf::<T>::get(id), Some(eight_sources(8)));
    }

    #[benchmark]
    fn report() {
        let creator = creator::<T>();
        let id = keyed_card::<T>(&creator);

        #[extrinsic_call]
        _(RawOrigin::Signed(creator.clone()), id, ReportReason::Spam);

        assert!(Reports::<T>::contains_key(id, creator));
    }

    #[benchmark]
    fn withdraw_report() {
        let creator = creator::<T>();
        let id = keyed_card::<T>(&creator);
        Pallet::<T>::do_report(creator.clone(), id, ReportReason::Spam).expect("it is not reported yet; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(creator.clone()), id);

        assert!(!Reports::<T>::contains_key(id, creator));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
