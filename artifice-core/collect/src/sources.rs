//! The kinds of sources, a folder each.

pub mod ceilometer;
pub mod file;
pub mod settings;
