//! The harness of the stories: what a story needs to be told, and to be checked.
//!
//! A [`Cloud`] is a directory with a configuration, rates, metering and a ledger, in which a story
//! runs the built `artifice` command ([`Ran`] is what came of it). [`Vm`] and its relatives write
//! [`samples`], [`Erp`] is the backend that misbehaves as it is told, [`Db`] is a client that
//! goes to the ledger's database directly. An [`openstack::OpenStack`] answers over HTTP, a [`real::RealCloud`] with
//! OpenStack's own servers; a [`Way`] says who logs in there. What a crash needs: [`killing`] stops and kills the command,
//! [`chance`] says when, a [`disk`] is full, and [`memory`] is scarce.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a story that cannot be told fails, and its words speak for themselves"
)]

mod bills;
mod built;
pub mod canary;
pub mod chance;
mod cloud;
pub mod database;
pub mod disk;
mod erp;
pub mod gnocchi;
mod guard;
pub mod killing;
mod library;
pub mod memory;
pub mod mutant;
pub mod odoo;
pub mod openstack;
mod ran;
pub mod real;
pub mod samples;
pub mod screen;
mod way;

pub use bills::Bill;
pub use built::{artifice, backend, plugin, workspace};
pub use cloud::{Cloud, copy_directory};
pub use database::{Db, Refusal};
pub use erp::Erp;
pub use library::{Elf, damaged, without_backend};
pub use ran::Ran;
pub use samples::{Counter, Vm, Volume};
pub use way::Way;
