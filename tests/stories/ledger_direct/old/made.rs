//! A ledger as an older program has left it, with statements in every state.

use std::collections::BTreeMap;
use std::fs;

use artifice_tests::database::Kind;
use artifice_tests::{Cloud, Db, Vm, workspace};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// Tenants, each named after its statement's state. (One is void, and its usage was left live by whoever
/// did that by hand.)
pub const TENANTS: [&str; 7] = ["committed", "in_doubt", "left_live", "pending", "sending", "void", "voiding"];

/// The oldest versions of the schema, which ledgers out there have.
fn oldest() -> i64 {
    match Kind::of_this_program() {
        Kind::Sqlite => 3,
        Kind::Postgres => 2,
    }
}

/// An old ledger, and the documents that are its statements'.
pub struct Old {
    pub cloud: Cloud,
    /// Their bytes, by their files' names.
    pub documents: BTreeMap<String, Vec<u8>>,
}

impl Old {
    /// The rows are those that a new ledger has for the same bills, so that digests and documents are real;
    /// and they come into the old one through its own guards.
    pub fn new() -> Old {
        let cloud = Cloud::new();
        for tenant in TENANTS {
            cloud.meter(Vm::of(tenant, "vm-1").active("2013-08-05", 24));
            cloud.meter(Vm::of(tenant, "vm-2").flavor("m1.small").active("2013-08-06", 5));
        }
        let place = Place::of(&cloud);
        cloud.set("database", &place.fresh);
        cloud.bill("--month 2013-08").done();
        cloud.set("database", &place.old);
        let mut old = Old { documents: BTreeMap::new(), cloud };
        old.documents = old.read_documents();
        fs::rename(old.cloud.path("invoices"), old.cloud.path("before")).unwrap();
        migrate_to_oldest(&old.cloud);
        old.fill();
        old
    }

    /// The documents that are there, by their files' names.
    pub fn read_documents(&self) -> BTreeMap<String, Vec<u8>> {
        let files = self.cloud.files("invoices").into_iter();
        files.map(|name| (name.clone(), fs::read(self.cloud.path("invoices").join(name)).unwrap())).collect()
    }

    fn fill(&self) {
        let mut db = self.cloud.db();
        if db.kind() == Kind::Sqlite {
            db.run(&format!("ATTACH '{}' AS fresh", self.cloud.path("fresh.db").display())).unwrap();
        }
        for table in ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax"] {
            let columns = db.columns(table);
            let value = |column: &String| match (table, column.as_str()) {
                ("statement", "state") => "'pending'".to_owned(),
                ("statement", "tries") => "0".to_owned(),
                ("statement", "claim" | "owner" | "receipt" | "receipt_details") => "NULL".to_owned(),
                _ => format!("\"{column}\""),
            };
            let values: Vec<String> = columns.iter().map(value).collect();
            let order = if table == "invoice_number" { "ORDER BY number" } else { "" };
            let all = format!("INSERT INTO {table} SELECT {} FROM fresh.{table} {order}", values.join(", "));
            db.run(&all).unwrap();
        }
        if db.kind() == Kind::Postgres {
            db.run("SELECT setval('tenant_no_seq', (SELECT max(tenant_no) FROM tenant))").unwrap();
        }
        self.live(&mut db);
    }

    /// Every statement goes to its tenant's state.
    fn live(&self, db: &mut Db) {
        let (lease, doubted, past, ended) = match db.kind() {
            Kind::Sqlite => ("lease_until_us", "doubted_us", "1", "0"),
            Kind::Postgres => ("lease_until", "doubted", "to_timestamp(1)", "false"),
        };
        let mut set = |tenants: &[&str], what: &str| {
            let names: Vec<String> = tenants.iter().map(|name| format!("'{name}'")).collect();
            let sql = format!(
                "UPDATE statement SET {what}
                 WHERE tenant_no IN (SELECT tenant_no FROM tenant WHERE tenant_id IN ({}))",
                names.join(", ")
            );
            assert_eq!(db.run(&sql), Ok(u64::try_from(tenants.len()).unwrap()), "{sql}");
        };
        let receipt = |column: &str| {
            format!(
                "{column} = (SELECT {column} FROM fresh.statement AS own WHERE own.statement_id = statement.statement_id)"
            )
        };
        let claimed = format!("state = 'sending', claim = 'old', owner = 'gone', {lease} = {past}, tries = tries + 1");
        set(&["committed", "in_doubt", "sending", "voiding"], &claimed);
        set(&["in_doubt"], &format!("state = 'in_doubt', {doubted} = {past}, error = 'why'"));
        let committed = format!("state = 'committed', {}, {}", receipt("receipt"), receipt("receipt_details"));
        set(&["committed", "voiding"], &committed);
        set(&["voiding"], "state = 'voiding'");
        set(&["void", "left_live"], "state = 'void'");
        let end = format!(
            "UPDATE usage SET live = {ended}
             WHERE tenant_no = (SELECT tenant_no FROM tenant WHERE tenant_id = 'void')"
        );
        assert_eq!(db.run(&end), Ok(2));
    }

    /// Every row as the old ledger's columns tell it, but for how far things have got.
    pub fn rows(&self) -> Vec<String> {
        const MAY_CHANGE: [&str; 10] = [
            "state",
            "claim",
            "owner",
            "lease_until",
            "doubted",
            "tries",
            "error",
            "receipt",
            "receipt_details",
            "live",
        ];
        const NEW: [&str; 11] = [
            "refers_to",
            "revision",
            "settings",
            "void_reason",
            "corrects",
            "free",
            "explained",
            "sections",
            "rules",
            "tenant_label",
            "parts",
        ];
        let mut db = self.cloud.db();
        let mut all = Vec::new();
        for table in ["tenant", "series", "statement", "invoice_number", "usage", "line", "tax"] {
            let mut columns = db.columns(table);
            columns.retain(|column| {
                !NEW.contains(&column.as_str()) && !MAY_CHANGE.contains(&column.trim_end_matches("_us"))
            });
            let texts: Vec<String> = columns.iter().map(|column| format!("CAST(\"{column}\" AS text)")).collect();
            let rows = db.rows(&format!("SELECT {} FROM {table}", texts.join(", ")));
            all.extend(rows.into_iter().map(|row| format!("{table}: {}", row.join("|"))));
        }
        all.sort();
        all
    }

    /// Nothing that was there is gone, or says anything else now.
    #[track_caller]
    pub fn has_still(&self, before: &[String]) {
        let now = self.rows();
        let gone: Vec<&String> = before.iter().filter(|row| !now.contains(row)).collect();
        assert!(gone.is_empty(), "{gone:#?}");
    }
}

/// Where the two ledgers are, as a configuration says it.
struct Place {
    fresh: String,
    old: String,
}

impl Place {
    fn of(cloud: &Cloud) -> Place {
        match Kind::of_this_program() {
            Kind::Sqlite => {
                Place { fresh: "{url: sqlite://fresh.db}".to_owned(), old: "{url: sqlite://ledger.db}".to_owned() }
            }
            Kind::Postgres => {
                cloud.db().run("CREATE EXTENSION btree_gist").unwrap();
                cloud.db().run("CREATE SCHEMA fresh").unwrap();
                let url = cloud.postgres().url();
                let fresh = format!("{{url: '{url}?options=-csearch_path%3Dfresh%2Cpublic'}}");
                Place { fresh, old: format!("{{url: '{url}'}}") }
            }
        }
    }
}

/// Makes the schema of an older program: by its own files, which never change.
fn migrate_to_oldest(cloud: &Cloud) {
    let (name, url) = match Kind::of_this_program() {
        Kind::Sqlite => ("sqlite", String::new()),
        Kind::Postgres => ("postgres", cloud.postgres().url()),
    };
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(workspace().join("migrations").join(name)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let version = file.split('_').next().unwrap().parse::<i64>();
        if version.is_ok_and(|version| version <= oldest()) {
            fs::copy(&path, directory.path().join(file)).unwrap();
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let migrator = Migrator::new(directory.path()).await.unwrap();
        if url.is_empty() {
            let options = SqliteConnectOptions::new().filename(cloud.path("ledger.db")).create_if_missing(true);
            let mut connection = options.connect().await.unwrap();
            migrator.run(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let mut connection = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
            migrator.run(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    });
}
