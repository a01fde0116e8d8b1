//! Entries of one's own, billed by the command.

use artifice_model::Timestamp;
use artifice_tests::samples::sample;
use artifice_tests::{Cloud, Ran, Vm};
use serde_json::{Value, json};

const AUGUST: &str = "--month 2013-08";

/// A sample of a volume, with metadata.
fn volume(resource: &str, at: &str, gigabytes: u32, metadata: Value) -> String {
    let at: Timestamp = at.parse().unwrap();
    let mut sample = sample("demo", resource, "volume.size", "gauge", "GB", at, json!(gigabytes));
    sample["resource_metadata"] = metadata;
    format!("{sample}\n")
}

/// The lines of the only bill: service, volume, unit.
fn lines(ran: &Ran) -> Vec<[String; 3]> {
    let mut lines: Vec<_> = ran.bill_of("demo").lines().iter().map(of_line).collect();
    lines.sort();
    lines
}

fn of_line(line: &Value) -> [String; 3] {
    ["service", "quantity", "unit"].map(|key| line[key].as_str().unwrap().to_owned())
}

#[test]
fn one_meter_is_charged_by_several_entries() {
    let cloud = Cloud::new();
    cloud.set(
        "meters",
        "[{id: fast, meter: volume.size, section: Block storage, service: fast disk, aggregate: max_per_slice, \
          factor: 1/1024, unit: TiB, match: {volume_type: [ssd, nvme]}, resource_name: 'disk {metadata.label}'}, \
          {id: slow, meter: volume.size, section: Block storage, service: ['disk {metadata.volume_type}', disk], \
          aggregate: integral, match: {volume_type: hdd}}, \
          {id: creation, meter: volume.size, section: Fees, service: creation, aggregate: count, unit: request, \
          match: {event_type: volume.create.end}, location: everywhere}]",
    );
    cloud.write(
        "rates.csv",
        "* | fast disk | TiB per hour | 10\n* | disk hdd | GB per hour | 0.01\n* | creation | request | 0.25\n",
    );
    cloud.meter(volume("a", "2013-08-05T00:00:00", 512, json!({"volume_type": "nvme", "label": "data"})));
    cloud.meter(volume(
        "b",
        "2013-08-05T00:00:00",
        100,
        json!({"volume_type": "hdd", "event_type": "volume.create.end"}),
    ));

    let shown = cloud.usage(AUGUST).done();
    let billed = cloud.bill(AUGUST).done();
    let expected = [["creation", "1", "request"], ["disk hdd", "200", "GB·hour"], ["fast disk", "0.5", "TiB·hour"]];
    assert_eq!(lines(&billed), expected.map(|line| line.map(str::to_owned)));
    assert_eq!(shown.bill_of("demo").lines(), billed.bill_of("demo").lines());
    // 0.5 × 10 + 200 × 0.01 + 0.25
    assert_eq!(billed.bill_of("demo").total(), "7.25");
    let named = |service: &str, key: &str| {
        let bill = billed.bill_of("demo");
        let line = bill.lines().iter().find(|line| line["service"] == service).unwrap().clone();
        line[key].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (named("fast disk", "resource_name"), named("creation", "location")),
        ("disk data".to_owned(), "everywhere".to_owned())
    );
}

#[test]
fn the_list_replaces_the_built_in_one() {
    let cloud = Cloud::new();
    cloud.set("meters", "[{meter: volume.size, section: Block storage, aggregate: max_per_slice}]");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    cloud.meter(volume("a", "2013-08-05T00:00:00", 5, json!({})));
    let billed = cloud.bill(AUGUST).done().says("there is metering that nothing charges: instance (11 samples)");
    assert_eq!(lines(&billed), [["volume.size", "5", "GB·hour"].map(str::to_owned)]);
}

#[test]
fn the_same_is_never_charged_twice() {
    let cloud = Cloud::new();
    cloud.set(
        "meters",
        "[{meter: volume.size, section: Block storage, service: ssd, aggregate: last}, \
          {id: by-type, meter: volume.size, section: Block storage, service: '{metadata.type}', aggregate: max}]",
    );
    cloud.write("rates.csv", "* | ssd | GB | 1\n* | hdd | GB | 1\n");
    cloud.meter(volume("a", "2013-08-05T00:00:00", 5, json!({"type": "ssd"})));
    // Another tenant's volume is charged as two things, which is nobody's mistake.
    cloud.meter(volume("b", "2013-08-05T00:00:00", 5, json!({"type": "hdd"})).replace("\"demo\"", "\"other\""));

    for command in ["usage", "bill --dry-run", "bill"] {
        let failed = cloud.run(&format!("{command} --format json {AUGUST}")).failed();
        let failed = failed.says("resource a would be charged twice as 'ssd', by the entries volume.size and by-type");
        assert_eq!((failed.failures().len(), failed.bill_of("other").total()), (1, "10.00"));
    }
    assert_eq!(cloud.statements().len(), 1);
}

#[test]
fn one_service_by_matches_that_exclude_each_other_is_charged_once() {
    // The volume is moved from one type to the other: each entry charges its part.
    let cloud = Cloud::new();
    let entry = |kind: &str, factor: &str| {
        format!(
            "{{id: {kind}, meter: volume.size, section: Block storage, service: disk, aggregate: integral, \
              factor: {factor}, match: {{type: {kind}}}}}"
        )
    };
    cloud.set("meters", &format!("[{}, {}]", entry("ssd", "2"), entry("hdd", "1")));
    cloud.write("rates.csv", "* | disk | GB per hour | 1\n");
    cloud.meter(volume("a", "2013-08-05T00:00:00", 5, json!({"type": "ssd"})));
    cloud.meter(volume("a", "2013-08-05T01:00:00", 5, json!({"type": "hdd"})));
    let billed = cloud.bill(AUGUST).done();
    assert_eq!(
        lines(&billed),
        [["disk", "10", "GB·hour"], ["disk", "10", "GB·hour"]].map(|line| line.map(str::to_owned))
    );
}
