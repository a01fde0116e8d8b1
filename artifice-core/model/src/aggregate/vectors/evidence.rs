//! What a volume rests on.

use super::story::Story;
use crate::aggregate::Aggregate::{Increase, Integral, MaxPerSlice, Sum};
use crate::aggregate::{Evidence, MaxGap};

#[track_caller]
fn evidence(story: Story) -> Evidence {
    let [volume] = &story.volumes().unwrap()[..] else { panic!("not one usage") };
    volume.evidence.clone()
}

/// As it is stored.
#[track_caller]
fn stored(story: Story) -> String {
    let evidence = evidence(story);
    let text = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap(), evidence);
    text
}

#[test]
fn samples_and_repetitions_are_counted() {
    let story = Story::of(Sum).message("a", "00:10", "1", "").message("a", "00:10", "1", "");
    let story = story.message("a", "00:10", "1", "").message("b", "05:00", "1", "").message("c", "06:00", "1", "");
    assert_eq!(stored(story), r#"{"n":2,"f":"2013-08-01T00:10:00Z","l":"2013-08-01T05:00:00Z","r":2,"e":"2"}"#);
}

#[test]
fn the_sample_before_the_period_is_among_them() {
    let story = Story::of(Integral).message("a", "-01:00", "1", "").message("a", "-01:00", "1", "");
    let story = story.message("z", "-03:00", "9", "").message("z", "-03:00", "9", "").sample("00:20", "1", "");
    let found = evidence(story);
    assert_eq!((found.samples, found.repetitions), (2, 1));
    assert_eq!(found.first.unwrap().to_string(), "2013-07-31T23:00:00Z");
    // 1 × 20 min + 1 × 2 h
    assert_eq!((found.exact.as_str(), found.max_gap), ("7/3", Some(MaxGap::Micros(7_200_000_000))));
}

#[test]
fn gaps_are_those_of_the_sample_before_them() {
    let story = Story::of(Integral).sample("00:00", "1", "flavor=a").sample("02:00", "1", "flavor=b");
    let story = story.sample("05:00", "1", "flavor=a event_type=volume.delete.end").sample("05:59", "1", "flavor=a");
    let volumes = story.max_gap("00:30").volumes().unwrap();
    let of = |service: &str| volumes.iter().find(|volume| &*volume.service == service).unwrap().evidence.gaps.clone();
    assert_eq!((of("a").count, of("a").total_us), (1, 7_200_000_000));
    assert_eq!((of("b").count, of("b").total_us), (1, 3 * 3_600_000_000));
    assert_eq!(of("b").longest[0].1.to_string(), "2013-08-01T05:00:00Z");
}

#[test]
fn exactly_max_gap_is_no_gap() {
    let count = |story: Story| evidence(story).gaps.count;
    for after in ["", "a=b"] {
        assert_eq!(count(Story::of(Integral).sample("00:00", "1", "").sample("02:00", "1", after)), 0);
        assert_eq!(count(Story::of(Integral).sample("00:00", "1", "").sample("02:00:00.000001", "1", after)), 1);
    }
    // A counter's baseline may be of any age then, whether or not an event is named.
    assert_eq!(count(Story::of(Increase).unlimited().sample("00:00", "1", "").sample("05:00", "1", "")), 0);
}

#[test]
fn implausible_readings_are_stored() {
    let text = stored(Story::of(Sum).sample("00:10", "1", ""));
    assert!(!text.contains(r#""i""#) && !text.contains(r#""g""#), "{text}");
    let text = stored(Story::of(MaxPerSlice).sample("00:10", "-5", ""));
    assert!(text.contains(r#""i":{"n":1,"w":[{"t":"2013-08-01T00:10:00Z","v":"-5"}]}"#), "{text}");
}

#[test]
fn a_counter_s_resets_and_gaps_are_counted() {
    let story = Story::of(Increase).sample("00:10", "100", "").sample("00:20", "30", "").sample("03:00", "10", "");
    let story = story.sample("03:10", "10", "");
    let found = evidence(story.clone());
    assert_eq!((found.resets, found.gaps.count, found.exact.as_str()), (2, 1, "40"));
    let gap = r#""g":{"n":1,"t":9600000000,"w":[["2013-08-01T00:20:00Z","2013-08-01T03:00:00Z"]]}"#;
    assert!(stored(story).contains(gap));
}

#[test]
fn slices_are_told_with_their_width() {
    let text = stored(Story::of(MaxPerSlice).slice("00:10").sample("00:10", "1", ""));
    assert_eq!(text, r#"{"n":1,"f":"2013-08-01T00:10:00Z","l":"2013-08-01T00:10:00Z","e":"1/6","w":600000000}"#);
}
