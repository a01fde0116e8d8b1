//! The engine: collects usage, keeps the ledger, bills.

mod clock;
pub mod collect;
pub mod config;
pub mod engine;
pub mod ledger;
