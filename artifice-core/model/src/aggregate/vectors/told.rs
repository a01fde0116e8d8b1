//! What is told of a series beside its volumes.

use super::story::Story;
use crate::aggregate::Aggregate::{Sum, Uptime};
use crate::limits::HOSTS_KEPT;

#[test]
fn samples_inside_the_period_are_told_by_whether_they_name_their_event() {
    // The one before the period is not counted, also where those inside say the same; nor is what is refused.
    let story = Story::of(Uptime).matching("a", "b").sample("-00:10", "1", "a=b event_type=x.exists");
    let story = story.sample("00:10", "1", "a=b event_type=x.exists").sample("00:20", "1", "a=b event_type=x.exists");
    let story = story.sample("00:30", "1", "a=b").sample("00:40", "1", "a=c").sample("00:50", "1", "event_type=x.end");
    let outcome = story.outcome().unwrap();
    assert_eq!((outcome.announced, outcome.unannounced, outcome.without_service), (2, 1, 0));
}

#[test]
fn samples_without_a_service_are_told_where_the_entry_accepts_them() {
    let story = Story::of(Uptime).matching("a", "b").charged_as(&["{metadata.flavor}"]);
    let story = story.sample("-00:10", "1", "a=b").sample("00:10", "1", "a=b").sample("00:20", "1", "a=c");
    let outcome = story.clone().outcome().unwrap();
    assert_eq!((outcome.without_service, outcome.unannounced), (1, 0));
    assert!(story.clone().ends_refused());
    assert!(!story.sample("00:30", "1", "a=b").ends_refused() && !Story::of(Uptime).ends_refused());
}

#[test]
fn hosts_of_charged_samples_that_nothing_maps_are_told_once() {
    let story = Story::of(Sum).matching("a", "b").datacenter("c*", "akl").sample("00:10", "1", "a=b host=c1");
    let story = story.sample("00:20", "1", "a=b host=x").sample("00:30", "1", "a=c host=y");
    let story = story.sample("00:40", "1", "a=b host=z").sample("00:50", "1", "a=b host=x");
    let unmapped = |story: Story| story.outcome().unwrap().unmapped;
    let hosts: Vec<String> = unmapped(story).iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["x", "z"]);
    // Not all where there are many.
    let story = (0..=HOSTS_KEPT).fold(Story::of(Sum).datacenter("c*", "akl"), |story, host| {
        story.sample(&format!("00:{:02}:{:02}", host / 60, host % 60), "1", &format!("host=x{host}"))
    });
    assert_eq!(unmapped(story).len(), HOSTS_KEPT);
}
