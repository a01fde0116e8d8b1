//! Readings that nobody should charge unseen: a level below 0, a counter that rose faster than any line carries.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::decimal::Decimal;
use crate::exact::Ratio;
use crate::limits::IMPLAUSIBLE_KEPT;
use crate::time::Timestamp;
use crate::units::{Mismatch, Unit};

const SECOND_US: i64 = 1_000_000;

/// The bytes a second that no network carries to one resource: a terabit.
const MOST_BYTES_A_SECOND: i64 = 125_000_000_000;

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

/// How much a counter in `unit` may rise in a second, as an entry's values are; `None` where it may rise at will.
pub(super) fn most_a_second(entry: &Entry, unit: &str) -> Result<Option<Decimal>, Mismatch> {
    // A factor makes other values than those that are judged: the entry's unit is that of what it makes.
    let unit = entry.unit.as_deref().filter(|_| entry.scaling.is_nothing()).unwrap_or(unit);
    let most = match &entry.plausible.max_rate {
        MaxRate::Unlimited => return Ok(None),
        MaxRate::BuiltIn => match in_terms_of("B", unit) {
            Ok(ratio) => ratio.times(&Ratio::from(Decimal::from(MOST_BYTES_A_SECOND))),
            Err(_) => return Ok(None),
        },
        MaxRate::PerSecond(amount, None) => Ratio::from(*amount),
        MaxRate::PerSecond(amount, Some(own)) => in_terms_of(own, unit)?.times(&Ratio::from(*amount)),
    };
    // What is not a decimal is rounded to more digits than any reading has.
    let most = most.exactly().or_else(|| most.rounded(PLACES).ok());
    Ok(most.and_then(|most| entry.scaling.of_difference(most)))
}

const PLACES: u8 = 12;

fn in_terms_of(one: &str, other: &str) -> Result<Ratio, Mismatch> {
    Unit::of_volume(one).in_terms_of(&Unit::of_volume(other))
}

/// Whether a rise is more than `most` a second allows in that time, or in a second if that is longer.
#[inline]
pub(super) fn is_too_fast(rise: Decimal, most: Decimal, us: i64) -> bool {
    let us = us.max(SECOND_US);
    if rise.is_negative() {
        return false;
    }
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
    use crate::aggregate::Aggregate;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn most(max_rate: MaxRate, own: Option<&str>, unit: &str) -> Result<Option<String>, Mismatch> {
        let entry = Entry::new("m", "S", Aggregate::Increase);
        let plausible = Plausible { max_rate, ..Plausible::default() };
        let entry = Entry { plausible, unit: own.map(str::to_owned), ..entry };
        most_a_second(&entry, unit).map(|most| most.map(|most| most.to_string()))
    }

    #[test]
    fn a_terabit_is_the_most_for_what_counts_bytes() {
        // semantics 3, "Implausible readings": built in for every increase whose unit is bytes.
        for (unit, expected) in
            [("B", "125000000000"), ("GB", "125"), ("kB", "125000000"), ("GiB", "116.41532182693481")]
        {
            let found = most(MaxRate::BuiltIn, None, unit).unwrap().unwrap();
            assert!(found.starts_with(expected), "{unit}: {found}");
        }
        for unit in ["packet", "", "ns", "B·hour"] {
            assert_eq!(most(MaxRate::BuiltIn, None, unit), Ok(None), "{unit}");
        }
        assert_eq!(most(MaxRate::BuiltIn, Some("B"), ""), Ok(Some("125000000000".to_owned())));
        assert_eq!(most(MaxRate::Unlimited, None, "B"), Ok(None));
    }

    #[test]
    fn an_entry_has_a_rate_of_its_own() {
        let rate = |unit: Option<&str>| MaxRate::PerSecond(decimal("1.5"), unit.map(str::to_owned));
        assert_eq!(most(rate(None), None, "packet"), Ok(Some("1.5".to_owned())));
        assert_eq!(most(rate(Some("GB")), None, "B"), Ok(Some("1500000000".to_owned())));
        assert!(most(rate(Some("GB")), None, "packet").is_err());
    }

    #[test]
    fn a_rise_is_judged_by_its_time() {
        let fast = |rise: &str, most: &str, us: i64| is_too_fast(decimal(rise), decimal(most), us);
        assert!(!fast("10", "5", 2_000_000) && fast("10.000001", "5", 2_000_000));
        // Less than a second is a second.
        assert!(!fast("5", "5", 0) && fast("5.1", "5", 999_999));
        assert!(fast("18446744073709550615", "125000000000", 3_600_000_000));
        assert!(fast("99999999999999999999999999999999999999", "1", 1) && !fast("-1", "1", 0));
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
