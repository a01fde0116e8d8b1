//! Readings that nobody should charge unseen: a level below 0, a counter that rose faster than any line carries.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::exact::Ratio;
use crate::limits::IMPLAUSIBLE_KEPT;
use crate::time::Timestamp;

const SECOND_US: i64 = 1_000_000;

/// What an entry takes for plausible, and what becomes of the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plausible {
    /// `negative: allow`: a level may be below 0.
    pub negative: bool,
    /// `max_rate`: how fast a counter may rise.
    pub max_rate: MaxRate,
    /// `implausible: skip`: such readings are left out, rather than charged and looked at by a person.
    pub skip: bool,
}

/// How fast a counter may rise, before its values become anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxRate {
    /// 125 GB a second, where it counts bytes.
    #[default]
    BuiltIn,
    /// As fast as it likes.
    Unlimited,
    /// So many a second, in this unit, or else in the samples'.
    PerSecond(Decimal, Option<String>),
}

/// A reading that is not plausible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implausible {
    /// When it was taken.
    #[serde(rename = "t")]
    pub at: Timestamp,
    /// What it says, as metering has it.
    #[serde(rename = "v")]
    pub value: Decimal,
    /// Of a counter, the reading before, and when that was.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<(Timestamp, Decimal)>,
}

/// Readings that are not plausible, in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implausibles {
    /// How many.
    #[serde(rename = "n")]
    pub count: u64,
    /// The first ones, at most [`IMPLAUSIBLE_KEPT`].
    #[serde(rename = "w")]
    pub some: Vec<Implausible>,
}

impl Implausibles {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn add(&mut self, reading: Implausible) {
        self.count += 1;
        if self.some.len() < IMPLAUSIBLE_KEPT {
            self.some.push(reading);
        }
    }
}

/// Whether a rise is more than `most` a second allows in that time, or in a second if that is longer.
#[inline]
pub(super) fn is_too_fast(rise: Decimal, most: Decimal, us: i64) -> bool {
    // What a second allows, any time allows; and mostly that is enough.
    if rise <= most {
        return false;
    }
    let us = us.max(SECOND_US);
    let scale = rise.scale().max(most.scale());
    let small = || {
        let rise = rise.mantissa_at(scale)?.checked_mul(SECOND_US.into())?;
        Some(rise > most.mantissa_at(scale)?.checked_mul(us.into())?)
    };
    small().unwrap_or_else(|| {
        let times = |value: Decimal, times: i64| Ratio::from(value).times(&Ratio::from(Decimal::from(times)));
        times(rise, SECOND_US) > times(most, us)
    })
}

/// Whether a reading is below a part of the one before: then the counter began anew.
pub(super) fn is_reset(value: Decimal, before: Decimal, part: Decimal) -> bool {
    Ratio::from(value) < Ratio::from(before).times(&Ratio::from(part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_rise_is_judged_by_its_time() {
        let fast = |rise: &str, most: &str, us: i64| is_too_fast(decimal(rise), decimal(most), us);
        assert!(!fast("10", "5", 2_000_000) && fast("10.000001", "5", 2_000_000));
        // Less than a second is a second.
        assert!(!fast("5", "5", 0) && fast("5.1", "5", 999_999));
        assert!(fast("18446744073709550615", "125000000000", 3_600_000_000));
        assert!(fast("99999999999999999999999999999999999999", "1", 1) && !fast("-1", "1", 0));
        let (most, twice) = (format!("1{}", "0".repeat(37)), format!("2{}", "0".repeat(37)));
        assert!(!fast(&twice, &most, 2_000_000) && fast(&twice, &most, 1_999_999));
    }

    #[test]
    fn the_first_readings_are_kept_and_all_are_counted() {
        let mut all = Implausibles::default();
        for value in 0..=i64::try_from(IMPLAUSIBLE_KEPT).unwrap() {
            all.add(Implausible { at: Timestamp::from_micros(value), value: value.into(), before: None });
        }
        let last = all.some.last().unwrap().value;
        assert_eq!((all.count, all.some.len(), last), (21, 20, 19.into()));
    }

    proptest! {
        #[test]
        fn the_short_way_says_what_the_long_one_does(rise in 0_i64..99_999, most in 1_i64..999, us in 1_000_000_i64..99_000_000) {
            prop_assert_eq!(is_too_fast(rise.into(), most.into(), us), i128::from(rise) * 1_000_000 > i128::from(most) * i128::from(us));
        }

        #[test]
        fn nine_tenths_are_no_reset(before in 0_i64..1000, value in 0_i64..1000) {
            prop_assert_eq!(is_reset(value.into(), before.into(), decimal("0.9")), value * 10 < before * 9);
        }
    }
}
