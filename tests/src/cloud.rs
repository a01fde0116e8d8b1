//! A cloud in a directory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::database::{Kind, Postgres, PostgresDatabase};
use crate::{Db, Ran, artifice};

/// A directory with `artifice.yaml`, `rates.csv`, `names.csv`, `samples.ndjson`, and what comes of
/// them; and a ledger on the database that this program's stories are told on.
pub struct Cloud {
    directory: TempDir,
    sections: RefCell<BTreeMap<String, String>>,
    postgres: Option<PostgresDatabase>,
    /// The program that is run in the directory, instead of the one that was built beside it.
    inside: Option<PathBuf>,
}

const RATES: &str = "\
* | m1.nano | hour | 0.05
* | m1.small | hour | 0.10
* | volume.size | GB per hour | 0.01
* | network.outgoing.bytes | GB | 0.10
* | network.incoming.bytes | GB | 0.02
";

impl Cloud {
    /// A cloud with the CSV backend, the usual rates, and no metering yet.
    pub fn new() -> Cloud {
        match Kind::of_this_program() {
            Kind::Sqlite => Cloud::with(None),
            Kind::Postgres => Cloud::on(Postgres::shared()),
        }
    }

    /// The same with a ledger on this server.
    pub fn on(server: &Postgres) -> Cloud {
        Cloud::with(Some(server.database()))
    }

    fn with(postgres: Option<PostgresDatabase>) -> Cloud {
        let cloud = Cloud { directory: TempDir::new().unwrap(), sections: RefCell::default(), postgres, inside: None };
        cloud.set("main", "{invoice:object: billing.csv_invoice:Csv}");
        cloud.set("source", "{kind: file, path: samples.ndjson}");
        match &cloud.postgres {
            None => cloud.set("database", "{url: sqlite://ledger.db}"),
            Some(database) => cloud.set("database", &format!("{{url: '{}'}}", database.url())),
        };
        cloud.set("invoice:config", "{output_path: ./invoices}");
        cloud.set("rates", "{file: rates.csv}");
        // The host of the stories' resources is a location: what is elsewhere is seen to be.
        cloud.set("datacenters", "{akl-1: akl-1}");
        cloud.write("rates.csv", RATES);
        cloud.write("samples.ndjson", "");
        cloud
    }

    /// The same cloud once more: its files, and a ledger that holds the same. What one of them does from
    /// now on, the other does not know. (Nobody may be connected to the ledger meanwhile.)
    pub fn copy(&self) -> Cloud {
        let postgres = self.postgres.as_ref().map(|database| Postgres::shared().copy_of(database));
        let (sections, inside) = (self.sections.clone(), self.inside.clone());
        let copy = Cloud { directory: TempDir::new().unwrap(), sections, postgres, inside };
        copy_directory(self.directory.path(), copy.directory.path());
        if let Some(database) = &copy.postgres {
            copy.set("database", &format!("{{url: '{}'}}", database.url()));
        }
        copy
    }

    /// The same cloud, whose commands are this program's, and run in its directory: nothing that they store
    /// says where that is.
    pub fn inside(self, program: PathBuf) -> Cloud {
        Cloud { inside: Some(program), ..self }
    }

    /// Sets a section of the configuration.
    pub fn set(&self, section: &str, value: &str) -> &Cloud {
        self.sections.borrow_mut().insert(section.to_owned(), value.to_owned());
        let text = self.sections.borrow().iter().map(|(key, value)| format!("{key}: {value}\n")).collect::<String>();
        self.write("artifice.yaml", text)
    }

    /// Leaves a section of the configuration out.
    pub fn unset(&self, section: &str) -> &Cloud {
        self.sections.borrow_mut().remove(section);
        let main = self.sections.borrow()["main"].clone();
        self.set("main", &main)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Cloud {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        // Secrets may stand in it.
        if name == "artifice.yaml" {
            self.mode(name, 0o600);
        }
        self
    }

    /// Who may do what with a file.
    pub fn mode(&self, name: &str, mode: u32) -> &Cloud {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Adds samples to `samples.ndjson`.
    pub fn meter(&self, samples: impl Into<String>) -> &Cloud {
        let before = fs::read_to_string(self.path("samples.ndjson")).unwrap_or_default();
        self.write("samples.ndjson", before + &samples.into())
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of the files in a directory that are not hidden, sorted.
    pub fn files(&self, name: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(name)) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    /// The command, with the arguments (separated by spaces) and nothing of this process' own settings.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = match &self.inside {
            None => Command::new(artifice()),
            Some(program) => Command::new(program),
        };
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_lowercase();
            if ["artifice_", "os_"].iter().any(|own| text.starts_with(own)) || text.ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        match &self.inside {
            None => command.arg("-c").arg(self.path("artifice.yaml")),
            Some(_) => command.current_dir(self.directory.path()).args(["-c", "artifice.yaml"]),
        };
        command.args(arguments.split_whitespace());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &str) -> Ran {
        run(&mut self.command(arguments))
    }

    /// Bills, with the answer as JSON.
    pub fn bill(&self, arguments: &str) -> Ran {
        self.run(&format!("bill --format json {arguments}"))
    }

    /// Previews, with the answer as JSON.
    pub fn usage(&self, arguments: &str) -> Ran {
        self.run(&format!("usage --format json {arguments}"))
    }

    /// All statements, oldest number first.
    pub fn statements(&self) -> Vec<Value> {
        let listed = self.run("statement list --format json").done().json();
        listed["statements"].as_array().unwrap().clone()
    }

    /// A field of all statements.
    pub fn statuses(&self) -> Vec<String> {
        self.statements().iter().map(|statement| statement["status"].as_str().unwrap().to_owned()).collect()
    }

    /// The ledger's place as the original says it: by the parts of a server's address. (For SQLite, which
    /// it did not know, the file.)
    pub fn originals_database(&self) -> String {
        self.postgres.as_ref().map_or_else(|| "{url: sqlite://ledger.db}".to_owned(), PostgresDatabase::keys)
    }

    /// The ledger's database, where it is a server's.
    pub fn postgres(&self) -> &PostgresDatabase {
        self.postgres.as_ref().expect("this cloud's ledger is on PostgreSQL")
    }

    /// A client of the ledger's database.
    pub fn db(&self) -> Db {
        self.postgres.as_ref().map_or_else(|| Db::open(&self.path("ledger.db")), PostgresDatabase::client)
    }

    /// Whether anybody has made a ledger yet.
    pub fn has_ledger(&self) -> bool {
        match self.postgres {
            None => self.path("ledger.db").exists(),
            Some(_) => !self.ledger().is_empty(),
        }
    }

    /// Where the document of a receipt of the CSV backend's is.
    pub fn document(&self, receipt: &str) -> PathBuf {
        self.path("invoices").join(receipt)
    }

    /// Everything that the ledger holds, as text: to be compared.
    pub fn ledger(&self) -> String {
        let there = self.postgres.is_some() || self.path("ledger.db").is_file();
        if there { self.db().dump() } else { String::new() }
    }
}

impl Default for Cloud {
    fn default() -> Self {
        Cloud::new()
    }
}

/// Copies what is in a directory into another one.
pub fn copy_directory(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_directory(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output: Output = command.output().unwrap();
    Ran::new(format!("{command:?}"), output)
}

impl Ran {
    /// Runs a command of its own to its end.
    pub fn of(command: &mut Command) -> Ran {
        run(command)
    }
}

impl AsRef<Path> for Cloud {
    fn as_ref(&self) -> &Path {
        self.directory.path()
    }
}
