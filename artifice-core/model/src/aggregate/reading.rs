//! What an entry reads in a sample: the service it is charged as, where it ran, whether it counts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ending::Ending;
use super::entry::{EVENT_TYPE, Entry, HOST};
use crate::sample::{Facts, Metadata};

/// The region, and the hosts that are elsewhere (datacenters).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locations {
    region: Arc<str>,
    /// Patterns with what they stand for, the most specific first.
    datacenters: Vec<(String, Arc<str>)>,
    hosts: bool,
}

impl Locations {
    /// Everything is in `region`, unless `datacenters` maps hosts (exact names, or patterns with `*`) to locations.
    /// Then an unmapped host is its own location.
    pub fn new(region: &str, datacenters: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut datacenters: Vec<_> = datacenters.into_iter().map(|(host, name)| (host, name.into())).collect();
        datacenters.sort_by_key(|(host, _): &(String, _)| (host.contains('*'), std::cmp::Reverse(host.len())));
        Locations { region: region.into(), datacenters, hosts: false }
    }

    /// The same, where a host is its own location also where nothing maps hosts.
    #[must_use]
    pub fn with_hosts(self) -> Self {
        Locations { hosts: true, ..self }
    }

    /// Where everything is that no host tells.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether hosts have nothing to do with locations.
    pub fn is_region_alone(&self) -> bool {
        self.datacenters.is_empty() && !self.hosts
    }

    /// The location of a host, and whether something should have mapped it and does not.
    fn of_host(&self, host: Option<&str>) -> (Arc<str>, bool) {
        let Some(host) = host.filter(|_| !self.is_region_alone()) else { return (self.region.clone(), false) };
        match self.datacenter(host) {
            Some(location) => (location.clone(), false),
            None => (host.into(), !self.datacenters.is_empty()),
        }
    }

    /// What a host is mapped to. (There may be a great many exact names, the longest first: only those of its length can
    /// be its own.)
    fn datacenter(&self, host: &str) -> Option<&Arc<str>> {
        let exact = self.datacenters.partition_point(|(pattern, _)| !pattern.contains('*'));
        let (exact, patterns) = self.datacenters.split_at(exact);
        let longer = exact.partition_point(|(name, _)| name.len() > host.len());
        let as_long = exact.iter().skip(longer).take_while(|(name, _)| name.len() == host.len());
        let exact = as_long.filter(|(name, _)| name == host);
        exact.chain(patterns.iter().filter(|(pattern, _)| matches(pattern, host))).map(|(_, location)| location).next()
    }

    /// Where an entry takes a sample to be, and whether its host is one that nothing maps.
    fn of(&self, entry: &Entry, metadata: &Metadata) -> (Arc<str>, bool) {
        match entry.location.as_ref().and_then(|own| own.fill(metadata)) {
            Some(own) => (own.into(), false),
            None => self.of_host(metadata.get(HOST)),
        }
    }

    /// Where an entry takes to be of what no sample knows.
    pub(super) fn unknown(&self, entry: &Entry) -> Arc<str> {
        self.of(entry, &Metadata::default()).0
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
    /// What it says of the resource's beginning and end.
    pub ending: Ending,
    /// Whether it says on which occasion it was taken.
    pub names_event: bool,
    /// Whether it announces a change: then every later one would be announced, too, the end among them.
    /// What is polled, and `.exists`, tells only of its own time.
    pub announced: bool,
    /// Whether its host is one that nothing maps to a location.
    pub is_unmapped: bool,
}

impl Reading {
    pub fn new(entry: &Entry, locations: &Locations, facts: &Facts) -> Self {
        let metadata = &facts.metadata;
        let event = metadata.get(EVENT_TYPE);
        let says_location = event.is_none_or(|event| event.ends_with(".exists") || event.ends_with(".end"));
        let (location, is_unmapped) = locations.of(entry, metadata);
        let accepted = entry.conditions.iter().all(|condition| condition.holds(metadata));
        Reading {
            service: if accepted { entry.service.fill(metadata).map(Into::into) } else { None },
            accepted,
            location: says_location.then_some(location),
            name: entry.resource_name.fill(metadata).map(Into::into),
            unit: entry.unit.as_deref().unwrap_or(&facts.unit).into(),
            billable: entry.state.fill(metadata).is_none_or(|state| entry.states.contains(&state.to_lowercase())),
            ending: Ending::of(entry, metadata),
            names_event: event.is_some(),
            announced: event.is_some_and(|event| !event.ends_with(".exists")),
            is_unmapped: is_unmapped && says_location,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_its_own_name_says_and_else_what_the_longest_pattern_says() {
        let all = ["a", "bb", "cc", "dd*", "d*", "ccc", "*c"].map(|host| (host.to_owned(), format!("at {host}")));
        let locations = Locations::new("region", all);
        for (host, expected) in [
            ("a", "at a"),
            ("bb", "at bb"),
            ("cc", "at cc"),
            ("ccc", "at ccc"),
            ("dd1", "at dd*"),
            ("d1", "at d*"),
            ("xc", "at *c"),
        ] {
            assert_eq!(&*locations.of_host(Some(host)).0, expected);
        }
        assert_eq!(locations.of_host(Some("b")), ("b".into(), true));
    }

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
        // A piece is not found again in what it has matched.
        assert!(matches("a*bb*bc*d", "abbbcd") && !matches("a*bb*bc*d", "abbcd") && !matches("*bb*b*", "abb"));
    }

    #[test]
    fn the_most_specific_datacenter_wins_and_an_unmapped_host_is_its_own() {
        // semantics 4: exact names and `*` patterns; an unmapped host is its own location, and told; no host gives
        // the region.
        let map = [("c*", "anywhere"), ("compute-*", "akl"), ("compute-9", "wlg")];
        let locations = Locations::new("nz", map.map(|(host, name)| (host.to_owned(), name.to_owned())));
        let of = |host| locations.of_host(host).0.to_string();
        assert_eq!(
            [of(Some("compute-9")), of(Some("compute-1")), of(Some("c")), of(Some("x")), of(None)],
            ["wlg", "akl", "anywhere", "x", "nz"]
        );
        assert_eq!([Some("c"), Some("x"), None].map(|host| locations.of_host(host).1), [false, true, false]);
    }

    #[test]
    fn without_datacenters_everything_is_in_the_region() {
        // semantics 4: a hypervisor is no place of business; in the original's form of configuration it is.
        let region = Locations::new("nz", []);
        assert_eq!(region.region(), "nz");
        assert_eq!(region.of_host(Some("compute-1")), ("nz".into(), false));
        assert_eq!(region.clone().with_hosts().of_host(Some("compute-1")), ("compute-1".into(), false));
        assert_eq!(region.with_hosts().of_host(None), ("nz".into(), false));
    }
}
