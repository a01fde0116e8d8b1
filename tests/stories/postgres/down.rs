//! A server that stops in the middle: nothing half done, and the same command finishes later.

use std::time::{Duration, Instant};

use artifice_tests::database::Postgres;
use artifice_tests::{Cloud, Erp, Ran};

use super::{AUGUST, cloud_of};

const TENANTS: [&str; 4] = ["aroha", "bob", "carol", "dave"];

fn finish(child: std::process::Child) -> Ran {
    Ran::new("a bill that was interrupted".to_owned(), child.wait_with_output().unwrap())
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_server_that_stops_while_a_document_is_being_made_is_told_once_and_finished_later() {
    let mut server = Postgres::start(&[]);
    let cloud = cloud_of(Cloud::on(&server), &TENANTS);
    // The second commit takes long enough for the server to go away.
    let erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 1500}");
    // One at a time: of several, each that is under way says so.
    cloud.set("main", "{invoice:object: test.misbehaving:Erp, workers: 1}");
    let child = cloud.command(&format!("bill {AUGUST}")).spawn().unwrap();
    until("a commit", || erp.calls("commit") >= 1);

    let begin = Instant::now();
    server.stop_hard();
    let ran = finish(child);

    assert_eq!(ran.status, Some(1), "{ran:#?}");
    assert!(begin.elapsed() < Duration::from_secs(45), "it must not wait for every tenant anew");
    let ran = ran.says("cannot be used any more").says("run the same command again");
    assert_eq!(ran.err.matches("error: ").count(), 2, "once for the tenant, once for the run: {ran:#?}");

    server.run();
    let erp = erp.with("", 0);
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(TENANTS.len());
}

#[test]
fn a_server_that_restarts_between_two_tenants_is_waited_for() {
    let mut server = Postgres::start(&[]);
    let cloud = cloud_of(Cloud::on(&server), &TENANTS);
    let erp = Erp::of(&cloud, "{at: open, does: sleep, millis: 2500}");
    let child = cloud.command(&format!("bill {AUGUST}")).spawn().unwrap();
    until("a document is being opened", || erp.calls("open") >= 1);

    server.stop_hard();
    server.run();
    let ran = finish(child);

    // Whatever was under way may have failed; the same command finishes it.
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:#?}");
    let erp = erp.with("", 0);
    cloud.bill(AUGUST).done();
    erp.has_each_statement_once(TENANTS.len());
}

#[test]
fn a_server_that_stops_at_any_instant_leaves_nothing_half_done() {
    let mut server = Postgres::start(&[]);
    for delay_ms in [60, 120, 180, 240, 300, 400, 500, 700] {
        let cloud = cloud_of(Cloud::on(&server), &TENANTS);
        let erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 50}");
        let child = cloud.command(&format!("bill {AUGUST}")).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));

        server.stop_hard();
        server.run();
        let ran = finish(child);

        assert!(matches!(ran.status, Some(0..=2)), "{delay_ms} ms: {ran:#?}");
        cloud.bill(AUGUST).done();
        erp.has_each_statement_once(TENANTS.len());
        let mut db = cloud.db();
        assert_eq!(db.number("SELECT count(*) FROM usage WHERE live"), 4, "{delay_ms} ms");
        assert_eq!(db.number("SELECT max(number) FROM invoice_number"), 4, "{delay_ms} ms: numbers without gaps");
    }
}

#[test]
fn a_transaction_of_another_client_that_is_in_the_way_is_waited_for() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.bill("--month 2013-07").done();
    cloud.run("db migrate").done();
    let mut other = cloud.db();
    other.run("BEGIN").unwrap();
    other.run("INSERT INTO tenant (tenant_id) VALUES ('demo')").unwrap();
    let child = cloud.command(&format!("bill {AUGUST}")).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    other.run("ROLLBACK").unwrap();
    finish(child).done();
}
