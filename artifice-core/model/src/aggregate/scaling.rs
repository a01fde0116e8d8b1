//! What becomes of a sample's value before it is aggregated: value × factor + offset, exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::limits::MAX_DENOMINATOR;

/// A factor: a decimal, or a fraction such as `1/1024`. Not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Factor {
    numerator: Decimal,
    denominator: u64,
}

/// A text that is not a factor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a factor: write a number or a fraction of two that is not 0, such as 0.001 or 1/1024, with a \
     denominator of at most 18 digits"
)]
pub struct NotAFactor(String);

/// value × factor + offset.
///
/// The denominator is not divided by: it is kept, and becomes a part of what the sum is divided by at the
/// end, so that nothing is rounded on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    factor: Factor,
    /// Times the denominator.
    offset: Decimal,
}

impl FromStr for Factor {
    type Err = NotAFactor;

    fn from_str(text: &str) -> Result<Self, NotAFactor> {
        let wrong = || NotAFactor(text.to_owned());
        let number = |text: &str| text.trim().parse::<Decimal>().map_err(|_| wrong());
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let (numerator, denominator) = (number(numerator)?, number(denominator)?);
        // A decimal below becomes a whole number: both are multiplied by the same power of ten.
        let whole = denominator.mantissa();
        let shift = Decimal::new(10_i128.checked_pow(denominator.scale().into()).ok_or_else(wrong)?, 0);
        let numerator = numerator.checked_mul(shift.map_err(|_| wrong())?).ok_or_else(wrong)?;
        let whole = u64::try_from(whole).ok().filter(|_| (1..=MAX_DENOMINATOR).contains(&whole)).ok_or_else(wrong)?;
        if numerator.is_zero() { Err(wrong()) } else { Ok(Factor { numerator, denominator: whole }) }
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

impl From<Factor> for String {
    fn from(factor: Factor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for Factor {
    type Error = NotAFactor;

    fn try_from(text: String) -> Result<Self, NotAFactor> {
        text.parse()
    }
}

impl Factor {
    /// The factor that changes nothing.
    pub const ONE: Factor = Factor { numerator: Decimal::ONE, denominator: 1 };

    /// Whether it makes less of more.
    pub fn is_negative(self) -> bool {
        self.numerator.is_negative()
    }
}

impl Default for Scaling {
    /// Every value stays what it is.
    fn default() -> Self {
        Scaling { factor: Factor::ONE, offset: Decimal::ZERO }
    }
}

impl Scaling {
    /// value × `factor` + `offset`; `None` if `offset` has too many digits for that.
    pub fn new(factor: Factor, offset: Decimal) -> Option<Self> {
        let offset = offset.checked_mul(i64::try_from(factor.denominator).ok()?.into())?;
        Some(Scaling { factor, offset })
    }

    /// What a value becomes, times [`Scaling::denominator`]; `None` if it has more than 38 digits.
    #[inline]
    pub(super) fn of(&self, value: Decimal) -> Option<Decimal> {
        if *self == Scaling::default() {
            return Some(value);
        }
        value.checked_mul(self.factor.numerator)?.checked_add(self.offset)
    }

    /// Whether every value stays what it is.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Scaling::default()
    }

    /// What a difference of two values becomes, times [`Scaling::denominator`].
    pub(super) fn of_difference(&self, difference: Decimal) -> Option<Decimal> {
        difference.checked_mul(self.factor.numerator)
    }

    /// By what the sums of scaled values have to be divided.
    pub(super) fn denominator(&self) -> u64 {
        self.factor.denominator
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(factor: &str, offset: &str, value: &str) -> Option<(String, u64)> {
        let scaling = Scaling::new(factor.parse().unwrap(), offset.parse().unwrap())?;
        scaling.of(value.parse().unwrap()).map(|value| (value.to_string(), scaling.denominator()))
    }

    #[test]
    fn a_value_is_multiplied_and_then_increased() {
        // semantics 3: volume of a sample = value × factor + offset, before aggregation; nothing is rounded.
        let is = |value: &str, denominator| Some((value.to_owned(), denominator));
        assert_eq!(scaled("1", "0", "7.5"), is("7.5", 1));
        assert_eq!(scaled("0.001", "2", "1500"), is("3.5", 1));
        // 5/1024 + 1 = (5 + 1024) / 1024
        assert_eq!(scaled("1/1024", "1", "5"), is("1029", 1024));
        // 1/0.3 = 10/3
        assert_eq!(scaled("1/0.3", "-1", "0.1"), is("-2", 3));
        assert_eq!(scaled("-1", "100", "93"), is("7", 1));
        assert_eq!(scaled("1/1099511627776", "0", "1"), is("1", 1_099_511_627_776));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(scaled("10", "0", "99999999999999999999999999999999999999"), None);
        assert_eq!(
            scaled("1", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
            None
        );
        assert_eq!(
            Scaling::new("1/1000".parse().unwrap(), "99999999999999999999999999999999999999".parse().unwrap()),
            None
        );
    }

    #[test]
    fn a_factor_is_a_number_or_a_fraction() {
        for (text, shown) in
            [("1024", "1024"), (" 1 / 1024 ", "1/1024"), ("-0.5", "-0.5"), ("1.5/2.5", "15/25"), ("1e3", "1000")]
        {
            let factor: Factor = text.parse().unwrap();
            assert_eq!(factor.to_string(), shown, "{text}");
            assert_eq!(factor.is_negative(), text.starts_with('-'), "{text}");
            let stored = serde_json::to_string(&factor).unwrap();
            assert_eq!((serde_json::from_str(&stored).ok(), stored), (Some(factor), format!("\"{shown}\"")));
        }
        for wrong in ["", "x", "0", "0/3", "1/0", "1/-2", "1/2/3", "1/10000000000000000000", "/2", "2/"] {
            assert!(wrong.parse::<Factor>().is_err(), "{wrong}");
        }
    }
}
