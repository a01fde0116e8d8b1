//! A month of a thousand projects in a real Ceilometer: who may see everybody asks for all of them at once.

use std::time::Instant;

use artifice_model::time::HOUR_US;
use artifice_tests::real::{MANY, RealCloud};
use artifice_tests::samples::sample;
use artifice_tests::{Bill, Cloud, Counter, Vm, Volume};
use serde_json::json;

const METERS: [&str; 6] = [
    "instance",
    "volume.size",
    "storage.objects.size",
    "ip.floating",
    "network.incoming.bytes",
    "network.outgoing.bytes",
];

/// What each project used: 120 samples.
fn used(project: &str) -> String {
    let id = |what: &str| format!("{project}-{what}");
    let gauge = |meter: &str, unit: &str| -> String {
        let at = |hour: i64| "2013-08-05T00:00:00Z".parse::<artifice_model::Timestamp>().unwrap().plus(hour * HOUR_US);
        let one = |hour| sample(project, &id(meter), meter, "gauge", unit, at(hour), json!(1));
        (0..20).map(|hour| format!("{}\n", one(hour))).collect()
    };
    let bytes: Vec<u64> = (0..20).map(|hour| hour * 1_000_000_000).collect();
    [
        Vm::of(project, &id("vm")).active("2013-08-05", 19),
        Volume::of(project, &id("disk")).sized(10, "2013-08-05", 20),
        gauge("storage.objects.size", "B"),
        gauge("ip.floating", "ip"),
        Counter::of(project, &id("tap"), "network.incoming.bytes").counts("2013-08-05", &bytes),
        Counter::of(project, &id("tap"), "network.outgoing.bytes").counts("2013-08-05", &bytes),
    ]
    .concat()
}

#[test]
fn are_read_in_a_few_requests() {
    let (real, cloud) = (RealCloud::shared(), Cloud::new());
    let ceilometer = real.another_ceilometer();
    let names = ["demo", "acme", "mill", "idle"].map(str::to_owned);
    let projects: Vec<String> = names.into_iter().chain((0..MANY).map(|number| format!("many-{number}"))).collect();
    ceilometer.meter(&projects.iter().map(|name| used(real.project(name))).collect::<String>());
    cloud.set("source", "{kind: ceilometer}");
    cloud.set("rates", "{file: rates.csv, missing: zero}");
    cloud.set("openstack", &real.section("billing", &format!(", ceilometer_url: '{}'", ceilometer.url())));

    let begin = Instant::now();
    let samples = ceilometer.read_plainly(&real.keystone, &METERS);
    let plainly = begin.elapsed();
    assert_eq!((samples, ceilometer.asked().len()), (projects.len() * 120, METERS.len()));
    let begin = Instant::now();
    let ran = cloud.usage("--month 2013-08").done();
    let (took, asked) = (begin.elapsed(), ceilometer.asked().len() - METERS.len());
    eprintln!(
        "{} projects, {samples} samples: a script that reads each meter at once takes {plainly:.1?}, their usage {took:.1?} in \
         {asked} requests",
        projects.len()
    );

    let bills = ran.bills();
    assert_eq!(bills.len(), projects.len());
    // 19 hours of a machine, 20 of 10 GB, 19 GB out and in.
    assert!(bills.iter().map(Bill::total).all(|total| total == "5.23"), "{:?}", bills.first());
    assert!(asked < 100, "{asked} requests: {:#?}", &ceilometer.asked()[METERS.len()..]);
}
