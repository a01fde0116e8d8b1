//! Finding the samples in a text: the few marks between them are read here, the samples by serde_json.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::Visit;
use super::error::{Refusal, without_place};
use super::place::BYTE_ORDER_MARK;
use crate::collect::wire::WireSample;

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

pub(super) enum What {
    Wrong(String),
    Refused(Refusal),
}

/// Where in a file's structure the reading is. It goes from chunk to chunk.
pub(super) struct Scanner {
    expect: Expect,
    /// Whether the arrays stand in an object.
    in_object: bool,
    /// Whether there was anything but white space.
    any: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner { expect: Expect::Document, in_object: false, any: false }
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
                (Expect::Document, b'{') => match begins_with_array(&bytes[at..]) {
                    None if !last => return Ok(at),
                    Some(true) => {
                        self.in_object = true;
                        self.expect = Expect::Key;
                        at + 1
                    }
                    _ => match sample(text, at, last, visit)? {
                        None => return Ok(at),
                        Some(next) => next,
                    },
                },
                (Expect::Document, b'[') => {
                    self.in_object = false;
                    self.expect = Expect::FirstSample;
                    at + 1
                }
                (Expect::FirstSample | Expect::NextSample, b'{') => match sample(text, at, last, visit)? {
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

/// Whether the first value of the object that begins here is an array; `None` if its beginning is not
/// all there. What is no JSON is left to the parser of samples to complain about.
fn begins_with_array(object: &[u8]) -> Option<bool> {
    let mut key = match without_space(object.get(1..)?) {
        [b'"', key @ ..] => key,
        rest => return rest.first().map(|_| false),
    };
    loop {
        let mark = memchr::memchr2(b'"', b'\\', key)?;
        if key[mark] == b'"' {
            key = &key[mark + 1..];
            break;
        }
        key = key.get(mark + 2..)?;
    }
    match without_space(key) {
        [b':', value @ ..] => without_space(value).first().map(|&byte| byte == b'['),
        rest => rest.first().map(|_| false),
    }
}

fn without_space(bytes: &[u8]) -> &[u8] {
    match bytes.first() {
        Some(b' ' | b'\n' | b'\r' | b'\t') => bytes.trim_ascii_start(),
        _ => bytes,
    }
}

/// Reads the sample at `at` and shows it; answers where it ends, or `None` if not all of it is there.
fn sample(text: &str, at: usize, last: bool, visit: &mut Visit<'_>) -> Result<Option<usize>, Fault> {
    let mut samples = Deserializer::from_str(&text[at..]).into_iter::<WireSample<'_>>();
    match samples.next() {
        Some(Ok(sample)) => match visit(&sample) {
            Ok(()) => Ok(Some(at + samples.byte_offset())),
            Err(refusal) => Err(Fault { offset: at, begin: Some(at), what: What::Refused(refusal) }),
        },
        Some(Err(error)) => wrong(text, at, last, &error).map(|()| None),
        None => Ok(None),
    }
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
    let message = without_place(error);
    let what = if error.is_data() {
        format!("not a sample as Ceilometer writes it: {message}")
    } else {
        format!("not JSON: {message}")
    };
    Err(Fault { offset, begin: Some(at), what: What::Wrong(what) })
}

/// How many bytes the parser had read when it failed: its lines and columns, which count bytes, as one number.
fn parsed(text: &str, error: &serde_json::Error) -> usize {
    let line = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(text.len(), |newline| newline + 1),
    };
    line + error.column()
}
