//! What was a secret anywhere in this process.
//!
//! One list for all, because a secret comes out where nobody expects it: a database's password in a backend's error.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::mask::Mask;

/// Shorter ones are hidden only by whoever has sent them. In bytes.
const SHORTEST: usize = 8;
/// More are not kept: a run logs in now and then, and each token is another one.
const MOST: usize = 1000;

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

#[derive(Default)]
struct Known {
    secrets: HashSet<String>,
    mask: Mask,
}

/// From now on, [`hide`] hides that. Not what is a word and nothing else (`password`, `artifice`): it would be hidden in
/// messages that have nothing to do with it, and so given away.
pub fn know(secret: &str) {
    let is_word = secret.bytes().all(|byte| byte.is_ascii_lowercase());
    if secret.len() < SHORTEST
        || is_word
        || KNOWN.read().unwrap_or_else(PoisonError::into_inner).secrets.contains(secret)
    {
        return;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.secrets.len() < MOST && known.secrets.insert(secret.to_owned()) {
        known.mask.add(secret);
    }
}

/// The text without any secret that is known.
pub fn hide(text: &str) -> Cow<'_, str> {
    KNOWN.read().unwrap_or_else(PoisonError::into_inner).mask.hide(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_hidden_and_a_word_is_not() {
        for secret in ["let-me-in-4711", "password", "short", "Tr0ub4dor&3"] {
            know(secret);
        }
        assert_eq!(hide("password: let-me-in-4711, Tr0ub4dor%263, short"), "password: ***, ***, short");
    }
}
