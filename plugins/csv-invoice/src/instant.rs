//! Instants as documents and file names write them.

use artifice_plugin_api::{Error, Timestamp};
use chrono::{DateTime, LocalResult, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The timezone of that IANA name.
pub fn zone(name: &str) -> Result<Tz, Error> {
    name.parse().map_err(|_| {
        Error::configuration(format_args!(
            "there is no timezone '{name}'; main.timezone takes an IANA name such as Pacific/Auckland"
        ))
    })
}

fn utc(at: Timestamp) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_micros(at.micros).ok_or_else(|| {
        Error::refused(format_args!("{} microseconds since 1970 is an instant beyond the calendar", at.micros))
    })
}

/// RFC 3339 in UTC: `2013-08-01T00:00:00Z`, with the fraction if there is one.
pub fn rfc3339(at: Timestamp) -> Result<String, Error> {
    Ok(utc(at)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// For file names: the local date if a local day begins at that instant, else basic ISO in UTC.
pub fn compact(at: Timestamp, zone: Tz) -> Result<String, Error> {
    let at = utc(at)?;
    Ok(if begins_a_day(at, zone) {
        at.with_timezone(&zone).format("%Y-%m-%d").to_string()
    } else {
        at.format("%Y%m%dT%H%M%S%.fZ").to_string()
    })
}

/// A midnight that does not exist is the first instant after the gap; of two, it is the first.
fn begins_a_day(at: DateTime<Utc>, zone: Tz) -> bool {
    let date = at.with_timezone(&zone).date_naive();
    match zone.from_local_datetime(&date.and_time(NaiveTime::MIN)) {
        LocalResult::Single(midnight) | LocalResult::Ambiguous(midnight, _) => midnight == at,
        LocalResult::None => {
            let before = at.checked_sub_signed(TimeDelta::microseconds(1));
            before.is_some_and(|before| before.with_timezone(&zone).date_naive() < date)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp { micros: text.parse::<DateTime<Utc>>().unwrap().timestamp_micros() }
    }

    fn name(text: &str, zone_name: &str) -> String {
        compact(at(text), zone(zone_name).unwrap()).unwrap()
    }

    #[test]
    fn a_local_midnight_is_its_date_and_anything_else_basic_iso_in_utc() {
        assert_eq!(name("2013-08-01T00:00:00Z", "UTC"), "2013-08-01");
        assert_eq!(name("2013-07-31T12:00:00Z", "Pacific/Auckland"), "2013-08-01");
        assert_eq!(name("2013-12-31T11:00:00Z", "Pacific/Auckland"), "2014-01-01", "summer time is an hour ahead");
        assert_eq!(name("2013-08-01T00:00:00Z", "Pacific/Auckland"), "20130801T000000Z");
        assert_eq!(name("2013-08-01T10:30:00Z", "UTC"), "20130801T103000Z");
        assert_eq!(name("2013-08-01T10:30:00.5Z", "UTC"), "20130801T103000.500Z");
        assert_eq!(name("2013-08-01T00:00:00.000001Z", "UTC"), "20130801T000000.000001Z");
        assert_eq!(name("1969-12-31T00:00:00Z", "UTC"), "1969-12-31");
    }

    #[test]
    fn a_midnight_that_does_not_exist_or_happens_twice_still_begins_its_day() {
        // Summer time began at midnight: the day began at 01:00.
        assert_eq!(name("2018-11-04T03:00:00Z", "America/Sao_Paulo"), "2018-11-04");
        assert_eq!(name("2018-11-04T04:00:00Z", "America/Sao_Paulo"), "20181104T040000Z");
        // At 00:00 clocks were set back to 23:00 of the day before, and midnight came once more.
        assert_eq!(name("2019-02-17T03:00:00Z", "America/Sao_Paulo"), "2019-02-17");
        // At 00:01 clocks were set back to 23:01: midnight happened twice, the first is the day's beginning.
        assert_eq!(name("2010-11-07T02:30:00Z", "America/St_Johns"), "2010-11-07");
        assert_eq!(name("2010-11-07T03:30:00Z", "America/St_Johns"), "20101107T033000Z");
    }

    #[test]
    fn lines_say_rfc_3339_in_utc() {
        assert_eq!(rfc3339(at("2013-08-01T00:00:00Z")).unwrap(), "2013-08-01T00:00:00Z");
        assert_eq!(rfc3339(at("2013-08-01T12:00:00.25+12:00")).unwrap(), "2013-08-01T00:00:00.250Z");
        let error = rfc3339(Timestamp { micros: i64::MAX }).unwrap_err();
        assert!(error.message().contains("beyond the calendar"), "{error}");
        assert!(zone("Mars/Olympus").unwrap_err().message().contains("Mars/Olympus"));
    }
}
