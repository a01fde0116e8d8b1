//! A resource has one owner at a time, whoever is asked about, and in whatever order its samples come.

use std::collections::BTreeSet;

use artifice_model::aggregate::{Aggregate, Entry, Locations, MaxGap};
use artifice_model::sample::MessageId;
use artifice_model::time::HOUR_US;
use artifice_model::{Decimal, Period, TenantId, Timestamp};
use proptest::prelude::*;

use crate::driver::collect;
use crate::headway::Headway;
use crate::metadata::Read;
use crate::request::{Request, TenantUsage};
use crate::sink::{Incoming, Interest, Sink};
use crate::source::{Ended, Plan, Run, Scope, Source, Wanted};

const TENANTS: [&str; 3] = ["a", "b", "c"];
const HOURS: i64 = 48;

/// An announcement: whose, of which resource, at which hour of the period.
type Row = (usize, u8, i64);

/// A source that shows all tenants at once.
struct Shared(Vec<Row>);

impl Source for Shared {
    fn plan(&self, _: &Wanted) -> Plan {
        Plan::AllAtOnce
    }

    fn read(&self, _: Scope<'_>, wanted: &Wanted, _: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        for (tenant, resource, hour) in &self.0 {
            let (tenant, resource, at) = (TENANTS[*tenant], format!("r{resource}"), at(*hour));
            match sink.interest(Some(tenant), "volume.size") {
                Interest::Owner(meter) => sink.owner(tenant, &resource, meter, at)?,
                Interest::Take(meter) => sink.sample(Incoming {
                    tenant,
                    resource: &resource,
                    meter,
                    at,
                    message_id: MessageId::None,
                    volume: Decimal::ONE,
                    unit: "GB",
                    metadata: &Read::new(&wanted.meters[meter].keys, [("event_type", "volume.attach.end")]),
                    metadata_lines: None,
                })?,
                Interest::Pass | Interest::Count => {}
            }
        }
        Ok(())
    }
}

fn at(hour: i64) -> Timestamp {
    "2026-10-01T00:00:00Z".parse::<Timestamp>().unwrap().plus(hour * HOUR_US)
}

/// The hours of each tenant and resource, of those who are asked about.
fn hours(rows: &[Row], asked: Option<&str>) -> Vec<(String, String, i64)> {
    let entry = Entry::new("volume.size", "Storage", Aggregate::Integral);
    let (entries, locations) = ([Entry { max_gap: MaxGap::Unlimited, ..entry }], Locations::new("here", []));
    let tenants: Option<BTreeSet<TenantId>> = asked.map(|tenant| BTreeSet::from([tenant.into()]));
    let (period, headway) = (Period::new(at(0), at(HOURS)).unwrap(), Headway::default());
    let request = Request { tenants: tenants.as_ref(), ..Request::of(&entries, &locations, period, &headway) };
    let mut all = Vec::new();
    let mut take = |TenantUsage { tenant, usage, .. }: TenantUsage| {
        for metered in usage.unwrap() {
            let hours = i64::try_from(metered.usage.volume.mantissa_at(0).unwrap()).unwrap();
            all.push((tenant.to_string(), metered.usage.resource_id, hours));
        }
    };
    collect(&Shared(rows.to_vec()), request, &mut take).unwrap();
    // What was another's before the next sample of one's own is a usage of 0.
    all.retain(|(_, _, hours)| *hours != 0);
    all
}

proptest! {
    #[test]
    fn a_resource_has_one_owner_at_a_time(
        rows in prop::collection::vec((0..TENANTS.len(), 0..3_u8, -30..HOURS), 1..14).prop_shuffle(),
    ) {
        let all = hours(&rows, None);
        for resource in 0..3 {
            let name = format!("r{resource}");
            let first = rows.iter().filter(|row| row.1 == resource).map(|row| row.2).min();
            let owned: i64 = all.iter().filter(|(_, other, _)| *other == name).map(|(_, _, hours)| hours).sum();
            // From its first sample on it is always somebody's.
            prop_assert_eq!(owned, first.map_or(0, |first| HOURS - first.max(0)), "{}", name);
        }
        for tenant in TENANTS {
            let own: Vec<_> = all.iter().filter(|(of, ..)| of == tenant).cloned().collect();
            prop_assert_eq!(hours(&rows, Some(tenant)), own, "{}", tenant);
        }
    }
}
