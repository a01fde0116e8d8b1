//! Bad input: one clear error that says where, and nothing else happens.

mod bounds;
mod configuration;
mod ledger;
mod rates;
mod samples;

use artifice_tests::{Cloud, Ran, Vm};

/// A cloud in which July is billed and August is not.
pub fn cloud() -> Cloud {
    let cloud = Cloud::new();
    cloud.unset("datacenters");
    cloud.meter(Vm::of("demo", "vm").active("2013-07-05", 24));
    cloud.bill("--month 2013-07").done();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud
}

/// Bills, previews and tries August: this is what goes wrong, and the ledger and the documents are as before.
#[track_caller]
fn goes_wrong(cloud: &Cloud, status: i32, says: &[&str]) {
    let before = (cloud.ledger(), cloud.files("invoices"));
    for command in ["bill --month 2013-08", "usage --month 2013-08", "bill --dry-run --month 2013-08"] {
        check(cloud.run(command), status, says);
        assert_eq!((cloud.ledger(), cloud.files("invoices")), before, "{command}");
    }
}

/// One clear error, without a panic.
#[track_caller]
pub fn check(ran: Ran, status: i32, says: &[&str]) {
    assert_eq!((ran.status, ran.signal), (Some(status), None), "{ran:#?}");
    assert!(ran.err.starts_with("error: ") && !ran.err.contains("panicked at"), "{ran:#?}");
    assert!(ran.err.lines().count() <= 1 + ran.err.matches(":").count() / 2 && ran.err.len() < 3000, "{ran:#?}");
    for text in says {
        assert!(ran.err.contains(text), "'{text}' is not in {ran:#?}");
    }
}
