//! Neither the order of arrival nor repeated messages matter.

use proptest::prelude::*;

use crate::series::{Row, aggregated, for_each_aggregate, scaled_rules, series, settled};

/// A series, and the same as it might arrive: shuffled, messages with an id once or more often.
fn arrivals() -> impl Strategy<Value = (Vec<Row>, Vec<Row>)> {
    series().prop_flat_map(|rows| {
        let times = prop::collection::vec(1_usize..4, rows.len());
        (Just(rows), times).prop_flat_map(|(rows, times)| {
            let arrived = rows.iter().zip(times).flat_map(|(row, times)| {
                let times = if row.id.is_empty() { 1 } else { times };
                vec![row.clone(); times]
            });
            let arrived = Just(arrived.collect::<Vec<_>>()).prop_shuffle();
            (Just(rows), arrived)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn order_of_arrival_and_repetition_do_not_matter(rules in scaled_rules(), (rows, arrived) in arrivals()) {
        let once = settled(rows.iter().map(Row::sample).collect());
        let often = settled(arrived.iter().map(Row::sample).collect());
        prop_assert_eq!(&once, &often);
        for rules in for_each_aggregate(rules) {
            prop_assert_eq!(aggregated(rules, &once), aggregated(rules, &often), "{:?}", rules.aggregate);
        }
    }

    #[test]
    fn samples_out_of_reach_do_not_matter(rules in scaled_rules(), rows in series()) {
        // What lies at the end or after it belongs to a later period, whether it is pushed or not.
        let samples = settled(rows.iter().map(Row::sample).collect());
        let inside = settled(rows.iter().filter(|row| row.at < rules.end).map(Row::sample).collect());
        for rules in for_each_aggregate(rules) {
            prop_assert_eq!(aggregated(rules, &samples), aggregated(rules, &inside), "{:?}", rules.aggregate);
        }
    }
}
