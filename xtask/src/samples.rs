//! Ceilometer's samples as it sends them: JSON objects, one a line.

use std::fmt::Write as _;

/// An instant, in milliseconds since the beginning of March 2026, UTC. February is below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

/// An hour, in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;
/// The days of the month that is billed.
const DAYS: i64 = 31;
/// The hours of the month that is billed.
pub const HOURS: i64 = DAYS * 24;

impl Instant {
    /// A time of a day of March.
    pub const fn of(day: i64, hour: i64, minute: i64) -> Instant {
        Instant(((day - 1) * 24 + hour) * HOUR_MS + minute * 60_000)
    }

    /// The instant some seconds later.
    pub fn plus_s(self, seconds: i64) -> Instant {
        Instant(self.0 + seconds * 1000)
    }
}

/// As Ceilometer writes it: without a zone, in microseconds.
impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (day, of_day) = (self.0.div_euclid(24 * HOUR_MS), self.0.rem_euclid(24 * HOUR_MS));
        let (month, day) = match day {
            ..0 => (2, 28 + 1 + day),
            0..DAYS => (3, 1 + day),
            _ => (4, 1 + day - DAYS),
        };
        let (hour, minute) = (of_day / HOUR_MS, of_day / 60_000 % 60);
        let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
        write!(f, "2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}000")
    }
}

/// What a meter's values mean.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A counter that goes up until its machine restarts.
    Cumulative,
    /// A value that is.
    Gauge,
}

/// What a meter is called, what its values mean, and what they are in.
#[derive(Debug, Clone, Copy)]
pub struct Meter(pub &'static str, pub Kind, pub &'static str);

/// One sample.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What was measured.
    pub meter: Meter,
    /// Whose it is.
    pub tenant: String,
    /// What it was measured at.
    pub resource: String,
    /// How much.
    pub volume: u64,
    /// When.
    pub at: Instant,
    /// The message's id: a message that is sent again has it again.
    pub message_id: String,
    /// What else is known.
    pub metadata: Vec<(&'static str, String)>,
}

impl Sample {
    /// The line of a file of samples, its end included.
    pub fn json(&self) -> String {
        let Meter(name, kind, unit) = self.meter;
        let kind = match kind {
            Kind::Cumulative => "cumulative",
            Kind::Gauge => "gauge",
        };
        let metadata: Vec<String> =
            self.metadata.iter().map(|(key, value)| format!("{}: {}", text(key), text(value))).collect();
        format!(
            "{{\"counter_name\": {}, \"counter_type\": {}, \"counter_unit\": {}, \"counter_volume\": {}, \
             \"project_id\": {}, \"resource_id\": {}, \"timestamp\": {}, \"message_id\": {}, \
             \"source\": \"openstack\", \"resource_metadata\": {{{}}}}}\n",
            text(name),
            text(kind),
            text(unit),
            self.volume,
            text(&self.tenant),
            text(&self.resource),
            text(&self.at.to_string()),
            text(&self.message_id),
            metadata.join(", "),
        )
    }
}

/// A JSON string. Letters of every script stand for themselves.
fn text(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            // Writing to a String cannot fail.
            control if control < ' ' => drop(write!(json, "\\u{:04x}", u32::from(control))),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_around_the_month() {
        assert_eq!(Instant::of(1, 0, 0).to_string(), "2026-03-01T00:00:00.000000");
        assert_eq!(Instant(-1).to_string(), "2026-02-28T23:59:59.999000");
        assert_eq!(Instant::of(31, 23, 59).plus_s(61).to_string(), "2026-04-01T00:00:01.000000");
        assert_eq!(Instant::of(16, 9, 5).to_string(), "2026-03-16T09:05:00.000000");
    }

    #[test]
    fn texts_are_json() {
        assert_eq!(text("倉庫 \"a\\b\"\n"), "\"倉庫 \\\"a\\\\b\\\"\\u000a\"");
    }
}
