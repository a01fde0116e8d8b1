//! What holds for all files: the formats agree, and nothing that is read can do harm.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// Everything that a sample says.
fn said(sample: &WireSample<'_>) -> String {
    let metadata = crate::wire::metadata_lines(sample.metadata).unwrap();
    let id = sample.message_id();
    let (volume, at) = (sample.volume().unwrap(), sample.at().unwrap());
    let WireSample { tenant, resource, meter, kind, unit, timestamp, .. } = sample;
    format!("{tenant:?} {resource:?} {meter:?} {kind:?} {unit:?} {timestamp:?} {volume} {at} {id:?} {metadata:?}")
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof![Just("None".to_owned()), "[a-z.]{0,12}", "\\PC{0,12}", "[\"\\\\\n\t{}\\[\\]:,ä€😀]{0,8}"]
}

fn a_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        a_text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((a_text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn a_sample() -> impl Strategy<Value = Value> {
    let metadata = prop::collection::vec((a_text(), a_value()), 0..4);
    (prop::option::of(a_text()), prop::array::uniform5(a_text()), any::<i64>(), metadata, any::<bool>()).prop_map(
        |(tenant, [resource, meter, kind, unit, id], volume, metadata, old)| {
            let metadata: Map<String, Value> = metadata.into_iter().collect();
            let at = "2013-08-05T05:17:40.283000";
            if old {
                json!({"counter_name": meter, "counter_type": kind, "counter_unit": unit, "counter_volume": volume, "source": [],
                       "project_id": tenant, "resource_id": resource, "timestamp": at, "resource_metadata": metadata, "message_id": id})
            } else {
                json!({"id": id, "meter": meter, "type": kind, "unit": unit, "volume": volume, "x": {"a": [metadata]},
                       "project_id": tenant, "resource_id": resource, "timestamp": at, "metadata": metadata})
            }
        },
    )
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Lines,
    Pretty,
    Concatenated,
    Array,
    PrettyArray,
    Object,
    Mixture,
}

fn write(samples: &[Value], format: Format) -> String {
    let each = |print: fn(&Value) -> String, between: &str| samples.iter().map(print).collect::<Vec<_>>().join(between);
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    match format {
        Format::Lines => each(Value::to_string, "\n"),
        Format::Pretty => each(pretty, "\n\n"),
        Format::Concatenated => each(Value::to_string, ""),
        Format::Array => Value::from(samples).to_string(),
        Format::PrettyArray => pretty(&samples.into()),
        Format::Object => {
            let (a, b) = samples.split_at(samples.len() / 2);
            json!({"https://cloud/v2/meters/\"ä\"?q={[": a, "": [], "u": b}).to_string()
        }
        Format::Mixture => samples
            .chunks(2)
            .zip([Format::Array, Format::Lines, Format::Object].into_iter().cycle())
            .map(|(samples, format)| write(samples, format))
            .collect(),
    }
}

fn a_format() -> impl Strategy<Value = Format> {
    use Format::*;
    prop::sample::select(vec![Lines, Pretty, Concatenated, Array, PrettyArray, Object, Mixture])
}

fn pack(text: &[u8], packing: u8) -> Vec<u8> {
    match packing {
        0 => text.to_vec(),
        1 => gzip(text),
        _ => zst(text),
    }
}

/// Reads, and answers what every sample says, and how it ended.
fn try_read(content: &[u8], chunk: usize, limit: usize) -> (usize, Result<(), String>) {
    let mut count = 0;
    let result = read_in(content, "f", Sizes { chunk, limit }, &mut |sample| {
        count += 1;
        let keys = ["host", "a.b"].into_iter().collect();
        crate::wire::read_metadata(sample.metadata, &keys)?;
        crate::wire::metadata_lines(sample.metadata)?;
        sample.volume()?;
        sample.at()?;
        Ok(())
    });
    (count, result.map_err(|error| error.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_format_compression_and_chunk_gives_the_same_samples(
        samples in prop::collection::vec(a_sample(), 1..8), format in a_format(), packing in 0..3_u8, chunk in 1..2000_usize,
    ) {
        let texts: Vec<String> = samples.iter().map(Value::to_string).collect();
        let expected: Vec<String> = texts.iter().map(|text| said(&serde_json::from_str(text).unwrap())).collect();
        let content = pack(write(&samples, format).as_bytes(), packing);
        let mut read = Vec::new();
        let sizes = Sizes { chunk, ..Sizes::DEFAULT };
        read_in(&content[..], "f", sizes, &mut |sample| { read.push(said(sample)); Ok(()) }).unwrap();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn a_damaged_file_ends_and_says_the_same_in_any_chunks(
        samples in prop::collection::vec(a_sample(), 1..5), format in a_format(), packing in 0..3_u8, chunk in 1..300_usize,
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\0-e \n".to_vec())]), 0..4),
        inside in any::<bool>(),
    ) {
        let mut content = write(&samples, format).into_bytes();
        if !inside {
            content = pack(&content, packing);
        }
        for (index, byte) in changes {
            let index = index.index(content.len());
            content[index] = byte;
        }
        content.truncate(cut.index(content.len() * 2));
        if inside {
            content = pack(&content, packing);
        }
        let limit = Sizes::DEFAULT.limit;
        let (small, large) = (try_read(&content, chunk, limit), try_read(&content, 1 << 16, limit));
        if inside {
            prop_assert_eq!(small, large);
        } else {
            // How far a decompressor gets before it finds damage depends on how much is asked of it.
            prop_assert_eq!(small.1.is_ok(), large.1.is_ok());
        }
        _ = try_read(&content, chunk, 2 * chunk);
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), head in 0..4_usize, chunk in 1..50_usize) {
        let head: &[u8] = [&b""[..], b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"[{\"a\":"][head];
        _ = try_read(&[head, &bytes].concat(), chunk, 100);
    }

    #[test]
    fn random_json_marks_do_no_harm(text in "([{}\\[\\],: \n0-9tfn\\\\-]|\"|\"a\"|\\[\\]|\\{\"u\":\\[){0,40}", chunk in 1..20_usize) {
        prop_assert_eq!(try_read(text.as_bytes(), chunk, 1 << 16), try_read(text.as_bytes(), 1 << 12, 1 << 16));
    }
}
