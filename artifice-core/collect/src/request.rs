//! What is asked of collecting, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use artifice_model::aggregate::{Entry, Locations};
use artifice_model::statement::Metered;
use artifice_model::{Period, TenantId, Timestamp};

use crate::cancel::Cancel;
use crate::error::UsageError;
use crate::headway::Headway;
use crate::noticed::Noticed;

/// What is wanted of a source.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What is charged.
    pub entries: &'a [Entry],
    /// How hosts become locations.
    pub locations: &'a Locations,
    /// For when.
    pub period: Period,
    /// The instants inside the period, in order, at which a price may change.
    pub cuts: &'a [Timestamp],
    /// Where the days of the period begin, and the last one ends, if it matters on which days something was used.
    pub days: &'a [Timestamp],
    /// Whose, by id; everybody's if `None`.
    pub tenants: Option<&'a BTreeSet<TenantId>>,
    /// Whom others know already: where everybody is meant, they are asked for, too.
    pub known: &'a BTreeSet<TenantId>,
    /// Whom nobody needs to know about. A source that is read once for all shows them all the same.
    pub skip: &'a BTreeSet<TenantId>,
    /// How much memory may be used, in bytes.
    pub memory_bytes: u64,
    /// How many tenants may be read at once, where the source can do that. Nobody is asked about further tenants
    /// while so many are wanted and not yet handed over.
    pub at_once: usize,
    /// Whether to tell of meters that no entry reads: not where only some of the entries are asked about.
    pub notice_unmapped: bool,
    /// Ends the collecting early.
    pub cancel: &'a Cancel,
    /// Where it is counted how far it has got.
    pub headway: &'a Headway,
}

static NOBODY: BTreeSet<TenantId> = BTreeSet::new();
/// A wish that nobody has.
static NEVER: LazyLock<Cancel> = LazyLock::new(Cancel::default);

impl<'a> Request<'a> {
    /// Everybody's, of whom nobody is known, one after the other in 64 MB; and nobody can end it.
    pub fn of(entries: &'a [Entry], locations: &'a Locations, period: Period, headway: &'a Headway) -> Self {
        Request {
            entries,
            locations,
            period,
            cuts: &[],
            days: &[],
            tenants: None,
            known: &NOBODY,
            skip: &NOBODY,
            memory_bytes: 64_000_000,
            at_once: 1,
            notice_unmapped: false,
            cancel: &NEVER,
            headway,
        }
    }
}

/// What one tenant used, or why that cannot be told.
#[derive(Debug)]
pub struct TenantUsage {
    /// The tenant's id.
    pub tenant: TenantId,
    /// A usage for each resource, entry, service and location; zero volumes included.
    pub usage: Result<Vec<Metered>, UsageError>,
    /// Of what has no usage because it was gone before the period, or another tenant's: a usage of 0 each. It tells an
    /// adjustment from what metering has nothing of any more.
    pub gone: Vec<Metered>,
    /// What its metering says that no usage tells.
    pub noticed: Noticed,
}

/// Who takes what is collected.
pub trait Receive {
    /// Whether a tenant is wanted: asked right before it is collected, where a source is read tenant by
    /// tenant.
    fn wants(&mut self, tenant: &TenantId) -> bool {
        let _ = tenant;
        true
    }

    /// Whether everybody may be read at once now: asked right before, where a source that asks a service is read so. If not,
    /// nothing is read: somebody else does that, or has just done it.
    fn begins_all(&mut self) -> bool {
        true
    }

    /// Takes a tenant's usage.
    fn receive(&mut self, usage: TenantUsage);

    /// Hears that a tenant that was wanted has none.
    fn nothing(&mut self, tenant: &TenantId) {
        let _ = tenant;
    }
}

impl<F: FnMut(TenantUsage)> Receive for F {
    fn receive(&mut self, usage: TenantUsage) {
        self(usage);
    }
}

/// What was seen on the way.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Of the tenants asked for, the ids of those with any sample, whatever its meter and time.
    pub tenants: BTreeSet<TenantId>,
    /// Samples of charged meters that belong to nobody.
    pub without_tenant: u64,
    /// What was noticed of tenants that have no usage at all, by id.
    pub noticed: BTreeMap<TenantId, Noticed>,
    /// Whether nothing was read, because that was not [begun](Receive::begins_all).
    pub left: bool,
    /// How many requests about metering were made.
    pub requests: u64,
    /// How many samples their answers had, whatever became of them.
    pub samples: u64,
}
