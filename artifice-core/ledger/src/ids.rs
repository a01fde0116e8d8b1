//! What things are known by: tenants by number, statements by tenant and id, holds by tokens, contents by digests.

use std::fmt;

use artifice_model::{StatementId, text_id};
use uuid::Uuid;

text_id! {
    /// Names one hold, on a statement or on tenants; no other hold ever has the same.
    Token
}

text_id! {
    /// SHA-256 of what a statement says, in hexadecimal.
    Digest
}

/// A tenant's number in a ledger, which begins every key of what is the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantNo(pub i64);

/// Which statement: whose, and its id. A distributed ledger finds it by that without asking everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// The tenant's number.
    pub tenant: TenantNo,
    /// The statement's id.
    pub id: StatementId,
}

/// A statement's name as a person gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementName {
    /// Its number. (Each backend has numbers of its own.)
    Number(i64),
    /// Its id.
    Id(StatementId),
    /// A text that no statement has for a name.
    Neither,
}

impl StatementName {
    /// What a text names.
    pub fn of(text: &str) -> StatementName {
        let id = || Uuid::parse_str(text).map_or(StatementName::Neither, |id| StatementName::Id(id.to_string().into()));
        text.parse().map_or_else(|_| id(), StatementName::Number)
    }
}

impl fmt::Display for TenantNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
