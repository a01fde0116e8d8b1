use artifice_plugin_api::ErrorKind;

use super::*;
use crate::store::Step;

/// A home with one committed document: the backend, the receipt and the document's text.
fn committed() -> (tempfile::TempDir, Csv, Receipt, String) {
    let home = home();
    let csv = csv(home.path());
    let receipt = Bill::default().commit(&csv).unwrap();
    let text = fs::read_to_string(place(&home, &receipt)).unwrap();
    (home, csv, receipt, text)
}

fn now(home: &tempfile::TempDir, receipt: &Receipt) -> String {
    fs::read_to_string(place(home, receipt)).unwrap()
}

#[test]
fn a_deleted_document_comes_back_byte_for_byte() {
    let (home, csv, receipt, text) = committed();
    fs::remove_file(place(&home, &receipt)).unwrap();
    assert_eq!(Bill::default().rewrite(&csv, &receipt).unwrap(), shown(&home, &receipt));
    assert_eq!(documents(&home), [(file(&receipt), text)].into());
    assert_eq!(temporaries(&home), 0);
}

#[test]
fn an_edited_document_is_put_right() {
    let (home, csv, receipt, text) = committed();
    fs::write(place(&home, &receipt), "edited").unwrap();
    Bill::default().rewrite(&csv, &receipt).unwrap();
    assert_eq!(documents(&home), [(file(&receipt), text)].into());
}

#[test]
fn a_document_comes_back_without_the_records_and_the_records_with_it() {
    let (home, csv, receipt, text) = committed();
    fs::remove_dir_all(invoices(&home)).unwrap();
    assert_eq!(Bill::default().rewrite(&csv, &receipt).unwrap(), shown(&home, &receipt));
    assert_eq!(now(&home, &receipt), text);
    assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt.clone()));
    assert_eq!(Bill::default().commit(&csv).unwrap(), receipt);
    assert_eq!(file(&Bill::keyed("next").commit(&csv).unwrap()), "demo-2013-08-01-2013-09-01-2.csv");
}

#[test]
fn a_document_that_is_there_without_records_stays_as_it_is() {
    let (home, csv, receipt, text) = committed();
    fs::remove_dir_all(invoices(&home).join(".artifice")).unwrap();
    Bill::default().rewrite(&csv, &receipt).unwrap();
    assert_eq!(documents(&home), [(file(&receipt), text)].into());
    assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt));
}

#[test]
fn a_truncated_document_is_completed_even_without_records() {
    for length in [0, 10] {
        let (home, csv, receipt, text) = committed();
        fs::remove_dir_all(invoices(&home).join(".artifice")).unwrap();
        fs::write(place(&home, &receipt), &text[..length]).unwrap();
        Bill::default().rewrite(&csv, &receipt).unwrap();
        assert_eq!(now(&home, &receipt), text);
    }
}

#[test]
fn a_foreign_file_without_records_is_refused_and_left_alone() {
    let (home, csv, receipt, _) = committed();
    fs::remove_dir_all(invoices(&home).join(".artifice")).unwrap();
    fs::write(place(&home, &receipt), "mine").unwrap();
    let error = Bill::default().rewrite(&csv, &receipt).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        error.message().contains(receipt.reference.as_str()) && error.message().contains("move it away"),
        "{error}"
    );
    assert_eq!(now(&home, &receipt), "mine");
    fs::remove_file(place(&home, &receipt)).unwrap();
    fs::create_dir(place(&home, &receipt)).unwrap();
    assert_eq!(Bill::default().rewrite(&csv, &receipt).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn a_document_of_another_statement_is_refused_by_its_key() {
    let (home, csv, receipt, text) = committed();
    let other = Bill { digest: "d2".to_owned(), ..Bill::keyed("other") };
    let error = other.rewrite(&csv, &receipt).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.message().contains(&format!("belongs to statement '{}'", Bill::default().key)), "{error}");
    assert_eq!(now(&home, &receipt), text);
}

#[test]
fn a_numbered_document_comes_back_under_its_number() {
    let (home, csv, first, _) = committed();
    let receipt = Bill::keyed("second").commit(&csv).unwrap();
    fs::remove_dir_all(invoices(&home)).unwrap();
    Bill::keyed("second").rewrite(&csv, &receipt).unwrap();
    assert_eq!(names(&home), ["demo-2013-08-01-2013-09-01-2.csv"]);
    Bill::default().rewrite(&csv, &first).unwrap();
    assert_eq!(names(&home).len(), 2);
}

#[test]
fn a_document_comes_back_under_its_old_name_and_in_its_old_format_whatever_the_settings_say() {
    let (home, _, receipt, text) = committed();
    fs::remove_dir_all(invoices(&home)).unwrap();
    let changed = json!({ "output_file": "%(number)s.txt", "delimiter": "tab", "header": true, "row_layout": ["cost", "extra.x"] });
    let csv = configured(home.path(), changed).unwrap();
    assert_eq!(Bill::default().rewrite(&csv, &receipt).unwrap(), shown(&home, &receipt));
    assert_eq!(documents(&home), [(file(&receipt), text)].into());
}

#[test]
fn a_document_of_version_0_1_is_written_again_by_the_rule_of_then() {
    let home = home();
    let bill = Bill { rows: vec![Row { name: "web;=1+1".to_owned(), ..Row::default() }], ..Bill::default() };
    let csv = configured(home.path(), json!({ "row_layout": ["type"], "bom": true })).unwrap();
    assert_eq!(bill.text(&csv), "\u{feff}web;'=1+1\n");
    // What its receipt said of its format, and of its bytes.
    let then = "web;=1+1\n";
    let format = json!({ "delimiter": ",", "header": false, "row_layout": ["type"] }).to_string();
    let receipt = Receipt::new(invoices(&home).join("old.csv").to_string_lossy())
        .with("file", "old.csv")
        .with("sha256", crate::record::sha256(then.as_bytes()))
        .with("format", format);
    assert_eq!(bill.rewrite(&csv, &receipt).unwrap(), shown(&home, &receipt));
    assert_eq!(documents(&home), [("old.csv".to_owned(), then.to_owned())].into());
}

#[test]
fn a_renamed_tenants_document_keeps_its_name() {
    let (home, csv, receipt, _) = committed();
    fs::remove_file(place(&home, &receipt)).unwrap();
    Bill::of("renamed").rewrite(&csv, &receipt).unwrap();
    assert_eq!(names(&home), [file(&receipt)]);
}

#[test]
fn a_moved_output_path_gets_the_document_and_the_receipt_says_where() {
    let (home, _, receipt, text) = committed();
    let moved = configured(home.path(), json!({ "output_path": "moved" })).unwrap();
    let answer = Bill::default().rewrite(&moved, &receipt).unwrap();
    assert_eq!(Path::new(answer.reference.as_str()), home.path().join("moved").join(file(&receipt)));
    assert_eq!((answer.details.clone(), now(&home, &answer)), (receipt.details, text));
}

#[test]
fn a_receipt_cannot_lead_out_of_output_path() {
    let (home, csv, receipt, _) = committed();
    for name in ["../x.csv", "/etc/x.csv", "a/b.csv", "..", ".hidden", "", "a\\b", "x\0", ".artifice"] {
        let forged = Receipt::new(receipt.reference.as_str()).with("file", name);
        let error = Bill::keyed("k").rewrite(&csv, &forged).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.message().contains("no plain file name"), "{error}");
    }
    assert_eq!((names(&home).len(), fs::read_dir(home.path()).unwrap().count()), (1, 1));
    let other = Receipt::new("").with("file", "other.csv");
    assert!(Bill::default().rewrite(&csv, &other).unwrap_err().message().contains("but the records here"));
}

#[test]
fn a_receipt_of_a_path_alone_is_enough() {
    let (home, csv, receipt, text) = committed();
    fs::remove_file(place(&home, &receipt)).unwrap();
    let bare = Receipt::new(receipt.reference.as_str());
    assert_eq!(Bill::default().rewrite(&csv, &bare).unwrap(), shown(&home, &bare));
    assert_eq!(now(&home, &receipt), text);
}

#[test]
fn other_lines_than_those_of_the_receipt_are_refused() {
    let (home, csv, receipt, text) = committed();
    let other = Bill { rows: vec![Row { cost: "9", ..Row::default() }], ..Bill::default() };
    let error = other.rewrite(&csv, &receipt).unwrap_err();
    assert!(error.message().contains("cannot be written again as it was"), "{error}");
    assert_eq!(now(&home, &receipt), text);
}

#[test]
fn a_rewriting_that_failed_or_stopped_is_done_by_the_next() {
    for step in [Step::Prepared, Step::Staged, Step::Done] {
        let (home, _, receipt, text) = committed();
        fs::remove_dir_all(invoices(&home)).unwrap();
        let hook = move |reached| if reached == step { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(()) };
        let error = Bill::default().rewrite(&hooked(home.path(), Box::new(hook)), &receipt).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(names(&home).is_empty() && temporaries(&home) == 0);
        let csv = csv(home.path());
        Bill::default().rewrite(&csv, &receipt).unwrap();
        assert_eq!(documents(&home), [(file(&receipt), text)].into());
        assert_eq!(Bill::default().find(&csv).unwrap(), Some(receipt));
    }
}
