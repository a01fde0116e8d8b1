//! The ledger: what has been billed, so that it is never billed again.
//!
//! Two refusals are the database's own: no two live invoices of one tenant overlap in time, and no
//! two live usages of one (tenant, resource, entry, service, location) do. They hold against any
//! program and any number of them; here they are only given a name ([`LedgerError::Overlap`]).
//!
//! This module knows SQL and nothing of collecting, prices or backends. Numbers and periods go in
//! and come out as the model's types; what is read is checked against what was promised
//! (the digest, the sums) before anybody relies on it.

mod content;
mod error;
mod life;
mod postgres;
mod rows;
mod schema;
mod series;
mod sqlite;

use artifice_model::statement::{Draft, Line, Tax, Tenant};
use artifice_model::{Currency, Decimal, Period, Timestamp};
use async_trait::async_trait;
use uuid::Uuid;

pub use content::digest;
pub use error::LedgerError;
pub use life::{Basis, Change, Claim, Receipt, State, WAYS};
pub use postgres::PostgresLedger;
pub use schema::SchemaStatus;
pub use sqlite::SqliteLedger;

use crate::config::DatabaseUrl;

/// What kind of document a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What a tenant owes for a period.
    Invoice,
    /// What late metering changes in an invoice.
    Adjustment,
    /// Takes an invoice back.
    Credit,
}

impl Kind {
    /// Its name in the ledger and in output.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invoice => "invoice",
            Kind::Adjustment => "adjustment",
            Kind::Credit => "credit",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Kind::Invoice, Kind::Adjustment, Kind::Credit].into_iter().find(|kind| kind.name() == name)
    }
}

/// A statement to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewStatement<'a> {
    /// What it says; complete and adding up.
    pub draft: &'a Draft,
    /// The IANA name of the timezone that bills are made by.
    pub timezone: &'a str,
    /// The backend it is for.
    pub backend: &'a str,
    /// The version of the backend's class.
    pub backend_version: &'a str,
    /// Now.
    pub created: Timestamp,
}

/// A stored statement, without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its id, the key under which the backend commits.
    pub id: String,
    /// Its number: from 1 for each backend, without gaps.
    pub number: u64,
    /// What kind of document it is.
    pub kind: Kind,
    /// Who pays, named as when it was billed.
    pub tenant: Tenant,
    /// For which period.
    pub period: Period,
    /// The timezone that bills were made by.
    pub timezone: String,
    /// In which money.
    pub currency: Currency,
    /// Σ of the lines' costs.
    pub subtotal: Decimal,
    /// Subtotal and taxes.
    pub total: Decimal,
    /// SHA-256 of the content, in hexadecimal.
    pub digest: String,
    /// The backend it is for.
    pub backend: String,
    /// The version of the backend's class.
    pub backend_version: String,
    /// When it was stored.
    pub created: Timestamp,
    /// How far it has got.
    pub state: State,
    /// The worker that has it, or had it last.
    pub claim: Option<Claim>,
    /// Since when nobody knows whether the backend has it.
    pub doubted: Option<Timestamp>,
    /// How often sending it was tried.
    pub tries: u64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// What the backend calls it.
    pub receipt: Option<Receipt>,
    /// The tenant's number, which begins every key.
    tenant_no: i64,
}

impl Statement {
    /// What a change of this statement, as it was read, is based on.
    pub fn basis(&self) -> Basis {
        Basis { state: self.state, token: self.claim.as_ref().map(|claim| claim.token.clone()) }
    }

    /// A statement as it is when it has just been stored.
    #[cfg(test)]
    pub(crate) fn for_tests(tenant: Tenant, period: Period) -> Self {
        Statement {
            id: "key".to_owned(),
            number: 1,
            kind: Kind::Invoice,
            tenant,
            period,
            timezone: "UTC".to_owned(),
            currency: "NZD".parse().unwrap(),
            subtotal: Decimal::ONE,
            total: Decimal::ONE,
            digest: String::new(),
            backend: "a.b:C".to_owned(),
            backend_version: "1".to_owned(),
            created: period.end(),
            state: State::Pending,
            claim: None,
            doubted: None,
            tries: 0,
            error: None,
            receipt: None,
            tenant_no: 1,
        }
    }
}

/// A statement's lines and taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// The taxes, in order.
    pub taxes: Vec<Tax>,
}

/// Which statements are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this tenant, by id.
    pub tenant: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// With this id or, if it is a number, number.
    pub key: Option<String>,
}

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

    /// The statements that a filter lets through, oldest number first.
    async fn statement_list(&self, filter: &Filter) -> Result<Vec<Statement>, LedgerError>;

    /// A statement's lines and taxes, checked against its digest and sums.
    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError>;

    /// Changes how far a statement has got, if it is still as `basis` says. Says whether it was.
    async fn statement_change(&self, id: &str, basis: &Basis, change: &Change) -> Result<bool, LedgerError>;
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
        LedgerError::Refused { rule }
            if rule.starts_with("statement_no_overlap") || rule.starts_with("usage_no_overlap") => {}
        _ => return error,
    }
    let filter = Filter { tenant: Some(new.draft.tenant.id.clone()), ..Filter::default() };
    let Ok(statements) = ledger.statement_list(&filter).await else { return error };
    let period = new.draft.period;
    let other = statements.into_iter().find(|other| other.state != State::Void && other.period.overlaps(period));
    match other {
        Some(statement) => LedgerError::Overlap { period, statement: Box::new(statement) },
        None => error,
    }
}

/// Opens the configured ledger. Its schema is brought up to date.
pub async fn open(url: &DatabaseUrl) -> Result<Box<dyn Ledger>, LedgerError> {
    let ledger = open_as_it_is(url).await?;
    ledger.migrate().await?;
    Ok(ledger)
}

/// Opens the configured ledger without touching its schema.
pub async fn open_as_it_is(url: &DatabaseUrl) -> Result<Box<dyn Ledger>, LedgerError> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(Box::new(SqliteLedger::open(path).await?)),
        DatabaseUrl::Postgres(url) => Ok(Box::new(PostgresLedger::open(url).await?)),
    }
}
