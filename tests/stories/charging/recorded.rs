//! The recorded cloud announces its volumes only when they change.

use artifice_tests::{Cloud, workspace};

const RECORDING: &str = "../shared/recordings/ceilometer-2013/samples.ndjson.gz";
const DEMO: &str = "931dc699f9934021bb4a2b1088ba4d3b";

#[test]
fn the_recorded_volumes_are_charged_until_the_end_where_the_cloud_only_notifies() {
    let recording = workspace().join(RECORDING);
    if !recording.is_file() {
        println!("skipped: the recording {RECORDING} is not there");
        return;
    }
    let cloud = Cloud::new();
    cloud.set("source", &format!("{{kind: file, path: '{}'}}", recording.display()));
    cloud.write(
        "rates.csv",
        "* | volume.size | GB per hour | 1\n* | m1.nano | hour | 0\n* | storage.objects.size | GB per hour | 0\n",
    );
    let volume = || {
        let shown = cloud.usage("--month 2013-08").done();
        let bill = shown.bill_of(DEMO);
        let line = bill.lines().iter().find(|line| line["service"] == "volume.size").unwrap().clone();
        (line["quantity"].as_str().unwrap().to_owned(), line["unit"].as_str().unwrap().to_owned(), shown)
    };

    // Created on 5 August: by default that is one slice of an hour, and it is told.
    let (hours, unit, shown) = volume();
    assert_eq!((hours.as_str(), unit.as_str()), ("1", "GB·hour"));
    shown.says("the entry volume.size charges 2 resources (5d658ace").says("meters: notifications");

    // Announced until the month's end: 26 days and 20 hours, and no warning.
    cloud.set("meters", "notifications");
    let (hours, unit, shown) = volume();
    let whole: u32 = hours.split('.').next().unwrap().parse().unwrap();
    assert!((640..650).contains(&whole) && unit == "GB·hour", "{hours} {unit}");
    shown.says_not("the entry volume.size charges");
}
