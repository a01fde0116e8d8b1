//! Clients that each do what is allowed, at the same time, so that both together would not be.

use std::time::Duration;

use artifice_tests::{Cloud, Db, Refusal};

use super::{AUGUST, cloud_of};

const ISOLATIONS: [&str; 3] = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"];

/// What must never be there, whatever was tried.
const NEVER: [(&str, &str); 5] = [
    (
        "usage that is billed by what is void",
        "SELECT count(*) FROM usage JOIN statement USING (tenant_no, statement_id) WHERE live AND state = 'void'",
    ),
    (
        "a correction of what has ended",
        "SELECT count(*) FROM usage AS own WHERE live AND corrects IS NOT NULL AND NOT EXISTS (
             SELECT FROM usage AS other WHERE other.live AND other.statement_id = own.corrects
             AND other.series_no = own.series_no AND other.period = own.period AND other.corrects IS NULL)",
    ),
    (
        "an adjustment of what is taken back",
        "SELECT count(*) FROM statement AS own JOIN statement AS other ON other.refers_to = own.statement_id
         WHERE own.state IN ('voiding', 'void') AND other.kind = 'adjustment' AND other.state <> 'void'",
    ),
    (
        "two credits",
        "SELECT count(*) FROM (SELECT refers_to FROM statement WHERE kind = 'credit' GROUP BY 1 HAVING count(*) > 1) AS x",
    ),
    (
        "a statement without a number",
        "SELECT count(*) FROM statement LEFT JOIN invoice_number USING (tenant_no, statement_id) WHERE number IS NULL",
    ),
];

/// What a client does in one transaction.
type Steps = Vec<String>;

fn id(number: u32) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

/// A statement about the invoice's period, with its number.
fn statement(number: u32, kind: &str, refers_to: &str, revision: &str) -> Steps {
    let id = id(number);
    let statement = format!(
        "INSERT INTO statement (tenant_no, statement_id, kind, refers_to, revision, period, timezone, currency, subtotal,
                                total, digest, backend, backend_version, created)
         SELECT tenant_no, '{id}', '{kind}', {refers_to}, {revision}, period, timezone, currency, subtotal, total, digest,
                backend, backend_version, created FROM statement WHERE kind = 'invoice' AND receipt IS NOT NULL"
    );
    let number = format!(
        "INSERT INTO invoice_number SELECT backend, (SELECT max(number) + 1 FROM invoice_number), tenant_no, statement_id
         FROM statement WHERE statement_id = '{id}'"
    );
    vec![statement, number]
}

fn adjustment(number: u32, revision: &str) -> Steps {
    let invoice = "(SELECT statement_id FROM statement WHERE kind = 'invoice' AND receipt IS NOT NULL)";
    statement(number, "adjustment", invoice, revision)
}

/// Stores a credit, with which the invoice begins to be taken back.
fn take_back(number: u32) -> Steps {
    let mut steps = statement(
        number,
        "credit",
        "(SELECT statement_id FROM statement WHERE kind = 'invoice' AND receipt IS NOT NULL)",
        "NULL",
    );
    steps.push(
        "UPDATE statement SET state = 'voiding', void_reason = 'r' WHERE kind = 'invoice' AND receipt IS NOT NULL"
            .to_owned(),
    );
    steps
}

fn void(number: u32) -> Steps {
    vec![format!("UPDATE statement SET state = 'void', void_reason = 'r' WHERE statement_id = '{}'", id(number))]
}

/// A usage of another series, or of the invoice's where it corrects something of it.
fn usage(number: u32, series: &str, corrects: &str) -> Steps {
    vec![format!(
        "INSERT INTO usage (tenant_no, statement_id, series_no, period, meter, section, resource_name, volume, unit,
                            aggregate, corrects)
         SELECT tenant_no, '{}', {series}, period, meter, section, resource_name, 1, unit, aggregate, {corrects}
         FROM usage ORDER BY series_no LIMIT 1",
        id(number)
    )]
}

/// A series that the invoice has nothing of.
const LATE: &str = "(SELECT max(series_no) FROM series)";

fn run(db: &mut Db, steps: &[String]) -> Result<(), Refusal> {
    steps.iter().try_for_each(|sql| db.run(sql).map(drop))
}

/// Two clients at once, after `before`: the first one succeeds, and the second one fails, whatever its
/// isolation, and whether it has to wait or has only seen what was there before.
#[track_caller]
fn only_the_first_succeeds(before: &[Steps], first: &Steps, second: &Steps) {
    for isolation in ISOLATIONS {
        for waits in [true, false] {
            let ended = at_once(before, first, second, isolation, waits);
            assert!(ended.is_err(), "{isolation}, waiting {waits}: both have succeeded");
        }
    }
}

fn at_once(before: &[Steps], first: &Steps, second: &Steps, isolation: &str, waits: bool) -> Result<(), Refusal> {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.bill(AUGUST).done();
    let (mut one, mut two) = (cloud.db(), cloud.db());
    one.run("INSERT INTO series SELECT tenant_no, series_no + 1, resource_id, entry, service, 'late' FROM series")
        .unwrap();
    for steps in before {
        one.run("BEGIN").unwrap();
        run(&mut one, steps).unwrap();
        one.run("COMMIT").unwrap();
    }
    two.run(&format!("BEGIN ISOLATION LEVEL {isolation}")).unwrap();
    two.number("SELECT count(*) FROM statement");
    one.run("BEGIN").unwrap();
    run(&mut one, first).unwrap();
    if !waits {
        one.run("COMMIT").unwrap();
    }
    let second = [second.clone(), vec!["COMMIT".to_owned()]].concat();
    let ending = std::thread::spawn(move || run(&mut two, &second));
    if waits {
        std::thread::sleep(Duration::from_millis(150));
        assert!(!ending.is_finished(), "{isolation}: it did not wait");
        one.run("COMMIT").unwrap();
    }
    let ended = ending.join().unwrap();
    for (what, count) in NEVER {
        assert_eq!(one.number(count), 0, "{what}: {isolation}, waiting {waits}, {ended:?}");
    }
    ended
}

#[test]
fn what_is_just_being_adjusted_is_not_taken_back() {
    only_the_first_succeeds(&[], &adjustment(1, "1"), &take_back(2));
}

#[test]
fn what_is_just_being_taken_back_is_not_adjusted() {
    only_the_first_succeeds(&[], &take_back(2), &adjustment(1, "1"));
}

#[test]
fn of_two_that_take_the_same_back_one_does() {
    only_the_first_succeeds(&[], &take_back(1), &take_back(2));
}

#[test]
fn of_two_adjustments_that_know_nothing_of_each_other_one_is_stored() {
    only_the_first_succeeds(&[], &adjustment(1, "1"), &adjustment(2, "1"));
}

#[test]
fn an_adjustment_that_is_just_being_corrected_is_not_taken_back() {
    let before = [[adjustment(1, "1"), usage(1, LATE, "NULL")].concat()];
    let corrected = [adjustment(2, "2"), usage(2, LATE, &format!("'{}'", id(1)))].concat();
    only_the_first_succeeds(&before, &corrected, &void(1));
    only_the_first_succeeds(&before, &void(1), &corrected);
}

#[test]
fn what_is_just_being_added_to_ends_whole_when_it_is_taken_back() {
    let before = [adjustment(1, "1")];
    for isolation in ISOLATIONS {
        for waits in [true, false] {
            // Whether it succeeds or not: see NEVER.
            let _ = at_once(&before, &usage(1, LATE, "NULL"), &void(1), isolation, waits);
        }
    }
    only_the_first_succeeds(&before, &void(1), &usage(1, LATE, "NULL"));
}
