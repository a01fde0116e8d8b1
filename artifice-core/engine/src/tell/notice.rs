//! What somebody should know, though it fails nobody.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use artifice_collect::{Headway, Noticed};
use artifice_model::statement::Problem;
use artifice_model::{Period, Tenant, TenantId};

/// What somebody should know, though it fails nobody.
#[derive(Debug, Clone)]
pub enum Notice {
    /// What a tenant's metering says that no line of a bill tells.
    Metering {
        /// The tenant.
        tenant: Tenant,
        /// What was noticed.
        noticed: Box<Noticed>,
    },
    /// Samples of charged meters belong to nobody.
    WithoutTenant {
        /// How many.
        samples: u64,
    },
    /// Tenants have usage of whom nobody knows whether they are among those that are to be billed.
    Undecided {
        /// Who they are.
        tenants: Vec<Tenant>,
    },
    /// Prices name locations that no sample can have.
    Unreachable {
        /// Each location or pattern, and where it stands.
        places: Vec<(String, String)>,
        /// Where everything is.
        region: String,
    },
    /// Something was charged otherwise than one may think.
    Problem {
        /// Whose.
        tenant: TenantId,
        /// What.
        problem: Problem,
    },
    /// Metering no longer has a resource that was billed; an adjustment leaves it as it was.
    ResourceGone {
        /// Whose.
        tenant: TenantId,
        /// The resource's id.
        resource: String,
    },
    /// Time before the period that no statement covers.
    Gap {
        /// Whose.
        tenant: Tenant,
        /// Which time.
        times: Vec<Period>,
    },
    /// A month was billed in parts, so that what is charged at its end is not right for the whole of it.
    NotRaised {
        /// Whose.
        tenant: Tenant,
        /// Which month.
        month: Period,
        /// What happened at its end.
        at_its_end: AtItsEnd,
    },
    /// A backend does not say which documents it has.
    NotListed {
        /// The backend.
        backend: String,
        /// Why not.
        why: String,
    },
    /// A backend has documents of this ledger that the ledger does not know, and that may concern what is done now.
    NewerDocuments {
        /// The backend.
        backend: String,
        /// Their receipts.
        documents: String,
    },
    /// A backend has newer documents that this ledger does not know, and of which nobody knows whose they are.
    DocumentsWithoutLedger {
        /// The backend.
        backend: String,
        /// Their receipts.
        documents: String,
    },
    /// There was no ledger, and one was made.
    NewLedger {
        /// Where it is.
        database: String,
    },
    /// A backend has another ledger's documents, of tenants and times that may be those that are billed now.
    OthersDocuments {
        /// The backend.
        backend: String,
        /// Their receipts.
        documents: String,
    },
    /// Another program is billing some of the tenants, and is waited for.
    Waiting {
        /// How many tenants.
        tenants: usize,
    },
    /// Another program reads the metering of all tenants, and is waited for.
    ReadElsewhere,
    /// Another program is sending a statement, and is waited for.
    BeingSent {
        /// The statement's number.
        number: u64,
    },
    /// What a try has left of a statement that is void could not be removed from the backend.
    LeftOver {
        /// The statement's number.
        number: u64,
        /// Why not.
        why: String,
    },
    /// A document is written by another version of its backend.
    OtherVersion {
        /// The statement's number.
        number: u64,
        /// The backend.
        backend: String,
        /// The version that made it.
        then: String,
        /// The version that writes it now.
        today: String,
    },
    /// A document is written with today's settings, because those of then do not work.
    TodaysSettings {
        /// The statement's number.
        number: u64,
        /// Why they do not.
        why: String,
    },
}

/// How far the work has got.
#[derive(Debug, Clone)]
pub enum Progress {
    /// The source is asked whom there is.
    Connecting,
    /// Statements of earlier runs are being finished.
    Finishing {
        /// Of how many tenants.
        tenants: usize,
    },
    /// The source begins to be read.
    Collecting {
        /// How far that has got, at any time.
        headway: Arc<Headway>,
    },
    /// The source is read to its end.
    Collected {
        /// How long it took, without what the reading had to wait for.
        took: Duration,
    },
    /// A tenant's usage is there, and is being charged.
    Charging {
        /// The tenant.
        tenant: TenantId,
    },
    /// A statement is stored, and is being sent.
    Sending {
        /// The tenant.
        tenant: TenantId,
        /// Its number.
        number: u64,
    },
    /// The work on a tenant has ended, well or not.
    Ended {
        /// The tenant.
        tenant: TenantId,
    },
}

/// Why a month that was billed in parts is not charged at its end as one in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtItsEnd {
    /// Nothing was used in the last part, so no statement reaches it: what is not charged, each with its amount.
    NothingUsed(Vec<String>),
    /// A part was billed after the statement that reaches it: what is not charged, or wrong, each with its amount.
    BilledBefore(Vec<String>),
}

impl fmt::Display for AtItsEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AtItsEnd::NothingUsed(what) => write!(
                f,
                "nothing was used in the last part of it, so there is no statement that reaches its end, and what is charged \
                 there is not: {}",
                what.join(", ")
            ),
            AtItsEnd::BilledBefore(what) => write!(
                f,
                "a part of it was billed after the statement that reaches its end, so what is charged there is not what the \
                 whole month comes to: {}",
                what.join(", ")
            ),
        }
    }
}
