//! Numbers by their digits, worked out once more, and otherwise.

use num_bigint::BigInt;

/// Whether `mantissa` × 10 to the power of minus `scale` is the number that is written there.
pub fn is_exactly(written: &str, mantissa: i128, scale: u8) -> bool {
    let (digits, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(value) = format!("{whole}{fraction}").parse::<BigInt>() else { return false };
    let zero = BigInt::from(0);
    if value == zero || mantissa == 0 {
        return value == zero && mantissa == 0;
    }
    let Ok(exponent) = exponent.parse::<i64>() else { return false };
    let exponent = exponent - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    // Both as whole numbers of the smaller power of ten. What is so far apart is not the same.
    let apart = exponent + i64::from(scale);
    let Ok(steps) = u32::try_from(apart.abs()) else { return false };
    if steps > 10_000 {
        return false;
    }
    let ten = BigInt::from(10).pow(steps);
    if apart >= 0 { value * ten == BigInt::from(mantissa) } else { value == BigInt::from(mantissa) * ten }
}
