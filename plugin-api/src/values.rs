//! Numbers and instants in a form that every compiler lays out the same.

use std::fmt;

use abi_stable::StableAbi;
use abi_stable::std_types::RStr;

/// A decimal number, `mantissa / 10^scale`, without loss: money, volumes, prices.
///
/// It prints its digits, without exponent and trailing zeros.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    low: u64,
    high: u64,
    scale: u8,
}

impl Decimal {
    /// `mantissa / 10^scale`.
    #[expect(clippy::as_conversions, reason = "the two halves of 128 bits")]
    pub const fn new(mantissa: i128, scale: u8) -> Self {
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

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// The microseconds.
    pub micros: i64,
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
            (870, 2, "8.7"),
            (-5, 3, "-0.005"),
            (i128::MAX, 38, "1.70141183460469231731687303715884105727"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            let decimal = Decimal::new(mantissa, scale);
            assert_eq!((decimal.mantissa(), decimal.scale(), decimal.to_string().as_str()), (mantissa, scale, text));
        }
        assert_eq!(Decimal::new(870, 2).to_fixed(2), "8.70");
        assert_eq!(Decimal::new(-8, 0).to_fixed(2), "-8.00");
        assert_eq!(Decimal::new(8, 0).to_fixed(0), "8");
    }
}
