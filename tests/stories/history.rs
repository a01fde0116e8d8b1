//! What has been billed: line by line, and summed up.

mod edges;
mod lines;
mod sums;

use artifice_tests::{Cloud, Vm, Volume};
use serde_json::Value;

const AUGUST: &str = "--month 2013-08";
const SEPTEMBER: &str = "--month 2013-09";

/// Two tenants and two months: 2.20 and 1.00, of which 2.70 in August.
fn billed() -> Cloud {
    let cloud = Cloud::new();
    cloud.set("rates", "{file: rates.csv, names: names.csv}");
    cloud.write("names.csv", "m1.nano | VM, nano\n");
    cloud.write(
        "rates.csv",
        "* | VM, nano | hour | 0.05\n* | m1.small | hour | 0.10\n* | volume.size | GB per hour | 0.01\n",
    );
    cloud.meter(Vm::of("aroha", "vm-a").named("web").active("2013-08-05", 24));
    cloud.meter(Volume::of("aroha", "disk").sized(10, "2013-08-06", 5));
    cloud.meter(Vm::of("bob", "vm-b").flavor("m1.small").active("2013-08-07", 10));
    cloud.meter(Vm::of("aroha", "vm-a").named("renamed").host("wlg-1").active("2013-09-05", 10));
    cloud.bill(AUGUST).done();
    cloud.bill(SEPTEMBER).done();
    cloud
}

/// The groups of a history, each as the places, the lines, the costs and the volumes.
fn groups(cloud: &Cloud, arguments: &str) -> Vec<String> {
    let shown = cloud.run(&format!("history --format json {arguments}")).done().json();
    let by: Vec<&str> = shown["by"].as_array().unwrap().iter().map(|by| by.as_str().unwrap()).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let place = |value: &Value| value.as_str().map_or_else(|| text(&value["id"]), str::to_owned);
    let list = |value: &Value, key: &str, of: &str| {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", text(&one[key]), text(&one[of])))
            .collect::<Vec<_>>()
    };
    let group = |group: &Value| {
        let mut words: Vec<String> = by.iter().map(|by| place(&group[*by])).collect();
        words.push(format!("{}:", group["lines"]));
        words.push(list(&group["costs"], "currency", "cost").join(" + "));
        words.push(format!("for {}", list(&group["quantities"], "quantity", "unit").join(" + ")));
        words.join(" ")
    };
    shown["groups"].as_array().unwrap().iter().map(group).collect()
}

/// A field of all lines of a history.
fn all(cloud: &Cloud, arguments: &str, field: &str) -> Vec<String> {
    let shown = cloud.run(&format!("history --format json {arguments}")).done().json();
    let lines = shown["lines"].as_array().unwrap();
    lines.iter().map(|line| line[field].as_str().unwrap_or_else(|| panic!("{field}: {line}")).to_owned()).collect()
}
