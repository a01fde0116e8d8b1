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
        // What is wrong may be a part of a password, so it is not quoted.
        let (name, behind) =
            after.split_once('}').ok_or("a '${' in it is not closed; write ${NAME} for an environment variable")?;
        if !is_name(name) {
            return Err("what stands in '${…}' is not an environment variable's name; write ${NAME}".to_owned());
        }
        let value = std::env::var(name).map_err(|_| {
            format!("the environment variable {name} is not set (or not UTF-8); set it, or write the value here")
        })?;
        expanded.extend([before, &value]);
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// Whether it is a variable's name (POSIX, 8.1): letters, digits and underscores, no digit first.
fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The same in an address. What a variable says in the place of the user or the password is percent-encoded
/// (RFC 3986, 2.1), so that no character of a password can be taken for a part of the address.
pub(crate) fn expand_address(text: &str) -> Result<String, String> {
    let begin = text.find("://").map_or(0, |place| place + "://".len());
    let Some(end) = text.rfind('@').filter(|end| *end >= begin) else { return expand(text) };
    let (scheme, user) = (&text[..begin], &text[begin..end]);
    let mut expanded = expand(scheme)?;
    let mut rest = user;
    while let Some((before, after)) = rest.split_once("${") {
        let behind = after.split_once('}').map_or("", |(_, behind)| behind);
        let value = expand(&rest[before.len()..rest.len() - behind.len()])?;
        expanded.push_str(before);
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => expanded.push(byte.into()),
                _ => expanded.push_str(&format!("%{byte:02X}")),
            }
        }
        rest = behind;
    }
    expanded.push_str(rest);
    expanded.push_str(&expand(&text[end..])?);
    Ok(expanded)
}

/// A text that must not be seen: it prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text, also in whatever this process says from now on ([`artifice_text::know`]).
    pub fn new(text: String) -> Self {
        artifice_text::know(&text);
        Secret(text)
    }

    /// Hides an address, of which its passwords alone are secret.
    pub(crate) fn address(text: String) -> Self {
        for password in artifice_text::hidden(&text) {
            artifice_text::know(password);
            artifice_text::know(&without_percent(password));
        }
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

/// What a text stands for in a URL.
fn without_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
        for secret in ["hunter2-${PATH", "${hunter2-}", "x${hunter2-y}z", "${2hunter2}", "${}"] {
            let says = expand(secret).unwrap_err();
            assert!(!says.contains("hunter2"), "{says}");
        }
        assert_eq!(expand("<${CARGO_PKG_NAME}>").as_deref(), Ok("<artifice-settings>"));
        assert_eq!(format!("{:?}", Secret::new("x".into())), "***");
    }

    #[test]
    fn of_an_address_its_passwords_alone_are_hidden() {
        Secret::address("postgres://bill:p%40ss-4711-word@db.example.org/ledger?password=Other.4711".to_owned());
        let says = artifice_text::hide("postgres://bill@db.example.org: p@ss-4711-word, p%40ss-4711-word, Other.4711");
        assert_eq!(says, "postgres://bill@db.example.org: ***, ***, ***");
    }

    #[test]
    fn a_password_from_a_variable_is_no_part_of_the_address() {
        // CARGO_PKG_AUTHORS and the like may be empty; the manifest's path has slashes.
        let directory = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        let encoded = directory.replace('/', "%2F");
        let expanded = expand_address("postgres://a:x${CARGO_MANIFEST_DIR}y@h/${CARGO_PKG_NAME}");
        assert_eq!(expanded, Ok(format!("postgres://a:x{encoded}y@h/artifice-settings")));
        assert_eq!(expand_address("${CARGO_MANIFEST_DIR}"), Ok(directory), "a whole address is taken as it is");
        assert_eq!(expand_address("a://b@c").as_deref(), Ok("a://b@c"));
        assert!(expand_address("a://${ARTIFICE_TEST_NOT_SET}@c").is_err());
    }
}
