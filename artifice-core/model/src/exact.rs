//! Exact sums and quotients, rounded once.
//!
//! Hours are not terminating decimals, so a volume is summed as `value × microseconds` and divided
//! by an hour only at the end. Ordinary numbers stay in 128-bit integers; what does not fit goes on
//! in arbitrary precision, so an intermediate result is never the reason for a wrong or failed bill.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use num_integer::Integer as _;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::decimal::{Decimal, pow10};
use crate::limits::{MAX_SCALE, MAX_WHOLE_DIGITS};

type BigRational = num_rational::Ratio<BigInt>;

/// A result has more digits than a bill can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the result is larger than a bill can hold (22 digits before the point)")]
pub struct Overflow;

/// An exact sum of decimals, each multiplied by an integer.
#[derive(Debug, Clone, Default)]
pub struct Exact {
    scale: u8,
    sum: Integer,
}

/// An integer that moves to arbitrary precision when 128 bits are not enough.
#[derive(Debug, Clone)]
enum Integer {
    Small(i128),
    Big(Box<BigInt>),
}

impl Default for Integer {
    fn default() -> Self {
        Integer::Small(0)
    }
}

impl Integer {
    fn big(&self) -> BigInt {
        match self {
            Integer::Small(value) => BigInt::from(*value),
            Integer::Big(value) => value.as_ref().clone(),
        }
    }
}

impl Exact {
    /// Adds `value × times`.
    #[inline]
    pub fn add(&mut self, value: Decimal, times: i64) {
        if !self.add_small(value, times) {
            self.add_big(value, times);
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Exact) {
        let scale = self.scale.max(other.scale);
        let sum = self.sum.big() * ten_to(scale - self.scale) + other.sum.big() * ten_to(scale - other.scale);
        self.scale = scale;
        self.sum = match sum.to_i128() {
            Some(small) => Integer::Small(small),
            None => Integer::Big(Box::new(sum)),
        };
    }

    /// Multiplies the sum.
    pub fn multiply(&mut self, by: i128) {
        let product = self.sum.big() * by;
        self.sum = match product.to_i128() {
            Some(small) => Integer::Small(small),
            None => Integer::Big(Box::new(product)),
        };
    }

    /// Whether the sum is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.sum {
            Integer::Small(sum) => *sum < 0,
            Integer::Big(sum) => sum.sign() == Sign::Minus,
        }
    }

    /// Adds within 128 bits; says whether it could, and changes nothing otherwise.
    fn add_small(&mut self, value: Decimal, times: i64) -> bool {
        let Integer::Small(sum) = self.sum else { return false };
        if value.is_zero() {
            return true;
        }
        let scale = self.scale.max(value.scale());
        let added = || {
            let term = product(value.mantissa_at(scale)?, times)?;
            let sum = if scale == self.scale { sum } else { sum.checked_mul(pow10(scale - self.scale)?)? };
            sum.checked_add(term)
        };
        match added() {
            Some(sum) => {
                (self.scale, self.sum) = (scale, Integer::Small(sum));
                true
            }
            None => false,
        }
    }

    fn add_big(&mut self, value: Decimal, times: i64) {
        let scale = self.scale.max(value.scale());
        let term = BigInt::from(value.mantissa()) * times * ten_to(scale - value.scale());
        let sum = self.sum.big() * ten_to(scale - self.scale) + term;
        (self.scale, self.sum) = (scale, Integer::Big(Box::new(sum)));
    }

    /// The sum itself, to its last digit.
    ///
    /// # Errors
    /// [`Overflow`] if it has more than 38 digits.
    pub fn total(&self) -> Result<Decimal, Overflow> {
        let (mut sum, mut scale) = (self.sum.big(), self.scale);
        // Zeros at the end say nothing, but may be what does not fit.
        while scale > 0 && (&sum % 10_u8).sign() == Sign::NoSign {
            (sum, scale) = (sum / 10_u8, scale - 1);
        }
        let sum = sum.to_i128().ok_or(Overflow)?;
        Decimal::new(sum, scale.into()).map_err(|_| Overflow)
    }

    /// The sum divided by `divisor`, rounded half away from zero to `places` digits after the point.
    ///
    /// # Errors
    /// [`Overflow`] if the result has more than 22 digits before the point, or `divisor` is 0.
    pub fn divided(&self, divisor: u64, places: u8) -> Result<Decimal, Overflow> {
        self.divided_by(divisor.into(), places)
    }

    /// The same for a larger `divisor`.
    ///
    /// # Errors
    /// [`Overflow`], as above.
    pub fn divided_by(&self, divisor: u128, places: u8) -> Result<Decimal, Overflow> {
        if divisor == 0 {
            return Err(Overflow);
        }
        rounded(&self.sum.big(), &(BigInt::from(divisor) * ten_to(self.scale)), places)
    }

    /// The sum divided by `divisor`, to the last digit: `7/3`, in lowest terms, or `-2` where it is whole.
    pub fn fraction(&self, divisor: u128) -> String {
        let small = || {
            let Integer::Small(sum) = self.sum else { return None };
            let scale = u128::try_from(pow10(self.scale)?).ok()?;
            let below = divisor.checked_mul(scale).filter(|below| *below > 0)?;
            let common = sum.unsigned_abs().gcd(&below);
            Some((BigInt::from(sum) / common, BigInt::from(below / common)))
        };
        let (above, below) = small().unwrap_or_else(|| {
            let (sum, below) = (self.sum.big(), BigInt::from(divisor) * ten_to(self.scale));
            let common = sum.gcd(&below);
            if common.sign() == Sign::NoSign { (sum, below) } else { (sum / &common, below / common) }
        });
        if below == BigInt::from(1) { above.to_string() } else { format!("{above}/{below}") }
    }
}

/// A product, if it fits. Of what fits 64 bits, as nearly all does, it always does.
fn product(value: i128, times: i64) -> Option<i128> {
    match i64::try_from(value) {
        Ok(short) => Some(i128::from(short) * i128::from(times)),
        Err(_) => value.checked_mul(times.into()),
    }
}

/// An exact fraction, in lowest terms, for what is multiplied and divided: prices, units, percentages.
///
/// Ordinary fractions stay in 128-bit integers; what does not fit goes on in arbitrary precision, as in [`Exact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio(Fraction);

/// A fraction that fits is always `Small`, so that equal ones look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fraction {
    Small(num_rational::Ratio<i128>),
    Big(Box<BigRational>),
}

impl Ratio {
    /// `numerator / denominator`; the denominator must not be 0.
    pub fn new(numerator: u64, denominator: u64) -> Self {
        Ratio(Fraction::Small(num_rational::Ratio::new(numerator.into(), denominator.into())))
    }

    /// Nothing.
    pub fn zero() -> Self {
        Ratio::new(0, 1)
    }

    fn of_big(big: BigRational) -> Self {
        // The smallest number of 128 bits has no opposite, so it does not count as one that fits.
        let fits = |value: &BigInt| value.to_i128().filter(|value| *value != i128::MIN);
        match (fits(big.numer()), fits(big.denom())) {
            (Some(numerator), Some(denominator)) => {
                Ratio(Fraction::Small(num_rational::Ratio::new_raw(numerator, denominator)))
            }
            _ => Ratio(Fraction::Big(Box::new(big))),
        }
    }

    fn big(&self) -> BigRational {
        match &self.0 {
            Fraction::Small(small) => BigRational::new_raw((*small.numer()).into(), (*small.denom()).into()),
            Fraction::Big(big) => big.as_ref().clone(),
        }
    }

    /// Computes in 128 bits if that is enough, and else in arbitrary precision.
    fn with(
        self,
        other: &Ratio,
        small: fn(&num_rational::Ratio<i128>, &num_rational::Ratio<i128>) -> Option<num_rational::Ratio<i128>>,
        big: fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        if let (Fraction::Small(one), Fraction::Small(other)) = (&self.0, &other.0)
            && let Some(result) = small(one, other)
            && *result.numer() != i128::MIN
            && *result.denom() != i128::MIN
        {
            return Ratio(Fraction::Small(result));
        }
        Ratio::of_big(big(self.big(), other.big()))
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        matches!(&self.0, Fraction::Small(small) if small.is_zero())
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Fraction::Small(small) => small.is_negative(),
            Fraction::Big(big) => big.is_negative(),
        }
    }

    /// This fraction and `other`.
    pub fn plus(self, other: &Ratio) -> Self {
        self.with(other, CheckedAdd::checked_add, |one, other| one + other)
    }

    /// This fraction without `other`.
    pub fn minus(self, other: &Ratio) -> Self {
        self.with(other, CheckedSub::checked_sub, |one, other| one - other)
    }

    /// This fraction times `other`.
    pub fn times(self, other: &Ratio) -> Self {
        self.with(other, CheckedMul::checked_mul, |one, other| one * other)
    }

    /// This fraction divided by `other`, which must not be 0.
    pub fn over(self, other: &Ratio) -> Self {
        self.with(other, CheckedDiv::checked_div, |one, other| one / other)
    }

    /// The smallest whole number that is not below it.
    pub fn ceiling(&self) -> Self {
        Ratio::of_big(self.big().ceil())
    }

    /// The largest whole number that is not above it.
    pub fn floor(&self) -> Self {
        Ratio::of_big(self.big().floor())
    }

    /// Numerator and denominator, if they are not too long for that.
    pub fn small(&self) -> Option<(i128, i128)> {
        match &self.0 {
            Fraction::Small(small) => Some((*small.numer(), *small.denom())),
            Fraction::Big(_) => None,
        }
    }

    /// The same as a decimal, if it is one of at most 38 digits.
    pub fn exactly(&self) -> Option<Decimal> {
        let exact = self.big();
        (0..=MAX_SCALE).find_map(|scale| {
            let scaled = exact.numer() * ten_to(scale);
            let (mantissa, rest) = scaled.div_rem(exact.denom());
            if !rest.is_zero() {
                return None;
            }
            Decimal::new(mantissa.to_i128()?, scale.into()).ok()
        })
    }

    /// Rounded half away from zero to `places` digits after the point.
    ///
    /// # Errors
    /// [`Overflow`] if the result has more than 22 digits before the point.
    pub fn rounded(&self, places: u8) -> Result<Decimal, Overflow> {
        let exact = self.big();
        rounded(exact.numer(), exact.denom(), places)
    }
}

/// A quotient, rounded half away from zero to `places` digits after the point; the denominator is above 0.
fn rounded(numerator: &BigInt, denominator: &BigInt, places: u8) -> Result<Decimal, Overflow> {
    // ⌊(2n + d) / 2d⌋ of the magnitudes is rounding half away from zero.
    let magnitude: BigInt = (numerator.abs() * 2 * ten_to(places) + denominator) / (denominator * 2);
    if magnitude >= ten_to(MAX_WHOLE_DIGITS + places) {
        return Err(Overflow);
    }
    let mantissa = magnitude.to_i128().ok_or(Overflow)?;
    Decimal::new(if numerator.is_negative() { -mantissa } else { mantissa }, places.into()).map_err(|_| Overflow)
}

impl From<Decimal> for Ratio {
    fn from(value: Decimal) -> Self {
        match pow10(value.scale()).filter(|_| value.mantissa() != i128::MIN) {
            Some(denominator) => Ratio(Fraction::Small(num_rational::Ratio::new(value.mantissa(), denominator))),
            None => Ratio::of_big(BigRational::new(value.mantissa().into(), ten_to(value.scale()))),
        }
    }
}

/// `7/2`, or `3` for what is whole.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fraction::Small(small) => small.fmt(f),
            Fraction::Big(big) => big.fmt(f),
        }
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Fraction::Small(one), Fraction::Small(other)) => one.cmp(other),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Ratio {
    type Err = NotARatio;

    fn from_str(text: &str) -> Result<Self, NotARatio> {
        text.parse().map(Ratio::of_big).map_err(|_| NotARatio(text.to_owned()))
    }
}

/// A text that is no fraction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a fraction; write it as 7/2")]
pub struct NotARatio(String);

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn ten_to(exponent: u8) -> BigInt {
    BigInt::from(10).pow(exponent.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn rounds_half_away_from_zero_once() {
        for (value, places, rounded) in [
            ("0.5", 0, "1"),
            ("-0.5", 0, "-1"),
            ("0.49", 0, "0"),
            ("2.675", 2, "2.68"),
            ("-2.675", 2, "-2.68"),
            ("1.0000005", 6, "1.000001"),
            ("1.00000049", 6, "1"),
        ] {
            assert_eq!(Ratio::from(d(value)).rounded(places), Ok(d(rounded)), "{value}");
        }
    }

    #[test]
    fn a_third_of_an_hour_is_not_lost() {
        let mut sum = Exact::default();
        for _ in 0..3 {
            sum.add(Decimal::ONE, 1_200_000_000);
        }
        assert_eq!(sum.divided(3_600_000_000, 6), Ok(Decimal::ONE));
    }

    #[test]
    fn a_total_is_not_rounded() {
        let mut sum = Exact::default();
        for term in ["0.0000001", "99999999999999999999999999999", "-0.0000002", "0.0000001"] {
            sum.add(d(term), 1);
        }
        assert_eq!(sum.total(), Ok(d("99999999999999999999999999999")));
        sum.add(d("0.00000000000000000000000000000000000001"), 1);
        assert_eq!(sum.total(), Err(Overflow));
        assert_eq!(Exact::default().total(), Ok(Decimal::ZERO));
    }

    #[test]
    fn a_fraction_is_exact_and_in_lowest_terms() {
        let mut sum = Exact::default();
        assert_eq!(sum.fraction(3), "0");
        sum.add(d("-2.5"), 3);
        assert_eq!((sum.fraction(1).as_str(), sum.fraction(3).as_str()), ("-15/2", "-5/2"));
        sum.add(d("99999999999999999999999999999999999999"), 1000);
        assert_eq!(sum.fraction(10), "39999999999999999999999999999999999999597/4");
        sum.add(d("99999999999999999999999999999999999999"), -1000);
        sum.add(d("9.5"), 1);
        assert_eq!(sum.fraction(7), "2/7");
    }

    #[test]
    fn goes_on_beyond_128_bits_and_comes_back() {
        let mut sum = Exact::default();
        sum.add(d("99999999999999999999999999999999999999"), i64::MAX);
        sum.add(d("0.00000000000000000000000000000000000001"), 1);
        assert_eq!(sum.divided(1, 6), Err(Overflow));
        sum.add(d("-99999999999999999999999999999999999999"), i64::MAX);
        sum.add(d("1.5"), 2);
        assert_eq!(sum.divided(1, 6), Ok(d("3")));
        assert_eq!(sum.divided(0, 6), Err(Overflow));
    }

    proptest! {
        #[test]
        fn fractions_of_128_bits_and_of_any_precision_agree(
            one in (any::<i128>(), 1..i128::MAX), other in (any::<i128>(), 1..i128::MAX), shift in 0_u32..126,
        ) {
            // Numbers of all lengths, so that both ways are taken, and the border between them.
            let ratio = |(above, below): (i128, i128)| {
                let below = (below >> shift).max(1);
                Ratio::of_big(BigRational::new((above >> shift).into(), below.into()))
            };
            let (one, other) = (ratio(one), ratio(other));
            let agree = |ratio: Ratio, big: BigRational| ratio == Ratio::of_big(big);
            prop_assert!(agree(one.clone().plus(&other), one.big() + other.big()));
            prop_assert!(agree(one.clone().minus(&other), one.big() - other.big()));
            prop_assert!(agree(one.clone().times(&other), one.big() * other.big()));
            if !other.is_zero() {
                prop_assert!(agree(one.clone().over(&other), one.big() / other.big()));
            }
            prop_assert_eq!(one.cmp(&other), one.big().cmp(&other.big()));
            prop_assert_eq!(one.to_string().parse::<Ratio>().unwrap(), one);
        }

        #[test]
        fn small_and_big_agree(terms in proptest::collection::vec((any::<i64>(), 0_u32..20, any::<i32>()), 0..20)) {
            let (mut small, mut big) = (Exact::default(), Exact { scale: 0, sum: Integer::Big(Box::default()) });
            for (mantissa, scale, times) in terms {
                let value = Decimal::new(mantissa.into(), scale).unwrap();
                small.add(value, times.into());
                big.add(value, times.into());
            }
            prop_assert_eq!(small.divided(7, 6), big.divided(7, 6));
        }
    }
}
