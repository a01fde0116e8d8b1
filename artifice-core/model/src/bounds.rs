//! Whether a total is beyond what is usual.

use num_bigint::BigInt;

use crate::decimal::Decimal;
use crate::time::Period;

/// A total, and the period that it is for.
pub type Total = (Decimal, Period);

/// Whether an amount, whatever its sign, is larger than a bound.
pub fn exceeds(amount: Decimal, bound: Decimal) -> bool {
    let [amount, bound] = at_one_scale([amount, bound]);
    abs(amount) > bound
}

/// Whether what `now` costs for each hour differs from what was `before` by more than some hundredths of
/// that: so a week can be compared with a month. Something after nothing is no change in percent.
pub fn changes_by_more(before: Total, now: Total, percent: Decimal) -> bool {
    let [was, is] = at_one_scale([before.0, now.0]);
    if was == BigInt::ZERO {
        return false;
    }
    // |is/now − was/before| > percent/100 × |was/before|, without the divisions.
    let (was, is) = (was * now.1.micros(), is * before.1.micros());
    let [percent, one] = at_one_scale([percent, Decimal::ONE]);
    abs(is - &was) * 100 * one > percent * abs(was)
}

fn abs(value: BigInt) -> BigInt {
    if value < BigInt::ZERO { -value } else { value }
}

/// Numbers as integers of a common scale.
fn at_one_scale(numbers: [Decimal; 2]) -> [BigInt; 2] {
    let scale = numbers[0].scale().max(numbers[1].scale());
    let integer = |number: Decimal| number.mantissa() * BigInt::from(10).pow(u32::from(scale - number.scale()));
    numbers.map(integer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn total(amount: &str, days: i64) -> Total {
        let end = Timestamp::from_micros(days * 86_400_000_000);
        (amount.parse().unwrap(), Period::new(Timestamp::from_micros(0), end).unwrap())
    }

    #[test]
    fn a_bound_holds_on_both_sides_of_0() {
        for (amount, beyond) in [("10", false), ("10.00001", true), ("-10", false), ("-10.5", true), ("0", false)] {
            assert_eq!(exceeds(amount.parse().unwrap(), "10".parse().unwrap()), beyond, "{amount}");
        }
    }

    #[test]
    fn a_change_is_measured_per_time() {
        for (before, now, percent, more) in [
            (total("100", 30), total("300", 30), "200", false),
            (total("100", 30), total("300.01", 30), "200", true),
            (total("100", 30), total("50", 30), "50", false),
            (total("100", 30), total("49.99", 30), "50", true),
            // A week of the same is no change, but the price of a month for a week is.
            (total("70", 7), total("300", 30), "1", false),
            (total("300", 30), total("300", 7), "200", true),
            (total("-10", 30), total("10", 30), "199.9", true),
            (total("0", 30), total("10", 30), "1", false),
            (total("100", 30), total("100.001", 30), "0.0009", true),
        ] {
            assert_eq!(changes_by_more(before, now, percent.parse().unwrap()), more, "{before:?} {now:?} {percent}");
        }
    }
}
