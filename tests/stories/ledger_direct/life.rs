//! A statement's life, as the database enforces it.

use artifice_core::ledger::{State, WAYS};
use artifice_tests::Refusal;

use super::{Ledger, PLAIN, august, text};

/// The way from `pending` to a state, by ways that the life allows.
fn path_to(state: State) -> Vec<State> {
    let mut paths = vec![vec![State::Pending]];
    loop {
        if let Some(found) = paths.iter().find(|path| path.last() == Some(&state)) {
            return found[1..].to_vec();
        }
        let longer = |path: &Vec<State>| {
            let last = *path.last().unwrap();
            let next = WAYS.iter().filter(move |(from, _)| *from == last);
            next.map(|(_, to)| [path.as_slice(), &[*to]].concat()).collect::<Vec<_>>()
        };
        paths = paths.iter().flat_map(longer).collect();
    }
}

impl Ledger {
    /// Goes to a state, with all that the state needs.
    fn go(&mut self, id: &str, state: State) -> Result<u64, Refusal> {
        let (doubted, now) = (self.instant("doubted"), self.now());
        let receipt = match state {
            State::Committed => ", receipt = coalesce(receipt, 'r'), receipt_details = coalesce(receipt_details, '[]')",
            _ => "",
        };
        self.db.run(&format!(
            "UPDATE statement SET state = '{state}', claim = 'c', {doubted} = {now}{receipt} WHERE statement_id = '{id}'"
        ))
    }
}

#[test]
fn the_database_allows_exactly_the_ways_of_a_statements_life() {
    let mut number = 0;
    let mut ledger = Ledger::new();
    for (_, from) in State::ALL {
        for (_, to) in State::ALL {
            number += 1;
            let days = i64::from(number) * 10 + 100;
            let id = ledger.statement(number, &august(days), &august(days + 5));
            for step in path_to(from) {
                assert_eq!(ledger.go(&id, step), Ok(1), "{from}: {step}");
            }

            let allowed = ledger.go(&id, to).is_ok();

            assert_eq!(allowed, from == to || WAYS.contains(&(from, to)), "{from} to {to}");
        }
    }
    assert_eq!(number, 36);
}

#[test]
fn a_statement_begins_pending() {
    let mut ledger = Ledger::new();
    let (start, end) = (august(40), august(50));
    for (_, state) in State::ALL.iter().filter(|(_, state)| *state != State::Pending) {
        let mut new = ledger.pending("00000000-0000-0000-0000-000000000000", &start, &end);
        for (column, value) in &mut new {
            match *column {
                "state" => *value = text(&state.to_string()),
                "claim" | "receipt" => *value = text("x"),
                _ => {}
            }
        }
        new.push((ledger.instant("doubted"), ledger.now().to_owned()));
        let sql = ledger.copy(PLAIN, "statement", &new);
        ledger.refuses(&sql, "statement_life");
    }
}

#[test]
fn a_state_has_what_it_needs() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");

    ledger.refuses(&set("state = 'sending'"), "check");
    ledger.db.run(&set("state = 'sending', claim = 'c'")).unwrap();
    ledger.refuses(&set("state = 'committed'"), "check");
    ledger.refuses(&set("state = 'in_doubt'"), "check");
    ledger.db.run(&set("state = 'committed', receipt = 'r', receipt_details = '[]'")).unwrap();
    ledger.refuses(&set("receipt = 'another'"), "statement_content_stays");
    ledger.refuses(&set("receipt = NULL, receipt_details = NULL"), "statement_content_stays");
    ledger.refuses(&set("state = 'gone'"), "statement_");
}

#[test]
fn a_receipt_comes_with_the_commit_and_tries_only_grow() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");

    ledger.refuses(&set("receipt = 'early', receipt_details = '[]'"), "receipt");
    ledger.db.run(&set("state = 'sending', claim = 'c', tries = 1")).unwrap();
    ledger.refuses(&set("tries = 0"), "statement_");
    ledger.refuses(&set("state = 'committed', receipt = 'r'"), "receipt");
    ledger.refuses(&set("state = 'committed', receipt = 'r', receipt_details = 'not json'"), "json");
    ledger.db.run(&set("state = 'committed', receipt = 'r', receipt_details = '[]'")).unwrap();
}
