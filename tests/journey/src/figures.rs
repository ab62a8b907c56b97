//! Figures of rounds that take turns, and how sure one may be of their ratio.
//!
//! **An interval says what these rounds say, on this machine, today.** It is drawn with a seed, so the same figures give the same
//! interval.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Samples that are drawn for an interval: its ends are steady to a tenth of their distance.
const SAMPLES: usize = 10_000;
/// Of those, parts in forty below the interval, and as many above: 95 % are within.
const OUTSIDE: usize = 40;
/// Rounds from which on an interval means what it says: of fewer there are too few samples that differ.
const ENOUGH: usize = 6;
/// What the drawing begins with.
const SEED: u64 = 4;

/// The figure in the middle; of an even number of figures, the mean of the two; NaN of none.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len() % 2, middle.checked_sub(1)) {
        (1, _) => sorted[middle],
        (_, Some(before)) => (sorted[before] + sorted[middle]) / 2.0,
        (_, None) => f64::NAN,
    }
}

/// The mean of the middle half (Tukey's midmean): a pause of the machine does not move it, and of rounds that differ by chance it needs
/// two thirds of what the median needs. NaN of none.
pub fn midmean(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

/// The least and the most.
pub fn extremes(figures: &[f64]) -> (f64, f64) {
    let widen = |(least, most): (f64, f64), one: &f64| (least.min(*one), most.max(*one));
    figures.iter().fold((f64::INFINITY, f64::NEG_INFINITY), widen)
}

/// How one kind of round compares to another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ratio {
    /// Midmean of the one over midmean of the other.
    pub ratio: f64,
    /// Where that is with a certainty of 95 %: the lower end.
    pub from: f64,
    /// The upper end.
    pub to: f64,
    /// Rounds that it comes from.
    pub rounds: usize,
}

impl Ratio {
    /// Of rounds that took turns: `one[n]` was measured beside `other[n]`. The interval is a percentile bootstrap over those
    /// pairs (Efron 1979).
    pub fn of(one: &[f64], other: &[f64]) -> Self {
        let pairs: Vec<(f64, f64)> = one.iter().copied().zip(other.iter().copied()).collect();
        let ratio = |pairs: &[(f64, f64)]| {
            let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            midmean(&one) / midmean(&other)
        };
        if pairs.is_empty() {
            return Self {
                ratio: f64::NAN,
                from: f64::NAN,
                to: f64::NAN,
                rounds: 0,
            };
        }
        let mut chance = StdRng::seed_from_u64(SEED);
        let mut drawn: Vec<f64> = (0..SAMPLES)
            .map(|_| {
                let sample: Vec<_> = pairs
                    .iter()
                    .map(|_| pairs[chance.gen_range(0..pairs.len())])
                    .collect();
                ratio(&sample)
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        Self {
            ratio: ratio(&pairs),
            from: drawn[SAMPLES / OUTSIDE],
            to: drawn[SAMPLES - SAMPLES / OUTSIDE - 1],
            rounds: pairs.len(),
        }
    }

    /// What can be said about a ratio that should be at most this.
    pub fn verdict(&self, limit: f64) -> &'static str {
        if self.rounds < ENOUGH {
            "open: so few rounds tell nothing"
        } else if self.to <= limit {
            "within: so is the whole interval"
        } else if self.from > limit {
            "beyond: so is the whole interval"
        } else {
            "open: the interval reaches over the limit; more rounds, or a quieter machine, would tell"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan() && midmean(&[]).is_nan());
        assert_eq!(midmean(&[3.0]), 3.0);
        assert_eq!(midmean(&[100.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, -100.0]), 3.75);
        assert_eq!(extremes(&[3.0, 1.0, 2.0]), (1.0, 3.0));
    }

    #[test]
    fn an_interval_holds_the_ratio_and_is_the_same_each_time() {
        let other: Vec<f64> = (0..15).map(|round| 10.0 + f64::from(round % 4) / 10.0).collect();
        let one: Vec<f64> = other.iter().map(|seconds| seconds * 1.02).collect();
        let ratio = Ratio::of(&one, &other);
        assert!(ratio.from <= ratio.ratio && ratio.ratio <= ratio.to);
        assert!((ratio.ratio - 1.02).abs() < 1e-9);
        assert_eq!(ratio, Ratio::of(&one, &other));
        assert!(Ratio::of(&[], &[]).ratio.is_nan());
    }

    #[test]
    fn a_verdict_is_no_surer_than_its_interval() {
        let ratio = |from, to| Ratio {
            ratio: (from + to) / 2.0,
            from,
            to,
            rounds: ENOUGH,
        };
        let few = Ratio {
            rounds: ENOUGH - 1,
            ..ratio(0.99, 1.02)
        };
        assert!(few.verdict(1.03).starts_with("open"));
        assert!(ratio(0.99, 1.02).verdict(1.03).starts_with("within"));
        assert!(ratio(0.99, 1.04).verdict(1.03).starts_with("open"));
        assert!(ratio(1.04, 1.06).verdict(1.03).starts_with("beyond"));
    }
}
