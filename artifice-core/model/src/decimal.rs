//! Decimal numbers as they are written: digits and a point, never binary floating point.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::limits::{MAX_SCALE, MAX_SHORT_DIGITS};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A decimal number: `mantissa / 10^scale`, with up to 38 significant digits.
///
/// It is kept normalised (no trailing zeros after the point), so equal numbers are equal values:
/// `1.50` and `1.5` are the same `Decimal`. Printing writes no exponent and no trailing zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// Why a text is not a [`Decimal`], or a result does not fit one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The text is not a number in plain or scientific notation.
    #[error("not a decimal number")]
    NotANumber,
    /// The number needs more digits than artifice keeps.
    #[error("a number with more than 38 digits, before or after its point")]
    OutOfRange,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Decimal = Decimal { mantissa: 1, scale: 0 };
    /// Nine tenths.
    pub(crate) const NINE_TENTHS: Decimal = Decimal { mantissa: 9, scale: 1 };

    /// `mantissa / 10^scale`. Fails when more than [`MAX_SCALE`] digits stay after the point.
    #[inline]
    pub fn new(mantissa: i128, scale: u32) -> Result<Self, DecimalError> {
        if scale == 0 { Ok(Decimal { mantissa, scale: 0 }) } else { Self::normalised(mantissa, scale) }
    }

    fn normalised(mut mantissa: i128, mut scale: u32) -> Result<Self, DecimalError> {
        while scale > 0 && mantissa % 10 == 0 {
            if mantissa == 0 {
                return Ok(Self::ZERO);
            }
            mantissa /= 10;
            scale -= 1;
        }
        match u8::try_from(scale) {
            Ok(scale) if scale <= MAX_SCALE => Ok(Decimal { mantissa, scale }),
            _ => Err(DecimalError::OutOfRange),
        }
    }

    /// The digits without the point.
    pub fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many of the digits stand after the point.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Whether this is 0.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether this is less than 0.
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The mantissa this number has when written with `scale` digits after the point;
    /// `None` if digits would be lost or the result does not fit.
    pub fn mantissa_at(self, scale: u8) -> Option<i128> {
        if scale == self.scale {
            return Some(self.mantissa);
        }
        let more = scale.checked_sub(self.scale)?;
        self.mantissa.checked_mul(pow10(more)?)
    }

    /// The sum, or `None` if it does not fit.
    #[inline]
    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let sum = self.mantissa_at(scale)?.checked_add(other.mantissa_at(scale)?)?;
        Decimal::new(sum, scale.into()).ok()
    }

    /// The difference, or `None` if it does not fit.
    #[inline]
    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(Decimal { mantissa: other.mantissa.checked_neg()?, scale: other.scale })
    }

    /// The product, or `None` if it does not fit.
    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Decimal::new(mantissa, u32::from(self.scale) + u32::from(other.scale)).ok()
    }

    /// The number with exactly `digits` digits after the point, as amounts of money are written:
    /// `8.7` with 2 digits is `8.70`. Digits beyond are never dropped.
    pub fn to_fixed(self, digits: u8) -> String {
        let mut text = self.to_string();
        if digits > self.scale {
            if self.scale == 0 {
                text.push('.');
            }
            text.extend(std::iter::repeat_n('0', usize::from(digits - self.scale)));
        }
        text
    }
}

/// `10^exponent`, or `None` beyond 128 bits.
pub fn pow10(exponent: u8) -> Option<i128> {
    10_i128.checked_pow(exponent.into())
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Decimal { mantissa: value.into(), scale: 0 }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `-12.50`, `+3`, `.5`, `1e-7`, `1.5E3`. Zeros that say nothing (leading, or trailing
    /// after the point) don't count as digits.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        if let Some(short) = short(text.as_bytes()) {
            return Ok(short);
        }
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut digits = rest.iter();
        let mut mantissa: i128 = 0;
        // Zeros are held back until a digit follows: at the end they move the exponent instead.
        let (mut zeros, mut after_point, mut any, mut point) = (0_i64, 0_i64, false, false);
        let mut exponent = 0_i64;
        while let Some(&byte) = digits.next() {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    after_point += i64::from(point);
                    if byte == b'0' {
                        zeros += i64::from(mantissa != 0);
                        continue;
                    }
                    let shift = u8::try_from(zeros + 1).map_err(|_| DecimalError::OutOfRange)?;
                    let digit = i128::from(byte - b'0');
                    mantissa = pow10(shift)
                        .and_then(|by| mantissa.checked_mul(by))
                        .and_then(|m| if negative { m.checked_sub(digit) } else { m.checked_add(digit) })
                        .ok_or(DecimalError::OutOfRange)?;
                    zeros = 0;
                }
                b'.' if !point => point = true,
                b'e' | b'E' if any => {
                    exponent = read_exponent(digits.as_slice())?;
                    break;
                }
                _ => return Err(DecimalError::NotANumber),
            }
        }
        if !any {
            return Err(DecimalError::NotANumber);
        }
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        let exponent = exponent + zeros - after_point;
        if exponent >= 0 {
            u8::try_from(exponent)
                .ok()
                .and_then(pow10)
                .and_then(|by| mantissa.checked_mul(by))
                .map(|mantissa| Decimal { mantissa, scale: 0 })
                .ok_or(DecimalError::OutOfRange)
        } else {
            let scale = u32::try_from(-exponent).map_err(|_| DecimalError::OutOfRange)?;
            Decimal::new(mantissa, scale)
        }
    }
}

/// A number of a few digits, as nearly all are: read in machine words, without a check for each digit.
/// `None` for anything else.
fn short(text: &[u8]) -> Option<Decimal> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.len() > usize::from(MAX_SHORT_DIGITS) {
        return None;
    }
    let (mut mantissa, mut scale, mut any) = (0_i64, None, false);
    for byte in digits {
        match (byte, &mut scale) {
            (b'0'..=b'9', scale) => {
                any = true;
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale.iter_mut().for_each(|scale| *scale += 1);
            }
            (b'.', scale @ None) => *scale = Some(0_u8),
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    let mut scale = scale.unwrap_or(0);
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Some(Decimal { mantissa: i128::from(if negative { -mantissa } else { mantissa }), scale })
}

/// The number behind an `e`. One too large to matter is clamped: the range check refuses it.
fn read_exponent(text: &[u8]) -> Result<i64, DecimalError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(DecimalError::NotANumber);
    }
    let value = digits.iter().fold(0_i64, |sum, digit| (sum * 10 + i64::from(digit - b'0')).min(1_000_000));
    Ok(if negative { -value } else { value })
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        let sign = if self.is_negative() { "-" } else { "" };
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale { self.mantissa.cmp(&other.mantissa) } else { self.cmp_scaled(*other) }
    }
}

impl Decimal {
    fn cmp_scaled(self, other: Decimal) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.mantissa_at(scale), other.mantissa_at(scale)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // The side that does not fit 128 bits is the larger one in magnitude.
            (None, _) => 0.cmp(&other_sign(self.mantissa)),
            (_, None) => other_sign(other.mantissa).cmp(&0),
        }
    }
}

/// -1 for a positive number and 1 for a negative one: where 0 stands, seen from it.
fn other_sign(mantissa: i128) -> i128 {
    -mantissa.signum()
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Decimal {
    /// As a string, so that no reader makes a binary float of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    /// From a string. (Formats with native numbers would have turned them into binary floats.)
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|why| de::Error::custom(format_args!("'{text}': {why}")))
    }
}

#[cfg(test)]
mod tests;
