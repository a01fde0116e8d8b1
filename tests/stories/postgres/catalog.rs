//! What keeps the ledger distributable by tenant (Citus), read from the catalog of a plain server.

use artifice_tests::Cloud;

/// Small tables that every node has a copy of: they may have keys of their own.
const REFERENCE: &str = "('tenant', 'invoice_number', 'ledger', 'work', '_sqlx_migrations')";

fn lint(what: &str) -> Vec<Vec<String>> {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    let tables = cloud.db().number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
    assert_eq!(tables, 12, "another table: is it distributed by its tenant, or a reference table?");
    cloud.db().rows(what)
}

#[test]
fn every_key_of_a_tenants_rows_begins_with_the_tenant() {
    // Primary keys, UNIQUE constraints, and indexes that are unique without being either. (The order of an
    // exclusion's columns does not matter; see below.)
    let found = lint(&format!(
        "SELECT index.relname::text, coalesce(first.attname::text, 'an expression')
         FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS own ON own.oid = indrelid
         JOIN pg_namespace AS place ON place.oid = own.relnamespace
         LEFT JOIN pg_attribute AS first ON first.attrelid = own.oid AND first.attnum = indkey[0]
         WHERE place.nspname = 'public' AND indisunique AND NOT indisexclusion AND own.relname NOT IN {REFERENCE}
           AND first.attname IS DISTINCT FROM 'tenant_no'"
    ));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn an_exclusion_compares_the_tenant_for_equality() {
    let exclusions = "SELECT conname::text FROM pg_constraint WHERE contype = 'x'";
    let with_tenant = "SELECT conname::text FROM pg_constraint, unnest(conkey, conexclop) AS part (column_no, operator)
         JOIN pg_operator ON pg_operator.oid = operator
         WHERE contype = 'x' AND oprname = '='
           AND column_no = (SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = 'tenant_no')";
    let found = lint(&format!("{exclusions} EXCEPT {with_tenant}"));
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(lint(&format!("{exclusions} INTERSECT {with_tenant}")).len(), 2);
}

#[test]
fn a_tenants_rows_refer_only_to_reference_tables_or_to_the_same_tenants() {
    let found = lint(&format!(
        "SELECT conname::text FROM pg_constraint
         JOIN pg_class AS own ON own.oid = conrelid JOIN pg_class AS other ON other.oid = confrelid
         LEFT JOIN pg_attribute AS mine ON mine.attrelid = conrelid AND mine.attnum = conkey[1]
         LEFT JOIN pg_attribute AS theirs ON theirs.attrelid = confrelid AND theirs.attnum = confkey[1]
         WHERE contype = 'f' AND (
             -- A reference table refers to no distributed one.
             (own.relname IN {REFERENCE} AND other.relname NOT IN {REFERENCE})
             OR (other.relname NOT IN {REFERENCE}
                 AND (mine.attname, theirs.attname) IS DISTINCT FROM ('tenant_no', 'tenant_no')))"
    ));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn there_are_no_identity_columns_and_every_table_has_the_tenants_number() {
    let identity = lint("SELECT attrelid::regclass::text FROM pg_attribute WHERE attidentity <> ''");
    assert!(identity.is_empty(), "{identity:?}");
    let without = lint(&format!(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN {REFERENCE}
         AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('public.%I', tablename)::regclass
                         AND attname = 'tenant_no' AND attnotnull AND atttypid = 'bigint'::regtype)"
    ));
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn the_tables_need_no_trigger_to_be_made() {
    let code = |text: &'static str| text.lines().filter(|line| !line.trim_start().starts_with("--"));
    for tables in [
        include_str!("../../../migrations/postgres/0001_ledger.sql"),
        include_str!("../../../migrations/postgres/0003_whole_life.sql"),
    ] {
        assert!(code(tables).all(|line| !line.contains("TRIGGER") && !line.contains("FUNCTION")));
    }
    for guards in [
        include_str!("../../../migrations/postgres/0002_guards.sql"),
        include_str!("../../../migrations/postgres/0004_life_guards.sql"),
    ] {
        assert!(code(guards).all(|line| !line.contains("CREATE TABLE") && !line.contains("ALTER TABLE")));
    }
}

const GUIDE: &str = include_str!("../../../migrations/postgres/CITUS.md");

#[test]
fn the_guide_for_citus_names_every_table_column_and_function() {
    let guide: String = GUIDE.split_whitespace().collect::<Vec<_>>().join(" ");
    for table in
        lint("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'")
    {
        let table = &table[0];
        let reference = REFERENCE.contains(&format!("'{table}'"));
        let kind = if reference { "create_reference_table" } else { "create_distributed_table" };
        assert!(guide.contains(&format!("{kind}('{table}'")), "{table} is not a table of the guide");
        assert!(guide.contains(&format!("ALTER TABLE {table} OWNER TO ledger_owner;")), "{table}");
    }
    let (_, dropped) = guide.split_once("DROP FUNCTION ").unwrap();
    let (dropped, _) = dropped.split_once(';').unwrap();
    let mut dropped: Vec<&str> = dropped.split(", ").collect();
    dropped.sort_unstable();
    // (Those of an extension belong to it.)
    let functions = lint(
        "SELECT proname::text FROM pg_proc JOIN pg_namespace AS place ON place.oid = pronamespace
         WHERE place.nspname = 'public'
           AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') ORDER BY proname",
    );
    assert_eq!(dropped, functions.concat());
}
