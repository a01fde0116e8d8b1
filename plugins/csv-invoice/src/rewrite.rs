//! A document that was committed before is written again: where it was, byte for byte.
//!
//! The host knows it as committed, so the records are put back first, as "done", and the file after
//! them; whatever is killed on the way is done again by the same call.

use artifice_plugin_api::Error;

use crate::name::is_plain;
use crate::protocol::Order;
use crate::record::{Record, State, sha256};
use crate::store::{Found, Step, Store};

impl Store {
    /// Writes the document again under the name it had. `sha256_then` is what its receipt says of
    /// its bytes.
    ///
    /// A file of that name is replaced if the records say that it is this key's, or if nothing would
    /// be lost, since the document begins with what is in it. Any other is left alone.
    pub fn rewrite(&self, order: &Order<'_>, file: &str, sha256_then: Option<&str>) -> Result<Record, Error> {
        let path = self.document(file);
        if !is_plain(file) {
            return Err(Error::refused(format_args!(
                "the receipt of statement '{}' names the file '{}', which is no plain file name; nothing was written",
                order.key,
                file.escape_default()
            )));
        }
        if sha256_then.is_some_and(|then| then != sha256(order.bytes)) {
            return Err(Error::refused(format_args!(
                "'{}' cannot be written again as it was: the statement's lines now make another document than the one its receipt \
                 stands for; nothing was written",
                path.display()
            )));
        }
        let known = self.known(order.key, order.digest)?;
        if let Some(other) = known.as_ref().filter(|record| record.file != file) {
            return Err(Error::refused(format_args!(
                "the receipt of statement '{}' names the file '{file}', but the records here '{}'; nothing was written",
                order.key, other.file
            )));
        }
        if let Some(other) = self.reservation(file)?.filter(|reservation| reservation.key != order.key) {
            return Err(Error::refused(format_args!(
                "'{}' belongs to statement '{}', not to '{}'; nothing was written",
                path.display(),
                other.key,
                order.key
            )));
        }
        let ours = |content: &[u8]| match &known {
            Some(Record { state: State::Done, .. }) => true,
            Some(record) => sha256(content) == record.sha256,
            None => order.bytes.starts_with(content),
        };
        let (there, same) = match self.look(&path)? {
            Found::Nothing => (false, false),
            Found::File(content) if content == order.bytes => (true, true),
            Found::File(content) if ours(&content) => (true, false),
            Found::File(_) | Found::Other => return Err(self.foreign(order.key, file)),
        };
        self.prepare()?;
        let document = self.stage(order.key, order.bytes)?;
        self.reached(Step::Staged)?;
        let record = self.restore(order, file, known)?;
        self.reached(Step::Done)?;
        if there && !same {
            self.replace(document, &path)?;
        } else if !there && self.publish(document, &path)? {
            self.sync(&path)?;
        } else if !matches!(self.look(&path)?, Found::File(content) if content == order.bytes) {
            return Err(self.foreign(order.key, file));
        }
        self.clean(order.key);
        Ok(record)
    }

    /// Puts back what the records lack: whose the name is, and that the document is done.
    fn restore(&self, order: &Order<'_>, file: &str, known: Option<Record>) -> Result<Record, Error> {
        if !self.reserve(order.key, file)? && self.reservation(file)?.is_some_and(|other| other.key != order.key) {
            return Err(self.foreign(order.key, file));
        }
        match known {
            Some(record) if record.state == State::Done => Ok(record),
            Some(_) => {
                let record = order.record(file.to_owned(), State::Done);
                self.record_replace(order.key, self.record_stage(&record)?)?;
                Ok(record)
            }
            None => {
                let record = order.record(file.to_owned(), State::Done);
                if self.record_create(&record)? {
                    return Ok(record);
                }
                match self.known(order.key, order.digest)? {
                    Some(other) if other.file == file => Ok(other),
                    _ => Err(self.foreign(order.key, file)),
                }
            }
        }
    }

    fn foreign(&self, key: &str, file: &str) -> Error {
        Error::refused(format_args!(
            "'{}' is not known to be the document of statement '{key}', so it is left alone; move it away, then do the same again",
            self.document(file).display()
        ))
    }
}
