//! What of a source is kept: samples of charged meters, of the tenants and times asked for.

use std::collections::BTreeSet;

use artifice_model::aggregate::Entry;
use artifice_model::sample::MessageId;
use artifice_model::{Period, TenantId, Timestamp};
use hashbrown::HashMap;

use crate::noticed::{Meters, Noticed};
use crate::sort::{Incoming, SortError, Sorter};
use crate::sources::file::{FileError, Refusal};
use crate::wire::{KeySet, WireSample, metadata_lines, read_metadata};
use crate::{CollectError, Request, Seen};

/// Takes samples one by one, in any order.
pub(crate) struct Intake<'a> {
    /// Charged meters, with what is read of their samples.
    meters: HashMap<&'a str, Meter>,
    period: Period,
    tenants: Option<&'a BTreeSet<TenantId>>,
    keep_metadata: bool,
    /// The last tenant that is done already, if this is not the first reading.
    done: Option<TenantId>,
    seen: Seen,
    /// Samples that nothing charges, by tenant and meter; `None` if nobody wants to know.
    unmapped: Option<HashMap<TenantId, Meters>>,
    sorter: Sorter,
    /// A temporary file failed: not the source's mistake, though it ended the reading.
    failed: Option<SortError>,
}

/// What was taken.
pub(crate) struct Taken {
    pub sorter: Sorter,
    pub seen: Seen,
    /// What nothing charges, by tenant.
    pub noticed: std::collections::HashMap<TenantId, Noticed>,
}

/// For how many tenants uncharged samples are counted: the memory for it is bounded.
const MOST_TENANTS: usize = 20_000;

struct Meter {
    /// The first instant from which a sample can matter.
    start: Timestamp,
    keys: KeySet,
}

impl<'a> Intake<'a> {
    pub fn new(request: Request<'a>, keep_metadata: bool, done: Option<TenantId>) -> Self {
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
            period: request.period,
            tenants: request.tenants,
            keep_metadata,
            done,
            seen: Seen::default(),
            unmapped: request.notice_unmapped.then(HashMap::new),
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
            self.seen.tenants.insert(tenant.into());
        }
        let Some(meter) = meter else {
            self.pass_over(tenant, wire);
            return Ok(());
        };
        let at = wire.at().map_err(refusal)?;
        if !self.wants(tenant) || at < meter.start || at >= self.period.end() {
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

    fn wants(&self, tenant: &str) -> bool {
        self.tenants.is_none_or(|tenants| tenants.contains(tenant))
            && self.done.as_deref().is_none_or(|done| done < tenant)
    }

    /// Counts a sample that nothing charges, if it lies in the period. Most samples of a cloud are such, so
    /// nothing more is read of it, and what is wrong with it is nobody's concern.
    fn pass_over(&mut self, tenant: &str, wire: &WireSample<'_>) {
        if self.unmapped.is_none() || !self.wants(tenant) || !wire.at().is_ok_and(|at| self.period.contains(at)) {
            return;
        }
        let Some(unmapped) = &mut self.unmapped else { return };
        let has_room = unmapped.len() < MOST_TENANTS;
        if let Some(meters) = unmapped.get_mut(tenant) {
            meters.add(&wire.meter);
        } else if has_room {
            unmapped.entry(tenant.into()).or_default().add(&wire.meter);
        }
    }

    /// Ends the reading, which went as `read` says.
    pub fn finish(self, read: Result<(), FileError>) -> Result<Taken, CollectError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        read?;
        let unmapped = self.unmapped.unwrap_or_default().into_iter();
        let noticed = unmapped.map(|(tenant, unmapped)| (tenant, Noticed { unmapped, ..Noticed::default() }));
        Ok(Taken { sorter: self.sorter, seen: self.seen, noticed: noticed.collect() })
    }
}

fn refusal(why: impl ToString) -> Refusal {
    Refusal::new(why.to_string())
}
