//! What was noticed of a tenant's metering that no line of its bill tells.

use artifice_engine::{Meters, Noticed};
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
        all.push(shared(
            format!("the entry {entry} charges "),
            Count::of(0, shorts.count, some),
            " for less than half of the time that samples say they existed; if such resources are only announced when \
             they change, give it `aggregate: integral` (or `uptime`) and `max_gap: unlimited`, as `meters: notifications` \
             does",
        ));
    }
    all
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
