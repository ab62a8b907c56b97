//! Who gets what of a price. **The parts always add up to the price, to the smallest unit.** Every part but one
//! is rounded down, and that one takes what is left: the creator of a first sale, the seller of a resale, and
//! within the creator's money the creator before his collaborators.
//!
//! Exact integers, no runtime: a settlement asks here, and moves what it is told.

use alloc::vec::Vec;
use hashcard_primitives::{
    card::{Collaborator, WHOLE_SHARE},
    share::part,
    Balance,
};
use sp_runtime::{AccountId32, Permill};

/// What a price is divided by.
pub struct Shares<'a> {
    /// Burnt, before anybody else has anything.
    pub network_fee: Permill,
    /// Of the price, to the creator; `None` for a first sale, where he gets what is left. Parts per million.
    pub royalty: Option<u32>,
    /// Of the price, to a clerk who delivered; `None` when the seller did. Parts per million.
    pub commission: Option<u32>,
    /// Those who share the creator's money, royalty or sale.
    pub collaborators: &'a [Collaborator<AccountId32>],
}

/// The parts of a price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Division {
    /// The network's fee.
    pub burnt: Balance,
    /// The clerk's.
    pub commission: Balance,
    /// The collaborators', in their order.
    pub collaborators: Vec<Balance>,
    /// The creator's.
    pub creator: Balance,
    /// The seller's in a resale; nothing in a first sale, where the creator sells.
    pub seller: Balance,
}

/// Divides a price.
///
/// Shares that promise more than there is are cut in this order: fee, commission, royalty, collaborators in
/// their order. Limits on cards and clerks keep real ones from it; it is what makes the sum hold without them.
pub fn divide(price: Balance, shares: &Shares) -> Division {
    let mut left = price;
    let burnt = take(&mut left, price, shares.network_fee.deconstruct());
    let commission = take(&mut left, price, shares.commission.unwrap_or(0));
    let (mut creator, seller) = match shares.royalty {
        None => (left, 0),
        Some(royalty) => (take(&mut left, price, royalty), left),
    };
    let creators_money = creator;
    let collaborators = shares
        .collaborators
        .iter()
        .map(|one| take(&mut creator, creators_money, one.share))
        .collect();
    Division {
        burnt,
        commission,
        collaborators,
        creator,
        seller,
    }
}

/// What is left of a price after a discount in parts per million, rounded down; a whole discount, or more, is a
/// gift.
pub fn discounted(price: Balance, discount: u32) -> Balance {
    part(price, WHOLE_SHARE.saturating_sub(discount))
}

/// Takes a share of `whole` out of what is left, and not more than that.
fn take(left: &mut Balance, whole: Balance, share: u32) -> Balance {
    let taken = part(whole, share).min(*left);
    *left = left.saturating_sub(taken);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sp_core::U256;

    const WHOLE: u128 = WHOLE_SHARE as u128;
    const HALF: u32 = WHOLE_SHARE / 2;
    const THIRD: u32 = WHOLE_SHARE / 3;

    /// Nothing, a hair, a percent, a third, a half, all but a hair, everything.
    const GRID: [u32; 7] = [0, 1, 10_000, THIRD, HALF, WHOLE_SHARE - 1, WHOLE_SHARE];

    fn named(shares: &[u32]) -> Vec<Collaborator<AccountId32>> {
        let account = |n: usize| AccountId32::new([n as u8; 32]);
        let named = shares.iter().enumerate();
        named
            .map(|(n, share)| Collaborator {
                account: account(n),
                share: *share,
            })
            .collect()
    }

    fn sum(division: &Division) -> U256 {
        let collaborators = division.collaborators.iter();
        [
            division.burnt,
            division.commission,
            division.creator,
            division.seller,
        ]
        .iter()
        .chain(collaborators)
        .fold(U256::zero(), |sum, part| sum + U256::from(*part))
    }

    /// The rule as the design says it, in numbers too wide to overflow.
    fn rule(price: Balance, shares: &Shares) -> Division {
        let floor = |amount: U256, share: u32| amount * U256::from(share) / U256::from(WHOLE_SHARE);
        let price = U256::from(price);
        let burnt = floor(price, shares.network_fee.deconstruct());
        let rest = price - burnt;
        let commission = shares
            .commission
            .map_or(U256::zero(), |share| floor(price, share))
            .min(rest);
        let rest = rest - commission;
        let money = shares
            .royalty
            .map_or(rest, |royalty| floor(price, royalty).min(rest));
        let mut creator = money;
        let mut collaborators = Vec::new();
        for one in shares.collaborators {
            let given = floor(money, one.share).min(creator);
            creator -= given;
            collaborators.push(given.as_u128());
        }
        Division {
            burnt: burnt.as_u128(),
            commission: commission.as_u128(),
            collaborators,
            creator: creator.as_u128(),
            seller: (rest - money).as_u128(),
        }
    }

    fn is_exact(price: Balance, shares: &Shares) {
        let division = divide(price, shares);
        assert_eq!(sum(&division), U256::from(price), "{price}");
        assert_eq!(division, rule(price, shares), "{price}");
    }

    #[test]
    fn every_split_of_every_small_amount_adds_up() {
        let bands: [&[u32]; 8] = [
            &[],
            &[1],
            &[HALF],
            &[WHOLE_SHARE],
            &[THIRD, THIRD, THIRD],
            &[HALF, HALF - 1],
            &[WHOLE_SHARE - 7, 1, 1, 1, 1, 1, 1, 1],
            &[WHOLE_SHARE / 8; 8],
        ];
        let optional: Vec<Option<u32>> = [None].into_iter().chain(GRID.map(Some)).collect();
        for band in bands.map(named) {
            for fee in GRID {
                for royalty in &optional {
                    for commission in &optional {
                        let shares = Shares {
                            network_fee: Permill::from_parts(fee),
                            royalty: *royalty,
                            commission: *commission,
                            collaborators: &band,
                        };
                        for price in 0..=200 {
                            is_exact(price, &shares);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn shares_that_promise_more_than_there_is_never_pay_more_than_there_is() {
        let band = named(&[WHOLE_SHARE, u32::MAX, HALF]);
        for price in (0..=200).chain([Balance::MAX]) {
            let shares = Shares {
                network_fee: Permill::from_percent(80),
                royalty: Some(u32::MAX),
                commission: Some(u32::MAX),
                collaborators: &band,
            };
            assert_eq!(sum(&divide(price, &shares)), U256::from(price));
        }
    }

    #[test]
    fn the_remainder_of_a_sale_is_the_creators_and_of_a_resale_the_sellers() {
        let band = named(&[THIRD, THIRD]);
        let sale = Shares {
            network_fee: Permill::from_percent(1),
            royalty: None,
            commission: Some(50_000),
            collaborators: &band,
        };
        // 1 of 101 burnt, 5 to the clerk, 95 shared: 31 each, and 33 for the creator.
        let division = divide(101, &sale);
        assert_eq!((division.burnt, division.commission), (1, 5));
        assert_eq!(division.collaborators, [31, 31]);
        assert_eq!((division.creator, division.seller), (33, 0));

        let resale = Shares {
            royalty: Some(100_000),
            commission: None,
            ..sale
        };
        // 1 burnt, a royalty of 10 shared 3, 3, 4, and 90 for the seller.
        let division = divide(101, &resale);
        assert_eq!(division.collaborators, [3, 3]);
        assert_eq!((division.creator, division.seller), (4, 90));
    }

    #[test]
    fn a_resale_without_royalty_pays_the_creator_nothing() {
        let band = named(&[HALF]);
        let shares = Shares {
            network_fee: Permill::from_percent(1),
            royalty: Some(0),
            commission: None,
            collaborators: &band,
        };
        let division = divide(1_000, &shares);
        assert_eq!((division.creator, division.seller), (0, 990));
        assert_eq!(division.collaborators, [0]);
    }

    #[test]
    fn a_discount_leaves_its_complement_rounded_down() {
        for price in 0..=200u128 {
            for discount in GRID {
                let pays = discounted(price, discount);
                assert_eq!(pays, price * (WHOLE - u128::from(discount)) / WHOLE);
            }
            assert_eq!(discounted(price, 0), price);
            assert_eq!(discounted(price, WHOLE_SHARE), 0);
            assert_eq!(discounted(price, u32::MAX), 0);
        }
        assert_eq!(discounted(Balance::MAX, 0), Balance::MAX);
    }

    /// Amounts of every size, the largest ones often.
    fn amounts() -> impl Strategy<Value = Balance> {
        prop_oneof![
            any::<Balance>(),
            (0..128u32, any::<Balance>()).prop_map(|(bits, amount)| amount >> bits),
            (0..1_000_000u128).prop_map(|less| Balance::MAX - less),
        ]
    }

    fn bands() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0..=WHOLE_SHARE / 8, 0..=8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn every_split_of_any_amount_adds_up(
            price in amounts(),
            fee in 0..=WHOLE_SHARE,
            royalty in prop::option::of(0..=WHOLE_SHARE),
            commission in prop::option::of(0..=WHOLE_SHARE),
            band in bands(),
        ) {
            let band = named(&band);
            is_exact(price, &Shares {
                network_fee: Permill::from_parts(fee),
                royalty,
                commission,
                collaborators: &band,
            });
        }

        #[test]
        fn a_discount_of_any_amount_is_exact(price in amounts(), discount in 0..=WHOLE_SHARE) {
            let expected = U256::from(price) * U256::from(WHOLE_SHARE - discount) / U256::from(WHOLE_SHARE);
            prop_assert_eq!(U256::from(discounted(price, discount)), expected);
        }

        /// No remainder grows: each collaborator loses less than one unit to rounding, the creator gains less
        /// than one for each of them.
        #[test]
        fn rounding_moves_less_than_a_unit_for_each_share(price in amounts(), band in bands()) {
            let named = named(&band);
            let division = divide(price, &Shares {
                network_fee: Permill::zero(),
                royalty: None,
                commission: None,
                collaborators: &named,
            });
            let left = WHOLE_SHARE - band.iter().sum::<u32>();
            let exact = U256::from(price) * U256::from(left) / U256::from(WHOLE_SHARE);
            let creator = U256::from(division.creator);
            prop_assert!(creator >= exact && creator <= exact + U256::from(band.len()));
        }
    }
}
