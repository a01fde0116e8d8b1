//! (b) Storing statements in the ledger, against putting the same rows into the same tables without
//! anything that protects them: with a primary key, but without constraints, triggers and references.
//!
//! A database is a [`Database`]: its ledger, and that reference. What is measured here is the same
//! for each.

mod postgres;
mod sqlite;

use artifice_ledger::{Act, Author, Ledger, NewKind, NewStatement, only};
use artifice_model::statement::Draft;
use tokio::runtime::Runtime;

use crate::harness::{Rounds, timed};
use crate::memory;
use crate::report::{Measure, Row, Target};
use crate::statements;

/// A database to measure.
pub struct Database<'d> {
    /// What it is called.
    pub name: &'d str,
    pub runtime: &'d Runtime,
    pub ledger: &'d dyn Ledger,
    /// Puts a draft's usages and lines into unprotected tables, in one transaction, under a
    /// statement's id that is the number.
    pub reference: &'d mut dyn FnMut(&Draft, u64),
    /// What the reference is, in a few words.
    pub compared_to: &'d str,
    /// The least ratio, if there is one to reach.
    pub target: Option<Target>,
    /// How long a statement of 100,000 lines may take, in seconds, if that is said.
    pub long_statement_s: Option<f64>,
}

/// Lines of a statement, and usages.
const LINES: usize = 10_000;
const LONG: usize = 100_000;
const LONG_ROUNDS: usize = 3;
const ROUNDS: usize = 5;
/// How many usages there are in the full ledger, and as many lines; and as many in the reference.
const FULL: usize = 1_000_000;
/// What still counts as flat: how fast it is when it is full, compared to when it is empty, minutes
/// before. (Searching a tree takes longer the higher it is. What is not flat is many times slower.)
const FLAT: Target = Target::RatioAtLeast(0.5);

pub use postgres::{configured, postgres};
pub use sqlite::sqlite;

/// Empty, with a million rows, and one long statement.
fn measure(mut database: Database<'_>) -> Vec<Row> {
    let mut next = 1;
    let mut rows = vec![compare(&mut database, &mut next, "empty")];
    while usize::try_from(next).unwrap() * LINES < FULL {
        let draft = statements::draft(next, LINES);
        database.store(&draft);
        (database.reference)(&draft, next);
        next += 1;
    }
    rows.push(compare(&mut database, &mut next, "with 1 M usages"));
    let [empty, full] = [&rows[0], &rows[1]].map(|row| row.subject.clone());
    let flat = Row::new("b", format!("{} ledger, with 1 M usages", database.name), full);
    rows.push(flat.against("the same, empty", empty, None).must(FLAT));

    let drafts: Vec<Draft> = (next..).take(LONG_ROUNDS).map(|number| statements::draft(number, LONG)).collect();
    let _ = memory::forget_peak();
    let best = drafts.iter().map(|draft| timed(|| database.store(draft)).0).min();
    let took = best.unwrap_or_default();
    let name = format!("{}, a statement of 100,000 lines", database.name);
    let row = Row::new("b", name, Measure::new(took.as_secs_f64(), "s")).with_peak(memory::peak_bytes());
    rows.push(match database.long_statement_s {
        Some(most) => row.must(Target::ValueAtMost(most)),
        None => row,
    });
    rows
}

fn compare(database: &mut Database<'_>, next: &mut u64, filled: &str) -> Row {
    let drafts: Vec<Draft> = (0..).take(ROUNDS).map(|more| statements::draft(*next + more, LINES)).collect();
    let first = *next;
    *next += u64::try_from(ROUNDS).unwrap();
    let _ = memory::forget_peak();
    let (mut stored, mut referred) = (0, 0);
    let Database { runtime, ledger, reference, .. } = database;
    let compared = Rounds::of(
        ROUNDS,
        || {
            store(runtime, *ledger, &drafts[stored]);
            stored += 1;
        },
        || {
            reference(&drafts[referred], first + u64::try_from(referred).unwrap());
            referred += 1;
        },
    )
    .compare();
    // A line is two rows: it, and its usage.
    let rate = |seconds: f64| Measure::new(2.0 * LINES as f64 / seconds, "rows/s");
    let row = Row::new("b", format!("{} ledger, {filled}", database.name), rate(compared.subject_s))
        .against(database.compared_to, rate(compared.reference_s), Some(compared.spread))
        .with_peak(memory::peak_bytes());
    match database.target {
        Some(target) => row.must(target),
        None => row,
    }
}

impl Database<'_> {
    fn store(&self, draft: &Draft) {
        store(self.runtime, self.ledger, draft);
    }
}

/// Stores a draft as an invoice.
pub fn store(runtime: &Runtime, ledger: &dyn Ledger, draft: &Draft) {
    let new = NewStatement {
        month: None,
        draft,
        kind: NewKind::Invoice,
        held: None,
        timezone: "UTC",
        rules: None,
        label: None,
        backend: "bench.counting:Counting",
        backend_version: "1",
        settings: None,
        created: draft.period.end(),
    };
    let by = Act { author: &Author::default(), at: draft.period.end() };
    let stored = only(runtime.block_on(ledger.statement_insert(&[new], by)).unwrap()).unwrap();
    assert_eq!(Some(stored.total), draft.total);
}
