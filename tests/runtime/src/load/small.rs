//! What is done in one or two rows: transfers, posts, reactions, follows.

use super::{done, turn, Sent};
use crate::{content::listing, transactions::Person};
use hashcard_primitives::{
    card::{CardId, Kind, Listing, Source, MAX_PREVIEW, MAX_SOURCE, MAX_SOURCES},
    social::Reaction,
};
use hashcard_runtime::{
    constants::money::{CARD, EXISTENTIAL_DEPOSIT},
    Cards, Runtime,
};
use pallet_cards::{Content, ReportReason};

/// Senders among whom it is spread, so that none of them is the only row that changes.
const SENDERS: u32 = 64;

/// From one to the next.
pub fn transfers(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let transfer = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_balances::Call::<Runtime>::transfer_keep_alive {
            dest: turn(&people, number + 1).account.clone().into(),
            value: CARD,
        }
        .into(),
    };
    (0..count).map(transfer).collect()
}

/// The least that makes an account, to one that was not there.
pub fn new_accounts(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let transfer = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_balances::Call::<Runtime>::transfer_keep_alive {
            dest: Person::numbered(SENDERS + number).account.into(),
            value: EXISTENTIAL_DEPOSIT,
        }
        .into(),
    };
    (0..count).map(transfer).collect()
}

/// What a post says of itself.
fn post(len: usize) -> Listing {
    Listing {
        kind: Kind::Post,
        title: b"A post".to_vec().try_into().expect("short"),
        preview: vec![b'x'; len].try_into().expect("as long as a preview may be"),
        royalty: 0,
        delivery_share: 0,
        ..listing(0, None)
    }
}

fn publishes(count: u32, len: usize) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let publish = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_cards::Call::<Runtime>::publish {
            listing: post(len),
            content: Content::Inline,
        }
        .into(),
    };
    (0..count).map(publish).collect()
}

/// Posts of 280 bytes.
pub fn posts(count: u32) -> Vec<Sent> {
    publishes(count, 280)
}

/// Posts of a byte.
pub fn shortest_posts(count: u32) -> Vec<Sent> {
    publishes(count, 1)
}

/// Posts as long as one may be.
pub fn longest_posts(count: u32) -> Vec<Sent> {
    publishes(count, MAX_PREVIEW as usize)
}

/// Posts that are there, by one author.
pub fn posted(author: &Person, count: u32) -> Vec<CardId> {
    let first = pallet_cards::NextCardId::<Runtime>::get();
    for _ in 0..count {
        done(
            author,
            pallet_cards::Call::<Runtime>::publish {
                listing: post(280),
                content: Content::Inline,
            },
        );
    }
    debug_assert!(Cards::card_view(first).is_some());
    (first..first + u64::from(count)).collect()
}

/// Everybody to one post after the other.
pub fn reactions(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let posts = posted(&Person::rich(SENDERS), count.div_ceil(SENDERS));
    let react = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_social::Call::<Runtime>::react {
            card: posts[(number / SENDERS) as usize],
            reaction: Reaction::Like,
        }
        .into(),
    };
    (0..count).map(react).collect()
}

/// Each follows somebody whom nobody followed yet.
pub fn follows(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let follow = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_social::Call::<Runtime>::follow {
            account: Person::numbered(SENDERS + number).account,
        }
        .into(),
    };
    (0..count).map(follow).collect()
}

/// Everybody of one post after the other.
pub fn reports(count: u32) -> Vec<Sent> {
    let people = Person::crowd(0, SENDERS);
    let posts = posted(&Person::rich(SENDERS), count.div_ceil(SENDERS));
    let report = |number: u32| Sent {
        by: turn(&people, number).clone(),
        call: pallet_cards::Call::<Runtime>::report {
            card: posts[(number / SENDERS) as usize],
            reason: ReportReason::Spam,
        }
        .into(),
    };
    (0..count).map(report).collect()
}

/// As many sources as a card has, each as long as one may be.
pub fn sources(count: u32) -> Vec<Sent> {
    let author = Person::rich(SENDERS);
    let cards = super::market::published(&author, count);
    let url = |number: u8| -> Source {
        let mut url = b"https://example.org/".to_vec();
        url.resize(MAX_SOURCE as usize, b'a' + number);
        url.try_into().expect("as long as a source may be")
    };
    let sources: Vec<_> = (0..MAX_SOURCES as u8).map(url).collect();
    let add = |(card, _)| Sent {
        by: author.clone(),
        call: pallet_cards::Call::<Runtime>::add_sources {
            card,
            sources: sources.clone().try_into().expect("as many as a card has"),
        }
        .into(),
    };
    cards.into_iter().map(add).collect()
}

/// Places among those who are rewarded for deliveries.
pub fn enlistments(count: u32) -> Vec<Sent> {
    let enlist = |by| Sent {
        by,
        call: pallet_rewards::Call::<Runtime>::enlist {}.into(),
    };
    Person::crowd(0, count).into_iter().map(enlist).collect()
}
