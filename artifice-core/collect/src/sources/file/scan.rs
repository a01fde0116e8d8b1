//! Finding the samples in a text: the few marks between them are read here, the samples by
//! [`quick`] or, where they are unusual or wrong, by serde_json.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::error::What;
use super::place::BYTE_ORDER_MARK;
use crate::wire::quick::{self, Notes};
use crate::wire::{Visit, WireSample, without_place};

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A sample, an array, an object of arrays, or the end.
    Document,
    /// After `[`: a sample or `]`.
    FirstSample,
    /// After a comma in an array: a sample.
    NextSample,
    /// After a sample in an array: `,` or `]`.
    ArrayEnd,
    /// In an object of arrays: a key.
    Key,
    /// `:`
    Colon,
    /// After the colon: `[`.
    Array,
    /// After an array in an object: `,` or `}`.
    ObjectEnd,
}

/// Something wrong at a byte of the text.
pub(super) struct Fault {
    pub offset: usize,
    /// Where the sample begins in which it is.
    pub begin: Option<usize>,
    pub what: What,
}

/// Where in a file's structure the reading is. It goes from chunk to chunk.
pub(super) struct Scanner {
    expect: Expect,
    /// Whether the arrays stand in an object.
    in_object: bool,
    /// Whether there was anything but white space.
    any: bool,
    notes: Notes,
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner { expect: Expect::Document, in_object: false, any: false, notes: Notes::default() }
    }
}

impl Scanner {
    /// Shows the samples in `text` to `visit`, and answers how many of its bytes are used. The others
    /// are the beginning of something that continues, and are to be shown again with what follows them;
    /// if the text is the `last`, nothing follows.
    pub fn scan(&mut self, text: &str, last: bool, visit: &mut Visit<'_>) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let next = match (self.expect, byte) {
                (_, b' ' | b'\n' | b'\r' | b'\t') => {
                    at += 1;
                    continue;
                }
                (Expect::Document, b'{') => match holds_arrays(&text[at..], last) {
                    None if !last => return Ok(at),
                    Some(true) => {
                        self.in_object = true;
                        self.expect = Expect::Key;
                        at + 1
                    }
                    _ => match self.sample(text, at, last, visit)? {
                        None => return Ok(at),
                        Some(next) => next,
                    },
                },
                (Expect::Document, b'[') => {
                    self.in_object = false;
                    self.expect = Expect::FirstSample;
                    at + 1
                }
                (Expect::FirstSample | Expect::NextSample, b'{') => match self.sample(text, at, last, visit)? {
                    None => return Ok(at),
                    Some(next) => {
                        self.expect = Expect::ArrayEnd;
                        next
                    }
                },
                (Expect::FirstSample | Expect::ArrayEnd, b']') => {
                    self.expect = if self.in_object { Expect::ObjectEnd } else { Expect::Document };
                    at + 1
                }
                (Expect::ArrayEnd, b',') => self.then(Expect::NextSample, at),
                (Expect::Key, b'"') => match key(text, at, last)? {
                    None => return Ok(at),
                    Some(next) => {
                        self.expect = Expect::Colon;
                        next
                    }
                },
                (Expect::Colon, b':') => self.then(Expect::Array, at),
                (Expect::Array, b'[') => self.then(Expect::FirstSample, at),
                (Expect::ObjectEnd, b',') => self.then(Expect::Key, at),
                (Expect::ObjectEnd, b'}') => self.then(Expect::Document, at),
                (Expect::Document, 0xEF) if text[at..].starts_with(BYTE_ORDER_MARK) => {
                    at += BYTE_ORDER_MARK.len_utf8();
                    continue;
                }
                _ => return Err(self.unexpected(&text[at..], at)),
            };
            self.any = true;
            at = next;
        }
        Ok(at)
    }

    /// After the last text: whether the input may end here, or else what to say.
    pub fn finish(&self) -> Result<(), String> {
        match self.expect {
            Expect::Document if self.any => Ok(()),
            Expect::Document => Err("the file is empty: it has no samples, not even `[]`; \
                                     check that whatever wrote it has succeeded"
                .to_owned()),
            Expect::FirstSample | Expect::NextSample | Expect::ArrayEnd => {
                Err("the file ends inside an array of samples, before its `]`: it is truncated; copy or fetch it again"
                    .to_owned())
            }
            Expect::Key | Expect::Colon | Expect::Array | Expect::ObjectEnd => {
                Err("the file ends inside an object of arrays of samples, before its `}`: it is truncated; \
                     copy or fetch it again"
                    .to_owned())
            }
        }
    }

    /// Reads the sample at `at` and shows it; answers where it ends, or `None` if not all of it is there.
    fn sample(&mut self, text: &str, at: usize, last: bool, visit: &mut Visit<'_>) -> Result<Option<usize>, Fault> {
        let mut shown = |sample: &WireSample<'_>, length: usize| match visit(sample) {
            Ok(()) => Ok(Some(at + length)),
            Err(refusal) => Err(Fault { offset: at, begin: Some(at), what: What::Refused(refusal) }),
        };
        if let Some((sample, length)) = quick::read(&text[at..], &mut self.notes) {
            return shown(&sample, length);
        }
        let mut samples = Deserializer::from_str(&text[at..]).into_iter::<WireSample<'_>>();
        match samples.next() {
            Some(Ok(sample)) => shown(&sample, samples.byte_offset()),
            Some(Err(error)) => wrong(text, at, last, &error).map(|()| None),
            None => Ok(None),
        }
    }

    fn then(&mut self, expect: Expect, at: usize) -> usize {
        self.expect = expect;
        at + 1
    }

    fn unexpected(&self, rest: &str, at: usize) -> Fault {
        let found = match rest.chars().next() {
            Some('"') => "a string".to_owned(),
            Some('-' | '0'..='9') => "a number".to_owned(),
            Some('[') => "an array".to_owned(),
            Some('{') => "an object".to_owned(),
            other => format!("`{}`", other.map(|letter| letter.escape_debug().to_string()).unwrap_or_default()),
        };
        let wanted = match self.expect {
            Expect::Document => {
                "a sample (a JSON object, like {\"counter_name\": …}), an array of samples, \
                 or an object of such arrays"
            }
            Expect::FirstSample => "a sample (a JSON object, like {\"counter_name\": …}) or `]`",
            Expect::NextSample => "a sample (a JSON object, like {\"counter_name\": …})",
            Expect::ArrayEnd => "`,` or `]` after a sample",
            Expect::Key => "a key in quotes",
            Expect::Colon => "`:` after a key",
            Expect::Array => "an array of samples, as for the other keys of this object",
            Expect::ObjectEnd => "`,` or `}` after an array of samples",
        };
        Fault { offset: at, begin: None, what: What::Wrong(format!("found {found} where {wanted} belongs")) }
    }
}

/// Whether the object that begins here holds arrays of samples, rather than being a sample whose
/// first values happen to be arrays; `None` if not enough of it is there to tell. What is no JSON
/// is left to whoever reads it to complain about.
fn holds_arrays(object: &str, last: bool) -> Option<bool> {
    let (mut rest, mut any) = (object.get(1..)?, false);
    // Where the text ends for good, what there was decides.
    let end = |any: bool| last.then_some(any);
    loop {
        let (key, value) = match member(rest) {
            None => return end(any),
            Some(None) => return Some(any),
            Some(Some(member)) => member,
        };
        let Some(items) = value.strip_prefix('[') else {
            return if value.is_empty() { end(any) } else { Some(false) };
        };
        any = true;
        let items = without_space(items);
        match items.as_bytes().first() {
            None => return end(any),
            // An empty array is neither: the next member decides.
            Some(b']') => match without_space(&items[1..]) {
                "" => return end(any),
                behind => match behind.strip_prefix(',') {
                    Some(next) => rest = next,
                    None => return Some(true),
                },
            },
            Some(b'{') => {
                let mut samples = Deserializer::from_str(items).into_iter::<WireSample<'_>>();
                return match samples.next() {
                    Some(Ok(_)) => Some(true),
                    Some(Err(error)) if error.is_eof() => end(any),
                    // A damaged sample, or objects of another kind: a sample's own keys are plain words.
                    _ => Some(key.contains(['/', ':', '?'])),
                };
            }
            Some(_) => return Some(false),
        }
    }
}

/// The key of an object's next member and what follows its colon: `None` if the text ends before,
/// `Some(None)` if there is no member.
fn member(text: &str) -> Option<Option<(&str, &str)>> {
    let text = without_space(text);
    let Some(inside) = text.strip_prefix('"') else { return text.bytes().next().map(|_| None) };
    let mut from = 0;
    let end = loop {
        let mark = from + memchr::memchr2(b'"', b'\\', &inside.as_bytes()[from..])?;
        if inside.as_bytes()[mark] == b'"' {
            break mark;
        }
        // Behind the backslash and what it escapes; of a longer character, into it, which no mark is in.
        from = mark + 2;
        if from > inside.len() {
            return None;
        }
    };
    let behind = without_space(&inside[end + 1..]);
    match behind.strip_prefix(':') {
        Some(value) => Some(Some((&inside[..end], without_space(value)))),
        None => behind.bytes().next().map(|_| None),
    }
}

fn without_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// Reads the key at `at`; answers where it ends, or `None` if not all of it is there.
fn key(text: &str, at: usize, last: bool) -> Result<Option<usize>, Fault> {
    let mut keys = Deserializer::from_str(&text[at..]).into_iter::<IgnoredAny>();
    match keys.next() {
        Some(Ok(_)) => Ok(Some(at + keys.byte_offset())),
        Some(Err(error)) => wrong(text, at, last, &error).map(|()| None),
        None => Ok(None),
    }
}

/// What the parser says about the value at `at`, unless that is only that the text ends.
fn wrong(text: &str, at: usize, last: bool, error: &serde_json::Error) -> Result<(), Fault> {
    let behind = at + parsed(&text[at..], error);
    // At the very end of a chunk even another error may be about half of something, say of a number.
    if error.is_eof() || (behind >= text.len() && !last) {
        return Ok(());
    }
    // The parser's place is behind the byte it complains about, which may be the last of a character.
    let mut offset = behind.saturating_sub(1).clamp(at, text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    if !last && NO_NUMBERS.iter().any(|name| name.starts_with(&text[offset..])) {
        return Ok(());
    }
    if let Some(name) = no_number(text, offset) {
        let what = format!(
            "{name} is read here, and is no number: JSON has none like it; write a number, or leave the sample out"
        );
        return Err(Fault { offset, begin: Some(at), what: What::Wrong(what) });
    }
    let kind = if error.is_data() { "not a sample as Ceilometer writes it" } else { "not JSON" };
    let what = What::Wrong(format!("{kind}: {}", without_place(error)));
    Err(Fault { offset, begin: Some(at), what })
}

/// What some write in the place of a number.
const NO_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Which of them a place in the text is in.
fn no_number(text: &str, offset: usize) -> Option<&'static str> {
    let holds = |name: &&&str| {
        let begin = offset.saturating_sub(name.len() - 1);
        let near = text.as_bytes().get(begin..).unwrap_or_default();
        near[..near.len().min(offset - begin + name.len())].windows(name.len()).any(|bytes| bytes == name.as_bytes())
    };
    NO_NUMBERS.iter().find(holds).copied()
}

/// How many bytes the parser had read when it failed: its line and column, which count bytes.
fn parsed(text: &str, error: &serde_json::Error) -> usize {
    let line = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(text.len(), |newline| newline + 1),
    };
    line + error.column()
}
