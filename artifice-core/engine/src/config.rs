//! The configuration: a YAML file becomes typed, validated settings.
//!
//! Every older spelling is folded here and nowhere else. All mistakes of a file are reported at
//! once, each with its line and column. `config/artifice.yaml` is the reference of the keys.

mod cards;
mod fees;
#[cfg(fuzzing)]
pub mod fuzzing;
mod limits;
mod main;
mod meters;
mod pairs;
mod places;
mod prices;
mod rates;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifice_model::aggregate::{Entry, Locations};
use artifice_model::position::{Mistake, Position};
use artifice_model::statement::{Edition, Fee, Rules};
use sha2::{Digest, Sha256};

pub use artifice_collect::openstack::settings::{Interface, OpenStack};
use artifice_collect::{Choice, SourceSettings};
pub use artifice_ledger::{DatabaseUrl, PostgresUrl};
pub use artifice_settings::{ConfigError, FileMode, Secret, expand_all};
use artifice_settings::{Document, Map, Node, json, key_places, read};
pub use limits::Limits;
pub use main::Main;
pub use prices::OwnPrices;
use rates::OriginalRates;
pub use rates::{PricesFrom, RatesConfig};

/// The settings of a configuration file.
#[derive(Clone)]
pub struct Config {
    /// The file they were read from.
    pub file: PathBuf,
    /// The directory of the file: relative paths start there.
    pub directory: PathBuf,
    /// `main:`
    pub main: Main,
    /// What is charged.
    pub entries: Vec<Entry>,
    /// How hosts become locations.
    pub locations: Locations,
    /// `source:`
    pub source: Option<Arc<dyn SourceSettings>>,
    /// `database:`
    pub database: DatabaseUrl,
    /// `invoice:config:`, for the backend.
    pub invoice: serde_json::Value,
    /// The same as it is written: with `${VARIABLE}` in the place of what the environment says.
    pub invoice_as_written: serde_json::Value,
    /// Where its keys stand, each with the keys and indices that lead to it; the section itself first.
    pub invoice_places: Vec<(Vec<String>, Position)>,
    /// `rates:`
    pub rates: RatesConfig,
    /// `fees:`, what is charged without metering.
    pub fees: Vec<Fee>,
    /// `limits:`, beyond which a statement is held.
    pub limits: Limits,
    /// `plugins.path`
    pub plugin_path: Vec<PathBuf>,
    /// Files with secrets in them that anybody may read.
    pub open_secrets: Vec<PathBuf>,
    /// SHA-256 of the file, in hexadecimal: from which configuration something was done.
    pub fingerprint: String,
}

/// Whatever the backend's section holds may be secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What was read, if it has no mistakes.
fn whole((config, mistakes): (Option<Config>, Vec<Mistake>)) -> Result<Config, ConfigError> {
    config.filter(|_| mistakes.is_empty()).ok_or(ConfigError::Mistakes(mistakes))
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// It cannot be read, or has mistakes: all of them.
    pub fn load(file: &Path) -> Result<Config, ConfigError> {
        Config::read(file).and_then(whole)
    }

    /// Reads a configuration file as far as it goes: what its mistakes are about has its default.
    ///
    /// # Errors
    /// It cannot be read at all.
    pub fn read(file: &Path) -> Result<(Option<Config>, Vec<Mistake>), ConfigError> {
        let text = read(
            file,
            "name the configuration with -c or ARTIFICE_CONFIG, or put it into ./artifice.yaml, /etc/artifice/artifice.yaml \
             or /etc/openstack/artifice.conf",
        )?;
        Config::of_text(file, text)
    }

    /// Reads a configuration's text, as far as it goes.
    fn of_text(file: &Path, text: String) -> Result<(Option<Config>, Vec<Mistake>), ConfigError> {
        let mistakes = |mistake| ConfigError::Mistakes(vec![mistake]);
        let fingerprint = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let document = Document::configuration(&file.display().to_string(), text).map_err(mistakes)?;
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let config = document.root().map().and_then(|root| settings(file, &directory, root));
        let secrets = document.secret_files().into_iter();
        let open_secrets: Vec<_> = secrets.filter(|file| artifice_settings::is_open_to_others(file)).collect();
        Ok((config.map(|config| Config { fingerprint, open_secrets, ..config }), document.mistakes()))
    }

    /// By which rules a statement is made today.
    pub fn rules(&self) -> Rules {
        Rules {
            edition: Edition::default(),
            lines: self.main.lines,
            tax_rounding: self.main.tax_rounding,
            entries: self.entries.clone(),
            locations: self.locations.clone(),
        }
    }

    /// Who is to be billed.
    pub fn choice(&self) -> Choice {
        self.source.as_ref().map(|source| source.choice()).unwrap_or_default()
    }

    /// Whether it matters on which days something was used.
    pub fn counts_days(&self) -> bool {
        self.fees.iter().any(|fee| fee.by_day)
    }

    /// On how many tenants one command works at once.
    pub fn workers(&self) -> usize {
        let default = match self.database {
            DatabaseUrl::Sqlite(_) => WORKERS_ON_SQLITE,
            DatabaseUrl::Postgres(_) => WORKERS,
        };
        self.main.workers.unwrap_or(default)
    }
}

/// The default of `main.workers`. A file of SQLite's has one writer at a time, for which more would only wait.
const WORKERS: usize = 4;
const WORKERS_ON_SQLITE: usize = 2;

/// The settings of a file. Mistakes are reported to its document; what is wrong gets its default,
/// so that reading goes on to the next one.
fn settings(file: &Path, directory: &Path, mut root: Map<'_>) -> Option<Config> {
    let mut main_section = root.section("main");
    let region = main_section.text("region").unwrap_or_else(|| "default".to_owned());
    let slice_us = main_section.parse("slice", artifice_settings::duration_us);
    let max_gap = main_section.parse("max_gap", main::max_gap);
    let stale_after_us = main_section.parse("stale_after", artifice_settings::duration_us);
    let entries = meters::entries(root.get("meters"), meters::Defaults { slice_us, max_gap, stale_after_us });
    let main = main::settings(main_section)?;

    let datacenters = root.section("datacenters").entries();
    let datacenters = datacenters.into_iter().filter_map(|(host, name)| Some((host, name.text()?)));
    let mut locations = Locations::new(&region, datacenters);
    // The original's form, whose rates stand in the backend's section, keeps the original's rule.
    if root.get("source").is_none() && root.get("rates").is_none() {
        locations = locations.with_hosts();
    }

    let source = artifice_collect::sources::settings::source(directory, &mut root);
    let database = artifice_ledger::url::database(directory, root.section("database"));

    let (new, old) = (root.get("invoice:config"), root.get("invoice_object"));
    if let (Some(_), Some(old)) = (&new, &old) {
        old.mistake("the same as invoice:config; keep one of the two");
    }
    let empty = || serde_json::Value::Object(serde_json::Map::new());
    let section = new.or(old);
    let invoice_places = section.as_ref().map(backend_places).unwrap_or_default();
    let (invoice_as_written, invoice, original_rates) =
        section.and_then(Node::map).map_or_else(|| (empty(), empty(), OriginalRates::default()), backend_config);
    let rates = rates::rates(directory, &main, root.section("rates"), original_rates);
    let fees = fees::fees(&main, root.get("fees"));
    let limits = limits::limits(root.section("limits"));
    let plugin_path = plugin_path(directory, root.section("plugins"));
    root.end();
    let (file, directory) = (file.to_owned(), directory.to_owned());
    let (fingerprint, open_secrets) = (String::new(), Vec::new());
    Some(Config {
        file,
        directory,
        main,
        entries,
        locations,
        source,
        database,
        invoice,
        invoice_as_written,
        invoice_places,
        rates,
        fees,
        limits,
        plugin_path,
        open_secrets,
        fingerprint,
    })
}

/// Where the keys of the backend's configuration stand.
fn backend_places(section: &Node<'_>) -> Vec<(Vec<String>, Position)> {
    let itself = (Vec::new(), section.key_position());
    std::iter::once(itself).chain(key_places(section)).collect()
}

/// The backend's configuration, without the host's own keys: as it is written, and as it is meant.
fn backend_config(mut config: Map<'_>) -> (serde_json::Value, serde_json::Value, OriginalRates) {
    let mut rates = config.section("rates");
    let not_empty = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let file = not_empty(rates.text("file"));
    let (names, name) = (not_empty(rates.text("names")), not_empty(rates.text("name")));
    rates.end();
    let (mut written, mut meant) = (serde_json::Map::new(), serde_json::Map::new());
    for (key, node) in config.entries().into_iter().filter(|(key, _)| key != "rates") {
        if let Some((as_written, value)) = json(&node) {
            written.insert(key.clone(), as_written);
            meant.insert(key, value);
        }
    }
    let original = OriginalRates { file, names: names.or(name) };
    (serde_json::Value::Object(written), serde_json::Value::Object(meant), original)
}

fn plugin_path(directory: &Path, mut plugins: Map<'_>) -> Vec<PathBuf> {
    let path = plugins.get("path").map(|node| node.list()).unwrap_or_default();
    plugins.end();
    path.iter().filter_map(Node::text).map(|text| directory.join(text)).collect()
}

#[cfg(test)]
mod tests;
