mod flat;
mod quick;

use artifice_model::Metadata;

use super::*;
use crate::limits::LONGEST_FLAT;
use crate::metadata::KeySet;

fn raw(text: &str) -> Json<'_> {
    serde_json::from_str(text).unwrap()
}

fn read(raw: Json<'_>, keys: &KeySet) -> Metadata {
    read_metadata(Some(raw), keys).unwrap().pairs().collect()
}

fn sample(text: &str) -> WireSample<'_> {
    serde_json::from_str(text).unwrap()
}

const NEW: &str = r#"{"id": "m1", "meter": "volume.size", "type": "gauge", "unit": "GB", "volume": 100.0, "user_id": "u",
    "project_id": "t", "resource_id": "r", "timestamp": "2026-10-31T23:50:00", "metadata": {"status": "in-use"}}"#;

const PUBLISHED: &str = r#"{"id": "m1", "name": "volume.size", "type": "gauge", "unit": "GB", "volume": 100.0, "user_id": null, "user_name": null,
    "project_id": "t", "project_name": null, "resource_id": "r", "timestamp": "2026-10-31T23:50:00.000000+00:00",
    "resource_metadata": {"status": "in-use"}, "source": "openstack", "monotonic_time": null}"#;

#[test]
fn a_meter_is_called_by_what_says_most() {
    // semantics 2: the API's form and the publishers', mixed in one file; what has both names has the meter's.
    assert_eq!(sample(&NEW.replace('{', r#"{"name": "other","#)).meter, "volume.size");
    assert_eq!(sample(&NEW.replace('{', r#"{"name": null,"#)).meter, "volume.size");
    assert!(serde_json::from_str::<WireSample<'_>>(&PUBLISHED.replace("\"volume.size\"", "null")).is_err());
    assert!(serde_json::from_str::<WireSample<'_>>(&NEW.replace("\"volume.size\"", "null")).is_err());
}

#[test]
fn all_shapes_are_one() {
    let old = r#"{"counter_name": "volume.size", "counter_type": "gauge", "counter_unit": "GB", "counter_volume": 1e2, "id": "own",
        "message_id": "m1", "project_id": "t", "resource_id": "r", "timestamp": "2026-10-31T23:50:00", "resource_metadata": {}}"#;
    for sample in [sample(NEW), sample(old), sample(PUBLISHED)] {
        assert_eq!((&*sample.meter, sample.kind.as_deref(), &*sample.unit), ("volume.size", Some("gauge"), "GB"));
        assert_eq!((sample.tenant.as_deref(), &*sample.resource, sample.message_id()), (Some("t"), "r", "m1"));
        assert_eq!(
            (sample.volume(), sample.at().unwrap().to_string()),
            (Ok(100.into()), "2026-10-31T23:50:00Z".into())
        );
        assert!(matches!(sample.tenant, Some(Cow::Borrowed(_))) && matches!(sample.unit, Cow::Borrowed(_)));
    }
}

#[test]
fn what_a_sample_may_leave_out() {
    let bare = r#"{"meter": "a\u00e4", "volume": -0.5, "project_id": null, "resource_id": "r", "timestamp": ""}"#;
    let nulls =
        &bare.replace('}', r#", "unit": null, "type": null, "message_id": null, "id": null, "metadata": null}"#);
    for sample in [sample(bare), sample(nulls)] {
        assert_eq!((sample.tenant.as_deref(), sample.kind.as_deref(), &*sample.unit), (None, None, ""));
        assert_eq!((&*sample.meter, sample.message_id()), ("aä", ""));
        assert!(sample.metadata.is_none() && sample.at().is_err());
    }
    for key in ["meter", "volume", "project_id", "resource_id", "timestamp"] {
        let without = NEW.replace(&format!("\"{key}\""), "\"other\"");
        let error = serde_json::from_str::<WireSample<'_>>(&without).unwrap_err().to_string();
        assert!(error.starts_with("missing field"), "{key}: {error}");
    }
}

#[test]
fn a_volume_is_read_from_its_digits() {
    let volume = |text: &str| sample(&NEW.replace("100.0", text)).volume().map(|v| v.to_string());
    assert_eq!(volume("669450000000000.0000001").unwrap(), "669450000000000.0000001");
    assert_eq!(volume("0.1234567890123456789012345678901234567").unwrap(), "0.1234567890123456789012345678901234567");
    assert_eq!(volume("1E-7").unwrap(), "0.0000001");
    for wrong in ["\"100\"", "null", "true", "[1]", "{}"] {
        let says = format!("the volume {wrong} is not a number: write it as digits, without quotes");
        assert_eq!(volume(wrong).unwrap_err().to_string(), says);
    }
    assert_eq!(
        volume("1e99").unwrap_err().to_string(),
        "the volume 1e99 is a number with more than 38 digits, before or after its point"
    );
    assert!(volume(&"9".repeat(1000)).unwrap_err().to_string().len() < 200);
}

#[test]
fn metadata_is_flat() {
    let text = raw(
        r#"{ "host": "h\u0031", "flavor": {"name": "m1.nano", "extra": {"x.y": true}, "name": "later"}, "gb": 1.50,
        "flavor.name": "latest", "list": [ 1.0, "a \" b", {} ], "n": null, "none": "None", "empty": "", "o": {}, "l": [ ],
        "text": "[]", "p": {"q": null}, "host": "later", "p.q": 0, "z": false, "hos": 1, "hostname": 2, "": {"": "odd"} }"#,
    );
    let lines = metadata_lines(Some(text)).unwrap();
    let expected =
        [".=odd", "flavor.extra.x.y=true", "flavor.name=m1.nano", "gb=1.50", "hos=1", "host=h1", "hostname=2"];
    let more = [r#"list=[1.0,"a \" b",{}]"#, "p.q=0", "text=[]", "z=false"];
    assert_eq!(&*lines, [&expected[..], &more].concat().join("\n"));

    let keys =
        ["host", "flavor.name", "flavor.extra.x.y", "gb", "n", "o", "l", "text", "list", "p.q", "p", ".", "flavor"];
    let read = read(text, &keys.into_iter().collect());
    for key in keys {
        let line = lines.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        assert_eq!(read.get(key), line, "{key}");
    }
    assert_eq!((read.get("z"), read.get("hos")), (None, None));
}

#[test]
fn metadata_that_is_not_an_object_is_refused() {
    let keys: KeySet = ["a"].into_iter().collect();
    for wrong in ["[]", "\"x\"", "1"] {
        assert!(read_metadata(Some(raw(wrong)), &keys).unwrap_err().to_string().contains("metadata as an object"));
        assert!(metadata_lines(Some(raw(wrong))).is_err());
    }
    assert_eq!((read_metadata(None, &keys).unwrap().pairs().len(), &*metadata_lines(None).unwrap()), (0, ""));
}

#[test]
fn metadata_nested_without_end_does_not_overflow_the_stack() {
    let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert!(metadata_lines(Some(raw(&nested(128)))).unwrap().ends_with(".a=1"));
    assert_eq!(metadata_lines(Some(raw(&nested(129)))).unwrap().len(), 64);
    assert_eq!(metadata_lines(Some(raw(&nested(100_000)))).unwrap().len(), 64);
    let keys = KeySet::from(vec!["a.a".to_owned(), "b".to_owned()]);
    assert_eq!(read(raw(&nested(100_000)), &keys), Metadata::default());
    let list = format!(r#"{{"b": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read(raw(&list), &keys).get("b").map(str::len), Some(200_000));
}

#[test]
fn metadata_takes_no_more_than_it_may_whatever_its_keys() {
    // Each of the values has all of the long key before it once it is flat.
    let below = |key: usize, values: usize| {
        let values: Vec<String> = (0..values).map(|value| format!("\"{value}\": 1")).collect();
        format!("{{\"{}\": {{{}}}, \"state\": \"on\"}}", "k".repeat(key), values.join(", "))
    };
    let lines = |text: &str| metadata_lines(Some(raw(text))).unwrap();
    assert_eq!(lines(&below(100, 500)).lines().count(), 501);
    let short = below(100, 1000);
    assert!(short.len() < LONGEST_FLAT && lines(&short).len() == 64, "what it becomes is bounded");
    let long = below(50_000, 20_000);
    assert_eq!(lines(&long).len(), 64);
    assert_eq!(lines(&long), lines(&long.replace(' ', "")), "white space says nothing");
    assert_ne!(lines(&long), lines(&long.replace("\"on\"", "\"off\"")));
    assert_eq!(read(raw(&long), &KeySet::from(vec!["state".to_owned()])).get("state"), Some("on"));
}

#[test]
fn whoever_repeats_a_key_is_heard_once() {
    let keys: KeySet = ["state", "host"].into_iter().collect();
    let text = format!("{{\"state\": \"first\", {} \"host\": \"h\"}}", "\"state\": \"later\", ".repeat(5000));
    let read = read_metadata(Some(raw(&text)), &keys).unwrap();
    assert_eq!(read.pairs().collect::<Vec<_>>(), [("host", "h"), ("state", "first")]);
}

#[test]
fn half_a_character_is_a_nul() {
    let halves =
        NEW.replace("\"r\"", "\"r\\ud800\"").replace("in-use", "in\\udc00use").replace("\"GB\"", "\"G\\ud9ffB\"");
    let sample = sample(&halves);
    assert_eq!((&*sample.resource, &*sample.unit), ("r\0", "G\0B"));
    let keys = KeySet::from(vec!["status".to_owned()]);
    assert_eq!(read_metadata(sample.metadata, &keys).unwrap().pairs().next(), Some(("status", "in\0use")));
    assert_eq!(&*metadata_lines(sample.metadata).unwrap(), "status=in\0use");
}
