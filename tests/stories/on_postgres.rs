//! All stories, told on PostgreSQL; and those of its server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a story that cannot be told fails, and names say what it is about"
)]

#[path = "all.rs"]
mod all;
mod postgres;
