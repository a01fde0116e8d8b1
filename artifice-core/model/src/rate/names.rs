//! The names file: what people call the services.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::pipe;
use crate::position::Mistake;

/// What people call the services: `internal name | name people read`.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// Names by internal names.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Names(pairs.into_iter().collect())
    }

    /// Reads a names file; `file` is what mistakes call it. All mistakes are reported.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut names = HashMap::new();
        for row in pipe::rows(file, text, ["internal name", "name people read"], &mut mistakes) {
            let [(internal, at), (name, _)] = row.fields;
            match names.entry(internal) {
                Entry::Vacant(free) => {
                    free.insert(name);
                }
                Entry::Occupied(taken) => {
                    let what = format!("'{}' has a name already; keep one of the two rows", taken.key());
                    mistakes.push(Mistake { at, what });
                }
            }
        }
        if mistakes.is_empty() { Ok(Names(names)) } else { Err(mistakes) }
    }

    /// The internal names of the services that people call so, in order.
    pub fn services_called(&self, name: &str) -> impl Iterator<Item = &str> {
        let mut all: Vec<&str> =
            self.0.iter().filter(|(_, called)| *called == name).map(|(service, _)| service.as_str()).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// What people call a service: its own name, where the file has no other.
    pub fn of<'a>(&'a self, service: &'a str) -> &'a str {
        self.0.get(service).map_or(service, String::as_str)
    }
}
