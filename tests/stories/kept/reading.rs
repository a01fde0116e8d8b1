//! What is kept says today what it said then, and its documents are written again byte for byte.

use std::fs;

use artifice_tests::killing::for_all;
use artifice_tests::workspace;

use super::books::{Book, KEEPERS, Keeper, unpacked};
use super::said::Said;
use crate::all::verify::Found;

/// All that can be asked about what is stored.
pub fn asked(book: &Book) -> Said {
    let mut said = Said::default();
    for command in [
        "usage --month 2013-09 --format json",
        "usage --month 2013-08 --explain --format json",
        "usage --month 2013-09 --format csv",
        "statement list",
        "statement list --format json",
        "statement list --status committed --format json",
        "history --format json",
        "history --format csv",
        "rates list --format json",
        "rates show m1.nano --volume 55 --unit hour --tenant aroha --location auckland --at 2013-08-20 --format json",
    ] {
        said.ask(book, command);
    }
    for by in ["tenant", "location", "section", "service", "resource", "month", "month,tenant,service"] {
        for format in ["json", "csv"] {
            said.ask(book, &format!("history --by {by} --format {format}"));
        }
    }
    said.ask(book, "history -t aroha --month 2013-08 --by section");
    for number in 1..=book.cloud.statements().len() {
        for command in ["show", "explain"] {
            said.ask(book, &format!("statement {command} {number} --format json"));
            said.ask(book, &format!("statement {command} {number}"));
        }
    }
    said
}

/// Nothing is wrong; some things wait for somebody, and have waited for long by now.
#[track_caller]
pub fn nothing_is_wrong(book: &Book) {
    for arguments in ["", "--backend"] {
        let found = Found::by(&book.cloud, arguments);
        let waits = |rule: &&str| {
            ["held", "in_doubt", "sending_too_long", "pending_too_long", "voiding_too_long"].contains(rule)
        };
        assert!(found.rules().iter().all(waits), "{:#}", found.json());
    }
}

#[test]
fn every_kind_of_statement_is_kept() {
    for (keeper, unfinished) in [(Keeper::Csv, "sending"), (Keeper::Odoo, "in_doubt")] {
        let book = keeper.open();
        let statements = book.cloud.statements();
        let has = |field: &str, value: &str| statements.iter().any(|statement| statement[field] == value);
        for status in ["held", "pending", unfinished, "committed", "voiding", "void"] {
            assert!(has("status", status), "{keeper:?} {status}");
        }
        for kind in ["invoice", "adjustment", "credit"] {
            assert!(has("kind", kind), "{keeper:?} {kind}");
        }
        let failed =
            |statement: &&serde_json::Value| statement["status"] == "pending" && statement["error"].is_string();
        assert_eq!(statements.iter().filter(failed).count(), 1, "{statements:#?}");
    }
}

#[test]
fn whatever_was_stored_is_said_as_it_was_then() {
    for_all(&KEEPERS, KEEPERS.len(), |keeper| {
        let book = keeper.open();
        let (ledger, held) = (book.cloud.ledger(), book.held());

        nothing_is_wrong(&book);
        asked(&book).is(&Said::kept(&keeper.kept("said.txt.gz")));

        assert!((book.cloud.ledger(), book.held()) == (ledger, held), "{keeper:?}: to ask changes nothing");
    });
}

#[test]
fn documents_are_written_again_byte_for_byte() {
    for keeper in KEEPERS {
        let book = keeper.open();
        let held = book.held();
        for name in book.cloud.files("invoices") {
            fs::remove_file(book.cloud.path("invoices").join(name)).unwrap();
        }
        let mut written = 0;
        for statement in book.cloud.statements().iter().filter(|statement| statement["status"] == "committed") {
            let ran = book.cloud.run(&format!("statement regenerate {}", statement["number"])).done();
            assert_eq!(ran.out.trim_end(), statement["receipt"].as_str().unwrap());
            written += 1;
        }
        assert!(written >= 5, "{keeper:?} {written}");
        // What is void or on its way there is written again, too, or stays where it was.
        for statement in book.cloud.statements().iter().filter(|statement| statement["status"] != "committed") {
            book.cloud.run(&format!("statement regenerate {}", statement["number"]));
        }
        assert!(book.held() == held, "{keeper:?}:\n{}\n{held}", book.held());
        nothing_is_wrong(&book);
    }
}

#[test]
fn what_is_kept_is_small_and_says_of_no_machine() {
    let (mut rest, mut bytes) = (vec![workspace().join("tests/kept")], 0);
    while let Some(directory) = rest.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                rest.push(entry.path());
                continue;
            }
            bytes += entry.metadata().unwrap().len();
            let path = entry.path();
            let is_packed = path.extension().is_some_and(|extension| extension == "gz");
            let content = if is_packed { unpacked(&path) } else { fs::read(&path).unwrap() };
            for here in [workspace().to_owned(), std::env::temp_dir()] {
                let text = here.as_os_str().as_encoded_bytes();
                let found = content.windows(text.len()).any(|window| window == text);
                assert!(!found, "{} has {}", path.display(), here.display());
            }
        }
    }
    assert!((100_000..1_000_000).contains(&bytes), "{bytes}");
}
