//! What a source hands over, in one of two ways: samples in any order, or points of series that are in order.
//!
//! A series comes by one of the two only.

use std::sync::Arc;

use artifice_model::sample::{Facts, MessageId};
use artifice_model::{Decimal, Period, Timestamp};

use crate::metadata::Read;
use crate::sort::SortError;

/// Who takes what a source shows.
pub trait Sink {
    /// What of a sample is of interest. Asked once a sample and before anything else of it is read, so that what
    /// nobody charges is never judged. A sample may belong to no tenant.
    fn interest(&mut self, tenant: Option<&str>, meter: &str) -> Interest;

    /// A tenant has metering, whatever of it is wanted. (What goes through [`Sink::interest`] says so by itself.)
    fn seen(&mut self, tenant: &str);

    /// [`Interest::Count`]: there is a sample that nothing charges, or, without a time, there is such a meter.
    fn passed(&mut self, tenant: &str, meter: &str, at: Option<Timestamp>);

    /// [`Interest::Owner`]: a tenant that is not wanted has a resource at that time.
    ///
    /// # Errors
    /// [`Stop`], to be passed on.
    fn owner(&mut self, tenant: &str, resource: &str, meter: usize, at: Timestamp) -> Result<(), Stop>;

    /// What was shown of a tenant is less than there is: nothing of it counts, and it is to be read by itself, again. A source
    /// says that of a tenant once, and looks more closely then.
    fn doubt(&mut self, tenant: &str) {
        let _ = tenant;
    }

    /// The source has nothing any more of that time of a series, though there was something. Only while one tenant is
    /// read.
    fn lost(&mut self, resource: &str, meter: usize, time: Period) {
        let _ = (resource, meter, time);
    }

    /// Takes a sample, in any order.
    ///
    /// # Errors
    /// [`Stop`], to be passed on.
    fn sample(&mut self, sample: Incoming<'_>) -> Result<(), Stop>;

    /// Opens a series whose points come in order; the same one has the same id. Only while one tenant is read.
    ///
    /// # Errors
    /// [`Stop`], to be passed on.
    fn series(&mut self, resource: &str, meter: usize) -> Result<SeriesId, Stop>;

    /// Takes points of a series that all say the same beside their values.
    ///
    /// For one series, points are in order over all calls: by time, then by value, then by lines. Several series may
    /// be open, and take turns.
    ///
    /// # Errors
    /// [`Stop`], to be passed on.
    fn points(&mut self, series: SeriesId, says: &Says, points: &[Point]) -> Result<(), Stop>;
}

/// What of a sample is of interest. Meters are places in [`Wanted::meters`](crate::Wanted::meters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Nothing.
    Pass,
    /// That it exists: nothing charges it.
    Count,
    /// Whose its resource is; the tenant is not wanted.
    Owner(usize),
    /// All of it.
    Take(usize),
}

/// Why a sink wants no more.
#[derive(Debug)]
pub enum Stop {
    /// It must be read again, with whole metadata: that decides the order of some samples.
    Again,
    /// A series is not in order, or comes in both ways.
    Disorder {
        /// The resource's id.
        resource: String,
        /// The meter's name.
        meter: String,
    },
    /// Series in order are taken only while one tenant is read.
    ManyTenants,
    /// Nobody wants it any more.
    Cancelled,
    /// A temporary file failed.
    Sort(SortError),
}

impl From<SortError> for Stop {
    fn from(error: SortError) -> Self {
        Stop::Sort(error)
    }
}

/// A sample, borrowed as far as it is likely to be known already.
pub struct Incoming<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// The resource's id.
    pub resource: &'a str,
    /// The meter's place in what is wanted.
    pub meter: usize,
    /// When it was taken.
    pub at: Timestamp,
    /// The message that brought it.
    pub message_id: MessageId,
    /// The value, in `unit`.
    pub volume: Decimal,
    /// The unit.
    pub unit: &'a str,
    /// Those of the metadata that charging reads.
    pub metadata: &'a Read<'a>,
    /// All metadata as sorted lines, where whole metadata is wanted.
    pub metadata_lines: Option<Box<str>>,
}

/// A series that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesId(pub(crate) usize);

/// What points say beside their values: made once for a label set, not once for a sample.
#[derive(Debug, Clone)]
pub struct Says {
    /// What charging reads.
    pub facts: Arc<Facts>,
    /// All of it as sorted lines: orders points of equal time and value.
    pub lines: Arc<str>,
}

/// A point of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// What.
    pub value: Value,
}

/// What a point says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The store says that the label set ends here. Less than any number, so that a sample of the same instant counts.
    Ends,
    /// A value.
    Number(Decimal),
}
