//! What of a source is kept: samples of charged meters, of the tenants and times asked for.

use std::collections::BTreeSet;

use artifice_model::Timestamp;
use artifice_model::aggregate::Entry;
use artifice_model::sample::MessageId;
use hashbrown::HashMap;

use super::file::{FileError, Refusal};
use super::sort::{Incoming, SortError, Sorter};
use super::wire::{KeySet, WireSample, metadata_lines, read_metadata};
use super::{CollectError, Request, Seen};

/// Takes samples one by one, in any order.
pub(super) struct Intake<'a> {
    /// Charged meters, with what is read of their samples.
    meters: HashMap<&'a str, Meter>,
    end: Timestamp,
    tenants: Option<&'a BTreeSet<String>>,
    keep_metadata: bool,
    /// The last tenant that is done already, if this is not the first reading.
    done: Option<String>,
    seen: Seen,
    sorter: Sorter,
    /// A temporary file failed: not the source's mistake, though it ended the reading.
    failed: Option<SortError>,
}

struct Meter {
    /// The first instant from which a sample can matter.
    start: Timestamp,
    keys: KeySet,
}

impl<'a> Intake<'a> {
    pub fn new(request: Request<'a>, keep_metadata: bool, done: Option<String>) -> Self {
        let mut entries: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for entry in request.entries {
            entries.entry(&entry.meter).or_default().push(entry);
        }
        let start = |entry: &&Entry| {
            let reach_us = if entry.aggregate.looks_back() { entry.max_gap.micros() } else { 0 };
            request.period.start().plus(-reach_us)
        };
        let meter = |entries: Vec<&Entry>| Meter {
            start: entries.iter().map(start).min().unwrap_or(request.period.start()),
            keys: entries.iter().flat_map(|entry| entry.keys()).collect(),
        };
        Intake {
            meters: entries.into_iter().map(|(name, entries)| (name, meter(entries))).collect(),
            end: request.period.end(),
            tenants: request.tenants,
            keep_metadata,
            done,
            seen: Seen::default(),
            sorter: Sorter::new(request.memory_bytes),
            failed: None,
        }
    }

    /// The charged meters, each with the first instant from which a sample can matter.
    pub fn meters(&self) -> impl Iterator<Item = (&'a str, Timestamp)> {
        self.meters.iter().map(|(name, meter)| (*name, meter.start))
    }

    /// Takes the next sample.
    pub fn take(&mut self, wire: &WireSample<'_>) -> Result<(), Refusal> {
        let meter = self.meters.get(wire.meter.as_ref());
        let Some(tenant) = wire.tenant.as_deref().filter(|tenant| !tenant.is_empty()) else {
            self.seen.without_tenant += u64::from(meter.is_some());
            return Ok(());
        };
        if self.tenants.is_some_and(|tenants| tenants.contains(tenant)) && !self.seen.tenants.contains(tenant) {
            self.seen.tenants.insert(tenant.to_owned());
        }
        let Some(meter) = meter else { return Ok(()) };
        let at = wire.at().map_err(refusal)?;
        let wanted = self.tenants.is_none_or(|tenants| tenants.contains(tenant))
            && self.done.as_deref().is_none_or(|done| done < tenant);
        if !wanted || at < meter.start || at >= self.end {
            return Ok(());
        }
        let volume = wire.volume().map_err(refusal)?;
        let metadata = read_metadata(wire.metadata, &meter.keys).map_err(refusal)?;
        let lines = if self.keep_metadata { Some(metadata_lines(wire.metadata).map_err(refusal)?) } else { None };
        let incoming = Incoming {
            tenant,
            resource: &wire.resource,
            meter: &wire.meter,
            at,
            message_id: MessageId::new(wire.message_id()),
            volume,
            unit: &wire.unit,
            metadata: &metadata,
            metadata_lines: lines,
        };
        self.sorter.add(incoming).map_err(|error| {
            let refused = refusal(&error);
            self.failed = Some(error);
            refused
        })
    }

    /// Ends the reading, which went as `read` says.
    pub fn finish(self, read: Result<(), FileError>) -> Result<(Sorter, Seen), CollectError> {
        match self.failed {
            Some(error) => Err(error.into()),
            None => Ok(read.map(|()| (self.sorter, self.seen))?),
        }
    }
}

fn refusal(why: impl ToString) -> Refusal {
    Refusal::new(why.to_string())
}
