//! Hides known secrets in a text, however they are written in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::HIDDEN;
use crate::views::{self, View};

/// A piece of a secret so long is hidden, too: servers shorten what they repeat. In bytes.
const PIECE: usize = 12;
/// Shorter secrets are left in texts: they would be found everywhere in them. In bytes.
const SHORTEST: usize = 3;
/// The same of what a secret becomes in another writing, of which its ends are missing.
const SHORTEST_CODED: usize = 6;
/// How many escapes may stand for one another: `%2525`.
const DEEPEST: usize = 3;

/// Secrets that are hidden in texts: as they are, in pieces, in capitals or small letters, backwards, in hexadecimal and
/// in Base64, and with any of their characters escaped as URLs, JSON, XML and Rust's `{:?}` do.
///
/// ```
/// let mut mask = artifice_text::Mask::default();
/// mask.add("p@ss/4711");
/// assert_eq!(mask.hide("GET /?x=p%40ss%2F4711&y=1"), "GET /?x=***&y=1");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Mask {
    /// Pieces of secrets, by their length.
    pieces: BTreeMap<usize, Pieces>,
}

/// Pieces of one length. It prints without them.
#[derive(Clone, Default)]
struct Pieces(HashSet<Box<[u8]>>);

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Mask {
    /// Of these secrets.
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Mask {
        let mut mask = Mask::default();
        secrets.into_iter().for_each(|secret| mask.add(secret));
        mask
    }

    /// Hides this one, too.
    pub fn add(&mut self, secret: &str) {
        let bytes = secret.as_bytes();
        if bytes.len() < SHORTEST {
            return;
        }
        self.writing(bytes, SHORTEST);
        let backwards: Vec<u8> = secret.chars().rev().collect::<String>().into_bytes();
        self.writing(&backwards, SHORTEST_CODED);
        // As forms write it.
        self.writing(secret.replace(' ', "+").as_bytes(), SHORTEST);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.writing(hex.as_bytes(), SHORTEST_CODED);
        for before in 0..3 {
            let coded = base64(before, bytes);
            let for_urls: Vec<u8> = coded
                .iter()
                .map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    byte => *byte,
                })
                .collect();
            self.writing(&coded, SHORTEST_CODED);
            self.writing(&for_urls, SHORTEST_CODED);
        }
    }

    fn writing(&mut self, written: &[u8], shortest: usize) {
        if written.len() < shortest {
            return;
        }
        let written = written.to_ascii_lowercase();
        let length = written.len().min(PIECE);
        let pieces = &mut self.pieces.entry(length).or_default().0;
        pieces.extend(written.windows(length).map(Box::from));
    }

    /// The text with `***` wherever a secret stands in it.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.pieces.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut places = Vec::new();
        let as_it_is = View::of(text);
        self.find(&as_it_is, &mut places);
        for but in views::subsets(text) {
            let mut view = as_it_is.unescaped(&but);
            for _ in 1..=DEEPEST {
                let Some(seen) = view else { break };
                self.find(&seen, &mut places);
                view = seen.unescaped(&but);
            }
        }
        replaced(text, places)
    }

    fn find(&self, view: &View, places: &mut Vec<(usize, usize)>) {
        for (length, pieces) in &self.pieces {
            let found = view.bytes.windows(*length).zip(view.places.windows(*length));
            let found = found.filter(|(piece, _)| pieces.0.contains(*piece));
            places.extend(found.filter_map(|(_, places)| Some((places.first()?.0, places.last()?.1))));
        }
    }
}

fn replaced(text: &str, mut places: Vec<(usize, usize)>) -> Cow<'_, str> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    places.sort_unstable();
    let (mut safe, mut done, mut hidden_to) = (String::with_capacity(text.len()), 0, None);
    for (begin, end) in places {
        let (begin, end) = (text.floor_char_boundary(begin), text.ceil_char_boundary(end));
        // What touches the one before belongs to it.
        if hidden_to.is_none_or(|to| begin > to) {
            safe.push_str(text.get(done..begin).unwrap_or_default());
            safe.push_str(HIDDEN);
        }
        done = done.max(end);
        hidden_to = Some(done);
    }
    safe.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(safe)
}

/// What the bytes become in Base64 behind so many others, as far as those do not show in it.
fn base64(before: usize, bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let all: Vec<u8> = std::iter::repeat_n(0, before).chain(bytes.iter().copied()).collect();
    let bit = |at: usize| all.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let letter = |at: usize| {
        let index = (at * 6..at * 6 + 6).fold(0, |index, at| index << 1 | usize::from(bit(at)));
        ALPHABET.get(index).copied().unwrap_or_default()
    };
    ((before * 8).div_ceil(6)..all.len() * 8 / 6).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "p@ss wörd/\"4711\"+x";

    /// A secret in every writing, each with its name.
    fn writings(secret: &str) -> Vec<(&'static str, String)> {
        let percent = |all: bool| -> String {
            let is_plain = |byte: &u8| !all && byte.is_ascii_alphanumeric();
            secret
                .bytes()
                .map(|byte| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect()
        };
        let utf16 = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let padded = |before: &str| {
            let all = format!("{before}{secret}");
            // What stands before and behind shows in the first and the last letters.
            String::from_utf8(base64(0, all.as_bytes())).unwrap()
        };
        vec![
            ("as it is", secret.to_owned()),
            ("capitals", secret.to_ascii_uppercase()),
            ("percent", percent(false)),
            ("percent, all", percent(true).to_ascii_lowercase()),
            ("percent, twice", percent(true).replace('%', "%25")),
            ("form", percent(false).replace("%20", "+")),
            ("JSON", format!("{secret:?}").trim_matches('"').to_owned()),
            ("JSON, all", utf16),
            ("XML", secret.replace('&', "&amp;").replace('"', "&quot;").replace('@', "&#64;").replace('/', "&#x2f;")),
            ("Debug", secret.escape_unicode().to_string()),
            ("backwards", secret.chars().rev().collect()),
            ("hexadecimal", secret.bytes().map(|byte| format!("{byte:02X}")).collect()),
            ("Base64", padded("")),
            ("Base64, shifted", padded("u:")),
            ("Base64, shifted", padded("u")),
            ("Base64 of URLs", padded("x").replace('+', "-").replace('/', "_")),
        ]
    }

    #[test]
    fn a_secret_is_hidden_in_every_writing() {
        let mask = Mask::of([SECRET]);
        for (name, written) in writings(SECRET) {
            let shown = mask.hide(&written);
            // Of Base64, letters at the ends are made of what stands around the secret, too.
            assert!(shown.contains(HIDDEN) && shown.len() <= HIDDEN.len() + 4, "{name}: {written}: {shown}");
            let shown = mask.hide(&format!("before {written} behind")).into_owned();
            assert!(shown.starts_with("before ") && shown.ends_with(" behind"), "{name}: {shown}");
        }
    }

    #[test]
    fn a_mark_that_nobody_has_escaped_hides_nothing() {
        let mask = Mask::of([r"aaaa&aaa\\bbb"]);
        assert_eq!(mask.hide(r"<a>aaaa&amp;aaa\\bbb</a>"), "<a>***</a>");
        assert_eq!(mask.hide(r"x=aaaa%26aaa\\bbb&y"), "x=***&y");
    }

    #[test]
    fn a_piece_of_a_secret_is_hidden_and_what_is_none_is_as_it_is() {
        let mask = Mask::of(["gAAAAABexample-of-a-token", "", "x"]);
        assert_eq!(mask.hide("token gAAAAABexample-of…"), "token ***…");
        assert_eq!(mask.hide("gAAAAABexample-of-a-tokengAAAAABexample-of-a-token"), "***");
        for text in ["", "no token", "100 % of 5 &c. \\ &; %zz \\u12"] {
            assert_eq!(mask.hide(text), text);
            assert!(matches!(Mask::default().hide(text), Cow::Borrowed(_)));
        }
        assert!(!format!("{mask:?}").contains("aaaab"));
    }

    proptest! {
        #[test]
        fn nothing_of_a_secret_is_left(secret in "[!-~é ]{12,40}", around in "[ -~é]{0,20}", which in 0_usize..16) {
            let (name, written) = writings(&secret).swap_remove(which);
            let shown = Mask::of([secret.as_str()]).hide(&format!("{around}\n{written}\n{around}")).into_owned();
            let clean = shown.lines().nth(1).unwrap_or_default();
            prop_assert!(clean.len() <= HIDDEN.len() + 4, "{}: {:?} of {:?}", name, shown, secret);
        }

        #[test]
        fn no_text_is_too_odd(text in any::<String>(), escapes in "[%&#;x=\\\\u{}0-9a-f]{0,60}") {
            Mask::of(["abc", "0123456789abcdef"]).hide(&format!("{text}{escapes}{text}"));
        }
    }
}
