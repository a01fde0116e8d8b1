//! What stands under `invoice:config`, and what is made of it.

use std::path::{Path, PathBuf};

use artifice_plugin_api::schemars::JsonSchema;
use artifice_plugin_api::{Context, Error};
use serde::Deserialize;

use crate::layout::{Format, Harmless};
use crate::name::Template;

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
    /// `end`, `amount` (the quantity), `cost`; `section`, `service`, `name`, `resource_id`,
    /// `resource_name`, `meter`, `aggregate`, `quantity` (older: `volume`), `unit`, `rate`, `rate_unit`;
    /// the same on every row: `currency`, `tenant`, `tenant_id`, `number`, `key`, `kind` (`invoice`,
    /// `adjustment` or `credit`), `refers_to` (the number of the invoice that an adjustment changes or a
    /// credit takes back; empty for an invoice); and `extra.KEY` for what the host adds to a line under
    /// that key.
    #[serde(default = "default_row_layout")]
    pub row_layout: Vec<String>,
    /// Whether the first row names the cells.
    #[serde(default)]
    pub header: bool,
    /// Whether a document begins with a byte order mark, by which Excel knows that it is UTF-8.
    #[serde(default)]
    pub bom: bool,
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
        let format = Format {
            delimiter: delimiter.unwrap_or(','),
            header: self.header,
            row_layout: self.row_layout,
            bom: self.bom,
            harmless: Harmless::Second,
        };
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
