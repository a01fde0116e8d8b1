//! Samples as metering writes them nearly always, read in half the time that serde_json takes.
//!
//! It reads valid JSON only, and less than all of it: no escapes, no deep nesting, no key of a
//! sample twice, nothing of another type than usual. Whatever it does not read is left to
//! serde_json, which reads it or says what is wrong: what is a sample is decided there, and a test
//! compares the two.

use std::borrow::Cow;

use super::object::Span;
use super::{Json, WireSample, scan};

/// How deep metadata may be nested to be read here.
const MAX_DEPTH: usize = 16;
/// How many members of metadata are noted at most: memory must not grow with what a file holds.
const MOST_MEMBERS: usize = 1000;

/// The places of metadata's members in the sample that is being read: kept from sample to sample, so
/// that there is room for them already.
#[derive(Default)]
pub struct Notes(Vec<Span>);

/// The sample at the beginning of a text and where it ends, if it is a usual one.
pub fn read<'a>(text: &'a str, notes: &'a mut Notes) -> Option<(WireSample<'a>, usize)> {
    notes.0.clear();
    let mut reader = Reader { text, at: 0 };
    let found = reader.sample(&mut notes.0)?;
    Some((found.sample(&notes.0)?, reader.at))
}

/// What was read of a sample's keys: for each that was there, its value.
#[derive(Default)]
struct Found<'a> {
    tenant: Option<Option<&'a str>>,
    resource: Option<&'a str>,
    meter: Option<&'a str>,
    name: Option<Option<&'a str>>,
    kind: Option<Option<&'a str>>,
    unit: Option<Option<&'a str>>,
    timestamp: Option<&'a str>,
    metadata: Option<&'a str>,
    digits: Option<&'a str>,
    message_id: Option<Option<&'a str>>,
    id: Option<Option<&'a str>>,
}

impl<'a> Found<'a> {
    fn sample(self, spans: &'a [Span]) -> Option<WireSample<'a>> {
        let text = |found: Option<Option<&'a str>>| Cow::Borrowed(found.flatten().unwrap_or_default());
        let metadata = self.metadata.filter(|text| *text != "null");
        Some(WireSample {
            tenant: self.tenant?.map(Cow::Borrowed),
            resource: Cow::Borrowed(self.resource?),
            meter: Cow::Borrowed(self.meter.or(self.name.flatten())?),
            kind: self.kind.flatten().map(Cow::Borrowed),
            unit: text(self.unit),
            timestamp: Cow::Borrowed(self.timestamp?),
            metadata: metadata.map(|text| Json { text, members: text.starts_with('{').then_some(spans) }),
            digits: Json { text: self.digits?, members: None },
            message_id: text(self.message_id),
            id: text(self.id),
        })
    }
}

/// Keeps a value, unless there was one.
fn keep<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn sample(&mut self, spans: &mut Vec<Span>) -> Option<Found<'a>> {
        let mut found = Found::default();
        self.take(b'{')?;
        loop {
            let (begin, end) = self.key()?;
            match self.text.get(begin..end)? {
                "project_id" => keep(&mut found.tenant, self.text_or_null()?)?,
                "resource_id" => keep(&mut found.resource, self.string_text()?)?,
                "counter_name" | "meter" => keep(&mut found.meter, self.string_text()?)?,
                "counter_type" | "type" => keep(&mut found.kind, self.text_or_null()?)?,
                "counter_unit" | "unit" => keep(&mut found.unit, self.text_or_null()?)?,
                "timestamp" => keep(&mut found.timestamp, self.string_text()?)?,
                "resource_metadata" | "metadata" => keep(&mut found.metadata, self.metadata(spans)?)?,
                "counter_volume" | "volume" => keep(&mut found.digits, self.whole(|reader| reader.value(MAX_DEPTH))?)?,
                "message_id" => keep(&mut found.message_id, self.text_or_null()?)?,
                "name" => keep(&mut found.name, self.text_or_null()?)?,
                "id" => keep(&mut found.id, self.text_or_null()?)?,
                _ => self.value(MAX_DEPTH)?,
            }
            if self.ends(b'}')? {
                return Some(found);
            }
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// A key, with what stands around it as far as its value.
    #[inline]
    fn key(&mut self) -> Option<(usize, usize)> {
        self.space();
        let key = self.string()?;
        self.space();
        self.take(b':')?;
        self.space();
        Some(key)
    }

    /// After a member or an item: whether that was the last one before `mark`; else a comma is taken.
    #[inline]
    fn ends(&mut self, mark: u8) -> Option<bool> {
        self.space();
        let ends = match self.peek()? {
            b',' => false,
            byte if byte == mark => true,
            _ => return None,
        };
        self.at += 1;
        Some(ends)
    }

    /// A string without escapes: where its text begins and ends.
    #[inline]
    fn string(&mut self) -> Option<(usize, usize)> {
        self.take(b'"')?;
        let (begin, end) = (self.at, scan::mark(self.text.as_bytes(), self.at)?);
        self.at = end;
        self.take(b'"')?;
        Some((begin, end))
    }

    fn string_text(&mut self) -> Option<&'a str> {
        let (begin, end) = self.string()?;
        self.text.get(begin..end)
    }

    fn text_or_null(&mut self) -> Option<Option<&'a str>> {
        if self.peek()? == b'n' { self.word("null").map(|()| None) } else { self.string_text().map(Some) }
    }

    /// The text of what is read.
    fn whole(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'a str> {
        let begin = self.at;
        read(self)?;
        self.text.get(begin..self.at)
    }

    fn metadata(&mut self, spans: &mut Vec<Span>) -> Option<&'a str> {
        let begin = self.at;
        self.whole(|reader| match reader.peek()? {
            b'{' => reader.object(MAX_DEPTH, |key, value| {
                let inside = |(from, to): (usize, usize)| (from - begin, to - begin);
                (spans.len() < MOST_MEMBERS).then(|| spans.push(Span { key: inside(key), value: inside(value) }))
            }),
            _ => reader.value(MAX_DEPTH),
        })
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes()).then(|| self.at += word.len())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => self.object(depth.checked_sub(1)?, |_, _| Some(())),
            b'[' => self.array(depth.checked_sub(1)?),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    /// Reads an object, and notes where its keys and values are, unless `note` gives up.
    fn object(
        &mut self,
        depth: usize,
        mut note: impl FnMut((usize, usize), (usize, usize)) -> Option<()>,
    ) -> Option<()> {
        self.take(b'{')?;
        self.space();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.key()?;
            let begin = self.at;
            self.value(depth)?;
            note(key, (begin, self.at))?;
            if self.ends(b'}')? {
                return Some(());
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.space();
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.space();
            self.value(depth)?;
            if self.ends(b']')? {
                return Some(());
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        // No digit follows a 0: whoever comes next would not know what to do with it.
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > begin).then_some(())
    }
}
