//! What `db verify` compares a ledger's schema with.

use std::fs;

use artifice_tests::{Cloud, workspace};

const LIST: &str = "artifice-core/ledger/src/postgres/guards.txt";
const SQL: &str = include_str!("../../../artifice-core/ledger/src/postgres/guards.sql");

#[test]
fn the_list_of_guards_is_what_the_migrations_make() {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    let there: String = cloud.db().rows(SQL).iter().map(|row| format!("{}\n", row.join("|"))).collect();
    let list = workspace().join(LIST);
    if std::env::var_os("ARTIFICE_WRITE_GUARDS").is_some() {
        fs::write(&list, &there).unwrap();
    }
    let listed = fs::read_to_string(&list).unwrap();
    let only = |one: &str, other: &str| -> Vec<String> {
        one.lines().filter(|line| !other.lines().any(|known| known == *line)).map(str::to_owned).collect()
    };
    let (new, gone) = (only(&there, &listed), only(&listed, &there));
    assert!(
        new.is_empty() && gone.is_empty(),
        "the migrations have changed, and {LIST} has not; run this test once with ARTIFICE_WRITE_GUARDS=1, look at the \
         difference, and build again\nnew: {new:#?}\ngone: {gone:#?}"
    );
}

#[test]
fn on_citus_rights_take_the_place_of_triggers() {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    let mut administrator = cloud.postgres().administrator();
    // As if it were installed: only its name is asked for.
    administrator.run("SET allow_system_table_mods = on").unwrap();
    administrator
        .run(
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
             SELECT 99999, 'citus', extowner, extnamespace, false, '12' FROM pg_extension LIMIT 1",
        )
        .unwrap();
    cloud.db().run("DROP TRIGGER statement_life ON statement").unwrap();

    cloud.run("db verify").done().says("this is Citus");

    cloud.db().run("ALTER TABLE usage DROP CONSTRAINT usage_no_overlap").unwrap();
    let ran = cloud.run("db verify").failed();
    assert!(ran.out.contains("the constraint 'usage_no_overlap' on 'usage' is missing"), "{ran:?}");
}
