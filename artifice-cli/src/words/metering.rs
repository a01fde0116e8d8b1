//! What was noticed of a tenant's metering that no line of its bill tells.

use std::collections::BTreeMap;

use artifice_engine::{Meters, Named, Noticed, Readings};
use artifice_model::aggregate::{Implausible, MaxGap};
use artifice_model::time::HOUR_US;

use super::count::Count;
use super::shared::{Shared, Words};

/// One thing to tell for each meter or entry that is concerned.
pub fn words(tenant: &str, noticed: &Noticed) -> Vec<Words> {
    let shared = |before: String, count, after: &str| Shared::of(tenant, before, count, after);
    let mut all: Vec<Words> = uncharged(&noticed.unmapped).map(|(what, count)| unmapped(tenant, what, count)).collect();
    for (meter, resources) in &noticed.refused {
        let count = Count::of(resources.samples, resources.count, resources.some.iter().cloned());
        all.push(shared(
            format!("no entry of the meter {meter} accepts "),
            count,
            ", so they are not charged; look at `match:` of its entries",
        ));
    }
    for (entry, resources) in &noticed.without_service {
        let count = Count::of(resources.samples, resources.count, resources.some.iter().cloned());
        all.push(shared(
            format!("the entry {entry} finds no service in "),
            count,
            ", so they are not charged; give its `service:` a last alternative without places",
        ));
    }
    for (entry, shorts) in &noticed.short {
        let some = shorts.some.iter().map(|(resource, short)| {
            format!("{resource} ({} h of {} h)", hours(short.charged_us), hours(short.known_us))
        });
        let advice = match shorts.max_gap {
            None => {
                "; if such resources are only announced when they change, give it `aggregate: integral` (or `uptime`) and \
                 `max_gap: unlimited`, as `meters: notifications` does"
            }
            Some(MaxGap::Micros(_)) => {
                ", because these are further apart than its `max_gap`; give it `unlimited` if such resources are only \
                 announced when they change, else a longer one"
            }
            Some(MaxGap::Unlimited) => {
                ", because samples that name no event (`event_type`) hold for a limited time; poll the meter, and leave \
                 `max_gap: unlimited` out"
            }
        };
        let after = format!(" for less than half of the time that samples say they existed{advice}");
        all.push(shared(format!("the entry {entry} charges "), Count::of(0, shorts.count, some), &after));
    }
    all.extend(readings(tenant, noticed));
    all.extend(ends(tenant, noticed));
    all.extend(lost(tenant, noticed));
    if !noticed.hosts.is_empty() {
        let count = u64::try_from(noticed.hosts.len()).unwrap_or(u64::MAX);
        all.push(shared(
            "`datacenters:` does not map ".to_owned(),
            Count::of_things("host", count, noticed.hosts.iter().cloned()),
            ", so each is a location of its own; map them there",
        ));
    }
    if let Some(entry) = &noticed.without_instances {
        all.push(shared(
            format!("the entry {entry} finds nothing, though `cpu` or `vcpus` say that there are instances"),
            Count::default(),
            ": Ceilometer has had no meter `instance` since 2017; poll `cpu` and write `meters: polling`, which charges \
             instances by it",
        ));
    }
    all
}

/// Readings that are odd.
fn readings(tenant: &str, noticed: &Noticed) -> Vec<Words> {
    let implausible = |readings: &Readings| {
        let some = readings.some.iter().map(|(resource, reading)| format!("{} of resource {resource}", read(reading)));
        Count::of_things("implausible reading", readings.count, some)
    };
    let of_entries = |all: &BTreeMap<String, Named>, what: &str, after: &str| {
        let of = |(entry, named): (&String, &Named)| {
            Shared::of(
                tenant,
                format!("the entry {entry} {what} "),
                Count::of(0, named.count, named.some.clone()),
                after,
            )
        };
        all.iter().map(of).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for (entry, readings) in &noticed.implausible {
        all.push(Shared::of(
            tenant,
            format!("the entry {entry} charges "),
            implausible(readings),
            "; a bill of that is held: correct the metering, or say what becomes of such readings (`implausible: skip`, \
             `max_rate`, `negative: allow`)",
        ));
    }
    for (entry, readings) in &noticed.left_out {
        let before = format!("the entry {entry} leaves out ");
        all.push(Shared::of(tenant, before, implausible(readings), " (`implausible: skip`)"));
    }
    all.extend(of_entries(
        &noticed.below_zero,
        "charges nothing of",
        ", because what its counter read went down altogether; look at who polls it",
    ));
    all.extend(of_entries(&noticed.units, "finds two units in", ": all is charged in the second, converted exactly"));
    for (meter, resources) in &noticed.contradicted {
        all.push(Shared::of(
            tenant,
            format!("the meter {meter} has one message id with two values in "),
            Count::of(resources.samples, resources.count, resources.some.iter().cloned()),
            ": each counts; look at what sends them",
        ));
    }
    all
}

/// What the source has no more.
fn lost(tenant: &str, noticed: &Noticed) -> impl Iterator<Item = Words> {
    noticed.lost.iter().map(move |(meter, lost)| {
        let (from, to) = (lost.time.start(), lost.time.end());
        Shared::of(
            tenant,
            format!("the source has nothing of {meter} any more from {from} to {to}: "),
            Count::of(0, lost.resources.count, lost.resources.some.clone()),
            " would be charged short by that, and a bill of it is held; bill sooner, or have metering kept longer (an archive \
             policy of 62 days keeps every month until the end of the next)",
        )
    })
}

/// Ends of resources that nobody tells.
fn ends(tenant: &str, noticed: &Noticed) -> Vec<Words> {
    let mut all = Vec::new();
    for (entry, named) in &noticed.unannounced {
        all.push(Shared::of(
            tenant,
            format!("the entry {entry} has `max_gap: unlimited`, but no sample names its event (`event_type`) of "),
            Count::of(0, named.count, named.some.clone()),
            ", so nothing would tell their end, and each sample holds for a limited time; a bill of that is held: poll \
             the meter, and leave `max_gap: unlimited` out",
        ));
    }
    for (entry, named) in &noticed.unheard {
        all.push(Shared::of(
            tenant,
            format!("the entry {entry} charges, because nothing has announced the end, "),
            Count::of(0, named.count, named.some.clone()),
            " of which nobody has heard for long (`stale_after`); look whether they still exist",
        ));
    }
    all
}

/// A reading, with when it was taken, and the one before it where that matters.
fn read(reading: &Implausible) -> String {
    let before = reading.before.map(|(at, value)| format!(", after {value} at {at},")).unwrap_or_default();
    format!("{} at {}{before}", reading.value, reading.at)
}

/// Meters that nothing charges, the most frequent first.
fn uncharged(meters: &Meters) -> impl Iterator<Item = (&str, u64)> {
    let mut all: Vec<(&str, u64)> = meters.samples.iter().map(|(name, samples)| (name.as_str(), *samples)).collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    let others = (meters.others > 0).then_some(("further meters", meters.others));
    all.into_iter().chain(others)
}

fn unmapped(tenant: &str, meter: &str, samples: u64) -> Words {
    let before = format!("there is metering that nothing charges: {meter}");
    let advice = "; to charge it, add an entry to `meters:`";
    match samples {
        // Only the meter is known: nobody counted.
        0 => Shared::of(tenant, before, Count::default(), advice),
        samples => Shared::of(tenant, format!("{before} ("), Count::of_samples(samples), &format!("){advice}")),
    }
}

/// Hours with one decimal, rounded down.
fn hours(us: i64) -> String {
    let tenths = us / (HOUR_US / 10);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}
