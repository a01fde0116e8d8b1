//! A statement's life, as the database enforces it.

use std::collections::VecDeque;

use artifice_ledger::{State, WAYS};
use artifice_tests::Refusal;

use super::{Ledger, PLAIN, august, id, text, with};

/// The shortest way to a state, by ways that the life allows, with the state that it begins in.
fn path_to(state: State) -> Vec<State> {
    let mut paths = VecDeque::from([vec![State::Pending], vec![State::Held]]);
    while let Some(path) = paths.pop_front() {
        let last = *path.last().unwrap();
        if last == state {
            return path;
        }
        for (_, next) in WAYS.iter().filter(|(from, next)| *from == last && !path.contains(next)) {
            paths.push_back([path.as_slice(), &[*next]].concat());
        }
    }
    panic!("no way leads to {state}")
}

impl Ledger {
    /// Goes to a state, with all that the state needs.
    fn go(&mut self, id: &str, from: State, to: State) -> Result<u64, Refusal> {
        let (doubted, now) = (self.instant("doubted"), self.now());
        let with = match to {
            State::Sending if from == State::Pending => ", tries = tries + 1, claim = 'claim ' || tries".to_owned(),
            State::Committed => {
                ", receipt = coalesce(receipt, 'r'), receipt_details = coalesce(receipt_details, '[]')".to_owned()
            }
            State::InDoubt => format!(", {doubted} = {now}"),
            State::Voiding | State::Void => ", void_reason = coalesce(void_reason, 'why')".to_owned(),
            _ => String::new(),
        };
        self.db.run(&format!("UPDATE statement SET state = '{to}'{with} WHERE statement_id = '{id}'"))
    }

    /// As [`go`](Ledger::go), by a way that is allowed; with the credit that it needs.
    #[track_caller]
    fn step(&mut self, id: &str, credit: u32, from: State, to: State) {
        match (from, to) {
            (State::Committed, State::Voiding) => self.begin_voiding(id, credit),
            (State::Voiding, State::Void) => self.end_voiding(id, credit),
            _ => assert_eq!(self.go(id, from, to), Ok(1), "{from} to {to}"),
        }
    }

    /// A pending statement goes to the backend.
    #[track_caller]
    pub(super) fn commit(&mut self, id: &str) {
        assert_eq!(self.go(id, State::Pending, State::Sending), Ok(1));
        assert_eq!(self.go(id, State::Sending, State::Committed), Ok(1));
    }

    /// Stores the credit that takes a committed statement back.
    #[track_caller]
    pub(super) fn store_credit(&mut self, of: &str, number: u32) {
        let own = format!("(SELECT own.statement_id FROM statement AS own WHERE own.statement_id = '{of}')");
        let mut credit = with(self.about(number, "credit", of), "refers_to", &own);
        for column in self.period("", "") {
            let name = column.0;
            let own = format!("(SELECT own.{name} FROM statement AS own WHERE own.statement_id = '{of}')");
            credit = with(credit, name, &own);
        }
        self.stored(&credit);
    }

    /// A committed statement begins to be taken back.
    #[track_caller]
    pub(super) fn begin_voiding(&mut self, of: &str, credit: u32) {
        self.store_credit(of, credit);
        assert_eq!(self.go(of, State::Committed, State::Voiding), Ok(1));
    }

    /// The credit is committed, and what it takes back void.
    #[track_caller]
    pub(super) fn end_voiding(&mut self, of: &str, credit: u32) {
        self.commit(&id(credit));
        assert_eq!(self.go(of, State::Voiding, State::Void), Ok(1));
    }

    /// How many usages of a statement are live.
    pub(super) fn live(&mut self, statement: &str) -> i64 {
        self.db.number(&format!(
            "SELECT count(*) FROM usage WHERE CAST(live AS text) IN ('1', 'true') AND statement_id = '{statement}'"
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
            let (days, credit) = (i64::from(number) * 10 + 100, 1000 + number);
            let path = path_to(from);
            let new = ledger.pending(&id(number), &august(days), &august(days + 5));
            let id = ledger.stored(&with(new, "state", &text(&path[0].to_string())));
            for step in path.windows(2) {
                ledger.step(&id, credit, step[0], step[1]);
            }

            if WAYS.contains(&(from, to)) {
                ledger.step(&id, credit, from, to);
            } else {
                assert_eq!(ledger.go(&id, from, to).is_ok(), from == to, "{from} to {to}");
            }
        }
    }
    assert_eq!(number, 49);
}

#[test]
fn a_statement_begins_pending_or_held() {
    let mut ledger = Ledger::new();
    let new = ledger.pending(&id(0), &august(40), &august(50));
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for (_, state) in State::ALL.iter().filter(|(_, state)| !matches!(state, State::Pending | State::Held)) {
            let mut new = with(new.clone(), "state", &text(&state.to_string()));
            new = with(new, ledger.instant("doubted"), ledger.now());
            for (column, value) in [("claim", "'x'"), ("receipt", "'x'"), ("receipt_details", "'[]'")] {
                new = with(new, column, value);
            }
            for insert in ledger.ways().inserts {
                ledger.refuses_copy(*insert, "statement", &new, "statement_life");
            }
        }
        for tried in [("tries", "1"), ("claim", "'c'")] {
            let sql = ledger.copy(PLAIN, "statement", &with(new.clone(), tried.0, tried.1));
            ledger.refuses(&sql, "statement_life");
        }
    }
    ledger.stored(&with(new, "state", "'held'"));
}

#[test]
fn a_state_has_what_it_needs() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");

    ledger.refuses(&set("state = 'sending', tries = 1"), "_claim");
    ledger.db.run(&set("state = 'sending', claim = 'c', tries = 1")).unwrap();
    ledger.refuses(&set("state = 'committed'"), "check");
    ledger.refuses(&set("state = 'in_doubt'"), "check");
    ledger.db.run(&set("state = 'committed', receipt = 'r', receipt_details = '[]'")).unwrap();
    ledger.refuses(&set("receipt = 'another'"), "statement_content_stays");
    ledger.refuses(&set("receipt = NULL, receipt_details = NULL"), "statement_content_stays");
    ledger.refuses(&set("state = 'gone'"), "statement_");
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            // (To SQLite's OR REPLACE this means the default: sent once more.)
            for column in ["state", "tries"] {
                ledger.unmoved_by(&set(&format!("{column} = NULL")).replace("UPDATE", verb));
            }
        }
    }
}

#[test]
fn a_receipt_comes_with_the_commit() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");

    ledger.refuses(&set("receipt = 'early', receipt_details = '[]'"), "receipt");
    ledger.db.run(&set("state = 'sending', claim = 'c', tries = 1")).unwrap();
    ledger.refuses(&set("state = 'committed', receipt = 'r'"), "receipt");
    ledger.refuses(&set("state = 'committed', receipt = 'r', receipt_details = 'not json'"), "json");
    ledger.db.run(&set("state = 'committed', receipt = 'r', receipt_details = '[]'")).unwrap();

    // What was never sent has none, also when it is void.
    let id = ledger.statement(2, &august(60), &august(70));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");
    let receipt = "receipt = 'r', receipt_details = '[]'";
    ledger.refuses(&set(&format!("state = 'void', void_reason = 'r', {receipt}")), "receipt");
    ledger.db.run(&set("state = 'void', void_reason = 'r'")).unwrap();
    ledger.refuses(&set(receipt), "receipt");
}

#[test]
fn every_sending_has_a_claim_of_its_own_and_is_counted() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");
    let refused_always = |ledger: &mut Ledger, states: &[&str]| {
        for setting in ledger.ways().settings {
            ledger.db.run(setting).unwrap();
            for verb in ledger.ways().updates {
                for what in states {
                    ledger.unmoved_by(&set(what).replace("UPDATE", verb));
                }
            }
        }
    };

    refused_always(&mut ledger, &["claim = 'c'", "tries = 1", "state = 'sending', claim = 'c'"]);
    refused_always(
        &mut ledger,
        &["state = 'sending', claim = 'c', tries = 2", "state = 'void', void_reason = 'r', claim = 'c'"],
    );
    ledger.db.run(&set("state = 'sending', claim = 'c', tries = 1")).unwrap();
    // Whoever has lost it is not overtaken silently: nobody else's claim takes the place of this one.
    refused_always(&mut ledger, &["claim = 'another'", "claim = NULL", "tries = 0", "tries = 2"]);
    refused_always(&mut ledger, &["state = 'pending', claim = NULL", "state = 'pending', tries = 0"]);
    ledger.db.run(&set("state = 'pending'")).unwrap();
    refused_always(&mut ledger, &["claim = NULL", "tries = 0", "state = 'sending'", "state = 'sending', tries = 2"]);
    refused_always(&mut ledger, &["state = 'sending', claim = 'd'", "state = 'sending', claim = NULL, tries = 2"]);
    ledger.db.run(&set("state = 'sending', claim = 'd', tries = 2")).unwrap();
}

#[test]
fn what_is_taken_back_has_a_reason_that_stays() {
    let mut ledger = Ledger::new();
    let id = ledger.statement(1, &august(40), &august(50));
    let set = |what: &str| format!("UPDATE statement SET {what} WHERE statement_id = '{id}'");

    ledger.refuses(&set("void_reason = 'early'"), "");
    ledger.refuses(&set("state = 'void'"), "");
    ledger.db.run(&set("state = 'void', void_reason = 'why'")).unwrap();
    for setting in ledger.ways().settings {
        ledger.db.run(setting).unwrap();
        for verb in ledger.ways().updates {
            ledger.unmoved_by(&set("void_reason = 'because'").replace("UPDATE", verb));
            ledger.unmoved_by(&set("void_reason = NULL").replace("UPDATE", verb));
        }
    }
}
