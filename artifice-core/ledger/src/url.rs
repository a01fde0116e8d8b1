//! `database:`: where the ledger is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use artifice_settings::{Map, one_of};

/// Where the ledger is.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of SQLite's.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(PostgresUrl),
}

/// A database of a PostgreSQL server, and how to get there. It prints without its password.
///
/// It is kept as the client's own options, so that what is accepted here is what can be opened. What
/// the configuration leaves out comes from where it comes from for every client of PostgreSQL:
/// `PGHOST`, `PGPASSWORD`… and the password file.
#[derive(Clone)]
pub struct PostgresUrl {
    options: Box<PgConnectOptions>,
}

impl PostgresUrl {
    /// For whoever connects.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        write!(f, "postgres://{}@", options.get_username())?;
        match options.get_socket() {
            Some(socket) => write!(f, "{}", socket.display())?,
            None if options.get_host().contains(':') => write!(f, "[{}]:{}", options.get_host(), options.get_port())?,
            None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
        }
        write!(f, "/{}", options.get_database().unwrap_or(options.get_username()))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => fmt::Display::fmt(url, f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The section's keys: `url` (or `url_file`), or the original's `database`, `host`, `port`,
/// `username` and `password` (or `password_file`). Without any, a file beside the configuration.
pub fn database(directory: &Path, mut section: Map<'_>) -> DatabaseUrl {
    // The client takes it by itself, and a server may repeat it.
    if let Ok(password) = std::env::var("PGPASSWORD") {
        artifice_text::know(&password);
    }
    let url_node = section.get("url").or_else(|| section.get("url_file"));
    let url = section.address("url", "url_file", directory).and_then(|text| {
        let node = url_node.as_ref()?;
        read_url(directory, text.reveal()).map_err(|why| node.mistake(why)).ok()
    });
    let keys = ["database", "host", "port", "username", "password", "password_file"];
    let used: Vec<&str> = keys.into_iter().filter(|key| section.get(key).is_some()).collect();
    let original = original_keys(directory, &mut section);
    if let (Some(node), [key, ..]) = (&url_node, &used[..]) {
        node.mistake(format!("the whole address is here, so database.{key} has no place; keep one of the two"));
    } else if url_node.is_none() && !used.is_empty() && !used.contains(&"database") {
        section.node().mistake("database.database is missing; name the database of the server, or give the whole url");
    }
    section.end();
    match (url, url_node, used.is_empty()) {
        (Some(url), ..) => url,
        (None, None, false) => DatabaseUrl::Postgres(PostgresUrl { options: Box::new(original) }),
        _ => DatabaseUrl::Sqlite(directory.join("artifice.db")),
    }
}

fn read_url(directory: &Path, text: &str) -> Result<DatabaseUrl, String> {
    if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
        return match path {
            "" | ":memory:" => {
                Err("a ledger must outlive the program; name a file, for example sqlite://artifice.db".to_owned())
            }
            path if path.contains('?') => {
                Err("a file takes no parameters; write sqlite://FILE, without what is behind '?'".to_owned())
            }
            path => Ok(DatabaseUrl::Sqlite(directory.join(path))),
        };
    }
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err(
            "write sqlite://FILE, for example sqlite://artifice.db, or postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                .to_owned(),
        );
    }
    postgres(text).map(|options| DatabaseUrl::Postgres(PostgresUrl { options: Box::new(options) }))
}

/// The parameters behind `?` that the client knows.
const PARAMETERS: [&str; 10] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "application_name",
    "options",
    "statement-cache-capacity",
];

/// Reads an address. What the parser says of a wrong one quotes it, and there may be a password in it:
/// nothing here does.
fn postgres(text: &str) -> Result<PgConnectOptions, String> {
    let (address, parameters) = text.split_once('?').unwrap_or((text, ""));
    let wrong = || {
        "this is not an address of PostgreSQL's; write postgres://USER:PASSWORD@HOST:PORT/DATABASE, \
         special characters in the password as %XX"
            .to_owned()
    };
    if text.contains("%00") || text.contains('\0') {
        return Err(wrong());
    }
    // Behind a password that has a '/', a '?' or a '#' the client takes its rest for something else, and names it.
    let authority_begins = address.find("://").map_or(0, |at| at + "://".len());
    let behind = address.get(authority_begins..).unwrap_or_default();
    let authority_ends = behind.find(['/', '#']).unwrap_or(behind.len());
    if text.get(authority_begins + authority_ends..).unwrap_or_default().contains('@') {
        return Err(wrong());
    }
    let keys = parameters.split('&').filter_map(|pair| pair.split('=').next()).filter(|key| !key.is_empty());
    for key in keys {
        // What is not known would only be passed over: a misspelt sslmode must not be.
        let known = PARAMETERS.contains(&key) || key.starts_with("options[");
        if !known {
            return Err(format!("there is no parameter '{key}'; {}", one_of(key, PARAMETERS)));
        }
    }
    let options = PgConnectOptions::from_str(address).map_err(|_| wrong())?;
    let options = if parameters.is_empty() {
        options
    } else {
        PgConnectOptions::from_str(text).map_err(|_| {
            "a value behind '?' is not one that its parameter takes; see PostgreSQL's documentation of libpq".to_owned()
        })?
    };
    if options.get_database().is_none_or(str::is_empty) {
        return Err("the database is missing; write postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned());
    }
    // An address needs the brackets of IPv6, the client must not have them.
    let host = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')).map(str::to_owned);
    Ok(host.map_or(options.clone(), |host| options.host(&host)))
}

fn original_keys(directory: &Path, section: &mut Map<'_>) -> PgConnectOptions {
    let mut options = PgConnectOptions::new();
    let port = |text: &str| match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("'{text}' is not a port; write a number, for example 5432")),
    };
    if let Some(host) = section.text("host") {
        options = options.host(&host);
    }
    if let Some(port) = section.parse("port", port) {
        options = options.port(port);
    }
    if let Some(username) = section.text("username") {
        options = options.username(&username);
    }
    if let Some(password) = section.secret("password", "password_file", directory) {
        options = options.password(password.reveal());
    }
    if let Some(database) = section.text("database") {
        options = options.database(&database);
    }
    options
}
