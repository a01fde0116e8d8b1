//! The ledger: what has been billed, so that it is never billed again.
//!
//! Two refusals are the database's own: no two live invoices of one tenant overlap in time, and no
//! two live usages of one (tenant, resource, entry, service, location) do. They hold against any
//! program and any number of them; here they are only given a name ([`LedgerError::Overlap`]).
//!
//! This module knows SQL and nothing of collecting, prices or backends. Numbers and periods go in
//! and come out as the model's types; what is read is checked against what was promised
//! (the digest, the sums) before anybody relies on it.

mod audit;
mod clock;
mod content;
mod error;
mod explained;
mod history;
mod life;
mod postgres;
mod rows;
mod schema;
mod series;
mod sqlite;
mod statement;
pub mod url;
mod verify;
mod work;

use std::ops::ControlFlow;
use std::sync::Arc;

use artifice_model::statement::BilledLine;
use artifice_model::{Tenant, TenantId};
use async_trait::async_trait;
use uuid::Uuid;

pub use audit::{Action, Author, Entry};
pub use clock::now;
pub use content::digest;
pub use error::LedgerError;
pub use explained::Explained;
pub use history::{Dimension, Group, Grouping, Place, Sum, TooLarge, Wanted, added, tenants_named};
pub use life::{Basis, Change, Claim, Receipt, State, WAYS};
pub use postgres::PostgresLedger;
pub use schema::SchemaStatus;
pub use sqlite::SqliteLedger;
pub use statement::{
    Body, Filter, Kind, Listed, Month, NewKind, NewStatement, Referred, Statement, StoredUsage, Unreadable,
};
pub use url::{DatabaseUrl, PostgresUrl};
pub use verify::{About, Checked, Finding, Gravity, Part};
pub use work::{Holder, Lease};

/// Takes a line, and says whether to go on.
pub type EachLine<'e> = dyn FnMut(BilledLine) -> ControlFlow<()> + Send + 'e;

/// The store of what has been billed.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Brings the schema up to date. Says which versions were added.
    async fn migrate(&self) -> Result<Vec<i64>, LedgerError>;

    /// Where the schema stands.
    async fn schema_status(&self) -> Result<SchemaStatus, LedgerError>;

    /// Gives everything back in good order. (Without it nothing is lost, but SQLite's file may have
    /// a part of itself in another file beside it.)
    async fn close(&self);

    /// Everybody who was ever billed.
    async fn tenant_list(&self) -> Result<Vec<Tenant>, LedgerError>;

    /// Whether the database can be reached at all: after a failure, to know whether to go on.
    async fn check(&self) -> Result<(), LedgerError>;

    /// Stores usage, lines and statement in one transaction: all or nothing. Refuses a draft that does
    /// not add up; an overlap is given the statement that it overlaps.
    async fn statement_insert(&self, new: NewStatement<'_>) -> Result<Statement, LedgerError> {
        store(self, new).await
    }

    /// What [`statement_insert`](Ledger::statement_insert) leaves to the database. Answers the id.
    #[doc(hidden)]
    async fn insert(&self, new: NewStatement<'_>) -> Result<String, LedgerError>;

    /// The statements that a filter lets through, oldest number first. A row that cannot be read is an
    /// error where it was asked for. Among everybody's it is only warned of: what is damaged concerns its
    /// own tenant.
    async fn statement_list(&self, filter: &Filter) -> Result<Vec<Statement>, LedgerError> {
        let Listed { statements, unreadable } = self.statement_rows(filter).await?;
        for row in unreadable {
            if filter.is_narrow() {
                return Err(row.error);
            }
            tracing::warn!("tenant {}: {}", row.tenant.id, row.error);
        }
        Ok(statements)
    }

    /// The same, with the rows that cannot be read.
    async fn statement_rows(&self, filter: &Filter) -> Result<Listed, LedgerError>;

    /// A statement's lines and taxes, checked against its digest and sums.
    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError>;

    /// Where a statement's lines come from, line by line in their order. Older programs stored nothing of it.
    async fn statement_explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError>;

    /// A statement's usage, as it was stored with it.
    async fn statement_usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError>;

    /// Hands on what has been billed, line by line as it is read, until `each` breaks off. In order of
    /// tenant id, period start, section, location, service, resource name and id.
    async fn history_lines(&self, wanted: &Wanted, each: &mut EachLine<'_>) -> Result<(), LedgerError>;

    /// Sums up what has been billed. The groups are in the order of their places.
    async fn history_groups(&self, wanted: &Wanted, grouping: Grouping<'_>) -> Result<Vec<Group>, LedgerError>;

    /// Changes how far a statement has got, if it is still as `basis` says. Says whether it was.
    async fn statement_change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError>;

    /// A statement's trail, oldest entry first.
    async fn audit_list(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError>;

    /// Adds to a statement's trail what changes nothing of it.
    async fn audit_insert(
        &self,
        statement: &Statement,
        action: Action,
        detail: Option<&str>,
    ) -> Result<(), LedgerError>;

    /// The parts in which everything that is stored can be checked.
    async fn verify_parts(&self) -> Result<Vec<Part>, LedgerError>;

    /// Checks a part, as it is at one instant. Changes nothing.
    async fn verify_part(&self, part: Part) -> Result<Checked, LedgerError>;

    /// Takes the work on a tenant, unless somebody else has it: then says who. A hold of the token
    /// `gone` counts no more: whoever asks knows that its holder is gone.
    async fn work_take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        gone: Option<&str>,
    ) -> Result<Option<Holder>, LedgerError>;

    /// Who works on a tenant, if somebody does.
    async fn work_holder(&self, tenant: &TenantId) -> Result<Option<Holder>, LedgerError>;

    /// Keeps all work of an owner for another lease.
    async fn work_keep(&self, lease: &Lease) -> Result<(), LedgerError>;

    /// Gives the work on a tenant back.
    async fn work_leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError>;
}

/// A statement's name for people: its id or its number.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Number(i64),
    Id(Uuid),
    /// A text that no statement has for a name.
    Neither,
}

impl Key {
    fn of(text: &str) -> Key {
        let id = || Uuid::parse_str(text).map_or(Key::Neither, Key::Id);
        text.parse().map_or_else(|_| id(), Key::Number)
    }
}

/// Stores usage, lines and statement in one transaction: all or nothing. Refuses a draft that does
/// not add up; an overlap is given the statement that it overlaps.
async fn store(ledger: &(impl Ledger + ?Sized), new: NewStatement<'_>) -> Result<Statement, LedgerError> {
    if !new.draft.adds_up() || new.draft.total.is_none() {
        return Err(LedgerError::Refused { rule: "a statement's lines, taxes and total must agree".to_owned() });
    }
    let draft = content::storable(new.draft)?;
    let new = NewStatement { draft: &draft, ..new };
    // What cannot be read may be what this tenant was billed for already, or is about to be.
    if let NewKind::Invoice = new.kind {
        let (tenant, concerns) = (Some(draft.tenant.id.clone()), Some(draft.period));
        ledger.statement_list(&Filter { tenant, concerns, ..Filter::default() }).await?;
    }
    let id = match ledger.insert(new).await {
        Ok(id) => id,
        Err(error) => return Err(overlap(ledger, new, error).await),
    };
    let stored = ledger.statement_list(&Filter { key: Some(id.clone()), ..Filter::default() }).await?.pop();
    stored.ok_or_else(|| LedgerError::Refused { rule: format!("statement {id} was stored, but is not there") })
}

/// Gives the refusal of an overlap the statement that it overlaps.
async fn overlap(ledger: &(impl Ledger + ?Sized), new: NewStatement<'_>, error: LedgerError) -> LedgerError {
    match &error {
        LedgerError::MonthChanged { .. } => {}
        LedgerError::Refused { rule }
            if rule.starts_with("statement_no_overlap") || rule.starts_with("usage_no_overlap") => {}
        _ => return error,
    }
    let filter = Filter { tenant: Some(new.draft.tenant.id.clone()), ..Filter::default() };
    let Ok(statements) = ledger.statement_list(&filter).await else { return error };
    let period = new.draft.period;
    let is_other = |other: &Statement| other.state != State::Void && other.period.overlaps(period);
    let other = statements.into_iter().find(|other| other.kind == Kind::Invoice && is_other(other));
    match other {
        Some(statement) => LedgerError::Overlap { period, statement: Box::new(statement) },
        None => error,
    }
}

/// Opens the configured ledger on somebody's behalf. Its schema is brought up to date.
pub async fn open(url: &DatabaseUrl, author: Author) -> Result<Arc<dyn Ledger>, LedgerError> {
    let ledger = open_as_it_is(url, author).await?;
    ledger.migrate().await?;
    Ok(ledger)
}

/// Opens the configured ledger without touching its schema.
pub async fn open_as_it_is(url: &DatabaseUrl, author: Author) -> Result<Arc<dyn Ledger>, LedgerError> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(Arc::new(SqliteLedger::open(path, author).await?)),
        DatabaseUrl::Postgres(url) => Ok(Arc::new(PostgresLedger::open(url, author).await?)),
    }
}
