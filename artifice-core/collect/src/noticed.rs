//! What was noticed of a tenant's metering that no line of its bill tells: usage that nothing charges, and
//! resources that were charged for less than they seem to be.
//!
//! It fails nobody and changes no bill. It is there so that nothing is left out in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use artifice_model::aggregate::{Entry, Evidence, Implausible, Implausibles, Outcome, Short};
use artifice_model::time::HOUR_US;

/// How many things of one kind a warning names.
const NAMED: usize = 5;
/// How many different uncharged meters of a tenant are told apart.
const MOST_METERS: usize = 100;
/// How many unmapped hosts of a tenant are told apart.
const MOST_HOSTS: usize = 100;
/// Meters that every instance has: where there is one of them, there are instances.
const OF_INSTANCES: [&str; 2] = ["cpu", "vcpus"];
/// A meter's name longer than this is not kept, in bytes.
const LONGEST_NAME: usize = 255;

/// What was noticed of a tenant. Printed, it is a line of text for each kind.
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
    pub(crate) fn falls_short(&mut self, entry: &str, resource: &str, short: Short) {
        let shorts = self.short.entry(entry.to_owned()).or_default();
        shorts.count += 1;
        if shorts.some.len() < NAMED {
            shorts.some.push((resource.to_owned(), short));
        }
    }
}

impl Meters {
    /// Counts a sample; or only the meter, where nobody counts its samples.
    pub(crate) fn add(&mut self, meter: &str, is_sample: bool) {
        let count = u64::from(is_sample);
        if let Some(samples) = self.samples.get_mut(meter) {
            *samples += count;
        } else if self.samples.len() < MOST_METERS && meter.len() <= LONGEST_NAME {
            self.samples.insert(meter.to_owned(), count);
        } else {
            self.others += count;
        }
    }

    fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.others == 0
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

impl fmt::Display for Noticed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.unmapped.is_empty() {
            lines.push(format!(
                "there is metering that nothing charges: {}; to charge it, add entries to `meters:`",
                self.unmapped
            ));
        }
        for (meter, resources) in &self.refused {
            lines.push(format!(
                "no entry of the meter {meter} accepts {resources}, so they are not charged; look at `match:` of its entries"
            ));
        }
        for (entry, resources) in &self.without_service {
            lines.push(format!(
                "the entry {entry} finds no service in {resources}, so they are not charged; give its `service:` a \
                 last alternative without places"
            ));
        }
        for (entry, shorts) in &self.short {
            lines.push(format!(
                "the entry {entry} charges {shorts}; if such resources are only announced when they change, give it \
                 `aggregate: integral` (or `uptime`) and `max_gap: unlimited`, as `meters: notifications` does"
            ));
        }
        self.tell_of_readings(&mut lines);
        self.tell_of_ends(&mut lines);
        if !self.hosts.is_empty() {
            let count = u64::try_from(self.hosts.len()).unwrap_or(u64::MAX);
            let hosts: Vec<&str> = self.hosts.iter().take(NAMED).map(String::as_str).collect();
            let more = count.saturating_sub(u64::try_from(hosts.len()).unwrap_or(count));
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            lines.push(format!(
                "`datacenters:` does not map {} ({}{more}), so each is a location of its own; map them there",
                if count == 1 { "1 host".to_owned() } else { format!("{count} hosts") },
                hosts.join(", ")
            ));
        }
        if let Some(entry) = &self.without_instances {
            lines.push(format!(
                "the entry {entry} finds nothing, though {} say that there are instances: Ceilometer has had no meter \
                 `instance` since 2017; poll `cpu` and write `meters: polling`, which charges instances by it",
                OF_INSTANCES.map(|meter| format!("`{meter}`")).join(" or ")
            ));
        }
        f.write_str(&lines.join("\n"))
    }
}

impl Noticed {
    fn tell_of_readings(&self, lines: &mut Vec<String>) {
        for (entry, readings) in &self.implausible {
            lines.push(format!(
                "the entry {entry} charges {readings}; a bill of that is held: correct the metering, or say what becomes \
                 of such readings (`implausible: skip`, `max_rate`, `negative: allow`)"
            ));
        }
        for (entry, readings) in &self.left_out {
            lines.push(format!("the entry {entry} leaves out {readings} (`implausible: skip`)"));
        }
        for (entry, resources) in &self.below_zero {
            lines.push(format!(
                "the entry {entry} charges {resources} as 0, because what its counter read went down altogether; look at \
                 who polls it"
            ));
        }
        for (entry, resources) in &self.units {
            lines.push(format!(
                "the entry {entry} finds two units in {resources}: all is charged in the second, converted exactly"
            ));
        }
        for (meter, resources) in &self.contradicted {
            lines.push(format!(
                "the meter {meter} has one message id with two values in {resources}: each counts; look at what sends them"
            ));
        }
    }

    fn tell_of_ends(&self, lines: &mut Vec<String>) {
        for (entry, resources) in &self.unannounced {
            lines.push(format!(
                "the entry {entry} has `max_gap: unlimited`, but no sample of {resources} names its event (`event_type`), \
                 so nothing would tell their end, and each sample holds for a limited time; a bill of that is held: poll \
                 the meter, and leave `max_gap: unlimited` out"
            ));
        }
        for (entry, resources) in &self.unheard {
            lines.push(format!(
                "the entry {entry} charges {resources} because nothing has announced the end, but nobody has heard of it \
                 for long (`stale_after`); look whether it still exists"
            ));
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&some(self.count, self.some.iter().cloned()))
    }
}

impl fmt::Display for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let readings = if self.count == 1 { "implausible reading" } else { "implausible readings" };
        let told = self.some.iter().map(|(resource, reading)| format!("{} of resource {resource}", of(reading)));
        let more = self.count.saturating_sub(u64::try_from(self.some.len()).unwrap_or(self.count));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        write!(f, "{} {readings} ({}{more})", self.count, told.collect::<Vec<_>>().join(", "))
    }
}

/// A reading, with when it was taken, and the one before it where that matters.
fn of(reading: &Implausible) -> String {
    let before = reading.before.map(|(at, value)| format!(", after {value} at {at},")).unwrap_or_default();
    format!("{} at {}{before}", reading.value, reading.at)
}

impl fmt::Display for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The most frequent first.
        let mut meters: Vec<_> = self.samples.iter().collect();
        meters.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let named = meters.iter().take(NAMED).map(|(name, samples)| match samples {
            0 => (*name).clone(),
            samples => format!("{name} ({})", counted(**samples)),
        });
        let mut texts: Vec<String> = named.collect();
        let rest = meters.len().saturating_sub(NAMED);
        let samples = meters.iter().skip(NAMED).fold(self.others, |sum, (_, samples)| sum.saturating_add(**samples));
        let at_least = if self.others > 0 { "at least " } else { "" };
        let other = if rest == 1 && self.others == 0 { "other meter" } else { "other meters" };
        match (rest, samples) {
            (0, 0) => {}
            (0, samples) => texts.push(format!("{other} ({})", counted(samples))),
            (rest, 0) => texts.push(format!("{rest} {other}")),
            (rest, samples) => texts.push(format!("{at_least}{rest} {other} ({})", counted(samples))),
        }
        f.write_str(&texts.join(", "))
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", counted(self.samples), some(self.count, self.some.iter().cloned()))
    }
}

impl fmt::Display for Shorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.some.iter().map(|(resource, short)| {
            format!("{resource} ({} h of {} h)", hours(short.charged_us), hours(short.known_us))
        });
        write!(f, "{} for less than half of the time that samples say they existed", some(self.count, told))
    }
}

fn counted(samples: u64) -> String {
    if samples == 1 { "1 sample".to_owned() } else { format!("{samples} samples") }
}

/// So many resources, some of them by name.
fn some(count: u64, named: impl Iterator<Item = String>) -> String {
    let named: Vec<String> = named.collect();
    let resources = if count == 1 { "resource" } else { "resources" };
    let more = count.saturating_sub(u64::try_from(named.len()).unwrap_or(count));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{count} {resources} ({}{more})", named.join(", "))
}

/// Hours with one decimal, rounded down.
fn hours(us: i64) -> String {
    let tenths = us / (HOUR_US / 10);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_line_for_each_kind() {
        let mut noticed = Noticed::default();
        assert!(noticed.is_empty() && noticed.to_string().is_empty());
        for meter in ["cpu", "cpu", "a", "b", "c", "d", "e"] {
            noticed.unmapped.add(meter, true);
        }
        noticed.refuses("volume.size", "v1", 1);
        noticed.lacks_service("gpu", "r1", 3);
        noticed.lacks_service("gpu", "r2", 4);
        noticed.falls_short("volume.size", "v2", Short { known_us: 20 * HOUR_US, charged_us: HOUR_US * 3 / 2 });
        let text = noticed.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        let meters =
            "cpu (2 samples), a (1 sample), b (1 sample), c (1 sample), d (1 sample), 1 other meter (1 sample)";
        assert!(lines[0].contains(&format!("nothing charges: {meters};")), "{}", lines[0]);
        assert!(
            lines[1].contains("no entry of the meter volume.size accepts 1 sample of 1 resource (v1),"),
            "{}",
            lines[1]
        );
        assert!(lines[2].contains("entry gpu finds no service in 7 samples of 2 resources (r1, r2),"), "{}", lines[2]);
        assert!(lines[3].contains("1 resource (v2 (1.5 h of 20 h)) for less than half"), "{}", lines[3]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut meters = Meters::default();
        for number in 0..1000 {
            meters.add(&format!("meter-{number}"), true);
        }
        meters.add(&"x".repeat(1000), true);
        assert_eq!((meters.samples.len(), meters.others), (MOST_METERS, 1001 - 100));
        assert!(meters.to_string().ends_with("at least 95 other meters (996 samples)"), "{meters}");
    }
}
