use super::*;
use hashcard_primitives::seeder::{SeatView, MAX_SEATS, SEATS_PER_PAGE};

#[test]
fn a_seat_is_answered_with_whom_to_dial() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        let (coverage, price_per_mib) = (Coverage(0b101), Some(9));
        apply(
            &account,
            &[Delta::Join {
                card: 0,
                coverage,
                price_per_mib,
                bond: MIN_BOND,
            }],
        );
        let page = Seeders::seats(0, 0);
        assert_eq!(page.next, None);
        assert_eq!(
            page.seats,
            [SeatView {
                seeder: account,
                peer: peer(1),
                addresses: addresses(&[8]),
                coverage,
                price_per_mib,
                bond: MIN_BOND,
                expires_at: 1 + SEAT_LIFETIME,
            }]
        );
    });
}

#[test]
fn a_full_card_is_answered_in_pages_highest_bond_first() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        for number in 0..MAX_SEATS as u16 {
            apply(
                &registered(number),
                &[join(0, MIN_BOND + Balance::from(number * 7 % 256))],
            );
        }
        let mut bonds = Vec::new();
        let mut next = Some(0);
        while let Some(page) = next {
            let answer = Seeders::seats(0, page);
            assert_eq!(answer.seats.len(), SEATS_PER_PAGE as usize);
            bonds.extend(answer.seats.iter().map(|seat| seat.bond));
            next = answer.next;
        }
        assert_eq!(bonds.len(), MAX_SEATS as usize);
        assert!(bonds.is_sorted_by(|a, b| a >= b));
    });
}

#[test]
fn pages_count_live_seats_alone() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let seats = 2 * SEATS_PER_PAGE as u16;
        for number in 0..seats {
            apply(&registered(number), &[join(0, MIN_BOND)]);
        }
        pass(u64::from(SEAT_LIFETIME) + 1);
        for number in (0..seats).step_by(2) {
            assert_ok!(Seeders::heartbeat(by(seeder(number))));
        }
        let page = Seeders::seats(0, 0);
        assert_eq!((page.seats.len(), page.next), (SEATS_PER_PAGE as usize, None));
        let expected: Vec<_> = (0..seats).step_by(2).map(seeder).collect();
        let answered: Vec<_> = page.seats.into_iter().map(|seat| seat.seeder).collect();
        assert_eq!(answered, expected);
    });
}

#[test]
fn a_page_past_the_end_and_a_card_without_seats_are_empty() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        apply(&registered(1), &[join(0, MIN_BOND)]);
        for (card, page) in [(0, 1), (0, u32::MAX), (1, 0)] {
            let answer = Seeders::seats(card, page);
            assert_eq!((answer.seats, answer.next), (vec![], None));
        }
    });
}

#[test]
fn a_seeders_cards_are_answered_in_order_and_go_on_after_any_number() {
    chain(|| {
        let cards: Vec<CardId> = (0..300).map(|n| n * 13 % 4_096 + (n << 33)).collect();
        cards.iter().for_each(|card| know(*card, Some(BLOB_LEN)));
        let account = registered(1);
        for cards in cards.chunks(200) {
            apply(
                &account,
                &cards
                    .iter()
                    .rev()
                    .map(|card| join(*card, MIN_BOND))
                    .collect::<Vec<_>>(),
            );
        }
        let first = Seeders::seats_of(account.clone(), None);
        assert_eq!(first, cards[..256]);
        assert_eq!(
            Seeders::seats_of(account.clone(), first.last().copied()),
            cards[256..]
        );
        assert_eq!(
            Seeders::seats_of(account.clone(), Some(cards[3] + 1)),
            cards[4..260]
        );
        assert!(Seeders::seats_of(account, Some(u64::MAX)).is_empty());
        assert!(Seeders::seats_of(seeder(2), None).is_empty());
    });
}
