use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::metadata::KeySet;
use crate::source::WantedMeter;

fn survey(meters: &[&[(&str, u64)]]) -> Survey {
    let of = |groups: &&[(&str, u64)]| {
        let mut counts = Counts::default();
        groups.iter().for_each(|(tenant, count)| counts.add(Some((*tenant).to_owned()), *count));
        counts
    };
    Survey(meters.iter().map(of).collect())
}

fn wanted(tenants: Option<&[&str]>, skip: &[&str]) -> Wanted {
    let ids = |ids: &[&str]| -> BTreeSet<TenantId> { ids.iter().map(|id| (*id).into()).collect() };
    let (start, end) = ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
    let meter = WantedMeter {
        name: "m".to_owned(),
        from: start,
        keys: KeySet::from_iter([""]),
        aggregates: Vec::new(),
        owners_matter: false,
    };
    Wanted {
        period: artifice_model::Period::new(start, end).unwrap(),
        meters: vec![meter],
        tenants: tenants.map(ids),
        known: BTreeSet::new(),
        skip: ids(skip),
        whole_metadata: false,
        notice_unmapped: false,
    }
}

#[test]
fn everybody_is_read_at_once_where_that_costs_less() {
    let of = |tenants, skip: &[&str]| {
        survey(&[&[("a", 700), ("b", 800), ("c", 1)], &[("a", 5), ("b", 6)]])
            .everybody_costs_less(&wanted(tenants, skip), 5000)
    };
    assert!(of(None, &[]) && of(Some(&["a", "b"]), &[]));
    // One of three, or whoever is left: their own samples are less.
    assert!(!of(Some(&["c"]), &[]) && !of(None, &["a", "b"]));
    // Nobody is left to be read.
    assert!(!of(None, &["a", "b", "c"]) && !of(Some(&["d"]), &[]));
}

#[test]
fn what_belongs_to_nobody_counts_for_everybody_only() {
    let mut counts = Counts::default();
    [(None, 3), (Some(String::new()), 4), (Some("a".to_owned()), 5), (Some("a".to_owned()), 6)]
        .into_iter()
        .for_each(|(tenant, count)| counts.add(tenant, count));
    assert!(!counts.shows_several());
    let survey = Survey(vec![counts]);
    assert_eq!((survey.of("a", 0), survey.all_of(0), survey.of("b", 0), survey.of("a", 7)), (11, 18, 0, 0));
}

proptest! {
    #[test]
    fn who_wants_everybody_reads_them_at_once(counts in prop::collection::vec((0..9_u8, 1..10_000_u64), 1..40)) {
        let groups: Vec<(String, u64)> = counts.iter().map(|(tenant, count)| (tenant.to_string(), *count)).collect();
        let groups: Vec<(&str, u64)> = groups.iter().map(|(tenant, count)| (tenant.as_str(), *count)).collect();
        let survey = survey(&[&groups]);
        prop_assert!(survey.everybody_costs_less(&wanted(None, &[]), 5000));
    }
}
