//! `test.misbehaving`: backends that do what they should not, when they are told to.
//!
//! `Erp` is an ERP in a directory. It outlives every process, as a real one does: its documents
//! are files, one a key, which appear whole or not at all. Every call is noted in a log there, so
//! that a story can count documents and calls. Its `faults` say in which call it does what:
//!
//! ```yaml
//! invoice:config:
//!   directory: erp
//!   faults:
//!     - {at: committed, does: time_out, first: 1}     # has it, and never answers
//! ```
//!
//! `Closed` has no settings and refuses everything.

mod closed;
mod desk;
mod document;
mod erp;
mod faults;
mod office;
mod settings;

use closed::Closed;
use erp::Erp;

artifice_plugin_api::export! { module: "test.misbehaving", classes: [Erp, Closed] }
