use proptest::prelude::*;

use super::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn reads_numbers_by_their_digits() {
    for (text, printed) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("007", "7"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e-7", "0.0000001"),
        ("1.5E3", "1500"),
        ("100e-2", "1"),
        ("-12.340", "-12.34"),
        ("0.1", "0.1"),
        ("0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"),
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("1.0000000000000000000000000000000000000000000000", "1"),
        ("0e999999999999999999999", "0"),
        ("100200300", "100200300"),
        ("10.020", "10.02"),
    ] {
        assert_eq!(d(text).to_string(), printed, "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_number() {
    for text in ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "NaN", "inf", "0x10", "1_000", " 1", "1 ", "1,5", "٣"] {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::NotANumber), "{text}");
    }
    for text in ["1e39", "1e-39", "1e400", "-1e999999999999999999999", "999999999999999999999999999999999999999"] {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::OutOfRange), "{text}");
    }
}

#[test]
fn compares_across_scales_and_beyond_128_bits() {
    assert!(d("0.1") < d("0.11") && d("-0.1") > d("-0.11"));
    let (huge, tiny) = (d("9e37"), d("1e-38"));
    let mut sorted = [tiny, huge, d("-1e-38"), d("-9e37"), Decimal::ZERO];
    sorted.sort();
    assert_eq!(sorted, [d("-9e37"), d("-1e-38"), Decimal::ZERO, tiny, huge]);
}

#[test]
fn money_is_written_with_its_digits() {
    assert_eq!(d("8.7").to_fixed(2), "8.70");
    assert_eq!(d("8").to_fixed(2), "8.00");
    assert_eq!(d("8").to_fixed(0), "8");
    assert_eq!(d("-0.005").to_fixed(2), "-0.005");
}

proptest! {
    /// An exponent makes it go the long way.
    #[test]
    fn short_numbers_are_read_as_long_ones_are(text in "-?[0-9]{0,12}(\\.[0-9]{0,8})?|-?[.0-9]{0,20}") {
        prop_assert_eq!(text.parse::<Decimal>(), format!("{text}e0").parse());
    }
}
