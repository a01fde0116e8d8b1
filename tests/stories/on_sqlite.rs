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
