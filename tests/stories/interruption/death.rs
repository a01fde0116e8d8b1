//! The program dies.

use std::thread;
use std::time::{Duration, Instant};

use artifice_tests::{Cloud, Erp, Vm};

const TENANTS: [&str; 3] = ["aroha", "bob", "carol"];
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    for tenant in TENANTS {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud
}

/// So that only one of the statements is under way when the program ends.
fn one_at_a_time(cloud: &Cloud) {
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
}

#[test]
fn a_bill_that_is_killed_at_any_instant_is_finished_by_the_next() {
    const SLOW: &str = "{at: commit, does: sleep, millis: 25}, {at: committed, does: sleep, millis: 25}";
    let undisturbed = cloud();
    let erp = Erp::of(&undisturbed, SLOW);
    let begin = Instant::now();
    undisturbed.bill("--month 2013-08").done();
    let whole = begin.elapsed();
    erp.has_each_statement_once(3);

    // A few very early ones, then some over all of its time; not quite even, so that they do not
    // always hit the same step.
    let early = [0, 1, 3, 7].map(Duration::from_millis);
    let later = (1..=11_u32).map(|step| whole * (step * 37 % 41) / 41);
    for delay in early.into_iter().chain(later) {
        let cloud = cloud();
        let erp = Erp::of(&cloud, SLOW);
        let mut running = cloud.command("bill --month 2013-08").spawn().unwrap();
        thread::sleep(delay);
        running.kill().unwrap();
        running.wait().unwrap();

        let billed = cloud.bill("--month 2013-08").done();

        assert_eq!(billed.bills().len(), 3, "killed after {delay:?}");
        erp.has_each_statement_once(3);
    }
}

#[test]
fn csv_documents_survive_a_kill_at_any_instant() {
    for step in 0..10_u64 {
        let cloud = cloud();
        let mut running = cloud.command("bill --month 2013-08").spawn().unwrap();
        thread::sleep(Duration::from_millis(step * 29));
        running.kill().unwrap();
        running.wait().unwrap();

        cloud.bill("--month 2013-08").done();

        assert_eq!(cloud.statuses(), ["committed"; 3]);
        let documents = TENANTS.map(|tenant| format!("{tenant}-2013-08-01-2013-09-01.csv"));
        assert_eq!(cloud.files("invoices"), documents);
        for document in documents {
            assert!(cloud.read(&format!("invoices/{document}")).ends_with(",24,1.20\n"));
        }
    }
}

#[test]
fn a_backend_that_ends_the_process_before_it_commits_is_asked_and_sent_again() {
    for (does, status, signal) in
        [("abort", None, Some(SIGABRT)), ("exit", Some(7), None), ("kill", None, Some(SIGKILL))]
    {
        let cloud = cloud();
        let erp = Erp::of(&cloud, &format!("{{at: commit, does: {does}, first: 1, tenant: bob}}"));
        one_at_a_time(&cloud);

        let died = cloud.bill("--month 2013-08");
        assert_eq!((died.status, died.signal), (status, signal), "{died:?}");
        assert_eq!(cloud.statuses().last().unwrap(), "sending");
        assert_eq!(erp.calls("find"), 0);

        cloud.bill("--month 2013-08").done().says("was begun by an earlier run");
        erp.has_each_statement_once(3);
        assert_eq!(erp.calls("find"), 1, "it was asked first");
        assert_eq!(erp.calls("commit"), 4);
    }
}

#[test]
fn a_backend_that_ends_the_process_after_it_committed_is_asked_and_not_sent_again() {
    for does in ["abort", "exit", "kill"] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, &format!("{{at: committed, does: {does}, first: 1, tenant: bob}}"));
        one_at_a_time(&cloud);
        assert_ne!(cloud.bill("--month 2013-08").status, Some(0));

        let billed = cloud.bill("--month 2013-08").done();

        assert!(billed.bill_of("bob").receipt().starts_with("ERP "));
        erp.has_each_statement_once(3);
        assert_eq!((erp.calls("find"), erp.calls("commit")), (1, 3));
    }
}

#[test]
fn what_was_stored_is_finished_as_it_was_stored() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: kill, first: 1, tenant: aroha}");
    cloud.bill("--month 2013-08 -t aroha");
    // Meanwhile, the world goes on.
    cloud.meter(Vm::of("aroha", "another").active("2013-08-06", 100));
    cloud.write("rates.csv", "* | m1.nano | hour | 99\n");

    let billed = cloud.bill("--month 2013-08 -t aroha").done().bill_of("aroha");

    assert_eq!((billed.all("resource_id"), billed.total()), (vec!["vm"], "1.20"));
    erp.has_each_statement_once(1);
}

#[test]
fn a_bill_for_another_period_finishes_what_is_unfinished() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: kill, first: 1}");
    cloud.bill("--month 2013-08 -t aroha");
    cloud.meter(Vm::of("aroha", "vm").active("2013-09-05", 24));

    cloud.bill("--month 2013-09 -t aroha").done();

    erp.has_each_statement_once(2);
}
