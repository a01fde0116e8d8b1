//! The backend's own records: which document belongs to which key.

use artifice_plugin_api::{Error, Receipt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::layout::Format;

/// How far a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It may be there or not: its bytes tell.
    Intended,
    /// It was there, whole and under its name. What people do with it since changes nothing.
    Done,
}

/// Whose a statement is, and of which time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The tenant's id.
    pub tenant_id: String,
    /// The period's first instant, in microseconds since 1970.
    pub start_us: i64,
    /// The first instant after it, likewise.
    pub end_us: i64,
}

/// What is known of a key: `.artifice/keys/…json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The statement's key.
    pub key: String,
    /// The digest of the statement's content.
    pub digest: String,
    /// The id of the ledger that the statement is in, if it has one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ledger_id: String,
    /// The statement's number.
    pub number: u64,
    /// Whose it is, and of which time; records of before do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// The document's file name.
    pub file: String,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub sha256: String,
    /// How it is written.
    pub format: Format,
    /// How far it is.
    pub state: State,
}

impl Record {
    /// Fails if the record is of another statement than the one with that key and digest.
    pub fn check(&self, key: &str, digest: &str) -> Result<(), Error> {
        if self.key != key {
            return Err(Error::refused(format_args!(
                "the record of statement '{key}' is that of '{}'; repair the records in .artifice",
                self.key
            )));
        }
        if self.digest != digest {
            return Err(Error::refused(format_args!(
                "statement '{key}' is known here with another content: '{}' was written with digest {}, now it has {digest}; \
                 a statement never changes, so find out which of the two is right",
                self.file, self.digest
            )));
        }
        Ok(())
    }

    /// What the host is answered for the document: its name, which stays right where the directory is moved.
    pub fn receipt(&self) -> Receipt {
        Receipt::new(&self.file)
            .with("file", &self.file)
            .with("sha256", &self.sha256)
            .with("format", serde_json::to_string(&self.format).unwrap_or_default())
    }
}

/// Whose a document's name is: `.artifice/names/…json`. It is never given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The statement's key.
    pub key: String,
    /// The document's file name.
    pub file: String,
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file name for the record of that key or name: a part that people can read, and a digest
/// that makes it unique on any file system.
pub fn slot(text: &str) -> String {
    let readable: String =
        text.chars().take(60).map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("{}-{}", readable.trim_matches('-'), &sha256(text.as_bytes())[..32])
}

/// The slot of a file name: one for all names that some file system might take for the same.
pub fn folded_slot(file: &str) -> String {
    slot(&artifice_plugin_api::file_name::folded(file))
}
