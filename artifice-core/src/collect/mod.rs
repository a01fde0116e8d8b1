//! Collecting: samples of a source become each tenant's usage.
//!
//! ```text
//! source ──WireSample──▶ intake ──Sample──▶ sort ──series in order──▶ usage ──▶ one tenant at a time
//! ```
//! Only this module knows wire formats. A [`Source`] shows samples in any order; `intake` keeps
//! those that something charges, with as much of their metadata as charging reads; `sort` brings
//! them into order in bounded memory; `usage` aggregates them.
//!
//! Metadata is long, and needed whole only to order samples that are equal in time, message and
//! value but say different things. So the first reading keeps what charging reads and no more; if
//! such samples turn up, which is rare, everything is read once again with all metadata. A source
//! that cannot be read twice is read so at once.

pub mod file;
mod intake;
mod sort;
mod usage;
pub mod wire;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use artifice_model::Period;
use artifice_model::aggregate::{AggregateError, Entry, Locations};
use artifice_model::statement::Usage;

pub use file::FileError;
use intake::Intake;
pub use sort::SortError;
use usage::Stop;

use crate::config::SourceConfig;

/// Where samples come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Files of Ceilometer's samples: one reading for all tenants.
    File {
        /// The files, in the order in which they are read.
        paths: Vec<PathBuf>,
    },
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
    /// Whose, by id; everybody's if `None`.
    pub tenants: Option<&'a BTreeSet<String>>,
    /// How much memory may be used, in bytes.
    pub memory_bytes: u64,
}

/// What one tenant used, or why that cannot be told.
#[derive(Debug)]
pub struct TenantUsage {
    /// The tenant's id.
    pub tenant: String,
    /// A usage for each resource, entry, service and location; zero volumes included.
    pub usage: Result<Vec<Usage>, SeriesError>,
}

/// The samples of a series cannot be aggregated.
#[derive(Debug, thiserror::Error)]
#[error("meter {meter} of resource {resource}: {error}")]
pub struct SeriesError {
    /// The resource's id.
    pub resource: String,
    /// The meter's name.
    pub meter: String,
    /// Why.
    pub error: AggregateError,
}

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// A file cannot be read, or holds something else than samples.
    #[error(transparent)]
    File(#[from] FileError),
    /// A temporary file cannot be written or read.
    #[error(transparent)]
    Sort(#[from] SortError),
}

/// What was seen on the way.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Of the tenants asked for, the ids of those with any sample, whatever its meter and time.
    pub tenants: BTreeSet<String>,
    /// Samples of charged meters that belong to nobody.
    pub without_tenant: u64,
}

impl Source {
    /// Opens the configured source: finds its files.
    pub fn open(config: &SourceConfig, directory: &Path) -> Result<Source, FileError> {
        match config {
            SourceConfig::File { patterns } => Ok(Source::File { paths: file::expand(patterns, directory)? }),
        }
    }

    /// Reads the source and hands over each tenant's usage, in the order of their ids. Tenants
    /// without usage are not among them. Blocks; call it on a thread that may.
    ///
    /// Nothing is handed over before everything has been read: a mistake in the last line of the
    /// last file leaves nothing half done.
    pub fn collect(&self, request: Request<'_>, take: &mut dyn FnMut(TenantUsage)) -> Result<Seen, CollectError> {
        let mut last = None;
        let mut keep_metadata = !self.can_be_read_twice();
        loop {
            let mut intake = Intake::new(request, keep_metadata, last.clone());
            let read = match self {
                Source::File { paths } => {
                    paths.iter().try_for_each(|path| file::read_path(path, &mut |sample| intake.take(sample)))
                }
            };
            let (sorter, seen) = intake.finish(read)?;
            tracing::debug!(tenants = seen.tenants.len(), runs = sorter.runs(), keep_metadata, "samples read");
            let handed_over = usage::hand_over(sorter, request, &mut |usage| {
                last = Some(usage.tenant.clone());
                take(usage);
            });
            match handed_over {
                Ok(()) => return Ok(seen),
                Err(Stop::Sort(error)) => return Err(error.into()),
                // Once more, for the tenants behind the last one that was complete.
                Err(Stop::NeedsMetadata) => keep_metadata = true,
            }
        }
    }

    fn can_be_read_twice(&self) -> bool {
        match self {
            // Neither the standard input nor a pipe, which may have any name.
            Source::File { paths } => paths.iter().all(|path| path.is_file()),
        }
    }
}
