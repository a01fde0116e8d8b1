//! The seam at which sources plug in: a folder under `sources` each.
//!
//! A source says whom there is, and shows a tenant's metering, or all tenants', to a [`Sink`]. It blocks, and is called
//! on threads that may; several of them at once where its [`Plan`] says so. What a server taught on the way is
//! the source's own, behind a lock. Whom to read, in which order, and what a failure means for the others is
//! decided by the driver ([`collect`](crate::collect)).

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use artifice_model::aggregate::Aggregate;
use artifice_model::{Period, TenantId, Timestamp};
use artifice_settings::{Map, Node};

use crate::cancel::Cancel;
use crate::choice::{Choice, KnownTenant};
use crate::error::SourceError;
use crate::headway::Headway;
use crate::metadata::KeySet;
use crate::openstack::keystone::Identity;
use crate::openstack::settings::OpenStack;
use crate::sink::{Sink, Stop};

/// A kind of source: one value in the registry ([`KINDS`](crate::sources::KINDS)).
pub trait SourceKind: Send + Sync {
    /// What `source.kind` calls it.
    fn name(&self) -> &'static str;

    /// Whether it asks a cloud, which `openstack:` or the environment says, where its own section says this.
    fn asks_a_cloud(&self, section: &Node<'_>) -> bool {
        let _ = section;
        false
    }

    /// Reads its settings. Mistakes go to where they stand; there are no settings then.
    fn read(&self, section: &mut Map<'_>, around: &Around<'_>) -> Option<Box<dyn SourceSettings>>;
}

/// What stands around a source's own section.
pub struct Around<'a> {
    /// The configuration's directory: relative paths start there.
    pub directory: &'a Path,
    /// Whether there is an `openstack:`, be it right or wrong.
    pub has_openstack: bool,
    /// How to log in to a cloud, where that is said and right.
    pub openstack: Option<OpenStack>,
}

/// A source's settings.
pub trait SourceSettings: Any + fmt::Debug + Send + Sync {
    /// Opens the source: finds its files. Asks nobody.
    ///
    /// # Errors
    /// [`SourceError`], whose reach is [`Start`](crate::Reach::Start).
    fn open(&self, directory: &Path) -> Result<Box<dyn Source>, SourceError>;

    /// Whether there is anybody to ask: otherwise to open it tells all that can be told before it is read.
    fn is_service(&self) -> bool;

    /// Who is to be billed; everybody, if nothing is said.
    fn choice(&self) -> Choice {
        Choice::default()
    }
}

/// Where samples come from.
pub trait Source: Send + Sync {
    /// Logs in, where there is anything to log in to. Answers the tenants that the source knows: none, where
    /// nobody is asked.
    ///
    /// # Errors
    /// [`SourceError`]: nobody can be read.
    fn connect(&self) -> Result<Vec<KnownTenant>, SourceError> {
        Ok(Vec::new())
    }

    /// Whether it answers, as what asks nobody always does; and what a person may want to see of it.
    ///
    /// # Errors
    /// [`SourceError`]: it does not.
    fn check(&self) -> Result<Vec<Observation>, SourceError> {
        Ok(Vec::new())
    }

    /// How it is to be read.
    fn plan(&self, wanted: &Wanted) -> Plan;

    /// Who has metering of what is wanted; `None` where the source can never say. Asked once: of a source that is read
    /// tenant by tenant, if everybody is meant; of a surveyed one always.
    ///
    /// # Errors
    /// [`SourceError`]: there is no use in asking about any tenant.
    fn tenants_with_usage(&self, wanted: &Wanted, run: &Run<'_>) -> Result<Option<WithUsage>, SourceError> {
        let _ = (wanted, run);
        Ok(None)
    }

    /// Shows what is wanted to `sink`. Ends well only if that was all of it.
    ///
    /// # Errors
    /// [`Ended::Stop`], passed on as the sink said it, or [`Ended::Failed`].
    fn read(&self, scope: Scope<'_>, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended>;

    /// Whether it can be read again: neither standard input nor a pipe can.
    fn can_repeat(&self) -> bool {
        true
    }
}

/// What is seen of a source that answers. There is no secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// As whom one is logged in to a cloud.
    LoggedIn {
        /// Who, to what, with which roles.
        identity: Identity,
        /// Keystone's address.
        keystone: String,
        /// Whose endpoints are meant, if that is said.
        region: Option<String>,
        /// The address of the service that has the metering.
        metering: String,
    },
    /// How many tenants it knows, and how many of them are to be billed.
    Tenants {
        /// All that it knows.
        known: usize,
        /// Those that are to be billed.
        chosen: usize,
    },
}

/// How a source is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Tenant by tenant: each is complete, or fails by itself.
    PerTenant {
        /// At most so many at once.
        at_once: usize,
    },
    /// Once for all tenants: all are complete, or none is.
    AllAtOnce,
    /// As [`Source::tenants_with_usage`] says: once for all tenants, or tenant by tenant.
    Surveyed {
        /// At most so many tenants at once.
        at_once: usize,
    },
}

/// Whose metering is to be shown.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// One tenant's, and nobody else's.
    Tenant(&'a TenantId),
    /// Everybody's.
    All,
}

/// Why a reading did not end well.
#[derive(Debug)]
pub enum Ended {
    /// The sink wants no more.
    Stop(Stop),
    /// The source failed.
    Failed(SourceError),
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Ended::Stop(stop)
    }
}

impl From<SourceError> for Ended {
    fn from(error: SourceError) -> Self {
        Ended::Failed(error)
    }
}

/// What a reading may use.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Ends it early: looked at between two steps that take long.
    pub cancel: &'a Cancel,
    /// How much memory this reading may use, in bytes, the sink's included.
    pub memory_bytes: u64,
    /// How many requests of this reading may be under way at once.
    pub at_once: usize,
    /// Where it is counted what the source asks and is answered.
    pub traffic: &'a Traffic,
    /// Where it is counted how far it has got.
    pub headway: &'a Headway,
}

/// What a source was asked, and what it answered: whatever became of it. A source of files counts nothing.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Requests about metering.
    pub requests: AtomicU64,
    /// Samples in the answers.
    pub samples: AtomicU64,
}

impl Traffic {
    /// A request is made.
    pub fn asked(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// An answer has brought so many samples.
    pub fn brought(&self, samples: usize) {
        self.samples.fetch_add(u64::try_from(samples).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Run<'_> {
    /// Stops where nobody wants it any more.
    ///
    /// # Errors
    /// [`Stop::Cancelled`].
    pub fn go_on(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

/// What is wanted of a source.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// For when.
    pub period: Period,
    /// The charged meters, sorted by their names.
    pub meters: Vec<WantedMeter>,
    /// Whose, by id; everybody's if `None`.
    pub tenants: Option<BTreeSet<TenantId>>,
    /// Who is known to exist.
    pub known: BTreeSet<TenantId>,
    /// Whom nobody needs to know about.
    pub skip: BTreeSet<TenantId>,
    /// Whether all metadata is to be handed over with each sample, rather than what charging reads of it.
    pub whole_metadata: bool,
    /// Whether anybody wants to know of meters that nothing charges.
    pub notice_unmapped: bool,
}

/// A meter that something charges.
#[derive(Debug, Clone)]
pub struct WantedMeter {
    /// Its name.
    pub name: String,
    /// The first instant from which a sample can matter.
    pub from: Timestamp,
    /// What is read of its samples' metadata.
    pub keys: KeySet,
    /// What becomes of its samples, each aggregate once.
    pub aggregates: Vec<Aggregate>,
    /// Whether it matters who else has its resources: holds without an end go on until somebody has.
    pub owners_matter: bool,
}

/// Who has metering.
#[derive(Debug, Default)]
pub struct WithUsage {
    /// Their ids.
    pub tenants: BTreeSet<TenantId>,
    /// Samples of charged meters that belong to nobody.
    pub without_tenant: u64,
    /// Why these are not all.
    pub incomplete: Option<SourceError>,
    /// Whether to read everybody at once shows everybody, and costs less than to read those who are wanted one by one.
    pub at_once: bool,
}
