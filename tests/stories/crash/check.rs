//! What must be so in the end, as the database itself and the backend's own directory say it.

use std::collections::BTreeMap;
use std::fs;

use artifice_ledger::{State, WAYS};
use artifice_model::Decimal;
use artifice_tests::{Cloud, Db};
use serde_json::Value;

/// Rules of the ledger: what they are about, and a query that finds whatever breaks them.
const RULES: [(&str, &str); 7] = [
    (
        "nothing is unfinished",
        "SELECT CAST(statement_id AS text) || ' ' || state FROM statement WHERE state NOT IN ('committed', 'void')",
    ),
    (
        "what the backend had is void by a committed credit",
        "SELECT CAST(own.statement_id AS text) FROM statement AS own
         WHERE own.state = 'void' AND own.receipt IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM statement AS credit
             WHERE credit.kind = 'credit' AND credit.refers_to = own.statement_id AND credit.state = 'committed')",
    ),
    (
        "a credit takes back what is void, and alone",
        "SELECT CAST(credit.statement_id AS text) FROM statement AS credit
         WHERE credit.kind = 'credit' AND (
             NOT EXISTS (SELECT 1 FROM statement AS own
                         WHERE own.statement_id = credit.refers_to AND own.state = 'void')
             OR (SELECT count(*) FROM statement AS other
                 WHERE other.kind = 'credit' AND other.refers_to = credit.refers_to) > 1)",
    ),
    (
        "each tenant has one live invoice",
        "SELECT tenant_id FROM tenant
         WHERE 1 <> (SELECT count(*) FROM statement
                     WHERE statement.tenant_no = tenant.tenant_no AND kind = 'invoice' AND state <> 'void')",
    ),
    (
        "an adjustment that is live changes an invoice that is",
        "SELECT CAST(own.statement_id AS text) FROM statement AS own
         WHERE own.kind = 'adjustment' AND own.state <> 'void' AND NOT EXISTS (
             SELECT 1 FROM statement AS invoice
             WHERE invoice.statement_id = own.refers_to AND invoice.state = 'committed')",
    ),
    (
        "usage is live if its statement is not void",
        "SELECT CAST(usage.statement_id AS text) FROM usage
         JOIN statement AS own ON own.tenant_no = usage.tenant_no AND own.statement_id = usage.statement_id
         WHERE (own.state = 'void' AND usage.live) OR (own.state <> 'void' AND NOT usage.live)",
    ),
    (
        "the trail ends with the statement's state",
        "SELECT CAST(own.statement_id AS text) FROM statement AS own
         WHERE own.state <> coalesce((
             SELECT audit.state FROM audit
             WHERE audit.tenant_no = own.tenant_no AND audit.statement_id = own.statement_id
             ORDER BY entry_no DESC LIMIT 1), '')",
    ),
];

/// A document that the backend has: its key, for whom, and how much it charges in all.
#[derive(Debug)]
struct Document {
    key: String,
    tenant: String,
    total: Decimal,
}

/// How much whom the backend charges: by the tenants' ids.
type Charged = BTreeMap<String, Decimal>;

/// What is checked of a cloud when all is over.
pub trait Check {
    /// Every statement has ended well, there is one document for each that went out and no other, and all
    /// documents together charge each of the tenants this.
    fn is_billed_once(&self, tenants: &[String], charge: &str);
    /// Kinds and states of all statements, by their numbers.
    fn outcome(&self) -> Vec<String>;
}

impl Check for Cloud {
    #[track_caller]
    fn is_billed_once(&self, tenants: &[String], charge: &str) {
        let mut db = self.db();
        for (rule, query) in RULES {
            let broken = db.rows(query);
            assert!(broken.is_empty(), "{rule}, but not of {broken:?}\n{}", db.dump());
        }
        numbers_have_no_gaps(&mut db);
        trails_go_the_ways(&mut db);
        let sent = db.rows("SELECT CAST(statement_id AS text) FROM statement WHERE receipt IS NOT NULL ORDER BY 1");
        let documents = if self.path("erp").exists() { of_the_erp(self) } else { of_csv(self) };
        let keys: Vec<&str> = documents.iter().map(|document| document.key.as_str()).collect();
        assert_eq!(keys, sent.concat(), "one document for each statement that went out\n{}", db.dump());
        let mut charged = Charged::new();
        for Document { tenant, total, .. } in documents {
            let sum = charged.entry(tenant).or_default();
            *sum = sum.checked_add(total).unwrap();
        }
        let owed = tenants.iter().map(|tenant| (tenant.clone(), charge.parse().unwrap())).collect::<Charged>();
        assert_eq!(charged, owed, "{}", db.dump());
        // The command that looks through the ledger for everybody sees no more than this did.
        self.run("db verify --backend").done();
    }

    fn outcome(&self) -> Vec<String> {
        let query =
            "SELECT kind || ' ' || state FROM statement JOIN invoice_number USING (statement_id) ORDER BY number";
        self.db().rows(query).concat()
    }
}

fn numbers_have_no_gaps(db: &mut Db) {
    let statements = db.number("SELECT count(*) FROM statement");
    let numbers = db.number("SELECT count(*) FROM invoice_number");
    let last = db.number("SELECT max(number) FROM invoice_number");
    assert_eq!((numbers, last), (statements, statements), "a number for each statement, without gaps\n{}", db.dump());
}

/// Every trail begins where a statement does, and follows the table of its life.
fn trails_go_the_ways(db: &mut Db) {
    let entries = db.rows("SELECT CAST(statement_id AS text), state FROM audit ORDER BY statement_id, entry_no");
    for trail in entries.chunk_by(|one, next| one[0] == next[0]) {
        let states: Vec<State> = trail.iter().map(|entry| entry[1].parse().unwrap()).collect();
        assert!(matches!(states[0], State::Held | State::Pending), "{states:?}");
        assert!(states.windows(2).all(|pair| WAYS.contains(&(pair[0], pair[1]))), "{states:?}");
    }
}

/// The documents of `test.misbehaving:Erp`, by their keys: each was made once.
fn of_the_erp(cloud: &Cloud) -> Vec<Document> {
    let calls = cloud.read("erp/calls");
    let document = |key: String| {
        let made = calls.lines().filter(|line| **line == *format!("made {key}")).count();
        assert_eq!(made, 1, "how often {key} was made");
        let text = cloud.read(&format!("erp/documents/{key}"));
        let lines: Vec<&str> = text.lines().collect();
        let tenant = lines[1].split(' ').nth(1).unwrap().to_owned();
        Document { key, tenant, total: lines.last().unwrap().parse().unwrap() }
    };
    cloud.files("erp/documents").into_iter().map(document).collect()
}

/// The documents of `billing.csv_invoice:Csv`, by their keys: its records and its files say the same.
fn of_csv(cloud: &Cloud) -> Vec<Document> {
    let mut files = Vec::new();
    let mut documents = Vec::new();
    for name in cloud.files("invoices/.artifice/keys") {
        let record: Value = serde_json::from_str(&cloud.read(&format!("invoices/.artifice/keys/{name}"))).unwrap();
        let file = record["file"].as_str().unwrap().to_owned();
        assert_eq!(record["state"], "done", "{record}");
        let text = cloud.read(&format!("invoices/{file}"));
        let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split(',').collect()).collect();
        let costs = rows.iter().map(|row| row.last().unwrap().parse::<Decimal>().unwrap());
        let total = costs.fold(Decimal::ZERO, |sum, cost| sum.checked_add(cost).unwrap());
        documents.push(Document {
            key: record["key"].as_str().unwrap().to_owned(),
            tenant: rows[0][0].to_owned(),
            total,
        });
        files.push(file);
    }
    files.sort();
    assert_eq!(cloud.files("invoices"), files, "every document has its record");
    documents.sort_by(|one, other| one.key.cmp(&other.key));
    documents
}

/// Has a cloud write CSV files that say whom they charge.
pub fn with_csv(cloud: &Cloud) {
    assert!(fs::metadata(cloud.path("erp")).is_err(), "one backend a cloud");
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, workers: 3}");
    cloud.set("invoice:config", "{output_path: ./invoices, row_layout: [tenant_id, service, amount, cost]}");
}
