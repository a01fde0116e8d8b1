//! A kept book, which the first edition of the rules made, is continued by the second where it ends: what was begun is
//! finished, the month goes on, what is adjusted is taken back and billed again, and in the end everything is taken back.

use artifice_tests::killing::for_all;
use serde_json::Value;

use super::books::{Book, KEEPERS, Keeper};

const FIRST: &str = "-t aroha --from 2013-08-01 --to 2013-08-16";
const SECOND: &str = "-t aroha --from 2013-08-16 --to 2013-09-01";

/// The statements that are neither void nor credits, newest first.
fn live(book: &Book) -> Vec<Value> {
    let mut statements = book.cloud.statements();
    statements.retain(|statement| statement["status"] != "void" && statement["kind"] != "credit");
    statements.reverse();
    statements
}

/// The number of a tenant's live invoice of the first half of August.
fn first_half(book: &Book) -> u64 {
    let is_it = |statement: &Value| {
        statement["tenant"]["id"] == "aroha"
            && statement["kind"] == "invoice"
            && statement["period"]["start"] == "2013-07-31T12:00:00Z"
    };
    live(book).into_iter().find(is_it).unwrap()["number"].as_u64().unwrap()
}

/// Takes back whatever can be, and says what is left.
fn take_everything_back(book: &Book) -> Vec<Value> {
    for statement in live(book) {
        book.cloud.run(&format!("statement void {} --reason mistake --with-later", statement["number"]));
    }
    live(book)
}

#[test]
fn a_kept_book_goes_on_and_is_taken_back() {
    for_all(&KEEPERS, KEEPERS.len(), |keeper| {
        let book = keeper.open();
        if let Some(odoo) = &book.odoo {
            odoo.customer("dora");
        }
        book.hears_late();
        let adjusted = format!("bill --adjust {FIRST}");
        let before = book.cloud.ledger();

        // Nothing is aggregated by the first edition any more.
        for command in [adjusted.clone(), format!("{adjusted} --dry-run")] {
            let ran = book.cloud.run(&command).failed().says("was made by the first edition of the rules");
            ran.says(&format!("artifice statement void {}", first_half(&book))).says("or leave it as it is");
        }
        assert_eq!(book.cloud.ledger(), before, "{keeper:?}");

        // The month goes on from it, so it is not taken back alone; then all of it is, and billed again.
        book.cloud.bill(SECOND).done();
        let first = first_half(&book);
        let second = book.cloud.statements().len();
        let refused = book.cloud.run(&format!("statement void {first} --reason again")).failed();
        refused.says("its month has gone on from it").says(&second.to_string());
        book.cloud.run(&format!("statement void {first} --reason again --with-later")).done();
        book.cloud.bill(FIRST).done();
        book.cloud.bill(SECOND).done();
        // What this edition made, it adjusts.
        book.cloud.run(&adjusted).done().says("nothing to adjust");

        // Others finish what was begun, and go on.
        for held in live(&book).iter().filter(|statement| statement["status"] == "held") {
            book.cloud.run(&format!("statement release {}", held["number"])).done();
        }
        book.cloud.bill("--month 2013-09");
        book.cloud.bill("--month 2013-09").done();
        assert!(live(&book).iter().all(|statement| statement["status"] == "committed"), "{:#?}", live(&book));

        assert_eq!(take_everything_back(&book), Vec::<Value>::new(), "{keeper:?}");
        let found = book.cloud.run("db verify --backend");
        assert!(found.out.contains("0 findings are wrong") || found.out.contains("nothing is wrong"), "{found:?}");
    });
}

#[test]
fn tiers_go_on_from_the_positions_that_are_stored() {
    let book = Keeper::Csv.open();
    let bill = book.cloud.bill(SECOND).done().bill_of("aroha");
    let nano = bill.lines().iter().position(|line| line["service"] == "m1.nano").unwrap();
    // The first half of August had 24 hours, 10 of them free: 6 more at 1, then 24 at 0.1.
    assert_eq!((bill.all("quantity")[nano], bill.all("cost")[nano]), ("30", "8.40"));
}
