//! Reading samples from files: any size, in bounded memory, at about the speed of the JSON parser.
//!
//! What a file holds is told from its content. Compressed: `.gz` and `.zst` by their first bytes.
//! Then, after one another in any mixture:
//! - samples, one a line (NDJSON), or pretty-printed, or with nothing between them;
//! - arrays of samples;
//! - objects of such arrays, `{"url": [sample, …], …}`: an object whose first value is an array of samples.
//!
//! `window` brings the text in, chunk by chunk; `scan` finds and reads the samples in it.
//! No byte is looked at twice except where a sample continues in the next chunk.

mod error;
mod expand;
mod place;
mod read;
mod scan;
mod settings;
#[cfg(test)]
mod tests;
mod unpack;
mod window;

use std::path::PathBuf;

pub use error::FileError;
pub use expand::expand;
#[cfg(fuzzing)]
pub use read::read_in_chunks;
pub use read::{open, read, read_path, read_text};
pub use settings::{Files, Kind};

use crate::error::{Reach, SourceError};
use crate::sink::Sink;
use crate::source::{Ended, Plan, Run, Scope, Source, Wanted};
use crate::sources::offer::Offer;

/// Files of Ceilometer's samples: one reading for all tenants, so that a mistake in the last line of the last file leaves
/// nothing half done.
pub struct FileSource {
    paths: Vec<PathBuf>,
}

impl FileSource {
    /// These files, in this order.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        FileSource { paths }
    }
}

impl Source for FileSource {
    fn plan(&self, _: &Wanted) -> Plan {
        Plan::AllAtOnce
    }

    fn read(&self, _: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let mut offer = Offer::new(wanted, run, sink);
        if self.can_repeat() {
            let bytes = |path: &PathBuf| path.metadata().map_or(0, |file| file.len());
            run.headway.expect_bytes(self.paths.iter().map(bytes).sum());
        }
        for path in &self.paths {
            let read = read_path(path, run.headway, &mut |sample| offer.take(sample));
            offer.ended(read.map_err(SourceError::from))?;
        }
        Ok(())
    }

    /// Neither the standard input nor a pipe, which may have any name, can be read twice.
    fn can_repeat(&self) -> bool {
        self.paths.iter().all(|path| path.is_file())
    }
}

/// Samples whose text is in memory: the same as a file's, without the disk.
pub struct TextSource<'a>(pub &'a [u8]);

impl Source for TextSource<'_> {
    fn plan(&self, _: &Wanted) -> Plan {
        Plan::AllAtOnce
    }

    fn read(&self, _: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let mut offer = Offer::new(wanted, run, sink);
        let read = read(self.0, "text", &mut |sample| offer.take(sample));
        offer.ended(read.map_err(SourceError::from))
    }
}

impl From<FileError> for SourceError {
    fn from(error: FileError) -> Self {
        let reach = if error.is_unopened() { Reach::Start } else { Reach::Service };
        SourceError::new(reach, error)
    }
}
