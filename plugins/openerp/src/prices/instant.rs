//! Instants as the ERP writes them: `2026-10-31 12:00:00`, in UTC, or a date.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// The first instant that a text names, and the first after it, in microseconds since 1970: a date is its
/// whole day, a time its whole second.
pub fn span(text: &str) -> Option<(i64, i64)> {
    let micros = |at: NaiveDateTime| at.and_utc().timestamp().checked_mul(1_000_000);
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let midnight = |date: NaiveDate| micros(date.and_time(NaiveTime::MIN));
        return midnight(date).zip(midnight(date.checked_add_days(Days::new(1))?));
    }
    let at = NaiveDateTime::parse_from_str(&text.replacen('T', " ", 1), "%Y-%m-%d %H:%M:%S%.f").ok()?;
    micros(at).zip(micros(at.checked_add_signed(TimeDelta::seconds(1))?))
}

/// Today's date in UTC.
pub fn today() -> String {
    chrono::Utc::now().date_naive().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_US: i64 = 86_400_000_000;

    #[test]
    fn instants_are_read_as_utc() {
        assert_eq!(span("1970-01-01"), Some((0, DAY_US)));
        for text in ["2026-10-31 12:00:00", "2026-10-31T12:00:00", "2026-10-31 12:00:00.5"] {
            assert_eq!(span(text), Some((1_793_448_000_000_000, 1_793_448_001_000_000)), "{text}");
        }
        assert_eq!(span("2024-02-29"), Some((1_709_164_800_000_000, 1_709_251_200_000_000)));
        for text in
            ["", "2026", "2026-13-01", "2026-02-30", "x-1-1", "2026-10-31 12", "2026-10-31 99999999999999999:00:00"]
        {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
