//! A run for many tenants: who is meant, what they used, and what became of each.

pub(crate) mod bill;
mod claims;
mod preview;
pub(crate) mod report;
pub(crate) mod tasks;
pub(crate) mod tenants;
pub(crate) mod usages;
pub(crate) mod work;
