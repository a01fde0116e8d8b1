//! A volume in parts: each is what aggregating its part of the period alone gives, and together they are the whole.
//!
//! Samples in the middle of something are left out: where they were is decided once, over the whole period.

use std::collections::BTreeMap;

use artifice_model::aggregate::{Aggregate, Volume};
use artifice_model::{Decimal, Sample};
use proptest::prelude::*;

use crate::series::{MINUTE, Row, Rules, for_each_aggregate, instant, scaled_rules, series_at, settled, time, volumes};

/// Volumes that are not 0, by service and location.
fn by_place(all: impl IntoIterator<Item = (Volume, Decimal)>) -> BTreeMap<(String, String), Decimal> {
    let all = all.into_iter().filter(|(_, part)| !part.is_zero());
    all.map(|(volume, part)| ((volume.service.to_string(), volume.location.to_string()), part)).collect()
}

/// Instants around the period, mostly on the grid on which samples and slices are.
fn cuts() -> impl Strategy<Value = Vec<i64>> {
    let cut = prop_oneof![4 => (-3_i64..90).prop_map(|steps| steps * 10 * MINUTE), 1 => time()];
    prop::collection::vec(cut, 0..4)
}

/// Which of the instants cut such a volume, by the rule's words.
fn expected_cuts(rules: Rules, cuts: &[i64]) -> Vec<i64> {
    let can_be_cut = |at: &i64| match rules.aggregate {
        Aggregate::Sum | Aggregate::Count | Aggregate::Increase | Aggregate::Integral | Aggregate::Uptime => true,
        Aggregate::MaxPerSlice | Aggregate::ExistsPerSlice => (*at - rules.start) % rules.slice == 0,
        Aggregate::Max | Aggregate::Min | Aggregate::Mean | Aggregate::Last => false,
    };
    let mut cuts: Vec<i64> =
        cuts.iter().copied().filter(|at| rules.start < *at && *at < rules.end).filter(can_be_cut).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_part_is_what_its_time_alone_gives(
        rules in scaled_rules(),
        cuts in cuts(),
        rows in series_at(prop::collection::vec(time(), 0..16)),
    ) {
        let samples = settled(rows.iter().map(Row::sample).collect::<Vec<Sample>>());
        for rules in for_each_aggregate(rules) {
            let whole = volumes(rules, &cuts, &samples);
            let expected = expected_cuts(rules, &cuts);
            for volume in &whole {
                let found: Vec<_> = volume.parts.cuts().to_vec();
                prop_assert_eq!(found, expected.iter().map(|at| instant(*at)).collect::<Vec<_>>(), "{:?}", rules.aggregate);
            }
            if expected.is_empty() {
                continue;
            }
            let borders: Vec<i64> = [rules.start].into_iter().chain(expected).chain([rules.end]).collect();
            for (part, border) in borders.windows(2).enumerate() {
                let of_whole = whole.iter().map(|volume| (volume.clone(), volume.parts.volume(part..part + 1).unwrap()));
                let alone = volumes(Rules { start: border[0], end: border[1], ..rules }, &[], &samples);
                let alone = alone.into_iter().map(|volume| (volume.clone(), volume.volume));
                let (mut of_whole, mut alone) = (by_place(of_whole), by_place(alone));
                if rules.aggregate == Aggregate::Increase {
                    // Alone, what went down altogether is 0; and what did so as a whole has no parts.
                    of_whole.retain(|_, part| !part.is_negative());
                    for volume in whole.iter().filter(|volume| volume.evidence.exact.starts_with('-')) {
                        alone.remove(&(volume.service.to_string(), volume.location.to_string()));
                    }
                }
                prop_assert_eq!(of_whole, alone, "{:?} {}", rules.aggregate, part);
            }
        }
    }

    #[test]
    fn parts_together_are_the_whole(
        rules in scaled_rules(),
        cuts in cuts(),
        rows in series_at(prop::collection::vec(time(), 0..16)),
    ) {
        let samples = settled(rows.iter().map(Row::sample).collect::<Vec<Sample>>());
        for rules in for_each_aggregate(rules) {
            for volume in volumes(rules, &cuts, &samples) {
                let parts = volume.parts.cuts().len() + 1;
                if parts > 1 {
                    prop_assert_eq!(volume.parts.volume(0..parts).unwrap(), volume.volume, "{:?}", rules.aggregate);
                }
            }
        }
    }

    #[test]
    fn cuts_change_no_volume(rules in scaled_rules(), cuts in cuts(), rows in crate::series::series()) {
        let samples = settled(rows.iter().map(Row::sample).collect::<Vec<Sample>>());
        for rules in for_each_aggregate(rules) {
            let told = |volume: &Volume| (volume.service.clone(), volume.location.clone(), volume.volume, volume.evidence.clone());
            let (plain, cut) = (volumes(rules, &[], &samples), volumes(rules, &cuts, &samples));
            prop_assert_eq!(plain.iter().map(told).collect::<Vec<_>>(), cut.iter().map(told).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_evidence_counts_every_sample_once(rules in scaled_rules(), rows in crate::series::series()) {
        let samples = settled(rows.iter().map(Row::sample).collect::<Vec<Sample>>());
        let inside = samples.iter().filter(|sample| rules.period().contains(sample.at)).count();
        for rules in for_each_aggregate(rules) {
            let evidence: Vec<_> = volumes(rules, &[], &samples).into_iter().map(|volume| volume.evidence).collect();
            let counted: u64 = evidence.iter().map(|evidence| evidence.samples).sum();
            // Those of a service that contributes nothing have no usage; the one before the period may be there.
            prop_assert!(counted <= u64::try_from(inside).unwrap() + 1);
            for one in &evidence {
                prop_assert!(one.first <= one.last && one.samples > 0);
            }
        }
    }
}
