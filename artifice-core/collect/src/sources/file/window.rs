//! The part of a text that is in memory: what of the last chunk is not yet used, and the next chunk.

use std::io::{self, ErrorKind, Read};
use std::str;

use super::place::Place;
use crate::limits::LONGEST_SAMPLE;

/// How much of a file is in memory at a time, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// As long as every sample fits: small enough for the processor's cache.
    pub chunk: usize,
    /// At most: no sample may be longer.
    pub limit: usize,
}

impl Sizes {
    pub const DEFAULT: Sizes = Sizes { chunk: 256 << 10, limit: LONGEST_SAMPLE };
}

/// What lies behind the text that a window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// More of it.
    NotYet,
    /// Nothing: the input ends there.
    Input,
    /// The input ends there, in the middle of a character.
    HalfACharacter,
    /// Something that is not UTF-8.
    NotUtf8,
    /// Whatever could not be read: see [`Window::into_failure`].
    Failed,
}

/// A buffer over an input.
pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    /// How much of the buffer is filled, from its beginning.
    filled: usize,
    /// Where the buffer begins.
    place: Place,
    sizes: Sizes,
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Window<R> {
    pub fn new(input: R, sizes: Sizes) -> Self {
        let buffer = vec![0; sizes.chunk.max(1)];
        Window { input, buffer, filled: 0, place: Place::START, sizes, ended: false, failure: None }
    }

    /// Reads on until the buffer is full or the input ends; false if it was full and may not grow.
    ///
    /// A buffer that is more than half full of something unfinished grows to double its size first.
    /// So the same bytes are read again only after as many new ones: the work stays linear.
    pub fn fill(&mut self) -> bool {
        if self.filled * 2 > self.buffer.len() && !self.ended {
            let size = (self.buffer.len() * 2).min(self.sizes.limit.max(self.buffer.len()));
            self.buffer.resize(size, 0);
        }
        let room = self.filled < self.buffer.len();
        while self.filled < self.buffer.len() && !self.ended {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
        room || self.ended
    }

    /// The text in the buffer, as far as it is text, and what lies behind it.
    pub fn text(&self) -> (&str, End) {
        let bytes = &self.buffer[..self.filled];
        let end = match (&self.failure, self.ended) {
            (Some(_), _) => End::Failed,
            (None, true) => End::Input,
            (None, false) => End::NotYet,
        };
        match str::from_utf8(bytes) {
            Ok(text) => (text, end),
            Err(error) => {
                let text = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                match (error.error_len(), end) {
                    (Some(_), _) => (text, End::NotUtf8),
                    (None, End::Input) => (text, End::HalfACharacter),
                    (None, end) => (text, end),
                }
            }
        }
    }

    /// Where the byte at `offset` of [`Window::text`] is in the whole input.
    pub fn place(&self, text: &str, offset: usize) -> Place {
        self.place.after(&text[..offset])
    }

    /// Lets go of the first `used` bytes; the rest begins at `place`.
    pub fn take(&mut self, used: usize, place: Place) {
        self.buffer.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.place = place;
    }

    /// Why the input could not be read on.
    pub fn into_failure(self) -> io::Error {
        self.failure.unwrap_or_else(|| ErrorKind::Other.into())
    }
}
