//! One ERP for a run: its client, the settings, and what was found out about it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use artifice_plugin_api::Error;

use crate::client::{Client, Clock};
use crate::dialect::Dialect;
use crate::settings::Checked;
use crate::wire::Answer;

/// One ERP for a run, shared by all threads.
pub struct Erp {
    /// Who is asked.
    pub client: Client,
    /// The settings.
    pub settings: Checked,
    dialect: OnceLock<Arc<Dialect>>,
    known: Mutex<HashMap<String, Answer>>,
}

impl Erp {
    /// An ERP that nobody has asked yet.
    pub fn new(settings: Checked, client: Client) -> Self {
        Erp { client, settings, dialect: OnceLock::new(), known: Mutex::new(HashMap::new()) }
    }

    /// What documents are called there.
    pub fn dialect(&self, clock: Clock) -> Result<Arc<Dialect>, Error> {
        let session = self.client.session(clock)?;
        let plain = &self.settings.plain;
        let made = || Arc::new(Dialect::of(session.major, plain.document, &plain.fields));
        Ok(self.dialect.get_or_init(made).clone())
    }

    /// What was found before under a name, or is found now. What fails is asked for again.
    pub fn known(&self, name: String, find: impl FnOnce() -> Result<Answer, Error>) -> Result<Answer, Error> {
        if let Some(known) = self.all_known().get(&name) {
            return Ok(known.clone());
        }
        // Not under the lock: others go on meanwhile, and the same may be asked for twice.
        let found = find()?;
        self.all_known().insert(name, found.clone());
        Ok(found)
    }

    fn all_known(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A record's id.
pub fn id_of(record: &Answer) -> Result<i64, Error> {
    let no_id = || Error::refused("the ERP answers a record without an id; is it Odoo?");
    record.get("id").and_then(Answer::int).ok_or_else(no_id)
}
