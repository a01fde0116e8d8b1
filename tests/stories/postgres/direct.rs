//! What only clients of PostgreSQL can try.

use artifice_tests::{Cloud, Db};

use super::{AUGUST, cloud_of};

const ID: &str = "'00000000-0000-0000-0000-000000000001'";

/// A copy of the only statement for September, pending.
fn september() -> String {
    format!(
        "INSERT INTO public.statement (tenant_no, statement_id, kind, period, timezone, currency, subtotal, total, digest,
                                       backend, backend_version, created)
         SELECT tenant_no, {ID}, kind, '[2013-09-01 00:00Z,2013-10-01 00:00Z)', timezone, currency, subtotal, total,
                digest, backend, backend_version, created FROM public.statement"
    )
}

fn billed() -> (Cloud, Db) {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.bill(AUGUST).done();
    let db = cloud.db();
    (cloud, db)
}

#[track_caller]
fn refused(db: &mut Db, sql: &str, rule: &str) {
    let before = db.dump();
    let refusal = db.run(sql).expect_err(sql);
    assert!(refusal.contains(rule), "{sql}: {refusal}");
    assert_eq!(db.dump(), before, "{sql}");
}

#[test]
fn nothing_is_truncated() {
    let (_cloud, mut db) = billed();
    for table in ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax", "audit"] {
        refused(&mut db, &format!("TRUNCATE {table} CASCADE"), "_no_delete");
    }
}

#[test]
fn a_period_is_half_open_and_has_ends() {
    let (_cloud, mut db) = billed();
    for period in [
        "[2013-09-01 00:00Z,2013-10-01 00:00Z]",
        "(2013-09-01 00:00Z,2013-10-01 00:00Z)",
        "[2013-09-01 00:00Z,)",
        "(,2013-10-01 00:00Z)",
        "[2013-09-01 00:00Z,infinity)",
        "[-infinity,2012-10-01 00:00Z)",
        "empty",
    ] {
        let sql = september().replace("[2013-09-01 00:00Z,2013-10-01 00:00Z)", period);
        refused(&mut db, &sql, "half_open");
    }
    let sql = september().replace("subtotal, total,\n                digest", "'NaN', total,\n                digest");
    refused(&mut db, &sql, "check");
}

#[test]
fn tables_that_only_look_like_the_ledgers_deceive_nobody() {
    let (_cloud, mut db) = billed();
    db.run("CREATE TEMPORARY TABLE statement AS SELECT tenant_no, statement_id, 'pending' AS state, 0 AS tries, backend FROM public.statement")
        .unwrap();
    db.run("CREATE TEMPORARY TABLE series AS SELECT 1 AS tenant_no, 99 AS series_no").unwrap();
    db.run("CREATE TEMPORARY TABLE tenant AS SELECT 99 AS tenant_no").unwrap();
    let line =
        "INSERT INTO public.line SELECT tenant_no, statement_id, 2, section, location, service, name, resource_id,
                resource_name, entry, meter, aggregate, period, volume, unit, rate, rate_unit, rate_origin, cost
                FROM public.line";
    let usage =
        "INSERT INTO public.usage SELECT tenant_no, statement_id, series_no, '[2013-09-01 00:00Z,2013-10-01 00:00Z)',
                 meter, section, resource_name, volume, unit, aggregate FROM public.usage";
    let series =
        "INSERT INTO public.series SELECT 99, series_no, resource_id, entry, service, location FROM public.series";
    refused(&mut db, line, "line_of_new_statement");
    refused(&mut db, usage, "usage_of_new_statement");
    refused(&mut db, series, "series_has_tenant");
    refused(&mut db, "UPDATE public.usage SET live = false", "usage_only_ends");

    db.run(&format!(
        "CREATE TEMPORARY TABLE invoice_number AS SELECT tenant_no, {ID}::uuid AS statement_id FROM public.statement"
    ))
    .unwrap();
    refused(&mut db, &september(), "statement_has_number");
    let audit =
        "INSERT INTO public.audit SELECT tenant_no, statement_id, 4, at, who, command, configuration, program, action,
                 'pending', detail FROM public.audit WHERE entry_no = 1";
    refused(&mut db, audit, "audit_next");
    db.run("ALTER TABLE pg_temp.statement ADD period tstzrange, ADD currency text, ADD kind text, ADD refers_to uuid, ADD revision bigint").unwrap();
    db.run(&format!(
        "UPDATE pg_temp.statement SET statement_id = {ID}, state = 'committed', kind = 'invoice', currency = 'NZD',
                     period = '[2013-09-01 00:00Z,2013-10-01 00:00Z)'"
    ))
    .unwrap();
    let about_a_dream = september()
        .replace("backend, backend_version, created)", "backend, backend_version, created, refers_to, revision)")
        .replace("backend, backend_version, created FROM", &format!("backend, backend_version, created, {ID}, 1 FROM"))
        .replace("kind, '[2013", "'adjustment', '[2013");
    refused(&mut db, &about_a_dream, "statement_refers");
}

#[test]
fn clients_that_take_a_number_at_once_take_two() {
    let (cloud, mut first) = billed();
    let mut second = cloud.db();
    let other =
        september().replace("00000001'", "00000002'").replace("2013-09", "2014-09").replace("2013-10", "2014-10");
    let take = |id: &str, number: u8| {
        format!(
            "INSERT INTO invoice_number SELECT backend, {number}, tenant_no, {id} FROM statement WHERE statement_id = {id}"
        )
    };
    first.run("BEGIN").unwrap();
    first.run(&september()).unwrap();
    first.run(&take(ID, 2)).unwrap();
    let second_takes = std::thread::spawn(move || {
        second.run("BEGIN").unwrap();
        second.run(&other).unwrap();
        // It waits for the first, and then sees that 2 is taken.
        second.run(&take(&ID.replace("1'", "2'"), 2)).unwrap_err()
    });
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(!second_takes.is_finished(), "it did not wait");
    first.run("COMMIT").unwrap();
    assert!(second_takes.join().unwrap().contains("invoice_number_is_next"));
}
