//! How many of what, some of them by name.

use std::fmt;

/// How many things of one kind are named.
const NAMED: usize = 5;

/// So many samples, of so many resources, of which some are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    samples: u64,
    resources: u64,
    some: Vec<String>,
    /// What the resources are; resources if nothing is said.
    noun: &'static str,
    /// Whether one alone is only named: `resource vm`.
    is_named: bool,
}

impl Count {
    /// Samples, of nobody knows how many resources.
    pub fn of_samples(samples: u64) -> Count {
        Count { samples, ..Count::default() }
    }

    /// Resources by their names.
    pub fn of_resources(resources: impl IntoIterator<Item = String>) -> Count {
        let all: Vec<String> = resources.into_iter().collect();
        Count { is_named: true, ..Count::of(0, u64::try_from(all.len()).unwrap_or(u64::MAX), all) }
    }

    /// So many samples of so many resources, of which these are some.
    pub fn of(samples: u64, resources: u64, some: impl IntoIterator<Item = String>) -> Count {
        Count { samples, resources, some: some.into_iter().take(NAMED).collect(), ..Count::default() }
    }

    /// So many of something else, of which these are some.
    pub fn of_things(noun: &'static str, count: u64, some: impl IntoIterator<Item = String>) -> Count {
        Count { noun, ..Count::of(0, count, some) }
    }

    /// Whether nothing is counted.
    pub fn is_nothing(&self) -> bool {
        *self == Count::default()
    }

    /// Counts those of another, too.
    pub fn add(&mut self, other: &Count) {
        self.samples = self.samples.saturating_add(other.samples);
        self.resources = self.resources.saturating_add(other.resources);
        let room = NAMED.saturating_sub(self.some.len());
        self.some.extend(other.some.iter().take(room).cloned());
        (self.noun, self.is_named) = (other.noun, other.is_named);
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.noun.is_empty() { "resource" } else { self.noun };
        let all = many(self.resources, noun);
        let resources = || match &self.some[..] {
            [one] if self.is_named && self.resources == 1 => format!("{noun} {one}"),
            [] => all.clone(),
            some => format!("{all} ({})", named(self.resources, some)),
        };
        match (self.samples, self.resources) {
            (0, 0) => Ok(()),
            (samples, 0) => f.write_str(&many(samples, "sample")),
            (0, _) => f.write_str(&resources()),
            (samples, _) => write!(f, "{} of {}", many(samples, "sample"), resources()),
        }
    }
}

/// So many of something: `1 sample`, `2 samples`.
pub fn many<N: fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// How often something was tried.
pub fn tries(count: u64) -> String {
    if count == 1 { "1 try".to_owned() } else { format!("{count} tries") }
}

/// Some names of so many.
pub fn named(count: u64, some: &[String]) -> String {
    let shown = u64::try_from(some.len()).unwrap_or(count);
    let names = some.join(", ");
    match count.saturating_sub(shown) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_named_up_to_a_few() {
        let names = |from: u8, to: u8| (from..to).map(|number| format!("r{number}"));
        let mut count = Count::of(1, 1, names(0, 1));
        assert_eq!(count.to_string(), "1 sample of 1 resource (r0)");
        count.add(&Count::of(6, 8, names(1, 9)));
        assert_eq!(count.to_string(), "7 samples of 9 resources (r0, r1, r2, r3, r4 and 4 more)");
        assert_eq!(Count::of_samples(3).to_string(), "3 samples");
        let mut hosts = Count::default();
        hosts.add(&Count::of_things("host", 2, names(0, 2)));
        assert_eq!(hosts.to_string(), "2 hosts (r0, r1)");
        assert_eq!(Count::of_resources(names(0, 1)).to_string(), "resource r0");
        assert_eq!(Count::of_resources(names(0, 2)).to_string(), "2 resources (r0, r1)");
        assert!(Count::default().is_nothing() && Count::default().to_string().is_empty());
    }
}
