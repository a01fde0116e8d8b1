//! Many workers share one ledger.

use std::process::Child;
use std::thread;
use std::time::Duration;

use artifice_tests::{Cloud, Erp, Ran, Vm};

const TENANTS: usize = 200;
/// Of each of two programs.
const WORKERS: &str = "{invoice:object: test.misbehaving:Erp, workers: 8}";

fn tenant(number: usize) -> String {
    format!("tenant-{number:03}")
}

/// Tenants with some usage in the middle of August.
fn cloud(tenants: usize) -> Cloud {
    let cloud = Cloud::new();
    let samples: String =
        (0..tenants).map(|number| Vm::of(&tenant(number), &format!("vm-{number}")).active("2013-08-15", 2)).collect();
    cloud.meter(samples);
    cloud.run("db migrate").done();
    cloud
}

fn start(cloud: &Cloud, range: &str) -> Child {
    cloud.command(&format!("bill --format json {range}")).spawn().unwrap()
}

fn end(child: Child) -> Ran {
    Ran::new("one of two programs".to_owned(), child.wait_with_output().unwrap())
}

#[test]
fn sixteen_workers_of_two_programs_bill_the_same_tenants_once_each() {
    let cloud = cloud(TENANTS);
    let erp = Erp::of(&cloud, "");
    cloud.set("main", WORKERS);

    let programs = [(); 2].map(|()| start(&cloud, "--month 2013-08"));

    for ran in programs.map(end) {
        // Both know of everybody in the end, whoever of them did it.
        assert_eq!(ran.done().bills().len(), TENANTS);
    }
    erp.has_each_statement_once(TENANTS);
    assert_eq!(erp.calls("commit"), TENANTS, "no two did the same");
    cloud.bill("--month 2013-08").done().says("was billed for exactly this period before");
}

#[test]
fn of_overlapping_ranges_every_tenant_is_billed_for_one_and_told_of_the_other() {
    let ranges = ["--from 2013-08-01 --to 2013-08-20", "--from 2013-08-10 --to 2013-09-01"];
    let cloud = cloud(TENANTS);
    let erp = Erp::of(&cloud, "");
    cloud.set("main", WORKERS);

    let programs = ranges.map(|range| start(&cloud, range));

    let ran = programs.map(end);
    for number in 0..TENANTS {
        let id = tenant(number);
        let failed = ran.iter().filter(|ran| ran.failures().contains(&id)).count();
        assert_eq!(failed, 1, "{id}: one range is billed, the other one is told why not");
    }
    for ran in &ran {
        let failures = ran.json()["failed"].as_array().unwrap().clone();
        let says = |failed: &serde_json::Value| failed["error"].as_str().unwrap().to_owned();
        assert!(failures.iter().map(says).all(|why| why.contains("overlaps statement")), "{failures:#?}");
    }
    erp.has_each_statement_once(TENANTS);
}

#[test]
fn a_worker_takes_the_next_one_that_nobody_has_and_at_last_those_of_the_dead() {
    let cloud = cloud(6);
    // Nothing here depends on how fast anybody is: the first one would sleep for ever.
    let erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 600000, first: 1}");
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
    let mut stuck = start(&cloud, "--month 2013-08");
    while erp.calls("commit") == 0 {
        thread::sleep(Duration::from_millis(5));
    }

    // The other one has the rest done while the first one still has one tenant, and no more than that.
    let other = start(&cloud, "--month 2013-08");
    while erp.calls("made") < 5 {
        thread::sleep(Duration::from_millis(5));
    }
    let of_stuck = cloud.statements().into_iter().find(|statement| statement["tenant"]["id"] == "tenant-000").unwrap();
    assert_eq!(of_stuck["status"], "sending");

    stuck.kill().unwrap();
    stuck.wait().unwrap();
    assert_eq!(end(other).done().bills().len(), 6);
    erp.has_each_statement_once(6);
}

#[test]
fn how_many_work_at_once_is_configured() {
    for (workers, says) in [("0", "'0' is no number of workers"), ("many", "give 1 to 64"), ("65", "give 1 to 64")] {
        let cloud = Cloud::new();
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, workers: {workers}}}"));
        cloud.bill("--month 2013-08").refused().says(says);
    }
}
