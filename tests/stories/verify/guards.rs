//! What protects the ledger is missed when it is gone.

use artifice_tests::Cloud;
use artifice_tests::database::Kind;

use super::Found;

fn whats(found: &Found, rule: &str) -> Vec<String> {
    found.of_rule(rule).iter().map(|finding| finding["what"].as_str().unwrap().to_owned()).collect()
}

/// A new ledger without one of its guards is found to lack just that.
#[track_caller]
fn lacks(sql: &[&str], rule: &str, what: &str) {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    for sql in sql {
        cloud.db().run(sql).unwrap();
    }
    let found = Found::by(&cloud, "");
    assert_eq!((found.rules(), whats(&found, rule)), (vec![rule], vec![what.to_owned()]), "{:#}", found.json());
}

#[test]
fn a_guard_that_is_gone_is_missed() {
    match Kind::of_this_program() {
        Kind::Sqlite => {
            lacks(
                &["DROP TRIGGER statement_life"],
                "guard_missing",
                "the trigger 'statement_life' on 'statement' is missing",
            );
            lacks(
                &["DROP INDEX statement_revision"],
                "guard_missing",
                "the index 'statement_revision' on 'statement' is missing",
            );
        }
        Kind::Postgres => {
            let life = "the trigger 'statement_life' on 'statement'";
            lacks(&["DROP TRIGGER statement_life ON statement"], "guard_missing", &format!("{life} is missing"));
            let disable = "ALTER TABLE statement DISABLE TRIGGER statement_life";
            lacks(&[disable], "guard_disabled", &format!("{life} is disabled"));
            let replica = "ALTER TABLE statement ENABLE REPLICA TRIGGER statement_life";
            lacks(&[replica], "guard_disabled", &format!("{life} is disabled"));
            let null = "ALTER TABLE line ALTER COLUMN cost DROP NOT NULL";
            lacks(&[null], "guard_changed", "the column 'cost' on 'line' is not as this version's migrations make it");
            let state = "the constraint 'statement_state_check' on 'statement'";
            let drop = "ALTER TABLE statement DROP CONSTRAINT statement_state_check";
            lacks(&[drop], "guard_missing", &format!("{state} is missing"));
            let anew = "ALTER TABLE statement ADD CONSTRAINT statement_state_check CHECK (state <> '') NOT VALID";
            lacks(
                &[drop, anew],
                "guard_disabled",
                &format!("{state} was not checked for the rows that were there (NOT VALID)"),
            );
        }
    }
}

#[test]
fn a_guard_that_lets_everything_through_is_noticed() {
    let changed = "is not as this version's migrations make it";
    match Kind::of_this_program() {
        Kind::Sqlite => lacks(
            &[
                "DROP TRIGGER statement_life",
                "CREATE TRIGGER statement_life BEFORE UPDATE ON statement WHEN false BEGIN SELECT 1; END",
            ],
            "guard_changed",
            &format!("the trigger 'statement_life' on 'statement' {changed}"),
        ),
        Kind::Postgres => lacks(
            &[
                "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            ],
            "guard_changed",
            &format!("the function 'ledger_refuses' {changed}"),
        ),
    }
}

#[test]
fn somebodys_own_trigger_is_told_of() {
    let cloud = Cloud::new();
    cloud.run("db migrate").done();
    let create = match Kind::of_this_program() {
        Kind::Sqlite => "CREATE TRIGGER my_own AFTER INSERT ON usage BEGIN SELECT 1; END",
        Kind::Postgres => "CREATE TRIGGER my_own AFTER INSERT ON usage EXECUTE FUNCTION ledger_refuses('x', 'y')",
    };
    cloud.db().run(create).unwrap();
    let ran = cloud.run("db verify").done().says("the trigger 'my_own' on 'usage' is not the ledger's");
    assert!(ran.out.contains("nothing is wrong"), "{ran:?}");
}
