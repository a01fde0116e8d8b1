//! The engine: collects usage, keeps the ledger, bills.

pub mod collect;
pub mod config;
pub mod engine;
pub mod ledger;
