//! The stories that are told on both databases: what artifice promises, end to end with the built
//! command.
//!
//! Run `cargo build --workspace` first: the stories use what it builds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a story that cannot be told fails, and names say what it is about"
)]

pub mod bad_input;
mod billing;
mod canaries;
mod charging;
pub mod crash;
mod gnocchi;
mod guide;
mod history;
mod hostile;
mod interruption;
mod kept;
mod ledger_direct;
mod life;
mod openerp;
mod openstack;
mod plugins;
pub mod rating;
mod recorded;
mod showing;
mod verify;
