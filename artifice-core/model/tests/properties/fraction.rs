//! Fractions of arbitrary precision, as simple as can be.

use std::cmp::Ordering;

use num_bigint::BigInt;

/// A fraction with a positive denominator, not reduced.
#[derive(Debug, Clone)]
pub struct Fraction {
    numerator: BigInt,
    denominator: BigInt,
}

impl Fraction {
    pub fn new(numerator: i64, denominator: i64) -> Self {
        assert!(denominator > 0);
        Fraction { numerator: numerator.into(), denominator: denominator.into() }
    }

    pub fn zero() -> Self {
        Fraction::new(0, 1)
    }

    pub fn plus(&self, other: &Fraction) -> Self {
        Fraction {
            numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    pub fn minus(&self, other: &Fraction) -> Self {
        self.plus(&other.times(&Fraction::new(-1, 1)))
    }

    pub fn times(&self, other: &Fraction) -> Self {
        Fraction { numerator: &self.numerator * &other.numerator, denominator: &self.denominator * &other.denominator }
    }

    /// Rounded half away from zero to whole millionths.
    pub fn millionths(&self) -> BigInt {
        let zero = BigInt::from(0);
        let doubled = &self.numerator * 2_000_000;
        // Division of integers cuts towards zero, so half a step away from zero before it rounds.
        let half = if doubled < zero { -&self.denominator } else { self.denominator.clone() };
        (doubled + half) / (&self.denominator * 2)
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}
