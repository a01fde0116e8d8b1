//! The ledger compared with what the backend has.

use std::fs;

use artifice_tests::{Cloud, Erp, Vm};
use serde_json::Value;

use super::Found;

const AUGUST: &str = "--month 2013-08";

fn cloud(tenants: &[&str]) -> Cloud {
    let cloud = Cloud::new();
    for tenant in tenants {
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 24).clone());
    }
    cloud
}

/// An older ledger of a cloud, with what the newer one's backend has.
fn restored(old: Cloud, newer: &Cloud) -> Cloud {
    old.set("invoice:config", &format!("{{output_path: '{}'}}", newer.path("invoices").display()));
    old
}

fn numbers(found: &[&Value]) -> Vec<i64> {
    found.iter().map(|finding| finding["statement"]["number"].as_i64().unwrap()).collect()
}

#[test]
fn a_ledger_from_an_older_backup_lacks_exactly_what_was_billed_since() {
    let cloud = cloud(&["aroha", "bob", "carol"]);
    cloud.bill(&format!("-t aroha {AUGUST}")).done();
    let backup = cloud.copy();
    cloud.bill(AUGUST).done();
    assert!(Found::by(&cloud, "--backend").all().is_empty());
    let lost: Vec<Value> = cloud.statements().into_iter().filter(|it| it["tenant"]["id"] != "aroha").collect();
    let old = restored(backup, &cloud);
    let before = (old.ledger(), cloud.files("invoices"));

    assert!(Found::by(&old, "").all().is_empty(), "the ledger alone is whole");
    let found = Found::by(&old, "--backend");

    assert_eq!(found.rules(), ["document_unknown"]);
    assert_eq!(found.all().len(), 2, "{:#}", found.json());
    for statement in lost {
        let (key, receipt) = (statement["id"].as_str().unwrap(), statement["receipt"].as_str().unwrap());
        let tells = |finding: &&Value| {
            let what = finding["what"].as_str().unwrap();
            what.contains(key) && what.contains(receipt) && finding["statement"].is_null()
        };
        assert_eq!(found.all().iter().filter(tells).count(), 1, "{key} {receipt}: {:#}", found.json());
    }
    assert_eq!((old.ledger(), cloud.files("invoices")), before, "it changes nothing");
}

#[test]
fn a_ledger_from_a_backup_may_not_know_what_became_of_its_statement() {
    let cloud = cloud(&["aroha"]);
    let _erp = Erp::of(&cloud, "{at: commit, does: refuse, first: 1}");
    cloud.bill(AUGUST).failed();
    let old = cloud.copy();
    assert!(Found::by(&cloud, "--backend").all().is_empty(), "what is pending is not there yet");
    cloud.bill(AUGUST).done();
    old.set("invoice:config", &format!("{{directory: '{}'}}", cloud.path("erp").display()));

    let found = Found::by(&old, "--backend");

    assert_eq!((found.rules(), numbers(&found.of_rule("document_too_many"))), (vec!["document_too_many"], vec![1]));
    // It is finished as any other, and the backend finds it.
    old.bill(AUGUST).done();
    assert!(Found::by(&old, "--backend").all().is_empty());
}

#[test]
fn a_document_that_is_gone_or_another_one_is_found() {
    let cloud = cloud(&["aroha", "bob", "carol", "dora"]);
    let erp = Erp::of(&cloud, "");
    cloud.bill(AUGUST).done();
    let number = |key: &str| {
        let statements = cloud.statements();
        statements.iter().find(|statement| statement["id"] == key).unwrap()["number"].as_i64().unwrap()
    };
    let documents = erp.documents();
    let [gone, other, renamed] = [0, 1, 2].map(|index| documents[index].clone());
    fs::remove_file(cloud.path("erp/documents").join(&gone)).unwrap();
    fs::write(cloud.path("erp/documents").join(&other), "another digest\n").unwrap();
    let mut db = cloud.db();
    db.disarm();
    db.run(&format!("UPDATE statement SET receipt = 'ERP of old' WHERE statement_id = '{renamed}'")).unwrap();
    drop(db);

    let found = Found::by(&cloud, "--backend");

    for (rule, key) in [
        ("document_missing", &gone),
        ("document_digest", &other),
        ("document_uncertain", &other),
        ("document_receipt", &renamed),
    ] {
        assert_eq!(numbers(&found.of_rule(rule)), [number(key)], "{rule}: {:#}", found.json());
    }
    // Before that day nothing was stored, and nobody is asked; what is listed is compared all the same.
    let since = Found::by(&cloud, "--backend --since 2999-01-01");
    assert_eq!(since.json()["backend"]["asked"], 0);
    assert!(since.of_rule("document_missing").is_empty() && !since.of_rule("document_digest").is_empty());
}

#[test]
fn a_file_that_somebody_changed_or_removed_is_found_and_no_bill_writes_it_again() {
    let cloud = cloud(&["aroha", "bob", "carol"]);
    cloud.bill(AUGUST).done();
    let files: Vec<String> =
        cloud.files("invoices").into_iter().filter(|name| std::path::Path::new(name).extension().is_some()).collect();
    let [changed, gone] = [0, 1].map(|index| cloud.path("invoices").join(&files[index]));
    let whole = fs::read_to_string(&changed).unwrap();
    fs::write(&changed, whole.replacen('1', "2", 1)).unwrap();
    fs::remove_file(&gone).unwrap();

    let found = Found::by(&cloud, "--backend");

    assert_eq!(found.rules(), ["document_changed"]);
    let whats: Vec<String> = found.all().iter().map(|finding| finding["what"].to_string()).collect();
    for (path, what) in [(&changed, "is not as it was written"), (&gone, "is not there any more")] {
        let told = format!("the file '{}' {what}", path.display());
        assert!(whats.iter().any(|what| what.contains(&told)), "{told}: {whats:?}");
    }
    cloud.bill(AUGUST).done().says("billed for exactly this period before");
    assert!(!gone.exists(), "somebody may have had reasons");
    for statement in cloud.statements() {
        cloud.run(&format!("statement regenerate {}", statement["number"])).done();
    }
    assert!(Found::by(&cloud, "--backend").all().is_empty());
    assert_eq!(fs::read_to_string(&changed).unwrap(), whole);
}

#[test]
fn a_backend_that_cannot_list_is_asked_about_every_key_all_the_same() {
    let cloud = cloud(&["aroha"]);
    artifice_tests::plugin("acme_letters");
    fs::create_dir(cloud.path("letters")).unwrap();
    cloud.set("main", "{invoice:object: acme.letters:Markdown}").set("invoice:config", "{directory: letters}");
    cloud.bill(AUGUST).done();

    let ran = cloud.run("db verify --backend").done().says("acme.letters:Markdown cannot list its documents");
    assert!(ran.out.contains("asked about 1, and did not list"), "{ran:?}");

    for name in cloud.files("letters") {
        fs::remove_file(cloud.path("letters").join(name)).unwrap();
    }
    assert_eq!(Found::by(&cloud, "--backend").rules(), ["document_missing"]);
}

#[test]
fn a_backend_that_does_not_answer_is_not_asked_for_ever() {
    let tenants: Vec<String> = (0..20).map(|number| format!("tenant-{number}")).collect();
    let cloud = cloud(&tenants.iter().map(String::as_str).collect::<Vec<_>>());
    let erp = Erp::of(&cloud, "");
    cloud.bill(AUGUST).done();
    let erp = erp.with("{at: documents, does: unavailable}, {at: find, does: unavailable}", 0);
    let before = erp.calls("find");

    let ran = cloud.run("db verify --backend --format json").failed().says("does not answer any more");

    let found = Found::of(&ran);
    assert_eq!(found.rules(), ["document_uncertain", "documents_not_listed"]);
    assert!(erp.calls("find") - before <= 10, "{}", erp.calls("find"));
}

#[test]
fn a_backend_that_panics_is_asked_about_the_next_one() {
    let cloud = cloud(&["aroha", "bob"]);
    let erp = Erp::of(&cloud, "");
    cloud.bill(AUGUST).done();
    let _erp = erp.with("{at: find, does: panic, tenant: aroha}", 0);
    let ran = cloud.run("db verify --backend --format json").ended_whatever_it_said(1);
    let found = Found::of(&ran);
    assert_eq!(found.rules(), ["document_uncertain"]);
    let tenants: Vec<_> = found.all().iter().map(|finding| finding["tenant"]["id"].clone()).collect();
    assert_eq!(tenants, ["aroha"]);
}

#[test]
fn what_another_backend_has_is_told_of() {
    let cloud = cloud(&["aroha"]);
    cloud.bill(AUGUST).done();
    let _erp = Erp::of(&cloud, "");
    cloud.run("db verify --backend").done().says("1 statements are other backends'");
}
