//! Checking what is stored, at any time, beside running workers, changing nothing.
//!
//! What the database refuses cannot be stored. But a guard can be taken away, a file can be damaged,
//! and a backup can be a part of one: so here everything is looked at that must hold, by plain reading.
//! Each [`Part`] is read in one snapshot, so that a worker that is in the middle of something is no
//! finding. Memory is bounded by the largest statement.

mod finding;
mod rules;
mod shared;

use artifice_model::{Decimal, Tenant, Timestamp};
use async_trait::async_trait;

use crate::content::digest_of_stored;
use crate::coverage::{Covered, gaps};
use crate::parts;
use crate::{Body, Kind, LedgerError, Listed, Refusal, State, Statement};
pub use finding::{About, Finding, Gravity};
pub(crate) use finding::{REARM, RESTORE};
use rules::{OF_NUMBERS, OF_TENANT, Rule};
pub(crate) use shared::{SHARED, SharedLine};

/// What is checked in one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Whether the schema's guards are there, and the database's own structures sound.
    Schema,
    /// The numbers of all documents.
    Numbers,
    /// Resources of several tenants.
    Resources,
    /// Everything that is stored of one tenant, by its number.
    Tenant(i64),
}

/// What was found in a part.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// What somebody should know beside that.
    pub notes: Vec<String>,
    /// How many statements were looked at.
    pub statements: u64,
}

/// What to do about time that nobody billed.
const BILL_IT: &str = "bill that time (`artifice bill --from … --to …`); where there is nothing to bill, that is remembered, \
                       and it is no gap any more";

/// Tables whose rows are a tenant's, and begin their keys with its number.
const TABLES: [&str; 6] = ["series", "statement", "usage", "line", "tax", "audit"];

/// A query for the numbers of all tenants of whom something is stored, each found by one look into an index.
pub(crate) fn tenants() -> String {
    let distinct = TABLES.map(|table| {
        format!(
            "SELECT no FROM (WITH RECURSIVE own (no) AS (SELECT min(tenant_no) FROM {table} UNION ALL
                 SELECT (SELECT min(tenant_no) FROM {table} WHERE tenant_no > no) FROM own WHERE no IS NOT NULL)
             SELECT no FROM own WHERE no IS NOT NULL) AS of_{table}"
        )
    });
    format!("SELECT tenant_no AS no FROM tenant UNION {} ORDER BY no", distinct.join(" UNION "))
}

/// A database as it was at one instant.
#[async_trait]
pub(crate) trait Snapshot: Send {
    /// What rules' queries find: for each row the rule's place, a statement's id, and a detail.
    async fn found(&mut self, sql: String, tenant_no: Option<i64>) -> sqlx::Result<Vec<Found>>;

    /// A statement's number.
    async fn number(&mut self, id: &str) -> sqlx::Result<Option<i64>>;

    /// A tenant by its number.
    async fn tenant(&mut self, tenant_no: i64) -> sqlx::Result<Option<Tenant>>;

    /// The next statements of a tenant by their ids, and the last of the ids.
    async fn page(&mut self, tenant_no: i64, after: Option<&str>) -> sqlx::Result<Option<(String, Listed)>>;

    /// One statement of a tenant, if it is there and can be read.
    async fn statement(&mut self, tenant_no: i64, id: &str) -> sqlx::Result<Option<Statement>>;

    /// A statement's lines and taxes, not compared with its digest.
    async fn content(&mut self, statement: &Statement) -> Result<Body, LedgerError>;

    /// What a tenant is billed for, or had nothing to be billed in, as far as that can be read.
    async fn covered(&mut self, tenant_no: i64) -> sqlx::Result<Vec<Covered>>;

    /// Lines of resources that several tenants have.
    async fn shared(&mut self) -> sqlx::Result<Vec<SharedLine>>;

    /// The rules' words that are spelled otherwise in each database.
    fn words(&self) -> &'static [(&'static str, &'static str)];
}

/// A row of the rules' queries.
pub(crate) type Found = (i64, Option<String>, Option<String>);

/// Why a part could not be checked.
pub(crate) enum Trouble {
    /// What the database itself says.
    Database(sqlx::Error),
    /// Anything else.
    Ledger(LedgerError),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Trouble::Database(error)
    }
}

/// Checks the numbers of all documents.
pub(crate) async fn numbers(snapshot: &mut impl Snapshot, now: Timestamp) -> Result<Checked, Trouble> {
    let findings = apply(snapshot, OF_NUMBERS, None, None, now).await?;
    Ok(Checked { findings, ..Checked::default() })
}

/// Checks the resources that several tenants have.
pub(crate) async fn resources(snapshot: &mut impl Snapshot) -> Result<Checked, Trouble> {
    let findings = shared::charged_twice(snapshot.shared().await?);
    Ok(Checked { findings, ..Checked::default() })
}

/// Checks everything that is stored of a tenant.
pub(crate) async fn tenant(snapshot: &mut impl Snapshot, tenant_no: i64, now: Timestamp) -> Result<Checked, Trouble> {
    let mut checked = Checked::default();
    let tenant = snapshot.tenant(tenant_no).await?;
    if tenant.is_none() {
        let what = format!("there are rows of the tenant with the number {tenant_no}, and no such tenant");
        checked.findings.push(Finding::of_all("tenant_unknown", what, RESTORE));
    }
    checked.findings.extend(apply(snapshot, OF_TENANT, Some(tenant_no), tenant.as_ref(), now).await?);
    let covered = snapshot.covered(tenant_no).await?.into_iter().map(|covered| (covered.period, covered.by));
    for (gap, _) in gaps(covered.collect()) {
        let finding = Finding::of_all("gap", format!("no statement covers {gap}"), BILL_IT);
        checked.findings.push(Finding { gravity: Gravity::Waiting, tenant: tenant.clone(), ..finding });
    }
    let mut after: Option<String> = None;
    while let Some((last, listed)) = snapshot.page(tenant_no, after.as_deref()).await? {
        for row in listed.unreadable {
            let about = About { id: row.id, number: row.number };
            let finding = Finding::of_all("statement_unreadable", row.what, RESTORE);
            checked.findings.push(Finding { tenant: Some(row.tenant), statement: Some(about), ..finding });
        }
        for statement in &listed.statements {
            checked.statements += 1;
            checked.findings.extend(check_statement(snapshot, tenant_no, statement).await?);
        }
        after = Some(last);
    }
    Ok(checked)
}

/// Everything that breaks one of the rules that are queries. They are asked all at once: most tenants
/// are small, and then it is the asking that takes the time.
async fn apply(
    snapshot: &mut impl Snapshot,
    rules: &'static [Rule],
    tenant_no: Option<i64>,
    tenant: Option<&Tenant>,
    now: Timestamp,
) -> sqlx::Result<Vec<Finding>> {
    let query = |(place, rule): (usize, &Rule)| {
        format!("SELECT CAST({place} AS bigint), statement_id, detail FROM ({}) AS of_{}", rule.sql, rule.name)
    };
    let mut sql = rules.iter().enumerate().map(query).collect::<Vec<_>>().join(" UNION ALL ");
    for (word, spelled) in snapshot.words() {
        sql = sql.replace(word, spelled);
    }
    // The minute suffices, and keeps the query the same for a while: so it is prepared once.
    let minute = now.micros() - now.micros().rem_euclid(60_000_000);
    let mut findings = Vec::new();
    for (place, id, detail) in snapshot.found(sql.replace("@now", &minute.to_string()), tenant_no).await? {
        let Some(rule) = usize::try_from(place).ok().and_then(|place| rules.get(place)) else { continue };
        let statement = match id {
            Some(id) => Some(About { number: snapshot.number(&id).await?.map(i64::unsigned_abs), id: id.into() }),
            None => None,
        };
        findings.push(Finding {
            rule: rule.name,
            gravity: rule.gravity,
            tenant: tenant.cloned(),
            statement,
            what: rule.what.replace("{}", &detail.unwrap_or_default()),
            advice: rule.advice.to_owned(),
        });
    }
    Ok(findings)
}

/// What can only be told by reading the whole statement.
async fn check_statement(
    snapshot: &mut impl Snapshot,
    tenant_no: i64,
    statement: &Statement,
) -> Result<Vec<Finding>, Trouble> {
    let mut findings = Vec::new();
    let mut wrong = |rule, what: String| findings.push(Finding::of_statement(rule, statement, what, RESTORE));
    let fits = match statement.state {
        State::Held | State::Pending | State::Sending | State::InDoubt => statement.receipt.is_none(),
        State::Committed | State::Voiding => statement.receipt.is_some(),
        State::Void => true,
    };
    if !fits {
        let has = if statement.receipt.is_some() { "has a receipt" } else { "has no receipt" };
        wrong("receipt_of_state", format!("it is {} and {has}", statement.state));
    }
    match snapshot.content(statement).await {
        Ok(body) => {
            if digest_of_stored(statement, &body) != statement.digest {
                wrong("digest", "its content does not have the digest that was stored with it".to_owned());
            }
            if !body.lines.iter().all(parts::agree) {
                let what = "what its lines say of single resources does not come to the lines";
                wrong("line_parts", what.to_owned());
            }
            if !body.adds_up(statement) {
                wrong("sums", "its lines and taxes do not come to its subtotal and total".to_owned());
            }
        }
        Err(LedgerError::Refused(Refusal::Damaged { what, .. })) => wrong("content_unreadable", what),
        Err(other) => return Err(Trouble::Ledger(other)),
    }
    if let (Kind::Credit, Some(about)) = (statement.kind, &statement.refers_to)
        && let Some(taken_back) = snapshot.statement(tenant_no, &about.id).await?
        && !takes_back(statement, &taken_back)
    {
        wrong(
            "credit_sums",
            format!(
                "it comes to {} {}, and takes back statement {}, which comes to {}",
                statement.total, statement.currency, taken_back.number, taken_back.total
            ),
        );
    }
    Ok(findings)
}

/// Whether a credit comes to the negated sums of what it takes back.
fn takes_back(credit: &Statement, taken_back: &Statement) -> bool {
    let zero = |one: Decimal, other| one.checked_add(other).is_some_and(Decimal::is_zero);
    zero(credit.subtotal, taken_back.subtotal) && zero(credit.total, taken_back.total)
}
