//! Dates and months in the operator's timezone. The only place where local time becomes an instant.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::time::{Period, Timestamp};

/// The calendar that bills are made by: `main.timezone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    timezone: Tz,
}

/// A text that names no point in time or no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not a timezone's name.
    #[error("'{0}' is not a timezone: write an IANA name such as Pacific/Auckland")]
    Timezone(String),
    /// Not a date and not an instant.
    #[error(
        "'{0}' is not a point in time: write a date (2013-08-01) or an instant with its zone (2013-08-01T00:00:00Z)"
    )]
    When(String),
    /// Not a month.
    #[error("'{0}' is not a month: write it as 2013-08")]
    Month(String),
}

impl Calendar {
    /// The calendar of an IANA timezone.
    pub fn new(timezone: &str) -> Result<Self, CalendarError> {
        match timezone.parse() {
            Ok(timezone) => Ok(Calendar { timezone }),
            Err(_) => Err(CalendarError::Timezone(timezone.to_owned())),
        }
    }

    /// The timezone's IANA name.
    pub fn timezone(&self) -> &'static str {
        self.timezone.name()
    }

    /// A date's first instant. A midnight that does not exist is the first instant after the gap;
    /// one that happens twice is the first of the two.
    pub fn midnight(&self, date: NaiveDate) -> Option<Timestamp> {
        let local = date.and_time(NaiveTime::MIN);
        match self.timezone.from_local_datetime(&local).earliest() {
            Some(at) => Some(Timestamp::from_micros(at.timestamp_micros())),
            None => self.first_instant_after_gap(local),
        }
    }

    /// The first instant whose local time is not before `local`, which a clock change skipped.
    fn first_instant_after_gap(&self, local: NaiveDateTime) -> Option<Timestamp> {
        // No zone is more than a day away from UTC, and no two changes lie that close together.
        const DAY_S: i64 = 86_400;
        let guess = local.and_utc().timestamp();
        let (mut before, mut after) = (guess - 2 * DAY_S, guess + 2 * DAY_S);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let there = self.timezone.timestamp_opt(middle, 0).single()?.naive_local();
            if there < local { before = middle } else { after = middle }
        }
        Some(Timestamp::from_micros(after.checked_mul(1_000_000)?))
    }

    /// A date's midnight (`2013-08-01`), or an instant in RFC 3339 (`2013-08-01T00:00:00Z`).
    pub fn when(&self, text: &str) -> Result<Timestamp, CalendarError> {
        let not_a_time = || CalendarError::When(text.to_owned());
        if let Some(date) = date(text) {
            return self.midnight(date).ok_or_else(not_a_time);
        }
        let zoned = text.ends_with(['Z', 'z']) || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
        match text.parse() {
            Ok(at) if zoned => Ok(at),
            _ => Err(not_a_time()),
        }
    }

    /// A calendar month, written `2013-08`.
    pub fn month(&self, text: &str) -> Result<Period, CalendarError> {
        let not_a_month = || CalendarError::Month(text.to_owned());
        let first = date(&format!("{text}-01")).ok_or_else(not_a_month)?;
        self.month_of_date(first).ok_or_else(not_a_month)
    }

    /// The calendar month in which an instant lies.
    pub fn month_of(&self, at: Timestamp) -> Option<Period> {
        let local = self.timezone.from_utc_datetime(&at.to_chrono()?.naive_utc());
        self.month_of_date(local.date_naive().with_day(1)?)
    }

    /// The calendar months that a period lies in, in order.
    pub fn months(&self, period: Period) -> impl Iterator<Item = Period> {
        let after = move |month: &Period| self.month_of(month.end()).filter(|next| next.start() < period.end());
        std::iter::successors(self.month_of(period.start()), after)
    }

    /// The first instants of the days that begin inside a period.
    pub fn days(&self, period: Period) -> impl Iterator<Item = Timestamp> {
        let first = self.date(period.start());
        let days = std::iter::successors(first, |day| day.succ_opt()).map_while(|day| self.midnight(day));
        days.skip_while(move |day| *day <= period.start()).take_while(move |day| *day < period.end())
    }

    /// The first instants of all days that a period has a part of, and of the one behind the last.
    pub fn whole_days(&self, period: Period) -> Vec<Timestamp> {
        let days = std::iter::successors(self.date(period.start()), |day| day.succ_opt());
        let mut all = Vec::new();
        for day in days.map_while(|day| self.midnight(day)) {
            all.push(day);
            if day >= period.end() {
                break;
            }
        }
        // A date that was skipped begins with the next one.
        all.dedup();
        all
    }

    fn month_of_date(&self, first: NaiveDate) -> Option<Period> {
        let next = first.checked_add_months(chrono::Months::new(1))?;
        Period::new(self.midnight(first)?, self.midnight(next)?).ok()
    }

    /// The local date of an instant.
    pub fn date(&self, at: Timestamp) -> Option<NaiveDate> {
        Some(self.timezone.from_utc_datetime(&at.to_chrono()?.naive_utc()).date_naive())
    }

    /// The local date of an instant that is a date's first one, as bills name their periods.
    pub fn date_of_midnight(&self, at: Timestamp) -> Option<NaiveDate> {
        let local = self.date(at)?;
        (self.midnight(local)? == at).then_some(local)
    }
}

/// Reads `2013-08-01`, and nothing looser: chrono alone would take `2013-8-1`.
fn date(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    shaped.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR_US;

    fn calendar(timezone: &str) -> Calendar {
        Calendar::new(timezone).unwrap()
    }

    #[test]
    fn the_days_of_a_period_are_whole_ones() {
        let days = |timezone: &str, from: &str, to: &str| {
            let period = Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
            calendar(timezone).whole_days(period).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (first, second, third) = ("2013-08-01T00:00:00Z", "2013-08-02T00:00:00Z", "2013-08-03T00:00:00Z");
        assert_eq!(days("UTC", first, third), [first, second, third]);
        assert_eq!(days("UTC", "2013-08-01T12:00:00Z", "2013-08-01T13:00:00Z"), [first, second]);
        // Samoa had no 30th of December.
        let samoa = days("Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z");
        assert_eq!(samoa, ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"]);
    }

    fn when(timezone: &str, text: &str) -> String {
        calendar(timezone).when(text).unwrap().to_string()
    }

    #[test]
    fn a_date_is_a_midnight_of_the_operators_timezone() {
        assert_eq!(when("UTC", "2013-08-01"), "2013-08-01T00:00:00Z");
        assert_eq!(when("Pacific/Auckland", "2013-08-01"), "2013-07-31T12:00:00Z");
        assert_eq!(when("Pacific/Auckland", "2013-08-01T00:00:00+12:00"), "2013-07-31T12:00:00Z");
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_instant_after_the_gap() {
        // Clocks in São Paulo went from 2013-10-19 24:00 (-03) to 01:00 (-02).
        assert_eq!(when("America/Sao_Paulo", "2013-10-20"), "2013-10-20T03:00:00Z");
        // Samoa skipped the whole of 2011-12-30.
        assert_eq!(when("Pacific/Apia", "2011-12-30"), "2011-12-30T10:00:00Z");
        assert_eq!(when("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00Z");
    }

    #[test]
    fn a_midnight_that_happens_twice_is_the_first() {
        // Clocks in Havana went from 01:00 (-04) back to 00:00 (-05).
        assert_eq!(when("America/Havana", "2013-11-03"), "2013-11-03T04:00:00Z");
    }

    #[test]
    fn months_have_743_or_745_hours_where_clocks_change() {
        let hours = |text| calendar("Europe/Berlin").month(text).unwrap().micros() / HOUR_US;
        assert_eq!((hours("2013-03"), hours("2013-10"), hours("2013-08")), (743, 745, 744));
    }

    #[test]
    fn refuses_what_it_would_have_to_guess() {
        for text in ["2013-8-1", "2013-02-30", "2013-08-01T00:00:00", "+013-08-01", "tomorrow", "", "2013-08"] {
            assert!(calendar("UTC").when(text).is_err(), "{text}");
        }
        for text in ["2013-13", "2013", "13-08", "2013-08-01", ""] {
            assert!(calendar("UTC").month(text).is_err(), "{text}");
        }
        assert!(Calendar::new("Mars/Olympus").is_err());
    }

    #[test]
    fn the_month_of_an_instant_is_local() {
        let calendar = calendar("Pacific/Auckland");
        let at = "2013-07-31T12:00:00Z".parse().unwrap();
        assert_eq!(calendar.month_of(at), calendar.month("2013-08").ok());
        assert_eq!(calendar.date_of_midnight(at).map(|date| date.to_string()).as_deref(), Some("2013-08-01"));
        assert_eq!(calendar.date_of_midnight(at.plus(1)), None);
    }
}
