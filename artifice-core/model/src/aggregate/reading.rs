//! What an entry reads in a sample: the service it is charged as, where it ran, whether it counts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::entry::{EVENT_TYPE, Entry};
use crate::sample::Facts;

/// Hosts and the locations (datacenters) they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locations {
    region: Arc<str>,
    /// Patterns with what they stand for, the most specific first.
    datacenters: Vec<(String, Arc<str>)>,
}

impl Locations {
    /// `region` is where a resource is whose host nobody names; `datacenters` maps hosts (exact
    /// names, or patterns with `*`) to locations. An unmapped host is its own location.
    pub fn new(region: &str, datacenters: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut datacenters: Vec<_> = datacenters.into_iter().map(|(host, name)| (host, name.into())).collect();
        datacenters.sort_by_key(|(host, _): &(String, _)| (host.contains('*'), std::cmp::Reverse(host.len())));
        Locations { region: region.into(), datacenters }
    }

    /// The location of a host.
    pub fn of(&self, host: Option<&str>) -> Arc<str> {
        let Some(host) = host else { return self.region.clone() };
        match self.datacenters.iter().find(|(pattern, _)| matches(pattern, host)) {
            Some((_, location)) => location.clone(),
            None => host.into(),
        }
    }
}

/// Whether a text matches a pattern in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    let Some((middle, end)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    let Some(mut text) = text.strip_suffix(end) else { return false };
    // Between the first and the last star, taking each piece at its first place loses no match.
    middle.split('*').all(|piece| match text.find(piece) {
        Some(at) => {
            text = &text[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// What an entry reads in a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// What is priced; `None` if the sample is not charged.
    pub service: Option<Arc<str>>,
    /// Whether the entry's conditions are met.
    pub accepted: bool,
    /// Where it ran; `None` if the sample is a notification in the middle of something, which
    /// names the wrong host (in the recordings `conductor.openstack`, `api.openstack`).
    pub location: Option<Arc<str>>,
    /// What people call the resource.
    pub name: Option<Arc<str>>,
    /// The unit of the value.
    pub unit: Arc<str>,
    /// Whether the resource's state is charged. Without a state, existence is.
    pub billable: bool,
    /// Whether it announces the end of the resource.
    pub deleted: bool,
    /// Whether it announces a change: then every later one would be announced, too, the end among them.
    /// What is polled, and `.exists`, tells only of its own time.
    pub announced: bool,
}

impl Reading {
    pub fn new(entry: &Entry, locations: &Locations, facts: &Facts) -> Self {
        let metadata = &facts.metadata;
        let event = metadata.get(EVENT_TYPE);
        let says_location = event.is_none_or(|event| event.ends_with(".exists") || event.ends_with(".end"));
        let accepted = entry.conditions.iter().all(|condition| condition.holds(metadata));
        Reading {
            service: if accepted { entry.service.fill(metadata).map(Into::into) } else { None },
            accepted,
            location: says_location.then(|| locations.of(entry.location.fill(metadata).as_deref())),
            name: entry.resource_name.fill(metadata).map(Into::into),
            unit: entry.unit.as_deref().unwrap_or(&facts.unit).into(),
            billable: entry.state.fill(metadata).is_none_or(|state| entry.states.contains(&state.to_lowercase())),
            deleted: event.is_some_and(|event| event.ends_with(".delete.end")),
            announced: event.is_some_and(|event| !event.ends_with(".exists")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        for (pattern, text) in [
            ("akl-*", "akl-1"),
            ("*", ""),
            ("*.nz", "a.nz"),
            ("a*b*c", "axxbyyc"),
            ("a*b*c", "abc"),
            ("a*a", "aa"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("akl", "akl-1"), ("akl-*", "wlg-1"), ("a*a", "a"), ("a*b*c", "acb"), ("a*bc*c", "abc"), ("", "x")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_most_specific_datacenter_wins_and_an_unmapped_host_is_its_own() {
        // semantics 4: exact names and `*` patterns; an unmapped host is its own location; no host gives the region.
        let map = [("c*", "anywhere"), ("compute-*", "akl"), ("compute-9", "wlg")];
        let locations = Locations::new("nz", map.map(|(host, name)| (host.to_owned(), name.to_owned())));
        let of = |host| locations.of(host).to_string();
        assert_eq!(
            [of(Some("compute-9")), of(Some("compute-1")), of(Some("c")), of(Some("x")), of(None)],
            ["wlg", "akl", "anywhere", "x", "nz"]
        );
    }
}
