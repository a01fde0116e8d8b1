//! Exact arithmetic with decimals. What does not fit 38 digits is `None`, never something rounded.

use artifice_plugin_api::Decimal;

/// Nothing.
pub const ZERO: Decimal = Decimal::new(0, 0);
/// One.
pub const ONE: Decimal = Decimal::new(1, 0);

fn ten_to(exponent: u8) -> Option<i128> {
    10_i128.checked_pow(u32::from(exponent))
}

fn at_scale(value: Decimal, scale: u8) -> Option<i128> {
    value.mantissa().checked_mul(ten_to(scale.checked_sub(value.scale())?)?)
}

/// a + b.
pub fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    Some(Decimal::new(at_scale(a, scale)?.checked_add(at_scale(b, scale)?)?, scale))
}

/// −a.
pub fn minus(a: Decimal) -> Option<Decimal> {
    Some(Decimal::new(a.mantissa().checked_neg()?, a.scale()))
}

/// The sum of all.
pub fn sum(all: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    all.into_iter().try_fold(ZERO, add)
}

/// a × b.
pub fn times(a: Decimal, b: Decimal) -> Option<Decimal> {
    Some(Decimal::new(a.mantissa().checked_mul(b.mantissa())?, a.scale().checked_add(b.scale())?))
}

/// Rounded half away from zero to so many digits after the point.
pub fn rounded(value: Decimal, digits: u8) -> Option<Decimal> {
    let Some(surplus) = value.scale().checked_sub(digits) else { return Some(value) };
    let divisor = ten_to(surplus)?;
    let (quotient, rest) = (value.mantissa() / divisor, value.mantissa() % divisor);
    let away = if rest.unsigned_abs() >= divisor.unsigned_abs().div_ceil(2) && rest != 0 { rest.signum() } else { 0 };
    Some(Decimal::new(quotient.checked_add(away)?, digits))
}

/// Whether a < b.
pub fn is_less(a: Decimal, b: Decimal) -> Option<bool> {
    Some(add(a, minus(b)?)?.mantissa() < 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn money_is_rounded_half_away_from_zero() {
        for (value, expected) in
            [("2.675", "2.68"), ("-2.675", "-2.68"), ("2.674", "2.67"), ("0.005", "0.01"), ("7", "7"), ("0.0049", "0")]
        {
            assert_eq!(rounded(decimal(value), 2), Some(decimal(expected)), "{value}");
        }
    }

    #[test]
    fn sums_and_products_are_exact_or_nothing() {
        assert_eq!(add(decimal("0.1"), decimal("0.2")), Some(decimal("0.3")));
        assert_eq!(times(decimal("174.026781"), decimal("0.05")), Some(decimal("8.70133905")));
        assert_eq!(times(Decimal::new(i128::MAX, 0), decimal("2")), None);
        assert_eq!(is_less(decimal("-1"), ZERO), Some(true));
    }
}
