//! The ERP's directory: what outlives every process.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use artifice_plugin_api::{Document, Error, Receipt};

/// The directory.
///
/// - `documents/KEY`: the digest, a line break, the text
/// - `calls`: a line a call
/// - `counts/FAULT-N`: a fault happened for the nth time
#[derive(Debug, Clone)]
pub struct Office(PathBuf);

impl Office {
    /// Makes the directory, if it is not there yet.
    pub fn new(directory: &Path) -> Result<Office, Error> {
        for part in ["documents", "counts"] {
            let path = directory.join(part);
            fs::create_dir_all(&path).map_err(|error| unavailable(&path, &error))?;
        }
        Ok(Office(directory.to_owned()))
    }

    /// Notes a call.
    pub fn log(&self, call: &str, tenant: &str) {
        // Written at once, and so not mixed with what other processes write.
        let line = format!("{call} {tenant}\n");
        let file = OpenOptions::new().create(true).append(true).open(self.0.join("calls"));
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }

    /// Counts one more time; says whether it is one of the first `times`.
    pub fn count_up_to(&self, fault: usize, times: u32) -> bool {
        (1..=times).any(|n| File::create_new(self.0.join(format!("counts/{fault}-{n}"))).is_ok())
    }

    fn document(&self, key: &str) -> PathBuf {
        self.0.join("documents").join(key)
    }

    /// The receipt of the document under a key, if there is one with this digest.
    pub fn find(&self, key: &str, digest: &str) -> Result<Option<Receipt>, Error> {
        let path = self.document(key);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unavailable(&path, &error)),
        };
        if text.lines().next() == Some(digest) {
            return Ok(Some(receipt(key)));
        }
        Err(Error::refused(format_args!("the ERP has another document under the key {key}")))
    }

    /// All documents, by their keys.
    pub fn documents(&self) -> Result<Vec<Document>, Error> {
        let directory = self.0.join("documents");
        let read = || {
            let mut all = Vec::new();
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                let (key, text) = (entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
                let digest = text.lines().next().unwrap_or_default();
                all.push(Document::new(&key, digest, receipt(&key)));
            }
            all.sort_by(|a, b| a.key.cmp(&b.key));
            Ok(all)
        };
        read().map_err(|error| unavailable(&directory, &error))
    }

    /// Makes the document after that time, by a process of its own: an ERP commits what it has got, also if
    /// whoever sent it is gone.
    pub fn make_later(&self, wait: Duration, key: &str, digest: &str, text: &str) -> Result<(), Error> {
        let aside = self.0.join(format!("{key}.{}.{:?}.later", std::process::id(), std::thread::current().id()));
        fs::write(&aside, format!("{digest}\n{text}")).map_err(|error| unavailable(&aside, &error))?;
        let mut later = Command::new("sh");
        later.args(["-c", LATER, "later", &format!("{:.3}", wait.as_secs_f64())]);
        later.arg(&aside).arg(self.document(key)).arg(key).arg(self.0.join("calls"));
        // It must not hold the pipes that somebody reads to their end.
        later.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        later.spawn().map(drop).map_err(|error| unavailable(&aside, &error))
    }

    /// Makes the document, once.
    pub fn make(&self, key: &str, digest: &str, text: &str) -> Result<Receipt, Error> {
        let path = self.document(key);
        let aside = self.0.join(format!("{key}.{}.{:?}", std::process::id(), std::thread::current().id()));
        let write = || {
            fs::write(&aside, format!("{digest}\n{text}"))?;
            // A link appears whole or not at all, and replaces nothing.
            fs::hard_link(&aside, &path)
        };
        let made = write();
        let _ = fs::remove_file(&aside);
        match made {
            Ok(()) => self.log("made", key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unavailable(&path, &error)),
        }
        let found = self.find(key, digest)?;
        found.ok_or_else(|| Error::unknown(format_args!("{}: vanished", path.display())))
    }
}

/// Makes a document after a while, once, and notes it: what [`Office::make`] does.
const LATER: &str = r#"sleep "$1"; ln "$2" "$3" && echo "made $4" >>"$5"; rm -f "$2""#;

fn receipt(key: &str) -> Receipt {
    Receipt::new(format!("ERP {key}")).with("key", key)
}

fn unavailable(path: &Path, error: &io::Error) -> Error {
    Error::unavailable(format_args!("{}: {error}", path.display()))
}
