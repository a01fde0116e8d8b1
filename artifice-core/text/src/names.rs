//! Keys whose names say that they hold a secret.

/// Wherever they stand in a name, without case and separators: `db_password`, `apiKey`.
const PARTS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
];
/// Too short for that: as words of a name only.
const WORDS: [&str; 3] = ["dsn", "pass", "pwd"];

/// Whether what a key of that name holds is a secret.
pub fn is_secret(name: &str) -> bool {
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PARTS.iter().any(|part| joined.contains(part)) || words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of `sentry_dsn`, `sentry-dsn` and `sentryDsn`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || (after_small && c.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words
}
