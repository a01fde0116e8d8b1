//! Whom an encrypted connection trusts, and how it says who asks.

use std::path::{Path, PathBuf};

use artifice_settings::read_bytes;
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::{Certificate, Identity};

use super::error::{Failure, HttpError, cause};

/// Whom an encrypted connection trusts, and how it says who asks.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Further certificate authorities, in PEM.
    pub ca_file: Option<PathBuf>,
    /// A client's certificate in PEM, and the file of its key, where that is another one.
    pub certificate: Option<(PathBuf, Option<PathBuf>)>,
    /// Whether anybody is trusted who says to be that server.
    pub trusts_anybody: bool,
}

impl Tls {
    /// A client. Errors name the section `subject` of the configuration.
    pub(super) fn client(&self, subject: &str, builder: impl Fn() -> ClientBuilder) -> Result<Client, HttpError> {
        let unusable = |key: &str, file: &Path, why: String| {
            let what = Failure::Client(format!("{why}; correct {subject}.{key}, or leave it out"));
            HttpError { method: format!("{subject}.{key}"), url: file.display().to_string(), what: Box::new(what) }
        };
        let read = |key: &str, file: &Path| read_bytes(file).map_err(|why| unusable(key, file, why));
        let identity = match &self.certificate {
            None => None,
            Some((file, key)) => {
                let mut pem = read("cert", file)?;
                if let Some(key) = key {
                    pem.push(b'\n');
                    pem.extend(read("key", key)?);
                }
                Some(Identity::from_pem(&pem).map_err(|error| unusable("cert", file, cause(&error)))?)
            }
        };
        let builder = || {
            let builder = builder().tls_danger_accept_invalid_certs(self.trusts_anybody);
            match identity.clone() {
                Some(identity) => builder.identity(identity),
                None => builder,
            }
        };
        match &self.ca_file {
            Some(file) => {
                let unusable = |why| unusable("ca_file", file, why);
                let pem = read("ca_file", file)?;
                let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(cause(&error)))?;
                if authorities.is_empty() {
                    return Err(unusable("no certificate in PEM is in it".to_owned()));
                }
                builder().tls_certs_merge(authorities).build().map_err(|error| unusable(cause(&error)))
            }
            // A system without authorities can still speak plain HTTP.
            None => builder().build().or_else(|_| builder().tls_certs_only([]).build()).map_err(|error| {
                let what = Failure::Client(cause(&error));
                HttpError { method: "HTTP".to_owned(), url: "client".to_owned(), what: Box::new(what) }
            }),
        }
    }
}
