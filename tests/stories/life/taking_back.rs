//! A statement is taken back.

use artifice_tests::{Cloud, Erp, Ran, Vm};
use serde_json::json;

use super::{AUGUST, listed, shown};

fn cloud() -> Cloud {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud
}

#[test]
fn what_the_backend_has_is_taken_back_by_a_credit_and_can_be_billed_again() {
    let cloud = cloud();
    let first = cloud.bill(AUGUST).done().bill_of("demo");

    Ran::of(cloud.command("statement void 1 --reason").arg("wrong customer")).done();

    assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20"]);
    let (invoice, credit) = (shown(&cloud, 1), shown(&cloud, 2));
    assert_eq!(invoice["void_reason"], json!("wrong customer"));
    assert_eq!(credit["refers_to"], json!({"id": first.id(), "number": 1}));
    assert_eq!(credit["period"], invoice["period"]);
    let line = &credit["lines"][0];
    assert_eq!((&line["quantity"], &line["cost"]), (&json!("-24"), &json!("-1.20")));
    assert_eq!(cloud.files("invoices"), ["demo-2013-08-01-2013-09-01-2.csv", "demo-2013-08-01-2013-09-01.csv"]);

    let again = cloud.bill(AUGUST).done().bill_of("demo");

    assert_ne!(again.id(), first.id());
    assert_ne!(again.receipt(), first.receipt());
    assert_eq!(again.preview(), first.preview());
    assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20", "invoice committed 1.20"]);
    let [old, new] =
        [first.receipt(), again.receipt()].map(|receipt| std::fs::read_to_string(cloud.document(receipt)).unwrap());
    assert_eq!(old, new);
}

#[test]
fn what_the_backend_never_had_is_only_stopped() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}");
    cloud.bill(AUGUST).failed();

    cloud.run("statement void 1 --reason mistake").done();

    assert_eq!((listed(&cloud), erp.documents().len()), (vec!["invoice void 1.20".to_owned()], 0));
    cloud.bill(AUGUST).done();
    assert_eq!(listed(&cloud), ["invoice void 1.20", "invoice committed 1.20"]);
    assert_eq!(erp.documents().len(), 1);
}

#[test]
fn what_is_in_doubt_is_found_out_first() {
    for (faults, after) in [
        // The backend has it: a credit.
        ("{at: committed, does: kill, first: 1}", vec!["invoice void 1.20", "credit committed -1.20"]),
        // It has it not: nothing to take back.
        ("{at: commit, does: kill, first: 1}", vec!["invoice void 1.20"]),
    ] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, faults);
        assert_eq!(cloud.bill(AUGUST).signal, Some(9));

        cloud.run("statement void 1 --reason mistake").done();

        assert_eq!(listed(&cloud), after);
        assert_eq!(erp.documents().len(), if after.len() == 2 { 2 } else { 0 });
    }
}

#[test]
fn while_nobody_knows_whether_the_backend_has_it_it_is_not_void() {
    let cloud = cloud();
    let erp = Erp::of(&cloud, "{at: committed, does: time_out, first: 1}, {at: find, does: unavailable}");
    cloud.bill(AUGUST).failed();

    cloud.run("statement void 1 --reason mistake").failed().says("statement 1 was not taken back").says("in doubt");

    assert_eq!(listed(&cloud), ["invoice in_doubt 1.20"]);
    assert_eq!(erp.documents().len(), 1);
}

#[test]
fn a_credit_that_the_backend_refuses_is_sent_by_the_next_void_or_bill() {
    for command in ["statement void 1 --reason again", "bill --month 2013-08", "bill --month 2013-09"] {
        let cloud = cloud();
        let erp = Erp::of(&cloud, "");
        cloud.bill(AUGUST).done();
        Erp::of(&cloud, "{at: commit, does: refuse}");
        cloud.run("statement void 1 --reason first").failed().says("statement 2 is stored, but not sent");
        assert_eq!(listed(&cloud), ["invoice voiding 1.20", "credit pending -1.20"]);
        Erp::of(&cloud, "");

        cloud.run(command).done();

        let listed = listed(&cloud);
        assert_eq!(listed[..2], ["invoice void 1.20", "credit committed -1.20"], "{command}");
        // The bill for its period goes on and bills it anew.
        assert_eq!(listed.len(), if command.contains("bill --month 2013-08") { 3 } else { 2 }, "{command}");
        assert_eq!(shown(&cloud, 1)["void_reason"], "first", "the reason is the first one");
        assert_eq!(erp.documents().len(), listed.len());
    }
}

#[test]
fn a_bill_that_finishes_a_credit_says_what_became_of_it() {
    let cloud = cloud();
    let _ = Erp::of(&cloud, "");
    cloud.bill(AUGUST).done();
    let _ = Erp::of(&cloud, "{at: commit, does: kill, first: 1}");
    assert_eq!(cloud.run("statement void 1 --reason mistake").signal, Some(9));

    cloud.run("bill --month 2013-09").done().says("statement 2 was begun by an earlier run").says("1 is void now");

    assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20"]);
}

#[test]
fn voiding_twice_is_voiding_once() {
    let cloud = cloud();
    cloud.bill(AUGUST).done();

    for _ in 0..2 {
        let said = cloud.run("statement void 1 --reason mistake").done().out;
        assert!(said.contains("statement 1 is void (mistake): credit 2"), "{said}");
    }

    assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20"]);
}

#[test]
fn two_voids_at_once_make_one_credit() {
    for _ in 0..3 {
        let cloud = cloud();
        let erp = Erp::of(&cloud, "{at: commit, does: sleep, millis: 30}");
        cloud.bill(AUGUST).done();
        let start = |_| cloud.command("statement void 1 --reason mistake").spawn().unwrap();
        let running: Vec<_> = (0..3).map(start).collect();

        for child in running {
            let ended = child.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }

        assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20"]);
        assert_eq!(erp.documents().len(), 2);
    }
}

#[test]
fn what_cannot_be_taken_back_says_why() {
    let cloud = cloud();
    cloud.run("statement void 1 --reason x").failed().says("there is no statement '1'");
    cloud.bill(AUGUST).done();
    cloud.run("statement void 1").refused().says("--reason");
    Ran::of(cloud.command("statement void 1 --reason").arg("  ")).refused().says("--reason: say why");
    assert_eq!(listed(&cloud), ["invoice committed 1.20"]);
    cloud.run("statement void 7 --reason x").failed().says("there is no statement '7'");
    cloud.run("statement void 1 --reason x").done();

    cloud.run("statement void 2 --reason x").failed().says("statement 2 was not taken back: it is a credit");

    assert_eq!(listed(&cloud), ["invoice void 1.20", "credit committed -1.20"]);
}

#[test]
fn a_credit_is_written_again_byte_for_byte() {
    let cloud = cloud();
    cloud.bill(AUGUST).done();
    cloud.run("statement void 1 --reason mistake").done();
    let path = cloud.document(shown(&cloud, 2)["receipt"].as_str().unwrap());
    let before = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();

    assert_eq!(cloud.run("statement regenerate 2").done().out.trim_end(), path.to_str().unwrap());

    assert_eq!(std::fs::read(&path).unwrap(), before);
}
