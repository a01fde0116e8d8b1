//! What no text for people may give away, nor do to a terminal.

use artifice_text::{LONGEST_LINE, hide, is_harmful, line};

/// A token that a server gives.
pub const TOKEN: &str = "gAAAAABmQz8Xk2Vb7Nm4Rt6Pw";
/// A password that a person has chosen, with all that an encoding changes around its core.
pub const PASSWORD: &str = "p&\"<'q9Wd5Hs3Jf1Lc7Yg>%/\\+";

/// So much of a secret, in characters, is enough to give it away.
const GIVES_AWAY: usize = 12;

/// Panics where a text has a part of one of the secrets in it that no encoding changes.
pub fn sealed(text: &str) {
    for secret in [TOKEN, "q9Wd5Hs3Jf1Lc7Yg"] {
        for start in 0..=secret.len() - GIVES_AWAY {
            let part = &secret[start..start + GIVES_AWAY];
            assert!(!text.contains(part), "a secret is in: {text}");
        }
    }
}

/// Says a message as the command does, and panics where it gives a secret away, is longer than anybody reads, or is
/// obeyed by a terminal.
pub fn said(text: &str) {
    let hidden = hide(text);
    sealed(&hidden);
    let shown = line(&hidden);
    assert!(shown.chars().count() <= LONGEST_LINE, "{} bytes: {shown}", shown.len());
    assert!(!shown.contains(is_harmful), "obeyed by a terminal: {shown:?}");
}
