//! How long a backend may take, and how long a claim holds.

use std::time::Duration;

/// For an answer to a question.
pub const ASK: Duration = Duration::from_secs(120);
/// For the prices of one tenant, all questions together.
pub const PRICES: Duration = Duration::from_secs(600);
/// For the list of its documents.
pub const LIST: Duration = Duration::from_secs(3600);

/// For a statement without lines.
const SEND: Duration = Duration::from_secs(300);
/// For each of its lines more. (An Odoo takes 17 ms.)
const SEND_LINE: Duration = Duration::from_millis(50);
/// How much longer than a sending may take a claim holds.
const GRACE: Duration = Duration::from_secs(60);

/// How long a backend may take for a statement of so many lines, from `open` to the end of `commit`.
/// Whoever claims it fixes that, and the [lease] with it.
pub fn sending(lines: usize) -> Duration {
    SEND.saturating_add(SEND_LINE.saturating_mul(u32::try_from(lines).unwrap_or(u32::MAX)))
}

/// How long a claim on a statement holds whose sending may take so long.
pub const fn lease(sending: Duration) -> Duration {
    sending.saturating_add(GRACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sending_has_time_for_its_lines_and_ends_before_its_lease() {
        assert_eq!(sending(0), Duration::from_secs(300));
        assert_eq!(sending(100_000), Duration::from_secs(300 + 5000));
        for lines in [0, 1, 1000, usize::MAX] {
            assert!(sending(lines) + Duration::from_secs(60) <= lease(sending(lines)));
        }
    }
}
