//! Instants and periods. Every instant is UTC; every period is half-open.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds in an hour.
pub const HOUR_US: i64 = 3_600_000_000;
const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 24 * HOUR_US;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a timestamp: write it as 2013-08-05T05:17:40Z (a fraction and an offset may follow; without a zone it is UTC)"
)]
pub struct NotATimestamp;

impl Timestamp {
    /// The instant that many microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This instant, `micros` later; the ends of time are not passed.
    pub const fn plus(self, micros: i64) -> Self {
        Timestamp(self.0.saturating_add(micros))
    }

    /// As chrono's type, for calendars and databases. `None` beyond the years chrono knows.
    pub fn to_chrono(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Timestamp(at.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with a fraction only where there is one: `2013-08-01T00:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_chrono() {
            Some(at) if self.0 % SECOND_US == 0 => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Some(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "{}µs after 1970", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    /// Reads what metering sends: `2013-08-05T05:17:40.283000` (UTC), also with a space for the `T`,
    /// without the fraction, with `Z` or an offset. Digits beyond the microsecond are dropped.
    ///
    /// One format read by hand: it is read once for every sample, and this is several times faster
    /// than a general parser. A test checks it against chrono.
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let bytes = text.as_bytes();
        let (fixed, rest) = bytes.split_at_checked(19).ok_or(NotATimestamp)?;
        let separators = [fixed[4], fixed[7], fixed[10], fixed[13], fixed[16]];
        if !matches!(separators, [b'-', b'-', b'T' | b't' | b' ', b':', b':']) {
            return Err(NotATimestamp);
        }
        let field = |from: usize, to: usize| number(&fixed[from..to]);
        let days = days_since_epoch(field(0, 4)?, field(5, 7)?, field(8, 10)?).ok_or(NotATimestamp)?;
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        // A second 60 is a leap second: the instant that follows second 59.
        if hour > 23 || minute > 59 || second > 60 {
            return Err(NotATimestamp);
        }
        let (fraction_us, zone) = fraction(rest)?;
        let seconds = hour * 3600 + minute * 60 + second - zone_s(zone)?;
        Ok(Timestamp(days * DAY_US + seconds * SECOND_US + fraction_us))
    }
}

fn number(digits: &[u8]) -> Result<i64, NotATimestamp> {
    digits.iter().try_fold(0, |sum, byte| match byte {
        b'0'..=b'9' => Ok(sum * 10 + i64::from(byte - b'0')),
        _ => Err(NotATimestamp),
    })
}

/// Splits `.283000Z` into microseconds and what follows.
fn fraction(rest: &[u8]) -> Result<(i64, &[u8]), NotATimestamp> {
    let [b'.' | b',', digits @ ..] = rest else { return Ok((0, rest)) };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = digits.split_at(length);
    if digits.is_empty() {
        return Err(NotATimestamp);
    }
    let kept = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    Ok((kept.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')), zone))
}

/// How far a zone lies east of UTC, in seconds.
fn zone_s(zone: &[u8]) -> Result<i64, NotATimestamp> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Ok(0),
        [sign, h1, h2, b':', m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        [sign, h1, h2, m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        [sign, h1, h2] => (sign, [*h1, *h2], *b"00"),
        _ => return Err(NotATimestamp),
    };
    let (hours, minutes) = (number(&hours)?, number(&minutes)?);
    if hours > 23 || minutes > 59 {
        return Err(NotATimestamp);
    }
    match sign {
        b'+' => Ok(hours * 3600 + minutes * 60),
        b'-' => Ok(-(hours * 3600 + minutes * 60)),
        _ => Err(NotATimestamp),
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar; `None` if there is no such date.
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || day == 0 || day > length {
        return None;
    }
    // Years are counted from March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let days_before_month = (153 * month + 2) / 5;
    const DAYS_TO_EPOCH: i64 = 719_469;
    Some(days_before_year + days_before_month + day - DAYS_TO_EPOCH)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A half-open span of time, `[start, end)`: a sample stamped exactly `end` belongs to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Period {
    start: Timestamp,
    end: Timestamp,
}

/// A period must end after it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period from {start} to {end} is empty: its end must lie after its start")]
pub struct EmptyPeriod {
    start: Timestamp,
    end: Timestamp,
}

impl Period {
    /// From `start` up to, and without, `end`.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, EmptyPeriod> {
        if start < end { Ok(Period { start, end }) } else { Err(EmptyPeriod { start, end }) }
    }

    /// The first instant.
    pub const fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// Whether `at` lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether the two share an instant.
    pub fn overlaps(self, other: Period) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// How long it is, in microseconds.
    pub const fn micros(self) -> i64 {
        self.end.0.saturating_sub(self.start.0)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn t(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_timestamp_without_a_zone_is_utc() {
        // semantics 1: without a zone it is UTC, sometimes without the fraction; with an offset it is converted.
        assert_eq!(t("2013-08-05T05:17:40.283000"), t("2013-08-05T05:17:40.283Z"));
        assert_eq!(t("2013-08-05T05:17:40"), t("2013-08-05 05:17:40Z"));
        assert_eq!(t("2013-08-05T07:17:40+02:00"), t("2013-08-05T05:17:40"));
        assert_eq!(t("2013-08-05T00:17:40-0500"), t("2013-08-05T05:17:40"));
        assert_eq!(t("2013-08-05T05:17:40.2830009").to_string(), "2013-08-05T05:17:40.283000Z");
        assert_eq!(t("2013-08-01T00:00:00").to_string(), "2013-08-01T00:00:00Z");
    }

    #[test]
    fn a_leap_second_is_the_instant_that_follows() {
        // semantics 2: second 60 is the instant that follows second 59, its fraction kept.
        assert_eq!(t("2016-12-31T23:59:60Z"), t("2017-01-01T00:00:00Z"));
        assert_eq!(t("2016-12-31T23:59:60.25Z"), t("2017-01-01T00:00:00.25Z"));
        assert_eq!(t("2017-01-01T00:59:60.5+01:00"), t("2017-01-01T00:00:00.5Z"));
    }

    #[test]
    fn refuses_what_is_not_a_timestamp() {
        for text in [
            "",
            "2013-08-05",
            "2013-13-01T00:00:00",
            "2013-02-29T00:00:00",
            "2013-08-05T24:00:00",
            "2013-08-05T05:60:00",
            "2013-08-05T05:17:61",
            "2013-08-05T05:17:40.",
            "2013-08-05T05:17:40.x",
            "2013-08-05T05:17:40 Z",
            "2013-08-05T05:17:40+25:00",
            "13-08-05T05:17:40.283",
            "2013-08-05T05:17:4o",
            "２０13-08-05T05:17:40",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }

    #[test]
    fn a_period_is_half_open() {
        let august = Period::new(t("2013-08-01T00:00:00"), t("2013-09-01T00:00:00")).unwrap();
        let september = Period::new(august.end(), t("2013-10-01T00:00:00")).unwrap();
        assert!(august.contains(august.start()) && !august.contains(august.end()));
        assert!(!august.overlaps(september) && !september.overlaps(august) && august.overlaps(august));
        assert!(Period::new(august.end(), august.end()).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(micros in -62_135_596_800_000_000_i64..253_402_300_799_000_000) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(t(&at.to_rfc3339_opts(SecondsFormat::Micros, true)), Timestamp(micros));
            prop_assert_eq!(t(&at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()), Timestamp(micros));
        }
    }
}
