//! A role that does not own the ledger: the program works as it, and cannot take its guards away.

use artifice_tests::{Cloud, Db, Vm};

use super::{AUGUST, cloud_of};

/// What README.md has an administrator run, for this role in place of `artifice_worker`.
fn rights(role: &str) -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let (_, from) = readme.split_once("```sql\n").expect("README.md grants rights");
    let (sql, _) = from.split_once("```").unwrap();
    sql.replace("artifice_worker", role).split_terminator(";\n").map(str::to_owned).collect()
}

fn worker(cloud: &Cloud) -> String {
    let role = format!("worker_of_{}", cloud.postgres().name());
    let mut administrator = cloud.postgres().administrator();
    administrator.run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'")).unwrap();
    for sql in rights(&role) {
        administrator.run(&sql).unwrap();
    }
    cloud.set("database", &format!("{{url: '{}'}}", cloud.postgres().url_as(&role, "secret")));
    role
}

#[test]
fn a_role_that_owns_nothing_bills_adjusts_releases_and_voids() {
    let cloud = cloud_of(Cloud::new(), &["demo", "held"]);
    cloud.run("db migrate").done();
    worker(&cloud);
    lives_whole(&cloud);
    cloud.run("db verify --backend").done();
}

/// The statements of an SQL text, of which some hold others between `$$`.
fn statements(sql: &str) -> Vec<String> {
    let (mut all, mut statement) = (Vec::new(), String::new());
    for line in sql.lines().filter(|line| !line.starts_with("--")) {
        statement += line;
        statement.push('\n');
        if line.ends_with(';') && statement.matches("$$").count() % 2 == 0 {
            all.push(std::mem::take(&mut statement));
        }
    }
    assert!(statement.trim().is_empty(), "{statement}");
    all
}

#[test]
fn rights_do_in_the_triggers_place_as_the_guide_for_citus_has_it() {
    let cloud = cloud_of(Cloud::new(), &["demo", "held"]);
    cloud.run("db migrate").done();
    let guide = include_str!("../../../migrations/postgres/CITUS.md");
    let mut administrator = cloud.postgres().administrator();
    for block in guide.split("```sql\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        // All but what only Citus knows.
        let is_plain = |sql: &&String| !sql.contains("EXTENSION") && !sql.starts_with("SELECT create_");
        for sql in statements(block).iter().filter(is_plain) {
            administrator.run(sql).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
        }
    }
    let triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal";
    assert_eq!(administrator.number(triggers), 0);

    lives_whole(&cloud);

    let mut client = cloud.db();
    for sql in ["DELETE FROM line", "UPDATE line SET cost = 0", "UPDATE audit SET who = 'nobody'", "DELETE FROM audit"]
    {
        assert!(client.run(sql).unwrap_err().contains("permission denied"), "{sql}");
    }
}

/// All that the program does in a ledger.
#[track_caller]
fn lives_whole(cloud: &Cloud) {
    cloud.bill("-t demo --month 2013-08").done();
    cloud.set("limits", "{total: 1.00}");
    cloud.bill("-t held --month 2013-08");
    cloud.set("limits", "{}");
    assert_eq!(cloud.statuses(), ["committed", "held"]);
    cloud.run("statement release 2").done();
    cloud.bill(AUGUST).done();
    cloud.meter(Vm::of("demo", "vm-2").active("2013-08-06", 10));
    cloud.bill("--adjust -t demo --month 2013-08").done();
    assert_eq!(cloud.statuses(), ["committed", "committed", "committed"]);
    cloud.run("statement void 3 --reason late").done();
    cloud.run("statement void 1 --reason wrong").done();
    assert_eq!(cloud.statuses(), ["void", "committed", "void", "committed", "committed"]);
    cloud.bill(AUGUST).done();
    cloud.run("statement regenerate 2").done();
    cloud.run("db status").done();
    cloud.run("db migrate").done();
    let live =
        "SELECT count(*) FROM usage JOIN statement USING (tenant_no, statement_id) WHERE live AND state = 'void'";
    assert_eq!(cloud.db().number(live), 0);
}

#[test]
fn a_role_that_owns_nothing_cannot_take_the_guards_away() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.bill(AUGUST).done();
    let url = cloud.postgres().url_as(&worker(&cloud), "secret");
    let mut worker = Db::connect(&url.parse().unwrap());
    let mut administrator = cloud.postgres().administrator();
    for sql in [
        "DROP TRIGGER line_stays ON line",
        "ALTER TABLE statement DISABLE TRIGGER ALL",
        "ALTER TABLE usage DROP CONSTRAINT usage_no_overlap",
        "DROP TABLE audit",
        "TRUNCATE usage",
        "DELETE FROM line",
        "UPDATE line SET cost = 0",
        "UPDATE audit SET who = 'nobody'",
        "UPDATE invoice_number SET number = 7",
        "UPDATE statement SET total = 0",
        "UPDATE usage SET volume = 0",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "INSERT INTO _sqlx_migrations SELECT version + 100, description, installed_on, success, checksum, execution_time
         FROM _sqlx_migrations",
    ] {
        let before = administrator.dump();
        let refusal = worker.run(sql).expect_err(sql);
        assert!(refusal.contains("permission denied") || refusal.contains("must be owner"), "{sql}: {refusal}");
        assert_eq!(administrator.dump(), before, "{sql}");
    }
}
