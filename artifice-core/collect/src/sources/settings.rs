//! `source:`: where samples come from. What stands in it is read by the kind of source that it names.

use std::path::Path;
use std::sync::Arc;

use artifice_settings::{Map, Node};

use super::KINDS;
use crate::openstack::settings as openstack;
use crate::source::{Around, SourceKind, SourceSettings};

/// The kind that is meant where there is a cloud and no `source:`: that is all that the original reads.
const OF_A_CLOUD: &dyn SourceKind = &super::ceilometer::Kind;
/// What a section is read as that does not say its kind.
const USUAL: &dyn SourceKind = &super::file::Kind;

/// `source:`, `openstack:` and `ceilometer:`.
pub fn source(directory: &Path, root: &mut Map<'_>) -> Option<Arc<dyn SourceSettings>> {
    let section = root.get("source");
    let has_openstack = root.get("openstack").is_some();
    let ceilometer = root.section("ceilometer");
    // Where nothing is said of the cloud that is to be asked, the environment may say it.
    let kind = section.as_ref().and_then(|section| section.value().get("kind")?.as_str());
    let kind = KINDS.iter().find(|it| Some(it.name()) == kind);
    let asks_a_cloud = section.as_ref().zip(kind).is_some_and(|(section, kind)| kind.asks_a_cloud(section));
    let openstack = match has_openstack || asks_a_cloud {
        true => openstack::read(directory, root.section("openstack"), ceilometer),
        false => None,
    };
    let around = Around { directory, has_openstack, openstack };
    match section.map(Node::map) {
        None if has_openstack => OF_A_CLOUD.read(&mut root.section("source"), &around).map(Arc::from),
        None | Some(None) => None,
        Some(Some(section)) => named(section, &around).map(Arc::from),
    }
}

/// A section that says its kind, or should.
fn named(mut section: Map<'_>, around: &Around<'_>) -> Option<Box<dyn SourceSettings>> {
    let names: Vec<(&str, &dyn SourceKind)> = KINDS.iter().map(|kind| (kind.name(), *kind)).collect();
    let kind = section.word("kind", &names);
    if kind.is_none() && section.get("kind").is_none() {
        let example = if around.has_openstack { "`kind: ceilometer`" } else { "`kind: file`" };
        section.node().mistake(format!("kind is missing; write {example}"));
    }
    let settings = kind.unwrap_or(USUAL).read(&mut section, around);
    section.end();
    settings.filter(|_| kind.is_some())
}
