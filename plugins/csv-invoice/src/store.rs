//! The files beneath `output_path`, and the few things that are done to them: each is done whole or
//! not at all, and lasts once it is done.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use artifice_plugin_api::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::mode::Mode;
use crate::record::{Record, Reservation, folded_slot, slot};

/// A temporary file of another key that is older than this was left by a process that ended.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The instants between two changes to the disk, in the order in which a first commit meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The directories exist.
    Prepared,
    /// The document is whole, in a temporary file.
    Staged,
    /// The file name is this key's.
    Reserved,
    /// The record says what is to become.
    Intended,
    /// The record that will say "done" is whole, in a temporary file.
    Readied,
    /// The document bears its name.
    Published,
    /// The record says "done".
    Done,
}

#[cfg(test)]
pub type Hook = Box<dyn Fn(Step) -> io::Result<()> + Send + Sync>;

/// One `output_path`.
pub struct Store {
    dir: PathBuf,
    mode: Mode,
    /// What tests do between two steps.
    #[cfg(test)]
    pub hook: Option<Hook>,
}

impl Store {
    /// The store of that directory, whose files get that mode. Nothing is touched.
    pub fn new(dir: PathBuf, mode: Mode) -> Store {
        Store {
            dir,
            mode,
            #[cfg(test)]
            hook: None,
        }
    }

    /// Where a document of that name stands.
    pub fn document(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// The directory of the documents.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn own(&self, part: &str) -> PathBuf {
        self.dir.join(".artifice").join(part)
    }

    /// A step is done.
    #[cfg(test)]
    pub fn reached(&self, step: Step) -> Result<(), Error> {
        let outcome = self.hook.as_ref().map_or(Ok(()), |hook| hook(step));
        outcome.map_err(|error| failed("write below", &self.dir, &error))
    }

    /// A step is done.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    pub fn reached(&self, _step: Step) -> Result<(), Error> {
        Ok(())
    }

    /// Makes the directories that are missing.
    pub fn prepare(&self) -> Result<(), Error> {
        for part in ["keys", "names", "temp"] {
            let path = self.own(part);
            self.directory(&path).map_err(|error| failed("create the directory", &path, &error))?;
        }
        self.reached(Step::Prepared)
    }

    /// Whether documents can be written. Leaves nothing behind.
    pub fn health(&self) -> Result<(), Error> {
        let standing = |path: &Path| fs::symlink_metadata(path).is_ok();
        let nearest = self.dir.ancestors().find(|path| standing(path)).unwrap_or(&self.dir);
        let own = [self.own(""), self.own("keys"), self.own("names"), self.own("temp")];
        let existing = own.iter().map(PathBuf::as_path).filter(|path| standing(path));
        for path in std::iter::once(nearest).chain(existing) {
            let written = tempfile::tempfile_in(path).and_then(|mut file| file.write_all(b"artifice"));
            written.map_err(|error| failed("write into", path, &error))?;
        }
        Ok(())
    }

    /// Makes a directory and those above it, each lasting.
    fn directory(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.directory(parent)?;
        }
        self.mode.create_directory(path)?;
        // A parent that may be written but not read cannot be synced: documents are, below.
        path.parent().map_or(Ok(()), |parent| {
            sync(parent).or_else(|error| if error.kind() == ErrorKind::PermissionDenied { Ok(()) } else { Err(error) })
        })
    }

    /// What is known of a key.
    pub fn record(&self, key: &str) -> Result<Option<Record>, Error> {
        read(&self.record_path(key))
    }

    /// Whose a file name is.
    pub fn reservation(&self, file: &str) -> Result<Option<Reservation>, Error> {
        read(&self.reservation_path(file))
    }

    /// Where the records are.
    pub fn keys(&self) -> PathBuf {
        self.own("keys")
    }

    /// Where what is known of a key is written.
    pub fn record_path(&self, key: &str) -> PathBuf {
        self.keys().join(slot(key) + ".json")
    }

    fn reservation_path(&self, file: &str) -> PathBuf {
        self.own("names").join(folded_slot(file) + ".json")
    }

    /// Writes a key's first record; `false` if it has one.
    pub fn record_create(&self, record: &Record) -> Result<bool, Error> {
        let path = self.record_path(&record.key);
        Ok(self.publish(self.record_stage(record)?, &path)? && self.sync(&path).map(|()| true)?)
    }

    /// The key's next record, whole, in a temporary file.
    pub fn record_stage(&self, record: &Record) -> Result<NamedTempFile, Error> {
        self.stage(&record.key, &json(record)?)
    }

    /// Puts a staged record in the place of the one there is.
    pub fn record_replace(&self, key: &str, staged: NamedTempFile) -> Result<(), Error> {
        self.replace(staged, &self.record_path(key))
    }

    /// Reserves a file name; `false` if it is reserved.
    pub fn reserve(&self, key: &str, file: &str) -> Result<bool, Error> {
        let reservation = Reservation { key: key.to_owned(), file: file.to_owned() };
        let path = self.reservation_path(file);
        Ok(self.publish(self.stage(key, &json(&reservation)?)?, &path)? && self.sync(&path).map(|()| true)?)
    }

    /// Gives a file name back that was reserved for nothing. A failure is no harm.
    pub fn release(&self, file: &str) {
        let _ = fs::remove_file(self.reservation_path(file));
    }

    /// Writes a temporary file of that key, whole and lasting.
    pub fn stage(&self, key: &str, bytes: &[u8]) -> Result<NamedTempFile, Error> {
        let temp = self.own("temp");
        let write = || {
            let prefix = slot(key) + ".";
            let mut options = tempfile::Builder::new();
            options.prefix(&prefix);
            options.permissions(std::os::unix::fs::PermissionsExt::from_mode(self.mode.file()));
            let mut file = options.tempfile_in(&temp)?;
            self.mode.set(file.as_file())?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map_err(|error| failed("write into", &temp, &error))
    }

    /// Gives a staged file its name, unless there is one of that name already: then `false`.
    pub fn publish(&self, staged: NamedTempFile, path: &Path) -> Result<bool, Error> {
        // Renames without replacing; where the file system cannot, links and unlinks.
        match staged.persist_noclobber(path) {
            Ok(_) => Ok(true),
            Err(failure) if failure.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(failure) => Err(failed("write", path, &failure.error)),
        }
    }

    /// Puts a staged file in the place of the one there is.
    pub fn replace(&self, staged: NamedTempFile, path: &Path) -> Result<(), Error> {
        staged.persist(path).map_err(|failure| failed("replace", path, &failure.error))?;
        self.sync(path)
    }

    /// Makes a file's name last.
    pub fn sync(&self, path: &Path) -> Result<(), Error> {
        sync(path.parent().unwrap_or(&self.dir)).map_err(|error| failed("make lasting", path, &error))
    }

    /// Removes what ended processes left: the temporary files of that key, whose document is done,
    /// and old ones of any key. A failure is no harm.
    pub fn clean(&self, key: &str) {
        let prefix = slot(key) + ".";
        for entry in fs::read_dir(self.own("temp")).into_iter().flatten().flatten() {
            let age =
                || entry.metadata()?.modified().map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
            let own = entry.file_name().to_string_lossy().starts_with(&prefix);
            if own || age().is_ok_and(|age: Duration| age > STALE) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Whether anything stands at a path.
    pub fn stands(&self, path: &Path) -> Result<bool, Error> {
        match fs::symlink_metadata(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("look at", path, &error)),
        }
    }

    /// What stands at a path: nothing, a file's bytes, or something else.
    pub fn look(&self, path: &Path) -> Result<Found, Error> {
        let look = || match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => fs::read(path).map(Found::File),
            Ok(_) => Ok(Found::Other),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(error),
        };
        look().map_err(|error| failed("read", path, &error))
    }
}

/// What stands at a path.
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file with these bytes.
    File(Vec<u8>),
    /// A directory, a link or another thing that no document of ours is.
    Other,
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(Error::refused)?;
    text.push(b'\n');
    Ok(text)
}

/// A record, if it is there.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, &error)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let path = path.display();
        Error::unknown(format_args!("the record '{path}' cannot be understood: {error}; restore it from a backup"))
    })
}

/// Makes the names in a directory last, where directories can be synced.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(directory)?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        outcome => outcome,
    }
}

/// "cannot write '…': no space left on device; free some space…".
pub fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    let advice = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space",
        ErrorKind::FileTooLarge => "raise the limit on the size of a file (ulimit -f), or choose another file system",
        ErrorKind::PermissionDenied => "let the user that runs artifice write there",
        ErrorKind::ReadOnlyFilesystem => "make the file system writable, or choose another output_path",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "something else stands where a directory or file is needed: move it away, or choose another output_path"
        }
        ErrorKind::Unsupported | ErrorKind::InvalidInput => {
            "the file system can neither link files nor rename them without replacing others: choose another output_path"
        }
        _ => "see to it",
    };
    let why = error.to_string();
    // tempfile adds the temporary name, which is of no use to anybody.
    let why = why.split(" at path ").next().unwrap_or_default();
    Error::unavailable(format_args!("cannot {what} '{}': {why}; {advice}, then do the same again", path.display()))
}
