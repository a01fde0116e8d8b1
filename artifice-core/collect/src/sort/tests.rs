//! Whatever the order and the memory, the same series come out.

use std::collections::BTreeMap;
use std::sync::Arc;

use artifice_model::sample::{Facts, Metadata};
use artifice_model::{Decimal, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::metadata::KeySet;
use crate::wire::read_metadata;

fn sample(at: i64, id: u8, volume: i64, host: u8, lines: bool) -> Sample {
    let metadata: Metadata = [("host", format!("host-{host}"))].into_iter().collect();
    Sample {
        at: Timestamp::from_micros(at),
        message_id: if id == 0 { MessageId::None } else { MessageId::new(&format!("message-{id}")) },
        volume: Decimal::from(volume),
        facts: Arc::new(Facts { unit: "GB".into(), metadata }),
        metadata_lines: lines.then(|| format!("host=host-{host}").into()),
    }
}

/// A sample as it comes in.
fn add(sorter: &mut Sorter, tenant: &str, resource: &str, sample: &Sample) {
    let keys: KeySet = sample.facts.metadata.pairs().map(|(key, _)| key).collect();
    let text = serde_json::json!(sample.facts.metadata.pairs().collect::<BTreeMap<_, _>>()).to_string();
    let metadata = read_metadata(Some(serde_json::from_str(&text).unwrap()), &keys).unwrap();
    let Sample { at, message_id, volume, facts, metadata_lines } = sample.clone();
    let incoming = Unsorted {
        tenant,
        resource,
        meter: "meter",
        at,
        message_id,
        volume,
        unit: &facts.unit,
        metadata: &metadata,
        metadata_lines,
    };
    sorter.add(incoming).unwrap();
}

fn sorted(mut sorter: Sorter, samples: &[(u8, Sample)]) -> Vec<(String, Sample)> {
    for (series, sample) in samples {
        let (tenant, resource) = (format!("tenant-{}", series % 3), format!("resource-{series}"));
        add(&mut sorter, &tenant, &resource, sample);
    }
    let mut out = Vec::new();
    sorter
        .finish::<SortError>(&mut |key, sample| {
            out.push((format!("{} {}", key.tenant, key.resource), sample));
            Ok(())
        })
        .unwrap();
    out
}

#[test]
fn what_does_not_fit_is_spilled_and_merged_more_than_once() {
    let samples: Vec<_> =
        (0..2000_i64).rev().map(|i| (u8::try_from(i % 7).unwrap(), sample(i, 1, i, 0, false))).collect();
    let mut small = Sorter::new(0);
    small.limit_bytes = 3000;
    for (series, sample) in &samples {
        add(&mut small, "t", &series.to_string(), sample);
    }
    assert!(small.runs() > 1 && small.runs() <= MOST_RUNS, "{} runs", small.runs());
    let mut times = Vec::new();
    small
        .finish::<SortError>(&mut |key, sample| {
            times.push((key.resource.clone(), sample.at));
            Ok(())
        })
        .unwrap();
    assert_eq!(times.len(), 2000);
    assert!(times.is_sorted());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn memory_and_arrival_do_not_change_the_order(
        samples in proptest::collection::vec((0_u8..5, (0_i64..50, 0_u8..4, -3_i64..3, 0_u8..3)), 1..400),
        limit in 100_usize..20_000,
        seed in any::<u64>(),
    ) {
        let samples: Vec<_> = samples.into_iter().map(|(series, (at, id, volume, host))| (series, sample(at, id, volume, host, true))).collect();
        let mut shuffled = samples.clone();
        shuffled.sort_by_key(|(series, sample)| sample.at.micros().wrapping_mul(0x9E37_79B9).wrapping_add(i64::from(*series)) ^ seed.cast_signed());
        let mut small = Sorter::new(0);
        small.limit_bytes = limit;
        prop_assert_eq!(sorted(Sorter::new(u64::MAX), &samples), sorted(small, &shuffled));
    }
}
