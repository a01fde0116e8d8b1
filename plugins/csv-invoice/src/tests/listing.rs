//! What the backend lists of that which it has.

use artifice_plugin_api::ErrorKind;

use super::*;

fn listed(csv: &Csv) -> Vec<Document> {
    csv.documents(at("2013-09-01T00:00:00Z")).unwrap().unwrap()
}

fn refusal(csv: &Csv) -> String {
    csv.documents(at("1970-01-01T00:00:00Z")).unwrap_err().message().to_owned()
}

fn keys(csv: &Csv) -> Vec<String> {
    listed(csv).iter().map(|document| document.key.to_string()).collect()
}

#[test]
fn every_committed_document_is_listed_with_the_receipt_of_then() {
    let home = home();
    let csv = csv(home.path());
    let receipts = ["a", "c", "b"].map(|key| Bill::keyed(key).commit(&csv).unwrap());
    let document =
        |key: &str, receipt: &Receipt| Document { key: key.into(), digest: "d1".into(), receipt: receipt.clone() };
    let expected = [document("a", &receipts[0]), document("b", &receipts[2]), document("c", &receipts[1])];
    assert_eq!(listed(&csv), expected);
    assert_eq!(csv.documents(Timestamp { micros: i64::MAX }).unwrap().unwrap(), expected, "more, but never fewer");
    fs::remove_file(receipts[0].reference.as_str()).unwrap();
    fs::write(receipts[1].reference.as_str(), "edited").unwrap();
    assert_eq!(listed(&csv), expected, "committed is committed, whatever people do with the file");
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
    let nothing_yet = csv.documents(Timestamp { micros: 0 }).unwrap_err();
    assert_eq!(nothing_yet.kind(), ErrorKind::Unknown);
    assert!(!invoices(&home).exists(), "asking changes nothing");
    Bill::keyed("a").commit(&csv).unwrap();
    fs::remove_dir_all(invoices(&home).join(".artifice")).unwrap();
    let message = refusal(&csv);
    assert!(message.contains(csv.store.keys().to_str().unwrap()) && message.contains("restore"), "{message}");
}
