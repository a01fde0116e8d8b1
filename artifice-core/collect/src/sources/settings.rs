//! `source:`: where samples come from.

use std::path::Path;

use crate::openstack::settings::{self as openstack, OpenStack};
use artifice_settings::{Map, Node};

/// `source:`
#[derive(Debug, Clone)]
pub enum SourceConfig {
    /// Files of Ceilometer's samples.
    File {
        /// `path`: files and patterns, relative ones from the configuration's directory.
        patterns: Vec<String>,
    },
    /// A running Ceilometer, whose tenants Keystone knows.
    Ceilometer(Box<OpenStack>),
}

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Ceilometer,
}

/// `source:`, `openstack:` and `ceilometer:`. Without the first, the second means Ceilometer: that
/// is all that the original reads.
pub fn source(directory: &Path, root: &mut Map<'_>) -> Option<SourceConfig> {
    let section = root.get("source");
    let cloud = root.get("openstack");
    let (has_source, has_cloud) = (section.is_some(), cloud.is_some());
    let source = section.and_then(Node::map);
    let (kind, patterns, limit) = match source {
        Some(source) => source_settings(source, has_cloud),
        None => ((has_cloud && !has_source).then_some(Kind::Ceilometer), None, openstack::LIMIT),
    };
    let ceilometer = root.section("ceilometer");
    let cloud = if has_cloud {
        openstack::read(directory, root.section("openstack"), ceilometer, limit)
    } else {
        if kind == Some(Kind::Ceilometer) {
            root.node().mistake("openstack is missing; it says where Keystone is, and who logs in there");
        }
        None
    };
    match kind? {
        Kind::File => Some(SourceConfig::File { patterns: patterns? }),
        Kind::Ceilometer => cloud.map(|cloud| SourceConfig::Ceilometer(Box::new(cloud))),
    }
}

/// Kind, file patterns and limit of `source:`.
fn source_settings(mut source: Map<'_>, has_cloud: bool) -> (Option<Kind>, Option<Vec<String>>, usize) {
    const EXAMPLE: &str = "name the sample files, for example `path: [samples/*.ndjson.gz]`";
    let kind = source.word("kind", &[("file", Kind::File), ("ceilometer", Kind::Ceilometer)]);
    if kind.is_none() && source.get("kind").is_none() {
        let example = if has_cloud { "`kind: ceilometer`" } else { "`kind: file`" };
        source.node().mistake(format!("kind is missing; write {example}"));
    }
    if kind == Some(Kind::Ceilometer) {
        let positive = |text: &str| match text.parse::<usize>() {
            Ok(limit) if limit >= openstack::LEAST_LIMIT => Ok(limit),
            _ => Err(format!("'{text}' is not a number of samples from 10 on; write for example {}", openstack::LIMIT)),
        };
        let limit = source.parse("limit", positive).unwrap_or(openstack::LIMIT);
        source.end();
        return (kind, None, limit);
    }
    let path = source.get("path");
    match &path {
        None => source.node().mistake(format!("path is missing; {EXAMPLE}")),
        Some(path) if path.list().is_empty() => source.node().mistake(format!("path is empty; {EXAMPLE}")),
        Some(_) => {}
    }
    source.end();
    let patterns = path.map(|path| path.list().iter().filter_map(Node::text).collect());
    (kind, patterns, openstack::LIMIT)
}
