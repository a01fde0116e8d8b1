//! Settings that have been found good.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use artifice_plugin_api::{Context, Error};
use reqwest::Url;

use super::{Document, Settings};
use crate::document::head::rounds_lines;
use crate::file;
use crate::secret::Secret;
use crate::text::template::{self, Template};

/// Settings that have been found good.
pub struct Checked {
    /// What is as it stands there.
    pub plain: Settings,
    /// The text of a line.
    pub line_text: Template,
    /// The text of a line of 1 × the cost.
    pub cost_line_text: Template,
    /// The note at the beginning.
    pub note: Option<Template>,
    /// Whether today's statements round taxes for each line, and not once.
    pub rounds_lines: bool,
}

/// Where the ERP is, and as whom it is asked.
pub struct Endpoint {
    /// What `/xmlrpc` is added to.
    pub url: Url,
    /// The database.
    pub database: String,
    /// The login.
    pub username: String,
    /// The password, or an API key.
    pub password: Secret,
    /// Further certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// How long a request may take.
    pub timeout: Duration,
    /// The longest answer that is read.
    pub most_bytes: usize,
}

impl Settings {
    /// Checks everything, and reports everything that is wrong at once. The secret goes into the endpoint only.
    pub fn check(self, context: &Context<'_>) -> Result<(Checked, Endpoint), Error> {
        let mut wrong = Vec::new();
        let directory = Path::new(context.directory.as_str());
        let url = address(&self.url, self.allow_http).map_err(|why| wrong.push(why)).ok();
        let password = password(&self, directory).map_err(|why| wrong.push(why)).ok();
        for (key, value) in [("database", &self.database), ("username", &self.username)] {
            if value.trim().is_empty() {
                wrong.push(format!("{key}: it is empty"));
            }
        }
        if !(1..=3600).contains(&self.timeout_s) {
            wrong.push(format!("timeout_s: {} is not between 1 and 3600", self.timeout_s));
        }
        if self.longest_delay_s > 86_400 {
            wrong.push(format!("longest_delay_s: {} is longer than a day", self.longest_delay_s));
        }
        if !(1..=100_000).contains(&self.lines_per_request) {
            wrong.push(format!("lines_per_request: {} is not between 1 and 100000", self.lines_per_request));
        }
        if self.most_bytes < 65_536 {
            wrong.push(format!("most_bytes: {} is too little for an answer; give 65536 at least", self.most_bytes));
        }
        if self.document == Document::SaleOrder && !self.products.used {
            wrong.push("products.use: lines of sales orders always name products; set it to true".to_owned());
        }
        let fields = [
            ("partners.field", Some(&self.partners.field)),
            ("products.field", Some(&self.products.field)),
            ("fields.key", self.fields.key.as_ref()),
            ("fields.origin", self.fields.origin.as_ref()),
        ];
        for (key, field) in fields.into_iter().filter_map(|(key, field)| field.map(|field| (key, field))) {
            let name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
            if field.is_empty() || !field.chars().all(name) {
                wrong
                    .push(format!("{key}: '{field}' is no field's name; write it as the ERP's models do, such as ref"));
            }
        }
        if self.fields.key.is_some() && self.fields.key == self.fields.origin {
            wrong.push("fields.origin: it is the same field as fields.key; name another one".to_owned());
        }
        let mut compiled = |key: &str, text: &str, known: &[&str]| {
            Template::parse(text, known).map_err(|why| wrong.push(format!("{key}: {why}"))).ok()
        };
        let line_text = compiled("line_text", &self.line_text, &template::OF_A_LINE);
        let cost_line_text = compiled("cost_line_text", &self.cost_line_text, &template::OF_A_LINE);
        let note = self.note.as_deref().map(|text| compiled("note", text, &template::OF_A_DOCUMENT));
        let ca_file = self.ca_file.as_ref().map(|file| directory.join(file));
        match (url, password, line_text, cost_line_text) {
            (Some(url), Some(password), Some(line_text), Some(cost_line_text)) if wrong.is_empty() => {
                let endpoint = Endpoint {
                    url,
                    database: self.database.clone(),
                    username: self.username.clone(),
                    password,
                    ca_file,
                    timeout: Duration::from_secs(self.timeout_s),
                    most_bytes: self.most_bytes,
                };
                let mut plain = self;
                // It is in `endpoint`, where nothing prints it.
                plain.password = None;
                let rounds_lines = rounds_lines(&context.extra);
                Ok((Checked { plain, line_text, cost_line_text, note: note.flatten(), rounds_lines }, endpoint))
            }
            _ => {
                let lines: Vec<String> = wrong.iter().map(|why| format!("invoice:config: {why}")).collect();
                Err(Error::configuration(lines.join("\n")))
            }
        }
    }
}

/// The address, if a password may go there.
fn address(text: &str, allow_http: bool) -> Result<Url, String> {
    let url = Url::parse(text.trim())
        .map_err(|why| format!("url: it is no address ({why}); write it as https://erp.example.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("url: it has a user or a password in it; write these as username and password".to_owned());
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err("url: it names no host; write it as https://erp.example.com".to_owned());
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if here || allow_http => Ok(url),
        "http" => Err(format!(
            "url: http://{host} would send the password readable through the network; use https://, or set allow_http: true"
        )),
        other => Err(format!("url: '{other}' is no way to an ERP; write https://")),
    }
}

fn password(settings: &Settings, directory: &Path) -> Result<Secret, String> {
    let secret = match (&settings.password, &settings.password_file) {
        (Some(password), None) => password.clone(),
        (None, Some(file)) => {
            let path = directory.join(file);
            let text = file::text(&path)
                .map_err(|why| format!("password_file: {}: {why}; name a file that can be read", path.display()))?;
            text.trim_end_matches(['\n', '\r']).to_owned()
        }
        (Some(_), Some(_)) => return Err("password_file: the same as password; keep one of the two".to_owned()),
        (None, None) => {
            return Err("password: it is missing; write password, or password_file with a file's name".to_owned());
        }
    };
    if secret.is_empty() {
        return Err("password: it is empty; give the user's password or an API key of it".to_owned());
    }
    Ok(Secret::new(secret))
}
