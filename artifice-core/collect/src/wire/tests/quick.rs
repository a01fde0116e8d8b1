//! What is read quickly is what serde_json reads, however it is written and whatever is wrong with it.

use proptest::prelude::*;

use super::super::quick;
use super::*;

/// A sample that is read quickly is the one that serde_json reads, and ends where it ends; and
/// metadata is the same with the notes of the quick reading as without them.
fn check(text: &str) -> Result<bool, TestCaseError> {
    let mut notes = quick::Notes::default();
    let Some((sample, length)) = quick::read(text, &mut notes) else { return Ok(false) };
    let mut samples = serde_json::Deserializer::from_str(text).into_iter::<WireSample<'_>>();
    let expected = samples.next().unwrap().map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(&sample, &expected);
    prop_assert_eq!(length, samples.byte_offset());
    let keys: KeySet = ["a", "b.c", "name", "é"].into_iter().collect();
    let read = |sample: &WireSample<'_>| match read_metadata(sample.metadata, &keys) {
        Ok(read) => read.pairs().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    };
    prop_assert_eq!(read(&sample), read(&expected));
    Ok(true)
}

const USUAL: &str = r#"{"counter_name":"instance","user_id":null,"resource_id":"r","timestamp":"2013-08-08T23:00:07.558000",
    "message_id":"m", "counter_unit":"instance","counter_volume":1.0,"project_id":"t", "other": [1, {"x": -0.5e+3}, [ ], { }, true],
    "resource_metadata":{"a":"","b":{"c":"é","d":[]},"name": "x, {y}: [z]","é":1,"a":"later"},"counter_type":"gauge"} {"#;

#[test]
fn the_usual_is_read_quickly() {
    for text in [USUAL, NEW, PUBLISHED, &USUAL.replace("1.0", "0"), &USUAL.replace("\"r\"", "\"\"")] {
        assert!(check(text).unwrap(), "{text}");
    }
}

#[test]
fn the_unusual_is_left_to_serde_json() {
    for (from, to) in [
        ("\"m\"", "\"\\u006d\""),
        ("\"r\"", "null"),
        ("1.0", "01"),
        ("1.0", "1."),
        ("1.0", "-"),
        ("\"t\",", "\"t\",,"),
        ("\"t\",", "\"t\", \"project_id\": \"t\","),
        ("\"t\",", "\"t\", \"meter\": \"x\","),
        ("\"m\"", "\"m\n\""),
        ("[ ]", "[1,]"),
        ("{ }", "{,}"),
        ("true", "True"),
        ("\"timestamp\":", "\"time\":"),
        ("\"project_id\"", "project_id"),
        ("true", "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]"),
    ] {
        assert!(!check(&USUAL.replacen(from, to, 1)).unwrap(), "{from} {to}");
    }
}

#[test]
fn metadata_without_end_is_left_to_serde_json() {
    let members: String = (0..2000).map(|number| format!("\"{number}\": 1,")).collect();
    assert!(!check(&USUAL.replacen("{\"a\"", &format!("{{{members}\"a\""), 1)).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn both_read_the_same(
        usual in prop::sample::select(vec![USUAL, NEW, PUBLISHED]),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:\\\\ 0-9.eE+a-z\n-]|null|\"[a-c]\":|\"name\": |\"meter\": |é", any::<bool>()), 0..4), end in any::<prop::sample::Index>(), cut in any::<bool>()) {
        let mut text: Vec<char> = usual.chars().collect();
        for (place, with, replace) in changes {
            let at = place.index(text.len());
            text.splice(at..at + usize::from(replace), with.chars());
        }
        if cut {
            text.truncate(end.index(text.len()));
        }
        check(&text.into_iter().collect::<String>())?;
    }
}
