//! A ledger with nothing wrong, also while somebody bills.

use artifice_tests::{Cloud, Erp, Ran, Vm};

use super::{Found, rich};

#[test]
fn a_ledger_with_everything_in_it_is_right_but_for_what_waits() {
    let cloud = rich();
    let before = cloud.ledger();
    for arguments in ["", "--backend", "--backend --since 2013-01-01"] {
        let found = Found::by(&cloud, arguments);
        assert_eq!(found.rules(), ["held"], "{:#}", found.json());
        assert_eq!(found.all()[0]["gravity"], "waiting");
        assert_eq!(found.all()[0]["statement"]["number"], 6);
        assert_eq!((found.json()["statements"].as_i64(), found.json()["tenants"].as_i64()), (Some(7), Some(3)));
    }
    assert_eq!(cloud.ledger(), before);

    cloud.run("statement release 6").done();
    cloud.bill("-t carol --month 2013-08").done();
    let ran = cloud.run("db verify --backend").done();
    assert!(ran.out.contains("7 statements of 3 tenants were checked"), "{ran:?}");
    assert!(ran.out.contains("the backend was asked about 7, and listed 7 documents: nothing is wrong"), "{ran:?}");
}

#[test]
fn findings_are_told_to_people() {
    let cloud = rich();
    let ran = cloud.run("db verify").failed();
    for text in [
        "waiting: held of tenant carol, statement 6 (",
        "limits.total",
        "artifice statement release",
        "0 findings are wrong, 1 wait",
    ] {
        assert!(ran.out.contains(text), "{text}: {ran:#?}");
    }
}

#[test]
fn a_bill_beside_it_is_no_finding() {
    let cloud = Cloud::new();
    for tenant in 0..40 {
        cloud.meter(Vm::of(&format!("tenant-{tenant}"), &format!("vm-{tenant}")).active("2013-08-05", 2));
    }
    let _erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 50}");
    cloud.run("db migrate").done();
    let mut bill = cloud.command("bill --month 2013-08").spawn().unwrap();
    let mut times = 0;
    while bill.try_wait().unwrap().is_none() {
        for arguments in ["", "--backend"] {
            let found = Found::by(&cloud, arguments);
            assert!(found.all().is_empty(), "{:#}", found.json());
            times += 1;
        }
    }
    assert!(times > 0);
    Ran::new("bill".to_owned(), bill.wait_with_output().unwrap()).done();
    assert_eq!(Found::by(&cloud, "--backend").json()["statements"], 40);
}

#[test]
fn without_a_ledger_or_with_an_old_one_there_is_nothing_to_verify() {
    let cloud = Cloud::new();
    cloud.run("db verify").refused().says_one_line().says("there is no ledger to verify");
    cloud.run("db migrate").done();
    assert_eq!(Found::by(&cloud, "").json()["statements"], 0);
    cloud.run("db verify --since 2013-08-01").refused().says("--backend");
    cloud.run("db verify --backend --since yesterday").refused().says("--since");
    cloud.db().run("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)").unwrap();
    cloud.run("db verify").refused().says_one_line().says("run `artifice db migrate` first");
}
