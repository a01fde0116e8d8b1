//! Numbers by their digits: what Python writes for a double becomes a decimal, without floating point.

use artifice_plugin_api::Decimal;

/// The digits of a `<double>`: `84.25`, `-1e-05`, `1.5E+16`. None for what is no number (`nan`, `inf`)
/// and for what no [`Decimal`] holds.
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let sign = if digits.starts_with('-') { "-" } else { "" };
    let mut mantissa: i128 = format!("{sign}{whole}{fraction}").parse().ok()?;
    if mantissa == 0 {
        return Some(Decimal::new(0, 0));
    }
    let mut scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    while scale < 0 {
        (mantissa, scale) = (mantissa.checked_mul(10)?, scale + 1);
    }
    while scale > 38 && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    let scale = u8::try_from(scale).ok().filter(|scale| *scale <= 38)?;
    Some(Decimal::new(mantissa, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_is_read_by_its_digits() {
        for (text, expected) in [
            ("84.25", "84.25"),
            ("0.1", "0.1"),
            ("-0.00012", "-0.00012"),
            ("1e-05", "0.00001"),
            ("1.5E+16", "15000000000000000"),
            ("91.33000000000001", "91.33000000000001"),
            ("0.0", "0"),
            ("-0.0", "0"),
            ("0e999", "0"),
            ("5.", "5"),
            (".5", "0.5"),
            (" 7 ", "7"),
        ] {
            assert_eq!(decimal(text).map(|number| number.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "nan", "inf", "-inf", "1e400", "1e-400", "1,5", "0x10", "e5", "-", "1e", "--1", "1e+-05", "1e++5"]
        {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
