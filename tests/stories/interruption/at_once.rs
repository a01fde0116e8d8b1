//! Several bills at once.

use std::process::Child;

use artifice_tests::{Bill, Cloud, Erp, Ran, Vm};

fn all_at_once(cloud: &Cloud, ranges: &[&str]) -> Vec<Ran> {
    let start = |range: &&str| cloud.command(&format!("bill --format json {range}")).spawn().unwrap();
    let running: Vec<Child> = ranges.iter().map(start).collect();
    let end = |child: Child| Ran::new("one of several".to_owned(), child.wait_with_output().unwrap());
    running.into_iter().map(end).collect()
}

#[test]
fn four_bills_for_one_period_make_one_document_a_tenant() {
    for _ in 0..3 {
        let cloud = Cloud::new();
        for tenant in ["aroha", "bob", "carol"] {
            cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
        }
        let erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 20}");
        cloud.run("db migrate").done();

        for ran in all_at_once(&cloud, &["--month 2013-08"; 4]) {
            assert_eq!(ran.done().bills().len(), 3);
        }

        erp.has_each_statement_once(3);
        assert_eq!(erp.calls("commit"), 3);
    }
}

#[test]
fn four_csv_bills_for_one_period_make_one_document_a_tenant() {
    let cloud = Cloud::new();
    for tenant in ["aroha", "bob", "carol"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-05", 24));
    }
    cloud.run("db migrate").done();

    all_at_once(&cloud, &["--month 2013-08"; 4]).into_iter().for_each(|ran| drop(ran.done()));

    assert_eq!(cloud.statuses(), ["committed"; 3]);
    assert_eq!(cloud.files("invoices").len(), 3);
}

#[test]
fn of_four_overlapping_ranges_one_is_billed() {
    let ranges = [
        "--from 2013-08-01 --to 2013-09-01",
        "--from 2013-08-15 --to 2013-09-15",
        "--from 2013-08-10 --to 2013-08-20",
        "--from 2013-08-05 --to 2013-09-05",
    ];
    for _ in 0..3 {
        let cloud = Cloud::new();
        for tenant in ["aroha", "bob"] {
            cloud.meter(Vm::of(tenant, "vm").active("2013-08-16", 24));
        }
        let erp = Erp::of(&cloud, "");

        cloud.run("db migrate").done();

        let ran = all_at_once(&cloud, &ranges);

        for tenant in ["aroha", "bob"] {
            // One may also finish what another one has begun, which is then a bill of another period.
            let own = |(range, ran): &(&&str, &Ran)| {
                let bills = ran.bills();
                let start = |bill: &Bill| bill.0["period"]["start"].as_str().unwrap()[..10].to_owned();
                bills.iter().any(|bill| bill.tenant() == tenant && range.contains(&format!("--from {}", start(bill))))
            };
            let billed = ranges.iter().zip(&ran).filter(own).count();
            let failed = ran.iter().filter(|ran| ran.failures().contains(&tenant.to_owned())).count();
            assert_eq!((billed, failed), (1, 3), "{ran:#?}");
        }
        for ran in ran {
            assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
            assert!(ran.status == Some(0) || ran.err.contains("overlaps statement"), "{ran:?}");
        }
        erp.has_each_statement_once(2);
    }
}

#[test]
fn several_bills_may_find_that_there_is_no_ledger_yet() {
    for _ in 0..5 {
        let cloud = Cloud::new();
        cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));

        all_at_once(&cloud, &["--month 2013-08"; 4]).into_iter().for_each(|ran| drop(ran.done()));

        assert_eq!(cloud.statuses(), ["committed"]);
    }
}
