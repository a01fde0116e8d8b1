//! How a document comes to be exactly once, whenever a process is killed and however many run.
//!
//! Every change is one rename (or link) that happens whole or not at all, never replaces what is
//! not ours, and is synced before the next. What a process that is killed leaves, and what the next
//! [`find`](Store::find) and [`commit`](Store::commit) make of it:
//!
//! | killed after | on the disk | `find` | `commit` |
//! |---|---|---|---|
//! | `Prepared` | empty directories | none | begins |
//! | `Staged` | and a temporary document | none | begins; removes it at the end |
//! | `Reserved` | and a name that is this key's | none | takes that name |
//! | `Intended` | and the record: this key, this name, these bytes | none: nothing bears the name | publishes under that name |
//! | `Readied` | and a temporary record "done" | none | the same |
//! | `Published` | the document bears its name | receipt: its bytes are those the record intends; it marks it done | the same |
//! | `Done` | the record says "done" | receipt, whatever became of the file | receipt |
//!
//! Where another process is at work under the same key, one of them creates the record; the others
//! take its name, find the document there, and answer the same receipt. A failure on the way is
//! answered with the receipt if the record says "done" by then.
//!
//! Between `Intended` and `Done`, a file under the name with other bytes is either foreign or ours,
//! edited: nobody knows, so both `find` and `commit` say so and touch nothing.

use artifice_plugin_api::{Error, ErrorKind};
use tempfile::NamedTempFile;

use crate::layout::Format;
use crate::name::FileName;
use crate::record::{About, Record, Reservation, State, sha256};
use crate::store::{Found, Step, Store};

/// A document that is to be written.
pub struct Order<'a> {
    /// The statement's key.
    pub key: &'a str,
    /// The id of its ledger, if that has one.
    pub ledger_id: &'a str,
    /// The digest of its content.
    pub digest: &'a str,
    /// Its number.
    pub number: u64,
    /// Whose it is, and of which time.
    pub about: &'a About,
    /// The document's bytes.
    pub bytes: &'a [u8],
    /// How they were written.
    pub format: &'a Format,
}

impl Order<'_> {
    /// The record of this document under that name.
    pub fn record(&self, file: String, state: State) -> Record {
        Record {
            key: self.key.to_owned(),
            digest: self.digest.to_owned(),
            ledger_id: self.ledger_id.to_owned(),
            number: self.number,
            about: Some(self.about.clone()),
            file,
            sha256: sha256(self.bytes),
            format: self.format.clone(),
            state,
        }
    }
}

impl Store {
    /// The record of the document that is there under that key, if one is.
    pub fn find(&self, key: &str, digest: &str) -> Result<Option<Record>, Error> {
        // What cannot be read may say anything.
        let unsure = |error: Error| if error.kind() == ErrorKind::Unavailable { in_doubt(error) } else { error };
        self.found(key, digest).map_err(unsure)
    }

    fn found(&self, key: &str, digest: &str) -> Result<Option<Record>, Error> {
        let Some(record) = self.known(key, digest)? else { return Ok(None) };
        if record.state == State::Done {
            return Ok(Some(record));
        }
        if !self.is_published(&record)? {
            return Ok(None);
        }
        // It is there for sure. Should the mark fail, the next call makes it.
        let _ = self.ready(&record).and_then(|done| self.finish(&record, done));
        Ok(Some(record))
    }

    /// What has become of a document's file since it was committed, unless it is there as it was written. It counts
    /// as committed all the same, whoever changed, moved or removed it: what is absent would be written again.
    pub fn change(&self, record: &Record) -> Option<String> {
        let path = self.document(&record.file);
        let what = match self.look(&path) {
            Ok(Found::File(bytes)) if sha256(&bytes) == record.sha256 => return None,
            Ok(Found::File(_)) => "is not as it was written",
            Ok(Found::Nothing) => "is not there any more",
            Ok(Found::Other) => "is no file any more",
            Err(error) => return Some(error.message().to_owned()),
        };
        Some(format!("the file '{}' {what}", path.display()))
    }

    /// Makes the document, once for its key.
    pub fn commit(&self, order: &Order<'_>, name: &FileName) -> Result<Record, Error> {
        // A second turn is for a record that another process created meanwhile.
        for _ in 0..2 {
            let failure = match self.attempt(order, name) {
                Ok(Some(record)) => return Ok(record),
                Ok(None) => continue,
                Err(failure) => failure,
            };
            return match self.known(order.key, order.digest) {
                Ok(Some(record)) if record.state == State::Done => Ok(record),
                _ => Err(failure),
            };
        }
        let key = order.key;
        Err(Error::unavailable(format_args!("the record of statement '{key}' comes and goes; do the same again")))
    }

    fn attempt(&self, order: &Order<'_>, name: &FileName) -> Result<Option<Record>, Error> {
        let mut known = self.known(order.key, order.digest)?;
        if let Some(record) = &known {
            if record.state == State::Done {
                return Ok(known);
            }
            if self.is_published(record)? {
                let done = self.ready(record)?;
                self.finish(record, done)?;
                return Ok(known);
            }
        }
        self.prepare()?;
        // What takes most space comes first: a full disk leaves nothing behind.
        let document = self.stage(order.key, order.bytes)?;
        self.reached(Step::Staged)?;
        let record = match known.take() {
            Some(intended) => {
                let record = order.record(intended.file.clone(), State::Intended);
                if record != intended {
                    // The format has been changed since.
                    self.record_replace(order.key, self.record_stage(&record)?)?;
                }
                record
            }
            None => {
                let (file, fresh) = self.choose(order.key, name)?;
                let record = order.record(file, State::Intended);
                let created = self.reached(Step::Reserved).and_then(|()| self.record_create(&record));
                if !matches!(created, Ok(true)) {
                    // Another process was faster, under another name. Only who reserved a name gives
                    // it back: by then it may be another key's.
                    if fresh && self.record(order.key)?.is_some_and(|other| other.file != record.file) {
                        self.release(&record.file);
                    }
                    return created.map(|_| None);
                }
                record
            }
        };
        self.reached(Step::Intended)?;
        let done = self.ready(&record)?;
        self.reached(Step::Readied)?;
        self.place(&record, document)?;
        self.finish(&record, done)?;
        Ok(Some(record))
    }

    /// Gives the document its name; from here on, a failure is not one for sure.
    fn place(&self, record: &Record, document: NamedTempFile) -> Result<(), Error> {
        let path = self.document(&record.file);
        if !self.publish(document, &path)? && !self.is_published(record)? {
            return Err(self.taken(record));
        }
        self.reached(Step::Published).and_then(|()| self.sync(&path)).map_err(in_doubt)
    }

    /// The record that will say "done".
    fn ready(&self, record: &Record) -> Result<NamedTempFile, Error> {
        self.prepare()?;
        self.record_stage(&Record { state: State::Done, ..record.clone() })
    }

    fn finish(&self, record: &Record, done: NamedTempFile) -> Result<(), Error> {
        self.record_replace(&record.key, done).map_err(in_doubt)?;
        self.reached(Step::Done).map_err(in_doubt)?;
        self.clean(&record.key);
        Ok(())
    }

    /// What is known of the key; fails if it is known with another content.
    pub fn known(&self, key: &str, digest: &str) -> Result<Option<Record>, Error> {
        let record = self.record(key)?;
        if let Some(record) = &record {
            record.check(key, digest)?;
        }
        Ok(record)
    }

    /// Whether an intended document bears its name.
    pub fn is_published(&self, record: &Record) -> Result<bool, Error> {
        match self.look(&self.document(&record.file))? {
            Found::Nothing => Ok(false),
            Found::File(bytes) if sha256(&bytes) == record.sha256 => Ok(true),
            Found::File(_) | Found::Other => Err(self.taken(record)),
        }
    }

    fn taken(&self, record: &Record) -> Error {
        Error::unknown(format_args!(
            "'{}' was to become the document of statement '{}', but it is another file, or the document with changes made to it; \
             if it is not the document, move it away; if it is, write \"done\" for \"intended\" in '{}'; then do the same again",
            self.document(&record.file).display(),
            record.key,
            self.record_path(&record.key).display()
        ))
    }

    /// Reserves the first free name; whether it was not this key's before.
    fn choose(&self, key: &str, name: &FileName) -> Result<(String, bool), Error> {
        let mut from = 1;
        loop {
            let n = first_free(from, |n| self.is_taken(key, &name.nth(n)))?;
            let file = name.nth(n);
            let ours = |reservation: Reservation| reservation.key == key && reservation.file == file;
            if self.reserve(key, &file)? {
                return Ok((file, true));
            }
            if self.reservation(&file)?.is_some_and(ours) {
                return Ok((file, false));
            }
            from = n + 1;
        }
    }

    fn is_taken(&self, key: &str, file: &str) -> Result<bool, Error> {
        match self.reservation(file)? {
            Some(reservation) if reservation.key != key || reservation.file != file => Ok(true),
            _ => self.stands(&self.document(file)),
        }
    }
}

/// The first number from `from` on that is not taken, if the taken ones have no gaps; else one of
/// the free ones. Asks about few even when thousands of documents bear one name.
fn first_free(from: u64, taken: impl Fn(u64) -> Result<bool, Error>) -> Result<u64, Error> {
    if !taken(from)? {
        return Ok(from);
    }
    let (mut low, mut stride) = (from, 1_u64);
    while taken(low + stride)? {
        low += stride;
        stride *= 2;
    }
    let mut high = low + stride;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if taken(middle)? { low = middle } else { high = middle }
    }
    Ok(high)
}

/// The document may be there already: the host must ask before it sends anything again.
fn in_doubt(error: Error) -> Error {
    Error::new(ErrorKind::Unknown, error)
}
