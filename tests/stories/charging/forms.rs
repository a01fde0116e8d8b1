//! What metering writes, in all its forms, and what is told of it.

use artifice_model::Timestamp;
use artifice_tests::samples::sample;
use artifice_tests::{Cloud, Vm};
use serde_json::{Value, json};

const AUGUST: &str = "--month 2013-08";

fn volume(at: &str, unit: &str, value: Value) -> Value {
    let at: Timestamp = at.parse().unwrap();
    sample("demo", "disk", "volume.size", "gauge", unit, at, value)
}

fn cloud(samples: &[Value]) -> Cloud {
    let cloud = Cloud::new();
    for sample in samples {
        cloud.meter(format!("{sample}\n"));
    }
    cloud
}

#[test]
fn files_of_ceilometer_s_publishers_are_read_beside_the_api_s() {
    let published = json!({
        "id": "p1", "name": "volume.size", "type": "gauge", "unit": "GB", "volume": 10, "user_id": null, "user_name": null,
        "project_id": "demo", "project_name": null, "resource_id": "disk", "timestamp": "2013-08-05T01:00:00.000000+00:00",
        "resource_metadata": {"host": "akl-1"}, "source": "openstack", "monotonic_time": null,
    });
    let cloud = cloud(&[volume("2013-08-05T00:00:00", "GB", json!(10)), published]);
    assert_eq!(cloud.bill(AUGUST).done().bill_of("demo").total(), "0.20");
}

#[test]
fn a_leap_second_is_read() {
    let leap = volume("2013-08-05T00:00:00", "GB", json!(10)).to_string().replace("05T00:00:00", "04T23:59:60");
    let cloud = Cloud::new();
    cloud.meter(format!("{leap}\n"));
    // It is the first instant of the fifth.
    assert_eq!(cloud.usage("--from 2013-08-05 --to 2013-08-06").done().bill_of("demo").total(), "0.10");
}

#[test]
fn a_volume_that_is_no_number_is_named() {
    let odd = volume("2013-08-05T00:00:00", "GB", json!("X")).to_string().replace("\"X\"", "NaN");
    let cloud = Cloud::new();
    cloud.meter(format!("{odd}\n"));
    cloud.bill(AUGUST).failed().says("samples.ndjson:1:").says("NaN is read here, and is no number");
}

#[test]
fn two_units_of_one_family_are_converted_and_told() {
    // The upgrade of 2025.2: GB becomes GiB. 10 GB and 10 GiB, an hour each.
    let cloud =
        cloud(&[volume("2013-08-05T00:00:00", "GB", json!(10)), volume("2013-08-05T01:00:00", "GiB", json!(10))]);
    let billed = cloud.bill(AUGUST).done().says("finds two units in 1 resource (disk ('GB' and then 'GiB'))");
    let bill = billed.bill_of("demo");
    assert_eq!((bill.all("unit"), bill.total()), (vec!["GiB·hour"], "0.21"));
}

#[test]
fn one_message_with_two_values_is_told() {
    let mut again = volume("2013-08-05T00:00:00", "GB", json!(20));
    again["message_id"] = json!("one");
    let mut first = volume("2013-08-05T00:00:00", "GB", json!(10));
    first["message_id"] = json!("one");
    let cloud = cloud(&[again, first.clone(), first]);
    cloud
        .bill(AUGUST)
        .done()
        .says("the meter volume.size has one message id with two values in 1 sample of 1 resource (disk)");
}

#[test]
fn instances_that_the_default_entries_do_not_find_are_told_with_the_preset() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 10).replace("\"instance\"", "\"cpu\""));
    let told = "the entry instance finds nothing, though `cpu` or `vcpus` say that there are instances";
    cloud.usage(AUGUST).done().says(told).says("`meters: polling`");
    cloud.set("meters", "polling");
    let billed = cloud.bill(AUGUST).done().says_not("finds nothing");
    assert_eq!(billed.bill_of("demo").total(), "0.50");
}
