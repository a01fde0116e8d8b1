//! What of a source is kept: samples of charged meters, of the tenants and times asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use artifice_model::aggregate::{Entry, INSTANCE};
use artifice_model::sample::{MessageId, SeriesKey};
use artifice_model::{Decimal, Period, TenantId, Timestamp};
use hashbrown::HashMap;

use crate::headway::Samples;
use crate::limits::UNMAPPED_BYTES;
use crate::metadata::Read;
use crate::noticed::{Lost, Meters, Noticed};
use crate::owners::Owners;
use crate::request::{Request, Seen};
use crate::series::{Charging, Series};
use crate::sink::{Incoming, Interest, Point, Says, SeriesId, Sink, Stop};
use crate::sort::{Sorter, Unsorted};
use crate::source::{Wanted, WantedMeter};

/// The sink of all sources: samples go to the sorter, points to their series.
pub(crate) struct Intake<'a> {
    request: Request<'a>,
    wanted: &'a Wanted,
    /// Points of series in order.
    points: Samples<'a>,
    /// Places of charged meters.
    meters: HashMap<&'a str, usize>,
    tenants: Option<&'a BTreeSet<TenantId>>,
    /// The last tenant that is done already, if this is not the first reading.
    done: Option<TenantId>,
    seen: Seen,
    /// Samples that nothing charges, by tenant and meter; `None` if nobody wants to know.
    unmapped: Option<HashMap<TenantId, Meters>>,
    /// How much more their names may take, in bytes.
    unmapped_room: usize,
    sorter: Sorter,
    owners: Owners,
    doubted: BTreeSet<TenantId>,
    entries: Vec<Charging<'a>>,
    /// What is lost of series in order, by meter.
    lost: BTreeMap<String, Lost>,
    /// Whom series in order are of.
    tenant: Option<&'a TenantId>,
    ordered: Vec<Series<'a>>,
    /// For each meter, the series in order that are open, by resource.
    open: Vec<HashMap<Box<str>, SeriesId>>,
}

/// What was taken.
pub(crate) struct Taken<'a> {
    /// Samples in any order, those of tenants among them who are not wanted: they say whose a resource was.
    pub sorter: Sorter,
    pub owners: Owners,
    /// Of whom nothing counts: what was shown is not all.
    pub doubted: BTreeSet<TenantId>,
    /// The last tenant that is done already, if this is not the first reading.
    pub done: Option<TenantId>,
    /// Series that came in order.
    pub ordered: Vec<Series<'a>>,
    pub entries: Vec<Charging<'a>>,
}

impl Taken<'_> {
    /// How many tenants have samples that were taken, where that can be told.
    pub fn tenants(&self, request: Request<'_>) -> Option<usize> {
        self.sorter.tenants(&|tenant| {
            request.tenants.is_none_or(|tenants| tenants.contains(tenant))
                && self.done.as_ref().is_none_or(|done| done < tenant)
        })
    }
}

/// What a tenant takes whose uncharged samples are counted, beside its id, in bytes.
const A_TENANT: usize = 512;

impl Wanted {
    /// What a request wants of a source.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        let mut entries: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for entry in request.entries {
            entries.entry(&entry.meter).or_default().push(entry);
        }
        let start = |entry: &&Entry| {
            let reach_us = if entry.aggregate.looks_back() { entry.max_gap.micros() } else { 0 };
            request.period.start().plus(-reach_us)
        };
        let meter = |(name, entries): (&str, Vec<&Entry>)| WantedMeter {
            name: name.to_owned(),
            from: entries.iter().map(start).min().unwrap_or(request.period.start()),
            keys: entries.iter().flat_map(|entry| entry.keys()).collect(),
            aggregates: entries.iter().map(|entry| entry.aggregate).collect::<BTreeSet<_>>().into_iter().collect(),
            owners_matter: entries.iter().any(|entry| entry.holds_without_end()),
        };
        let mut meters: Vec<WantedMeter> = entries.into_iter().map(meter).collect();
        meters.sort_by(|one, other| one.name.cmp(&other.name));
        Wanted {
            period: request.period,
            meters,
            tenants: request.tenants.cloned(),
            known: request.known.clone(),
            skip: request.skip.clone(),
            whole_metadata: false,
            notice_unmapped: request.notice_unmapped,
        }
    }
}

impl<'a> Intake<'a> {
    /// Takes from all tenants, behind `done` if some are.
    pub fn of_all(request: Request<'a>, wanted: &'a Wanted, done: Option<TenantId>) -> Self {
        Intake {
            request,
            wanted,
            points: Samples::of(request.headway),
            meters: wanted.meters.iter().enumerate().map(|(place, meter)| (meter.name.as_str(), place)).collect(),
            tenants: request.tenants,
            done,
            seen: Seen::default(),
            unmapped: request.notice_unmapped.then(HashMap::new),
            unmapped_room: UNMAPPED_BYTES,
            sorter: Sorter::new(request.memory_bytes),
            owners: Owners::default(),
            doubted: BTreeSet::new(),
            entries: Charging::all(request),
            lost: BTreeMap::new(),
            tenant: None,
            ordered: Vec::new(),
            open: wanted.meters.iter().map(|_| HashMap::new()).collect(),
        }
    }

    /// Takes from one tenant.
    pub fn of_one(request: Request<'a>, wanted: &'a Wanted, tenant: &'a TenantId) -> Self {
        Intake { tenant: Some(tenant), ..Intake::of_all(request, wanted, None) }
    }

    /// Ends the reading: what was taken, what was seen, and what was noticed, by tenant.
    pub fn finish(self) -> (Taken<'a>, Seen, std::collections::HashMap<TenantId, Noticed>) {
        let without_instances = self.request.entries.iter().find(|entry| entry.meter == INSTANCE);
        let noticed = |(tenant, unmapped): (TenantId, Meters)| {
            let without_instances = without_instances.filter(|_| unmapped.say_instances_exist());
            let without_instances = without_instances.map(|entry| entry.id.clone());
            (tenant, Noticed { unmapped, without_instances, ..Noticed::default() })
        };
        let mut noticed: std::collections::HashMap<TenantId, Noticed> =
            self.unmapped.unwrap_or_default().into_iter().map(noticed).collect();
        if let Some(tenant) = self.tenant.filter(|_| !self.lost.is_empty()) {
            noticed.entry(tenant.clone()).or_default().lost = self.lost;
        }
        let Intake { sorter, owners, doubted, done, ordered, entries, seen, .. } = self;
        let taken = Taken { sorter, owners, doubted, done, ordered, entries };
        (taken, seen, noticed)
    }

    fn take(&mut self, sample: Incoming<'_>) -> Result<(), Stop> {
        let Incoming { tenant, resource, meter, at, message_id, volume, unit, metadata, metadata_lines } = sample;
        let Some(WantedMeter { name: meter, owners_matter, .. }) = self.wanted.meters.get(meter) else { return Ok(()) };
        // Where whole metadata is wanted, none is as good as any: a source without it is not read for ever.
        let metadata_lines = metadata_lines.or_else(|| self.wanted.whole_metadata.then(Box::default));
        let unsorted = Unsorted { tenant, resource, meter, at, message_id, volume, unit, metadata, metadata_lines };
        if self.sorter.add(unsorted)? && *owners_matter {
            self.owners.see(tenant, resource, meter);
        }
        Ok(())
    }

    fn wants(&self, tenant: &str) -> bool {
        self.tenants.is_none_or(|tenants| tenants.contains(tenant))
            && self.done.as_deref().is_none_or(|done| done < tenant)
    }
}

impl Sink for Intake<'_> {
    fn interest(&mut self, tenant: Option<&str>, meter: &str) -> Interest {
        let place = self.meters.get(meter).copied();
        let Some(tenant) = tenant.filter(|tenant| !tenant.is_empty()) else {
            self.seen.without_tenant += u64::from(place.is_some());
            return Interest::Pass;
        };
        self.seen(tenant);
        match place {
            Some(place) if self.wants(tenant) => Interest::Take(place),
            // Only where everybody is shown it can be told whose a resource was.
            Some(place) if self.tenant.is_none() && self.wanted.meters[place].owners_matter => Interest::Owner(place),
            Some(_) => Interest::Pass,
            None if self.unmapped.is_some() && self.wants(tenant) => Interest::Count,
            None => Interest::Pass,
        }
    }

    fn seen(&mut self, tenant: &str) {
        if self.tenants.is_some_and(|tenants| tenants.contains(tenant)) && !self.seen.tenants.contains(tenant) {
            self.seen.tenants.insert(tenant.into());
        }
    }

    /// Counts a sample that nothing charges, if it lies in the period. Most samples of a cloud are such, so
    /// nothing more is read of it, and what is wrong with it is nobody's concern.
    fn passed(&mut self, tenant: &str, meter: &str, at: Option<Timestamp>) {
        let Some(unmapped) = &mut self.unmapped else { return };
        if at.is_some_and(|at| !self.request.period.contains(at)) {
            return;
        }
        let room = &mut self.unmapped_room;
        if let Some(meters) = unmapped.get_mut(tenant) {
            meters.add(meter, at.is_some(), room);
        } else if let Some(left) = room.checked_sub(A_TENANT + tenant.len()) {
            *room = left;
            unmapped.entry(tenant.into()).or_default().add(meter, at.is_some(), room);
        }
    }

    fn owner(&mut self, tenant: &str, resource: &str, meter: usize, at: Timestamp) -> Result<(), Stop> {
        let nothing = Read::default();
        let (message_id, volume, unit, metadata_lines) = (MessageId::None, Decimal::ZERO, "", None);
        let metadata = &nothing;
        self.take(Incoming { tenant, resource, meter, at, message_id, volume, unit, metadata, metadata_lines })
    }

    fn doubt(&mut self, tenant: &str) {
        self.doubted.insert(tenant.into());
    }

    fn lost(&mut self, resource: &str, meter: usize, time: Period) {
        if let Some(WantedMeter { name, .. }) = self.wanted.meters.get(meter) {
            Lost::add(&mut self.lost, name, resource, time);
        }
    }

    fn sample(&mut self, sample: Incoming<'_>) -> Result<(), Stop> {
        self.take(sample)
    }

    fn series(&mut self, resource: &str, meter: usize) -> Result<SeriesId, Stop> {
        let (Some(tenant), Some(WantedMeter { name, .. }), Some(open)) =
            (self.tenant, self.wanted.meters.get(meter), self.open.get_mut(meter))
        else {
            return Err(Stop::ManyTenants);
        };
        if let Some(id) = open.get(resource) {
            return Ok(*id);
        }
        let key = SeriesKey { tenant: tenant.clone(), resource: resource.into(), meter: name.as_str().into() };
        let id = SeriesId(self.ordered.len());
        self.ordered.push(Series::new(key, self.request, &self.entries, &Arc::default()));
        open.insert(resource.into(), id);
        Ok(id)
    }

    fn points(&mut self, series: SeriesId, says: &Says, points: &[Point]) -> Result<(), Stop> {
        if self.request.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.points.add(points.len());
        match self.ordered.get_mut(series.0) {
            Some(series) => series.points(says, points, self.request),
            None => Err(Stop::ManyTenants),
        }
    }
}
