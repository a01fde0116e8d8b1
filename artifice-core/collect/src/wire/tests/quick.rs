//! What is read quickly is what serde_json reads, however it is written and whatever is wrong with it.

use proptest::prelude::*;

use super::super::compare;
use super::*;

const USUAL: &str = r#"{"counter_name":"instance","user_id":null,"resource_id":"r","timestamp":"2013-08-08T23:00:07.558000",
    "message_id":"m", "counter_unit":"instance","counter_volume":1.0,"project_id":"t", "other": [1, {"x": -0.5e+3}, [ ], { }, true],
    "resource_metadata":{"a":"","b":{"c":"é","d":[]},"name": "x, {y}: [z]","é":1,"a":"later"},"counter_type":"gauge"} {"#;

#[test]
fn the_usual_is_read_quickly() {
    for text in [USUAL, NEW, PUBLISHED, &USUAL.replace("1.0", "0"), &USUAL.replace("\"r\"", "\"\"")] {
        assert!(compare(text), "{text}");
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
        assert!(!compare(&USUAL.replacen(from, to, 1)), "{from} {to}");
    }
}

#[test]
fn metadata_without_end_is_left_to_serde_json() {
    let members: String = (0..2000).map(|number| format!("\"{number}\": 1,")).collect();
    assert!(!compare(&USUAL.replacen("{\"a\"", &format!("{{{members}\"a\""), 1)));
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
        compare(&text.into_iter().collect::<String>());
    }
}
