//! Numbers of series: small integers that stand for what is billed in every key.

use std::collections::HashMap;

use artifice_model::statement::Usage;

/// What makes a series, beside the tenant: resource, entry, service, location.
pub(crate) type SeriesKey<'a> = (&'a str, &'a str, &'a str, &'a str);

/// A series as it is stored: its number and its key.
pub(crate) type SeriesRow = (i64, String, String, String, String);

/// A tenant's series: those that are stored, and those that a statement adds.
pub(crate) struct Numbers<'u> {
    numbers: HashMap<SeriesKey<'u>, i64>,
    /// Those that are not stored yet.
    pub new: Vec<(i64, SeriesKey<'u>)>,
}

impl<'u> Numbers<'u> {
    /// The numbers of all of a tenant's usage: those in `known`, then the next ones, the first of all
    /// being `after` + 1.
    pub fn of(usage: &'u [Usage], known: &[SeriesRow], after: i64) -> Self {
        let mut next = known.iter().map(|row| row.0).max().unwrap_or(after);
        let known: HashMap<SeriesKey<'_>, i64> = known
            .iter()
            .map(|(number, resource, entry, service, location)| {
                ((&**resource, &**entry, &**service, &**location), *number)
            })
            .collect();
        let (mut numbers, mut new) = (HashMap::with_capacity(usage.len()), Vec::new());
        for usage in usage {
            let key = key(usage);
            numbers.entry(key).or_insert_with(|| {
                known.get(&key).copied().unwrap_or_else(|| {
                    next += 1;
                    new.push((next, key));
                    next
                })
            });
        }
        Numbers { numbers, new }
    }

    /// The number of a usage's series, which is one of those that this was made of.
    pub fn number(&self, usage: &Usage) -> Option<i64> {
        self.numbers.get(&key(usage)).copied()
    }
}

fn key(usage: &Usage) -> SeriesKey<'_> {
    (&usage.resource_id, &usage.entry, &usage.service, &usage.location)
}
