//! The kinds of sources, a folder each.

pub mod ceilometer;
pub mod file;
pub mod gnocchi;
mod offer;
pub mod settings;

use crate::source::SourceKind;

/// All kinds of sources.
pub static KINDS: &[&dyn SourceKind] = &[&file::Kind, &ceilometer::Kind, &gnocchi::Kind];
