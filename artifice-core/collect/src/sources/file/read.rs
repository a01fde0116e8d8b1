//! Opening a file and reading all of its samples.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::{FileError, Namer};
use super::expand::STANDARD_INPUT;
use super::place::Place;
use super::scan::{Fault, Scanner};
use super::unpack;
use super::window::{End, Sizes, Window};
use crate::wire::Visit;

/// Opens a file, or the standard input for `-`, to be given to [`read`].
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, FileError> {
    if path.as_os_str() == STANDARD_INPUT {
        return Ok(Box::new(io::stdin()));
    }
    let failed = |source| FileError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    // Linux opens a directory and fails only when it is read.
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(FileError::Directory { path: path.to_owned() });
    }
    Ok(Box::new(file))
}

/// Opens a file and reads it, under the name that it was given by.
pub fn read_path(path: &Path, visit: &mut Visit<'_>) -> Result<(), FileError> {
    let name = if path.as_os_str() == STANDARD_INPUT { "standard input".into() } else { path.to_string_lossy() };
    read(open(path)?, &name, visit)
}

/// Reads all samples of an input, compressed or not, and shows each to `visit`. Errors call it `name`.
///
/// Memory is bounded by the longest sample, and that by 16 MiB. An error ends the reading: the
/// samples before it have been shown.
pub fn read(input: impl Read, name: &str, visit: &mut Visit<'_>) -> Result<(), FileError> {
    read_in(input, name, Sizes::DEFAULT, visit)
}

pub(super) fn read_in(input: impl Read, name: &str, sizes: Sizes, visit: &mut Visit<'_>) -> Result<(), FileError> {
    let namer = Namer(name);
    let (packing, input) = unpack::unpack(input).map_err(|source| namer.failed(Place::START, source))?;
    let mut window = Window::new(input, sizes);
    let mut scanner = Scanner::default();
    loop {
        let room = window.fill();
        let (text, end) = window.text();
        let scanned = scanner.scan(text, end == End::Input, visit);
        let used = scanned.map_err(|Fault { offset, begin, what }| {
            let begin = begin.map(|begin| window.place(text, begin));
            namer.wrong(window.place(text, offset), begin, what)
        })?;
        let begin = window.place(text, used);
        let last = || window.place(text, text.len());
        match end {
            End::NotYet if room => window.take(used, begin),
            End::NotYet => return Err(namer.too_long(begin, sizes.limit)),
            End::Input if used < text.len() => return Err(namer.truncated(last(), begin)),
            End::Input => return scanner.finish().map_err(|unfinished| namer.content(begin, unfinished)),
            End::HalfACharacter => return Err(namer.half_a_character(last())),
            End::NotUtf8 => return Err(namer.not_utf8(last())),
            End::Failed => {
                let last = last();
                return Err(packing.explain(&namer, last, window.into_failure()));
            }
        }
    }
}
