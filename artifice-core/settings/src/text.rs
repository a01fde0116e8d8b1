//! Durations, sizes, and secrets that stay out of the file.

use std::fmt;

/// Reads `2h`, `10m`, `90s`, `1d`; the result is in microseconds and above 0.
pub fn duration_us(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is not a duration; write it as 90s, 10m, 2h or 1d");
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let unit_s = match unit.trim() {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(unit_s * 1_000_000).filter(|micros| *micros > 0).ok_or_else(wrong)
}

/// Reads `256MB`, `1GiB`, `500000000`; the result is in bytes.
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is not a size; write it as 256MB or 1GiB");
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit_b = match unit.trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_b)).ok_or_else(wrong)
}

/// Replaces each `${VARIABLE}` by what the environment says.
pub fn expand(text: &str) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) =
            after.split_once('}').ok_or_else(|| format!("'${{{after}' is not closed; write ${{NAME}}"))?;
        let value = std::env::var(name).map_err(|_| {
            format!("the environment variable {name} is not set (or not UTF-8); set it, or write the value here")
        })?;
        expanded.extend([before, &value]);
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// A text that must not be seen: it prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: String) -> Self {
        Secret(text)
    }

    /// The text, for whoever has to send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_exactly() {
        assert_eq!(
            ["90s", "10m", "2h", "1d"].map(|t| duration_us(t).unwrap()),
            [90_000_000, 600_000_000, 7_200_000_000, 86_400_000_000]
        );
        for wrong in ["", "2", "h", "0h", "-1h", "1.5h", "2 weeks", "99999999999999999d"] {
            assert!(duration_us(wrong).is_err(), "{wrong}");
        }
        assert_eq!(["256MB", "1GiB", "7"].map(|t| bytes(t).unwrap()), [256_000_000, 1 << 30, 7]);
        assert!(bytes("256Mb").is_err() && bytes("").is_err() && bytes("99999999999999999999GB").is_err());
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        assert_eq!(expand("a $5 {b}").as_deref(), Ok("a $5 {b}"));
        assert!(expand("${ARTIFICE_TEST_NOT_SET}").unwrap_err().contains("ARTIFICE_TEST_NOT_SET"));
        assert!(expand("${PATH").is_err());
        assert_eq!(expand("<${CARGO_PKG_NAME}>").as_deref(), Ok("<artifice-settings>"));
        assert_eq!(format!("{:?}", Secret::new("x".into())), "***");
    }
}
