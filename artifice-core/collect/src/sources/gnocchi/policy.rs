//! Archive policies: what Gnocchi keeps of a metric, and which of it is read.

use std::sync::Arc;

use artifice_model::aggregate::Aggregate;
use artifice_model::time::HOUR_US;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::text;

const SECOND_US: i64 = HOUR_US / 3600;
const DAY_US: i64 = 24 * HOUR_US;

/// What is kept of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Policy {
    /// Its name.
    #[serde(deserialize_with = "text::owned")]
    pub name: String,
    /// What is kept of the samples of a granule: `mean`, `max`, `last`…
    #[serde(rename = "aggregation_methods")]
    pub methods: Vec<String>,
    /// How finely, and how long.
    #[serde(rename = "definition")]
    pub kept: Vec<Kept>,
}

/// How finely measures are kept, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// How long a granule is, in microseconds.
    #[serde(rename = "granularity", deserialize_with = "timedelta")]
    pub granule_us: i64,
    /// How far back from the newest measure they are kept, in microseconds.
    #[serde(rename = "timespan", default = "always", deserialize_with = "timespan")]
    pub reach_us: i64,
}

/// What is read of a metric: those that are read alike are read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// Of what the samples of a granule become.
    pub method: Arc<str>,
    /// How long a granule is, in microseconds.
    pub granule_us: i64,
}

/// Which methods serve, the best first; others do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Methods(Vec<Arc<str>>);

impl Methods {
    /// The method that the configuration names, and no other.
    pub fn named(method: &str) -> Methods {
        Methods(vec![method.into()])
    }

    /// Those that serve for what is made of the samples.
    ///
    /// A counter is read where it stood last: a mean of two readings was never read. Deltas have nothing but their sum.
    pub fn of(aggregates: &[Aggregate]) -> Methods {
        let has = |wanted: fn(&Aggregate) -> bool| aggregates.iter().any(wanted);
        let only = |wanted: &[Aggregate]| {
            let mut levels = aggregates.iter().filter(|aggregate| aggregate.reads_values()).peekable();
            levels.peek().is_some() && levels.all(|aggregate| wanted.contains(aggregate))
        };
        let methods: &[&str] = if has(|aggregate| aggregate.is_rise()) {
            &["last", "max", "mean", "min"]
        } else if has(|aggregate| *aggregate == Aggregate::Sum) {
            &["sum"]
        } else if only(&[Aggregate::Max, Aggregate::MaxPerSlice]) {
            &["max", "mean", "last", "min"]
        } else if only(&[Aggregate::Min]) {
            &["min", "mean", "last", "max"]
        } else if only(&[Aggregate::Last]) {
            &["last", "mean", "max", "min"]
        } else if has(|aggregate| aggregate.reads_values()) {
            &["mean", "last", "max", "min"]
        } else {
            // Only that there is something matters.
            &["mean", "last", "max", "min", "count", "sum"]
        };
        Methods(methods.iter().map(|method| (*method).into()).collect())
    }

    /// The best that a policy keeps.
    pub fn best(&self, policy: &Policy) -> Option<Arc<str>> {
        self.0.iter().find(|method| policy.methods.iter().any(|kept| **kept == ***method)).cloned()
    }

    /// Their names.
    pub fn names(&self) -> String {
        self.0.join(", ")
    }
}

impl Policy {
    /// What may be read of a time of that length, the best first: the finest that reaches over all of it, and coarser
    /// ones that reach further; or else what reaches furthest. With a granule that is named, that one.
    pub fn reaching(&self, length_us: i64, named_us: Option<i64>) -> Vec<Kept> {
        let mut kept = self.kept.clone();
        kept.sort_by_key(|kept| kept.granule_us);
        if let Some(named) = named_us {
            kept.retain(|kept| kept.granule_us == named);
            return kept;
        }
        let furthest = kept.iter().map(|kept| kept.reach_us).max().unwrap_or_default();
        let first = kept.iter().position(|kept| kept.reach_us >= length_us.min(furthest)).unwrap_or_default();
        let mut reach = None;
        let goes_further = |kept: &Kept| reach.replace(kept.reach_us).is_none_or(|before| before < kept.reach_us);
        kept.into_iter().skip(first).filter(goes_further).collect()
    }

    /// Its granules, in words.
    pub fn granules(&self) -> String {
        let all: Vec<String> = self.kept.iter().map(|kept| format!("{} s", seconds(kept.granule_us))).collect();
        all.join(", ")
    }
}

/// Seconds, as Gnocchi reads them.
pub fn seconds(us: i64) -> String {
    let (whole, fraction) = (us / SECOND_US, us % SECOND_US);
    if fraction == 0 { whole.to_string() } else { format!("{whole}.{fraction:06}").trim_end_matches('0').to_owned() }
}

fn always() -> i64 {
    i64::MAX
}

fn timespan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map_or(Ok(i64::MAX), |text| read_timedelta(&text).ok_or_else(|| wrong(&text)))
}

fn timedelta<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    read_timedelta(&text).filter(|us| *us > 0).ok_or_else(|| wrong(&text))
}

fn wrong<E: Error>(text: &str) -> E {
    let shown: String = text.chars().take(40).collect();
    E::custom(format!("'{shown}' is no length of time"))
}

/// A length of time as Python writes it: `30 days, 0:05:00`, `0:00:00.500000`.
fn read_timedelta(text: &str) -> Option<i64> {
    let (days, time) = match text.split_once(", ") {
        Some((days, time)) => (days.split_once(" day")?.0.parse::<i64>().ok()?, time),
        None => (0, text),
    };
    let mut parts = time.split(':');
    let (hours, minutes, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let fraction_us = match fraction.len() {
        0 => 0,
        1..=6 => format!("{fraction:0<6}").parse::<i64>().ok()?,
        _ => return None,
    };
    let [hours, minutes, whole] = [hours, minutes, whole].map(|part| part.parse::<u32>().ok().map(i64::from));
    let time_us = hours?.checked_mul(HOUR_US)?.checked_add(minutes? * 60 * SECOND_US + whole? * SECOND_US)?;
    days.checked_mul(DAY_US)?.checked_add(time_us)?.checked_add(fraction_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES_5: i64 = 300 * SECOND_US;

    fn policy(methods: &[&str], kept: &[(i64, i64)]) -> Policy {
        let kept = kept.iter().map(|(granule_us, reach_us)| Kept { granule_us: *granule_us, reach_us: *reach_us });
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        Policy { name: "policy".to_owned(), methods, kept: kept.collect() }
    }

    #[test]
    fn lengths_of_time_are_read_as_python_writes_them() {
        for (text, us) in [
            ("30 days, 0:00:00", 30 * DAY_US),
            ("1 day, 0:05:00", DAY_US + MINUTES_5),
            ("0:05:00", MINUTES_5),
            ("1:00:00", HOUR_US),
            ("0:00:00.500000", SECOND_US / 2),
            ("0:00:00.25", SECOND_US / 4),
        ] {
            assert_eq!(read_timedelta(text), Some(us), "{text}");
        }
        for wrong in ["", "5", "5:00", "a day, 0:00:00", "-1 day, x", "0:00:00.1234567", "99999999999999 days, 0:00:00"]
        {
            assert_eq!(read_timedelta(wrong), None, "{wrong}");
        }
        assert_eq!(
            (seconds(MINUTES_5), seconds(SECOND_US / 2), seconds(1)),
            ("300".into(), "0.5".into(), "0.000001".into())
        );
    }

    #[test]
    fn the_finest_that_reaches_over_a_month_is_read_and_what_reaches_further_after_it() {
        let month = 31 * DAY_US;
        let of = |policy: &Policy, named| {
            policy.reaching(month, named).iter().map(|kept| kept.granule_us).collect::<Vec<_>>()
        };
        // Ceilometer's own: `low` does not reach over 31 days, of `high` only the hours do.
        let low = policy(&["mean"], &[(MINUTES_5, 30 * DAY_US)]);
        let high = policy(&["mean"], &[(HOUR_US, 365 * DAY_US), (SECOND_US, HOUR_US), (60 * SECOND_US, DAY_US)]);
        let both = policy(&["mean"], &[(MINUTES_5, 62 * DAY_US), (HOUR_US, 400 * DAY_US), (DAY_US, 90 * DAY_US)]);
        assert_eq!(of(&low, None), [MINUTES_5]);
        assert_eq!(of(&high, None), [HOUR_US]);
        assert_eq!(of(&both, None), [MINUTES_5, HOUR_US]);
        assert_eq!(of(&both, Some(DAY_US)), [DAY_US]);
        assert!(of(&both, Some(1)).is_empty());
        assert!(of(&policy(&[], &[]), None).is_empty());
    }

    #[test]
    fn a_method_is_read_that_fits_what_is_made_of_it() {
        use Aggregate::{Count, Increase, Integral, Last, Max, MaxPerSlice, Min, Sum, Uptime};
        let all = policy(&["mean", "max", "min", "last", "sum", "count"], &[]);
        let low = policy(&["mean"], &[]);
        let best = |aggregates: &[Aggregate], policy| Methods::of(aggregates).best(policy);
        for (aggregates, method) in [
            (&[Increase][..], "last"),
            (&[Increase, Max], "last"),
            (&[Sum], "sum"),
            (&[MaxPerSlice], "max"),
            (&[Max, MaxPerSlice, Uptime], "max"),
            (&[Min], "min"),
            (&[Last], "last"),
            (&[Integral], "mean"),
            (&[Integral, Max], "mean"),
            (&[Uptime], "mean"),
            (&[Count], "mean"),
        ] {
            assert_eq!(best(aggregates, &all).as_deref(), Some(method), "{aggregates:?}");
            // Only a sum has no substitute.
            let expected = (method != "sum").then_some("mean");
            assert_eq!(best(aggregates, &low).as_deref(), expected, "{aggregates:?}");
        }
        assert_eq!(Methods::named("95pct").best(&all), None);
    }
}
