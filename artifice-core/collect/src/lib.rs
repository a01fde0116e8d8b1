//! Collecting: samples of a source become each tenant's usage.
//!
//! ```text
//! source ──WireSample──▶ intake ──Sample──▶ sort ──series in order──▶ usage ──▶ one tenant at a time
//! ```
//! Only this module knows wire formats. A [`Source`] shows samples in any order; `intake` keeps
//! those that something charges, with as much of their metadata as charging reads; `sort` brings
//! them into order in bounded memory; `usage` aggregates them.
//!
//! Files are read once for all tenants: all of them are complete, or none is. A running cloud is
//! asked for one tenant after the other, and each is complete or fails by itself.
//!
//! Metadata is long, and needed whole only to order samples that are equal in time, message and
//! value but say different things. So the first reading keeps what charging reads and no more; if
//! such samples turn up, which is rare, everything is read once again with all metadata. A source
//! that cannot be read twice is read so at once.

mod error;
pub mod http;
mod intake;
mod noticed;
pub mod openstack;
mod sort;
pub mod sources;
mod usage;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use artifice_model::aggregate::{Entry, Locations};
use artifice_model::statement::Metered;
use artifice_model::{Period, Tenant, TenantId, Timestamp};

pub use error::{CollectError, SeriesError, UsageError};
pub use http::HttpError;
use intake::{Intake, Taken};
pub use noticed::{Meters, Noticed, Resources, Shorts};
pub use openstack::keystone::KeystoneError;
pub use sort::SortError;
use sources::ceilometer::Ceilometer;
pub use sources::ceilometer::CloudError;
use sources::file;
pub use sources::file::FileError;
use usage::Stop;

use crate::openstack::settings::OpenStack;
use crate::sources::settings::SourceConfig;

/// Where samples come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Files of Ceilometer's samples: one reading for all tenants.
    File {
        /// The files, in the order in which they are read.
        paths: Vec<PathBuf>,
    },
    /// A running Ceilometer: one tenant after the other.
    Ceilometer(Box<OpenStack>),
}

/// A source that can be read: what there is to log in to is logged in to.
///
/// Blocks, from its making to its end; keep it on threads that may.
pub enum Connected {
    /// Files, which need no connection.
    File(Vec<PathBuf>),
    /// A cloud.
    Ceilometer(Box<Ceilometer>),
}

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
    /// Whose, by id; everybody's if `None`.
    pub tenants: Option<&'a BTreeSet<TenantId>>,
    /// Whom others know already: where everybody is meant, they are asked for, too.
    pub known: &'a BTreeSet<TenantId>,
    /// Whom nobody needs to know about. A source that is read once for all shows them all the same.
    pub skip: &'a BTreeSet<TenantId>,
    /// How much memory may be used, in bytes.
    pub memory_bytes: u64,
    /// Whether to tell of meters that no entry reads: not where only some of the entries are asked about.
    pub notice_unmapped: bool,
}

/// What one tenant used, or why that cannot be told.
#[derive(Debug)]
pub struct TenantUsage {
    /// The tenant's id.
    pub tenant: TenantId,
    /// A usage for each resource, entry, service and location; zero volumes included.
    pub usage: Result<Vec<Metered>, UsageError>,
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
}

impl Source {
    /// Opens the configured source: finds its files. Asks nobody.
    pub fn open(config: &SourceConfig, directory: &Path) -> Result<Source, FileError> {
        match config {
            SourceConfig::File { patterns } => Ok(Source::File { paths: file::expand(patterns, directory)? }),
            SourceConfig::Ceilometer(cloud) => Ok(Source::Ceilometer(cloud.clone())),
        }
    }

    /// Logs in to a cloud, and learns which projects there are.
    pub fn connect(self) -> Result<Connected, CollectError> {
        match self {
            Source::File { paths } => Ok(Connected::File(paths)),
            Source::Ceilometer(cloud) => Ok(Connected::Ceilometer(Box::new(Ceilometer::connect(&cloud)?))),
        }
    }
}

impl Connected {
    /// The tenants that the source knows, with their names: Keystone's projects.
    pub fn tenants(&self) -> &[Tenant] {
        match self {
            Connected::File(_) => &[],
            Connected::Ceilometer(cloud) => cloud.projects(),
        }
    }

    /// Whether it answers.
    pub fn check(&mut self) -> Result<(), CollectError> {
        match self {
            Connected::File(_) => Ok(()),
            Connected::Ceilometer(cloud) => Ok(cloud.check()?),
        }
    }

    /// Reads the source and hands over each tenant's usage, in the order of their ids. Tenants
    /// without usage are not among them.
    ///
    /// Nothing is handed over before all that it depends on has been read: the whole of the files,
    /// or all samples of that tenant.
    pub fn collect(&mut self, request: Request<'_>, receiver: &mut dyn Receive) -> Result<Seen, CollectError> {
        match self {
            Connected::File(paths) => read_files(paths, request, &mut |usage| receiver.receive(usage)),
            Connected::Ceilometer(cloud) => cloud.collect(request, receiver),
        }
    }
}

/// Reads files for all tenants: a mistake in the last line of the last file leaves nothing half done.
fn read_files(
    paths: &[PathBuf],
    request: Request<'_>,
    take: &mut dyn FnMut(TenantUsage),
) -> Result<Seen, CollectError> {
    // Neither the standard input nor a pipe, which may have any name, can be read twice.
    let keep_metadata = !paths.iter().all(|path| path.is_file());
    collect_by(request, keep_metadata, take, |intake| {
        paths.iter().try_for_each(|path| file::read_path(path, &mut |sample| intake.take(sample)))
    })
}

/// Collects samples whose text is in memory, as a file's: the same, without the disk.
pub fn collect_text(
    text: &[u8],
    request: Request<'_>,
    take: &mut dyn FnMut(TenantUsage),
) -> Result<Seen, CollectError> {
    collect_by(request, false, take, |intake| file::read(text, "text", &mut |sample| intake.take(sample)))
}

/// Has everything read, once or, if metadata turns out to be needed and was not kept, twice.
fn collect_by(
    request: Request<'_>,
    mut keep_metadata: bool,
    take: &mut dyn FnMut(TenantUsage),
    mut read: impl FnMut(&mut Intake<'_>) -> Result<(), FileError>,
) -> Result<Seen, CollectError> {
    let mut last: Option<TenantId> = None;
    let mut left = BTreeMap::new();
    loop {
        let mut intake = Intake::new(request, keep_metadata, last.clone());
        let read = tracing::debug_span!("read").in_scope(|| read(&mut intake));
        let Taken { sorter, seen, mut noticed } = intake.finish(read)?;
        tracing::debug!(tenants = seen.tenants.len(), runs = sorter.runs(), keep_metadata, "samples read");
        let handed_over = usage::hand_over(sorter, request, &mut noticed, &mut |usage| {
            last = Some(usage.tenant.clone());
            take(usage);
        });
        match handed_over {
            Ok(()) => {
                left.extend(noticed.into_iter().filter(|(_, noticed)| !noticed.is_empty()));
                left.retain(|tenant, _| !request.skip.contains(tenant));
                return Ok(Seen { noticed: left, ..seen });
            }
            Err(Stop::Sort(error)) => return Err(error.into()),
            // Once more, for the tenants behind the last one that was complete.
            Err(Stop::NeedsMetadata) => {
                let is_done = |tenant: &TenantId| last.as_ref().is_some_and(|last| tenant <= last);
                left.extend(noticed.into_iter().filter(|(tenant, noticed)| is_done(tenant) && !noticed.is_empty()));
                keep_metadata = true;
            }
        }
    }
}
