//! Opening a file and reading all of its samples.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use super::error::{FileError, Namer};
use super::expand::STANDARD_INPUT;
use super::place::Place;
use super::scan::{Fault, Scanner};
use super::unpack::{self, Packing};
use super::window::{End, Sizes, Window};
use crate::headway::{Counted, Headway};
use crate::limits::PIPE_WAIT;
use crate::wire::Visit;

/// Opens a file, or the standard input for `-`, to be given to [`read`].
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, FileError> {
    if path.as_os_str() == STANDARD_INPUT {
        return Ok(Box::new(io::stdin()));
    }
    let failed = |source| FileError::Open { path: path.to_owned(), source };
    match fs::metadata(path).map_err(failed)?.file_type() {
        kind if kind.is_dir() => Err(FileError::Directory { path: path.to_owned() }),
        kind if kind.is_fifo() => Ok(Box::new(pipe(path)?)),
        // A device may never end, and what it says is nobody's metering.
        kind if !kind.is_file() => Err(FileError::NoFile { path: path.to_owned() }),
        _ => Ok(Box::new(File::open(path).map_err(failed)?)),
    }
}

/// Opens a pipe, which waits for somebody to write to it: not for ever.
fn pipe(path: &Path) -> Result<File, FileError> {
    let (sender, opened) = mpsc::channel();
    let own = path.to_owned();
    thread::spawn(move || sender.send(File::open(own)));
    let failed = |source| FileError::Open { path: path.to_owned(), source };
    match opened.recv_timeout(PIPE_WAIT) {
        Ok(file) => file.map_err(failed),
        Err(_) => Err(FileError::Silent { path: path.to_owned() }),
    }
}

/// Opens a file and reads it, under the name that it was given by. How much of it was read is counted.
pub fn read_path(path: &Path, headway: &Headway, visit: &mut Visit<'_>) -> Result<(), FileError> {
    let name = if path.as_os_str() == STANDARD_INPUT { "standard input".into() } else { path.to_string_lossy() };
    read(Counted { input: open(path)?, headway }, &name, visit)
}

/// Reads all samples of an input, compressed or not, and shows each to `visit`. Errors call it `name`.
///
/// Memory is bounded by the longest sample, and that by 16 MiB. An error ends the reading: the
/// samples before it have been shown.
pub fn read(input: impl Read, name: &str, visit: &mut Visit<'_>) -> Result<(), FileError> {
    read_in(input, name, Sizes::DEFAULT, visit)
}

/// The same of a text that is not compressed, whatever it looks like: its length is all that there is of it.
pub fn read_text(text: &[u8], name: &str, visit: &mut Visit<'_>) -> Result<(), FileError> {
    read_unpacked(Packing::Plain, text, &Namer(name), Sizes::DEFAULT, visit)
}

/// The same in chunks of so many bytes: whatever they are, the samples are the same.
#[cfg(fuzzing)]
pub fn read_in_chunks(input: impl Read, chunk: usize, visit: &mut Visit<'_>) -> Result<(), FileError> {
    read_in(input, "input", Sizes { chunk, ..Sizes::DEFAULT }, visit)
}

pub(super) fn read_in(input: impl Read, name: &str, sizes: Sizes, visit: &mut Visit<'_>) -> Result<(), FileError> {
    let namer = Namer(name);
    let (packing, input) = unpack::unpack(input).map_err(|source| namer.failed(Place::START, source))?;
    read_unpacked(packing, input, &namer, sizes, visit)
}

fn read_unpacked(
    packing: Packing,
    input: impl Read,
    namer: &Namer<'_>,
    sizes: Sizes,
    visit: &mut Visit<'_>,
) -> Result<(), FileError> {
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
                return Err(packing.explain(namer, last, window.into_failure()));
            }
        }
    }
}
