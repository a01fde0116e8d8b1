//! What was noticed of a tenant's metering that no line of its bill tells: usage that nothing charges, and
//! resources that were charged for less than they seem to be.
//!
//! It fails nobody and changes no bill. It is there so that nothing is left out in silence.

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet};

use artifice_model::Period;
use artifice_model::aggregate::{Aggregate, Entry, Evidence, Implausible, Implausibles, MaxGap, Outcome, Short};

/// How many things of one kind a warning names.
const NAMED: usize = 5;
/// How many different uncharged meters of a tenant are told apart.
const MOST_METERS: usize = 100;
/// How many unmapped hosts of a tenant are told apart.
const MOST_HOSTS: usize = 100;
/// Meters that every instance has: where there is one of them, there are instances.
const OF_INSTANCES: [&str; 2] = ["cpu", "vcpus"];
/// What an uncharged meter takes beside its name, in bytes.
const A_METER: usize = 64;
/// A meter's name longer than this is not kept, in bytes.
const LONGEST_NAME: usize = 255;

/// What was noticed of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Meters of which there is metering and no entry.
    pub unmapped: Meters,
    /// Samples inside the period, by meter, that no entry of the meter accepts (`match:`).
    pub refused: BTreeMap<String, Resources>,
    /// Samples inside the period, by entry, that have nothing of what the entry's service is made of.
    pub without_service: BTreeMap<String, Resources>,
    /// Resources, by entry, that were charged for less than half of the time they are known to exist.
    pub short: BTreeMap<String, Shorts>,
    /// Resources, by entry, of which no sample names its event, though the entry's samples hold without an end because
    /// events would tell it. A bill of them is held.
    pub unannounced: BTreeMap<String, Named>,
    /// Resources, by entry, that are charged by a hold without an end, and were not heard of for long.
    pub unheard: BTreeMap<String, Named>,
    /// Readings, by entry, that are charged though they are implausible. A bill of them is held.
    pub implausible: BTreeMap<String, Readings>,
    /// Readings, by entry, that were left out because they are implausible.
    pub left_out: BTreeMap<String, Readings>,
    /// Resources, by entry, whose counters went down altogether: they are charged as 0.
    pub below_zero: BTreeMap<String, Named>,
    /// Resources, by entry, whose samples are in two units of one family.
    pub units: BTreeMap<String, Named>,
    /// What the source has nothing of any more, by meter, though there was something. A bill of that is held.
    pub lost: BTreeMap<String, Lost>,
    /// Messages, by meter, that came with two values.
    pub contradicted: BTreeMap<String, Resources>,
    /// Hosts that nothing maps to a location, though others are mapped.
    pub hosts: BTreeSet<String>,
    /// The entry that should have found instances, where other meters say that there are some.
    pub without_instances: Option<String>,
    /// Entries with a sample that names its event.
    pub(crate) announced: BTreeSet<String>,
}

/// Resources, some of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// How many.
    pub count: u64,
    /// Some, with what is to be said of each.
    pub some: Vec<String>,
}

/// What a source has nothing of any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The resources.
    pub resources: Named,
    /// From the first instant of which something is lost to the last.
    pub time: Period,
}

/// Implausible readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    /// How many.
    pub count: u64,
    /// Some, each with its resource.
    pub some: Vec<(String, Implausible)>,
}

/// Meters, and how many samples each has inside the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meters {
    /// By name; 0 where only the meter is known and nobody counted.
    pub samples: BTreeMap<String, u64>,
    /// Samples of further meters, when there are too many to tell apart.
    pub others: u64,
}

/// Resources, with the number of their samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// How many resources.
    pub count: u64,
    /// How many samples they have together.
    pub samples: u64,
    /// The ids of some.
    pub some: Vec<String>,
}

/// Resources that were charged for short.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shorts {
    /// How long their samples hold at most; `None` where they are charged by slices.
    pub max_gap: Option<MaxGap>,
    /// How many resources.
    pub count: u64,
    /// Some of them, with what is known.
    pub some: Vec<(String, Short)>,
}

impl Noticed {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Noticed::default()
    }

    /// What came of a series.
    pub(crate) fn takes(&mut self, entry: &Entry, resource: &str, outcome: &Outcome) {
        if entry.holds_without_end() {
            if outcome.announced > 0 {
                self.announced.insert(entry.id.clone());
            } else if outcome.unannounced > 0 {
                self.unannounced.entry(entry.id.clone()).or_default().add(resource.to_owned());
            }
        }
        if let Some(at) = outcome.unheard {
            let unheard = self.unheard.entry(entry.id.clone()).or_default();
            unheard.add(format!("{resource} (last heard of at {at})"));
        }
        if outcome.below_zero > 0 {
            self.below_zero.entry(entry.id.clone()).or_default().add(resource.to_owned());
        }
        if let Some((one, other)) = &outcome.units {
            let units = self.units.entry(entry.id.clone()).or_default();
            units.add(format!("{resource} ('{one}' and then '{other}')"));
        }
        if !outcome.left_out.is_empty() {
            self.left_out.entry(entry.id.clone()).or_default().add(resource, &outcome.left_out);
        }
        for Evidence { implausible, .. } in outcome.volumes.iter().map(|volume| &volume.evidence) {
            if !implausible.is_empty() {
                self.implausible.entry(entry.id.clone()).or_default().add(resource, implausible);
            }
        }
        for host in &outcome.unmapped {
            if self.hosts.len() < MOST_HOSTS {
                self.hosts.insert(host.to_string());
            }
        }
    }

    /// Everything of the tenant has been taken.
    pub(crate) fn settle(&mut self) {
        let Noticed { announced, unannounced, .. } = self;
        unannounced.retain(|entry, _| !announced.contains(entry));
        announced.clear();
    }

    /// A resource of which some messages came with two values.
    pub(crate) fn contradicts(&mut self, meter: &str, resource: &str, messages: u64) {
        self.contradicted.entry(meter.to_owned()).or_default().add(resource, messages);
    }

    /// A resource of which some samples were refused by every entry of its meter.
    pub(crate) fn refuses(&mut self, meter: &str, resource: &str, samples: u64) {
        self.refused.entry(meter.to_owned()).or_default().add(resource, samples);
    }

    /// A resource of which some samples have no service.
    pub(crate) fn lacks_service(&mut self, entry: &str, resource: &str, samples: u64) {
        self.without_service.entry(entry.to_owned()).or_default().add(resource, samples);
    }

    /// A resource that was charged for short.
    pub(crate) fn falls_short(&mut self, entry: &Entry, resource: &str, short: Short) {
        let shorts = self.short.entry(entry.id.clone()).or_default();
        let is_held = matches!(entry.aggregate, Aggregate::Integral | Aggregate::Uptime);
        shorts.max_gap = is_held.then_some(entry.max_gap);
        shorts.count += 1;
        if shorts.some.len() < NAMED {
            shorts.some.push((resource.to_owned(), short));
        }
    }
}

impl Meters {
    /// Counts a sample; or only the meter, where nobody counts its samples.
    /// `room` is for how many more bytes there is room.
    pub(crate) fn add(&mut self, meter: &str, is_sample: bool, room: &mut usize) {
        let count = u64::from(is_sample);
        let left = room.checked_sub(A_METER + meter.len());
        if let Some(samples) = self.samples.get_mut(meter) {
            *samples += count;
        } else if let Some(left) = left.filter(|_| self.samples.len() < MOST_METERS && meter.len() <= LONGEST_NAME) {
            *room = left;
            self.samples.insert(meter.to_owned(), count);
        } else {
            self.others += count;
        }
    }

    /// Whether there are meters that only instances have.
    pub(crate) fn say_instances_exist(&self) -> bool {
        OF_INSTANCES.iter().any(|meter| self.samples.contains_key(*meter))
    }
}

impl Named {
    fn add(&mut self, name: String) {
        self.count += 1;
        if self.some.len() < NAMED {
            self.some.push(name);
        }
    }
}

impl Lost {
    /// Something of a resource is lost.
    pub(crate) fn add(all: &mut BTreeMap<String, Lost>, meter: &str, resource: &str, time: Period) {
        let lost = match all.entry(meter.to_owned()) {
            Place::Occupied(lost) => lost.into_mut(),
            Place::Vacant(place) => place.insert(Lost { resources: Named::default(), time }),
        };
        let (start, end) = (lost.time.start().min(time.start()), lost.time.end().max(time.end()));
        lost.time = Period::new(start, end).unwrap_or(lost.time);
        lost.resources.add(resource.to_owned());
    }
}

impl Readings {
    fn add(&mut self, resource: &str, more: &Implausibles) {
        self.count += more.count;
        // One of each resource.
        if self.some.len() < NAMED {
            self.some.extend(more.some.first().map(|reading| (resource.to_owned(), reading.clone())));
        }
    }
}

impl Resources {
    fn add(&mut self, resource: &str, samples: u64) {
        self.count += 1;
        self.samples = self.samples.saturating_add(samples);
        if self.some.len() < NAMED {
            self.some.push(resource.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut meters = Meters::default();
        let mut room = usize::MAX;
        for number in 0..1000 {
            meters.add(&format!("meter-{number}"), true, &mut room);
        }
        meters.add(&"x".repeat(1000), true, &mut room);
        assert_eq!((meters.samples.len(), meters.others), (MOST_METERS, 1001 - 100));

        let (mut few, mut room) = (Meters::default(), 10 * (A_METER + 7));
        for number in 100..200 {
            few.add(&format!("room{number}"), true, &mut room);
        }
        few.add("room100", true, &mut room);
        assert_eq!((few.samples.len(), few.samples["room100"], few.others, room), (10, 2, 90, 0));
    }
}
