//! `source: {kind: file}`.

use std::path::Path;

use artifice_settings::{Map, Node};

use super::FileSource;
use super::expand::expand;
use crate::error::SourceError;
use crate::source::{Around, Source, SourceKind, SourceSettings};

/// The kind of source.
pub struct Kind;

/// Its settings.
#[derive(Debug, Clone)]
pub struct Files {
    /// `path`: files and patterns, relative ones from the configuration's directory.
    pub patterns: Vec<String>,
}

const EXAMPLE: &str = "name the sample files, for example `path: [samples/*.ndjson.gz]`";

impl SourceKind for Kind {
    fn name(&self) -> &'static str {
        "file"
    }

    fn read(&self, section: &mut Map<'_>, _: &Around<'_>) -> Option<Box<dyn SourceSettings>> {
        let path = section.get("path");
        match &path {
            None => section.node().mistake(format!("path is missing; {EXAMPLE}")),
            Some(path) if path.list().is_empty() => section.node().mistake(format!("path is empty; {EXAMPLE}")),
            Some(_) => {}
        }
        let patterns = path?.list().iter().filter_map(Node::text).collect();
        Some(Box::new(Files { patterns }))
    }
}

impl SourceSettings for Files {
    fn open(&self, directory: &Path) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(FileSource::new(expand(&self.patterns, directory)?)))
    }

    fn is_service(&self) -> bool {
        false
    }
}
