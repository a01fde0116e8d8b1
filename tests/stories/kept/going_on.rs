//! A kept book is continued where it ends: what was begun is finished, the month goes on, late metering is billed,
//! and everything is taken back.

use artifice_tests::Ran;
use artifice_tests::killing::for_all;
use serde_json::Value;

use super::books::{Book, KEEPERS, Keeper};
use super::said::Said;

/// Bills, and says what was billed but for the ids.
fn bill(said: &mut Said, book: &Book, arguments: &str) -> Ran {
    let ran = said.ask(book, &format!("bill --format json {arguments}"));
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:#?}");
    ran
}

/// The numbers of the statements with this status that are not credits, newest first.
fn numbers(book: &Book, status: &str) -> Vec<u64> {
    let statements = book.cloud.statements();
    let wanted = |statement: &&Value| statement["status"] == status && statement["kind"] != "credit";
    statements.iter().rev().filter(wanted).map(|statement| statement["number"].as_u64().unwrap()).collect()
}

/// Continues a book.
pub fn go_on(book: &Book) -> Said {
    let mut said = Said::default();
    let before = book.cloud.statements().len();
    book.hears_late();
    if let Some(odoo) = &book.odoo {
        odoo.customer("dora");
        book.priced_by_the_erp();
        bill(&mut said, book, "--adjust -t aroha --month 2013-07");
        book.priced_by_cards();
    }
    // The tiers of the month go on; then what is adjusted moves others into another tier.
    bill(&mut said, book, "-t aroha --from 2013-08-16 --to 2013-09-01");
    bill(&mut said, book, "--adjust -t aroha --from 2013-08-01 --to 2013-08-16");
    for held in numbers(book, "held") {
        said.ask(book, &format!("statement release {held}"));
    }
    bill(&mut said, book, "--month 2013-09");
    bill(&mut said, book, "--month 2013-08 -t fern -t iris");
    said.ask(book, "statement list");
    for number in before + 1..=book.cloud.statements().len() {
        said.ask(book, &format!("statement explain {number}"));
    }
    said.ask(book, "history --by tenant,service,month --format csv");
    said.says("the documents", &book.documents());
    said.ask(book, "db verify --backend");
    said
}

/// Takes everything back.
pub fn take_back(book: &Book) -> Said {
    let mut said = Said::default();
    for number in numbers(book, "committed") {
        said.ask(book, &format!("statement void {number} --reason mistake"));
    }
    said.ask(book, "statement list");
    said.ask(book, "history --by tenant --format csv");
    said.says("the documents", &book.documents());
    said.ask(book, "db verify --backend");
    said
}

#[test]
fn a_kept_book_is_continued_and_taken_back_as_it_would_have_been_then() {
    for_all(&KEEPERS, KEEPERS.len(), |keeper| {
        let book = keeper.open();
        let (continued, back) = (go_on(&book), take_back(&book));
        let (ids, kept) = (book.ids(), |name: &str| Said::kept(&keeper.inputs().join(name)));

        continued.replacing(&ids).is(&kept("continued.txt.gz"));
        back.replacing(&ids).is(&kept("taken-back.txt.gz"));

        let wrong = book.cloud.statements().into_iter().filter(|statement| {
            statement["status"] != "void" && !(statement["kind"] == "credit" && statement["status"] == "committed")
        });
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<Value>::new(), "{keeper:?}");
    });
}

#[test]
fn tiers_go_on_from_the_positions_that_are_stored() {
    let book = Keeper::Csv.open();
    let bill = book.cloud.bill("-t aroha --from 2013-08-16 --to 2013-09-01").done().bill_of("aroha");
    let nano = bill.lines().iter().position(|line| line["service"] == "m1.nano").unwrap();
    // The first half of August had 24 hours, 10 of them free: 6 more at 1, then 24 at 0.1.
    assert_eq!((bill.all("quantity")[nano], bill.all("cost")[nano]), ("30", "8.40"));
}
