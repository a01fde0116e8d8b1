//! Backends: found, refused, and survived.

mod classes;
mod documents;
mod files;
mod panics;
mod search;

use artifice_tests::{Cloud, Vm};

/// The name of the CSV backend's file.
const CSV: &str = "libbilling_csv_invoice.so";

/// A cloud with something to bill, and `plugins/` as its plugin directory.
fn cloud() -> Cloud {
    let cloud = Cloud::new();
    cloud.set("plugins", "{path: plugins}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud
}

/// Bills with this file as the CSV backend: one clear line, exit status 2, and nothing is stored.
#[track_caller]
fn refused(cloud: &Cloud, what: &str) {
    let file = cloud.path("plugins").join(CSV);
    cloud.bill("--month 2013-08").refused().says_one_line().says(what).says(file.to_str().unwrap());
    assert!(!cloud.has_ledger(), "{what}");
}
