//! Lines as they were billed.

use super::Line;
use crate::money::Currency;
use crate::tenant::Tenant;

crate::text_id! {
    /// A statement's id, which is also the key under which a backend commits its document.
    StatementId
}

/// A line as it was billed, with what its statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledLine {
    /// Who was billed, as the ledger calls it now.
    pub tenant: Tenant,
    /// The statement's id.
    pub statement_id: StatementId,
    /// The statement's number.
    pub number: u64,
    /// The money that it was billed in.
    pub currency: Currency,
    /// The line itself.
    pub line: Line,
}
