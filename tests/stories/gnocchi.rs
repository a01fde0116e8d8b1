//! Bills from a running Gnocchi: a month of which every hour is known, as far back as it is kept.

mod failing;
mod month;
mod retention;

use artifice_tests::Cloud;
use artifice_tests::gnocchi::{Gnocchi, Policy, Resource, polled};

const OCTOBER: &str = "--month 2013-10";
const DEMO: &str = "de16eb57a84d401ca8845473bb1ea1d1";
const OTHER: &str = "a078ca7bdb8f4782a9b7191ff87ea5c5";
/// When metering begins, and ends: nobody knows yet what comes then.
const BEGIN: &str = "2013-09-30T20:00";
const END: &str = "2013-11-01";

const RATES: &str = "\
* | m1.small | hour | 0.05
* | m1.large | hour | 0.20
* | volume.size.ssd | GiB per hour | 0.0001
* | network.outgoing.bytes | GB | 0.10
* | ip.floating | ip per hour | 0.01
";

/// A cloud that is billed from a Gnocchi with users of its own.
fn cloud() -> (Cloud, Gnocchi) {
    let (cloud, gnocchi) = (Cloud::new(), Gnocchi::new());
    gnocchi.serve(&cloud, "");
    cloud.set("meters", "gnocchi");
    cloud.write("rates.csv", RATES);
    (cloud, gnocchi)
}

/// A machine that is polled all month.
fn vm(project: &str, number: u32, policy: &'static Policy) -> Resource {
    Resource::of(project, "instance", number)
        .with("display_name", &format!("vm-{number}"))
        .with("flavor_name", "m1.small")
        .metric("cpu", "ns", policy, polled(BEGIN, END, |number| number * 75_000_000_000))
}

/// Service, resource and quantity of each line.
fn lines(bill: &artifice_tests::Bill) -> Vec<String> {
    let of = |line: &serde_json::Value| {
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        format!("{} {} {}", text("service"), text("resource_name"), text("quantity"))
    };
    bill.lines().iter().map(of).collect()
}
