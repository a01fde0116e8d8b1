//! What every ledger can do: six traits, which each database implements where it does the work.
//!
//! Whatever changes something is told on whose behalf and when ([`Act`]): a ledger has neither an author nor a
//! clock, so that one connection serves many people. What belongs to a statement names its tenant.
//!
//! What takes several answers each of them by itself ([`Each`]), in their order: one that is refused leaves the others
//! alone. A `Result` around them is the database's own trouble, which is everybody's.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use artifice_model::statement::BilledLine;
use artifice_model::{Period, StatementId, Tenant, TenantId, Timestamp};
use async_trait::async_trait;

use crate::audit::{Act, Action, Entry};
use crate::change::Change;
use crate::coverage::Covered;
use crate::error::{LedgerError, Refusal};
use crate::explained::Explained;
use crate::history::{Group, Grouping, Wanted};
use crate::ids::{StatementName, StatementRef, Token};
use crate::life::Basis;
use crate::listed::{Listed, StatementPlace};
use crate::schema::SchemaStatus;
use crate::statement::{Body, Filter, Month, NewStatement, Statement, StoredUsage};
use crate::verify::{Checked, Part};
use crate::work::{Holder, Lease};

/// Takes a line, and says whether to go on.
pub type EachLine<'e> = dyn FnMut(BilledLine) -> ControlFlow<()> + Send + 'e;

/// One answer for each thing that was asked for, in their order.
pub type Each<T> = Vec<Result<T, Refusal>>;

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<P> {
    /// Only what comes after this; from the beginning, if nothing is said.
    pub after: Option<P>,
    /// At most so many.
    pub limit: u32,
}

/// A change of a statement.
#[derive(Debug, Clone, Copy)]
pub struct ChangeOf<'a> {
    /// Which statement.
    pub statement: &'a StatementRef,
    /// How it was when the change was decided on.
    pub basis: &'a Basis,
    /// What changes.
    pub change: &'a Change,
    /// Beside which live statements of its months it was decided on, where that matters. If others are by now, it is
    /// refused.
    pub month: Option<&'a Month>,
}

impl ChangeOf<'_> {
    /// Why it is refused where it was decided on beside others than are live now.
    pub(crate) fn outdated(&self) -> Refusal {
        Refusal::Outdated { id: self.statement.id.clone() }
    }
}

/// The store of what has been billed.
pub trait Ledger: Schema + Statements + History + Audit + Verify + TenantLeases {}

impl<T: Schema + Statements + History + Audit + Verify + TenantLeases + ?Sized> Ledger for T {}

/// The database itself.
#[async_trait]
pub trait Schema: Send + Sync {
    /// Brings the schema up to date. Says which versions were added.
    async fn migrate(&self) -> Result<Vec<i64>, LedgerError>;

    /// Where the schema stands.
    async fn schema_status(&self) -> Result<SchemaStatus, LedgerError>;

    /// Whether the database can be reached at all: after a failure, to know whether to go on.
    async fn check(&self) -> Result<(), LedgerError>;

    /// The ledger's own id, which backends keep with its documents.
    async fn ledger_id(&self) -> Result<String, LedgerError>;

    /// Gives everything back in good order. (Without it nothing is lost, but SQLite's file may have
    /// a part of itself in another file beside it.)
    async fn close(&self);
}

/// Statements: stored, changed, read.
#[async_trait]
pub trait Statements: Send + Sync {
    /// Who was ever billed, by id. [`all_tenants`](crate::all_tenants) goes through all pages.
    async fn tenant_list(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, LedgerError>;

    /// Stores usage, lines and statement of each in one transaction: all or nothing. An overlap is given the
    /// statement that it overlaps.
    ///
    /// # Panics
    /// If a draft does not add up: nothing that was read makes one of those.
    async fn statement_insert(&self, new: &[NewStatement<'_>], by: Act<'_>) -> Result<Each<Statement>, LedgerError>;

    /// Changes how far each has got, if it is still as its basis says. Says whether it was.
    async fn statement_change(&self, changes: &[ChangeOf<'_>], by: Act<'_>) -> Result<Each<bool>, LedgerError>;

    /// Statements as they are now.
    async fn statement_read(&self, which: &[StatementRef]) -> Result<Each<Statement>, LedgerError>;

    /// The statements that a person may mean.
    async fn statement_find(&self, name: &StatementName) -> Result<Vec<StatementRef>, LedgerError>;

    /// Which of some ids are statements'.
    async fn statements_known(&self, ids: &[StatementId]) -> Result<BTreeSet<StatementId>, LedgerError>;

    /// When the newest statement for a backend was stored, and whether the backend has a document of any; nothing if
    /// there is none for it.
    async fn statement_newest(&self, backend: &str) -> Result<Option<(Timestamp, bool)>, LedgerError>;

    /// The statements that a filter lets through, by backend and number, with the rows that cannot be read.
    /// [`all_statements`](crate::all_statements) goes through all pages.
    async fn statement_list(&self, filter: &Filter, page: Page<StatementPlace>) -> Result<Listed, LedgerError>;

    /// A statement's lines and taxes, checked against its digest and sums.
    async fn statement_body(&self, statement: &Statement) -> Result<Body, LedgerError>;

    /// Where a statement's lines come from, line by line in their order. Older programs stored nothing of it.
    async fn statement_explained(&self, statement: &Statement) -> Result<Vec<Explained>, LedgerError>;

    /// A statement's usage, as it was stored with it.
    async fn statement_usage(&self, statement: &Statement) -> Result<Vec<StoredUsage>, LedgerError>;
}

/// What has been billed.
#[async_trait]
pub trait History: Send + Sync {
    /// Hands on what has been billed, line by line as it is read, until `each` breaks off. In order of
    /// tenant id, period start, section, location, service, resource name and id.
    async fn history_lines(&self, wanted: &Wanted, each: &mut EachLine<'_>) -> Result<(), LedgerError>;

    /// Sums up what has been billed. The groups are in the order of their places.
    async fn history_groups(&self, wanted: &Wanted, grouping: Grouping<'_>) -> Result<Vec<Group>, LedgerError>;

    /// What every tenant is billed for, or had nothing to be billed in.
    async fn coverage(&self) -> Result<Vec<Covered>, LedgerError>;

    /// Takes note of tenants that were ever billed and have nothing to be billed in a period.
    async fn idle_insert(&self, tenants: &[TenantId], period: Period, at: Timestamp) -> Result<(), LedgerError>;
}

/// The trail.
#[async_trait]
pub trait Audit: Send + Sync {
    /// A statement's trail, oldest entry first.
    async fn audit_list(&self, statement: &Statement) -> Result<Vec<Entry>, LedgerError>;

    /// Adds to a statement's trail what changes nothing of it.
    async fn audit_insert(
        &self,
        statement: &StatementRef,
        action: Action,
        detail: Option<&str>,
        by: Act<'_>,
    ) -> Result<(), LedgerError>;
}

/// Checking what is stored.
#[async_trait]
pub trait Verify: Send + Sync {
    /// The parts in which everything that is stored can be checked.
    async fn verify_parts(&self) -> Result<Vec<Part>, LedgerError>;

    /// Checks a part, as it is at one instant. Changes nothing.
    async fn verify_part(&self, part: Part, now: Timestamp) -> Result<Checked, LedgerError>;
}

/// Who works on whom. All instants are those of one clock: [`lease_now`](TenantLeases::lease_now).
#[async_trait]
pub trait TenantLeases: Send + Sync {
    /// Now, by the one clock that all workers of this ledger go by.
    async fn lease_now(&self) -> Result<Timestamp, LedgerError>;

    /// Takes the work on a tenant, unless somebody else has it: then says who. A hold of the token
    /// `gone` counts no more: whoever asks knows that its holder is gone.
    async fn lease_take(
        &self,
        tenant: &TenantId,
        lease: &Lease,
        now: Timestamp,
        gone: Option<&Token>,
    ) -> Result<Option<Holder>, LedgerError>;

    /// Who works on a tenant, if somebody does.
    async fn lease_holder(&self, tenant: &TenantId, now: Timestamp) -> Result<Option<Holder>, LedgerError>;

    /// Keeps all work of an owner for another lease.
    async fn lease_keep(&self, lease: &Lease, now: Timestamp) -> Result<(), LedgerError>;

    /// Gives the work on a tenant back.
    async fn lease_leave(&self, tenant: &TenantId, lease: &Lease) -> Result<(), LedgerError>;
}
