//! What a backend is told beside what is stored: days of a calendar, and what units are in others.

use artifice_model::statement::Line;
use artifice_model::units::Unit;
use artifice_model::{Calendar, Timestamp};
use artifice_plugin_host::api;
use chrono::Datelike;

/// The local date of an instant.
pub fn date(calendar: &Calendar, at: Timestamp) -> Option<api::Date> {
    let date = calendar.date(at)?;
    let part = |number: u32| u8::try_from(number).ok();
    Some(api::Date { year: date.year(), month: part(date.month())?, day: part(date.day())? })
}

/// What the units of lines are in those of their rates. Lines in a row have the same ones mostly, so
/// the last answer is kept.
#[derive(Default)]
pub struct Factors<'l> {
    last: Option<(&'l str, &'l str)>,
    factor: Option<api::Fraction>,
}

impl<'l> Factors<'l> {
    /// The factor of a line, if it has a rate and it is known.
    pub fn of(&mut self, line: &'l Line) -> Option<api::Fraction> {
        let units = (line.usage.unit.as_str(), line.rate.as_ref()?.per.as_str());
        if self.last != Some(units) {
            (self.last, self.factor) = (Some(units), factor(units.0, units.1));
        }
        self.factor
    }
}

/// How many `per` one `unit` is. What a `duration` was is not stored with a statement, so nobody
/// knows it; nor is there a factor where a price does not fit, which is billed by nobody.
fn factor(unit: &str, per: &str) -> Option<api::Fraction> {
    if per.split_whitespace().any(|word| word == "duration") {
        return None;
    }
    let exact = Unit::of_volume(unit).in_terms_of(&Unit::of_price(per, 1).ok()?).ok()?;
    let (numerator, denominator) = exact.small()?;
    api::Fraction::new(u128::try_from(numerator).ok()?, u128::try_from(denominator).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_one_of_the_operators_timezone() {
        let day = |timezone: &str, at: &str| {
            date(&Calendar::new(timezone).unwrap(), at.parse().unwrap()).unwrap().to_string()
        };
        assert_eq!(day("UTC", "2013-08-01T00:00:00Z"), "2013-08-01");
        assert_eq!(day("UTC", "2013-08-31T23:59:59.999999Z"), "2013-08-31");
        assert_eq!(day("Pacific/Auckland", "2013-07-31T12:00:00Z"), "2013-08-01");
        assert_eq!(day("Pacific/Auckland", "2013-07-31T11:59:59Z"), "2013-07-31");
        assert_eq!(day("America/Havana", "2013-11-03T04:30:00Z"), "2013-11-03");
        // Samoa had no 30th of December.
        assert_eq!(day("Pacific/Apia", "2011-12-30T10:00:00Z"), "2011-12-31");
        assert_eq!(day("Pacific/Apia", "2011-12-30T09:59:59Z"), "2011-12-29");
    }

    #[test]
    fn a_factor_is_exact_and_in_lowest_terms() {
        for (unit, per, expected) in [
            ("hour", "hour", Some("1")),
            ("hour", "day", Some("1/24")),
            ("hour", "second", Some("3600")),
            ("B", "GB", Some("1/1000000000")),
            ("GB", "GiB", Some("1953125/2097152")),
            ("GB·hour", "GB per month", Some("1/730")),
            ("B·hour", "TB per month", Some("1/730000000000000")),
            ("ip·hour", "ip per day", Some("1/24")),
            ("request", "request", Some("1")),
            ("1", "1", Some("1")),
            ("hour", "duration", None),
            ("GB", "hour", None),
        ] {
            assert_eq!(factor(unit, per).map(|it| it.to_string()).as_deref(), expected, "{unit} in {per}");
        }
    }
}
