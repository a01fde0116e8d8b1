//! What a run has come to, in a few notes.

use artifice_tests::{Cloud, Erp, Ran, Vm};

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud
}

/// The notes about what a run has come to.
fn notes(ran: &Ran) -> Vec<&str> {
    let begins = ["billed ", "not done", "3 tenants: ", "75 samples in ", "0 samples in "];
    let is_about = |line: &&str| begins.iter().any(|begin| line.starts_with(begin));
    ran.err.lines().filter_map(|line| line.strip_prefix("note: ")).filter(is_about).collect()
}

#[test]
fn a_bill_sums_up_what_it_did_and_what_it_did_not() {
    let cloud = cloud();
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
    let erp = Erp::of(&cloud, "{at: open, does: refuse, first: 2}");
    let ran = cloud.run("bill --month 2013-08").failed();
    let told = notes(&ran);
    assert!(matches!(told[..], [times, _] if times.starts_with("75 samples in ")), "{ran:#?}");
    assert_eq!(told[1], "not done, each for the reason above: 2 stored and not sent");

    let erp = erp.with("{at: commit, does: sleep, millis: 300, first: 1}", 0);
    let ran = cloud.run("bill --month 2013-08").done();
    let told = notes(&ran);
    assert_eq!(told[0], "billed 2 tenants with 2 statements: NZD 2.40; billed before: 1 statement", "{ran:#?}");
    assert!(told[1].contains(" s: ") && told[1].contains("sending "), "{ran:#?}");
    erp.has_each_statement_once(3);
    // Who wants to hear nothing hears nothing.
    let ran = cloud.run("-q bill --month 2013-08").done();
    assert_eq!(ran.err, "");
}

#[test]
fn a_preview_sums_up_what_it_shows() {
    let cloud = cloud();
    for command in ["usage --month 2013-08", "bill --dry-run --month 2013-08"] {
        let ran = cloud.run(command).done();
        assert!(matches!(notes(&ran)[..], ["3 tenants: NZD 3.60", _]), "{ran:#?}");
        assert!(!ran.out.contains(" samples in "), "{ran:#?}");
    }
    // What one table says is not said again.
    let ran = cloud.run("usage -t aroha --month 2013-08").done();
    assert!(matches!(notes(&ran)[..], [times] if times.starts_with("75 samples in ")), "{ran:#?}");
}
