//! The engine: the story of a bill.
//!
//! ```text
//! preview:     collect ─▶ draft ─▶ shown
//! bill:        finish what is unfinished; collect ─▶ draft ─▶ ledger ─▶ backend ─▶ ledger
//! adjust:      the same, with the difference to what is billed in the draft's place
//! void:        ledger ─▶ a credit ─▶ backend ─▶ ledger
//! regenerate:  ledger ─▶ backend
//! verify:      ledger ─▶ shown;  ledger, backend ─▶ compared
//! ```
//! A preview takes the same path as a bill up to the storing, so the two cannot disagree. What is
//! sent is always what is stored: a statement that was interrupted is finished from the ledger,
//! never collected again.
//!
//! **Start reading** at [`Engine::bill`] (`run/bill.rs`), and follow a tenant: `run/tenant.rs` drafts, stores and
//! sends, `draft/whole.rs` is how usage becomes a draft, `lifecycle/deliver.rs` how a stored statement reaches its
//! backend exactly once.
//!
//! The wings, each of which knows only those below it:
//!
//! ```text
//! view, verify     JSON for others; the ledger checked, and compared with the backend
//! run              many tenants: who is meant, what they used, what became of each
//! lifecycle        one stored statement: delivered, taken back, written again
//! draft            what a statement will say
//! backend          the backend, called where blocking harms nobody, and its deadlines
//! config, tell     the settings; what is told, as data
//! ```

mod asked;
mod backend;
mod clock;
pub mod config;
mod crash;
mod draft;
mod engine;
mod error;
mod lifecycle;
mod limits;
mod run;
mod sound;
mod tell;
mod trouble;
mod verify;
pub mod view;

pub use artifice_collect::{Meters, Named, Noticed, Observation, Readings};
pub use asked::{Purpose, Selection};
pub use backend::document::hand_over_lines;
pub use clock::now;
#[cfg(fuzzing)]
pub use draft::prices::quoted;
pub use draft::rates::{ListedPrice, Quoted, Supposed};
pub use engine::Engine;
pub use error::EngineError;
pub use lifecycle::{TakenBack, deliver};
pub use run::labels_of;
pub use tell::{
    Advice, AtItsEnd, Billed, Cancel, Failed, Headway, How, Listener, Notice, Preview, Progress, Reached, Told, Watch,
};
pub use verify::{Compared, Verified};
