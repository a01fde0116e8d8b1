//! Whom the driver reads, what a failure means for the others, and that both ways in come to the same.

mod surveyed;

use std::sync::Mutex;

use artifice_model::aggregate::{Aggregate, Entry, Locations};
use artifice_model::time::HOUR_US;
use artifice_model::{Decimal, Period, Tenant, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::cancel::Cancel;
use crate::choice::KnownTenant;
use crate::error::SourceError;
use crate::headway::Headway;
use crate::request::TenantUsage;
use crate::sink::{Point, Says, Sink, Stop, Value};
use crate::source::Scope;
use crate::testing::{TestSeries, TestSource, Way, says};

const METERS: [&str; 3] = ["instance", "volume.size", "network.outgoing.bytes"];

fn period() -> Period {
    Period::new("2026-10-01T00:00:00Z".parse().unwrap(), "2026-10-03T00:00:00Z".parse().unwrap()).unwrap()
}

fn entries() -> Vec<Entry> {
    let mut twice = Entry::new("volume.size", "Block storage", Aggregate::MaxPerSlice);
    twice.id = "other".to_owned();
    let volume = Entry::new("volume.size", "Storage", Aggregate::Integral);
    let traffic = Entry::new("network.outgoing.bytes", "Network", Aggregate::Increase);
    let mut all: Vec<Entry> = Entry::built_in().into_iter().filter(|entry| entry.meter == "instance").collect();
    all.extend([volume, twice, traffic]);
    all
}

/// What comes of a source, and how it ended.
fn collected(source: &dyn Source, at_once: usize, cancel: &Cancel) -> (Vec<TenantUsage>, Result<Seen, CollectError>) {
    collected_counting(source, at_once, cancel, &Headway::default())
}

/// The same, counted.
fn collected_counting(
    source: &dyn Source,
    at_once: usize,
    cancel: &Cancel,
    headway: &Headway,
) -> (Vec<TenantUsage>, Result<Seen, CollectError>) {
    let (entries, locations) = (entries(), Locations::new("default", []));
    let known = source.connect().unwrap().into_iter().map(|tenant| tenant.id).collect();
    let request = Request {
        cuts: &[period().start().plus(HOUR_US)],
        known: &known,
        at_once,
        notice_unmapped: true,
        cancel,
        ..Request::of(&entries, &locations, period(), headway)
    };
    let mut all = Vec::new();
    let seen = collect(source, request, &mut |usage| all.push(usage));
    (all, seen)
}

/// A resource with two label sets, as after a resize; the points of each in order.
fn a_series() -> impl Strategy<Value = TestSeries> {
    let point = || (-30..60_i64, 0..4_i64);
    let piece = || prop::collection::vec(point(), 0..30);
    (0..3_u8, 0..4_u8, 0..3_usize, prop::collection::vec(piece(), 1..3)).prop_map(
        |(tenant, resource, meter, pieces)| {
            let label_set = |(number, points): (usize, Vec<(i64, i64)>)| {
                let unit = if METERS[meter] == "instance" { "instance" } else { "GB" };
                let flavor = ["m1.small", "m1.large"][number];
                let says = says(unit, &[("flavor.name", flavor), ("instance_type", flavor), ("host", "compute-1")]);
                let mut points: Vec<Point> = points
                    .into_iter()
                    .map(|(hour, value)| Point {
                        at: period().start().plus(hour * HOUR_US),
                        value: Value::Number(Decimal::from(value)),
                    })
                    .collect();
                points.sort_by_key(|point| (point.at, point.value));
                (says, points)
            };
            TestSeries {
                tenant: format!("tenant-{tenant}").as_str().into(),
                resource: format!("resource-{resource}"),
                meter: METERS[meter].to_owned(),
                pieces: pieces.into_iter().enumerate().map(label_set).collect(),
            }
        },
    )
}

/// Series, each there once.
fn a_cloud() -> impl Strategy<Value = Vec<TestSeries>> {
    prop::collection::vec(a_series(), 0..12).prop_map(|mut all| {
        all.sort_by(|one, other| {
            (&one.tenant, &one.resource, &one.meter).cmp(&(&other.tenant, &other.resource, &other.meter))
        });
        all.dedup_by(|one, other| {
            (&one.tenant, &one.resource, &one.meter) == (&other.tenant, &other.resource, &other.meter)
        });
        all
    })
}

fn usage_of(source: &TestSource, at_once: usize) -> String {
    let (usage, seen) = collected(source, at_once, &Cancel::default());
    format!("{usage:#?} {:#?}", seen.unwrap())
}

proptest! {
    #[test]
    fn points_in_order_give_what_samples_in_any_order_give(
        series in a_cloud(), seed in any::<u64>(), windows in 1..5_u32, block in 1..9_usize,
    ) {
        let any_order = TestSource { series: series.clone(), way: Way::AnyOrder { seed }, at_once: 1 };
        let in_order = TestSource { series, way: Way::InOrder { windows, block }, at_once: 3 };
        let expected = usage_of(&any_order, 1);
        prop_assert_eq!(&usage_of(&in_order, 1), &expected);
        prop_assert_eq!(&usage_of(&in_order, 3), &expected);
    }
}

/// What a tenant's reading does.
type Reading = fn(&Run<'_>, &mut dyn Sink) -> Result<(), Ended>;

/// A source whose tenants are read as each says.
struct Scripted {
    tenants: Vec<(&'static str, Reading)>,
    at_once: usize,
    read: Mutex<Vec<String>>,
}

impl Scripted {
    fn new(at_once: usize, tenants: &[(&'static str, Reading)]) -> Self {
        Scripted { tenants: tenants.to_vec(), at_once, read: Mutex::default() }
    }
}

impl Source for Scripted {
    fn connect(&self) -> Result<Vec<KnownTenant>, SourceError> {
        let tenant = |id: &str| KnownTenant::forgotten(Tenant { id: id.into(), name: None });
        Ok(self.tenants.iter().map(|(id, _)| tenant(id)).collect())
    }

    fn plan(&self, _: &Wanted) -> Plan {
        Plan::PerTenant { at_once: self.at_once }
    }

    fn read(&self, scope: Scope<'_>, _: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let Scope::Tenant(tenant) = scope else { panic!("all at once") };
        self.read.lock().unwrap().push(tenant.to_string());
        let (_, reading) = self.tenants.iter().find(|(id, _)| *id == tenant.as_str()).unwrap();
        reading(run, sink)
    }
}

fn fine(_: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
    let series = sink.series("r", 0)?;
    let point = |hour: i64| Point { at: period().start().plus(hour * HOUR_US), value: Value::Number(Decimal::ONE) };
    let labels: Says = says("instance", &[("instance_type", "m1.small")]);
    Ok(sink.points(series, &labels, &[point(1), point(1), point(2)])?)
}

fn backwards(run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
    fine(run, sink)?;
    fine(run, sink)
}

fn slow(_: &Run<'_>, _: &mut dyn Sink) -> Result<(), Ended> {
    Err(SourceError { slow: true, ..SourceError::new(Reach::Tenant, "too slow") }.into())
}

fn slow_after_an_answer(_: &Run<'_>, _: &mut dyn Sink) -> Result<(), Ended> {
    Err(SourceError { slow: true, answered: true, ..SourceError::new(Reach::Tenant, "too slow") }.into())
}

fn broken(_: &Run<'_>, _: &mut dyn Sink) -> Result<(), Ended> {
    Err(SourceError::new(Reach::Tenant, "broken").into())
}

fn gone(_: &Run<'_>, _: &mut dyn Sink) -> Result<(), Ended> {
    Err(SourceError::new(Reach::Service, "gone").into())
}

/// What is said of each tenant, `ok` of those with usage.
fn told(all: &[TenantUsage]) -> Vec<String> {
    let said = |usage: &TenantUsage| usage.usage.as_ref().map_or_else(ToString::to_string, |_| "ok".to_owned());
    all.iter().map(said).collect()
}

#[test]
fn a_failure_reaches_as_far_as_it_says() {
    for at_once in [1, 3] {
        let tenants: &[(&'static str, Reading)] =
            &[("a", fine), ("b", broken), ("c", gone), ("d", fine), ("e", fine), ("f", fine)];
        let (usage, seen) = collected(&Scripted::new(at_once, tenants), at_once, &Cancel::default());
        let lost = "not collected: gone";
        // Who was being read beside it has usage all the same.
        let beside = if at_once == 1 { lost } else { "ok" };
        assert_eq!(told(&usage), ["ok", "broken", lost, beside, beside, lost]);
        assert!(seen.is_ok());
        let nothing = collected(&Scripted::new(at_once, &[("a", gone), ("b", fine)]), at_once, &Cancel::default());
        assert!(nothing.0.is_empty() && nothing.1.unwrap_err().is_start_up());
    }
}

#[test]
fn what_is_read_is_counted_while_it_lasts() {
    for at_once in [1, 3] {
        let (source, headway) =
            (Scripted::new(at_once, &[("a", fine), ("b", fine), ("c", broken)]), Headway::default());
        collected_counting(&source, at_once, &Cancel::default(), &headway).1.unwrap();
        assert_eq!((headway.look().samples, headway.look().tenants), (6, Some(3)), "{at_once} at once");
    }
    let text = [("a", "vm-1"), ("b", "vm-2"), ("b", "vm-3")].map(|(tenant, resource)| {
        format!(
            r#"{{"project_id": "{tenant}", "resource_id": "{resource}", "counter_name": "instance", "counter_type": "gauge", "counter_unit": "instance", "counter_volume": 1, "timestamp": "2026-10-01T10:00:00", "message_id": "{resource}", "resource_metadata": {{"instance_type": "m1.small"}}}}"#
        )
    });
    let headway = Headway::default();
    let source = crate::sources::file::TextSource;
    let (usage, _) = collected_counting(&source(text.concat().as_bytes()), 1, &Cancel::default(), &headway);
    assert_eq!((usage.len(), headway.look().samples, headway.look().tenants), (2, 3, Some(2)));
}

#[test]
fn two_time_outs_in_a_row_are_the_service() {
    let tell = |tenants: &[(&'static str, Reading)]| {
        let (usage, seen) = collected(&Scripted::new(1, tenants), 1, &Cancel::default());
        (told(&usage), seen.is_ok())
    };
    let (said, _) = tell(&[("a", fine), ("b", slow), ("c", fine), ("d", slow), ("e", slow), ("f", fine)]);
    assert_eq!(said, ["ok", "too slow", "ok", "too slow", "not collected: too slow", "not collected: too slow"]);
    let (said, _) = tell(&[("a", fine), ("b", slow), ("c", slow_after_an_answer), ("d", broken), ("e", slow)]);
    assert_eq!(said, ["ok", "too slow", "too slow", "broken", "too slow"]);
    // If it has never answered, nothing has begun.
    assert_eq!(tell(&[("a", slow), ("b", slow), ("c", fine)]), (vec!["too slow".to_owned()], false));
}

#[test]
fn a_series_that_goes_back_fails_its_tenant() {
    let (usage, seen) = collected(&Scripted::new(1, &[("a", backwards), ("b", fine)]), 1, &Cancel::default());
    assert!(seen.is_ok() && told(&usage)[0].contains("the series instance of resource r out of order"), "{usage:?}");
    assert_eq!(told(&usage)[1], "ok");
}

#[test]
fn whoever_cancels_is_heeded_before_the_next_tenant_and_within_one() {
    let cancel = Cancel::default();
    cancel.cancel();
    let source = Scripted::new(1, &[("a", fine)]);
    assert!(matches!(collected(&source, 1, &cancel), (usage, Err(CollectError::Cancelled)) if usage.is_empty()));
    assert!(source.read.lock().unwrap().is_empty());

    fn cancels(run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        run.cancel.cancel();
        fine(run, sink)
    }
    let source = Scripted::new(2, &[("a", cancels), ("b", fine)]);
    let (usage, seen) = collected(&source, 2, &Cancel::default());
    assert!(usage.is_empty() && matches!(seen, Err(CollectError::Cancelled)));
}

#[test]
fn several_share_the_memory_and_are_asked_for_as_many_as_there_are_places() {
    fn a_third(run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        assert_eq!(run.memory_bytes, 64_000_000 / 3);
        fine(run, sink)
    }
    let source = Scripted::new(8, &[("a", a_third), ("b", a_third), ("c", a_third), ("d", a_third)]);
    let (usage, _) = collected(&source, 3, &Cancel::default());
    let ids: Vec<&str> = usage.iter().map(|usage| usage.tenant.as_str()).collect();
    assert_eq!((ids, told(&usage)), (vec!["a", "b", "c", "d"], vec!["ok".to_owned(); 4]));
}

#[test]
fn an_end_after_which_its_label_set_goes_on_is_a_failed_scrape() {
    use crate::merge::{Cursor, Piece, merge};
    struct Once(Vec<Vec<Point>>);
    impl Cursor for Once {
        fn next(&mut self, block: &mut Vec<Point>) -> Result<bool, SourceError> {
            let next = self.0.pop();
            block.extend(next.iter().flatten());
            Ok(next.is_some())
        }
    }
    struct Kept(Vec<(Timestamp, Value)>);
    impl Sink for Kept {
        fn interest(&mut self, _: Option<&str>, _: &str) -> crate::sink::Interest {
            crate::sink::Interest::Pass
        }
        fn seen(&mut self, _: &str) {}
        fn passed(&mut self, _: &str, _: &str, _: Option<Timestamp>) {}
        fn owner(&mut self, _: &str, _: &str, _: usize, _: Timestamp) -> Result<(), Stop> {
            Ok(())
        }
        fn sample(&mut self, _: crate::sink::Incoming<'_>) -> Result<(), Stop> {
            Ok(())
        }
        fn series(&mut self, _: &str, _: usize) -> Result<crate::sink::SeriesId, Stop> {
            Ok(crate::sink::SeriesId(0))
        }
        fn points(&mut self, _: crate::sink::SeriesId, _: &Says, points: &[Point]) -> Result<(), Stop> {
            self.0.extend(points.iter().map(|point| (point.at, point.value)));
            Ok(())
        }
    }
    let at = Timestamp::from_micros;
    let number = |us: i64| Point { at: at(us), value: Value::Number(Decimal::ONE) };
    let ends = |us: i64| Point { at: at(us), value: Value::Ends };
    // Blocks, the last one first: the first end is a failed scrape, the second one is real, so is the third.
    let one = Once(vec![vec![number(90), ends(95)], vec![number(20), ends(30)], vec![number(0), ends(10)]]);
    let other = Once(vec![vec![number(15), number(25)]]);
    let mut kept = Kept(Vec::new());
    let mut pieces =
        vec![Piece::new(says("", &[("a", "1")]), Box::new(one)), Piece::new(says("", &[("a", "2")]), Box::new(other))];
    merge(crate::sink::SeriesId(0), &mut pieces, 20, &mut kept).unwrap();
    let times: Vec<(i64, bool)> = kept.0.iter().map(|(at, value)| (at.micros(), *value == Value::Ends)).collect();
    assert_eq!(times, [(0, false), (15, false), (20, false), (25, false), (30, true), (90, false), (95, true)]);
}
