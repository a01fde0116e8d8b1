//! The ledger: what has been billed, so that it is never billed again.
//!
//! Two refusals are the database's own: no two live invoices of one tenant overlap in time, and no
//! two live usages of one (tenant, resource, entry, service, location) do. They hold against any
//! program and any number of them; here they are only given a name ([`Refusal::Overlap`]).
//!
//! This module knows SQL and nothing of collecting, prices or backends. Numbers and periods go in
//! and come out as the model's types; what is read is checked against what was promised
//! (the digest, the sums) before anybody relies on it.

mod audit;
mod change;
mod content;
mod coverage;
mod error;
mod explained;
mod history;
mod ids;
mod ledger;
mod life;
mod limits;
mod listed;
mod open;
mod parts;
mod postgres;
mod rows;
mod schema;
mod series;
mod sqlite;
mod statement;
mod storing;
pub mod url;
mod verify;
mod whole;
mod work;

pub use artifice_model::StatementId;
pub use audit::{Act, Action, Author, Entry};
pub use change::Change;
pub use content::digest;
pub use coverage::{Cover, Covered, gaps};
pub use error::{LedgerError, Refusal, RuleName};
pub use explained::Explained;
pub use history::{Dimension, Group, Grouping, Place, Sum, TooLarge, Wanted, added, tenants_named};
pub use ids::{Digest, StatementName, StatementRef, TenantNo, Token};
pub use ledger::{Audit, ChangeOf, Each, EachLine, History, Ledger, Page, Schema, Statements, TenantLeases, Verify};
pub use life::{Basis, Claim, Receipt, State, WAYS};
pub use limits::MOST_CONNECTIONS;
pub use listed::{Listed, StatementPlace, Unreadable};
pub use open::{Opened, open, open_as_it_is};
pub use postgres::PostgresLedger;
pub use schema::SchemaStatus;
pub use sqlite::SqliteLedger;
pub use statement::{Body, Filter, Kind, Month, NewKind, NewStatement, Referred, Statement, StoredUsage};
pub use url::{DatabaseUrl, PostgresUrl};
pub use verify::{About, Checked, Finding, Gravity, Part};
pub use whole::{all_rows, all_statements, all_tenants, lines_explained, one_statement, only, statements_named};
pub use work::{Holder, Lease};
