//! Connecting, and making a ledger: what can be missing, and how it is said.

use artifice_tests::Cloud;
use artifice_tests::database::Postgres;

use super::{AUGUST, cloud_of};

const COMMANDS: [&str; 4] = ["bill --month 2013-08", "usage --month 2013-08", "statement list", "db status"];

/// Every command says one clear line, and no password.
#[track_caller]
fn refused(cloud: &Cloud, says: &[&str]) {
    for command in COMMANDS {
        let ran = cloud.run(command).refused().says_one_line().says_not("pass/w@rd").says_not("pass%2Fw");
        for text in says {
            assert!(ran.err.contains(text), "{command}: '{text}' is not in {ran:#?}");
        }
    }
    assert!(cloud.files("invoices").is_empty());
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    // Port 1 is nobody's.
    cloud.set("database", "{url: 'postgres://artifice:pass%2Fw@127.0.0.1:1/ledger'}");
    refused(&cloud, &["postgres://artifice@127.0.0.1:1/ledger: ", "refused", "that PostgreSQL is running there"]);
}

#[test]
fn a_wrong_password_an_unknown_role_and_an_unknown_database_are_told_apart() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    let database = cloud.postgres();
    cloud.set("database", &format!("{{url: '{}'}}", database.url_as("artifice", "pass%2Fw-wrong")));
    refused(&cloud, &["password authentication failed", "check database.username and password"]);
    cloud.set("database", &format!("{{url: '{}'}}", database.url_as("nobody", "pass%2Fw")));
    refused(&cloud, &["password authentication failed", "check database.username and password"]);
    cloud.set("database", &format!("{{url: '{}'}}", database.url().replace(database.name(), "elsewhere")));
    refused(&cloud, &["database \"elsewhere\" does not exist", "CREATE DATABASE"]);
}

#[test]
fn the_originals_keys_lead_to_the_same_ledger() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.bill(AUGUST).done();
    cloud.set("database", &cloud.postgres().keys());
    let again = cloud.bill(AUGUST).done().says("was billed for exactly this period before");
    assert_eq!(again.bill_of("demo").total(), "1.20");
}

#[test]
fn the_password_may_stand_in_a_file() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.write("password", format!("{}\n", artifice_tests::database::PASSWORD));
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(cloud.path("password"), own).unwrap();
    let keys = cloud.postgres().keys();
    let (before, _) = keys.split_once("password: ").unwrap();
    cloud.set("database", &format!("{before}password_file: password}}"));
    cloud.bill(AUGUST).done();
    cloud.write("password", "wrong");
    refused_once(&cloud, "password authentication failed");
}

#[track_caller]
fn refused_once(cloud: &Cloud, says: &str) {
    cloud.bill(AUGUST).refused().says_one_line().says(says);
}

#[test]
fn a_role_that_may_make_no_tables_is_told_what_it_needs() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    let mut administrator = cloud.postgres().administrator();
    administrator.run("CREATE EXTENSION btree_gist").unwrap();
    administrator.run(&format!("ALTER DATABASE {} OWNER TO administrator", cloud.postgres().name())).unwrap();
    refused_once(&cloud, "give the role its rights");
    administrator.run("GRANT CREATE ON SCHEMA public TO artifice").unwrap();
    cloud.bill(AUGUST).done();
}

#[test]
fn a_role_that_may_not_create_the_extension_is_told_the_line_for_its_administrator() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    let mut administrator = cloud.postgres().administrator();
    administrator.run(&format!("ALTER DATABASE {} OWNER TO administrator", cloud.postgres().name())).unwrap();
    administrator.run("GRANT CREATE ON SCHEMA public TO artifice").unwrap();

    let ran = cloud.bill(AUGUST).refused().says_one_line();
    ran.says("an administrator of the server must run once, in this database: CREATE EXTENSION btree_gist");
    assert!(cloud.db().tables().is_empty(), "nothing half done");

    administrator.run("CREATE EXTENSION btree_gist").unwrap();
    cloud.bill(AUGUST).done();
}

#[test]
fn an_encoding_that_cannot_hold_every_name_is_refused() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    let name = format!("{}_latin", cloud.postgres().name());
    let server = Postgres::shared();
    let create = format!("CREATE DATABASE {name} OWNER artifice TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    server.administrator().run(&create).unwrap();
    cloud.set("database", &format!("{{url: '{}'}}", cloud.postgres().url().replace(cloud.postgres().name(), &name)));
    refused(&cloud, &["the database's encoding is LATIN1", "ENCODING 'UTF8'"]);
    server.administrator().run(&format!("DROP DATABASE {name}")).unwrap();
}

#[test]
fn a_ledger_may_have_a_schema_of_its_own() {
    let cloud = cloud_of(Cloud::new(), &["demo"]);
    cloud.db().run("CREATE TABLE another_programs (x int)").unwrap();
    cloud.db().run("CREATE SCHEMA billing").unwrap();
    let url = format!("{}?options=-csearch_path%3Dbilling%2Cpublic", cloud.postgres().url());
    cloud.set("database", &format!("{{url: '{url}'}}"));
    cloud.bill(AUGUST).done();
    assert_eq!(cloud.statuses(), ["committed"]);
    assert_eq!(cloud.db().tables(), ["another_programs"], "nothing of it in the other schema");
}
