//! Where nobody sees a line change, a note says once in a while how far a run has got.

use std::fs::{self, File};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use artifice_tests::{Cloud, Ran, Vm};
use serde_json::Value;

/// Longer than it is from one note to the next.
const PATIENCE: Duration = Duration::from_secs(120);

/// A bill of two tenants, which stops with the second one, and what it says goes to a file.
fn begun(options: &str) -> (Cloud, Child) {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 1}");
    let mut command = cloud.command(&format!("{options} bill --month 2013-08"));
    command.env("ARTIFICE_CRASH_AT", "before storing invoice#2").env("ARTIFICE_CRASH_FILE", cloud.path("stops"));
    let child = command.stderr(File::create(cloud.path("said")).unwrap()).spawn().unwrap();
    (cloud, child)
}

fn wait_for(cloud: &Cloud, text: &str) {
    let begin = Instant::now();
    while !cloud.read("said").contains(text) {
        assert!(begin.elapsed() < PATIENCE, "'{text}' is not in: {}", cloud.read("said"));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_long_bill_says_so_in_its_log() {
    let says = "billing: 1 of 2 tenants, 50 samples";
    let [(text, of_text), (json, of_json), (quiet, of_quiet)] = ["", "--log-format json", "-q"].map(begun);
    wait_for(&text, &format!("note: {says}"));
    wait_for(&json, says);
    for (cloud, child) in [(&text, of_text), (&json, of_json), (&quiet, of_quiet)] {
        fs::remove_file(cloud.path("stops")).unwrap();
        Ran::new("bill".to_owned(), child.wait_with_output().unwrap()).done();
    }
    let objects = json.read("said");
    let messages = objects.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut messages = messages.map(|line| line["fields"]["message"].as_str().unwrap().to_owned());
    assert!(messages.any(|message| message.starts_with(says)), "{objects}");
    assert_eq!(quiet.read("said"), "");
    // A line that changes is for terminals.
    assert!(!text.read("said").contains(['\r', '\u{1b}']));
}
