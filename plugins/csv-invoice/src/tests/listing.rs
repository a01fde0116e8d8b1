//! What the backend lists of that which it has.

use std::ops::ControlFlow;

use artifice_plugin_api::{ErrorKind, Listing};

use super::*;

/// All documents, by their keys.
pub fn documents(csv: &Csv) -> Result<Vec<Document>, Error> {
    let mut all = Vec::new();
    let listing = csv.documents(&call(), at("2013-09-01T00:00:00Z"), &mut |document| {
        all.push(document);
        ControlFlow::Continue(())
    })?;
    assert_eq!(listing, Listing::whole(), "more than was asked for, but never fewer");
    all.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(all)
}

pub fn listed(csv: &Csv) -> Vec<Document> {
    documents(csv).unwrap()
}

fn refusal(csv: &Csv) -> String {
    documents(csv).unwrap_err().message().to_owned()
}

fn keys(csv: &Csv) -> Vec<String> {
    listed(csv).iter().map(|document| document.key.to_string()).collect()
}

#[test]
fn every_committed_document_is_listed_with_the_receipt_of_then() {
    let home = home();
    let csv = csv(home.path());
    let receipts = ["a", "c", "b"].map(|key| Bill::keyed(key).commit(&csv).unwrap());
    let (start, end) = (at("2013-08-01T00:00:00Z"), at("2013-09-01T00:00:00Z"));
    let document =
        |key: &str, receipt: &Receipt| Document::new(key, "d1", receipt.clone()).about("931d1a3b", start, end);
    let expected = [document("a", &receipts[0]), document("b", &receipts[2]), document("c", &receipts[1])];
    assert_eq!(listed(&csv), expected);
    fs::remove_file(place(&home, &receipts[0])).unwrap();
    fs::write(place(&home, &receipts[1]), "edited").unwrap();
    assert_eq!(listed(&csv), expected, "committed is committed, whatever people do with the file");
}

#[test]
fn a_list_may_be_broken_off() {
    let home = home();
    let csv = csv(home.path());
    for key in ["a", "b", "c"] {
        Bill::keyed(key).commit(&csv).unwrap();
    }
    let mut count = 0;
    csv.documents(&call(), at("2013-09-01T00:00:00Z"), &mut |_| {
        count += 1;
        if count < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_document_tells_its_ledger_and_one_without_leaves_no_trace_of_it() {
    let home = home();
    let csv = csv(home.path());
    Bill { ledger_id: "l-1", ..Bill::keyed("a") }.commit(&csv).unwrap();
    Bill::keyed("b").commit(&csv).unwrap();
    let ledgers: Vec<_> = listed(&csv).iter().map(|document| document.ledger_id.to_string()).collect();
    assert_eq!(ledgers, ["l-1", ""]);
    let record = fs::read_to_string(csv.store.record_path("b")).unwrap();
    assert!(!record.contains("ledger"), "{record}");
    assert!(Bill { ledger_id: "l-1", ..Bill::keyed("b") }.find(&csv).unwrap().is_some(), "from before it had an id");
}

#[test]
fn a_document_that_was_changed_or_removed_says_so_and_still_counts() {
    let home = home();
    let csv = csv(home.path());
    let bill = Bill::default();
    assert_eq!(bill.standing(&csv), Ok(Standing::Absent));
    let receipt = bill.commit(&csv).unwrap();
    let text = bill.text(&csv);
    assert_eq!(bill.standing(&csv), Ok(Standing::Stands(receipt.clone())));
    fs::write(place(&home, &receipt), "edited").unwrap();
    let path = place(&home, &receipt);
    let changed = |what: &str| {
        let what = format!("the file '{}' {what}", path.display());
        Ok(Standing::Changed { receipt: receipt.clone(), what: what.into() })
    };
    assert_eq!(bill.standing(&csv), changed("is not as it was written"));
    fs::write(&path, text).unwrap();
    assert_eq!(bill.standing(&csv), Ok(Standing::Stands(receipt.clone())));
    fs::remove_file(&path).unwrap();
    assert_eq!(bill.standing(&csv), changed("is not there any more"));
    // Somebody may have taken it away on purpose: it is not written twice.
    assert_eq!(bill.commit(&csv), Ok(receipt.clone()));
    assert!(names(&home).is_empty());
    fs::create_dir(&path).unwrap();
    assert_eq!(bill.standing(&csv), changed("is no file any more"));
}

#[test]
fn a_document_tells_whose_and_of_when_it_is_and_an_old_one_does_not() {
    let home = home();
    let csv = csv(home.path());
    Bill::keyed("a").commit(&csv).unwrap();
    let about = || listed(&csv)[0].is_about().map(|(tenant, start, end)| (tenant.to_owned(), start, end));
    assert_eq!(about(), Some(("931d1a3b".to_owned(), at("2013-08-01T00:00:00Z"), at("2013-09-01T00:00:00Z"))));
    let path = csv.store.record_path("a");
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record.as_object_mut().unwrap().remove("about");
    fs::write(&path, record.to_string()).unwrap();
    assert_eq!(about(), None);
}

#[test]
fn what_is_no_record_is_passed_over() {
    let home = home();
    let csv = csv(home.path());
    Bill::keyed("a").commit(&csv).unwrap();
    fs::write(csv.store.keys().join(".nfs0001"), "x").unwrap();
    fs::create_dir(csv.store.keys().join("old")).unwrap();
    assert_eq!(keys(&csv), ["a"]);
}

#[test]
fn a_damaged_or_unreadable_record_is_an_error_that_names_it() {
    let home = home();
    let csv = csv(home.path());
    for key in ["a", "b"] {
        Bill::keyed(key).commit(&csv).unwrap();
    }
    let record = csv.store.record_path("b");
    let whole = fs::read(&record).unwrap();
    for damage in [&b"{"[..], b"", &whole[..whole.len() / 2]] {
        fs::write(&record, damage).unwrap();
        let message = refusal(&csv);
        assert!(message.contains(record.to_str().unwrap()) && message.contains("from a backup"), "{message}");
    }
    fs::remove_file(&record).unwrap();
    fs::create_dir(&record).unwrap();
    assert!(refusal(&csv).contains(record.to_str().unwrap()));
    #[cfg(unix)]
    {
        fs::remove_dir(&record).unwrap();
        std::os::unix::fs::symlink("nowhere", &record).unwrap();
        assert!(refusal(&csv).contains("vanished"));
    }
}

#[test]
fn a_record_under_another_name_is_an_error_that_names_it() {
    let home = home();
    let csv = csv(home.path());
    Bill::keyed("a").commit(&csv).unwrap();
    let copy = csv.store.keys().join("a copy.json");
    fs::copy(csv.store.record_path("a"), &copy).unwrap();
    let message = refusal(&csv);
    assert!(message.contains(copy.to_str().unwrap()) && message.contains("statement 'a'"), "{message}");
}

#[test]
fn without_records_nobody_can_say_what_was_committed() {
    let home = home();
    let csv = csv(home.path());
    let nothing_yet = documents(&csv).unwrap_err();
    assert_eq!(nothing_yet.kind(), ErrorKind::Unknown);
    assert!(!invoices(&home).exists(), "asking changes nothing");
    Bill::keyed("a").commit(&csv).unwrap();
    fs::remove_dir_all(invoices(&home).join(".artifice")).unwrap();
    let message = refusal(&csv);
    assert!(message.contains(csv.store.keys().to_str().unwrap()) && message.contains("restore"), "{message}");
}
