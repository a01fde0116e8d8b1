//! The aggregator computes what the definition says.

use artifice_model::Sample;
use proptest::prelude::*;

use crate::oracle::{anything_in_reach, expected};
use crate::series::{Row, aggregated, for_each_aggregate, scaled_rules, series, settled, without_zeros};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_aggregate_is_its_definition(rules in scaled_rules(), rows in series()) {
        let samples = settled(rows.iter().map(Row::sample).collect::<Vec<Sample>>());
        for rules in for_each_aggregate(rules) {
            let usages = aggregated(rules, &samples);
            prop_assert_eq!(!usages.is_empty(), anything_in_reach(rules, &rows), "{:?}", rules.aggregate);
            // Whether a service that only gave a baseline has a row of 0 makes no line.
            prop_assert_eq!(without_zeros(usages), without_zeros(expected(rules, &rows)), "{:?}", rules.aggregate);
        }
    }
}
