//! Exactly once, whatever happens between.

use std::process::Child;
use std::time::{Duration, Instant};

use artifice_tests::killing::for_all;
use artifice_tests::odoo::{Does, Odoo, Trouble, VERSIONS, Version};
use artifice_tests::{Cloud, Ran};

use super::{AT_ONCE, AUGUST, running};

/// The calls by which documents are made, by version.
fn decisive(version: Version) -> &'static [&'static str] {
    match version {
        Version::OpenErp7 => &["account.invoice.load", "account.invoice.invoice_open"],
        _ => &["account.move.load", "account.move.action_post"],
    }
}

/// Each of them in every version.
fn all_decisive() -> Vec<(Version, &'static str)> {
    VERSIONS.into_iter().flat_map(|version| decisive(version).iter().map(move |at| (version, *at))).collect()
}

/// Bills again and again, until it is done.
#[track_caller]
fn finished(cloud: &Cloud, odoo: &Odoo, what: &str) {
    for _ in 0..4 {
        if cloud.bill(AUGUST).status == Some(0) {
            odoo.has_each_statement_once(cloud, 1);
            return;
        }
    }
    panic!("{what}: it is never done: {:#?} {:#?}", cloud.bill(AUGUST), odoo.documents());
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_again() {
    for_all(&all_decisive(), AT_ONCE, |(version, at)| {
        for does in [
            Does::CutAnswer(0),
            Does::CutAnswer(100),
            Does::NoResult,
            Does::Garbles(504, "text/html", "<html><title>Gateway Time-out</title></html>"),
        ] {
            let (cloud, odoo) = running(*version, &["demo"]);
            odoo.trouble(Trouble::at(at, does.clone()).once());
            cloud.bill(AUGUST);
            finished(&cloud, &odoo, &format!("{version:?} {at} {does:?}"));
        }
    });
}

#[test]
fn a_commit_that_comes_late_is_waited_out() {
    for_all(&all_decisive(), AT_ONCE, |(version, at)| {
        let (cloud, odoo) = running(*version, &["demo"]);
        odoo.serve(&cloud, ", longest_delay_s: 2");
        odoo.trouble(Trouble::at(at, Does::Late(Duration::from_millis(1200))).once());
        let begin = Instant::now();
        cloud.bill(AUGUST);
        finished(&cloud, &odoo, &format!("{version:?} {at} late"));
        assert!(begin.elapsed() >= Duration::from_millis(1200));
    });
}

#[test]
fn who_does_not_wait_long_enough_loses_against_the_late_commit_and_makes_no_second_document() {
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["demo"]);
        // No grace at all: the next try comes while the first one is under way.
        odoo.trouble(Trouble::at("account.move.load", Does::Late(Duration::from_millis(800))).once());
        cloud.bill(AUGUST);
        finished(&cloud, &odoo, &format!("{version:?}"));
    }
}

#[test]
fn a_commit_behind_a_time_out_is_waited_out() {
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.serve(&cloud, ", longest_delay_s: 3, timeout_s: 1");
        odoo.trouble(Trouble::at("account.move.load", Does::LateInSilence(Duration::from_millis(2500))).once());
        cloud.bill(AUGUST);
        finished(&cloud, &odoo, &format!("{version:?}"));
    }
}

#[test]
fn losing_against_another_transaction_is_tried_again() {
    for version in [Version::Odoo16, Version::Odoo17] {
        let (cloud, odoo) = running(version, &["demo"]);
        odoo.trouble(Trouble::at("account.move.load", Does::Conflict).once());
        cloud.bill(AUGUST);
        finished(&cloud, &odoo, &format!("{version:?}"));
    }
}

#[test]
fn a_server_that_is_killed_is_asked_when_it_is_back() {
    for_all(&all_decisive(), AT_ONCE, |(version, at)| {
        for does in [Does::DiesBefore, Does::DiesAfter] {
            let (cloud, mut odoo) = running(*version, &["demo"]);
            odoo.trouble(Trouble::at(at, does.clone()).once());
            assert_ne!(cloud.bill(AUGUST).status, Some(0));
            // While it is away, nobody knows.
            assert_ne!(cloud.bill(AUGUST).status, Some(0));
            assert!(["in_doubt", "pending", "sending"].contains(&cloud.statuses()[0].as_str()));
            odoo.start_again();
            finished(&cloud, &odoo, &format!("{version:?} {at} {does:?}"));
        }
    });
}

#[test]
fn two_runs_at_once_make_one_document_a_tenant() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version, &["aroha", "bob", "carol"]);
        for at in decisive(version) {
            odoo.trouble(Trouble::at(at, Does::Pause(Duration::from_millis(60))));
        }
        cloud.run("db migrate").done();
        let start = |_| cloud.command(&format!("bill --format json {AUGUST}")).spawn().unwrap();
        let running: Vec<Child> = (0..3).map(start).collect();
        for child in running {
            Ran::new("one of three".to_owned(), child.wait_with_output().unwrap()).done();
        }
        odoo.has_each_statement_once(&cloud, 3);
    }
}

#[test]
fn a_bill_that_is_killed_in_the_middle_of_a_call_is_finished_by_the_next() {
    for version in VERSIONS {
        for at in decisive(version) {
            let (cloud, odoo) = running(version, &["demo"]);
            odoo.trouble(Trouble::at(at, Does::Pause(Duration::from_millis(500))).once());
            let running = cloud.command(&format!("bill {AUGUST}")).spawn().unwrap();
            let method = at.rsplit('.').next().unwrap();
            let begin = Instant::now();
            // It is asked for before anything is answered.
            while !odoo.hears(method) && begin.elapsed() < Duration::from_secs(30) {
                std::thread::sleep(Duration::from_millis(5));
            }
            assert!(artifice_tests::killing::kill(running), "it still waits for the answer");
            odoo.serve(&cloud, ", longest_delay_s: 1");
            finished(&cloud, &odoo, &format!("{version:?} {at}"));
        }
    }
}
