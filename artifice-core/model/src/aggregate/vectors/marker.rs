//! A store's end marker ends the hold of samples of its own label set.

use crate::aggregate::{Aggregate, Aggregator, Entry, Locations};
use crate::sample::{MessageId, Sample};
use crate::time::{HOUR_US, Period, Timestamp};

const MINUTE_US: i64 = HOUR_US / 60;

/// What happens at a minute of the period, which has six hours.
#[derive(Clone, Copy)]
enum Event {
    Sample(i64),
    Ends(i64),
    /// The label set goes on.
    GoesOn(i64),
}

fn hours(aggregate: Aggregate, events: &[Event]) -> Option<String> {
    let (entry, locations) = (Entry::new("m", "S", aggregate), Locations::new("here", []));
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut aggregator = Aggregator::new(&entry, &locations, Period::new(start, start.plus(6 * HOUR_US)).unwrap());
    let at = |minute: i64| start.plus(minute * MINUTE_US);
    for event in events {
        match *event {
            Event::Ends(minute) => aggregator.ends(at(minute)),
            Event::Sample(minute) | Event::GoesOn(minute) => {
                if let Event::GoesOn(_) = event {
                    aggregator.goes_on(at(minute));
                }
                let (message_id, facts) = (MessageId::None, std::sync::Arc::default());
                let sample = Sample { at: at(minute), message_id, volume: 1.into(), facts, metadata_lines: None };
                aggregator.push(&sample).unwrap();
            }
        }
    }
    let outcome = aggregator.finish().unwrap();
    outcome.volumes.first().map(|volume| volume.volume.to_string())
}

#[test]
fn a_marker_ends_the_hold() {
    // semantics 3: half an hour instead of max_gap's two; slices and counters know nothing of it.
    use Event::{Ends, GoesOn, Sample};
    assert_eq!(hours(Aggregate::Integral, &[Sample(0), Ends(30)]).unwrap(), "0.5");
    assert_eq!(hours(Aggregate::Uptime, &[Sample(0), Ends(30), Sample(60)]).unwrap(), "2.5");
    assert_eq!(hours(Aggregate::MaxPerSlice, &[Sample(0), Ends(30)]).unwrap(), "1");
    // Where the label set goes on within max_gap it was a failed scrape; beyond, it was an end.
    assert_eq!(hours(Aggregate::Integral, &[Sample(0), Ends(30), GoesOn(60)]).unwrap(), "3");
    assert_eq!(hours(Aggregate::Integral, &[Sample(0), Ends(30), GoesOn(151)]).unwrap(), "2.5");
    // The first of several counts.
    assert_eq!(hours(Aggregate::Integral, &[Sample(0), Ends(30), Ends(60)]).unwrap(), "0.5");
    // What ended before the period does not reach it.
    assert_eq!(hours(Aggregate::Integral, &[Sample(-60), Ends(-30)]), None);
    assert_eq!(hours(Aggregate::Integral, &[Sample(-60), Ends(15)]).unwrap(), "0.25");
    assert_eq!(hours(Aggregate::Integral, &[Sample(-60), Ends(-30), GoesOn(60)]).unwrap(), "3");
}
