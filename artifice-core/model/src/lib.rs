//! What a bill means, without any input or output.
//!
//! The types here are the vocabulary of the whole project, and the functions are its rules:
//! how samples of a meter become one volume for a period ([`aggregate`]), how units convert
//! ([`units`]), what a volume costs ([`rate`]), and how a statement adds up ([`statement`]).
//! Nothing in this crate reads a file, a clock or a socket, so all of it can be tested in seconds.
//!
//! Two invariants hold throughout:
//! - no binary floating point: numbers are [`Decimal`]s read from their digits, sums are exact
//!   ([`exact`]) and are rounded once, at the place the rule names;
//! - every instant is UTC in microseconds ([`Timestamp`]), every period half-open ([`Period`]).

pub mod adjust;
pub mod aggregate;
pub mod bounds;
pub mod calendar;
pub mod decimal;
pub mod exact;
mod id;
pub mod limits;
pub mod money;
pub mod position;
pub mod rate;
pub mod sample;
pub mod statement;
mod tenant;
pub mod time;
pub mod units;

pub use calendar::Calendar;
pub use decimal::Decimal;
pub use money::Currency;
pub use sample::{Metadata, Sample, SeriesKey};
pub use statement::StatementId;
pub use tenant::{Tenant, TenantId};
pub use time::{Period, Timestamp};
