use super::*;

const ALL: Coverage = Coverage(0b111);
const PART: Coverage = Coverage(0b001);

fn holding(coverage: Coverage) -> Holding {
    Holding {
        root: ContentRoot([7; 32]),
        blob_len: 5,
        coverage,
    }
}

fn held(cards: &[CardId]) -> BTreeMap<CardId, Holding> {
    cards.iter().map(|card| (*card, holding(ALL))).collect()
}

fn says(coverage: Coverage) -> Option<Seated> {
    Some(Seated {
        coverage,
        price: None,
    })
}

fn joins(card: CardId) -> Delta {
    joins_for(card, None)
}

fn joins_for(card: CardId, price_per_mib: Option<Balance>) -> Delta {
    Delta::Join {
        card,
        coverage: ALL,
        price_per_mib,
        bond: 9,
    }
}

#[test]
fn seats_follow_what_is_held() {
    let seated = BTreeMap::from([
        (2, says(ALL)),
        (3, says(PART)),
        (4, None),
        (5, says(ALL)),
        (6, None),
    ]);
    assert_eq!(
        deltas(&held(&[1, 2, 3, 4]), &seated, &BTreeSet::new(), 9, None),
        [
            Delta::Leave { card: 5 },
            Delta::Leave { card: 6 },
            joins(1),
            Delta::Cover {
                card: 3,
                coverage: ALL
            },
            Delta::Cover {
                card: 4,
                coverage: ALL
            },
        ]
    );
}

#[test]
fn nothing_changes_when_seats_say_what_is_held() {
    let seated = BTreeMap::from([(1, says(ALL))]);
    assert!(deltas(&held(&[1]), &seated, &BTreeSet::new(), 9, None).is_empty());
    assert!(deltas(&BTreeMap::new(), &BTreeMap::new(), &BTreeSet::new(), 9, None).is_empty());
}

#[test]
fn a_card_that_refused_is_not_asked_again() {
    let seated = BTreeMap::from([(3, says(ALL)), (4, says(ALL))]);
    assert_eq!(
        deltas(&held(&[1, 2]), &seated, &BTreeSet::from([1, 3]), 9, None),
        [Delta::Leave { card: 4 }, joins(2)]
    );
}

#[test]
fn a_seat_at_another_price_is_left_and_taken_anew_in_one_call() {
    let seated = BTreeMap::from([(1, says(ALL)), (2, says(PART))]);
    let priced = deltas(&held(&[1, 2]), &seated, &BTreeSet::new(), 9, Some(5));
    let anew = |card| [Delta::Leave { card }, joins_for(card, Some(5))];
    assert_eq!(priced, [anew(1), anew(2)].concat());
    let groups: Vec<&[Delta]> = of_each_card(&priced).collect();
    assert_eq!(groups, [&anew(1)[..], &anew(2)[..]]);
    // A seat that asks nothing is the same as a free one.
    let free = BTreeMap::from([(
        1,
        Some(Seated {
            coverage: ALL,
            price: Some(0),
        }),
    )]);
    assert!(deltas(&held(&[1]), &free, &BTreeSet::new(), 9, None).is_empty());
}

#[test]
fn a_call_is_never_cut_between_leaving_and_taking_a_seat() {
    let mut all = vec![joins(0)];
    for card in 1..=300 {
        all.extend([Delta::Leave { card }, joins(card)]);
    }
    let batches = batches(&all);
    assert_eq!(batches.concat(), all);
    for batch in batches {
        assert!(batch.len() <= MAX_DELTAS as usize);
        assert!(matches!(batch.last(), Some(Delta::Join { .. })));
    }
}

#[test]
fn what_is_offered_has_the_price_of_its_seat() {
    let priced = Some(Seated {
        coverage: ALL,
        price: Some(4),
    });
    let seats = |seat| offered(&held(&[1]), &seat)[&ContentRoot([7; 32])].seated;
    assert_eq!(seats(BTreeMap::from([(1, priced)])), Some(4));
    assert_eq!(seats(BTreeMap::from([(1, says(ALL))])), Some(0));
    assert_eq!(seats(BTreeMap::new()), None);
}
