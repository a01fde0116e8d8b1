//! What was committed, according to the records.

use std::fs;
use std::ops::ControlFlow;

use artifice_plugin_api::Error;

use crate::record::{Record, State};
use crate::store::{Store, failed, read};

impl Store {
    /// Hands over the records of all committed documents, one by one, until `each` breaks off. Changes nothing.
    /// A document that people moved or deleted still counts, as it does for `find`, which says what became of it.
    pub fn committed(&self, each: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), Error> {
        let directory = self.keys();
        // No records may mean that nothing was ever committed, or that they are lost or not mounted.
        if !self.stands(&directory)? {
            return Err(Error::unknown(format_args!(
                "there are no records in '{}', so nobody can say which documents were committed; mount or restore them from a \
                 backup (if no document was ever committed there, nothing is missing)",
                directory.display()
            )));
        }
        for entry in fs::read_dir(&directory).map_err(|error| failed("read", &directory, &error))? {
            let path = entry.map_err(|error| failed("read", &directory, &error))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let record: Record = read(&path)?.ok_or_else(|| {
                Error::unknown(format_args!("the record '{}' vanished; find out who removes records", path.display()))
            })?;
            // A copy of a record, which no key leads to: what it says may be long past.
            if self.record_path(&record.key) != path {
                return Err(Error::unknown(format_args!(
                    "the record '{}' is that of statement '{}', which belongs into '{}'; repair the records in .artifice",
                    path.display(),
                    record.key,
                    self.record_path(&record.key).display()
                )));
            }
            if (record.state == State::Done || self.is_published(&record)?) && each(record).is_break() {
                break;
            }
        }
        Ok(())
    }
}
