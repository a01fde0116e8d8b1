//! `acme.letters:Markdown`: a statement as a Markdown file, one file a key.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use artifice_plugin_api::{Backend, Call, Context, Error, Header, Invoice, Line, Receipt, Standing, Totals};
use artifice_plugin_api::{schemars, serde};

/// The settings of `acme.letters:Markdown`.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "artifice_plugin_api::serde", deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Settings {
    /// The directory of the letters. A relative path starts at the directory of the configuration
    /// file. It must be there.
    directory: String,
    /// What a letter begins with.
    #[serde(default = "default_greeting")]
    greeting: String,
}

fn default_greeting() -> String {
    "Dear customer".to_owned()
}

/// The backend: one a run, shared by its threads.
pub struct Markdown {
    directory: PathBuf,
    greeting: String,
}

impl Backend for Markdown {
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DESCRIPTION: &'static str = "Statements as letters in Markdown";
    type Config = Settings;
    type Invoice = Letter;

    fn new(config: Settings, context: &Context<'_>) -> Result<Self, Error> {
        if config.directory.is_empty() {
            return Err(Error::configuration("invoice:config: directory: it is empty; name the letters' directory"));
        }
        let directory = Path::new(context.directory.as_str()).join(config.directory);
        Ok(Markdown { directory, greeting: config.greeting })
    }

    fn health(&self, _call: &Call<'_>) -> Result<(), Error> {
        if self.directory.is_dir() {
            return Ok(());
        }
        Err(Error::unavailable(format_args!("{}: not a directory; create it", self.directory.display())))
    }

    fn find(&self, call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        // Without its directory nothing can be said of a letter: "no" must be certain.
        self.health(call)?;
        find(&path(&self.directory, header), header.digest.as_str()).map(Into::into)
    }

    fn open(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Letter, Error> {
        let tenant = header.tenant.label();
        let mut text = first_line(header.digest.as_str());
        let _ = writeln!(text, "{} {tenant},\n\nthis is statement {}.", self.greeting, header.number);
        let (path, digest) = (path(&self.directory, header), header.digest.to_string());
        Ok(Letter {
            path,
            digest,
            currency_digits: header.currency_digits,
            currency: header.currency.to_string(),
            text,
        })
    }
}

/// A document under way: kept in memory until `commit`.
pub struct Letter {
    path: PathBuf,
    digest: String,
    currency: String,
    currency_digits: u8,
    text: String,
}

impl Invoice for Letter {
    fn section(&mut self, name: &str) -> Result<(), Error> {
        let _ = writeln!(self.text, "\n## {name}\n");
        Ok(())
    }

    fn lines(&mut self, lines: &[Line<'_>]) -> Result<(), Error> {
        for line in lines {
            let cost = line.cost.to_fixed(self.currency_digits);
            let _ = writeln!(self.text, "- {}: {} {}, {cost} {}", line.name, line.quantity, line.unit, self.currency);
        }
        Ok(())
    }

    fn totals(&mut self, totals: &Totals<'_>) -> Result<(), Error> {
        for tax in totals.taxes.iter() {
            let amount = tax.amount.to_fixed(self.currency_digits);
            let _ = writeln!(self.text, "- {} {} %: {amount} {}", tax.name, tax.percent, self.currency);
        }
        let total = totals.total.to_fixed(self.currency_digits);
        let _ = writeln!(self.text, "\n**In all: {total} {}**", self.currency);
        Ok(())
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        // Written aside, then linked: the letter appears whole or not at all, and replaces nothing.
        let aside = self.write_aside()?;
        let linked = fs::hard_link(&aside, &self.path);
        let _ = fs::remove_file(&aside);
        match linked {
            Ok(()) => {}
            // It was committed before; whether it is the same statement, `find` says.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unavailable(&self.path, &error)),
        }
        // The letter is there, but a power cut could still undo it: then nobody knows.
        let synced = self.path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all());
        synced.map_err(|error| Error::unknown(format_args!("{}: {error}; check the disk", self.path.display())))?;
        let vanished =
            || Error::unknown(format_args!("{}: it vanished; find out who removes letters", self.path.display()));
        find(&self.path, &self.digest)?.ok_or_else(vanished)
    }

    fn rewrite(&mut self, receipt: &Receipt) -> Result<Option<Receipt>, Error> {
        let aside = self.write_aside()?;
        fs::rename(&aside, &self.path).map_err(|error| unavailable(&self.path, &error))?;
        Ok(Some(receipt.clone()))
    }
}

impl Letter {
    /// Writes the letter under another name, and waits until the disk has it.
    fn write_aside(&self) -> Result<PathBuf, Error> {
        let aside = self.path.with_extension(format!("{}.tmp", std::process::id()));
        let write = || {
            let mut file = File::create(&aside)?;
            file.write_all(self.text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| unavailable(&aside, &error))?;
        Ok(aside)
    }
}

/// A letter is called after its key, so the file system itself keeps one key from having two.
fn path(directory: &Path, header: &Header<'_>) -> PathBuf {
    directory.join(format!("{}.md", header.key))
}

/// A comment that says of which statement the letter is.
fn first_line(digest: &str) -> String {
    format!("<!-- {digest} -->\n")
}

fn find(path: &Path, digest: &str) -> Result<Option<Receipt>, Error> {
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(&first_line(digest)) => Ok(Some(Receipt::new(path.to_string_lossy()))),
        Ok(_) => Err(Error::refused(format_args!("{}: the letter of another statement; move it away", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable(path, &error)),
    }
}

/// Surely nothing was done, and trying again may help.
fn unavailable(path: &Path, error: &io::Error) -> Error {
    Error::unavailable(format_args!("{}: {error}; check the directory and the rights on it", path.display()))
}

artifice_plugin_api::export! { module: "acme.letters", classes: [Markdown] }
