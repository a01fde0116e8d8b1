//! Statements, made up: what a tenant with many instances and counters gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use artifice_engine::{Listener, Notice, Told, Watch};
use artifice_model::aggregate::Aggregate;
use artifice_model::rate::{Names, RateRules, RateTable};
use artifice_model::statement::{Charging, Draft, Lines, TaxRounding, Usage};
use artifice_model::time::HOUR_US;
use artifice_model::{Calendar, Decimal, Period, Tenant};

use crate::random::Random;
use crate::samples::START;

/// The rates of everything that is used here.
pub const RATES: &str = "\
* | m1.nano | hour | 0.0155
* | m1.tiny | hour | 0.031
* | m1.small | hour | 0.0625
* | storage.objects.size | GB per month | 0.0325
* | network.outgoing.bytes | GB | 0.11
";

/// Counts who was billed, or previewed; nobody may fail.
struct Counting(Arc<AtomicU64>);

impl Listener for Counting {
    fn told(&self, told: Told) {
        assert!(matches!(told, Told::Billed(_) | Told::Previewed(_)), "{told:?}");
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn notice(&self, _: &Notice) {}
}

/// Who hears of a run, and how many were billed, or previewed.
pub fn counting() -> (Watch, Arc<AtomicU64>) {
    let billed = Arc::new(AtomicU64::new(0));
    (Watch::of(Arc::new(Counting(billed.clone()))), billed)
}

/// The month that is billed.
pub fn month() -> Period {
    Period::new(START, START.plus(31 * 24 * HOUR_US)).unwrap()
}

/// What a tenant with so many lines gets: instances and their traffic, half and half.
pub fn draft(tenant: u64, lines: usize) -> Draft {
    draft_for(tenant, lines, month())
}

/// The same for another period. A tenant has the same resources in each.
pub fn draft_for(tenant: u64, lines: usize, period: Period) -> Draft {
    let mut random = Random::new(tenant);
    let usage = |index: usize| {
        let resource_id = random.uuid();
        let (name, host) = (format!("vm-{index}"), format!("compute-{}", index % 20));
        let instance = index.is_multiple_of(2);
        let (entry, section, service, aggregate, unit) = if instance {
            let flavor = ["m1.nano", "m1.tiny", "m1.small"][index % 3];
            ("instance", "Compute", flavor, Aggregate::Uptime, "hour")
        } else {
            let meter = "network.outgoing.bytes";
            (meter, "Network", meter, Aggregate::Increase, "B")
        };
        let volume = i128::from(if instance { random.below(744_000_000) } else { random.below(1 << 50) });
        Usage {
            resource_id,
            resource_name: name,
            entry: entry.to_owned(),
            meter: entry.to_owned(),
            section: section.to_owned(),
            service: service.to_owned(),
            location: host,
            period,
            volume: Decimal::new(volume, if instance { 6 } else { 0 }).unwrap(),
            unit: unit.to_owned(),
            aggregate: Some(aggregate),
        }
    };
    let usage = (0..lines).map(usage).map(Into::into).collect();
    let rules = RateRules { ignore_region: false, time_slice_us: 600_000_000, currency: "NZD".parse().unwrap() };
    let rates = RateTable::parse("rates.csv", RATES, rules).unwrap();
    let calendar = Calendar::new("UTC").unwrap();
    let charging = Charging {
        currency: "NZD".parse().unwrap(),
        names: &Names::default(),
        prices: Some(&rates),
        missing_is_zero: false,
        zero_lines: true,
        calendar: &calendar,
        cuts: &[],
        fees: &[],
        earlier: &[],
        lines: Lines::Resource,
        tax_rounding: TaxRounding::Document,
        sections: &[],
    };
    let tenant = Tenant { id: format!("{tenant:032x}").into(), name: None };
    let (draft, problems) = Draft::new(tenant, period, usage, charging).unwrap();
    assert!(problems.is_empty() && draft.lines.len() == lines, "{problems:?}");
    draft
}
