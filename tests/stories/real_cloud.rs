//! What is told only with OpenStack's own servers, by `cargo xtask test --real-cloud`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a story that cannot be told fails, and names say what it is about"
)]

#[path = "real/known_month.rs"]
mod known_month;
#[path = "real/thousand.rs"]
mod thousand;
