//! Numbers and instants in a form that every compiler lays out the same.

use std::fmt;
use std::str::FromStr;

use abi_stable::StableAbi;
use abi_stable::std_types::RStr;

/// A decimal number, `mantissa / 10^scale`, without loss: money, quantities, prices.
///
/// It prints its digits, without exponent and trailing zeros.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    low: u64,
    high: u64,
    scale: u8,
}

#[expect(clippy::as_conversions, reason = "it is compared whether the 64 bits are all of it")]
const fn ends_in_0(mantissa: i128) -> bool {
    let low = mantissa as i64;
    if low as i128 == mantissa { low % 10 == 0 } else { mantissa % 10 == 0 }
}

impl Decimal {
    /// `mantissa / 10^scale`. Zeros at the end of the fraction are dropped, so that equal numbers are equal.
    #[expect(clippy::as_conversions, reason = "the two halves of 128 bits")]
    pub const fn new(mut mantissa: i128, mut scale: u8) -> Self {
        // What fits 64 bits, as nearly all does, is divided there: that is many times faster.
        while scale > 0 && ends_in_0(mantissa) {
            mantissa /= 10;
            scale -= 1;
        }
        let bits = mantissa.cast_unsigned();
        Decimal { low: bits as u64, high: (bits >> 64) as u64, scale }
    }

    /// All digits, without the point.
    #[expect(clippy::as_conversions, reason = "the two halves of 128 bits")]
    pub const fn mantissa(self) -> i128 {
        ((self.high as u128) << 64 | self.low as u128).cast_signed()
    }

    /// How many of the digits stand after the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// With at least that many digits after the point, as amounts of money are written: `8.70`.
    pub fn to_fixed(self, digits: u8) -> String {
        let mut text = self.to_string();
        let present = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if present == 0 && digits > 0 {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', usize::from(digits).saturating_sub(present)));
        text
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa() < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.mantissa().unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADecimal;

impl fmt::Display for NotADecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number of up to 38 digits, such as -12.50")
    }
}

impl std::error::Error for NotADecimal {}

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads digits with a point, as price lists write them: `-12.50`. No exponents.
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(NotADecimal);
        }
        let fraction = fraction.trim_end_matches('0');
        let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= 38).ok_or(NotADecimal)?;
        let sign = if digits.len() < text.len() { "-" } else { "" };
        let mantissa = format!("{sign}{whole}{fraction}").parse().map_err(|_| NotADecimal)?;
        Ok(Decimal::new(mantissa, scale))
    }
}

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// The microseconds.
    pub micros: i64,
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with a fraction only where there is one: `2013-08-01T00:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY_S: i64 = 86_400;
        let (seconds, micros) = (self.micros.div_euclid(1_000_000), self.micros.rem_euclid(1_000_000));
        let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
        // Of years that begin in March, so that a leap day is the last one of its year; in eras of 400 years.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (year, month) = (era * 400 + year + month / 10, (month + 2) % 12 + 1);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if micros == 0 { f.write_str("Z") } else { write!(f, ".{micros:06}Z") }
    }
}

/// A fraction that is not negative, in its lowest terms: what converts a quantity from one unit to
/// another. An hour is 1/730 of a month, which no decimal says.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: [u64; 2],
    denominator: [u64; 2],
}

#[expect(clippy::as_conversions, reason = "the two halves of 128 bits")]
const fn halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

#[expect(clippy::as_conversions, reason = "the two halves of 128 bits")]
const fn whole([low, high]: [u64; 2]) -> u128 {
    (high as u128) << 64 | low as u128
}

impl Fraction {
    /// 1: the two units are the same.
    pub const ONE: Fraction = Fraction { numerator: [1, 0], denominator: [1, 0] };

    /// `numerator / denominator`; none if the denominator is 0.
    pub const fn new(numerator: u128, denominator: u128) -> Option<Self> {
        let (mut divisor, mut rest) = (numerator, denominator);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        if denominator == 0 {
            return None;
        }
        Some(Fraction { numerator: halves(numerator / divisor), denominator: halves(denominator / divisor) })
    }

    /// What stands above the line.
    pub const fn numerator(self) -> u128 {
        whole(self.numerator)
    }

    /// What stands below the line; never 0.
    pub const fn denominator(self) -> u128 {
        whole(self.denominator)
    }

    /// `value` times this fraction, to the last digit; none if no [`Decimal`] is that number.
    pub fn of(self, value: Decimal) -> Option<Decimal> {
        let denominator = i128::try_from(self.denominator()).ok()?;
        let mut mantissa = value.mantissa().checked_mul(i128::try_from(self.numerator()).ok()?)?;
        let mut scale = value.scale();
        while mantissa % denominator != 0 {
            (mantissa, scale) = (mantissa.checked_mul(10)?, scale.checked_add(1).filter(|scale| *scale <= 38)?);
        }
        Some(Decimal::new(mantissa / denominator, scale))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator() {
            1 => write!(f, "{}", self.numerator()),
            denominator => write!(f, "{}/{denominator}", self.numerator()),
        }
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A day of the calendar, as a document bears it. It prints as ISO 8601 has it: `2013-08-01`.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A key with its value.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key.
    pub key: RStr<'a>,
    /// The value.
    pub value: RStr<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_cross_without_loss() {
        for (mantissa, scale, text) in [
            (0, 0, "0"),
            (87, 1, "8.7"),
            (-5, 3, "-0.005"),
            (i128::MAX, 38, "1.70141183460469231731687303715884105727"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            let decimal = Decimal::new(mantissa, scale);
            assert_eq!((decimal.mantissa(), decimal.scale(), decimal.to_string().as_str()), (mantissa, scale, text));
        }
        for text in ["8.7", "-0.005", "0", "1.70141183460469231731687303715884105727"] {
            assert_eq!(text.parse::<Decimal>().map(|decimal| decimal.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "-", ".5", "5.", "1e3", "+1", "1,5", "--1", "999999999999999999999999999999999999999"] {
            assert_eq!(text.parse::<Decimal>(), Err(NotADecimal), "{text}");
        }
        assert_eq!(Decimal::new(870, 2), Decimal::new(87, 1));
        assert_eq!(Decimal::new(870, 2).to_fixed(2), "8.70");
        assert_eq!(Decimal::new(-8, 0).to_fixed(2), "-8.00");
        assert_eq!(Decimal::new(8, 0).to_fixed(0), "8");
    }
    #[test]
    fn fractions_cross_in_their_lowest_terms() {
        let fraction = |numerator, denominator| Fraction::new(numerator, denominator).unwrap();
        assert_eq!(fraction(3_600, 2_628_000), fraction(1, 730));
        assert_eq!((fraction(6, 3), fraction(0, 7)), (fraction(2, 1), fraction(0, 1)));
        assert_eq!((fraction(1, 730).to_string(), fraction(6, 1).to_string()), ("1/730".into(), "6".into()));
        assert_eq!((Fraction::new(1, 0), Fraction::new(0, 0)), (None, None));
        let large = fraction(u128::MAX, u128::MAX - 1);
        assert_eq!((large.numerator(), large.denominator()), (u128::MAX, u128::MAX - 1));
    }

    #[test]
    fn a_quantity_converts_to_the_last_digit_or_not_at_all() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let of = |numerator, denominator, value| Fraction::new(numerator, denominator).unwrap().of(decimal(value));
        assert_eq!(of(6, 1, "174.026781"), Some(decimal("1044.160686")));
        assert_eq!(of(1, 1_000_000_000, "-5000000001"), Some(decimal("-5.000000001")));
        assert_eq!(of(1, 730, "1460"), Some(decimal("2")));
        assert_eq!(of(1, 730, "1"), None);
        assert_eq!(of(u128::MAX, 1, "1"), None);
    }

    #[test]
    fn instants_print_as_rfc_3339_has_them() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_375_315_200_000_000, "2013-08-01T00:00:00Z"),
            (1_375_680_380_283_000, "2013-08-05T05:26:20.283000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp { micros }.to_string(), text);
        }
        assert_eq!(Timestamp { micros: i64::MAX }.to_string(), "294247-01-10T04:00:54.775807Z");
    }

    #[test]
    fn dates_print_as_iso_has_them() {
        assert_eq!(Date { year: 2013, month: 8, day: 1 }.to_string(), "2013-08-01");
        assert!(Date { year: 2013, month: 8, day: 31 } < Date { year: 2013, month: 9, day: 1 });
    }
}
