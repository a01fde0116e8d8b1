//! What stands under `invoice:config`, and what is made of it.

use std::path::{Path, PathBuf};

use artifice_plugin_api::schemars::JsonSchema;
use artifice_plugin_api::{Context, Error};
use serde::{Deserialize, Serialize};

use crate::name::Template;
use crate::table::{COLUMNS, Column};

/// The settings of `billing.csv_invoice:Csv`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "artifice_plugin_api::schemars")]
pub struct Settings {
    /// The directory that the documents are written to. A relative path starts at the directory of
    /// the configuration file. It is created when it is missing.
    pub output_path: String,
    /// The documents' file names. Placeholders: `%(tenant)s` (the name if it is known, else the
    /// id), `%(tenant_id)s`, `%(number)s`, `%(kind)s` (`invoice`, `adjustment` or `credit`),
    /// `%(start)s` and `%(end)s` (local dates for midnights, else basic ISO in UTC), and `%%` for a
    /// percent sign. What no file may be called is replaced.
    #[serde(default = "default_output_file")]
    pub output_file: String,
    /// What stands between two cells: one ASCII character, or the word `tab`.
    #[serde(default = "default_delimiter")]
    pub delimiter: String,
    /// The cells of a row, in order: `location`, `type` (what people call the service), `start`,
    /// `end`, `amount` (the volume), `cost`; `section`, `service`, `name`, `resource_id`,
    /// `resource_name`, `meter`, `aggregate`, `volume`, `unit`, `rate`, `rate_unit`; the same on every
    /// row: `currency`, `tenant`, `tenant_id`, `number`, `key`, `kind` (`invoice`, `adjustment` or
    /// `credit`), `refers_to` (the number of the invoice that an adjustment changes or a credit takes
    /// back; empty for an invoice); and `extra.KEY` for what the host adds to a line under that key.
    #[serde(default = "default_row_layout")]
    pub row_layout: Vec<String>,
    /// Whether the first row names the cells.
    #[serde(default)]
    pub header: bool,
}

fn default_output_file() -> String {
    "%(tenant)s-%(start)s-%(end)s.csv".to_owned()
}

fn default_delimiter() -> String {
    ",".to_owned()
}

fn default_row_layout() -> Vec<String> {
    ["location", "type", "start", "end", "amount", "cost"].map(str::to_owned).to_vec()
}

/// How a document is written. It is kept with every receipt, so that a document is written again
/// as it was, whatever the configuration says by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// What stands between two cells.
    pub delimiter: char,
    /// Whether the first row names the cells.
    pub header: bool,
    /// The cells of a row.
    pub row_layout: Vec<String>,
}

impl Format {
    /// The cells of a row, or all that is wrong with the format.
    pub fn columns(&self) -> Result<Vec<Column>, Vec<String>> {
        let mut wrong = Vec::new();
        if self.row_layout.is_empty() {
            wrong.push(format!("row_layout: it names no field; it takes {}", COLUMNS.join(", ")));
        }
        let mut columns = Vec::new();
        for field in &self.row_layout {
            match Column::named(field) {
                Some(column) => columns.push(column),
                None => wrong.push(format!(
                    "row_layout: there is no field '{field}'{}; it takes {}, and extra.KEY",
                    nearest(field, &COLUMNS),
                    COLUMNS.join(", "),
                )),
            }
        }
        if self.delimiter_byte().is_none() {
            wrong.push(format!(
                "delimiter: '{}' cannot separate cells; give one ASCII character other than a quote or a line break, or the word tab",
                self.delimiter.escape_default()
            ));
        }
        if wrong.is_empty() { Ok(columns) } else { Err(wrong) }
    }

    /// The delimiter, if it can be one.
    pub fn delimiter_byte(&self) -> Option<u8> {
        let byte = u8::try_from(self.delimiter).ok().filter(u8::is_ascii)?;
        let printable = byte == b'\t' || byte == b' ' || byte.is_ascii_graphic();
        (printable && byte != b'"').then_some(byte)
    }
}

/// Settings that have been found good.
#[derive(Debug)]
pub struct Checked {
    /// The directory of the documents, absolute.
    pub output_path: PathBuf,
    /// The file names.
    pub template: Template,
    /// The form of the documents.
    pub format: Format,
}

impl Settings {
    /// Checks everything, and reports everything that is wrong at once.
    pub fn check(self, context: &Context<'_>) -> Result<Checked, Error> {
        let mut wrong = Vec::new();
        if self.output_path.trim().is_empty() {
            wrong.push("output_path: it is empty; name the directory for the documents".to_owned());
        }
        let path = Path::new(context.directory.as_str()).join(&self.output_path);
        let output_path = std::path::absolute(&path).unwrap_or(path);
        let delimiter = match self.delimiter.as_str() {
            "tab" | "\\t" => Some('\t'),
            text => Some(text.chars()).and_then(|mut all| all.next().filter(|_| all.next().is_none())),
        };
        if delimiter.is_none() {
            wrong.push(format!(
                "delimiter: '{}' is not one character; give one ASCII character, or the word tab",
                self.delimiter.escape_default()
            ));
        }
        let format = Format { delimiter: delimiter.unwrap_or(','), header: self.header, row_layout: self.row_layout };
        wrong.extend(format.columns().err().into_iter().flatten());
        let template = Template::parse(&self.output_file);
        match template {
            Ok(template) if wrong.is_empty() => return Ok(Checked { output_path, template, format }),
            Ok(_) => {}
            Err(messages) => wrong.extend(messages),
        }
        let lines: Vec<String> = wrong.iter().map(|message| format!("invoice:config: {message}")).collect();
        Err(Error::configuration(lines.join("\n")))
    }
}

/// "; did you mean 'x'?" for the valid word that is most like `word`, if one is.
pub fn nearest(word: &str, valid: &[&str]) -> String {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    let like = valid.iter().map(|other| (strsim::damerau_levenshtein(&word, other), other)).min();
    match like {
        Some((distance, other)) if distance <= 1.max(other.len() / 3) => format!(" (did you mean '{other}'?)"),
        _ => String::new(),
    }
}
