//! All stories, told on SQLite; and those of its file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a story that cannot be told fails, and names say what it is about"
)]

#[path = "all.rs"]
mod all;
#[path = "sqlite/crash.rs"]
mod crash;
#[path = "sqlite/file.rs"]
mod file;
// These have no ledger, so they are told once.
#[path = "openerp/cuts.rs"]
mod openerp_cuts;
#[path = "openerp/discarding.rs"]
mod openerp_discarding;
#[path = "openerp/recorded.rs"]
mod openerp_recorded;
#[path = "openerp/standing.rs"]
mod openerp_standing;
#[path = "openerp/taxes.rs"]
mod openerp_taxes;
#[path = "plugins/mutated.rs"]
mod plugins_mutated;
