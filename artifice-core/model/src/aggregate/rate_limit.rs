//! How fast an entry's counter may rise.

use super::entry::Entry;
use super::plausible::MaxRate;
use crate::decimal::Decimal;
use crate::exact::Ratio;
use crate::units::{Mismatch, Unit};

/// The bytes a second that no network carries to one resource: a terabit.
const MOST_BYTES_A_SECOND: i64 = 125_000_000_000;

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

#[cfg(test)]
mod tests {
    use super::super::plausible::Plausible;
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
}
