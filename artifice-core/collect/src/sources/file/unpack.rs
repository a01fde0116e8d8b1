//! Decompression, by the first bytes of the content: a file's name may say anything.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::error::{FileError, Namer};
use super::place::Place;
use crate::limits::ZSTD_WINDOW;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A frame that decoders skip, which some compressors write first; the lowest four bits are free (RFC 8878, 3.1.2).
const ZSTD_SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// How a content is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// The content of an input, decompressed.
pub(super) fn unpack<'a>(input: impl Read + 'a) -> io::Result<(Packing, Box<dyn Read + 'a>)> {
    let mut input = input;
    let mut head = Vec::with_capacity(ZSTD.len());
    input.by_ref().take(4).read_to_end(&mut head)?;
    let packing = packing(&head);
    let input = io::Cursor::new(head).chain(Tagged(input));
    Ok(match packing {
        Packing::Plain => (packing, Box::new(input)),
        Packing::Gzip => (packing, Box::new(MultiGzDecoder::new(input))),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::new(input)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            (packing, Box::new(decoder))
        }
    })
}

fn packing(head: &[u8]) -> Packing {
    match head {
        head if head.starts_with(&GZIP) => Packing::Gzip,
        head if head == ZSTD => Packing::Zstd,
        [first, rest @ ..] if first & 0xf0 == ZSTD_SKIPPABLE[0] && *rest == ZSTD_SKIPPABLE[1..] => Packing::Zstd,
        _ => Packing::Plain,
    }
}

impl Packing {
    /// Why reading stopped at `place`: the input's own failure, or compressed data that is damaged.
    pub(super) fn explain(self, namer: &Namer<'_>, place: Place, error: io::Error) -> FileError {
        let kind = error.kind();
        let name = match self {
            Packing::Plain => "",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        };
        match error.downcast::<InputFailure>() {
            Ok(InputFailure(source)) => namer.failed(place, source),
            Err(_) if kind == ErrorKind::UnexpectedEof => namer.content(
                place,
                format!("the {name} data ends here in the middle: the file is truncated; copy or fetch it again"),
            ),
            Err(error) if error.to_string().contains("too much memory") => namer.content(
                place,
                format!(
                    "it is packed with a window of more than {} MiB, which takes as much memory; pack it again without \
                     --long, or unpack it first",
                    (1 << ZSTD_WINDOW) >> 20
                ),
            ),
            Err(error) => namer.content(
                place,
                format!("the {name} data is damaged behind this place ({error}): copy or fetch the file again"),
            ),
        }
    }
}

/// An input whose own failures can be told from a decompressor's.
struct Tagged<R>(R);

impl<R: Read> Read for Tagged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| io::Error::new(error.kind(), InputFailure(error)))
    }
}

#[derive(Debug)]
struct InputFailure(io::Error);

impl fmt::Display for InputFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InputFailure {}
