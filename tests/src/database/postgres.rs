//! A PostgreSQL server of the tests' own: in a temporary directory, on a free loopback port, and gone
//! with the process that started it, however that ends.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::Db;
use crate::guard::{Guard, Signal};

/// The server's administrator, and the role that ledgers belong to. Its password has what an address
/// must escape.
const ADMINISTRATOR: &str = "administrator";
const ROLE: &str = "artifice";
/// The password of both.
pub const PASSWORD: &str = "pass/w@rd:%1";

/// The oldest server that the ledger works with.
const OLDEST_MAJOR: u32 = 15;
/// How long a server may take to start or stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub struct Postgres {
    directory: PathBuf,
    binaries: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    settings: Vec<String>,
    guard: Option<Guard>,
}

/// A database of its own on a server, which ends with this.
pub struct PostgresDatabase {
    name: String,
    port: u16,
}

impl Postgres {
    /// The server that all stories share which do not stop it.
    pub fn shared() -> &'static Postgres {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        // Fast rather than safe from power cuts: what is lost with it is temporary anyway.
        SERVER.get_or_init(|| Postgres::start(&["fsync=off", "full_page_writes=off"]))
    }

    /// Starts a server with these settings beside its own.
    pub fn start(settings: &[&str]) -> Postgres {
        let binaries = binaries();
        let directory = tempfile::Builder::new().prefix("artifice-postgres-").tempdir().unwrap().keep();
        let user = server_user();
        if let Some((uid, gid)) = user {
            chown(&directory, Some(uid), Some(gid)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings.iter().map(ToString::to_string).collect();
        let mut server = Postgres { directory, binaries, user, port, settings, guard: None };
        server.make_cluster();
        server.run();
        let mut administrator = Db::connect(&server.options("postgres", ADMINISTRATOR));
        administrator.run(&format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")).unwrap();
        server
    }

    fn make_cluster(&self) {
        let password = self.directory.join("password");
        fs::write(&password, PASSWORD).unwrap();
        let mut initdb = self.command(&self.binaries.join("initdb"));
        initdb.args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        initdb.args(["--username", ADMINISTRATOR, "--pwfile"]).arg(password).arg(self.data());
        let made = initdb.output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    }

    /// Starts the server in its directory, and waits until it answers.
    pub fn run(&mut self) {
        let own = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.directory.display()),
            "max_connections=300".to_owned(),
        ];
        let mut server = self.command(&self.binaries.join("postgres"));
        server.arg("-D").arg(self.data());
        server.args(own.iter().chain(&self.settings).flat_map(|setting| ["-c", setting]));
        self.guard = Some(Guard::start(self.command(Path::new("sh")), &server, &self.directory, Signal::Interrupt));
        let (begin, options) = (Instant::now(), self.options("postgres", ADMINISTRATOR));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        while let Err(error) = runtime.block_on(options.connect()) {
            let log = || fs::read_to_string(self.directory.join("log")).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "PostgreSQL does not start: {error}\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops it as a power cut would: nothing is finished, nothing is written.
    pub fn stop_hard(&mut self) {
        if let Some(guard) = self.guard.take() {
            guard.stop(Signal::Quit);
        }
    }

    /// A database of its own, empty, that the ledger's role owns.
    pub fn database(&self) -> PostgresDatabase {
        self.database_like("template0")
    }

    /// A database that holds what another one holds now.
    pub fn copy_of(&self, other: &PostgresDatabase) -> PostgresDatabase {
        self.database_like(&other.name)
    }

    fn database_like(&self, template: &str) -> PostgresDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cloud_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}");
        // Connections of a command that has ended are gone a moment later.
        let begin = Instant::now();
        while let Err(error) = self.administrator().run(&create) {
            assert!(error.contains("being accessed by other users") && begin.elapsed() < PATIENCE, "{error}");
        }
        PostgresDatabase { name, port: self.port }
    }

    /// What a database holds, as SQL that its role can run in an empty one, on any version of the server.
    pub fn dump_of(&self, database: &PostgresDatabase) -> String {
        let mut dump = self.command(&self.binaries.join("pg_dump"));
        dump.args(["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges", "--no-comments"]);
        dump.args(["--host=127.0.0.1", "--port", &self.port.to_string(), "--username", ADMINISTRATOR, &database.name]);
        let dumped = dump.env("PGPASSWORD", PASSWORD).output().unwrap();
        assert!(dumped.status.success(), "pg_dump: {}", String::from_utf8_lossy(&dumped.stderr));
        let text = String::from_utf8(dumped.stdout).unwrap();
        // psql's own commands, settings that older servers do not have, and what made it.
        let is_of_a_version =
            |line: &&str| ["\\", "SET transaction_timeout", "-- Dumped "].iter().any(|start| line.starts_with(start));
        text.split_inclusive('\n').filter(|line| !is_of_a_version(line)).collect()
    }

    /// A client that may do everything.
    pub fn administrator(&self) -> Db {
        Db::connect(&self.options("postgres", ADMINISTRATOR))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    fn options(&self, database: &str, role: &str) -> PgConnectOptions {
        options(self.port, database, role)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// A command as the user that the server runs as, which must not be root.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env("LC_ALL", "C");
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.take());
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl PostgresDatabase {
    /// The `database:` of a configuration, by the address.
    pub fn url(&self) -> String {
        self.url_as(ROLE, "pass%2Fw%40rd%3A%251")
    }

    /// The same, for another role and password (as they stand in an address).
    pub fn url_as(&self, role: &str, password: &str) -> String {
        format!("postgres://{role}:{password}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// The same, by the original's keys.
    pub fn keys(&self) -> String {
        format!(
            "{{database: {}, host: 127.0.0.1, port: '{}', username: {ROLE}, password: '{PASSWORD}'}}",
            self.name, self.port
        )
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A client with the ledger's own rights.
    pub fn client(&self) -> Db {
        Db::connect(&options(self.port, &self.name, ROLE))
    }

    /// A client that may do everything.
    pub fn administrator(&self) -> Db {
        Db::connect(&options(self.port, &self.name, ADMINISTRATOR))
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // The server may be down: a story may have stopped it.
        let options = options(self.port, "postgres", ADMINISTRATOR);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = runtime.block_on(async {
            let mut connection = options.connect().await?;
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await
        });
    }
}

fn options(port: u16, database: &str, role: &str) -> PgConnectOptions {
    PgConnectOptions::new()
        .host("127.0.0.1")
        .port(port)
        .database(database)
        .username(role)
        .password(PASSWORD)
        .disable_statement_logging()
}

/// Where the server's programs are: of Debian's versions the newest, else wherever `pg_config` says.
fn binaries() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((version(&entry.path())?, entry.path().join("bin"))))
        .filter(|(version, path)| *version >= OLDEST_MAJOR && path.join("initdb").is_file())
        .collect();
    found.sort();
    if let Some((_, path)) = found.pop() {
        return path;
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let path = asked.ok().map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    path.filter(|path| path.join("initdb").is_file()).unwrap_or_else(|| {
        panic!(
            "the stories on PostgreSQL need its server, {OLDEST_MAJOR} or newer: install it (Debian: apt-get install \
             postgresql), or run `cargo xtask test`, which does"
        )
    })
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package makes.
fn server_user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("a user for the server: postgres, or nobody"))
}
