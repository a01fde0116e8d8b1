//! The databases of the stories. Every story is told on both: `cargo test` builds them twice.

mod client;
mod postgres;

pub use client::{Db, Refusal};
pub use postgres::{PASSWORD, Postgres, PostgresDatabase};

/// Which database the stories of this program are told on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Told from the program's name: `stories_on_sqlite-…` or `stories_on_postgres-…`.
    pub fn of_this_program() -> Kind {
        let program = std::env::current_exe().unwrap();
        let name = program.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("on_postgres") { Kind::Postgres } else { Kind::Sqlite }
    }
}
