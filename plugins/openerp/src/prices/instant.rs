//! Instants as the ERP writes them: `2026-10-31 12:00:00`, in UTC, or a date.

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// The first instant that a text names, and the first after it, in microseconds since 1970: a date is its
/// whole day, a time its whole second.
pub fn span(text: &str) -> Option<(i64, i64)> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    let midnight = days(year, month, day) * DAY_US;
    let Some(time) = time else { return Some((midnight, midnight + DAY_US)) };
    let mut parts = time.splitn(3, ':').map(|part| part.split('.').next().and_then(|part| part.parse::<i64>().ok()));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let at = midnight + ((hour * 60 + minute) * 60 + second) * 1_000_000;
    Some((at, at + 1_000_000))
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day that is so many days after 1970-01-01 (from the same source).
pub fn date(days: i64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", era * 400 + years + i64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_utc() {
        assert_eq!(span("1970-01-01"), Some((0, DAY_US)));
        assert_eq!(span("2026-10-31 12:00:00"), Some((1_793_448_000_000_000, 1_793_448_001_000_000)));
        assert_eq!(span("2024-02-29"), Some((1_709_164_800_000_000, 1_709_251_200_000_000)));
        for text in ["1970-01-01", "2024-02-29", "2026-12-31"] {
            assert_eq!(date(span(text).unwrap().0 / DAY_US), text);
        }
        for text in ["", "2026", "2026-13-01", "x-1-1", "2026-10-31 12"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
