//! Collecting: samples of a source become each tenant's usage.
//!
//! ```text
//! source ──samples in any order──▶ intake ──▶ sort ──▶ aggregation ──▶ one tenant at a time
//!        └─points of series in order──────────────────▶┘
//! ```
//! A [`Source`] shows what it has to a [`Sink`]; only sources know wire formats. `intake` keeps what something charges,
//! with as much of its metadata as charging reads; `sort` brings samples into order in bounded memory; `usage`
//! aggregates them. [`collect`] drives it: whom to read, in which order, and what a failure means for the others.
//!
//! Files are read once for all tenants: all of them are complete, or none is. A running cloud is
//! asked for one tenant after the other, and each is complete or fails by itself.
//!
//! Metadata is long, and needed whole only to order samples that are equal in time, message and
//! value but say different things. So the first reading keeps what charging reads and no more; if
//! such samples turn up, which is rare, everything is read once again with all metadata. A source
//! that cannot be read twice is read so at once.

mod cancel;
mod choice;
mod driver;
mod error;
mod headway;
pub mod http;
mod intake;
mod limits;
mod merge;
mod metadata;
mod noticed;
pub mod openstack;
mod owners;
mod request;
mod series;
mod sink;
mod sort;
mod source;
pub mod sources;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
mod usage;
pub mod wire;

pub use cancel::Cancel;
pub use choice::{Choice, KnownDomain, KnownTenant, Verdict};
pub use driver::collect;
pub use error::{CollectError, Reach, SeriesError, SourceError, UsageError};
pub use headway::{Headway, Reached};
pub use http::HttpError;
pub use merge::{Cursor, Piece, merge};
pub use metadata::{KeySet, Read};
pub use noticed::{Lost, Meters, Named, Noticed, Readings, Resources, Shorts};
pub use openstack::keystone::{Identity, KeystoneError};
pub use request::{Receive, Request, Seen, TenantUsage};
pub use sink::{Incoming, Interest, Point, Says, SeriesId, Sink, Stop, Value};
pub use sort::SortError;
pub use source::{
    Around, Ended, Observation, Plan, Run, Scope, Source, SourceKind, SourceSettings, Traffic, Wanted, WantedMeter,
    WithUsage,
};
pub use sources::ceilometer::CloudError;
pub use sources::file::FileError;
pub use sources::gnocchi::GnocchiError;
