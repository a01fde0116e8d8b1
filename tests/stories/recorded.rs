//! The recorded week: a real cloud's metering of August 2013, mostly newest first, much of it repeated.

use artifice_tests::{Cloud, Ran, workspace};

const RECORDING: &str = "../shared/recordings/ceilometer-2013/samples.ndjson.gz";
const DEMO: &str = "931dc699f9934021bb4a2b1088ba4d3b";

/// What was used: tenant, resource's name or id, service, location, volume, unit.
const USED: [(&str, &str, &str, &str, &str, &str); 9] = [
    (DEMO, "03bd0d4c trogdor", "m1.nano", "compute.openstack", "97.020255", "hour"),
    (DEMO, "0a16330b trogtwo", "m1.nano", "compute.openstack", "37.936214", "hour"),
    (DEMO, "1bd5a017 foo-1bd5a017-2777-4601-8c48-fd7569a4e485", "m1.nano", "compute.openstack", "91.705784", "hour"),
    (DEMO, "6d254988 foo-6d254988-1431-49d7-9491-e7c27d0bd6cb", "m1.nano", "compute.openstack", "91.705774", "hour"),
    (DEMO, "c01c63fe foo-c01c63fe-7a29-4426-bab1-34d088e92415", "m1.nano", "compute.openstack", "91.705797", "hour"),
    (DEMO, "931dc699 ", "storage.objects.size", "default", "54393831424", "B·hour"),
    ("4cb54495d7784d3dbd61db9d7adf955f", "4cb54495 ", "storage.objects.size", "default", "3282148648", "B·hour"),
    (DEMO, "a5696083 tests", "volume.size", "volume.openstack", "1", "GB·hour"),
    ("7ec5ec9750414a4c8e767e16e1b6c9cf", "5d658ace asdf", "volume.size", "volume.openstack", "2", "GB·hour"),
];

fn recorded_week() -> Option<Cloud> {
    let recording = workspace().join(RECORDING);
    if !recording.is_file() {
        println!("skipped: the recording {RECORDING} is not there");
        return None;
    }
    let cloud = Cloud::new();
    cloud.set("source", &format!("{{kind: file, path: '{}'}}", recording.display()));
    cloud.write("rates.csv", "* | m1.nano | hour | 0.05\n* | volume.size | GB per hour | 1\n* | storage.objects.size | GB per hour | 0.001\n");
    Some(cloud)
}

#[track_caller]
fn used(ran: &Ran) {
    let mut found = Vec::new();
    for bill in ran.bills() {
        for line in bill.lines() {
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            let resource = format!("{} {}", &text("resource_id")[..8], text("resource_name"));
            found.push([
                bill.tenant().to_owned(),
                resource,
                text("service"),
                text("location"),
                text("quantity"),
                text("unit"),
            ]);
        }
    }
    found.sort_by(|a, b| (&a[2], &a[1]).cmp(&(&b[2], &b[1])));
    let mut expected = USED.map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].map(str::to_owned));
    expected.sort_by(|a, b| (&a[2], &a[1]).cmp(&(&b[2], &b[1])));
    assert_eq!(found, expected);
}

#[test]
fn the_recorded_week_has_exactly_these_volumes() {
    let Some(cloud) = recorded_week() else { return };

    let shown = cloud.usage("--month 2013-08").done();
    used(&shown);
    let billed = cloud.bill("--month 2013-08").done();
    used(&billed);

    assert_eq!(billed.bill_of(DEMO).total(), "21.57");
    assert_eq!(cloud.files("invoices").len(), 3);
    for month in ["2013-07", "2013-09"] {
        cloud.bill(&format!("--month {month}")).done().says("nothing to bill");
    }
}

#[test]
fn the_recorded_week_is_the_same_with_little_memory() {
    let Some(cloud) = recorded_week() else { return };
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, memory: 16MB}");
    used(&cloud.usage("--month 2013-08").done());
}
