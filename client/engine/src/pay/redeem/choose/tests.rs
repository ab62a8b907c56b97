use super::*;
use crate::pay::redeem::rests::Rests;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{Voucher, VoucherLine, VoucherLines};
use proptest::prelude::*;

/// A transaction costs 100, a voucher 10, each further line of it 2.
const COSTS: Costs = Costs {
    base: 100,
    one_line: 10,
    all_lines: 40,
};
const PLACES: usize = MAX_VOUCHERS as usize;

pub fn voucher(payer: SessionRef, lines: &[(CardId, Balance)]) -> SignedVoucher<Account> {
    let lines = lines
        .iter()
        .map(|&(card, cumulative)| VoucherLine { card, cumulative });
    SignedVoucher {
        voucher: Voucher {
            pool: payer.pool,
            session: payer.session,
            payee: [1; 32],
            lines: VoucherLines::truncate_from(lines.collect()),
        },
        signature: [0; 64],
    }
}

fn session(session: u32) -> SessionRef {
    SessionRef { pool: 1, session }
}

fn candidate(of: u32, card: CardId, lines: u64, value: Balance) -> Candidate {
    let payer = session(of);
    let lines: Vec<(CardId, Balance)> = (0..lines).map(|at| (card * 100 + at, value)).collect();
    Candidate {
        payer,
        voucher: voucher(payer, &lines),
        value,
        is_ending: false,
        disappointments: 0,
    }
}

fn made(candidates: impl IntoIterator<Item = Candidate>) -> Result<Vec<Candidate>, Balance> {
    let mut choice = Choice::new(COSTS);
    candidates
        .into_iter()
        .for_each(|candidate| choice.offer(candidate));
    choice.made()
}

#[test]
fn costs_follow_from_three_fees_and_grow_with_lines() {
    assert_eq!(Costs::from_fees(110, 120, 150), COSTS);
    assert_eq!(
        (COSTS.of_lines(1), COSTS.of_lines(2), COSTS.of_lines(16)),
        (10, 12, 40)
    );
    let (short, long) = (candidate(1, 1, 1, 1), candidate(1, 2, 16, 1));
    assert_eq!(COSTS.of_all([&short.voucher, &long.voucher]), 150);
    // A node that contradicts itself makes no panic.
    assert_eq!(
        Costs::from_fees(5, 1, 0),
        Costs {
            base: 5,
            one_line: 0,
            all_lines: 0
        }
    );
}

#[test]
fn dust_before_a_large_voucher_does_not_keep_it_from_being_redeemed() {
    let dust = (1..=PLACES as u64).map(|card| candidate(1, card, 1, 1));
    let large = candidate(1, 65, 1, 1_000);
    assert_eq!(made(dust.chain([large.clone()])).unwrap(), [large]);
}

#[test]
fn dust_of_many_sessions_does_not_keep_another_session_from_being_redeemed_before_it_ends() {
    let dust = (0..5_000).map(|of| Candidate {
        is_ending: true,
        ..candidate(of, 1, 1, 10)
    });
    let other = candidate(9_000, 1, 1, 111);
    assert_eq!(made(dust.chain([other.clone()])).unwrap(), [other]);
}

#[test]
fn a_voucher_is_sent_only_if_it_brings_more_than_its_lines_cost() {
    let (short, long) = (candidate(1, 1, 1, 200), candidate(2, 1, 16, 40));
    assert_eq!(made([short.clone(), long]).unwrap(), std::slice::from_ref(&short));
    let long = candidate(2, 1, 16, 41);
    assert_eq!(made([short.clone(), long.clone()]).unwrap(), [short, long]);
}

#[test]
fn what_is_not_worth_a_transaction_waits_and_what_it_is_worth_is_told() {
    assert_eq!(made([candidate(1, 1, 1, 110), candidate(2, 1, 1, 10)]), Err(120));
    assert_eq!(
        made([candidate(1, 1, 1, 60), candidate(2, 1, 1, 61)])
            .unwrap()
            .len(),
        2
    );
    assert_eq!(made([]), Err(0));
}

#[test]
fn what_ends_goes_first_and_what_has_disappointed_last() {
    let rich = candidate(1, 1, 1, 9_000);
    let ending = Candidate {
        is_ending: true,
        ..candidate(2, 1, 1, 200)
    };
    let fake = Candidate {
        is_ending: true,
        disappointments: 1,
        ..candidate(3, 1, 1, 90_000)
    };
    assert_eq!(
        made([fake.clone(), rich.clone(), ending.clone()]).unwrap(),
        [ending, rich, fake]
    );
}

#[test]
fn endings_that_are_not_worth_a_transaction_keep_nobody_else_from_one() {
    let endings = (0..PLACES as u32).map(|of| Candidate {
        is_ending: true,
        ..candidate(of, 1, 1, 11)
    });
    let rich = candidate(900, 1, 1, 9_000);
    let chosen = made(endings.chain([rich.clone()])).unwrap();
    assert_eq!((chosen.len(), &chosen[0]), (PLACES, &rich));
}

#[test]
fn no_more_lines_go_into_a_transaction_than_the_chain_takes() {
    let long = (0..PLACES as u32).map(|of| candidate(of, 1, 16, 9_000));
    let chosen = made(long).unwrap();
    assert_eq!(chosen.len(), (MAX_REDEEMED_LINES / MAX_LINES) as usize);
    let short = (0..PLACES as u32).map(|of| candidate(of, 1, 10, 9_000));
    assert_eq!(made(short).unwrap().len(), PLACES);
}

#[test]
fn quotes_part_what_is_worth_sending_from_what_disappoints() {
    let [a, b, c] = [1, 2, 3].map(|of| candidate(of, 1, 1, 500));
    let sifted = sift([(a.clone(), 11), (b.clone(), 10), (c.clone(), 400)], &COSTS);
    let expected = Sifted {
        worth_it: vec![(c, 400), (a, 11)],
        disappointing: vec![b],
    };
    assert_eq!(sifted, expected);
}

/// Rounds until nothing is left to send. `bring` is what the chain says that a voucher brings.
fn rounds(
    mut candidates: Vec<Candidate>,
    bring: impl Fn(&Candidate) -> Balance,
) -> (Vec<Vec<Candidate>>, Vec<Candidate>) {
    let (mut rests, mut sent) = (Rests::default(), Vec::new());
    for head in 1.. {
        let mut choice = Choice::new(COSTS);
        for candidate in &candidates {
            if !rests.is_resting(&candidate.voucher, head) {
                choice.offer(Candidate {
                    disappointments: rests.disappointments(candidate.payer),
                    ..candidate.clone()
                });
            }
        }
        let Ok(chosen) = choice.made() else {
            break;
        };
        let sifted = sift(
            chosen
                .into_iter()
                .map(|one| (bring(&one), one))
                .map(|(worth, one)| (one, worth)),
            &COSTS,
        );
        for one in &sifted.disappointing {
            rests.rest(&one.voucher, u32::MAX);
            rests.disappointed(one.payer);
        }
        let now: Vec<Candidate> = sifted.worth_it.into_iter().map(|(one, _)| one).collect();
        candidates.retain(|one| now.iter().all(|sent| sent.voucher != one.voucher));
        sent.push(now);
    }
    (sent, candidates)
}

fn some(of: std::ops::Range<u32>, value: std::ops::Range<Balance>) -> impl Strategy<Value = Vec<Candidate>> {
    let one = (of, 1..=16u64, value, any::<bool>());
    proptest::collection::vec(one, 0..300).prop_map(|list| {
        let each = list.into_iter().zip(1..);
        each.map(|((of, lines, value, is_ending), card)| Candidate {
            is_ending,
            ..candidate(of, card, lines, value)
        })
        .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever else is there: of vouchers that are each worth a transaction, as many are sent in each round as have place.
    #[test]
    fn all_vouchers_worth_their_fee_are_sent_in_as_few_rounds_as_they_have_place_in(
        worthy in some(0..50, 141..100_000),
        dust in some(0..100, 0..11),
    ) {
        let dust: Vec<Candidate> = dust.into_iter().map(|one| Candidate {
            voucher: voucher(one.payer, &[(1_000_000 + u64::from(one.payer.session), 1)]),
            ..one
        }).filter(|one| one.value <= COSTS.of_lines(1)).collect();
        let n = worthy.len();
        let all = dust.into_iter().chain(worthy).collect();
        let (sent, left) = rounds(all, |one| one.value);
        prop_assert_eq!(sent.len(), n.div_ceil(PLACES));
        prop_assert!(left.iter().all(|one| one.value <= COSTS.of(&one.voucher)));
    }

    /// Vouchers of any worth: what is left would not be worth a transaction, and no transaction cost more than it brought.
    #[test]
    fn what_is_left_brings_less_than_it_costs_and_nothing_was_sent_that_did(
        all in some(0..100, 0..400),
    ) {
        let (sent, left) = rounds(all, |one| one.value);
        let worth = |list: &[Candidate]| list.iter().map(|one| one.value).sum::<Balance>();
        for list in &sent {
            prop_assert!(worth(list) > COSTS.of_all(list.iter().map(|one| &one.voucher)));
            prop_assert!(list.iter().all(|one| one.value > COSTS.of(&one.voucher)));
        }
        let left: Vec<Candidate> = left.into_iter().filter(|one| one.value > COSTS.of(&one.voucher)).collect();
        prop_assert!(worth(&left) <= COSTS.of_all(left.iter().map(|one| &one.voucher)));
    }

    /// Vouchers that promise what is not there are found out once; then the others are sent as if they were not there.
    #[test]
    fn promises_of_what_is_not_there_cost_each_a_place_in_one_round(
        worthy in some(0..50, 141..1_000),
        fakes in some(1_000..1_050, 100_000..200_000),
    ) {
        let (n, f) = (worthy.len(), fakes.len());
        let is_fake = |one: &Candidate| one.payer.session >= 1_000;
        let all = fakes.into_iter().chain(worthy).collect();
        let (sent, left) = rounds(all, |one| if is_fake(one) { 0 } else { one.value });
        prop_assert!(left.iter().all(is_fake));
        prop_assert_eq!(sent.iter().map(Vec::len).sum::<usize>(), n);
        // A session's first fakes find it out, so the others of it come after all that are honest.
        let until_sent = sent.iter().rposition(|list| !list.is_empty()).map_or(0, |last| last + 1);
        prop_assert!(until_sent <= (n + f).div_ceil(PLACES));
    }
}
