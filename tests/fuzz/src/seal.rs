//! What no text for people may give away, nor do to a terminal.

/// A token that a server gives.
pub const TOKEN: &str = "gAAAAABmQz8Xk2Vb7Nm4Rt6Pw";
/// A password that a person has chosen, with all that an encoding changes around its core.
pub const PASSWORD: &str = "p&\"<'q9Wd5Hs3Jf1Lc7Yg>%/\\+";

/// So much of a secret, in characters, is enough to give it away.
const GIVES_AWAY: usize = 8;

/// Panics where a text has a part of one of the secrets in it that no encoding changes.
pub fn sealed(text: &str) {
    for secret in [TOKEN, "q9Wd5Hs3Jf1Lc7Yg"] {
        for start in 0..=secret.len() - GIVES_AWAY {
            let part = &secret[start..start + GIVES_AWAY];
            assert!(!text.contains(part), "a secret is in: {text}");
        }
    }
}

/// Panics where a message is longer than anybody reads, or obeyed by a terminal.
pub fn harmless(text: &str, most: usize) {
    assert!(text.len() <= most, "{} bytes: {text}", text.len());
    let obeyed = |letter: char| letter.is_control() && letter != '\n';
    assert!(!text.chars().any(obeyed), "obeyed by a terminal: {text:?}");
}
