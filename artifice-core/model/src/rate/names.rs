//! The names file: what people call the services.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::pipe;
use crate::position::Mistake;

/// What people call the services: `internal name | name people read`.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: HashMap<String, String>,
    /// The other way round: the services that people call so, in order.
    services: HashMap<String, Vec<String>>,
}

impl Names {
    /// Names by internal names.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let names: HashMap<String, String> = pairs.into_iter().collect();
        let mut services: HashMap<String, Vec<String>> = HashMap::new();
        for (service, name) in &names {
            services.entry(name.clone()).or_default().push(service.clone());
        }
        services.values_mut().for_each(|called| called.sort_unstable());
        Names { names, services }
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
        if mistakes.is_empty() { Ok(Names::new(names)) } else { Err(pipe::first(mistakes)) }
    }

    /// The internal names of the services that people call so, in order.
    pub fn services_called(&self, name: &str) -> impl Iterator<Item = &str> {
        self.services.get(name).into_iter().flatten().map(String::as_str)
    }

    /// What people call a service: its own name, where the file has no other.
    pub fn of<'a>(&'a self, service: &'a str) -> &'a str {
        self.names.get(service).map_or(service, String::as_str)
    }
}
