//! The members of a JSON object that is known to be valid.
//!
//! Metadata is two thirds of a sample, and the parser has looked at all of it already to find its
//! end: a [`Json`](super::Json) is valid, always. So nothing is validated here once more. What is left to
//! do is to find quotes, eight bytes at a time, because most texts are short.

use std::borrow::Cow;

use serde::de::{Error as _, Unexpected};

use super::scan;
use crate::text::Text;

/// Goes through the members of an object, in their order.
pub(super) struct Members<'a> {
    text: &'a str,
    at: usize,
}

/// A key with its value. Their texts are made when they are asked for, which for most is never.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    text: &'a str,
    /// What stands between the key's quotes.
    key: (usize, usize),
    /// Whether there is a backslash in it.
    escaped: bool,
    value: (usize, usize),
}

/// Where a member of an object is in its text: its key, without quotes and free of escapes, and its value.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub key: (usize, usize),
    pub value: (usize, usize),
}

impl<'a> Members<'a> {
    /// The members of a value, if it is an object.
    pub fn of(text: &'a str) -> Result<Self, serde_json::Error> {
        let found = match text.as_bytes().first() {
            Some(b'{') => return Ok(Members::of_object(text)),
            Some(b'[') => Unexpected::Seq,
            Some(b'"') => Unexpected::Other("string"),
            _ => Unexpected::Other("number or boolean"),
        };
        Err(serde_json::Error::invalid_type(found, &"metadata as an object"))
    }

    /// The members of an object's text, which is that of a [`Member::value`] and begins with `{`.
    pub fn of_object(text: &'a str) -> Self {
        Members { text, at: 1 }
    }

    /// Where the next mark is. (Nothing else below a space stands outside of a valid text's strings.)
    #[inline]
    fn without_space(&self, mut at: usize) -> usize {
        while self.text.as_bytes().get(at).is_some_and(|byte| *byte <= b' ') {
            at += 1;
        }
        at
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    #[inline]
    fn next(&mut self) -> Option<Member<'a>> {
        let bytes = self.text.as_bytes();
        let mut at = self.without_space(self.at);
        if bytes.get(at) == Some(&b',') {
            at = self.without_space(at + 1);
        }
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let (key_end, escaped) = string_end(bytes, at + 1)?;
        // Between the key and its value stands a colon.
        let begin = self.without_space(self.without_space(key_end + 1) + 1);
        self.at = value_end(bytes, begin)?;
        Some(Member { text: self.text, key: (at + 1, key_end), escaped, value: (begin, self.at) })
    }
}

impl<'a> Member<'a> {
    /// The member of a text that was noted before.
    #[inline]
    pub fn noted(text: &'a str, span: &Span) -> Self {
        Member { text, key: span.key, escaped: false, value: span.value }
    }

    /// The key, if it has no escapes.
    #[inline]
    pub fn plain_key(&self) -> Option<&'a [u8]> {
        if self.escaped { None } else { self.text.as_bytes().get(self.key.0..self.key.1) }
    }

    /// The key. Fails where an escape in it is none.
    pub fn key(&self) -> Result<Cow<'a, str>, serde_json::Error> {
        string(&self.text[self.key.0 - 1..self.key.1 + 1])
    }

    /// The value's JSON text.
    pub fn value(&self) -> &'a str {
        &self.text[self.value.0..self.value.1]
    }
}

/// What a string's JSON text says, quotes and all. Fails where an escape is none.
pub(super) fn string(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match text.get(1..text.len().saturating_sub(1)) {
        Some(inside) if memchr::memchr(b'\\', inside.as_bytes()).is_none() => Ok(Cow::Borrowed(inside)),
        _ => serde_json::from_str::<Text<'_>>(text).map(|text| text.0),
    }
}

/// Where the string ends whose first byte behind the quote is at `at`, and whether it has escapes.
#[inline]
fn string_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at = scan::mark(bytes, at)?;
        if bytes[at] == b'"' {
            return Some((at, escaped));
        }
        // Behind the backslash and what it escapes; of a longer escape, into it, which no mark is in.
        escaped = true;
        at += 2;
    }
}

/// Where the value ends that begins at `at`.
#[inline]
fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
    match bytes.get(at)? {
        b'"' => string_end(bytes, at + 1).map(|(end, _)| end + 1),
        b'{' | b'[' => nested_end(bytes, at),
        _ => Some(bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length)),
    }
}

/// Where the object or array ends that begins at `at`. It may be nested to any depth.
fn nested_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at + 1)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}
