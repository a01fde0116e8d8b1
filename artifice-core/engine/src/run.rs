//! A run for many tenants: who is meant, what they used, and what became of each.

mod bill;
mod claims;
mod gaps;
mod groups;
mod labels;
mod leases;
mod preview;
mod ready;
mod shared;
mod tasks;
mod tenant;
mod tenants;
mod unfinished;
mod usages;

pub use labels::labels_of;
