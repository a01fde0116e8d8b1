//! What can be wrong with a file of samples, where, and what to do.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use artifice_model::position::{Mistake, Position};

use super::place::Place;
use crate::wire::Refusal;

/// Why files were not read to their end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No file has such a name.
    #[error("no file matches '{pattern}' in {}: check the path, and whether the files are there", directory.display())]
    NoMatch {
        /// The path or pattern, as it was given.
        pattern: String,
        /// The directory in which it was looked for.
        directory: PathBuf,
    },
    /// A pattern is not one.
    #[error("'{pattern}' is not a file name pattern: {what}")]
    Pattern {
        /// The pattern, as it was given.
        pattern: String,
        /// What is wrong, and what to write instead.
        what: String,
    },
    /// A directory stands where a file belongs.
    #[error("{0} is a directory: to read the files in it, write {0}/*", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
    },
    /// A device or a socket stands where a file belongs: it may never end.
    #[error("{} is neither a file nor a pipe; name a file of samples, or - for the standard input", path.display())]
    NoFile {
        /// What stands there.
        path: PathBuf,
    },
    /// Nobody writes to a pipe.
    #[error("{}: nobody writes to this pipe; start what writes to it first, or name a file", path.display())]
    Silent {
        /// The pipe.
        path: PathBuf,
    },
    /// A file is missing, or may not be read.
    #[error("{} cannot be opened: {source}{}", path.display(), advice(source))]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Reading stopped in the middle of a file.
    #[error(
        "{at}: the file cannot be read beyond this place: {source}; check the disk or the connection, and try again"
    )]
    Read {
        /// The place that was reached, in the decompressed text.
        at: Position,
        /// What the operating system says.
        source: io::Error,
    },
    /// The content is not what it should be.
    #[error(transparent)]
    Content(#[from] Mistake),
    /// A sample was refused by the one who reads them.
    #[error("{at}: {refusal}")]
    Refused {
        /// Where the sample begins.
        at: Position,
        /// Why.
        refusal: Refusal,
    },
}

/// What is wrong at some place.
pub(super) enum What {
    /// The text.
    Wrong(String),
    /// A sample that nobody takes.
    Refused(Refusal),
}

impl FileError {
    /// Whether a file could not even be opened: it is missing, may not be read, or nothing has such a name.
    /// Otherwise something is wrong in a file.
    pub fn is_unopened(&self) -> bool {
        match self {
            FileError::NoMatch { .. }
            | FileError::Pattern { .. }
            | FileError::Directory { .. }
            | FileError::NoFile { .. }
            | FileError::Silent { .. }
            | FileError::Open { .. } => true,
            FileError::Read { .. } | FileError::Content(_) | FileError::Refused { .. } => false,
        }
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "; check the path",
        ErrorKind::PermissionDenied => {
            "; let the user that runs artifice read it, as its owner or by a group, and not everybody"
        }
        _ => "",
    }
}

/// Makes errors about places in the input of this name.
pub(super) struct Namer<'a>(pub &'a str);

impl Namer<'_> {
    fn at(&self, place: Place) -> Position {
        Position { file: self.0.to_owned(), line: place.line, column: place.column }
    }

    pub fn content(&self, place: Place, what: impl Into<String>) -> FileError {
        FileError::Content(Mistake { at: self.at(place), what: what.into() })
    }

    pub fn failed(&self, place: Place, source: io::Error) -> FileError {
        FileError::Read { at: self.at(place), source }
    }

    /// Something at `place`, in the sample that begins at `begin`.
    pub fn wrong(&self, place: Place, begin: Option<Place>, what: What) -> FileError {
        let inside = begin.filter(|begin| begin.line != place.line);
        match what {
            What::Refused(refusal) => FileError::Refused { at: self.at(place), refusal },
            What::Wrong(text) => match inside {
                Some(begin) => {
                    self.content(place, format!("{text} (in the sample that begins in line {})", begin.line))
                }
                None => self.content(place, text),
            },
        }
    }

    pub fn truncated(&self, place: Place, begin: Place) -> FileError {
        let Place { line, column } = begin;
        let what = format!(
            "the file ends inside the sample that begins at line {line}, column {column}: it is truncated; copy or fetch it again"
        );
        self.content(place, what)
    }

    pub fn half_a_character(&self, place: Place) -> FileError {
        self.content(place, "the file ends inside a character: it is truncated; copy or fetch it again")
    }

    pub fn too_long(&self, place: Place, limit: usize) -> FileError {
        let what = format!(
            "a single sample here is longer than {limit} bytes, which no metering writes: is the file damaged?"
        );
        self.content(place, what)
    }

    pub fn not_utf8(&self, place: Place) -> FileError {
        self.content(place, "not UTF-8 text: samples are JSON in UTF-8, which may be compressed with gzip or zstd")
    }
}
